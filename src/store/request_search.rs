//! Searching the request log: a filter becomes conditions of one statement.

use rusqlite::types::Value;

use crate::model::error::Result;
use crate::model::id::OrganizationId;
use crate::model::request::{LoggedRequest, RequestFilter};
use crate::model::time::Timestamp;
use crate::store::query::Db;
use crate::store::requests::{COLUMNS, read};

/// From where in the log, and in which direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Walk {
    /// From the newest, or from before this place, to older ones.
    Back(Option<i64>),
    /// From after this place to newer ones.
    Forth(i64),
}

/// Requests that changed what a user has, by what history and places themselves say.
const CHANGED_USER: &str = "id IN (
    SELECT m.request_id FROM memberships m JOIN users u ON u.id = m.user_id WHERE u.organization_id = ?1
        AND u.resource_id = ?
    UNION SELECT a.request_id FROM assignments a JOIN users u ON u.id = a.user_id WHERE u.organization_id = ?1
        AND u.resource_id = ?
    UNION SELECT h.request_id FROM assignment_history h JOIN users u ON u.id = h.user_id WHERE u.organization_id = ?1
        AND u.resource_id = ?
    UNION SELECT h.until_request_id FROM assignment_history h JOIN users u ON u.id = h.user_id
        WHERE u.organization_id = ?1 AND u.resource_id = ?
    UNION SELECT r.request_id FROM role_history r JOIN users u ON u.id = r.user_id WHERE u.organization_id = ?1
        AND u.resource_id = ?)";

/// Conditions and what is bound to them, `?` for `?n`.
struct Conditions {
    sql: String,
    bound: Vec<Value>,
}

impl Conditions {
    /// Adds a condition in which each `?` without a number stands for `value`.
    fn add(&mut self, condition: &str, value: impl Into<Value>) {
        self.bound.push(value.into());
        let parameter = format!("?{}", self.bound.len());
        self.sql.push_str(" AND ");
        let mut rest = condition;
        while let Some((before, after)) = rest.split_once('?') {
            self.sql.push_str(before);
            let is_numbered = after.starts_with(|next: char| next.is_ascii_digit());
            self.sql.push_str(if is_numbered { "?" } else { &parameter });
            rest = after;
        }
        self.sql.push_str(rest);
    }

    fn of(organization: OrganizationId, filter: &RequestFilter) -> Conditions {
        let mut conditions =
            Conditions { sql: "organization_id = ?1".to_owned(), bound: vec![organization.0.into()] };
        let texts: [(&Option<String>, &str); 5] = [
            (&filter.method, "method = upper(?)"),
            (&filter.token, "(token = ? OR token_id = CAST(? AS INTEGER) AND token_id || '' = ?)"),
            (&filter.resource, "resource = ?"),
            (&filter.path, "lower(substr(path, 1, length(?))) = lower(?)"),
            (&filter.text, "instr(lower(path || ' ' || coalesce(query, '') || ' ' || coalesce(detail, '') || ' '
                || coalesce(remarks, '') || ' ' || coalesce(deviations, '') || ' ' || token || ' ' || address || ' '
                || coalesce(user_agent, '') || ' ' || id), lower(?)) > 0"),
        ];
        for (value, condition) in texts {
            if let Some(value) = value {
                conditions.add(condition, value.clone());
            }
        }
        if let Some(user) = &filter.user {
            conditions.add(&format!("(resource = ? OR {CHANGED_USER})"), user.clone());
        }
        if let Some((low, high)) = filter.status {
            conditions.add("status >= ?", i64::from(low));
            conditions.add("status <= ?", i64::from(high));
        }
        let times = [(filter.since, "at >= ?"), (filter.until, "at < ?")];
        for (time, condition) in times {
            if let Some(time) = time {
                conditions.add(condition, Timestamp::as_millis(time));
            }
        }
        conditions
    }
}

/// How many of the newest requests are looked through for refused ones: no index knows them, and a page must not read a
/// log of millions.
const REACH: i64 = 20_000;

impl Db<'_> {
    /// The newest requests of an organization that were refused, among its newest 20,000.
    pub fn refused_requests(&self, organization: OrganizationId, limit: i64) -> Result<Vec<LoggedRequest>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM requests WHERE organization_id = ?1 AND status >= 400 AND number >= (
                SELECT min(number) FROM (SELECT number FROM requests WHERE organization_id = ?1
                ORDER BY number DESC LIMIT {REACH})) ORDER BY number DESC LIMIT ?2"
        );
        self.all(&sql, [organization.0, limit], read)
    }

    /// Requests of an organization that a filter fits, in the order of the walk.
    pub fn requests(
        &self,
        organization: OrganizationId,
        filter: &RequestFilter,
        walk: Walk,
        limit: i64,
    ) -> Result<Vec<LoggedRequest>> {
        let mut conditions = Conditions::of(organization, filter);
        let order = match walk {
            Walk::Back(None) => "DESC",
            Walk::Back(Some(before)) => {
                conditions.add("number < ?", before);
                "DESC"
            }
            Walk::Forth(after) => {
                conditions.add("number > ?", after);
                "ASC"
            }
        };
        let Conditions { sql, mut bound } = conditions;
        bound.push(limit.into());
        let last = bound.len();
        let sql = format!("SELECT {COLUMNS} FROM requests WHERE {sql} ORDER BY number {order} LIMIT ?{last}");
        self.all(&sql, rusqlite::params_from_iter(bound), read)
    }
}

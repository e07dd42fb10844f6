//! Lists of resources: filtered, ordered, a page at a time (RFC 7644 §3.4.2).
//!
//! A list is answered in two steps: which resources are on the page, by kind and row; the caller then reads each by its
//! row, as far as the page has room.

use rusqlite::types::Value;
use rusqlite::{Row, params_from_iter};

use crate::model::error::{Error, Result};
use crate::model::filter::{Filter, Sort};
use crate::model::id::{GroupId, OrganizationId, UserId};
use crate::store::filter::{self, Context, Sql};
use crate::store::query::Db;

/// A resource on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listed {
    /// A user.
    User(UserId),
    /// A group.
    Group(GroupId),
}

/// The place of a resource in an ordered list: what a cursor remembers.
#[derive(Clone, Debug, PartialEq)]
pub struct Position {
    /// What the list is ordered by; without `sortBy` the time of creation.
    pub key: Key,
    /// 0 for users, 1 for groups.
    pub kind: i64,
    /// Its row.
    pub row: i64,
}

/// A value that lists are ordered by.
#[derive(Clone, Debug, PartialEq)]
pub enum Key {
    /// A resource without the attribute.
    Absent,
    /// A number, a truth value or an instant.
    Integer(i64),
    /// A number with a fraction.
    Real(f64),
    /// Text, folded where letter case does not count.
    Text(String),
}

/// What is listed of one kind of resource.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// Which of them.
    pub filter: Option<&'a Filter>,
    /// In which order; all kinds of one list have one, or none has.
    pub sort: Option<&'a Sort>,
}

/// A list.
#[derive(Clone, Copy, Debug)]
pub struct ListQuery<'a> {
    /// Whose resources, and the base of their locations.
    pub organization: OrganizationId,
    /// SCIM base URL without a slash at its end.
    pub base_url: &'a str,
    /// Users, if they are listed.
    pub users: Option<Wanted<'a>>,
    /// Groups, if they are listed.
    pub groups: Option<Wanted<'a>>,
}

/// Which part of a list.
#[derive(Clone, Copy, Debug)]
pub enum From<'a> {
    /// After this many resources.
    Offset(i64),
    /// After this one.
    Position(&'a Position),
}

impl Db<'_> {
    /// How many resources a list has.
    pub fn list_total(&self, list: &ListQuery<'_>) -> Result<i64> {
        let (mut total, context) = (0, list.context());
        if let Some(wanted) = list.users {
            let condition = wanted.filter.map(|filter| filter::users(filter, &context));
            total += self.count("users u", "u", list.organization, condition)?;
        }
        if let Some(wanted) = list.groups {
            let condition = wanted.filter.map(|filter| filter::groups(filter, &context));
            total += self.count("groups g", "g", list.organization, condition)?;
        }
        Ok(total)
    }

    fn count(
        self,
        table: &str,
        alias: &str,
        organization: OrganizationId,
        condition: Option<Sql>,
    ) -> Result<i64> {
        let mut query = Text::default();
        query.push(&format!("SELECT count(*) FROM {table} WHERE "));
        query.living(alias, organization, condition);
        self.number(&query.text, params_from_iter(query.parameters))
    }

    /// The resources of a list after `from`, `limit` at most, with their places.
    pub fn list_page(
        &self,
        list: &ListQuery<'_>,
        from: From<'_>,
        limit: i64,
    ) -> Result<Vec<(Listed, Position)>> {
        let query = list.page(from, limit);
        self.all(&query.text, params_from_iter(query.parameters), entry)
    }
}

fn entry(row: &Row<'_>) -> rusqlite::Result<(Listed, Position)> {
    let (kind, id): (i64, i64) = (row.get(0)?, row.get(1)?);
    let key = match row.get::<_, Value>(2)? {
        Value::Null | Value::Blob(_) => Key::Absent,
        Value::Integer(number) => Key::Integer(number),
        Value::Real(number) => Key::Real(number),
        Value::Text(text) => Key::Text(text),
    };
    let listed = if kind == 0 { Listed::User(UserId(id)) } else { Listed::Group(GroupId(id)) };
    Ok((listed, Position { key, kind, row: id }))
}

impl ListQuery<'_> {
    fn context(&self) -> Context<'_> {
        Context { organization: self.organization, base_url: self.base_url }
    }

    /// Whether a `sortBy` orders the list, and whether downwards.
    fn sorted(&self) -> Option<bool> {
        let sort = self.users.and_then(|wanted| wanted.sort).or(self.groups.and_then(|wanted| wanted.sort));
        sort.map(|sort| sort.descending)
    }

    fn page(&self, from: From<'_>, limit: i64) -> Text {
        let context = self.context();
        let mut query = Text::default();
        query.push("SELECT kind, row, key FROM (");
        if let Some(wanted) = self.users {
            let condition = wanted.filter.map(|filter| filter::users(filter, &context));
            let key = wanted.sort.map(|sort| filter::users_key(sort, &context));
            query.select("0", "users u", "u", self.organization, key, condition);
        }
        if self.users.is_some() && self.groups.is_some() {
            query.push(" UNION ALL ");
        }
        if let Some(wanted) = self.groups {
            let condition = wanted.filter.map(|filter| filter::groups(filter, &context));
            let key = wanted.sort.map(|sort| filter::groups_key(sort, &context));
            query.select("1", "groups g", "g", self.organization, key, condition);
        }
        query.push(")");
        let offset = match from {
            From::Offset(offset) => offset,
            From::Position(position) => {
                query.push(" WHERE ");
                query.after(position, self.sorted());
                0
            }
        };
        // With one kind only, naming the kind would keep SQLite from reading the rows in the order of the index.
        let both = self.users.is_some() && self.groups.is_some();
        query.push(match (self.sorted(), both) {
            (None, false) => " ORDER BY key, row",
            (None, true) => " ORDER BY key, kind, row",
            (Some(false), _) => " ORDER BY key ASC NULLS LAST, kind, row",
            (Some(true), _) => " ORDER BY key DESC NULLS FIRST, kind, row",
        });
        query.push(" LIMIT ? OFFSET ?");
        query.parameters.extend([Value::Integer(limit), Value::Integer(offset)]);
        query
    }
}

/// SQL in the making.
#[derive(Default)]
struct Text {
    text: String,
    parameters: Vec<Value>,
}

impl Text {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn sql(&mut self, sql: Sql) {
        self.text.push_str(&sql.text);
        self.parameters.extend(sql.parameters);
    }

    /// The condition for living resources of an organization that a filter selects.
    fn living(&mut self, alias: &str, organization: OrganizationId, condition: Option<Sql>) {
        self.push(&format!("{alias}.organization_id = ? AND {alias}.deleted IS NULL"));
        self.parameters.push(Value::Integer(organization.0));
        if let Some(condition) = condition {
            self.push(" AND ");
            self.sql(condition);
        }
    }

    fn select(
        &mut self,
        kind: &str,
        table: &str,
        alias: &str,
        organization: OrganizationId,
        key: Option<Sql>,
        condition: Option<Sql>,
    ) {
        self.push(&format!("SELECT {kind} AS kind, {alias}.id AS row, "));
        match key {
            Some(key) => self.sql(key),
            None => self.push(&format!("{alias}.created")),
        }
        self.push(&format!(" AS key FROM {table} WHERE "));
        self.living(alias, organization, condition);
    }

    /// The condition for what comes after a place, in the order of [`ListQuery::page`].
    fn after(&mut self, position: &Position, sorted: Option<bool>) {
        let key = match &position.key {
            Key::Absent => Value::Null,
            Key::Integer(number) => Value::Integer(*number),
            Key::Real(number) => Value::Real(*number),
            Key::Text(text) => Value::Text(text.clone()),
        };
        let row = [Value::Integer(position.kind), Value::Integer(position.row)];
        let descending = sorted == Some(true);
        match (key, descending) {
            (Value::Null, false) => self.push("(key IS NULL AND (kind, row) > (?, ?))"),
            (Value::Null, true) => self.push("(key IS NOT NULL OR (kind, row) > (?, ?))"),
            (key, false) => {
                self.push("(key > ? OR key IS NULL OR (key = ? AND (kind, row) > (?, ?)))");
                self.parameters.extend([key.clone(), key]);
            }
            (key, true) => {
                self.push("(key < ? OR (key = ? AND (kind, row) > (?, ?)))");
                self.parameters.extend([key.clone(), key]);
            }
        }
        self.parameters.extend(row);
    }
}

impl Position {
    /// The place as JSON, for a cursor.
    pub fn to_json(&self) -> serde_json::Value {
        let key = match &self.key {
            Key::Absent => serde_json::Value::Null,
            Key::Integer(number) => serde_json::json!({"i": number}),
            Key::Real(number) => serde_json::json!({"r": number}),
            Key::Text(text) => serde_json::json!({"t": text}),
        };
        serde_json::json!([key, self.kind, self.row])
    }

    /// Reads what [`Position::to_json`] wrote.
    ///
    /// # Errors
    /// `InvalidCursor` for anything else.
    pub fn from_json(value: &serde_json::Value) -> Result<Position> {
        let read = || {
            let key = match value.get(0)? {
                serde_json::Value::Null => Key::Absent,
                key => match (key.get("i"), key.get("r"), key.get("t")) {
                    (Some(number), None, None) => Key::Integer(number.as_i64()?),
                    (None, Some(number), None) => Key::Real(number.as_f64()?),
                    (None, None, Some(text)) => Key::Text(text.as_str()?.to_owned()),
                    _ => return None,
                },
            };
            Some(Position { key, kind: value.get(1)?.as_i64()?, row: value.get(2)?.as_i64()? })
        };
        read().ok_or_else(|| {
            Error::new(
                crate::model::error::Kind::InvalidCursor,
                "The cursor is not one that this server gave.",
            )
        })
    }
}

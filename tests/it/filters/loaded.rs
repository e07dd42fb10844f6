//! A random directory as rows of SQLite.

use rollcall::model::filter::{Filter, Sort};
use rollcall::model::fold::fold;
use rollcall::model::id::OrganizationId;
use rollcall::scim::schema::ResourceKind;
use rollcall::store::filter::{self, Context};
use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, params, params_from_iter};
use serde_json::Value;

use super::directory::{BASE_URL, Directory, Stored};

const CONTEXT: Context<'static> = Context { organization: OrganizationId(1), base_url: BASE_URL };

/// A directory in a database.
pub struct Loaded {
    connection: Connection,
}

impl Loaded {
    /// The directory as rows of a new database.
    pub fn new(directory: &Directory) -> Loaded {
        let connection = Connection::open_in_memory().expect("a database");
        connection.execute_batch(include_str!("../../../schema.sql")).expect("the schema");
        connection
            .execute_batch(
                "PRAGMA foreign_keys = ON; INSERT INTO organizations (id, slug, name, group_provisioning, teams,
                    concurrency_groups, sub_organizations, created) VALUES (1, 'a', 'A', 1, 1, 1, 1, 0);",
            )
            .expect("an organization");
        filter::register(&connection).expect("the functions");
        for (number, user) in directory.users.iter().enumerate() {
            insert_user(&connection, number, user);
        }
        for (number, group) in directory.groups.iter().enumerate() {
            insert_group(&connection, number, group);
        }
        for (group, user) in &directory.memberships {
            let sql = "INSERT INTO memberships (group_id, user_id, since, request_id, token)
                VALUES (?1 + 1, ?2 + 1, 0, '', '')";
            connection.execute(sql, params![*group as i64, *user as i64]).expect("a membership");
        }
        Loaded { connection }
    }

    /// The ids of the resources that `filter` selects, in the order of creation.
    pub fn select(&self, kind: ResourceKind, filter: &Filter) -> Vec<String> {
        let (table, condition) = match kind {
            ResourceKind::User => ("users u", filter::users(filter, &CONTEXT)),
            ResourceKind::Group => ("groups g", filter::groups(filter, &CONTEXT)),
        };
        let sql = format!(
            "SELECT resource_id FROM {table} WHERE organization_id = 1 AND {} ORDER BY id",
            condition.text
        );
        self.ids(&sql, &condition.parameters)
    }

    /// The ids of all resources in the order `sort`.
    pub fn ordered(&self, kind: ResourceKind, sort: &Sort) -> Vec<String> {
        let (table, key) = match kind {
            ResourceKind::User => ("users u", filter::users_key(sort, &CONTEXT)),
            ResourceKind::Group => ("groups g", filter::groups_key(sort, &CONTEXT)),
        };
        let direction = if sort.descending { "DESC NULLS FIRST" } else { "ASC NULLS LAST" };
        let sql =
            format!("SELECT resource_id, {} AS key FROM {table} ORDER BY key {direction}, id", key.text);
        self.ids(&sql, &key.parameters)
    }

    fn ids(&self, sql: &str, parameters: &[SqlValue]) -> Vec<String> {
        let mut statement = self.connection.prepare(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        let rows = statement.query_map(params_from_iter(parameters), |row| row.get(0)).expect("rows");
        rows.collect::<rusqlite::Result<_>>().unwrap_or_else(|error| panic!("{sql}: {error}"))
    }
}

fn insert_user(connection: &Connection, number: usize, user: &Stored) {
    let text = |key: &str| user.resource.get(key).and_then(Value::as_str);
    connection
        .execute(
            "INSERT INTO users (organization_id, resource_id, user_name, user_name_key, display_name, display_name_key,
                external_id, active, effective_role, resource, version, created, last_modified, groups_changed)
             VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, 'User', ?8, ?9, ?10, ?11, 0)",
            params![
                format!("u{number}"),
                text("userName"),
                text("userName").map(fold),
                text("displayName"),
                text("displayName").map(fold),
                text("externalId"),
                user.resource["active"].as_bool(),
                Value::Object(user.resource.clone()).to_string(),
                user.version,
                user.created,
                user.modified,
            ],
        )
        .expect("a user");
    let emails = user.resource.get("emails").and_then(Value::as_array).into_iter().flatten();
    for (position, email) in emails.enumerate() {
        let Some(value) = email["value"].as_str() else { continue };
        let sql = "INSERT INTO user_emails (user_id, position, organization_id, type_key, value_key)
            VALUES (?1 + 1, ?2, 1, ?3, ?4)";
        let parameters =
            params![number as i64, position as i64, email["type"].as_str().map(fold), fold(value)];
        connection.execute(sql, parameters).expect("an address");
    }
}

fn insert_group(connection: &Connection, number: usize, group: &Stored) {
    let text = |key: &str| group.resource.get(key).and_then(Value::as_str);
    connection
        .execute(
            "INSERT INTO groups (organization_id, resource_id, display_name, display_name_key, external_id, resource,
                version, created, last_modified, renamed) VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0)",
            params![
                format!("g{number}"),
                text("displayName"),
                text("displayName").map(fold),
                text("externalId"),
                Value::Object(group.resource.clone()).to_string(),
                group.version,
                group.created,
                group.modified,
            ],
        )
        .expect("a group");
}

//! Random users and groups, as JSON and as rows.

use proptest::prelude::*;
use rollcall::model::filter::{Filter, Sort};
use rollcall::model::fold::fold;
use rollcall::model::id::OrganizationId;
use rollcall::model::time::Timestamp;
use rollcall::scim::schema::ResourceKind;
use rollcall::store::filter::{self, Context};
use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, params, params_from_iter};
use serde_json::{Map, Value, json};

use super::attributes::{ENTERPRISE, GROUP_EXTENSION};

/// Values of text attributes.
const TEXTS: &[&str] =
    &["", "a", "A", "ab", "a%", "a_b", "%", "\u{c9}", "\u{e9}t", "\u{3a3}\u{3b1}\u{3c2}", "work", "Work"];

/// What text attributes are compared with.
pub const LITERALS: &[&str] = &[
    "",
    "a",
    "A",
    "b",
    "AB",
    "%",
    "_",
    "\u{e9}",
    "\u{c9}T",
    "\u{3c3}\u{391}\u{3a3}",
    "work",
    "a0",
    "\u{e9}1",
    "u0",
    "u1",
    "g0",
    "U0",
    "User",
    "W/\"1\"",
    "https://x/scim/v2/Users/u0",
    "/Groups/g1",
    "direct",
    "core:2.0:User",
    "Admin",
];

/// How many different instants there are.
pub const INSTANTS: i64 = 4;

/// The instant of that number.
pub fn instant(index: i64) -> i64 {
    1_790_000_000_000 + index * 250
}

const BASE_URL: &str = "https://x/scim/v2";
const CONTEXT: Context<'static> = Context { organization: OrganizationId(1), base_url: BASE_URL };

/// The `id` of a resource.
pub fn id(resource: &Value) -> String {
    resource["id"].as_str().expect("an id").to_owned()
}

/// A resource without what the server adds, and what the server knows of it.
#[derive(Clone, Debug)]
struct Stored {
    resource: Map<String, Value>,
    version: i64,
    created: i64,
    modified: i64,
}

#[derive(Clone, Debug)]
pub struct Directory {
    users: Vec<Stored>,
    groups: Vec<Stored>,
    /// Pairs of group and user.
    memberships: Vec<(usize, usize)>,
}

pub fn any_directory() -> impl Strategy<Value = Directory> {
    let users = prop::collection::vec(any_user(), 1..6);
    let groups = prop::collection::vec((any_group(), prop::collection::vec(any::<bool>(), 5)), 0..4);
    (users, groups).prop_map(|(users, groups)| {
        let users: Vec<Stored> =
            users.into_iter().enumerate().map(|(n, user)| named(user, "userName", n)).collect();
        let mut directory = Directory { users, groups: Vec::new(), memberships: Vec::new() };
        for (n, (group, members)) in groups.into_iter().enumerate() {
            directory.groups.push(named(group, "displayName", n));
            let members = members.iter().take(directory.users.len()).enumerate();
            directory.memberships.extend(members.filter(|(_, is)| **is).map(|(user, _)| (n, user)));
        }
        directory
    })
}

/// Names must be unique.
fn named(mut stored: Stored, key: &str, number: usize) -> Stored {
    let name = format!("{}{number}", stored.resource[key].as_str().unwrap_or_default());
    stored.resource.insert(key.to_owned(), name.into());
    stored
}

fn any_text() -> impl Strategy<Value = Value> {
    prop::sample::select(TEXTS).prop_map(Value::from)
}

/// A value, a null or nothing.
fn maybe(value: impl Strategy<Value = Value> + 'static) -> BoxedStrategy<Option<Value>> {
    prop_oneof![5 => value.prop_map(Some), 1 => Just(Some(Value::Null)), 3 => Just(None)].boxed()
}

/// An object of those members that are there.
fn any_object(
    members: Vec<(&'static str, BoxedStrategy<Option<Value>>)>,
) -> impl Strategy<Value = Map<String, Value>> {
    let (keys, values): (Vec<&'static str>, Vec<_>) = members.into_iter().unzip();
    values.prop_map(move |values| {
        let members = keys.iter().zip(values);
        members.filter_map(|(key, value)| Some(((*key).to_owned(), value?))).collect()
    })
}

fn any_stored(resource: impl Strategy<Value = Map<String, Value>>) -> impl Strategy<Value = Stored> {
    (resource, 1..3i64, 0..INSTANTS, 0..INSTANTS).prop_map(|(resource, version, created, modified)| Stored {
        resource,
        version,
        created: instant(created),
        modified: instant(modified),
    })
}

fn any_user() -> impl Strategy<Value = Stored> {
    let object = |members| any_object(members).prop_map(Value::Object);
    let email = object(vec![
        ("value", maybe(any_text())),
        ("type", maybe(any_text())),
        ("primary", maybe(any::<bool>().prop_map(Value::from))),
    ]);
    let name = object(vec![("familyName", maybe(any_text())), ("givenName", maybe(any_text()))]);
    let manager = object(vec![("value", maybe(any_text())), ("displayName", maybe(any_text()))]);
    let enterprise = object(vec![("department", maybe(any_text())), ("manager", maybe(manager))]);
    any_stored(any_object(vec![
        ("schemas", Just(Some(json!(["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE]))).boxed()),
        ("userName", any_text().prop_map(Some).boxed()),
        ("displayName", maybe(any_text())),
        ("title", maybe(any_text())),
        ("externalId", maybe(any_text())),
        ("active", any::<bool>().prop_map(|active| Some(active.into())).boxed()),
        ("name", maybe(name)),
        ("emails", maybe(prop::collection::vec(email, 0..3).prop_map(Value::Array))),
        (ENTERPRISE, maybe(enterprise)),
    ]))
}

fn any_group() -> impl Strategy<Value = Stored> {
    let roles =
        prop::sample::subsequence(&["Admin", "User", "Guest"][..], 0..3).prop_map(|roles| json!(roles));
    let extension = any_object(vec![("LambdatestRoles", maybe(roles))]).prop_map(Value::Object);
    any_stored(any_object(vec![
        ("schemas", Just(Some(json!(["urn:ietf:params:scim:schemas:core:2.0:Group"]))).boxed()),
        ("displayName", any_text().prop_map(Some).boxed()),
        ("externalId", maybe(any_text())),
        (GROUP_EXTENSION, maybe(extension)),
    ]))
}

impl Directory {
    /// The resources of `kind` as clients see them, in the order of creation.
    pub fn resources(&self, kind: ResourceKind) -> Vec<Value> {
        let (stored, letter) = match kind {
            ResourceKind::User => (&self.users, 'u'),
            ResourceKind::Group => (&self.groups, 'g'),
        };
        let seen = |(number, stored): (usize, &Stored)| {
            let id = format!("{letter}{number}");
            let mut resource = stored.resource.clone();
            let meta = json!({
                "resourceType": kind.as_str(),
                "created": Timestamp::from_millis(stored.created),
                "lastModified": Timestamp::from_millis(stored.modified),
                "version": format!("W/\"{}\"", stored.version),
                "location": format!("{BASE_URL}{}/{id}", kind.endpoint()),
            });
            resource.extend([("id".to_owned(), id.into()), ("meta".to_owned(), meta)]);
            let (key, links) = self.links(kind, number);
            resource.insert(key.to_owned(), Value::Array(links));
            Value::Object(resource)
        };
        stored.iter().enumerate().map(seen).collect()
    }

    /// The `groups` of a user or the `members` of a group.
    fn links(&self, kind: ResourceKind, number: usize) -> (&'static str, Vec<Value>) {
        let text =
            |stored: &Stored, key: &str| stored.resource.get(key).filter(|value| value.is_string()).cloned();
        let of_user = self.memberships.iter().filter(|(_, user)| *user == number).map(|(group, _)| {
            let display = text(&self.groups[*group], "displayName");
            json!({"value": format!("g{group}"), "display": display, "type": "direct",
                "$ref": format!("{BASE_URL}/Groups/g{group}")})
        });
        let of_group = self.memberships.iter().filter(|(group, _)| *group == number).map(|(_, user)| {
            let stored = &self.users[*user];
            json!({"value": format!("u{user}"), "display": text(stored, "displayName"), "type": "User",
                "$ref": format!("{BASE_URL}/Users/u{user}")})
        });
        match kind {
            ResourceKind::User => ("groups", of_user.collect()),
            ResourceKind::Group => ("members", of_group.collect()),
        }
    }

    /// The directory as rows of a new database.
    pub fn load(&self) -> Loaded {
        let connection = Connection::open_in_memory().expect("a database");
        connection.execute_batch(include_str!("../../../schema.sql")).expect("the schema");
        connection
            .execute_batch(
                "PRAGMA foreign_keys = ON; INSERT INTO organizations (id, slug, name, group_provisioning, teams,
                    concurrency_groups, sub_organizations, created) VALUES (1, 'a', 'A', 1, 1, 1, 1, 0);",
            )
            .expect("an organization");
        filter::register(&connection).expect("the functions");
        for (number, user) in self.users.iter().enumerate() {
            insert_user(&connection, number, user);
        }
        for (number, group) in self.groups.iter().enumerate() {
            insert_group(&connection, number, group);
        }
        for (group, user) in &self.memberships {
            let sql = "INSERT INTO memberships (group_id, user_id, since, request_id, token)
                VALUES (?1 + 1, ?2 + 1, 0, '', '')";
            connection.execute(sql, params![*group as i64, *user as i64]).expect("a membership");
        }
        Loaded { connection }
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

/// A directory in a database.
pub struct Loaded {
    connection: Connection,
}

impl Loaded {
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
        let (table, order) = match kind {
            ResourceKind::User => ("users u", filter::users_order(sort, &CONTEXT)),
            ResourceKind::Group => ("groups g", filter::groups_order(sort, &CONTEXT)),
        };
        let sql = format!(
            "SELECT resource_id, {} AS sort_key FROM {table} ORDER BY {}",
            order.key.text, order.clause
        );
        self.ids(&sql, &order.key.parameters)
    }

    fn ids(&self, sql: &str, parameters: &[SqlValue]) -> Vec<String> {
        let mut statement = self.connection.prepare(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        let rows = statement.query_map(params_from_iter(parameters), |row| row.get(0)).expect("rows");
        rows.collect::<rusqlite::Result<_>>().unwrap_or_else(|error| panic!("{sql}: {error}"))
    }
}

//! Random users and groups, and what clients see of them.

use proptest::prelude::*;
use rollcall::model::time::Timestamp;
use rollcall::scim::schema::ResourceKind;
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

/// The base URL of SCIM.
pub const BASE_URL: &str = "https://x/scim/v2";

/// The `id` of a resource.
pub fn id(resource: &Value) -> String {
    resource["id"].as_str().expect("an id").to_owned()
}

/// A resource without what the server adds, and what the server knows of it.
#[derive(Clone, Debug)]
pub struct Stored {
    pub resource: Map<String, Value>,
    pub version: i64,
    pub created: i64,
    pub modified: i64,
}

#[derive(Clone, Debug)]
pub struct Directory {
    pub users: Vec<Stored>,
    pub groups: Vec<Stored>,
    /// Pairs of group and user.
    pub memberships: Vec<(usize, usize)>,
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
}

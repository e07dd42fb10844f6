//! The table of what a seed can hold, and how an entry becomes a request.

use serde_json::{Map, Value, json};

use crate::admin::entities::{ConcurrencyGroups, SubOrganizations, Teams};
use crate::admin::{Admin, Reply, entities, groups, members, rules};
use crate::model::call::Call;
use crate::model::entity::TargetType;
use crate::model::error::Result;
use crate::model::fold::fold;
use crate::scim;
use crate::testing::seed::file::Entry;
use crate::testing::seed::plant::{Planter, text};

/// The keys of an organization that are no tables of entries.
pub(super) const SETTINGS: [&str; 4] = ["name", "plan", "sso", "features"];

const USER_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

type AdminHandler = fn(&Admin, &Call) -> Result<Reply>;

/// One kind of entry.
#[derive(Debug)]
pub(super) struct Part {
    /// The key: `[[users]]`.
    pub(super) name: &'static str,
    /// Plants one.
    pub(super) plant: fn(&mut Planter<'_>, Entry) -> Result<()>,
}

/// Everything, in the order in which it is planted: what is referred to comes first.
pub(super) const PARTS: &[Part] = &[
    Part { name: "teams", plant: |planter, entry| entity(planter, entry, entities::create::<Teams>, TEAMS) },
    Part {
        name: "concurrency_groups",
        plant: |planter, entry| {
            entity(planter, entry, entities::create::<ConcurrencyGroups>, CONCURRENCY_GROUPS)
        },
    },
    Part {
        name: "sub_organizations",
        plant: |planter, entry| {
            entity(planter, entry, entities::create::<SubOrganizations>, SUB_ORGANIZATIONS)
        },
    },
    Part { name: "mapping_rules", plant: rule },
    Part { name: "users", plant: user },
    Part { name: "groups", plant: group },
];

const TEAMS: AdminHandler = members::put::<Teams>;
const CONCURRENCY_GROUPS: AdminHandler = members::put::<ConcurrencyGroups>;
const SUB_ORGANIZATIONS: AdminHandler = members::put::<SubOrganizations>;

/// An entity; whom it has by hand is planted when the users are there.
fn entity(
    planter: &mut Planter<'_>,
    mut entry: Entry,
    create: AdminHandler,
    put: AdminHandler,
) -> Result<()> {
    let members = entry.take_texts("members")?;
    let made = planter.admin(&entry, create, &[], &entry.fields)?;
    planter.later(entry, made, put, members);
    Ok(())
}

fn rule(planter: &mut Planter<'_>, entry: Entry) -> Result<()> {
    planter.admin(&entry, rules::create, &[], &entry.fields).map(drop)
}

fn user(planter: &mut Planter<'_>, mut entry: Entry) -> Result<()> {
    add_schemas(&mut entry.fields, USER_SCHEMA);
    let made = planter.scim(&entry, scim::users::create, &entry.fields)?;
    planter.users.insert(fold(text(&made, "userName")), text(&made, "id").to_owned());
    Ok(())
}

/// A group; `members` are userNames, `mappings` are made by hand.
fn group(planter: &mut Planter<'_>, mut entry: Entry) -> Result<()> {
    add_schemas(&mut entry.fields, GROUP_SCHEMA);
    let names = entry.take_texts("members")?;
    let ids = names.iter().map(|name| planter.user(&entry, name)).collect::<Result<Vec<String>>>()?;
    let mappings = match entry.take("mappings") {
        None => Vec::new(),
        Some(Value::Array(mappings)) => mappings,
        Some(_) => return Err(entry.refuse("mappings", "mappings: expected a list of tables.")),
    };
    let values: Vec<Value> = ids.iter().map(|id| json!({"value": id})).collect();
    entry.fields.insert("members".to_owned(), Value::Array(values));
    let made = planter.scim(&entry, scim::groups::create, &entry.fields)?;
    let id = text(&made, "id");
    for mapping in mappings {
        let Value::Object(mut mapping) = mapping else {
            return Err(entry.refuse("mappings", "mappings: expected a list of tables."));
        };
        choose(planter, &mut mapping)?;
        planter.admin(&entry, groups::map, &[id], &mapping)?;
    }
    Ok(())
}

/// The API takes an existing entity by its id, and makes one where it is told to; here the name is enough for both.
fn choose(planter: &Planter<'_>, mapping: &mut Map<String, Value>) -> Result<()> {
    let target_type = mapping.get("target_type").and_then(Value::as_str).map(TargetType::parse);
    let name = mapping.get("entity_name").and_then(Value::as_str);
    let (Some(Ok(target_type)), Some(name)) = (target_type, name) else { return Ok(()) };
    match planter.entity(target_type, name)? {
        Some(id) => {
            mapping.shift_remove("entity_name");
            mapping.insert("entity_id".to_owned(), json!(id));
        }
        None => drop(mapping.insert("create".to_owned(), json!(true))),
    }
    Ok(())
}

/// `schemas` says what the keys say already (RFC 7643 §3), so that nobody need write it.
fn add_schemas(fields: &mut Map<String, Value>, own: &str) {
    let extensions = fields.keys().filter(|key| key.starts_with("urn:")).map(String::as_str);
    let schemas: Vec<Value> = std::iter::once(own).chain(extensions).map(|urn| json!(urn)).collect();
    fields.entry("schemas").or_insert(Value::Array(schemas));
}

//! `group list|show|map|approve|reject`.

use serde_json::Value;

use crate::admin::groups::groups_json;
use crate::cli::arguments::{Approve, Common, GroupCommand, GroupStatus, MapGroup};
use crate::cli::output::{Outcome, Table, text};
use crate::cli::session::{ALL, Session};
use crate::directory::{About, Change};
use crate::mapping::approval::Choice;
use crate::model::entity::TargetType;
use crate::model::error::{Error, Kind, Result};
use crate::model::group::Group;
use crate::model::id::{MappingId, OrganizationId, ResourceId};
use crate::model::mapping::{Mapping, Status};
use crate::model::name::made_of;
use crate::store::Db;

pub(super) fn run(command: GroupCommand, common: &Common) -> Result<Outcome> {
    let session = Session::open(common)?;
    match command {
        GroupCommand::List { status, query } => list(&session, status, query.as_deref().unwrap_or_default()),
        GroupCommand::Show { group } => show(&session, &group),
        GroupCommand::Map(asked) => approve(&session, asked.into()),
        GroupCommand::Approve(asked) => approve(&session, asked),
        GroupCommand::Reject { group, mapping } => reject(&session, group, mapping),
    }?;
    Ok(Outcome::Success)
}

fn list(session: &Session, status: Option<GroupStatus>, query: &str) -> Result<()> {
    let organization = session.organization()?.id;
    let status = status.map_or("", GroupStatus::as_str);
    let shown =
        session.read(|db| groups_json(db, &db.groups_with_status(organization, query, status, ALL)?))?;
    session.print(&Value::Array(shown.clone()), || {
        let mut table = Table::new(&["ID", "NAME", "MEMBERS", "STATUS", "MAPPED TO"]);
        for group in &shown {
            let mapped: Vec<String> = items(group, "mappings").map(words).collect();
            table.row([
                text(group, "/id"),
                text(group, "/display_name"),
                text(group, "/member_count"),
                text(group, "/status"),
                mapped.join("; "),
            ]);
        }
        table
    })
}

fn show(session: &Session, group: &str) -> Result<()> {
    let organization = session.organization()?.id;
    let shown = session.read(|db| {
        let group = find(db, organization, group)?;
        let status = db.group_status(group.id)?;
        Ok(groups_json(db, &[(group, status)])?.into_iter().next().unwrap_or_default())
    })?;
    session.print(&shown, || {
        let roles: Vec<&str> = items(&shown, "roles").filter_map(Value::as_str).collect();
        let fields = [
            ("id", text(&shown, "/id")),
            ("name", text(&shown, "/display_name")),
            ("members", text(&shown, "/member_count")),
            ("roles", roles.join(", ")),
            ("status", text(&shown, "/status")),
        ];
        let mapping = |mapping: &Value| ("mapping", format!("{}: {}", text(mapping, "/id"), words(mapping)));
        Table::of_fields(fields.into_iter().chain(items(&shown, "mappings").map(mapping)))
    })
}

fn approve(session: &Session, asked: Approve) -> Result<()> {
    let organization = session.organization()?;
    let group = asked.group.clone();
    let about = about(session, organization.id, &group)?;
    session.change_about(&organization, &about, move |change| approve_in(change, &asked))?;
    show(session, &group)
}

/// Whose members a change of a group's mappings may move.
fn about(session: &Session, organization: OrganizationId, group: &str) -> Result<About> {
    session.read(|db| Ok(About::Group(find(db, organization, group)?.resource_id)))
}

fn approve_in(change: &mut Change<'_>, asked: &Approve) -> Result<()> {
    let group = find(change.tx(), change.organization().id, &asked.group)?;
    if let Some(target_type) = asked.target_type {
        let choice = choice(change, asked, target_type)?.unwrap_or(Choice::Named {
            name: made_of(&group.display_name).unwrap_or_default(),
            create: asked.create,
        });
        return change.map_group(&group.resource_id, target_type, &choice).map(drop);
    }
    let chosen = chosen(change.tx(), &group, asked.mapping)?;
    let names_one = asked.entity_id.is_some() || asked.entity_name.is_some();
    if chosen.len() > 1 && names_one {
        let ids: Vec<String> = chosen.iter().map(|mapping| mapping.id.to_string()).collect();
        return Err(Error::invalid_value(format!(
            "Several mappings of the group \"{}\" wait ({}), and one entity cannot be the target of all. Name one with \
             --mapping.",
            group.display_name,
            ids.join(", ")
        )));
    }
    for mapping in chosen {
        let choice = choice(change, asked, mapping.target_type)?.unwrap_or(Choice::AsAsked);
        change.approve_mapping(mapping.id, &choice)?;
    }
    Ok(())
}

/// A mapping that is made is approved at once, so `map` is `approve` where nothing waits.
impl From<MapGroup> for Approve {
    fn from(asked: MapGroup) -> Approve {
        Approve {
            group: asked.group,
            mapping: None,
            target_type: Some(asked.target_type),
            entity_id: asked.entity_id,
            entity_name: asked.entity_name,
            create: asked.create,
        }
    }
}

/// The entity that the command names; `None` when it names none.
fn choice(change: &Change<'_>, asked: &Approve, target_type: TargetType) -> Result<Option<Choice>> {
    if let Some(id) = &asked.entity_id {
        let found =
            change.tx().entity(change.organization().id, target_type, &ResourceId::from(id.as_str()))?;
        let entity = found.ok_or_else(|| Error::not_found(target_type.words(), id))?;
        return Ok(Some(Choice::Entity(entity.id)));
    }
    Ok(asked.entity_name.clone().map(|name| Choice::Named { name, create: asked.create }))
}

fn reject(session: &Session, group: String, mapping: Option<MappingId>) -> Result<()> {
    let organization = session.organization()?;
    let named = group.clone();
    let about = about(session, organization.id, &group)?;
    session.change_about(&organization, &about, move |change| {
        let group = find(change.tx(), change.organization().id, &named)?;
        for mapping in chosen(change.tx(), &group, mapping)? {
            change.reject_mapping(mapping.id)?;
        }
        Ok(())
    })?;
    show(session, &group)
}

/// The mapping that the command names, else all of the group's that wait.
fn chosen(db: &Db<'_>, group: &Group, named: Option<MappingId>) -> Result<Vec<Mapping>> {
    let mappings = db.mappings_of(group.id)?;
    if let Some(id) = named {
        let found = mappings.into_iter().find(|mapping| mapping.id == id);
        return found.map(|mapping| vec![mapping]).ok_or_else(|| {
            Error::new(
                Kind::NotFound,
                format!(
                    "The group \"{}\" has no mapping {id}. \"rollcall group show\" shows its mappings.",
                    group.display_name
                ),
            )
        });
    }
    let waiting: Vec<Mapping> =
        mappings.into_iter().filter(|mapping| matches!(mapping.status, Status::Pending { .. })).collect();
    if waiting.is_empty() {
        return Err(Error::new(
            Kind::Conflict,
            format!(
                "No mapping of the group \"{}\" waits. Name one that exists with --mapping, or approve a new one with \
                 --target-type.",
                group.display_name
            ),
        ));
    }
    Ok(waiting)
}

/// The group of this id, else of this name.
pub(super) fn find(db: &Db<'_>, organization: OrganizationId, text: &str) -> Result<Group> {
    let by_id = db.group(organization, &ResourceId::from(text))?;
    let found = if by_id.is_some() { by_id } else { db.group_named(organization, text)? };
    found.ok_or_else(|| {
        Error::new(
            Kind::NotFound,
            format!("There is no group with the id or the name \"{text}\". \"rollcall group list\" shows those there are."),
        )
    })
}

/// A mapping in a few words: what to, and how it stands.
fn words(mapping: &Value) -> String {
    let target_type = text(mapping, "/target_type");
    let kind = TargetType::parse(&target_type).map_or(target_type, |kind| kind.words().to_owned());
    let part = |pointer: &str, shown: fn(&str) -> String| {
        mapping.pointer(pointer).and_then(Value::as_str).map(shown).unwrap_or_default()
    };
    let name = part("/entity/name", |name| format!(" \"{name}\""));
    let reason = part("/reason", |reason| format!(" ({reason})"));
    format!("{kind}{name}, {}{reason}", text(mapping, "/status"))
}

fn items<'v>(value: &'v Value, member: &str) -> impl Iterator<Item = &'v Value> {
    value.get(member).and_then(Value::as_array).into_iter().flatten()
}

#[cfg(test)]
#[path = "groups_tests.rs"]
mod tests;

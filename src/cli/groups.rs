//! `group list|show|map|approve|reject`.

use serde_json::{Value, json};

use crate::cli::arguments::{Approve, Common, GroupCommand, GroupStatus, MapGroup};
use crate::cli::output::{Outcome, Table};
use crate::cli::session::{ALL, Session};
use crate::directory::{Change, entity_json, group_json, mapping_json};
use crate::mapping::approval::Choice;
use crate::model::entity::{Entity, TargetType};
use crate::model::error::{Error, Kind, Result};
use crate::model::group::Group;
use crate::model::id::{MappingId, OrganizationId, ResourceId};
use crate::model::mapping::{Mapping, Status};
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
    let views = session.read(|db| {
        let groups =
            db.groups_with_status(organization, query, status.map_or("", GroupStatus::as_str), ALL)?;
        let views = groups.into_iter().map(|(group, status)| View::read(db, group, status));
        views.collect::<Result<Vec<View>>>()
    })?;
    let value = views.iter().map(View::json).collect();
    session.print(&value, || {
        let mut table = Table::new(&["ID", "NAME", "MEMBERS", "STATUS", "MAPPED TO"]);
        for view in &views {
            let mapped: Vec<String> = view.mappings.iter().map(words).collect();
            table.row([
                view.group.resource_id.to_string(),
                view.group.display_name.clone(),
                view.group.member_count.to_string(),
                view.status.clone(),
                mapped.join("; "),
            ]);
        }
        table
    })
}

fn show(session: &Session, group: &str) -> Result<()> {
    let organization = session.organization()?.id;
    let view = session.read(|db| {
        let group = find(db, organization, group)?;
        let status = db.group_status(group.id)?;
        View::read(db, group, status)
    })?;
    session.print(&view.json(), || {
        let roles: Vec<&str> = view.group.roles.iter().map(|role| role.as_str()).collect();
        let fields = [
            ("id", view.group.resource_id.to_string()),
            ("name", view.group.display_name.clone()),
            ("members", view.group.member_count.to_string()),
            ("roles", roles.join(", ")),
            ("status", view.status.clone()),
        ];
        let mapping = |mapped: &Mapped| ("mapping", format!("{}: {}", mapped.mapping.id, words(mapped)));
        Table::of_fields(fields.into_iter().chain(view.mappings.iter().map(mapping)))
    })
}

fn approve(session: &Session, asked: Approve) -> Result<()> {
    let organization = session.organization()?;
    let group = asked.group.clone();
    session.change(&organization, move |change| approve_in(change, &asked))?;
    show(session, &group)
}

fn approve_in(change: &mut Change<'_>, asked: &Approve) -> Result<()> {
    let group = find(change.tx(), change.organization().id, &asked.group)?;
    if let Some(target_type) = asked.target_type {
        let choice = choice(change, asked, target_type)?
            .unwrap_or(Choice::Named { name: group.display_name, create: asked.create });
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
    session.change(&organization, move |change| {
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

/// A group with the mappings that count now, and what they say of it.
struct View {
    group: Group,
    status: String,
    mappings: Vec<Mapped>,
}

struct Mapped {
    mapping: Mapping,
    entity: Option<Entity>,
}

impl View {
    fn read(db: &Db<'_>, group: Group, status: String) -> Result<View> {
        let counting = db.mappings_of(group.id)?.into_iter().filter(|mapping| mapping.status.counts());
        let mappings = counting.map(|mapping| {
            let entity = mapping.status.entity().map(|id| db.entity_by_row(id)).transpose()?.flatten();
            Ok(Mapped { mapping, entity })
        });
        Ok(View { mappings: mappings.collect::<Result<_>>()?, group, status })
    }

    /// As the admin API shows it.
    fn json(&self) -> Value {
        let mapping = |mapped: &Mapped| {
            let entity = mapped.entity.as_ref().map_or(Value::Null, entity_json);
            mapping_json(&mapped.mapping, group_json(&self.group), entity)
        };
        json!({
            "id": self.group.resource_id,
            "display_name": self.group.display_name,
            "external_id": self.group.external_id,
            "member_count": self.group.member_count,
            "roles": self.group.roles,
            "status": self.status,
            "mappings": self.mappings.iter().map(mapping).collect::<Vec<Value>>(),
            "created_at": self.group.created,
            "changed_at": self.group.last_modified,
        })
    }
}

/// A mapping in a few words: what to, and how it stands.
fn words(mapped: &Mapped) -> String {
    let Mapping { target_type, status, .. } = &mapped.mapping;
    let name = mapped.entity.as_ref().map(|entity| format!(" \"{}\"", entity.name)).unwrap_or_default();
    let reason = status.reason().map(|reason| format!(" ({reason})")).unwrap_or_default();
    format!("{}{name}, {}{reason}", target_type.words(), status.as_str())
}

#[cfg(test)]
#[path = "groups_tests.rs"]
mod tests;

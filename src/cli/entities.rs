//! `team`, `concurrency-group` and `sub-organization`: `list|create|rename|delete|members|add|remove`.

use serde_json::{Value, json};

use crate::admin::entities::entities_json;
use crate::admin::members::{members_json, placement_json};
use crate::cli::arguments::{Common, EntityCommand};
use crate::cli::explain;
use crate::cli::output::{Outcome, Table};
use crate::cli::session::{ALL, Session};
use crate::directory::About;
use crate::model::entity::{Entity, TargetType};
use crate::model::error::{Error, Kind, Result};
use crate::model::id::{OrganizationId, ResourceId};
use crate::store::Db;

pub(super) fn run(target_type: TargetType, command: EntityCommand, common: &Common) -> Result<Outcome> {
    let at = Place { session: Session::open(common)?, target_type };
    match command {
        EntityCommand::List { query } => at.list(query.as_deref().unwrap_or_default()),
        EntityCommand::Create { name } => at.create(name),
        EntityCommand::Rename { entity, name } => at.rename(&entity, name),
        EntityCommand::Delete { entity } => at.delete(&entity),
        EntityCommand::Members { entity } => at.members(&entity),
        EntityCommand::Add { entity, user } => at.add(&entity, user),
        EntityCommand::Remove { entity, user } => at.remove(&entity, user),
    }?;
    Ok(Outcome::Success)
}

/// A command about entities of one type.
struct Place {
    session: Session,
    target_type: TargetType,
}

impl Place {
    fn list(&self, query: &str) -> Result<()> {
        let organization = self.session.organization()?.id;
        let entities = self.session.read(|db| db.entities(organization, self.target_type, query, ALL))?;
        self.print(&entities)
    }

    fn create(&self, name: String) -> Result<()> {
        let (organization, target_type) = (self.session.organization()?, self.target_type);
        let entity =
            self.session.change(&organization, move |change| change.create_entity(target_type, &name))?;
        self.print_one(entity)
    }

    fn rename(&self, named: &str, name: String) -> Result<()> {
        let (organization, target_type) = (self.session.organization()?, self.target_type);
        let id = self.find(organization.id, named)?.resource_id;
        let renamed = self
            .session
            .change(&organization, move |change| change.rename_entity(target_type, &id, &name))?;
        self.print_one(renamed)
    }

    fn delete(&self, named: &str) -> Result<()> {
        let (organization, target_type) = (self.session.organization()?, self.target_type);
        let entity = self.find(organization.id, named)?;
        let id = entity.resource_id.clone();
        let about = About::Entity(target_type, id.clone());
        self.session
            .change_about(&organization, &about, move |change| change.delete_entity(target_type, &id))?;
        let value = json!({"deleted": {"id": entity.resource_id, "name": entity.name}});
        self.session.say(&value, &format!("The {} \"{}\" is deleted.", target_type.words(), entity.name))
    }

    fn members(&self, named: &str) -> Result<()> {
        let organization = self.session.organization()?.id;
        let entity = self.find(organization, named)?;
        let shown = self.session.read(|db| members_json(db, &entity, &db.entity_members(&entity, ALL)?))?;
        self.session.print(&Value::Array(shown.clone()), || {
            let mut table = Table::new(&["ID", "USERNAME", "NAME", "IN IT BY"]);
            for member in &shown {
                let cell =
                    |field: &str| member.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
                table.row([cell("id"), cell("user_name"), cell("name"), sources(member)]);
            }
            table
        })
    }

    fn add(&self, named: &str, user: String) -> Result<()> {
        let (organization, target_type) = (self.session.organization()?, self.target_type);
        let entity = self.find(organization.id, named)?;
        let user = self.user(organization.id, &user)?;
        let (id, user_id) = (entity.resource_id.clone(), user.clone());
        self.session.change(&organization, move |change| change.put_member(target_type, &id, &user_id))?;
        let placed = self.session.read(|db| {
            let user = db.user(entity.organization, &user)?.ok_or_else(|| Error::not_found("user", &user))?;
            placement_json(db, &entity, &user)
        })?;
        let sentence = placed.get("detail").and_then(Value::as_str).map(str::to_owned);
        let sentence = sentence.unwrap_or_else(|| {
            let user = placed.get("user_name").and_then(Value::as_str).unwrap_or_default();
            format!("\"{user}\" is in the {} \"{}\".", target_type.words(), entity.name)
        });
        self.session.say(&placed, &sentence)
    }

    fn remove(&self, named: &str, user: String) -> Result<()> {
        let (organization, target_type) = (self.session.organization()?, self.target_type);
        let entity = self.find(organization.id, named)?;
        let id = self.user(organization.id, &user)?;
        let (entity_id, user_id) = (entity.resource_id.clone(), id.clone());
        self.session
            .change(&organization, move |change| change.remove_member(target_type, &entity_id, &user_id))?;
        let value = json!({"removed": {"id": id}, "from": {"id": entity.resource_id, "name": entity.name}});
        self.session.say(
            &value,
            &format!("\"{user}\" is no longer in the {} \"{}\".", target_type.words(), entity.name),
        )
    }

    fn print_one(&self, entity: Entity) -> Result<()> {
        let shown = self.session.read(|db| entities_json(db, std::slice::from_ref(&entity)))?;
        let shown = shown.into_iter().next().unwrap_or_default();
        self.session.print(&shown, || table(std::slice::from_ref(&shown)))
    }

    fn print(&self, entities: &[Entity]) -> Result<()> {
        let shown = self.session.read(|db| entities_json(db, entities))?;
        self.session.print(&Value::Array(shown.clone()), || table(&shown))
    }

    /// The living entity of this id, else of this name.
    fn find(&self, organization: OrganizationId, text: &str) -> Result<Entity> {
        self.session.read(|db| {
            let by_id = db.entity(organization, self.target_type, &ResourceId::from(text))?;
            let found = match by_id {
                Some(entity) => Some(entity),
                None => db.entity_named(organization, self.target_type, text)?,
            };
            found.ok_or_else(|| {
                let words = self.target_type.words();
                Error::new(
                    Kind::NotFound,
                    format!("There is no {words} with the id or the name \"{text}\" in this organization."),
                )
            })
        })
    }

    fn user(&self, organization: OrganizationId, text: &str) -> Result<ResourceId> {
        let find = |db: &Db<'_>| explain::find(db, organization, text);
        self.session.read(find).map(|user| user.resource_id)
    }
}

fn table(shown: &[Value]) -> Table {
    let mut table = Table::new(&["ID", "NAME", "MEMBERS", "MAPPED FROM", "CREATED BY"]);
    for entity in shown {
        let cell =
            |pointer: &str| entity.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let mark = if entity.get("is_default") == Some(&Value::Bool(true)) { " (default)" } else { "" };
        table.row([
            cell("/id"),
            format!("{}{mark}", cell("/name")),
            entity.get("member_count").map(Value::to_string).unwrap_or_default(),
            cell("/mapping/group/display_name"),
            cell("/created_by"),
        ]);
    }
    table
}

fn sources(member: &Value) -> String {
    let sources = member.get("sources").and_then(Value::as_array).into_iter().flatten();
    let words = sources.filter_map(|source| source.get("source").and_then(Value::as_str));
    words.collect::<Vec<_>>().join(", ")
}

//! One group: members, what it is mapped to and why, and the decisions about that.

use minijinja::context;
use rouille::Response;
use serde_json::Value;

use crate::admin::groups::{groups_json, live};
use crate::admin::handle::Admin;
use crate::admin::list::Listing;
use crate::admin::lookup::mappings_json;
use crate::admin::mappings::{self, Wanted};
use crate::admin::page::events::shown;
use crate::admin::page::frame::{Page, Section};
use crate::admin::page::paging::Pages;
use crate::model::call::Call;
use crate::model::entity::TargetType;
use crate::model::error::{Error, Result};
use crate::model::form::Form;
use crate::model::group::Group;
use crate::model::id::{MappingId, OrganizationId, ResourceId};
use crate::model::mapping::Mapping;
use crate::model::time::Timestamp;
use crate::store::{Db, Event, Page as Slice};

/// How many entities of a type the form offers; others are named by hand.
const OFFERED: i64 = 200;
/// How many events are looked at for who ended earlier mappings.
const LOOKED_AT: i64 = 500;

/// `GET groups/{id}?after=`.
///
/// # Errors
/// `NotFound`; those of paging.
pub fn group(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, Section::Groups)?;
    let listing = Listing::read(call, "group-members")?;
    let content = admin.read(|db| {
        let group = live(db, call)?;
        let (members, next) = listing.cut(db.group_members(group.id, listing.page())?, |user| [user.id.0]);
        let members: Vec<_> = members
            .iter()
            .map(|user| {
                context! {
                    id => user.resource_id, user_name => user.user_name, name => user.name(),
                    active => user.active,
                }
            })
            .collect();
        let history: Vec<Mapping> =
            db.mappings_of(group.id)?.into_iter().filter(|mapping| !mapping.status.counts()).collect();
        let history = earlier(db, page.organization.id, &history)?;
        let status = db.group_status(group.id)?;
        let entities = offered(db, page.organization.id)?;
        let shown = groups_json(db, &[(group, status)])?.into_iter().next().unwrap_or(Value::Null);
        Ok(context! { group => shown, members, history, entities, pages => Pages::of(call, next) })
    })?;
    page.render("group.html", content)
}

/// Mappings that ended, each with the event of its end, where the feed still has it, and with it who ended it.
fn earlier(db: &Db<'_>, organization: OrganizationId, ended: &[Mapping]) -> Result<Vec<Value>> {
    if ended.is_empty() {
        return Ok(Vec::new());
    }
    let instants: Vec<Timestamp> = ended.iter().map(|mapping| mapping.changed).collect();
    let rows = db.events_at(organization, &instants, LOOKED_AT)?;
    let events: Vec<(&Event, Value)> = rows.iter().zip(shown(db, organization, &rows)?).collect();
    let mut earlier = mappings_json(db, ended)?;
    for (mapping, shown) in ended.iter().zip(&mut earlier) {
        let is_end = |event: &Event| {
            let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
            let id = data.pointer("/mapping/id").and_then(Value::as_str).map(str::to_owned);
            event.at == mapping.changed && id == Some(mapping.id.to_string())
        };
        let end = events.iter().find(|(event, _)| is_end(event)).map(|(_, shown)| shown.clone());
        if let Value::Object(members) = shown {
            members.insert("end".to_owned(), end.unwrap_or_default());
        }
    }
    Ok(earlier)
}

/// Names that exist, by type, to choose from.
fn offered(db: &Db<'_>, organization: OrganizationId) -> Result<minijinja::Value> {
    let of = |target_type| -> Result<Vec<String>> {
        let first = Slice { after: 0, limit: OFFERED };
        Ok(db.entities(organization, target_type, "", first)?.into_iter().map(|entity| entity.name).collect())
    };
    Ok(context! {
        team => of(TargetType::Team)?,
        concurrency_group => of(TargetType::ConcurrencyGroup)?,
        sub_organization => of(TargetType::SubOrganization)?,
    })
}

/// `POST groups/{id}/map` with `target_type`, `entity_name` and `create`.
///
/// # Errors
/// `InvalidSyntax` for a form that cannot be read; those of the store.
pub fn map(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, Section::Groups)?;
    let form = Form::parse(&call.body)?;
    let group = ResourceId::from(call.parameter(0));
    let back = format!("/groups/{group}");
    let outcome = TargetType::parse(form.get("target_type")).and_then(|target_type| {
        let wanted = wanted(&form)?;
        let name = form.get("entity_name").trim().to_owned();
        admin.change(call, move |change| {
            let group = live_named(change.tx(), change.organization().id, &group)?;
            let wanted = match wanted {
                Wanted::Nothing => Wanted::Named(group.display_name.clone(), true),
                other => other,
            };
            let choice = wanted.resolve(change.tx(), change.organization().id, target_type)?;
            change.map_group(&group.resource_id, target_type, &choice)?;
            let entity = if name.is_empty() { &group.display_name } else { &name };
            Ok(format!(
                "\u{201c}{}\u{201d} is mapped to the {} \u{201c}{entity}\u{201d}.",
                group.display_name,
                target_type.words()
            ))
        })
    });
    page.done(&back, outcome)
}

/// `POST mappings/{id}/approve` with `entity_name` and `create`, or without: then what the mapping asks for.
///
/// # Errors
/// As [`map`].
pub fn approve(admin: &Admin, call: &Call) -> Result<Response> {
    act(admin, call, |form| {
        let wanted = wanted(form)?;
        Ok(Box::new(move |change, mapping| {
            let choice = wanted.resolve(change.tx(), change.organization().id, mapping.target_type)?;
            change.approve_mapping(mapping.id, &choice)?;
            Ok("The mapping is approved.")
        }))
    })
}

/// `POST mappings/{id}/reject`.
///
/// # Errors
/// As [`map`].
pub fn reject(admin: &Admin, call: &Call) -> Result<Response> {
    act(admin, call, |_| {
        Ok(Box::new(|change, mapping| {
            change.reject_mapping(mapping.id)?;
            Ok("The mapping is rejected; no rule maps the group to this type again until it is renamed.")
        }))
    })
}

/// `POST mappings/{id}/remove`.
///
/// # Errors
/// As [`map`].
pub fn remove(admin: &Admin, call: &Call) -> Result<Response> {
    act(admin, call, |_| {
        Ok(Box::new(|change, mapping| {
            change.remove_mapping(mapping.id)?;
            Ok("The mapping is removed; rules may map the group to this type again.")
        }))
    })
}

type Action = Box<dyn FnOnce(&mut crate::directory::Change<'_>, &Mapping) -> Result<&'static str> + Send>;

/// Does something to the mapping that the path names, and goes back to its group.
fn act(admin: &Admin, call: &Call, read: impl FnOnce(&Form) -> Result<Action>) -> Result<Response> {
    let page = Page::of(admin, call, Section::Groups)?;
    let form = Form::parse(&call.body)?;
    let id: MappingId = mappings::id(call)?;
    let group = admin.read(|db| {
        let mapping = mappings::stored(db, page.organization.id, id)?;
        db.group_by_row(mapping.group)
    })?;
    let back = group.map_or_else(|| "/groups".to_owned(), |group| format!("/groups/{}", group.resource_id));
    let outcome = read(&form).and_then(|action| {
        admin.change(call, move |change| {
            let mapping = mappings::stored(change.tx(), change.organization().id, id)?;
            action(change, &mapping).map(str::to_owned)
        })
    });
    page.done(&back, outcome)
}

/// The entity that a form names.
fn wanted(form: &Form) -> Result<Wanted> {
    let name = form.get("entity_name").trim();
    Ok(if name.is_empty() {
        Wanted::Nothing
    } else {
        Wanted::Named(name.to_owned(), form.get("create") == "on")
    })
}

fn live_named(db: &Db<'_>, organization: crate::model::id::OrganizationId, id: &ResourceId) -> Result<Group> {
    db.group(organization, id)?.ok_or_else(|| Error::not_found("group", id))
}

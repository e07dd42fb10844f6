//! One group: members, what it is mapped to and why, and the decisions about that.

use std::collections::BTreeMap;

use minijinja::context;
use rouille::Response;
use serde_json::Value;

use crate::admin::groups::{groups_json, live};
use crate::admin::handle::Admin;
use crate::admin::list::Listing;
use crate::admin::lookup::mappings_json;
use crate::admin::mappings;
use crate::admin::page::events::shown;
use crate::admin::page::frame::{Page, Section};
use crate::admin::page::paging::Pages;
use crate::admin::page::stale::check_version;
use crate::admin::version::Versioned;
use crate::mapping::approval::Choice;
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
        let mappings = db.mappings_of(group.id)?;
        let versions: BTreeMap<String, String> =
            mappings.iter().map(|mapping| (mapping.id.to_string(), mapping.etag())).collect();
        let history: Vec<Mapping> = mappings.into_iter().filter(|mapping| !mapping.status.counts()).collect();
        let history = earlier(db, page.organization.id, &history)?;
        let status = db.group_status(group.id)?;
        let entities = offered(db, page.organization.id)?;
        let shown = groups_json(db, &[(group, status)])?.into_iter().next().unwrap_or(Value::Null);
        Ok(context! { group => shown, versions, members, history, entities, pages => Pages::of(call, next) })
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
        let (name, create) = named(&form);
        admin.change(call, move |change| {
            let group = live_named(change.tx(), change.organization().id, &group)?;
            let name = if name.is_empty() { group.display_name.clone() } else { name };
            let choice = Choice::Named { name: name.clone(), create };
            let mapping = change.map_group(&group.resource_id, target_type, &choice)?;
            Ok(format!(
                "\u{201c}{}\u{201d} is mapped to the {} \u{201c}{name}\u{201d}{}.",
                group.display_name,
                target_type.words(),
                effect(&mapping)
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
        let choice = match named(form) {
            (name, true) if name.is_empty() => Choice::AsAsked,
            (name, false) if name.is_empty() => Choice::AsAskedIfThere,
            (name, create) => Choice::Named { name, create },
        };
        Box::new(move |change, mapping| {
            let mapping = change.approve_mapping(mapping.id, &choice)?;
            Ok(format!("The mapping is approved{}.", effect(&mapping)))
        })
    })
}

/// `POST mappings/{id}/reject`.
///
/// # Errors
/// As [`map`].
pub fn reject(admin: &Admin, call: &Call) -> Result<Response> {
    act(admin, call, |_| {
        Box::new(|change, mapping| {
            change.reject_mapping(mapping.id)?;
            Ok("The mapping is rejected; no rule maps the group to this type again until it is renamed."
                .to_owned())
        })
    })
}

/// `POST mappings/{id}/remove`.
///
/// # Errors
/// As [`map`].
pub fn remove(admin: &Admin, call: &Call) -> Result<Response> {
    act(admin, call, |_| {
        Box::new(|change, mapping| {
            change.remove_mapping(mapping.id)?;
            Ok("The mapping is removed; rules may map the group to this type again.".to_owned())
        })
    })
}

type Action = Box<dyn FnOnce(&mut crate::directory::Change<'_>, &Mapping) -> Result<String> + Send>;

/// Does something to the mapping that the path names, if it is still of the `version` that the form shows, and goes back
/// to its group.
fn act(admin: &Admin, call: &Call, read: impl FnOnce(&Form) -> Action) -> Result<Response> {
    let page = Page::of(admin, call, Section::Groups)?;
    let form = Form::parse(&call.body)?;
    let id: MappingId = mappings::id(call)?;
    let group = admin.read(|db| {
        let mapping = mappings::stored(db, page.organization.id, id)?;
        db.group_by_row(mapping.group)
    })?;
    let back = group.map_or_else(|| "/groups".to_owned(), |group| format!("/groups/{}", group.resource_id));
    let (action, version) = (read(&form), form.get("version").to_owned());
    let outcome = admin.change(call, move |change| {
        let mapping = mappings::stored(change.tx(), change.organization().id, id)?;
        check_version(&mapping, &version, "mapping")?;
        action(change, &mapping)
    });
    page.done(&back, outcome)
}

/// The name of the entity that a form asks for, and whether it may be made.
fn named(form: &Form) -> (String, bool) {
    (form.get("entity_name").trim().to_owned(), form.get("create") == "on")
}

/// How a sentence about an approved mapping goes on where its target type is switched off.
fn effect(mapping: &Mapping) -> String {
    if mapping.status.waits_for_feature() { switched_on_first(mapping.target_type, 1) } else { String::new() }
}

/// The same for so many mappings to a type that is switched off.
pub(super) fn switched_on_first(target_type: TargetType, mappings: usize) -> String {
    let take = if mappings == 1 { "takes" } else { "take" };
    let feature = match target_type {
        TargetType::Team => "Teams",
        TargetType::ConcurrencyGroup => "Concurrency groups",
        TargetType::SubOrganization => "Sub-organizations",
    };
    format!(", and {take} effect once \u{201c}{feature}\u{201d} is switched on under Security")
}

fn live_named(db: &Db<'_>, organization: crate::model::id::OrganizationId, id: &ResourceId) -> Result<Group> {
    db.group(organization, id)?.ok_or_else(|| Error::not_found("group", id))
}

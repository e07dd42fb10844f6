//! Teams, concurrency groups and sub-organizations: who is in each, and what an admin does to them.

use minijinja::context;
use rouille::Response;
use serde_json::Value;

use crate::admin::entities::{Noun, entities_json, living};
use crate::admin::handle::Admin;
use crate::admin::list::Listing;
use crate::admin::members::members_json;
use crate::admin::page::frame::{Page, Section};
use crate::admin::page::paging::Pages;
use crate::admin::page::stale::check_version;
use crate::admin::version::Versioned;
use crate::model::call::Call;
use crate::model::entity::TargetType;
use crate::model::error::{Error, Result};
use crate::model::form::Form;
use crate::model::id::ResourceId;

const fn section<N: Noun>() -> Section {
    match N::TYPE {
        TargetType::Team => Section::Teams,
        TargetType::ConcurrencyGroup => Section::ConcurrencyGroups,
        TargetType::SubOrganization => Section::SubOrganizations,
    }
}

/// `GET` of all, `?query=&after=`.
///
/// # Errors
/// Those of paging.
pub fn entities<N: Noun>(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, section::<N>())?;
    let listing = Listing::read(call, N::PATH)?;
    let query = call.query.get("query").unwrap_or_default();
    let (entities, next) = admin.read(|db| {
        let rows = db.entities(page.organization.id, N::TYPE, query, listing.page())?;
        let (rows, next) = listing.cut(rows, |entity| [entity.id.0]);
        Ok((entities_json(db, &rows)?, next))
    })?;
    page.render(
        "entities.html",
        context! { entities, query, kind => N::TYPE.as_str(), path => N::PATH, title => section::<N>().name(),
        pages => Pages::of(call, next) },
    )
}

/// `GET` of one with its members, `?after=`.
///
/// # Errors
/// `NotFound`; those of paging.
pub fn entity<N: Noun>(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, section::<N>())?;
    let listing = Listing::read(call, "members")?;
    let shown = admin.read(|db| {
        let entity = living::<N>(db, call)?;
        let (rows, next) = listing.cut(db.entity_members(&entity, listing.page())?, |user| [user.id.0]);
        let members = members_json(db, &entity, &rows)?;
        let version = entity.etag();
        let entity = entities_json(db, std::slice::from_ref(&entity))?.into_iter().next().unwrap_or(Value::Null);
        Ok(context! { entity, version, members, kind => N::TYPE.as_str(), path => N::PATH, title => section::<N>().name(),
            pages => Pages::of(call, next) })
    })?;
    page.render("entity.html", shown)
}

/// `POST` with `name`: creates one.
///
/// # Errors
/// `InvalidSyntax` for a form that cannot be read; those of the store.
pub fn create_entity<N: Noun>(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, section::<N>())?;
    let name = Form::parse(&call.body)?.get("name").to_owned();
    let made = admin.change(call, move |change| change.create_entity(N::TYPE, &name));
    let back = match &made {
        Ok(entity) => format!("/{}/{}", N::PATH, entity.resource_id),
        Err(_) => format!("/{}", N::PATH),
    };
    page.done(&back, made.map(|entity| format!("\u{201c}{}\u{201d} is created.", entity.name)))
}

/// `POST {id}/rename` with `name`, and the `version` that the form shows.
///
/// # Errors
/// As [`create_entity`].
pub fn rename_entity<N: Noun>(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, section::<N>())?;
    let form = Form::parse(&call.body)?;
    let (name, version) = (form.get("name").to_owned(), form.get("version").to_owned());
    let id = ResourceId::from(call.parameter(0));
    let back = format!("/{}/{id}", N::PATH);
    let renamed = admin.change(call, move |change| {
        if let Some(entity) = change.tx().entity(change.organization().id, N::TYPE, &id)? {
            check_version(&entity, &version, N::TYPE.words())?;
        }
        change.rename_entity(N::TYPE, &id, &name)
    });
    page.done(&back, renamed.map(|entity| format!("It is called \u{201c}{}\u{201d} now.", entity.name)))
}

/// `POST {id}/delete`.
///
/// # Errors
/// As [`create_entity`].
pub fn delete_entity<N: Noun>(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, section::<N>())?;
    let id = ResourceId::from(call.parameter(0));
    let stays = format!("/{}/{id}", N::PATH);
    let deleted = admin.change(call, move |change| change.delete_entity(N::TYPE, &id));
    let back = if deleted.is_ok() { format!("/{}", N::PATH) } else { stays };
    page.done(&back, deleted.map(|()| "It is deleted, and nobody is in it any more.".to_owned()))
}

/// `POST {id}/members` with `user_name` and `action`: `put` or `take`.
///
/// # Errors
/// As [`create_entity`].
pub fn change_member<N: Noun>(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, section::<N>())?;
    let form = Form::parse(&call.body)?;
    let (user_name, take) = (form.get("user_name").trim().to_owned(), form.get("action") == "take");
    let id = ResourceId::from(call.parameter(0));
    let back = format!("/{}/{id}", N::PATH);
    let outcome = admin.change(call, move |change| {
        let found = change.tx().user_named(change.organization().id, &user_name)?;
        let user = found.ok_or_else(|| {
            Error::invalid_value(format!(
                "There is no person with the userName \u{201c}{user_name}\u{201d}. Search under People."
            ))
        })?;
        if take {
            change.remove_member(N::TYPE, &id, &user.resource_id)?;
            return Ok(format!(
                "\u{201c}{}\u{201d} is taken out. What a group gave comes back when the identity provider asserts that \
                 membership again.",
                user.user_name
            ));
        }
        change.put_member(N::TYPE, &id, &user.resource_id)?;
        Ok(format!(
            "\u{201c}{}\u{201d} is put in by hand. Where a mapping or LambdatestGroup claims the one place of this kind, \
             that goes first.",
            user.user_name
        ))
    });
    page.done(&back, outcome)
}

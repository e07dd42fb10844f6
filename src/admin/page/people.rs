//! People: what each has, why, and changes by hand.

use minijinja::context;
use rouille::Response;
use serde_json::{Value, json};

use crate::admin::handle::Admin;
use crate::admin::list::Listing;
use crate::admin::page::frame::{Page, Section};
use crate::admin::page::paging::Pages;
use crate::admin::users::users_json;
use crate::directory::{self, Explanation, Part};
use crate::model::call::Call;
use crate::model::entity::TargetType;
use crate::model::error::{Error, Result};
use crate::model::form::Form;
use crate::model::id::{OrganizationId, ResourceId};
use crate::store::Db;

/// `GET people?query=&after=`.
///
/// # Errors
/// Those of paging.
pub fn people(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, Section::People)?;
    let listing = Listing::read(call, "users")?;
    let query = call.query.get("query").unwrap_or_default();
    let (people, next) = admin.read(|db| {
        let slice = listing.page();
        let rows = db.users_matching(page.organization.id, query, slice.after, slice.limit)?;
        let (rows, next) = listing.cut(rows, |user| [user.id.0]);
        Ok((users_json(db, page.organization.id, &rows)?, next))
    })?;
    page.render("people.html", context! { people, query, pages => Pages::of(call, next) })
}

/// `GET people/{id}`: deleted ones too, whose history explains what became of them.
///
/// # Errors
/// `NotFound`.
pub fn person_page(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, Section::People)?;
    let id = ResourceId::from(call.parameter(0));
    let shown = admin.read(|db| {
        let organization = page.organization.id;
        let living = db.user(organization, &id)?;
        let user = db.user_ever(organization, &id)?.ok_or_else(|| Error::not_found("user", &id))?;
        let deleted = living.is_none();
        let (user_name, name) = (user.user_name.clone(), user.name());
        let has = match living {
            Some(user) => users_json(db, organization, &[user])?.into_iter().next(),
            None => None,
        };
        let sentences = sentences(db, organization, &directory::explain(db, user)?)?;
        let resource = has.clone().unwrap_or(Value::Null);
        Ok(context! { user_name, name, deleted, user => resource, sentences })
    })?;
    page.render("person.html", shown)
}

/// An explanation for the template: sentences in parts, and whether the log has the requests that they name.
fn sentences(
    db: &Db<'_>,
    organization: OrganizationId,
    explanation: &Explanation,
) -> Result<Vec<Vec<Value>>> {
    let sentences = explanation.sentences();
    let requests = sentences.iter().flat_map(|sentence| &sentence.0).filter_map(|part| match part {
        Part::Request(id) => Some(id.as_str()),
        _ => None,
    });
    let logged = db.logged_of(organization, &requests.collect())?;
    let shown = |part: &Part| match part {
        Part::At(at) => json!({"at": at}),
        Part::Request(id) => json!({"text": id, "request": logged.contains(id)}),
        Part::Words(text) | Part::Name(text) | Part::Actor(text) => json!({"text": text}),
    };
    Ok(sentences.iter().map(|sentence| sentence.0.iter().map(shown).collect()).collect())
}

/// `POST people/{id}/put` with `target_type` and `entity_name`.
///
/// # Errors
/// `InvalidSyntax` for a form that cannot be read; those of the store.
pub fn put_person(admin: &Admin, call: &Call) -> Result<Response> {
    by_hand(admin, call, |change, target_type, entity, user| {
        change.put_member(target_type, entity, user)?;
        Ok(
            "It is stored. What the person has now is below; a mapping or LambdatestGroup that claims the same place goes first.",
        )
    })
}

/// `POST people/{id}/take` with `target_type` and `entity_name`.
///
/// # Errors
/// As [`put_person`].
pub fn take_person(admin: &Admin, call: &Call) -> Result<Response> {
    by_hand(admin, call, |change, target_type, entity, user| {
        change.remove_member(target_type, entity, user)?;
        Ok(
            "It is taken away. What a group gave comes back when the identity provider asserts that membership again.",
        )
    })
}

fn by_hand(
    admin: &Admin,
    call: &Call,
    action: fn(&mut directory::Change<'_>, TargetType, &ResourceId, &ResourceId) -> Result<&'static str>,
) -> Result<Response> {
    let page = Page::of(admin, call, Section::People)?;
    let form = Form::parse(&call.body)?;
    let user = ResourceId::from(call.parameter(0));
    let back = format!("/people/{user}");
    let name = form.get("entity_name").trim().to_owned();
    let outcome = TargetType::parse(form.get("target_type")).and_then(|target_type| {
        admin.change(call, move |change| {
            let found = change.tx().entity_named(change.organization().id, target_type, &name)?;
            let entity = found.ok_or_else(|| {
                Error::invalid_value(format!(
                    "There is no {} \u{201c}{name}\u{201d}. Create it first, or write the name of one that is there.",
                    target_type.words()
                ))
            })?;
            action(change, target_type, &entity.resource_id, &user).map(str::to_owned)
        })
    });
    page.done(&back, outcome)
}

//! SCIM Groups: what was pushed, how each stands, and several decided at once.

use minijinja::context;
use rouille::Response;

use crate::admin::groups::{STATUSES, groups_json};
use crate::admin::handle::Admin;
use crate::admin::list::{self, Listing};
use crate::admin::page::frame::{Page, Section};
use crate::admin::page::paging::Pages;
use crate::directory::Change;
use crate::mapping::approval::Choice;
use crate::model::call::Call;
use crate::model::error::{Error, Result};
use crate::model::form::Form;
use crate::model::id::ResourceId;
use crate::model::mapping::Status;

/// `GET groups?status=&query=&after=`.
///
/// # Errors
/// Those of paging; `InvalidValue` for an unknown status.
pub fn groups(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, Section::Groups)?;
    let listing = Listing::read(call, "groups")?;
    let status = list::word(call, "status", &STATUSES)?;
    let query = call.query.get("query").unwrap_or_default();
    let (groups, next) = admin.read(|db| {
        let rows = db.groups_with_status(page.organization.id, query, status, listing.page())?;
        let (rows, next) = listing.cut(rows, |(group, _)| [group.id.0]);
        Ok((groups_json(db, &rows)?, next))
    })?;
    let provisioning = page.organization.features.group_provisioning;
    page.render(
        "groups.html",
        context! { groups, status, query, provisioning, statuses => STATUSES, pages => Pages::of(call, next) },
    )
}

/// `POST groups/decide` with `group`, several, and `decision`: approves or rejects what waits of each.
///
/// # Errors
/// `InvalidSyntax` for a form that cannot be read; those of the store.
pub fn decide(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, Section::Groups)?;
    let form = Form::parse(&call.body)?;
    let chosen: Vec<ResourceId> = form.all("group").map(ResourceId::from).collect();
    let approve = form.get("decision") == "approve";
    let outcome = if chosen.is_empty() {
        Err(Error::invalid_value("No group is ticked. Tick those that you mean, and decide again."))
    } else {
        admin.change(call, move |change| decide_all(change, &chosen, approve)).map(|decided| {
            let word = if approve { "approved" } else { "rejected" };
            match decided {
                1 => format!("1 mapping is {word}."),
                _ => format!("{decided} mappings are {word}."),
            }
        })
    };
    page.done("/groups?status=pending", outcome)
}

/// Decides all or none: one group that cannot be approved leaves the others as they were.
fn decide_all(change: &mut Change<'_>, groups: &[ResourceId], approve: bool) -> Result<usize> {
    let organization = change.organization().id;
    let mut decided = 0;
    for id in groups {
        let Some(group) = change.tx().group(organization, id)? else { continue };
        let waiting = change.tx().mappings_of(group.id)?;
        for mapping in waiting.iter().filter(|mapping| matches!(mapping.status, Status::Pending { .. })) {
            if approve {
                let named = |error: Error| Error {
                    detail: format!("{}: {}", group.display_name, error.detail),
                    ..error
                };
                change.approve_mapping(mapping.id, &Choice::AsAsked).map_err(named)?;
            } else {
                change.reject_mapping(mapping.id)?;
            }
            decided += 1;
        }
    }
    Ok(decided)
}

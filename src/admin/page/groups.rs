//! SCIM Groups: what was pushed, how each stands, and several decided at once.

use minijinja::context;
use rouille::Response;

use crate::admin::groups::{STATUSES, groups_json};
use crate::admin::handle::Admin;
use crate::admin::list::{self, Listing};
use crate::admin::page::frame::{Page, Section};
use crate::admin::page::group::switched_on_first;
use crate::admin::page::paging::Pages;
use crate::directory::Change;
use crate::mapping::approval::Choice;
use crate::model::call::Call;
use crate::model::entity::TargetType;
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
    let outcome = match (form.get("decision"), chosen.is_empty()) {
        (_, true) => {
            Err(Error::invalid_value("No group is ticked. Tick those that you mean, and decide again."))
        }
        (decision @ ("approve" | "reject"), false) => {
            let approve = decision == "approve";
            admin
                .change(call, move |change| decide_all(change, &chosen, approve))
                .and_then(|decided| decided.said(if approve { "approved" } else { "rejected" }))
        }
        _ => Err(Error::invalid_value("Nothing was decided: press Approve or Reject below the groups.")),
    };
    page.done("/groups?status=pending", outcome)
}

/// What a decision about several groups came to.
#[derive(Debug, Default)]
struct Decided {
    /// The types of the mappings that were decided, and whether each is approved for when it is switched on.
    mappings: Vec<(TargetType, bool)>,
    /// Names of groups without any mapping.
    unmapped: Vec<String>,
    /// Names of groups whose mappings are all decided.
    settled: Vec<String>,
}

impl Decided {
    /// In a sentence each: what was done, and what was not done and why.
    fn said(&self, word: &str) -> Result<String> {
        let mut said = Vec::new();
        let count = |n: usize| if n == 1 { "1 mapping is".to_owned() } else { format!("{n} mappings are") };
        let number =
            |of: &dyn Fn(&(TargetType, bool)) -> bool| self.mappings.iter().filter(|one| of(one)).count();
        let at_once = number(&|(_, waits)| !waits);
        if at_once > 0 {
            said.push(format!("{} {word}.", count(at_once)));
        }
        for of_type in TargetType::ALL {
            let later = number(&|one| *one == (of_type, true));
            if later > 0 {
                said.push(format!("{} {word}{}.", count(later), switched_on_first(of_type, later)));
            }
        }
        let nothing = said.is_empty();
        if nothing {
            said.push(format!("Nothing was {word}."));
        }
        if !self.unmapped.is_empty() {
            said.push(format!(
                "Mapped to nothing yet: {}. Open the group and map it first.",
                names(&self.unmapped)
            ));
        }
        if !self.settled.is_empty() {
            said.push(format!("Decided already: {}.", names(&self.settled)));
        }
        let said = said.join(" ");
        if nothing { Err(Error::invalid_value(said)) } else { Ok(said) }
    }
}

/// The first names in quotes, and how many more there are.
fn names(of: &[String]) -> String {
    const NAMED: usize = 5;
    let first: Vec<String> = of.iter().take(NAMED).map(|name| format!("\u{201c}{name}\u{201d}")).collect();
    match of.len().saturating_sub(NAMED) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

/// Decides all or none: one group that cannot be approved leaves the others as they were.
fn decide_all(change: &mut Change<'_>, groups: &[ResourceId], approve: bool) -> Result<Decided> {
    let organization = change.organization().id;
    let mut decided = Decided::default();
    for id in groups {
        let group = change.tx().group(organization, id)?.ok_or_else(|| Error::not_found("group", id))?;
        let mut mappings = change.tx().mappings_of(group.id)?;
        mappings.retain(|mapping| mapping.status.counts());
        let is_mapped = !mappings.is_empty();
        mappings.retain(|mapping| {
            matches!(mapping.status, Status::Pending { .. }) && !mapping.status.waits_for_feature()
        });
        match (is_mapped, mappings.is_empty()) {
            (false, _) => decided.unmapped.push(group.display_name.clone()),
            (true, true) => decided.settled.push(group.display_name.clone()),
            (true, false) => {}
        }
        for mapping in mappings {
            let after = if approve {
                let named = |error: Error| Error {
                    detail: format!("{}: {}", group.display_name, error.detail),
                    ..error
                };
                change.approve_mapping(mapping.id, &Choice::AsAsked).map_err(named)?
            } else {
                change.reject_mapping(mapping.id)?
            };
            decided.mappings.push((after.target_type, after.status.waits_for_feature()));
        }
    }
    Ok(decided)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_says_what_was_done_what_waits_for_a_switch_and_what_was_not_done() {
        let group = |name: &str| name.to_owned();
        let decided = Decided {
            mappings: vec![
                (TargetType::Team, true),
                (TargetType::SubOrganization, false),
                (TargetType::Team, true),
            ],
            unmapped: vec![group("A")],
            settled: (1..=7).map(|n| n.to_string()).collect(),
        };
        assert_eq!(
            decided.said("approved").unwrap(),
            "1 mapping is approved. 2 mappings are approved, and take effect once \u{201c}Teams\u{201d} is switched on under \
             Security. Mapped to nothing yet: \u{201c}A\u{201d}. Open the group and map it first. Decided already: \
             \u{201c}1\u{201d}, \u{201c}2\u{201d}, \u{201c}3\u{201d}, \u{201c}4\u{201d}, \u{201c}5\u{201d} and 2 more."
        );
        let nothing = Decided { unmapped: vec![group("A")], ..Decided::default() };
        assert_eq!(nothing.said("rejected").unwrap_err().kind, crate::model::error::Kind::InvalidValue);
    }
}

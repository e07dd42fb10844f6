//! Conflicts: what a person has beside what is claimed for them, decided one by one or for a whole pair of groups.

use minijinja::context;
use rouille::Response;
use serde::Serialize;
use serde_json::Value;

use crate::admin::conflicts::conflicts_json;
use crate::admin::handle::Admin;
use crate::admin::list::Listing;
use crate::admin::page::frame::{Page, Section};
use crate::admin::page::paging::Pages;
use crate::directory::Answer;
use crate::model::call::Call;
use crate::model::error::{Error, Result};
use crate::model::form::Form;
use crate::model::id::{ConflictId, ResourceId};

/// The conflicts of a page between the same two groups.
#[derive(Serialize)]
struct Pair {
    current: Value,
    incoming: Value,
    conflicts: Vec<Value>,
}

/// `GET conflicts?after=`: the open ones, by pairs of groups.
///
/// # Errors
/// Those of paging.
pub fn conflicts(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, Section::Conflicts)?;
    let listing = Listing::read(call, "conflicts")?;
    let (open, next) = admin.read(|db| {
        let rows = db.conflicts(page.organization.id, "open", listing.page())?;
        let (rows, next) = listing.cut(rows, |conflict| [conflict.id.0]);
        Ok((conflicts_json(db, &rows)?, next))
    })?;
    page.render("conflicts.html", context! { pairs => pairs(open), pages => Pages::of(call, next) })
}

fn pairs(conflicts: Vec<Value>) -> Vec<Pair> {
    let mut pairs: Vec<Pair> = Vec::new();
    let group = |conflict: &Value, side: &str| {
        conflict.pointer(&format!("/{side}/group")).cloned().unwrap_or_default()
    };
    for conflict in conflicts {
        let (current, incoming) = (group(&conflict, "current"), group(&conflict, "incoming"));
        match pairs.iter_mut().find(|pair| pair.current == current && pair.incoming == incoming) {
            Some(pair) => pair.conflicts.push(conflict),
            None => pairs.push(Pair { current, incoming, conflicts: vec![conflict] }),
        }
    }
    pairs
}

/// `POST conflicts/{id}/resolve` with `decision`.
///
/// # Errors
/// `InvalidSyntax` for a form that cannot be read; those of the store.
pub fn resolve_conflict(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, Section::Conflicts)?;
    let form = Form::parse(&call.body)?;
    let outcome = Answer::parse(form.get("decision")).and_then(|answer| {
        let text = call.parameter(0);
        let id = ConflictId::parse(text).ok_or_else(|| Error::not_found("conflict", text))?;
        admin.change(call, move |change| change.resolve_conflict(id, answer))?;
        Ok(format!("Decided: {}. The decision is remembered for this person.", words(answer)))
    });
    page.done("/conflicts", outcome)
}

/// `POST conflicts/resolve` with `current_group`, `incoming_group` and `decision`: all that are open between them.
///
/// # Errors
/// As [`resolve_conflict`].
pub fn resolve_conflicts(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, Section::Conflicts)?;
    let form = Form::parse(&call.body)?;
    let (current, incoming) =
        (ResourceId::from(form.get("current_group")), ResourceId::from(form.get("incoming_group")));
    let outcome = Answer::parse(form.get("decision")).and_then(|answer| {
        let resolved = admin.change(call, move |change| {
            let organization = change.organization().id;
            let group = |id: &ResourceId| {
                change
                    .tx()
                    .group(organization, id)?
                    .map(|group| group.id)
                    .ok_or_else(|| Error::not_found("group", id))
            };
            let (current, incoming) = (group(&current)?, group(&incoming)?);
            change.resolve_conflicts(current, incoming, answer)
        })?;
        Ok(format!("Decided for {resolved} people: {}. The decisions are remembered.", words(answer)))
    });
    page.done("/conflicts", outcome)
}

fn words(answer: Answer) -> &'static str {
    match answer {
        Answer::KeepCurrent => "they keep what they have",
        Answer::UseIncoming => "they get what the incoming group gives",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn conflicts_of_one_pair_of_groups_stand_together() {
        let conflict = |current: &str, incoming: &str| json!({"current": {"group": {"id": current}}, "incoming": {"group": {"id": incoming}}});
        let found = pairs(vec![conflict("a", "b"), conflict("b", "a"), conflict("a", "b")]);
        let sizes: Vec<usize> = found.iter().map(|pair| pair.conflicts.len()).collect();
        assert_eq!(sizes, [2, 1]);
    }
}

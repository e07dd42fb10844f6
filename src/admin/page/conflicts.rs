//! Conflicts: what a person has beside what is claimed for them, decided one by one or for a whole pair of groups.

use std::collections::HashMap;

use minijinja::context;
use rouille::Response;
use serde::Serialize;
use serde_json::Value;

use crate::admin::conflicts::conflicts_json;
use crate::admin::handle::Admin;
use crate::admin::list::{self, Listing};
use crate::admin::page::frame::{Page, Section};
use crate::admin::page::paging::Pages;
use crate::directory::Answer;
use crate::model::call::Call;
use crate::model::error::{Error, Result};
use crate::model::form::Form;
use crate::model::id::{ConflictId, ResourceId};
use crate::model::time::Timestamp;
use crate::store::Conflict;

/// The conflicts of a page between the same two groups.
#[derive(Serialize)]
struct Pair {
    current: Value,
    incoming: Value,
    /// Over how many people there are conflicts between the two, on this page or not.
    people: i64,
    conflicts: Vec<Value>,
}

/// `GET conflicts?status=&after=`: the open ones by pairs of groups, or what was decided.
///
/// # Errors
/// Those of paging; `InvalidValue` for an unknown status.
pub fn conflicts(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, Section::Conflicts)?;
    if list::word(call, "status", &["open", "resolved"])? == "resolved" {
        return decided(&page);
    }
    let listing = Listing::read(call, "conflicts")?;
    let (pairs, next) = admin.read(|db| {
        let rows = db.conflicts(page.organization.id, "open", listing.page())?;
        let (rows, next) = listing.cut(rows, |conflict| [conflict.id.0]);
        let people = db.people_in_open_conflicts(page.organization.id)?;
        let people: HashMap<_, _> = people.into_iter().collect();
        let people = rows.iter().map(|conflict| {
            people.get(&(conflict.current.group, conflict.incoming.group)).copied().unwrap_or_default()
        });
        Ok((pairs(conflicts_json(db, &rows)?.into_iter().zip(people)), next))
    })?;
    page.render("conflicts.html", context! { pairs, pages => Pages::of(call, next) })
}

fn pairs(conflicts: impl Iterator<Item = (Value, i64)>) -> Vec<Pair> {
    let mut pairs: Vec<Pair> = Vec::new();
    let group = |conflict: &Value, side: &str| {
        conflict.pointer(&format!("/{side}/group")).cloned().unwrap_or_default()
    };
    for (conflict, people) in conflicts {
        let (current, incoming) = (group(&conflict, "current"), group(&conflict, "incoming"));
        match pairs.iter_mut().find(|pair| pair.current == current && pair.incoming == incoming) {
            Some(pair) => pair.conflicts.push(conflict),
            None => pairs.push(Pair { current, incoming, people, conflicts: vec![conflict] }),
        }
    }
    pairs
}

/// What was decided, the latest first.
fn decided(page: &Page<'_>) -> Result<Response> {
    let listing: Listing<2> = Listing::read(page.call, "decided-conflicts")?;
    let (conflicts, next) = page.admin.read(|db| {
        let rows = db.decided_conflicts(page.organization.id, listing.after, listing.rows())?;
        let place = |conflict: &Conflict| [conflict.ended.map_or(0, Timestamp::as_millis), conflict.id.0];
        let (rows, next) = listing.cut(rows, |(conflict, _)| place(conflict));
        let (rows, by): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
        let shown = conflicts_json(db, &rows)?.into_iter().zip(by);
        let shown = shown.map(|(conflict, by)| context! { by, ..minijinja::Value::from_serialize(conflict) });
        Ok((shown.collect::<Vec<_>>(), next))
    })?;
    page.render("decided.html", context! { conflicts, pages => Pages::of(page.call, next) })
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
        let people = admin.change(call, move |change| {
            let organization = change.organization().id;
            let group = |id: &ResourceId| {
                change
                    .tx()
                    .group(organization, id)?
                    .map(|group| group.id)
                    .ok_or_else(|| Error::not_found("group", id))
            };
            let pair = (group(&current)?, group(&incoming)?);
            let open = change.tx().people_in_open_conflicts(organization)?;
            let (_, people) = open.into_iter().find(|(of, _)| *of == pair).ok_or_else(|| {
                Error::invalid_value(
                    "Nothing is open between these two groups any more, and nothing was decided.",
                )
            })?;
            change.resolve_conflicts(pair.0, pair.1, answer)?;
            Ok(people)
        })?;
        let people = if people == 1 { "1 person".to_owned() } else { format!("{people} people") };
        Ok(format!("Decided for {people}: {}. The decisions are remembered.", words(answer)))
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
        let conflicts = [conflict("a", "b"), conflict("b", "a"), conflict("a", "b")];
        let found = pairs(conflicts.into_iter().zip([7, 8, 7]));
        let sizes: Vec<_> = found.iter().map(|pair| (pair.conflicts.len(), pair.people)).collect();
        assert_eq!(sizes, [(2, 7), (1, 8)]);
    }
}

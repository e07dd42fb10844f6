//! Mapping Rules: their order, what running them would do, and a file of them.

use minijinja::context;
use rouille::Response;
use serde_json::Value;

use crate::admin::handle::{Admin, cause, organization};
use crate::admin::page::frame::{Page, Section};
use crate::directory::rule_json;
use crate::model::call::Call;
use crate::model::error::{Error, Result};
use crate::model::form::Form;
use crate::model::id::RuleId;
use crate::model::rule::{Rule, RuleChanges};

/// What lies between two priorities after a rule was moved, so that another one fits in by hand.
const STEP: i64 = 10;

/// `GET rules`: in the order in which they are looked at.
///
/// # Errors
/// Those of the store.
pub fn rules(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, Section::Rules)?;
    let rules = admin.read(|db| db.rules(page.organization.id))?;
    let rules: Vec<Value> = rules.iter().map(rule_json).collect();
    page.render("rules.html", context! { rules })
}

/// `POST rules/{id}/move` with `to`: `up` or `down`.
///
/// # Errors
/// `InvalidSyntax` for a form that cannot be read; those of the store.
pub fn move_rule(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, Section::Rules)?;
    let up = Form::parse(&call.body)?.get("to") == "up";
    let outcome = id(call).and_then(|id| {
        admin.change(call, move |change| {
            let rules = change.tx().rules(change.organization().id)?;
            if rules.iter().all(|rule| rule.id != id) {
                return Err(Error::not_found("mapping rule", id));
            }
            let order = moved(rules, id, up);
            if order.is_empty() {
                let end = if up { "first" } else { "last" };
                return Ok(format!("Rule {id} is looked at {end} already; the order stays."));
            }
            for (rule, priority) in order {
                change.update_rule(rule, |before| {
                    let mut spec = before.clone();
                    spec.priority = priority;
                    Ok(spec)
                })?;
            }
            Ok("The order is changed. It counts for groups that are pushed or renamed from now on, and when you run the \
                rules."
                .to_owned())
        })
    });
    page.done("/rules", outcome)
}

/// The priorities that change when a rule goes past its neighbour.
fn moved(mut rules: Vec<Rule>, id: RuleId, up: bool) -> Vec<(RuleId, i64)> {
    let Some(at) = rules.iter().position(|rule| rule.id == id) else { return Vec::new() };
    let neighbour = if up { at.checked_sub(1) } else { Some(at + 1).filter(|to| *to < rules.len()) };
    let Some(to) = neighbour else { return Vec::new() };
    rules.swap(at, to);
    let priorities =
        (1..=rules.len()).rev().map(|place| i64::try_from(place).unwrap_or(i64::MAX / STEP) * STEP);
    let numbered = rules.iter().zip(priorities);
    numbered
        .filter(|(rule, priority)| rule.spec.priority != *priority)
        .map(|(rule, priority)| (rule.id, priority))
        .collect()
}

/// `POST rules/{id}/delete`.
///
/// # Errors
/// As [`move_rule`].
pub fn delete_rule(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, Section::Rules)?;
    let outcome = id(call).and_then(|id| {
        admin.change(call, move |change| change.delete_rule(id))?;
        Ok("The rule is deleted. What it has mapped stays.".to_owned())
    });
    page.done("/rules", outcome)
}

/// `GET rules/run`: what running the rules as they are would come to.
///
/// # Errors
/// Those of the store.
pub fn show_run(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, Section::Rules)?;
    let nothing = RuleChanges::default();
    let preview = admin.read(|db| admin.directory.preview_rules(db, page.organization.id, &nothing))?;
    page.render("run.html", context! { preview => preview.to_json() })
}

/// `POST rules/run` with `basis`, of the preview that was shown; without one there was none.
///
/// # Errors
/// As [`move_rule`].
pub fn run(admin: &Admin, call: &Call) -> Result<Response> {
    let page = Page::of(admin, call, Section::Rules)?;
    const UNSEEN: &str =
        "Something changed since this preview, and nothing was done. Below is what would happen now.";
    let Ok(basis) = Form::parse(&call.body)?.get("basis").parse() else {
        return page.done("/rules/run", Err(Error::invalid_value(UNSEEN)));
    };
    let outcome = organization(call).and_then(|organization| {
        let nothing = RuleChanges::default();
        admin.directory.apply_rule_changes(organization.id, cause(call), &nothing, Some(basis))
    });
    match outcome {
        Err(error) if error.attachment.is_some() => {
            page.done("/rules/run", Err(Error::invalid_value(UNSEEN)))
        }
        outcome => page.done("/groups", outcome.map(|_| "The rules have run.".to_owned())),
    }
}

/// `GET rules/export`: a file for `rollcall rule apply --file`.
///
/// # Errors
/// Those of the store.
pub fn export(admin: &Admin, call: &Call) -> Result<Response> {
    let organization = organization(call)?;
    let rules = admin.read(|db| db.rules(organization.id))?;
    let mut text = format!(
        "# The mapping rules of \"{0}\". \"rollcall rule apply --file FILE --organization {0}\" makes them so.\n",
        organization.slug
    );
    for rule in &rules {
        text.push_str("\n[[rules]]\n");
        let Value::Object(spec) = crate::directory::spec_json(&rule.spec) else { continue };
        for (key, value) in spec.iter().filter(|(_, value)| !value.is_null() && *value != "") {
            text.push_str(&format!("{key} = {}\n", toml_value(value)));
        }
    }
    Ok(Response::from_data("application/toml; charset=utf-8", text).with_additional_header(
        "Content-Disposition",
        format!("attachment; filename=\"rules-{}.toml\"", organization.slug),
    ))
}

fn toml_value(value: &Value) -> String {
    match value {
        Value::String(text) => toml::Value::String(text.clone()).to_string(),
        other => other.to_string(),
    }
}

pub(super) fn id(call: &Call) -> Result<RuleId> {
    let text = call.parameter(0);
    RuleId::parse(text).ok_or_else(|| Error::not_found("mapping rule", text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::entity::TargetType;
    use crate::model::rule::{RuleKind, RuleSpec};
    use crate::model::time::Timestamp;

    fn rule(id: i64, priority: i64) -> Rule {
        let spec = RuleSpec {
            kind: RuleKind::All,
            pattern: String::new(),
            exclude: None,
            entity_name: None,
            target_type: TargetType::Team,
            priority,
            auto_approve: true,
            enabled: true,
        };
        let at = Timestamp::from_millis(0);
        Rule { id: RuleId(id), spec, created: at, changed: at }
    }

    #[test]
    fn a_rule_goes_past_its_neighbour_also_where_priorities_are_equal() {
        let rules = || vec![rule(1, 0), rule(2, 0), rule(3, 0)];
        assert_eq!(moved(rules(), RuleId(3), true), [(RuleId(1), 30), (RuleId(3), 20), (RuleId(2), 10)]);
        assert_eq!(moved(rules(), RuleId(1), true), []);
        assert_eq!(moved(rules(), RuleId(3), false), []);
        let spaced = vec![rule(1, 30), rule(2, 20), rule(3, 10)];
        assert_eq!(moved(spaced, RuleId(1), false), [(RuleId(2), 30), (RuleId(1), 20)]);
    }
}

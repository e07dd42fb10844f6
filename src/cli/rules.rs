//! `rule list|add|edit|remove`; `preview` and `apply` are in [`preview`]. Writing a rule does not run it (mapping.md §3.4).

use serde_json::json;

use crate::cli::arguments::{Common, NewRule, RuleChange, RuleCommand};
use crate::cli::output::{Outcome, Table};
use crate::cli::preview;
use crate::cli::session::{Session, switch};
use crate::directory::rule_json;
use crate::model::error::Result;
use crate::model::id::RuleId;
use crate::model::rule::{Rule, RuleKind, RuleSpec};

pub(super) fn run(command: RuleCommand, common: &Common) -> Result<Outcome> {
    let session = Session::open(common)?;
    match command {
        RuleCommand::List => list(&session),
        RuleCommand::Add(new) => add(&session, new),
        RuleCommand::Edit { id, change } => edit(&session, id, change),
        RuleCommand::Remove { id } => remove(&session, id),
        RuleCommand::Preview(file) => preview::show(&session, &file),
        RuleCommand::Apply(file) => preview::apply(&session, &file),
    }?;
    Ok(Outcome::Success)
}

fn list(session: &Session) -> Result<()> {
    let organization = session.organization()?;
    let rules = session.read(|db| db.rules(organization.id))?;
    let value = rules.iter().map(rule_json).collect();
    session.print(&value, || {
        let mut table = Table::new(&[
            "ID",
            "PRIORITY",
            "KIND",
            "PATTERN",
            "EXCLUDE",
            "BECOMES",
            "NAMED",
            "AUTO-APPROVE",
            "ENABLED",
        ]);
        for rule in &rules {
            table.row([
                rule.id.to_string(),
                rule.spec.priority.to_string(),
                rule.spec.kind.as_str().to_owned(),
                rule.spec.pattern.clone(),
                rule.spec.exclude.clone().unwrap_or_default(),
                rule.spec.target_type.as_str().to_owned(),
                rule.spec.entity_name.clone().unwrap_or_default(),
                switch(rule.spec.auto_approve),
                switch(rule.spec.enabled),
            ]);
        }
        table
    })
}

fn add(session: &Session, new: NewRule) -> Result<()> {
    let organization = session.organization()?;
    let spec = RuleSpec {
        kind: new.kind,
        pattern: new.pattern.unwrap_or_default(),
        exclude: unless_empty(new.exclude),
        entity_name: unless_empty(new.entity_name),
        target_type: new.target_type,
        priority: new.priority,
        auto_approve: new.auto_approve,
        enabled: new.enabled,
    };
    let rule = session.change(&organization, move |change| change.create_rule(&spec))?;
    show(session, &rule)
}

fn edit(session: &Session, id: RuleId, asked: RuleChange) -> Result<()> {
    let organization = session.organization()?;
    let rule = session.change(&organization, move |change| {
        change.update_rule(id, |spec| Ok(edited(spec.clone(), asked)))
    })?;
    show(session, &rule)
}

/// The rule with what was asked for; an empty text takes one away.
fn edited(spec: RuleSpec, asked: RuleChange) -> RuleSpec {
    let kind = asked.kind.unwrap_or(spec.kind);
    // A rule that is to match all takes no pattern, so the one that it had need not be taken away by hand.
    let kept = if kind == RuleKind::All { String::new() } else { spec.pattern };
    RuleSpec {
        kind,
        pattern: asked.pattern.unwrap_or(kept),
        exclude: asked.exclude.map_or(spec.exclude, |text| unless_empty(Some(text))),
        entity_name: asked.entity_name.map_or(spec.entity_name, |text| unless_empty(Some(text))),
        target_type: asked.target_type.unwrap_or(spec.target_type),
        priority: asked.priority.unwrap_or(spec.priority),
        auto_approve: asked.auto_approve.unwrap_or(spec.auto_approve),
        enabled: asked.enabled.unwrap_or(spec.enabled),
    }
}

fn remove(session: &Session, id: RuleId) -> Result<()> {
    let organization = session.organization()?;
    session.change(&organization, move |change| change.delete_rule(id))?;
    session.say(
        &json!({"id": id, "removed": true}),
        &format!("Rule {id} is removed. The mappings that it made stay."),
    )
}

fn show(session: &Session, rule: &Rule) -> Result<()> {
    session.print(&rule_json(rule), || {
        let spec = &rule.spec;
        Table::of_fields([
            ("id", rule.id.to_string()),
            ("priority", spec.priority.to_string()),
            ("kind", spec.kind.as_str().to_owned()),
            ("pattern", spec.pattern.clone()),
            ("exclude", spec.exclude.clone().unwrap_or_default()),
            ("becomes", spec.target_type.as_str().to_owned()),
            ("named", spec.entity_name.clone().unwrap_or_default()),
            ("auto-approve", switch(spec.auto_approve)),
            ("enabled", switch(spec.enabled)),
        ])
    })
}

fn unless_empty(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::entity::TargetType;

    fn spec() -> RuleSpec {
        RuleSpec {
            kind: RuleKind::Prefix,
            pattern: "T-".to_owned(),
            exclude: Some("x$".to_owned()),
            entity_name: Some("${rest}".to_owned()),
            target_type: TargetType::Team,
            priority: 7,
            auto_approve: true,
            enabled: true,
        }
    }

    fn nothing() -> RuleChange {
        RuleChange {
            kind: None,
            pattern: None,
            target_type: None,
            exclude: None,
            entity_name: None,
            priority: None,
            auto_approve: None,
            enabled: None,
        }
    }

    #[test]
    fn what_an_edit_does_not_name_stays() {
        assert_eq!(edited(spec(), nothing()), spec());
        let asked = RuleChange { priority: Some(9), enabled: Some(false), ..nothing() };
        assert_eq!(edited(spec(), asked), RuleSpec { priority: 9, enabled: false, ..spec() });
    }

    #[test]
    fn an_empty_text_takes_exclude_and_template_away() {
        let asked =
            RuleChange { exclude: Some(String::new()), entity_name: Some(String::new()), ..nothing() };
        assert_eq!(edited(spec(), asked), RuleSpec { exclude: None, entity_name: None, ..spec() });
    }

    #[test]
    fn a_rule_that_is_to_match_all_loses_its_pattern() {
        let asked = RuleChange { kind: Some(RuleKind::All), ..nothing() };
        assert_eq!(edited(spec(), asked).pattern, "");
    }
}

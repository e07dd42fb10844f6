//! The file of `rule preview` and `rule apply`: all rules of an organization, as TOML.
//!
//! ```toml
//! [[rules]]
//! kind = "prefix"             # prefix, regex or all
//! pattern = "Team "           # not with all
//! target_type = "team"        # team, concurrency_group or sub_organization
//! exclude = "contractor"      # optional
//! entity_name = "${rest}"     # optional
//! auto_approve = true         # default false
//! enabled = true              # default true
//! priority = 10               # optional: in every rule or in none; without, the first rule is looked at first
//! ```

use std::path::Path;

use serde::Deserialize;

use crate::model::entity::TargetType;
use crate::model::error::{Error, Result};
use crate::model::rule::{Rule, RuleChanges, RuleEdit, RuleKind, RuleSpec};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    rules: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    kind: String,
    #[serde(default)]
    pattern: String,
    exclude: Option<String>,
    entity_name: Option<String>,
    target_type: String,
    priority: Option<i64>,
    #[serde(default)]
    auto_approve: bool,
    #[serde(default = "enabled")]
    enabled: bool,
}

fn enabled() -> bool {
    true
}

/// Reads a file of rules.
///
/// # Errors
/// `InvalidValue` with the file and the place in it.
pub(super) fn read(path: &Path) -> Result<Vec<RuleSpec>> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Error::invalid_value(format!("{}: it cannot be read: {error}.", path.display())))?;
    parse(&text).map_err(|error| Error { detail: format!("{}: {}", path.display(), error.detail), ..error })
}

fn parse(text: &str) -> Result<Vec<RuleSpec>> {
    let file: File = toml::from_str(text).map_err(|error| Error::invalid_value(error.to_string()))?;
    let named = file.rules.iter().filter(|rule| rule.priority.is_some()).count();
    if named != 0 && named != file.rules.len() {
        return Err(Error::invalid_value(format!(
            "priority: {named} of {} rules have one. Give one to every rule, or to none, so that their order counts.",
            file.rules.len()
        )));
    }
    let count = file.rules.len();
    let specs = file.rules.into_iter().enumerate().map(|(index, entry)| spec(entry, count - index));
    specs.enumerate().map(|(index, spec)| spec.map_err(|error| at(index, error))).collect()
}

fn at(index: usize, error: Error) -> Error {
    Error { detail: format!("rule {} of the file: {}", index + 1, error.detail), ..error }
}

fn spec(entry: Entry, from_the_end: usize) -> Result<RuleSpec> {
    let kind = RuleKind::parse(&entry.kind).ok_or_else(|| {
        Error::invalid_value(format!("kind: \"{}\" is not one of prefix, regex, all.", entry.kind))
    })?;
    Ok(RuleSpec {
        kind,
        pattern: entry.pattern,
        exclude: entry.exclude,
        entity_name: entry.entity_name,
        target_type: TargetType::parse(&entry.target_type)?,
        priority: entry.priority.unwrap_or(i64::try_from(from_the_end).unwrap_or(i64::MAX)),
        auto_approve: entry.auto_approve,
        enabled: entry.enabled,
    })
}

/// What makes the stored rules those of a file. A rule stays the same one (and its mappings its own) where kind and
/// pattern are, with the target type before without.
pub(super) fn difference(stored: &[Rule], wanted: &[RuleSpec]) -> RuleChanges {
    type Alike = fn(&RuleSpec, &RuleSpec) -> bool;
    let alike: [Alike; 3] = [
        |one, other| one == other,
        |one, other| {
            (one.kind, &one.pattern, one.target_type) == (other.kind, &other.pattern, other.target_type)
        },
        |one, other| (one.kind, &one.pattern) == (other.kind, &other.pattern),
    ];
    let mut stored: Vec<&Rule> = stored.iter().collect();
    let mut wanted: Vec<&RuleSpec> = wanted.iter().collect();
    let mut change = Vec::new();
    for alike in alike {
        wanted.retain(|spec| {
            let Some(at) = stored.iter().position(|rule| alike(&rule.spec, spec)) else { return true };
            let rule = stored.remove(at);
            if rule.spec != **spec {
                change.push((rule.id, RuleEdit::from((*spec).clone())));
            }
            false
        });
    }
    RuleChanges {
        add: wanted.into_iter().cloned().collect(),
        change,
        remove: stored.iter().map(|rule| rule.id).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::rule_changes::edited;
    use crate::model::id::RuleId;
    use crate::model::time::Timestamp;

    const TWO: &str = "
[[rules]]
kind = \"prefix\"
pattern = \"T-\"
target_type = \"team\"
auto_approve = true

[[rules]]
kind = \"all\"
target_type = \"concurrency_group\"
enabled = false
";

    fn stored(specs: &[RuleSpec]) -> Vec<Rule> {
        let at = Timestamp::from_millis(0);
        let rule = |(id, spec): (i64, &RuleSpec)| Rule {
            id: RuleId(id),
            spec: spec.clone(),
            created: at,
            changed: at,
        };
        (1..).zip(specs).map(rule).collect()
    }

    #[test]
    fn without_priorities_the_order_of_the_file_counts() {
        let rules = parse(TWO).unwrap();
        assert_eq!(rules.iter().map(|rule| rule.priority).collect::<Vec<_>>(), [2, 1]);
        assert_eq!((rules[0].auto_approve, rules[0].enabled, rules[1].enabled), (true, true, false));
        let mixed = format!("{TWO}priority = 3\n");
        assert!(parse(&mixed).unwrap_err().detail.contains("1 of 2"));
        assert_eq!(parse("").unwrap(), []);
    }

    #[test]
    fn a_mistake_is_told_with_its_place() {
        for (wrong, told) in [
            ("[[rules]]\nkind = \"all\"\ntarget_type = \"team\"\nprio = 1", "prio"),
            ("[[rules]]\nkind = \"all\"", "target_type"),
            ("[[rules]]\nkind = \"glob\"\ntarget_type = \"team\"", "rule 1 of the file: kind"),
            ("[[rules]]\nkind = \"all\"\ntarget_type = \"squad\"", "rule 1 of the file: target_type"),
        ] {
            let error = parse(wrong).unwrap_err();
            assert!(error.detail.contains(told), "{}", error.detail);
        }
    }

    #[test]
    fn a_file_of_the_stored_rules_changes_nothing() {
        let rules = parse(TWO).unwrap();
        assert_eq!(difference(&stored(&rules), &rules), RuleChanges::default());
    }

    #[test]
    fn a_rule_of_the_same_pattern_stays_the_same_rule() {
        let before = parse(TWO).unwrap();
        let mut after = before.clone();
        after[0].target_type = TargetType::SubOrganization;
        after[1].priority = 9;
        after.push(RuleSpec { pattern: "new".to_owned(), ..before[0].clone() });
        let changes = difference(&stored(&before), &after);
        assert_eq!(changes.add, after[2..]);
        assert_eq!(changes.remove, []);
        let rewritten: Vec<_> =
            changes.change.iter().map(|(id, edit)| (id.0, edited(&before[0], edit))).collect();
        assert_eq!(rewritten, [(2, after[1].clone()), (1, after[0].clone())]);
        assert_eq!(difference(&stored(&before), &[]).remove, [RuleId(1), RuleId(2)]);
    }
}

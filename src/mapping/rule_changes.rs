//! A change of an organization's rules as a whole: checked and compiled before anything is written (mapping.md §9.1).

use std::collections::BTreeSet;

use crate::mapping::memory::FIRST_NEW;
use crate::mapping::rules::{CompiledRule, RuleSet};
use crate::model::error::{Error, Result};
use crate::model::id::RuleId;
use crate::model::rule::{RuleChanges, RuleEdit, RuleSpec};

/// A rule with what an admin changes of it.
pub fn edited(before: &RuleSpec, edit: &RuleEdit) -> RuleSpec {
    RuleSpec {
        kind: edit.kind.unwrap_or(before.kind),
        pattern: edit.pattern.clone().unwrap_or_else(|| before.pattern.clone()),
        exclude: edit.exclude.clone().unwrap_or_else(|| before.exclude.clone()),
        entity_name: edit.entity_name.clone().unwrap_or_else(|| before.entity_name.clone()),
        target_type: edit.target_type.unwrap_or(before.target_type),
        priority: edit.priority.unwrap_or(before.priority),
        auto_approve: edit.auto_approve.unwrap_or(before.auto_approve),
        enabled: edit.enabled.unwrap_or(before.enabled),
    }
}

/// The id that stands for the rule at `index` of [`RuleChanges::add`] until it has one: later than all that exist.
pub fn added_id(index: usize) -> RuleId {
    RuleId(FIRST_NEW.saturating_add(i64::try_from(index).unwrap_or(i64::MAX)))
}

/// Which of [`RuleChanges::add`] an id of [`added_id`] stands for; `None` for a stored rule.
pub fn added_index(id: RuleId) -> Option<usize> {
    id.0.checked_sub(FIRST_NEW).and_then(|index| usize::try_from(index).ok())
}

/// The rules as they would be after a change.
///
/// # Errors
/// `InvalidValue` naming the place in the change: a rule that does not exist, that is named twice, or that does not
/// compile.
pub fn changed(stored: &RuleSet, changes: &RuleChanges) -> Result<RuleSet> {
    let mut named = BTreeSet::new();
    for (index, (id, _)) in changes.change.iter().enumerate() {
        check_named(stored, &mut named, *id, &format!("change[{index}].id"))?;
    }
    for (index, id) in changes.remove.iter().enumerate() {
        check_named(stored, &mut named, *id, &format!("remove[{index}]"))?;
    }
    let mut rules: Vec<CompiledRule> =
        stored.rules().iter().filter(|rule| rule.id.is_none_or(|id| !named.contains(&id))).cloned().collect();
    for (index, (id, edit)) in changes.change.iter().enumerate() {
        if let Some(rule) = stored.get(*id) {
            let compiled = CompiledRule::written(Some(*id), &edited(&rule.spec, edit), Some(&rule.spec));
            rules.push(compiled.map_err(|error| within(&format!("change[{index}]"), error))?);
        }
    }
    for (index, spec) in changes.add.iter().enumerate() {
        let compiled = CompiledRule::written(Some(added_id(index)), spec, None);
        rules.push(compiled.map_err(|error| within(&format!("add[{index}]"), error))?);
    }
    Ok(RuleSet::ordered(rules))
}

fn check_named(stored: &RuleSet, named: &mut BTreeSet<RuleId>, id: RuleId, field: &str) -> Result<()> {
    let refusal = |reason: &str| Err(Error::invalid_value(format!("{field}: {reason}")).at(field));
    if stored.get(id).is_none() {
        return refusal(&format!("there is no mapping rule {id} here. Read the rules again."));
    }
    if !named.insert(id) {
        return refusal(&format!(
            "the mapping rule {id} is named twice. Name it once, to change or to remove."
        ));
    }
    Ok(())
}

/// The same error, told of a field within `place`.
fn within(place: &str, error: Error) -> Error {
    let field = error.field.as_deref().map_or(place.to_owned(), |field| format!("{place}.{field}"));
    Error { detail: format!("{place}.{}", error.detail), field: Some(field), ..error }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::entity::TargetType;
    use crate::model::rule::RuleKind;

    fn prefix(pattern: &str, priority: i64) -> RuleSpec {
        RuleSpec {
            kind: RuleKind::Prefix,
            pattern: pattern.to_owned(),
            exclude: None,
            entity_name: None,
            target_type: TargetType::Team,
            priority,
            auto_approve: true,
            enabled: true,
        }
    }

    fn stored() -> RuleSet {
        let rule = |id, pattern| CompiledRule::new(Some(RuleId(id)), &prefix(pattern, 1)).unwrap();
        RuleSet::ordered(vec![rule(1, "a"), rule(2, "b")])
    }

    fn ids(rules: &RuleSet) -> Vec<RuleId> {
        rules.rules().iter().filter_map(|rule| rule.id).collect()
    }

    #[test]
    fn a_rule_can_be_moved_added_and_removed_at_once_9_1() {
        let changes = RuleChanges {
            add: vec![prefix("c", 1), prefix("d", 9)],
            change: vec![(RuleId(2), RuleEdit { priority: Some(5), ..RuleEdit::default() })],
            remove: vec![RuleId(1)],
        };
        let rules = changed(&stored(), &changes).unwrap();
        assert_eq!(ids(&rules), [added_id(1), RuleId(2), added_id(0)]);
        assert_eq!(rules.first_match("b").unwrap().rule, Some(RuleId(2)));
        assert_eq!((added_index(added_id(1)), added_index(RuleId(2))), (Some(1), None));
    }

    #[test]
    fn an_added_rule_is_younger_than_a_stored_one_of_its_priority_3_3() {
        let changes = RuleChanges { add: vec![prefix("a", 1)], ..RuleChanges::default() };
        let rules = changed(&stored(), &changes).unwrap();
        assert_eq!(ids(&rules), [RuleId(1), RuleId(2), added_id(0)]);
    }

    #[test]
    fn a_refusal_names_the_place_in_the_change() {
        let twice = RuleChanges {
            change: vec![(RuleId(1), RuleEdit::default())],
            remove: vec![RuleId(1)],
            ..RuleChanges::default()
        };
        let gone = RuleChanges { remove: vec![RuleId(2), RuleId(7)], ..RuleChanges::default() };
        let edit =
            RuleEdit { kind: Some(RuleKind::Regex), pattern: Some("(".to_owned()), ..RuleEdit::default() };
        let wrong = RuleChanges { change: vec![(RuleId(1), edit)], ..RuleChanges::default() };
        let empty = RuleChanges { add: vec![prefix("", 1)], ..RuleChanges::default() };
        for (changes, field) in [
            (twice, "remove[0]"),
            (gone, "remove[1]"),
            (wrong, "change[0].pattern"),
            (empty, "add[0].pattern"),
        ] {
            let error = changed(&stored(), &changes).unwrap_err();
            assert_eq!(error.field.as_deref(), Some(field), "{}", error.detail);
            assert!(error.detail.starts_with(field), "{}", error.detail);
        }
    }
}

//! Tests of `rules`, by the lines of mapping.md §3.

use super::*;
use crate::model::time::Timestamp;

fn spec(kind: RuleKind, pattern: &str) -> RuleSpec {
    RuleSpec {
        kind,
        pattern: pattern.to_owned(),
        exclude: None,
        entity_name: None,
        target_type: TargetType::Team,
        priority: 0,
        auto_approve: true,
        enabled: true,
    }
}

fn name_of(spec: &RuleSpec, group: &str) -> Option<String> {
    CompiledRule::new(None, spec).unwrap().entity_name(group)
}

fn templated(kind: RuleKind, pattern: &str, template: &str) -> RuleSpec {
    RuleSpec { entity_name: Some(template.to_owned()), ..spec(kind, pattern) }
}

fn rule(id: i64, spec: RuleSpec) -> Rule {
    let at = Timestamp::from_millis(0);
    Rule { id: RuleId(id), spec, created: at, changed: at }
}

fn refusal(spec: &RuleSpec) -> Error {
    CompiledRule::new(None, spec).unwrap_err()
}

#[test]
fn mapping_3_1_prefix_matches_the_start_without_case_beyond_ascii_too() {
    let rule = spec(RuleKind::Prefix, "ÉQUIPE-");
    assert_eq!(name_of(&rule, "équipe-Nord"), Some("équipe-Nord".into()));
    assert_eq!(name_of(&rule, "L'équipe-Nord"), None);
}

#[test]
fn mapping_3_1_regex_is_an_unanchored_search_with_case() {
    let rule = spec(RuleKind::Regex, "team-[0-9]+");
    assert!(name_of(&rule, "my team-42 group").is_some());
    assert!(name_of(&rule, "my Team-42 group").is_none());
}

#[test]
fn mapping_3_1_all_matches_everything_and_takes_no_pattern() {
    assert!(name_of(&spec(RuleKind::All, ""), "anything").is_some());
    assert_eq!(refusal(&spec(RuleKind::All, "x")).field.as_deref(), Some("pattern"));
    assert_eq!(refusal(&spec(RuleKind::Prefix, "")).field.as_deref(), Some("pattern"));
}

#[test]
fn mapping_3_1_a_pattern_that_compiles_to_too_much_is_refused() {
    let detail = refusal(&spec(RuleKind::Regex, r"\pL{1000}{1000}")).detail;
    assert!(detail.contains("more than 1048576 bytes"), "{detail}");
}

#[test]
fn mapping_3_2_an_invalid_pattern_is_refused_with_reason_and_position() {
    let error = refusal(&spec(RuleKind::Regex, "abc(def"));
    assert_eq!(error.field.as_deref(), Some("pattern"));
    assert!(error.detail.contains("unclosed group (at character 4)"), "{}", error.detail);
}

#[test]
fn mapping_3_3_highest_priority_first_then_oldest_and_disabled_ones_are_skipped() {
    let with = |priority, enabled, target_type| RuleSpec {
        priority,
        enabled,
        target_type,
        ..spec(RuleKind::All, "")
    };
    let rules = [
        rule(1, with(1, true, TargetType::Team)),
        rule(2, with(5, false, TargetType::Team)),
        rule(4, with(3, true, TargetType::SubOrganization)),
        rule(3, with(3, true, TargetType::ConcurrencyGroup)),
    ];
    let found = RuleSet::compile(&rules).unwrap().first_match("x").unwrap();
    assert_eq!(found.rule, Some(RuleId(3)));
    assert_eq!(found.target_type, TargetType::ConcurrencyGroup);
}

#[test]
fn mapping_3_6_no_match_is_none() {
    let rules = [rule(1, spec(RuleKind::Prefix, "a"))];
    assert_eq!(RuleSet::compile(&rules).unwrap().first_match("b"), None);
}

#[test]
fn mapping_3_7_an_excluded_name_is_not_matched_by_that_rule_but_by_the_next() {
    let excluding = RuleSpec { exclude: Some("(?i)test$".into()), priority: 9, ..spec(RuleKind::All, "") };
    let rules = RuleSet::compile(&[rule(1, excluding), rule(2, spec(RuleKind::All, ""))]).unwrap();
    assert_eq!(rules.first_match("Sales").unwrap().rule, Some(RuleId(1)));
    assert_eq!(rules.first_match("Sales Test").unwrap().rule, Some(RuleId(2)));
}

#[test]
fn mapping_3_7_templates_take_the_rest_of_a_prefix_and_the_captures_of_a_regex() {
    assert_eq!(
        name_of(&templated(RuleKind::Prefix, "ÄPP-", "T ${rest}"), "äpp-Sales"),
        Some("T Sales".into())
    );
    let by_capture = templated(RuleKind::Regex, "^(?<unit>[A-Z]+)-(.*)$", "${2} of ${unit} (${group})");
    assert_eq!(name_of(&by_capture, "EU-Ops"), Some("Ops of EU (EU-Ops)".into()));
}

#[test]
fn mapping_3_7_a_template_that_yields_an_empty_name_matches_nothing() {
    assert_eq!(name_of(&templated(RuleKind::Prefix, "app-", "${rest}"), "app-"), None);
    assert_eq!(name_of(&templated(RuleKind::Prefix, "app-", "${rest}"), "app-  "), None);
}

#[test]
fn mapping_3_7_a_placeholder_without_braces_is_not_written_and_works_where_it_was() {
    for template in ["$1", "T $rest", "a $group"] {
        let rule = templated(RuleKind::Regex, "^a(.*)$", template);
        let refused = check_written(&rule).unwrap_err();
        assert_eq!(refused.field.as_deref(), Some("entity_name"), "{template}");
        assert_eq!(name_of(&rule, "abc"), Some(template.to_owned()), "a stored rule goes on");
    }
    for template in ["${group}", "US$2 ${rest}", "$", "$$", "$x"] {
        assert_eq!(check_written(&templated(RuleKind::Prefix, "a", template)), Ok(()), "{template}");
    }
}

#[test]
fn mapping_3_7_a_placeholder_that_the_rule_cannot_fill_is_refused() {
    for rule in [
        templated(RuleKind::All, "", "${rest}"),
        templated(RuleKind::Prefix, "a", "${1}"),
        templated(RuleKind::Regex, "(a)", "${2}"),
    ] {
        assert_eq!(refusal(&rule).field.as_deref(), Some("entity_name"));
    }
    assert_eq!(name_of(&templated(RuleKind::All, "", "a ${ b"), "x"), Some("a ${ b".into()));
}

#[test]
fn a_mappings_name_falls_back_to_the_groups_when_its_rule_is_gone_or_does_not_match() {
    let rules = RuleSet::compile(&[rule(1, templated(RuleKind::Prefix, "app-", "${rest}"))]).unwrap();
    assert_eq!(rules.mapping_name(Some(RuleId(1)), "app-x").as_deref(), Some("x"));
    assert_eq!(rules.mapping_name(Some(RuleId(1)), "other").as_deref(), Some("other"));
    assert_eq!(rules.mapping_name(Some(RuleId(7)), "app-x").as_deref(), Some("app-x"));
    assert_eq!(rules.mapping_name(None, "app-x").as_deref(), Some("app-x"));
}

#[test]
fn mapping_3_7_a_rule_that_could_never_match_is_refused() {
    let excluding = |text: &str| RuleSpec { exclude: Some(text.to_owned()), ..spec(RuleKind::All, "") };
    assert_eq!(refusal(&excluding("")).field.as_deref(), Some("exclude"));
    for template in ["", "  ", "a\u{0}b", "${group}\n"] {
        let refused = refusal(&templated(RuleKind::All, "", template));
        assert_eq!(refused.field.as_deref(), Some("entity_name"), "{template:?}");
    }
}

//! What the command line takes and refuses.

use std::path::Path;
use std::time::Duration;

use clap::{CommandFactory, Parser};

use super::*;
use crate::model::entity::TargetType;
use crate::model::rule::RuleKind;

fn parse(line: &[&str]) -> Result<Arguments, clap::Error> {
    Arguments::try_parse_from(["rollcall"].iter().chain(line))
}

fn command(line: &[&str]) -> Command {
    parse(line).unwrap_or_else(|error| panic!("{line:?}: {error}")).command
}

#[test]
fn the_definitions_hold_together() {
    Arguments::command().debug_assert();
}

#[test]
fn what_every_command_understands_may_stand_anywhere() {
    for line in [
        ["--config", "c.toml", "--json", "--organization", "acme", "token", "list"],
        ["token", "list", "--organization", "acme", "--json", "--config", "c.toml"],
    ] {
        let common = parse(&line).unwrap().common;
        assert_eq!(common.config.as_deref(), Some(Path::new("c.toml")));
        assert_eq!((common.json, common.organization.as_str()), (true, "acme"));
    }
    assert_eq!(parse(&["check"]).unwrap().common.organization, "default");
}

#[test]
fn the_options_of_the_test_mode_need_the_test_mode() {
    let line = ["serve", "--ephemeral", "--until-stdin-closes", "--deterministic"];
    let Command::Serve(serve) = command(&line) else { panic!("serve") };
    assert!(serve.ephemeral && serve.until_stdin_closes && serve.deterministic);
    for option in ["--until-stdin-closes", "--deterministic"] {
        assert_eq!(parse(&["serve", option]).unwrap_err().exit_code(), 2, "{option}");
    }
}

#[test]
fn a_token_is_created_with_what_interface_section_1_names() {
    let line = ["token", "create", "PingOne", "--expires", "90d", "--admin", "--server", "--read-only"];
    let Command::Token(TokenCommand::Create(token)) = command(&line) else { panic!("token create") };
    assert_eq!((token.name.as_str(), token.expires), ("PingOne", Some(Duration::from_secs(7_776_000))));
    assert!(token.admin && token.server && token.read_only);
    let refused = parse(&["token", "create", "PingOne", "--server"]).unwrap_err();
    assert!(refused.to_string().contains("--admin"), "server scope is for admin tokens: {refused}");
}

#[test]
fn a_rule_is_written_in_the_words_of_the_api() {
    let line = [
        "rule",
        "add",
        "--kind",
        "prefix",
        "--pattern",
        "-eng",
        "--target-type",
        "concurrency-group",
        "--priority",
        "-5",
        "--auto-approve",
        "--entity-name",
        "${rest}",
    ];
    let Command::Rule(RuleCommand::Add(rule)) = command(&line) else { panic!("rule add") };
    assert_eq!((rule.kind, rule.pattern.as_deref()), (RuleKind::Prefix, Some("-eng")));
    assert_eq!((rule.target_type, rule.priority), (TargetType::ConcurrencyGroup, -5));
    assert!(rule.auto_approve && rule.enabled);

    let line = ["rule", "add", "--kind", "all", "--target-type", "team"];
    let Command::Rule(RuleCommand::Add(rule)) = command(&line) else { panic!("rule add") };
    assert!(!rule.auto_approve && rule.pattern.is_none());
    assert!(
        parse(&["rule", "add", "--kind", "regex", "--target-type", "team"]).is_err(),
        "a regex needs one"
    );
}

#[test]
fn an_edit_changes_what_it_names_and_must_name_something() {
    let line = ["rule", "edit", "7", "--auto-approve", "off", "--exclude", ""];
    let Command::Rule(RuleCommand::Edit { id, change }) = command(&line) else { panic!("rule edit") };
    assert_eq!((id.0, change.auto_approve, change.exclude.as_deref()), (7, Some(false), Some("")));
    assert_eq!((change.kind, change.enabled), (None, None));
    assert_eq!(parse(&["rule", "edit", "7"]).unwrap_err().exit_code(), 2);
    assert_eq!(parse(&["organization", "set"]).unwrap_err().exit_code(), 2);
}

#[test]
fn an_organization_may_be_named_by_argument_or_option() {
    let line = ["organization", "set", "acme", "--group-provisioning", "on", "--plan", ""];
    let Command::Organization(OrganizationCommand::Set(settings)) = command(&line) else { panic!("set") };
    assert_eq!((settings.slug.as_deref(), settings.group_provisioning), (Some("acme"), Some(true)));
    assert_eq!((settings.plan.as_deref(), settings.teams), (Some(""), None));
    assert!(matches!(
        command(&["organization", "show"]),
        Command::Organization(OrganizationCommand::Show { slug: None })
    ));
}

#[test]
fn a_group_is_approved_as_it_waits_or_mapped_to_something_named() {
    let Command::Group(GroupCommand::Approve(approve)) = command(&["group", "approve", "Eng"]) else {
        panic!("approve")
    };
    assert!(approve.mapping.is_none() && approve.target_type.is_none() && !approve.create);
    let line =
        ["group", "approve", "Eng", "--target-type", "team", "--entity-name", "Engineering", "--create"];
    let Command::Group(GroupCommand::Approve(approve)) = command(&line) else { panic!("approve") };
    assert_eq!((approve.target_type, approve.create), (Some(TargetType::Team), true));
    assert!(parse(&["group", "approve", "Eng", "--entity-id", "x", "--entity-name", "y"]).is_err());
    assert!(parse(&["group", "list", "--status", "auto_approved"]).is_ok());
}

#[test]
fn wrong_usage_ends_with_2_and_help_with_0() {
    let lines: [&[&str]; 8] = [
        &[],
        &["frobnicate"],
        &["token", "create"],
        &["token", "create", "x", "--expires", "soon"],
        &["token", "revoke", "x"],
        &["rule", "add", "--kind", "glob", "--target-type", "team"],
        &["rule", "add", "--kind", "all", "--target-type", "division"],
        &["organization", "set", "--teams", "maybe"],
    ];
    for line in lines {
        assert_eq!(parse(line).unwrap_err().exit_code(), 2, "{line:?}");
    }
    for line in [["--help"], ["--version"]] {
        assert_eq!(parse(&line).unwrap_err().exit_code(), 0, "{line:?}");
    }
}

#[test]
fn a_rotation_may_end_the_old_token_at_once_or_later() {
    let grace = |line: &[&str]| match command(line) {
        Command::Token(TokenCommand::Rotate { grace, .. }) => grace,
        other => panic!("{other:?}"),
    };
    assert_eq!(grace(&["token", "rotate", "7"]), Duration::from_secs(86_400));
    assert_eq!(grace(&["token", "rotate", "7", "--grace", "0"]), Duration::ZERO);
    assert_eq!(grace(&["token", "rotate", "7", "--grace", "2w"]), Duration::from_secs(1_209_600));
    assert!(parse(&["token", "rotate", "7", "--grace", "soon"]).is_err());
}

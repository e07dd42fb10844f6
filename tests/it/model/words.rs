//! What is true of an organization, as sentences: the reference, the directory and the replayed feed each say theirs, and
//! two sets of sentences are compared.

use std::collections::BTreeSet;

use rollcall::model::entity::TargetType;
use rollcall::model::role::Role;

/// Everything that is true.
pub type Facts = BTreeSet<String>;

pub fn user(name: &str, active: bool, role: Role) -> String {
    format!("{name} is {}, as {}", if active { "active" } else { "inactive" }, role.as_str())
}

/// `group` is the number of its record, from 0.
pub fn group(group: usize, name: &str, roles: &[Role]) -> String {
    let roles: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
    format!("group {group} is called {name:?} and gives {roles:?}")
}

pub fn member(user: &str, group: usize) -> String {
    format!("{user} is in group {group}")
}

pub fn entity(target: TargetType, name: &str) -> String {
    format!("{} {name:?}", target.words())
}

/// `number` is its place among its group's mappings, from 0.
pub fn mapping(group: usize, number: usize) -> String {
    format!("mapping {group}/{number}")
}

pub struct MappingState<'a> {
    pub target: TargetType,
    pub status: &'a str,
    pub reason: Option<&'a str>,
    pub entity: Option<String>,
    pub rule: Option<usize>,
    pub rename_blocked: bool,
}

pub fn mapping_state(mapping: &str, state: &MappingState<'_>) -> String {
    let MappingState { target, status, reason, entity, rule, rename_blocked } = state;
    format!(
        "{mapping} to a {} is {status} ({}), holds {}, by {}{}",
        target.words(),
        reason.unwrap_or("no reason"),
        entity.as_deref().unwrap_or("nothing"),
        rule.map_or("hand".to_owned(), |rule| format!("rule {rule}")),
        if *rename_blocked { ", rename blocked" } else { "" }
    )
}

/// `why` is `hand`, `attribute` or a mapping.
pub fn place(user: &str, entity: &str, why: &str) -> String {
    format!("{user} has a place in {entity} by {why}")
}

/// `kind` is the word of the API.
pub fn conflict(user: &str, current: &str, incoming: &str, kind: &str) -> String {
    format!("{current} keeps {incoming} from {user}, and an admin is asked ({kind})")
}

pub fn feature(name: &str, on: bool) -> String {
    format!("{name} is {}", if on { "on" } else { "off" })
}

/// How two sets differ; empty when they do not.
pub fn difference(one: &str, facts: &Facts, other: &str, others: &Facts) -> String {
    let only = |facts: &Facts, others: &Facts| -> String {
        facts.difference(others).map(|fact| format!("      {fact}\n")).collect()
    };
    if facts == others {
        return String::new();
    }
    format!("    only {one}:\n{}    only {other}:\n{}", only(facts, others), only(others, facts))
}

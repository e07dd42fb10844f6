//! A history in words, for whoever reads a failure.

use rollcall::model::role::Role;
use rollcall::model::rule::{RuleKind, RuleSpec};

use super::history::{Act, Body, Choice, Feature, MemberStep, USERS};
use super::reference::Reference;

/// What a settled act does; `now` is the reference before it.
pub fn tell(act: &Act, now: &Reference) -> String {
    let group = |group: &usize| format!("group {group} ({:?})", now.groups[*group].name);
    match act {
        Act::PushUser { user, body } => format!("The IdP pushes {}{}.", USERS[*user], attributes(body)),
        Act::PutUser { user, body } => format!("The IdP replaces {}{}.", USERS[*user], attributes(body)),
        Act::DeleteUser { user } => format!("The IdP deletes {}.", USERS[*user]),
        Act::PushGroup { name, members, roles } => {
            format!("The IdP pushes the group {name:?} with {}{}.", people(members), giving(roles))
        }
        Act::PutGroup { group: number, name, members, roles } => {
            let with = format!("{}{}", people(members), giving(roles));
            format!("The IdP replaces {} by {name:?} with {with}.", group(number))
        }
        Act::Rename { group: number, name } => format!("The IdP renames {} to {name:?}.", group(number)),
        Act::PatchMembers { group: number, steps } => {
            let steps: Vec<String> = steps.iter().map(member_step).collect();
            format!("The IdP patches {}: {}.", group(number), steps.join(", then "))
        }
        Act::DeleteGroup { group: number } => format!("The IdP deletes {}.", group(number)),
        Act::WriteRule { spec } => format!("An admin writes a rule: {}.", rule(spec)),
        Act::EditRule { rule: number, spec } => format!("An admin makes rule {number}: {}.", rule(spec)),
        Act::DeleteRule { rule } => format!("An admin deletes rule {rule}."),
        Act::ApplyRules => "An admin runs the rules.".to_owned(),
        Act::Map { group: number, target, choice } => {
            format!("An admin maps {} to a {}: {}.", group(number), target.words(), chosen(choice, now))
        }
        Act::Approve { mapping, choice } => {
            format!("An admin approves {}: {}.", now.mapping_words(*mapping), chosen(choice, now))
        }
        Act::Reject { mapping } => format!("An admin rejects {}.", now.mapping_words(*mapping)),
        Act::Remove { mapping } => format!("An admin removes {}.", now.mapping_words(*mapping)),
        Act::CreateEntity { target, name } => format!("An admin creates the {} {name:?}.", target.words()),
        Act::RenameEntity { entity, name } => {
            format!("An admin renames the {} to {name:?}.", now.entity_words(*entity))
        }
        Act::DeleteEntity { entity } => format!("An admin deletes the {}.", now.entity_words(*entity)),
        Act::PutPlace { entity, user } => {
            format!("An admin puts {} into the {}.", USERS[*user], now.entity_words(*entity))
        }
        Act::TakePlace { entity, user } => {
            format!("An admin takes {} out of the {}.", USERS[*user], now.entity_words(*entity))
        }
        Act::Resolve { conflict, use_incoming } => decision(*conflict, *use_incoming, "that", now),
        Act::ResolveAll { conflict, use_incoming } => decision(*conflict, *use_incoming, "all like it", now),
        Act::Switch { feature, on } => {
            let name = match feature {
                Feature::GroupProvisioning => "group provisioning",
                Feature::Type(target) => target.words(),
            };
            format!("An admin switches {name} {}.", if *on { "on" } else { "off" })
        }
    }
}

fn decision(conflict: usize, use_incoming: bool, which: &str, now: &Reference) -> String {
    let conflict = now.conflicts()[conflict];
    let [current, incoming] =
        [conflict.current, conflict.incoming].map(|(mapping, _)| now.mapping_words(mapping));
    let winner = if use_incoming { &incoming } else { &current };
    format!(
        "An admin is asked over {} by {current} and {incoming}, and decides {which} for {winner}.",
        USERS[conflict.user]
    )
}

fn people(users: &[usize]) -> String {
    let names: Vec<&str> = users.iter().map(|user| USERS[*user]).collect();
    if names.is_empty() { "no members".to_owned() } else { names.join(", ") }
}

fn member_step(step: &MemberStep) -> String {
    match step {
        MemberStep::Add(users) => format!("add {}", people(users)),
        MemberStep::Remove(users) => format!("remove {}", people(users)),
        MemberStep::RemoveAll => "remove everybody".to_owned(),
    }
}

fn giving(roles: &[Role]) -> String {
    let names: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
    if names.is_empty() { String::new() } else { format!(", giving {}", names.join(" and ")) }
}

fn attributes(body: &Body) -> String {
    let mut text = if body.active { String::new() } else { ", inactive".to_owned() };
    if let Some(role) = body.role {
        text.push_str(&format!(", as {}", role.as_str()));
    }
    if let Some(group) = body.concurrency_group {
        text.push_str(&format!(", with LambdatestGroup {group:?}"));
    }
    text
}

fn chosen(choice: &Choice, now: &Reference) -> String {
    match choice {
        Choice::Entity(entity) => format!("the existing {}", now.entity_words(*entity)),
        Choice::Named { name, create: true } => format!("{name:?}, made if need be"),
        Choice::Named { name, create: false } => format!("{name:?}, which must exist"),
        Choice::AsAsked => "what it asks for".to_owned(),
    }
}

fn rule(spec: &RuleSpec) -> String {
    let which = match spec.kind {
        RuleKind::All => "every group".to_owned(),
        RuleKind::Prefix | RuleKind::Regex => format!("{} {:?}", spec.kind.as_str(), spec.pattern),
    };
    let except = spec.exclude.as_ref().map_or(String::new(), |exclude| format!(" save {exclude:?}"));
    let name = spec.entity_name.as_ref().map_or(String::new(), |name| format!(" called {name:?}"));
    let auto = if spec.auto_approve { "at once" } else { "after approval" };
    let enabled = if spec.enabled { "" } else { ", switched off" };
    format!(
        "{which}{except} to a {}{name} {auto}, priority {}{enabled}",
        spec.target_type.words(),
        spec.priority
    )
}

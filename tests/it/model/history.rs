//! Histories: what IdPs and admins do, with few names, so that things collide.
//!
//! A number in a generated act is a pick among what exists when its turn comes; [`Act::settled`] makes it the number of
//! a record of the reference. An act that finds nothing to act on is left out.

use proptest::prelude::*;
use rollcall::model::entity::TargetType;
use rollcall::model::role::Role;
use rollcall::model::rule::{RuleKind, RuleSpec};

use super::reference::Reference;

/// All users that there ever are, by number. The last one is never pushed: its id is unknown to the server.
pub const USERS: [&str; 5] = ["ann", "bob", "cleo", "dan", "nobody"];
/// The number of the user who is never pushed.
pub const NOBODY: usize = 4;
const GROUPS: [&str; 8] = ["T-a", "C-a", "S-a", "t-A", "C-b", "S-b", "a", "b"];
const ENTITIES: [&str; 6] = ["a", "b", "A", "T-a", "C-a", "Default"];

/// What a push says of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    pub active: bool,
    pub role: Option<Role>,
    pub concurrency_group: Option<&'static str>,
}

/// One operation of a PATCH on members.
#[derive(Clone, Debug)]
pub enum MemberStep {
    Add(Vec<usize>),
    Remove(Vec<usize>),
    RemoveAll,
}

/// The entity that an admin names.
#[derive(Clone, Debug)]
pub enum Choice {
    Entity(usize),
    Named { name: &'static str, create: bool },
    AsAsked,
}

/// What can be switched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    GroupProvisioning,
    Type(TargetType),
}

/// One request.
#[derive(Clone, Debug)]
pub enum Act {
    PushUser { user: usize, body: Body },
    PutUser { user: usize, body: Body },
    DeleteUser { user: usize },
    PushGroup { name: &'static str, members: Vec<usize>, roles: Vec<Role> },
    PutGroup { group: usize, name: &'static str, members: Vec<usize>, roles: Vec<Role> },
    Rename { group: usize, name: &'static str },
    PatchMembers { group: usize, steps: Vec<MemberStep> },
    DeleteGroup { group: usize },
    WriteRule { spec: RuleSpec },
    EditRule { rule: usize, spec: RuleSpec },
    DeleteRule { rule: usize },
    ApplyRules,
    Map { group: usize, target: TargetType, choice: Choice },
    Approve { mapping: usize, choice: Choice },
    Reject { mapping: usize },
    Remove { mapping: usize },
    CreateEntity { target: TargetType, name: &'static str },
    RenameEntity { entity: usize, name: &'static str },
    DeleteEntity { entity: usize },
    PutPlace { entity: usize, user: usize },
    TakePlace { entity: usize, user: usize },
    Resolve { conflict: usize, use_incoming: bool },
    ResolveAll { conflict: usize, use_incoming: bool },
    Switch { feature: Feature, on: bool },
}

impl Act {
    /// The same with the numbers of records in place of picks; `None` when there is nothing to pick.
    pub fn settled(&self, now: &Reference) -> Option<Act> {
        let mut act = self.clone();
        match &mut act {
            Act::PutGroup { group, .. }
            | Act::Rename { group, .. }
            | Act::PatchMembers { group, .. }
            | Act::DeleteGroup { group } => pick(group, &now.groups_to_pick())?,
            Act::EditRule { rule, .. } | Act::DeleteRule { rule } => pick(rule, &now.rules_to_pick())?,
            Act::Map { group, target, choice } => {
                pick(group, &now.groups_to_pick())?;
                choice.settle(now, *target);
            }
            Act::Approve { mapping, choice } => {
                pick(mapping, &now.mappings_to_pick())?;
                choice.settle(now, now.mappings[*mapping].target);
            }
            Act::Reject { mapping } | Act::Remove { mapping } => pick(mapping, &now.mappings_to_pick())?,
            Act::RenameEntity { entity, .. }
            | Act::DeleteEntity { entity }
            | Act::PutPlace { entity, .. } => {
                pick(entity, &now.entities_to_pick(None))?;
            }
            // Mostly one that there is.
            Act::TakePlace { entity, user } => match now.places_to_pick().get(*entity) {
                Some(place) => (*user, *entity) = *place,
                None => pick(entity, &now.entities_to_pick(None))?,
            },
            Act::Resolve { conflict, .. } | Act::ResolveAll { conflict, .. } => {
                let open: Vec<usize> = (0..now.conflicts().len()).collect();
                pick(conflict, &open)?;
            }
            Act::PushUser { .. }
            | Act::PutUser { .. }
            | Act::DeleteUser { .. }
            | Act::PushGroup { .. }
            | Act::WriteRule { .. }
            | Act::ApplyRules
            | Act::CreateEntity { .. }
            | Act::Switch { .. } => {}
        }
        Some(act)
    }

    /// Whether the same request once more must change nothing (mapping.md §5.8).
    pub fn is_repeatable(&self) -> bool {
        matches!(
            self,
            Act::PutUser { .. }
                | Act::PutGroup { .. }
                | Act::Rename { .. }
                | Act::PatchMembers { .. }
                | Act::EditRule { .. }
                | Act::ApplyRules
                | Act::Reject { .. }
                | Act::RenameEntity { .. }
                | Act::PutPlace { .. }
                | Act::Switch { .. }
        )
    }
}

impl Choice {
    fn settle(&mut self, now: &Reference, target: TargetType) {
        if let Choice::Entity(entity) = self
            && pick(entity, &now.entities_to_pick(Some(target))).is_none()
        {
            *self = Choice::Named { name: ENTITIES[0], create: true };
        }
    }
}

fn pick(number: &mut usize, among: &[usize]) -> Option<()> {
    *number = *among.get(number.checked_rem(among.len())?)?;
    Some(())
}

fn number() -> impl Strategy<Value = usize> + Clone {
    0..64usize
}

fn user() -> impl Strategy<Value = usize> + Clone {
    0..NOBODY
}

/// Members as an IdP lists them: now and then one that does not exist.
fn members() -> impl Strategy<Value = Vec<usize>> {
    let member = prop_oneof![80 => user(), 1 => Just(NOBODY)];
    prop::collection::vec(member, 0..5)
}

fn target() -> impl Strategy<Value = TargetType> + Clone {
    prop::sample::select(TargetType::ALL.to_vec())
}

fn body() -> impl Strategy<Value = Body> {
    let role = prop::option::weighted(0.3, prop::sample::select(vec![Role::Guest, Role::User, Role::Admin]));
    let group = prop::option::weighted(0.3, prop::sample::select(&ENTITIES[..]));
    (prop::bool::weighted(0.8), role, group).prop_map(|(active, role, concurrency_group)| Body {
        active,
        role,
        concurrency_group,
    })
}

fn roles() -> impl Strategy<Value = Vec<Role>> {
    prop_oneof![
        6 => Just(vec![]),
        1 => prop::sample::select(vec![Role::Guest, Role::User, Role::Admin]).prop_map(|role| vec![role]),
        1 => Just(vec![Role::Guest, Role::Admin]),
    ]
}

/// Rules of every kind, with patterns and templates that the reference understands.
pub fn rule() -> impl Strategy<Value = RuleSpec> {
    let look = prop_oneof![
        3 => Just((RuleKind::Prefix, "T-", TargetType::Team)),
        3 => Just((RuleKind::Prefix, "c-", TargetType::ConcurrencyGroup)),
        3 => Just((RuleKind::Prefix, "S-", TargetType::SubOrganization)),
        1 => target().prop_map(|target| (RuleKind::Regex, "^(.)-(?<rest>.)$", target)),
        2 => target().prop_map(|target| (RuleKind::All, "", target)),
    ];
    let template = prop::sample::select(vec![0, 0, 1, 2]);
    let exclude = prop::option::weighted(0.1, prop::sample::select(vec!["b$", "^a"]));
    let switches = (prop::bool::weighted(0.8), prop::bool::weighted(0.9));
    (look, template, exclude, 1..4i64, switches).prop_map(|(look, template, exclude, priority, switches)| {
        let (kind, pattern, target_type) = look;
        let entity_name = match (template, kind) {
            (1, RuleKind::Prefix | RuleKind::Regex) => Some("${rest}"),
            (2, _) => Some("a"),
            _ => None,
        };
        RuleSpec {
            kind,
            pattern: pattern.to_owned(),
            exclude: exclude.map(str::to_owned),
            entity_name: entity_name.map(str::to_owned),
            target_type,
            priority,
            auto_approve: switches.0,
            enabled: switches.1,
        }
    })
}

fn choice() -> impl Strategy<Value = Choice> {
    let named = (prop::sample::select(&ENTITIES[..]), prop::bool::weighted(0.8));
    prop_oneof![
        2 => number().prop_map(Choice::Entity),
        2 => named.prop_map(|(name, create)| Choice::Named { name, create }),
        1 => Just(Choice::AsAsked),
    ]
}

/// What the IdP does to users and groups.
fn push() -> impl Strategy<Value = Act> {
    let name = || prop::sample::select(&GROUPS[..]);
    let step = prop_oneof![
        4 => members().prop_map(MemberStep::Add),
        2 => members().prop_map(MemberStep::Remove),
        1 => Just(MemberStep::RemoveAll),
    ];
    prop_oneof![
        2 => (user(), body()).prop_map(|(user, body)| Act::PushUser { user, body }),
        2 => (user(), body()).prop_map(|(user, body)| Act::PutUser { user, body }),
        1 => user().prop_map(|user| Act::DeleteUser { user }),
        8 => (name(), members(), roles())
            .prop_map(|(name, members, roles)| Act::PushGroup { name, members, roles }),
        3 => (number(), name(), members(), roles())
            .prop_map(|(group, name, members, roles)| Act::PutGroup { group, name, members, roles }),
        2 => (number(), name()).prop_map(|(group, name)| Act::Rename { group, name }),
        5 => (number(), prop::collection::vec(step, 1..3))
            .prop_map(|(group, steps)| Act::PatchMembers { group, steps }),
        2 => number().prop_map(|group| Act::DeleteGroup { group }),
    ]
}

/// What the admin does to rules, mappings and features.
fn administration() -> impl Strategy<Value = Act> {
    let feature = prop_oneof![
        1 => Just(Feature::GroupProvisioning),
        16 => target().prop_map(Feature::Type),
    ];
    prop_oneof![
        2 => rule().prop_map(|spec| Act::WriteRule { spec }),
        1 => (number(), rule()).prop_map(|(rule, spec)| Act::EditRule { rule, spec }),
        1 => number().prop_map(|rule| Act::DeleteRule { rule }),
        2 => Just(Act::ApplyRules),
        4 => (number(), target(), choice())
            .prop_map(|(group, target, choice)| Act::Map { group, target, choice }),
        3 => (number(), choice()).prop_map(|(mapping, choice)| Act::Approve { mapping, choice }),
        2 => number().prop_map(|mapping| Act::Reject { mapping }),
        1 => number().prop_map(|mapping| Act::Remove { mapping }),
        2 => (feature, prop::bool::weighted(0.6)).prop_map(|(feature, on)| Act::Switch { feature, on }),
    ]
}

/// What the admin does to entities, places and conflicts.
fn places() -> impl Strategy<Value = Act> {
    let name = || prop::sample::select(&ENTITIES[..]);
    prop_oneof![
        3 => (target(), name()).prop_map(|(target, name)| Act::CreateEntity { target, name }),
        1 => (number(), name()).prop_map(|(entity, name)| Act::RenameEntity { entity, name }),
        1 => number().prop_map(|entity| Act::DeleteEntity { entity }),
        2 => (number(), user()).prop_map(|(entity, user)| Act::PutPlace { entity, user }),
        2 => (number(), user()).prop_map(|(entity, user)| Act::TakePlace { entity, user }),
        6 => (number(), any::<bool>())
            .prop_map(|(conflict, use_incoming)| Act::Resolve { conflict, use_incoming }),
        1 => (number(), any::<bool>())
            .prop_map(|(conflict, use_incoming)| Act::ResolveAll { conflict, use_incoming }),
    ]
}

/// What most histories begin with: everybody pushed, a rule for each target type, and something to be mapped to.
pub fn beginning() -> Vec<Act> {
    let body = Body { active: true, role: None, concurrency_group: None };
    let users = (0..NOBODY).map(|user| Act::PushUser { user, body: body.clone() });
    let looks =
        [("T-", TargetType::Team), ("C-", TargetType::ConcurrencyGroup), ("S-", TargetType::SubOrganization)];
    let rules = looks.into_iter().map(|(prefix, target_type)| Act::WriteRule {
        spec: RuleSpec {
            kind: RuleKind::Prefix,
            pattern: prefix.to_owned(),
            exclude: None,
            entity_name: Some("${rest}".to_owned()),
            target_type,
            priority: 2,
            auto_approve: true,
            enabled: true,
        },
    });
    let entities = ["a", "b"].map(|name| Act::CreateEntity { target: TargetType::SubOrganization, name });
    users.chain(rules).chain(entities).collect()
}

/// Groups that clash over some of their members.
fn first_groups() -> Vec<Act> {
    let groups = [("C-a", vec![0, 1, 2]), ("S-a", vec![1, 2, 3]), ("C-b", vec![0, 1]), ("T-b", vec![1, 3])];
    groups.map(|(name, members)| Act::PushGroup { name, members, roles: vec![] }).into()
}

/// A history.
pub fn any_history(longest: usize) -> impl Strategy<Value = Vec<Act>> {
    let beginning = [beginning(), first_groups()].concat();
    let kept = prop::collection::vec(prop::bool::weighted(0.95), beginning.len());
    let act = prop_oneof![5 => push().boxed(), 2 => administration().boxed(), 3 => places().boxed()];
    (kept, prop::collection::vec(act, 1..=longest)).prop_map(move |(kept, acts)| {
        let begun = beginning.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(act, _)| act.clone());
        begun.chain(acts).collect()
    })
}

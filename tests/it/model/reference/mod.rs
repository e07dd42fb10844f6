//! The engine once more, as mapping.md tells it, written to be read: everything is looked at after every request, and
//! nothing is clever. Numbers of lines in comments are lines of mapping.md.
//!
//! Records are numbered in the order in which they came to be; nothing is ever taken out of the lists.

mod admin;
mod facts;
mod idp;
mod places;
mod rules;

use std::collections::{BTreeMap, BTreeSet};

use rollcall::model::entity::TargetType;
use rollcall::model::error::Kind;
use rollcall::model::organization::Features;
use rollcall::model::role::Role;
use rollcall::model::rule::RuleSpec;

use super::history::Act;
pub use places::Conflict;

/// The outcome of a request: done, or refused for this reason.
pub type Outcome = Result<(), Kind>;

#[derive(Clone, Debug, Default)]
pub struct User {
    pub living: bool,
    active: bool,
    own_role: Option<Role>,
    /// `LambdatestGroup`, and the entity that it named when it was written.
    attribute: Option<String>,
    bound: Option<usize>,
}

#[derive(Clone, Debug)]
pub struct Group {
    pub name: String,
    pub roles: Vec<Role>,
    members: BTreeSet<usize>,
    pub living: bool,
    /// Later deletions have higher numbers.
    deletion: usize,
}

#[derive(Clone, Debug)]
pub struct Entity {
    pub target: TargetType,
    pub name: String,
    living: bool,
    is_default: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wait {
    AwaitingApproval,
    FeatureDisabled,
    TargetMissing,
    TargetTaken,
    RuleChanged,
    TargetDeleted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    ByAdmin,
    Removed,
    /// With the group; `true` when it was `target_deleted` then, which the restored group remembers (6.3).
    GroupDeleted(bool),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Pending(Wait),
    Approved,
    Rejected(End),
}

#[derive(Clone, Debug)]
pub struct Mapping {
    pub group: usize,
    pub target: TargetType,
    state: State,
    /// What it holds: while approved, and while frozen.
    entity: Option<usize>,
    /// Whether an admin approved it last.
    by_hand: bool,
    rule: Option<usize>,
    made_by_rule: bool,
    rename_blocked: bool,
}

#[derive(Clone, Debug)]
struct Rule {
    spec: RuleSpec,
    living: bool,
}

/// A mapping with the entity that it holds: what it claims for its members.
pub type Claim = (usize, usize);

/// A group with an entity: what decisions are remembered about.
type Side = (usize, usize);

/// One organization.
#[derive(Clone, Debug)]
pub struct Reference {
    features: Features,
    pub users: BTreeMap<usize, User>,
    pub groups: Vec<Group>,
    pub entities: Vec<Entity>,
    pub mappings: Vec<Mapping>,
    rules: Vec<Rule>,
    /// Per user: the winner and the loser.
    decisions: BTreeSet<(usize, Side, Side)>,
    /// Places by hand: user and entity.
    by_hand: BTreeSet<(usize, usize)>,
    /// Places that an admin took away.
    taken: BTreeSet<(usize, Claim)>,
    /// What mappings gave each user.
    held: BTreeSet<(usize, Claim)>,
    /// What was a candidate after the last request.
    candidates: BTreeSet<(usize, Claim)>,
    /// The newcomers for which an admin decided in this request.
    preferred: BTreeSet<(usize, Claim)>,
    deletions: usize,
}

impl Reference {
    /// A new organization with everything switched on and its default concurrency group.
    pub fn new() -> Reference {
        let default = Entity {
            target: TargetType::ConcurrencyGroup,
            name: "Default".to_owned(),
            living: true,
            is_default: true,
        };
        Reference {
            features: Features { group_provisioning: true, ..Features::default() },
            users: BTreeMap::new(),
            groups: Vec::new(),
            entities: vec![default],
            mappings: Vec::new(),
            rules: Vec::new(),
            decisions: BTreeSet::new(),
            by_hand: BTreeSet::new(),
            taken: BTreeSet::new(),
            held: BTreeSet::new(),
            candidates: BTreeSet::new(),
            preferred: BTreeSet::new(),
            deletions: 0,
        }
    }

    /// Does a request; a refused one changes nothing.
    pub fn apply(&mut self, act: &Act) -> Outcome {
        let before = self.clone();
        let outcome = self.act(act);
        match outcome {
            Ok(()) => self.give_places(),
            Err(_) => *self = before,
        }
        outcome
    }

    fn act(&mut self, act: &Act) -> Outcome {
        match act {
            Act::PushUser { user, body } => self.push_user(*user, body),
            Act::PutUser { user, body } => self.put_user(*user, body),
            Act::DeleteUser { user } => self.delete_user(*user),
            Act::PushGroup { name, members, roles } => self.push_group(name, members, roles),
            Act::PutGroup { group, name, members, roles } => {
                self.put_group(*group, name, Some(members), Some(roles))
            }
            Act::Rename { group, name } => self.put_group(*group, name, None, None),
            Act::PatchMembers { group, steps } => self.patch_members(*group, steps),
            Act::DeleteGroup { group } => self.delete_group(*group),
            Act::WriteRule { spec } => {
                self.rules.push(Rule { spec: spec.clone(), living: true });
                Ok(())
            }
            Act::EditRule { rule, spec } => {
                self.rules[*rule].spec = spec.clone();
                Ok(())
            }
            Act::DeleteRule { rule } => {
                self.rules[*rule].living = false;
                Ok(())
            }
            Act::ApplyRules => {
                self.apply_rules();
                Ok(())
            }
            Act::Map { group, target, choice } => self.map(*group, *target, choice),
            Act::Approve { mapping, choice } => self.approve(*mapping, choice),
            Act::Reject { mapping } => self.reject(*mapping),
            Act::Remove { mapping } => self.remove(*mapping),
            Act::CreateEntity { target, name } => self.create_entity(*target, name),
            Act::RenameEntity { entity, name } => self.rename_entity(*entity, name),
            Act::DeleteEntity { entity } => self.delete_entity(*entity),
            Act::PutPlace { entity, user } => self.put_place(*entity, *user),
            Act::TakePlace { entity, user } => self.take_place(*entity, *user),
            Act::Resolve { conflict, use_incoming } => self.resolve(*conflict, *use_incoming),
            Act::ResolveAll { conflict, use_incoming } => self.resolve_all(*conflict, *use_incoming),
            Act::Switch { feature, on } => self.switch(*feature, *on),
        }
    }

    /// The groups that an act may be about: now and then a deleted one.
    pub fn groups_to_pick(&self) -> Vec<usize> {
        let living = |group: &usize| self.groups[*group].living;
        let all = 0..self.groups.len();
        all.clone().filter(living).chain(all.clone().filter(living)).chain(all).collect()
    }

    /// The mappings that an act may be about, history too.
    pub fn mappings_to_pick(&self) -> Vec<usize> {
        let counts = |mapping: &usize| !matches!(self.mappings[*mapping].state, State::Rejected(_));
        let all = 0..self.mappings.len();
        all.clone().filter(counts).chain(all.clone().filter(counts)).chain(all).collect()
    }

    /// The living entities, all or of one type.
    pub fn entities_to_pick(&self, target: Option<TargetType>) -> Vec<usize> {
        let fits = |entity: &Entity| entity.living && target.is_none_or(|target| target == entity.target);
        (0..self.entities.len()).filter(|entity| fits(&self.entities[*entity])).collect()
    }

    /// The places that people have: user and entity.
    pub fn places_to_pick(&self) -> Vec<(usize, usize)> {
        let mapped = self.held.iter().map(|(user, (_, entity))| (*user, *entity));
        mapped.chain(self.by_hand.iter().copied()).collect()
    }

    /// The rules that exist.
    pub fn rules_to_pick(&self) -> Vec<usize> {
        (0..self.rules.len()).filter(|rule| self.rules[*rule].living).collect()
    }

    /// Which of its group's mappings this one is.
    pub fn place_in_group(&self, mapping: usize) -> usize {
        let group = self.mappings[mapping].group;
        self.mappings[..mapping].iter().filter(|other| other.group == group).count()
    }

    fn is_on(&self, target: TargetType) -> bool {
        match target {
            TargetType::Team => self.features.teams,
            TargetType::ConcurrencyGroup => self.features.concurrency_groups,
            TargetType::SubOrganization => self.features.sub_organizations,
        }
    }

    /// The living entity of that type and name.
    fn named(&self, target: TargetType, name: &str) -> Option<usize> {
        let fits = |entity: &Entity| {
            entity.living && entity.target == target && entity.name.eq_ignore_ascii_case(name)
        };
        (0..self.entities.len()).find(|entity| fits(&self.entities[*entity]))
    }

    /// The mapping that holds an entity.
    fn holder(&self, entity: usize) -> Option<usize> {
        (0..self.mappings.len()).find(|mapping| self.mappings[*mapping].entity == Some(entity))
    }

    fn living_user(&self, user: usize) -> Result<(), Kind> {
        let living = self.users.get(&user).is_some_and(|user| user.living);
        if living { Ok(()) } else { Err(Kind::NotFound) }
    }
}

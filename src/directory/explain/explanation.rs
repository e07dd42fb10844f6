//! What there is to say about one user, in types.

use crate::directory::actors::Actors;
use crate::mapping::explain::{Obstacle, RoleOrigin};
use crate::model::cause::Cause;
use crate::model::entity::Entity;
use crate::model::group::Group;
use crate::model::history::{PastPlace, RoleChange};
use crate::model::mapping::Mapping;
use crate::model::role::Role;
use crate::model::rule::Rule;
use crate::model::user::User;
use crate::store::Conflict;

/// What there is to say about one user.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The user, deleted or not.
    pub user: User,
    /// Where the role that counts comes from.
    pub role: RoleExplained,
    /// What the user has, by age; the default concurrency group where there is no other.
    pub places: Vec<PlaceExplained>,
    /// What a group of the user's leads to, and they do not have.
    pub blocked: Vec<BlockedExplained>,
    /// The groups of the user's that lead nowhere now.
    pub waiting: Vec<WaitingExplained>,
    /// What the user had, the last one that ended first.
    pub past: Vec<PastExplained>,
    /// Who is behind the names in all of it.
    pub actors: Actors,
}

/// A role with everything that it could come from.
#[derive(Clone, Debug)]
pub struct RoleExplained {
    /// The role that counts.
    pub effective: Role,
    /// The role that the IdP gave the user itself.
    pub own: Option<Role>,
    /// The user's groups with what they give and what put the user there.
    pub groups: Vec<(Group, Option<Role>, Cause)>,
    /// Which of these counts; its place in `groups` for a group.
    pub origin: RoleOrigin,
    /// The changes of the role that counts, the last one first.
    pub changes: Vec<RoleChange>,
}

/// The way from a rule to a user: what made the mapping, whose it is, and what put the user into that group.
#[derive(Clone, Debug)]
pub struct Chain {
    /// The mapping.
    pub mapping: Mapping,
    /// The rule that made it, and whether that rule was deleted since.
    pub rule: Option<(Rule, bool)>,
    /// Its group.
    pub group: Group,
    /// What put the user into the group.
    pub membership: Option<Cause>,
}

/// A place that the user has.
#[derive(Clone, Debug)]
pub struct PlaceExplained {
    /// Where.
    pub entity: Entity,
    /// Why.
    pub reason: Reason,
}

/// Why a user has a place.
#[derive(Clone, Debug)]
pub enum Reason {
    /// A mapping gave it, then.
    Mapping(Box<Chain>, Cause),
    /// `LambdatestGroup` names it, since then.
    Attribute(Cause),
    /// An admin put them there.
    Manual(Cause),
    /// It is the default concurrency group, and they are in no other.
    Default,
}

/// A place that a group leads to and the user does not have.
#[derive(Clone, Debug)]
pub struct BlockedExplained {
    /// Where it leads.
    pub entity: Entity,
    /// By which way.
    pub chain: Chain,
    /// What keeps the user out.
    pub by: Vec<Block>,
}

/// What keeps a user from a place.
#[derive(Clone, Debug)]
pub enum Block {
    /// An admin took it away, until the IdP asserts the membership again.
    Withheld(Cause),
    /// The user holds something that cannot be combined with it.
    Holder(Box<Holder>),
}

/// What a user holds instead of something else.
#[derive(Clone, Debug)]
pub struct Holder {
    /// What they hold.
    pub entity: Entity,
    /// By which group.
    pub group: Group,
    /// How the two clash, and what was decided.
    pub obstacle: Obstacle,
    /// The conflict that waits for an admin.
    pub conflict: Option<Conflict>,
    /// Who decided, and when.
    pub decided_by: Option<Cause>,
}

/// A group that leads nowhere now.
#[derive(Clone, Debug)]
pub struct WaitingExplained {
    /// The group.
    pub group: Group,
    /// What put the user there.
    pub membership: Cause,
    /// Its mapping that waits or was rejected; `None` when nothing maps the group.
    pub chain: Option<Chain>,
}

/// A place that the user had.
#[derive(Clone, Debug)]
pub struct PastExplained {
    /// The row of history.
    pub past: PastPlace,
    /// Where.
    pub entity: Entity,
    /// The group that led there.
    pub group: Option<Group>,
    /// The rule behind it, and whether it was deleted since.
    pub rule: Option<(Rule, bool)>,
    /// What it gave way to.
    pub gave_way_to: Option<Entity>,
    /// Whether they are in that entity again.
    pub again: bool,
}

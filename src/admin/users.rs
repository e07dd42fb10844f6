//! Users as admins see them: the role that counts, every place, and what is blocked.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::admin::handle::{Admin, organization};
use crate::admin::list::Listing;
use crate::admin::lookup::Lookup;
use crate::admin::operation::{Operation, SEARCH};
use crate::admin::places::Placed;
use crate::admin::reply::{self, Reply};
use crate::directory::{self, group_json};
use crate::model::assignment::Source;
use crate::model::call::Call;
use crate::model::error::{Error, Result};
use crate::model::group::Group;
use crate::model::id::{ConflictId, OrganizationId, ResourceId, UserId};
use crate::model::user::User;
use crate::store::{Db, MappingClaim, UserState};

/// Of [`list`].
pub const LIST: Operation = Operation::list("Users, by name or address", "User").asked_by(SEARCH);
/// Of [`show`].
pub const SHOW: Operation = Operation::get("One user with role and places", "User");
/// Of [`explain()`].
pub const EXPLAIN: Operation = Operation::get("Why a user has what they have", "Explanation");

/// `GET users?query=`: those whose `userName`, name or address holds it.
///
/// # Errors
/// Those of paging.
pub fn list(admin: &Admin, call: &Call) -> Result<Reply> {
    let listing = Listing::read(call, "users")?;
    let query = call.query.get("query").unwrap_or_default();
    admin.read(|db| {
        let (organization, page) = (organization(call)?.id, listing.page());
        let rows = db.users_matching(organization, query, page.after, page.limit)?;
        let (rows, next) = listing.cut(rows, |user| [user.id.0]);
        Ok(reply::list(users_json(db, organization, &rows)?, next))
    })
}

/// `GET users/{id}`.
///
/// # Errors
/// `NotFound`.
pub fn show(admin: &Admin, call: &Call) -> Result<Reply> {
    let id = ResourceId::from(call.parameter(0));
    admin.read(|db| {
        let organization = organization(call)?.id;
        let user = db.user(organization, &id)?.ok_or_else(|| Error::not_found("user", &id))?;
        let shown = users_json(db, organization, &[user])?;
        Ok(reply::ok(shown.first().unwrap_or(&Value::Null)))
    })
}

/// `GET users/{id}/explain`: of deleted users too. The form stands with `directory::Explanation::to_json`.
///
/// # Errors
/// `NotFound`.
pub fn explain(admin: &Admin, call: &Call) -> Result<Reply> {
    let id = ResourceId::from(call.parameter(0));
    admin.read(|db| {
        let user = db.user_ever(organization(call)?.id, &id)?;
        let user = user.ok_or_else(|| Error::not_found("user", &id))?;
        Ok(reply::ok(&directory::explain(db, user)?.to_json()))
    })
}

/// Users as the API shows them; the commands print the same.
///
/// # Errors
/// Only those of the store.
pub fn users_json(db: &Db<'_>, organization: OrganizationId, users: &[User]) -> Result<Vec<Value>> {
    let ids: Vec<UserId> = users.iter().map(|user| user.id).collect();
    let placed = Placed::of(db, organization, &ids)?;
    let mut groups: HashMap<UserId, Vec<Group>> = HashMap::new();
    for (user, group) in db.groups_of_users(&ids)? {
        groups.entry(user).or_default().push(group);
    }
    let mut blocked = Blocked::of(db, &ids)?;
    let shown = users.iter().map(|user| {
        let groups = groups.remove(&user.id).unwrap_or_default();
        json!({
            "id": user.resource_id,
            "user_name": user.user_name,
            "display_name": user.display_name,
            "name": user.name(),
            "external_id": user.external_id,
            "active": user.active,
            "role": {
                "effective": user.effective_role,
                "own": user.own_role,
                "from_groups": groups.iter().filter_map(role_json).collect::<Vec<_>>(),
            },
            "teams": placed.teams(user.id),
            "concurrency_group": placed.concurrency_group(user.id),
            "sub_organization": placed.sub_organization(user.id),
            "groups": groups.iter().map(group_json).collect::<Vec<_>>(),
            "blocked": blocked.take(user.id),
            "created_at": user.created,
            "changed_at": user.last_modified,
        })
    });
    Ok(shown.collect())
}

/// What a group gives its members: the highest of its roles.
fn role_json(group: &Group) -> Option<Value> {
    let role = group.roles.iter().max()?;
    Some(json!({"group": group_json(group), "role": role}))
}

/// What the groups of some users claim for them, and they do not have.
struct Blocked(HashMap<UserId, Vec<Value>>);

impl Blocked {
    fn of(db: &Db<'_>, users: &[UserId]) -> Result<Blocked> {
        let states = db.user_states(users)?;
        let blocked: Vec<(&UserState, &MappingClaim)> = states
            .iter()
            .flat_map(|state| state.claims.iter().map(move |claim| (state, claim)))
            .filter(|(state, claim)| claim.approved && !is_held(state, claim))
            .collect();
        let groups: Vec<_> = blocked.iter().map(|(_, claim)| claim.group).collect();
        let entities: Vec<_> = blocked.iter().map(|(_, claim)| claim.entity).collect();
        let lookup = Lookup::of(db, &groups, &entities)?;
        let mut by_user: HashMap<UserId, Vec<Value>> = HashMap::new();
        for (state, claim) in blocked {
            by_user.entry(state.user).or_default().push(blocked_json(state, claim, &lookup));
        }
        Ok(Blocked(by_user))
    }

    fn take(&mut self, user: UserId) -> Vec<Value> {
        self.0.remove(&user).unwrap_or_default()
    }
}

fn is_held(state: &UserState, claim: &MappingClaim) -> bool {
    state.assignments.iter().any(|stored| stored.place.source == Source::Mapping(claim.mapping))
}

/// A claim that is not held: because an admin took the place away, because of open conflicts, or because an earlier
/// decision prefers something else.
fn blocked_json(state: &UserState, claim: &MappingClaim, lookup: &Lookup) -> Value {
    let conflicts: Vec<ConflictId> = state
        .conflicts
        .iter()
        .filter(|open| open.incoming.mapping == claim.mapping)
        .map(|open| open.id)
        .collect();
    let reason = match (claim.withheld, conflicts.is_empty()) {
        (true, _) => "taken_away",
        (false, false) => "conflict",
        (false, true) => "decision",
    };
    json!({
        "mapping_id": claim.mapping,
        "target_type": claim.target_type,
        "group": lookup.group(claim.group),
        "entity": lookup.entity(claim.entity),
        "reason": reason,
        "conflicts": conflicts,
    })
}

#[cfg(test)]
#[path = "users_tests.rs"]
mod tests;

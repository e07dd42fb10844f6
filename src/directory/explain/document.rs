//! What an explanation looks like in JSON.
//!
//! ```json
//! {
//!   "user": {"id", "user_name", "display_name", "active", "deleted_at"},
//!   "role": {"effective", "own", "decided_by": {"kind": "own"|"group"|"default", "group"},
//!     "from_groups": [{"group", "role", "membership": CAUSE}],
//!     "history": [{"old", "new", "at", "request_id", "token", "cause": {"kind", "group"?}}]},
//!   "places": [{"entity", "source": "mapping"|"attribute"|"manual"|"default", "since": CAUSE|null, ...CHAIN}],
//!   "blocked": [{"entity", ...CHAIN, "blocked_by": [
//!     {"kind": "withheld", "by": CAUSE} |
//!     {"kind": "conflict", "conflict_id", "clash", "entity", "group", "opened": {"at", "request_id"}} |
//!     {"kind": "decision", "clash", "entity", "group", "winner": "current"|"incoming", "decided": CAUSE}]}],
//!   "waiting": [{"group", "membership": CAUSE, "mapping": MAPPING|null, "rule"}],
//!   "history": [{"entity", "source", "group", "mapping_id", "rule", "since": CAUSE, "ended": CAUSE,
//!     "reason", "gave_way_to", "again"}],
//!   "sentences": ["..."]
//! }
//! ```
//!
//! A CAUSE is `{"at", "request_id", "token"}`: when, by which request, with whose token. A CHAIN is `"rule"` (the rule with
//! `"deleted"`, null for a mapping by hand), `"mapping"`, `"group"` and `"membership"` (CAUSE), null where a place does not
//! come from a mapping; a MAPPING is `{"id", "status", "reason", "made_by"}`. `waiting` are the groups that the user is in
//! and that lead nowhere now. `history` is newest first and has the last 200 places that ended; `sentences` say all of it
//! in words.

use serde_json::{Value, json};

use crate::directory::documents::{entity_json, group_json, rule_json};
use crate::directory::explain::explanation::{
    Block, BlockedExplained, Chain, Explanation, Holder, PastExplained, PlaceExplained, Reason,
    RoleExplained, WaitingExplained,
};
use crate::directory::sentence::Sentence;
use crate::mapping::explain::{Obstacle, RoleOrigin, Ruling};
use crate::model::assignment::Source;
use crate::model::cause::Cause;
use crate::model::history::RoleChange;
use crate::model::mapping::Mapping;
use crate::model::rule::Rule;

impl Explanation {
    /// The document; see the head of this file for its form.
    pub fn to_json(&self) -> Value {
        let user = &self.user;
        json!({
            "user": {
                "id": user.resource_id,
                "user_name": user.user_name,
                "display_name": user.display_name,
                "active": user.active,
                "deleted_at": user.deleted,
            },
            "role": role(&self.role),
            "places": self.places.iter().map(place).collect::<Vec<_>>(),
            "blocked": self.blocked.iter().map(blocked).collect::<Vec<_>>(),
            "waiting": self.waiting.iter().map(waiting).collect::<Vec<_>>(),
            "history": self.past.iter().map(past).collect::<Vec<_>>(),
            "sentences": self.sentences().iter().map(Sentence::to_string).collect::<Vec<_>>(),
        })
    }
}

fn role(role: &RoleExplained) -> Value {
    let decided_by = match role.origin {
        RoleOrigin::Own => json!({"kind": "own", "group": null}),
        RoleOrigin::Default => json!({"kind": "default", "group": null}),
        RoleOrigin::Group(at) => {
            json!({"kind": "group", "group": role.groups.get(at).map(|(group, ..)| group_json(group))})
        }
    };
    let given = role.groups.iter().filter_map(|(group, role, membership)| {
        let role = (*role)?;
        Some(json!({"group": group_json(group), "role": role, "membership": cause(membership)}))
    });
    json!({
        "effective": role.effective,
        "own": role.own,
        "decided_by": decided_by,
        "from_groups": given.collect::<Vec<_>>(),
        "history": role.changes.iter().map(role_change).collect::<Vec<_>>(),
    })
}

fn role_change(change: &RoleChange) -> Value {
    with(json!({"old": change.old, "new": change.new}), [cause(&change.by), json!({"cause": change.why})])
}

fn place(place: &PlaceExplained) -> Value {
    let (source, since, chain) = match &place.reason {
        Reason::Mapping(chain, since) => ("mapping", Some(since), Some(chain.as_ref())),
        Reason::Attribute(since) => ("attribute", Some(since), None),
        Reason::Manual(since) => ("manual", Some(since), None),
        Reason::Default => ("default", None, None),
    };
    let head = json!({"entity": entity_json(&place.entity), "source": source, "since": since.map(cause)});
    with(head, [chain_json(chain)])
}

fn blocked(blocked: &BlockedExplained) -> Value {
    let by: Vec<Value> = blocked.by.iter().map(block).collect();
    with(
        json!({"entity": entity_json(&blocked.entity)}),
        [chain_json(Some(&blocked.chain)), json!({"blocked_by": by})],
    )
}

fn block(block: &Block) -> Value {
    let holder = match block {
        Block::Withheld(by) => return json!({"kind": "withheld", "by": cause(by)}),
        Block::Holder(holder) => holder,
    };
    let Holder { entity, group, obstacle: Obstacle { kind, decided, .. }, conflict, decided_by } =
        holder.as_ref();
    let holder = json!({"clash": kind.as_str(), "entity": entity_json(entity), "group": group_json(group)});
    match decided {
        Some(ruling) => {
            let winner = match ruling {
                Ruling::ForHolder => "current",
                Ruling::ForClaim => "incoming",
            };
            let decided = decided_by.as_ref().map(cause);
            with(json!({"kind": "decision"}), [holder, json!({"winner": winner, "decided": decided})])
        }
        None => {
            let id = conflict.as_ref().map(|conflict| conflict.id);
            let opened = conflict
                .as_ref()
                .map(|conflict| json!({"at": conflict.opened, "request_id": conflict.request_id}));
            with(json!({"kind": "conflict", "conflict_id": id}), [holder, json!({"opened": opened})])
        }
    }
}

fn waiting(waiting: &WaitingExplained) -> Value {
    json!({
        "group": group_json(&waiting.group),
        "membership": cause(&waiting.membership),
        "mapping": waiting.chain.as_ref().map(|chain| mapping(&chain.mapping)),
        "rule": waiting.chain.as_ref().and_then(|chain| chain.rule.as_ref()).map(rule),
    })
}

fn past(past: &PastExplained) -> Value {
    let mapping_id = match past.past.place.source {
        Source::Mapping(id) => Some(id),
        Source::Attribute | Source::Manual => None,
    };
    json!({
        "entity": entity_json(&past.entity),
        "source": past.past.place.source.as_str(),
        "group": past.group.as_ref().map(group_json),
        "mapping_id": mapping_id,
        "rule": past.rule.as_ref().map(rule),
        "since": cause(&past.past.begun),
        "ended": cause(&past.past.ended),
        "reason": past.past.ending.as_str(),
        "gave_way_to": past.gave_way_to.as_ref().map(entity_json),
        "again": past.again,
    })
}

fn chain_json(chain: Option<&Chain>) -> Value {
    json!({
        "rule": chain.and_then(|chain| chain.rule.as_ref()).map(rule),
        "mapping": chain.map(|chain| mapping(&chain.mapping)),
        "group": chain.map(|chain| group_json(&chain.group)),
        "membership": chain.and_then(|chain| chain.membership.as_ref()).map(cause),
    })
}

fn mapping(mapping: &Mapping) -> Value {
    json!({
        "id": mapping.id,
        "status": mapping.status.as_str(),
        "reason": mapping.status.reason(),
        "made_by": if mapping.made_by_rule { "rule" } else { "admin" },
    })
}

fn rule((rule, deleted): &(Rule, bool)) -> Value {
    with(rule_json(rule), [json!({"deleted": deleted})])
}

fn cause(cause: &Cause) -> Value {
    json!({"at": cause.at, "request_id": cause.request_id, "token": cause.token})
}

/// An object with the members of others added.
fn with<const N: usize>(mut object: Value, others: [Value; N]) -> Value {
    for other in others {
        if let (Value::Object(members), Value::Object(more)) = (&mut object, other) {
            members.extend(more);
        }
    }
    object
}

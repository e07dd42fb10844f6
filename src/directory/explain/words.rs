//! An explanation in sentences that somebody at a help desk understands.

use std::collections::BTreeSet;

use crate::directory::explain::explanation::{
    Block, BlockedExplained, Chain, Explanation, Holder, PastExplained, PlaceExplained, Reason,
    RoleExplained, WaitingExplained,
};
use crate::directory::sentence::{Part, Sentence, say};
use crate::mapping::explain::{RoleOrigin, Ruling};
use crate::model::assignment::Source;
use crate::model::cause::Cause;
use crate::model::entity::{Entity, TargetType};
use crate::model::group::Group;
use crate::model::history::{Ending, RoleChange};
use crate::model::mapping::{Approval, PendingReason, Rejection, Status};
use crate::model::rule::{Rule, RuleKind};
use crate::model::user::User;

impl Explanation {
    /// One sentence or two for each thing that there is to say: the account, the role, what they have, what they are kept
    /// from, which groups lead nowhere, and what they had.
    pub fn sentences(&self) -> Vec<Sentence> {
        let mut sentences = vec![account(&self.user)];
        if self.user.deleted.is_none() {
            sentences.push(role(&self.role));
            sentences.extend(self.places.iter().map(place));
            if self.places.iter().all(|place| place.entity.target_type != TargetType::SubOrganization) {
                sentences
                    .push("They are in the root organization, since they are in no sub-organization.".into());
            }
        }
        sentences.extend(self.blocked.iter().map(blocked));
        sentences.extend(self.waiting.iter().map(waiting));
        let mut told = BTreeSet::new();
        let lost = self.past.iter().filter(|past| !past.again && told.insert(past.entity.id));
        sentences.extend(lost.map(past));
        sentences.into_iter().map(|sentence| self.with_actors(sentence)).collect()
    }

    fn with_actors(&self, sentence: Sentence) -> Sentence {
        let parts = sentence.0.into_iter().flat_map(|part| match part {
            Part::Actor(name) => self.actors.told(&name).0,
            other => vec![other],
        });
        Sentence(parts.collect())
    }
}

fn account(user: &User) -> Sentence {
    let user_name = name(&user.user_name);
    let called = match user.name() {
        Some(called) if called != user.user_name => say!(Part::Name(called), " (", user_name, ")"),
        _ => user_name,
    };
    match (user.deleted, user.active) {
        (Some(at), _) => say!(called, " was deleted on ", Part::At(at), " and has nothing."),
        (None, true) => say!(called, " has an active account."),
        (None, false) => {
            say!(called, " is deactivated; what they have stays theirs until they are active again.")
        }
    }
}

fn role(role: &RoleExplained) -> Sentence {
    let effective = role.effective.as_str();
    let others = role.own.into_iter().chain(role.groups.iter().filter_map(|(_, role, _)| *role)).count() > 1;
    let highest = if others { ", and it is the highest of those that they are given" } else { "" };
    let why = match role.origin {
        RoleOrigin::Own => say!("the identity provider gives it to them directly", highest),
        RoleOrigin::Default => "nobody gives them another".into(),
        RoleOrigin::Group(at) => match role.groups.get(at) {
            Some((from, _, membership)) => {
                say!(group(from), " gives it to its members (", added(membership), ")", highest)
            }
            None => "a group gives it to its members".into(),
        },
    };
    let since = role.changes.first().filter(|change| change.new == role.effective).map(changed);
    say!("Their role is ", effective, ", because ", why, ".", since.unwrap_or_default())
}

fn changed(change: &RoleChange) -> Sentence {
    say!(" It was ", change.old.as_str(), " before: changed ", by(&change.by), ".")
}

fn place(place: &PlaceExplained) -> Sentence {
    let entity = named(&place.entity);
    match &place.reason {
        Reason::Default => {
            say!("They are in ", entity, ", the default, since nothing puts them into another.")
        }
        Reason::Manual(since) => {
            say!("They are in ", entity, ", because an administrator put them there ", by(since), ".")
        }
        Reason::Attribute(since) => say!(
            "They are in ",
            entity,
            ", because the identity provider names it as their LambdatestGroup; it took effect ",
            by(since),
            "."
        ),
        Reason::Mapping(chain, since) => {
            let later = chain.membership.as_ref().is_some_and(|member| member.request_id != since.request_id);
            let given = if later { say!(" It took effect ", by(since), ".") } else { Sentence::default() };
            say!("They are in ", entity, ", because ", way(chain), ".", given, frozen(chain))
        }
    }
}

fn frozen(chain: &Chain) -> &'static str {
    match chain.mapping.status {
        Status::Pending { .. } => {
            " The mapping waits for an administrator meanwhile: it gives nobody anything new, and what it gave stays."
        }
        Status::Approved { .. } | Status::Rejected(_) => "",
    }
}

/// `they are in the group "G" (added ...), which rule 3 (...) maps there`
fn way(chain: &Chain) -> Sentence {
    let membership = chain.membership.as_ref().map(|cause| say!(" (", added(cause), ")")).unwrap_or_default();
    say!("they are in ", group(&chain.group), membership, ", which ", mapped(chain))
}

fn mapped(chain: &Chain) -> Sentence {
    let manual = match chain.mapping.status {
        Status::Approved { by, .. } | Status::Pending { frozen: Some((_, by)), .. } => by == Approval::Manual,
        Status::Pending { frozen: None, .. } | Status::Rejected(_) => false,
    };
    match (&chain.rule, manual) {
        (Some(rule), false) => say!(described(rule), " maps there"),
        (Some(rule), true) => {
            say!(described(rule), " proposed and an administrator approved to map there")
        }
        (None, _) if chain.mapping.made_by_rule => "a mapping rule maps there".into(),
        (None, _) => "an administrator mapped there".into(),
    }
}

fn described((rule, deleted): &(Rule, bool)) -> Sentence {
    let pattern = name(&rule.spec.pattern);
    let names = match rule.spec.kind {
        RuleKind::Prefix => say!("names that begin with \"", pattern, "\""),
        RuleKind::Regex => say!("names in which ", pattern, " is found"),
        RuleKind::All => "every group".into(),
    };
    let gone = if *deleted { ", deleted since" } else { "" };
    say!(format!("mapping rule {} (", rule.id), names, gone, ")")
}

fn blocked(blocked: &BlockedExplained) -> Sentence {
    let reasons: Vec<Sentence> = blocked.by.iter().map(block).collect();
    let reasons =
        if reasons.is_empty() { "the next push will decide".into() } else { Sentence::joined(reasons, "; ") };
    say!("They are not in ", named(&blocked.entity), ", although ", way(&blocked.chain), ": ", reasons, ".")
}

fn block(block: &Block) -> Sentence {
    match block {
        Block::Withheld(cause) => say!(
            "an administrator took them out ",
            by(cause),
            ", which holds until the identity provider pushes the membership again"
        ),
        Block::Holder(holder) => {
            let Holder { entity, group: from, obstacle, conflict, decided_by } = holder.as_ref();
            let holds =
                say!("they are in ", named(entity), " by ", group(from), ", and nobody can have both");
            let when = decided_by.as_ref().map(|cause| say!(" ", by(cause))).unwrap_or_default();
            match (obstacle.decided, conflict) {
                (Some(Ruling::ForHolder), _) => {
                    say!(holds, "; an administrator decided for that one", when)
                }
                (Some(Ruling::ForClaim), _) => say!(
                    holds,
                    "; an administrator decided against that one",
                    when,
                    ", but something else stands in the way"
                ),
                (None, Some(conflict)) => say!(
                    holds,
                    format!("; an administrator has to decide (conflict {}, open since ", conflict.id),
                    Part::At(conflict.opened),
                    ", request ",
                    Part::Request(conflict.request_id.clone()),
                    ")"
                ),
                (None, None) => holds,
            }
        }
    }
}

fn waiting(waiting: &WaitingExplained) -> Sentence {
    let head = say!(
        "They are in ",
        group(&waiting.group),
        " (",
        added(&waiting.membership),
        "), which gives them no place: "
    );
    let Some(chain) = &waiting.chain else {
        return say!(head, "neither a rule nor an administrator has mapped it yet.");
    };
    say!(head, why_waiting(chain))
}

fn why_waiting(chain: &Chain) -> String {
    let words = chain.mapping.target_type.words();
    match chain.mapping.status {
        Status::Pending { reason, .. } => match reason {
            PendingReason::AwaitingApproval => {
                format!("its mapping to a {words} waits for an administrator's approval.")
            }
            PendingReason::FeatureDisabled => {
                format!("it is mapped to a {words}, and that feature is switched off.")
            }
            PendingReason::TargetMissing => format!("it is mapped to a {words} that does not exist yet."),
            PendingReason::TargetTaken => {
                format!("it is mapped to a {words} that another group's mapping holds.")
            }
            PendingReason::RuleChanged => {
                format!(
                    "since it was renamed or the rules changed, no rule approves its mapping to a {words} any more."
                )
            }
            PendingReason::TargetDeleted => format!("an administrator deleted the {words} of its mapping."),
        },
        Status::Rejected(Rejection::Admin) => format!("an administrator rejected its mapping to a {words}."),
        Status::Rejected(_) | Status::Approved { .. } => {
            format!("its mapping to a {words} does not count any more.")
        }
    }
}

fn past(past: &PastExplained) -> Sentence {
    let through = match (&past.group, past.past.place.source) {
        (Some(from), _) => say!(" through ", group(from)),
        (None, Source::Attribute) => " by LambdatestGroup".into(),
        (None, Source::Manual | Source::Mapping(_)) => " by an administrator".into(),
    };
    say!(
        "They were in ",
        named(&past.entity),
        through,
        " from ",
        Part::At(past.past.begun.at),
        " until ",
        Part::At(past.past.ended.at),
        ", when ",
        ended(past),
        " (",
        Part::Actor(past.past.ended.token.clone()),
        ", request ",
        Part::Request(past.past.ended.request_id.clone()),
        ")."
    )
}

fn ended(past: &PastExplained) -> Sentence {
    let words = past.entity.target_type.words();
    match past.past.ending {
        Ending::LeftGroup => "they left that group".into(),
        Ending::GroupDeleted => "that group was deleted".into(),
        Ending::MappingRejected => "an administrator rejected the mapping of that group".into(),
        Ending::MappingRemoved => "an administrator removed the mapping of that group".into(),
        Ending::MappingMoved => say!("an administrator mapped that group to another ", words),
        Ending::EntityDeleted => say!("the ", words, " was deleted"),
        Ending::TakenAway => "an administrator took them out".into(),
        Ending::GaveWay(_) => match &past.gave_way_to {
            Some(entity) => say!(named(entity), " took its place"),
            None => "something else took its place".into(),
        },
        Ending::AttributeChanged => "their LambdatestGroup changed".into(),
        Ending::FeatureDisabled => "concurrency groups were switched off".into(),
        Ending::UserDeleted => "they were deleted".into(),
    }
}

fn name(text: &str) -> Sentence {
    Part::Name(text.to_owned()).into()
}

fn named(entity: &Entity) -> Sentence {
    say!("the ", entity.target_type.words(), " \"", name(&entity.name), "\"")
}

fn group(group: &Group) -> Sentence {
    say!("the group \"", name(&group.display_name), "\"")
}

fn added(cause: &Cause) -> Sentence {
    say!("added ", by(cause))
}

/// `on 2026-11-24 14:05 UTC with the token "PingOne", request r-1`
fn by(cause: &Cause) -> Sentence {
    let (actor, request) = (cause.token.clone(), cause.request_id.clone());
    say!("on ", Part::At(cause.at), " ", Part::Actor(actor), ", request ", Part::Request(request))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::id::RuleId;
    use crate::model::rule::RuleSpec;
    use crate::model::time::Timestamp;

    const AT: Timestamp = Timestamp::from_millis(1_795_529_154_120);

    fn rule(kind: RuleKind, pattern: &str) -> Rule {
        let spec = RuleSpec {
            kind,
            pattern: pattern.to_owned(),
            exclude: None,
            entity_name: None,
            target_type: TargetType::Team,
            priority: 1,
            auto_approve: true,
            enabled: true,
        };
        Rule { id: RuleId(7), spec, created: AT, changed: AT }
    }

    #[test]
    fn an_instant_is_told_to_the_minute_with_who_and_which_request() {
        let cause = Cause { request_id: "r-1".to_owned(), token: "PingOne".to_owned(), at: AT };
        assert_eq!(by(&cause).to_string(), "on 2026-11-24 14:05 UTC PingOne, request r-1");
    }

    #[test]
    fn a_rule_is_told_by_what_it_looks_for_also_when_it_is_gone() {
        let told = |kind, pattern, gone| described(&(rule(kind, pattern), gone)).to_string();
        assert_eq!(told(RuleKind::Prefix, "T-", false), "mapping rule 7 (names that begin with \"T-\")");
        assert_eq!(told(RuleKind::Regex, "x$", false), "mapping rule 7 (names in which x$ is found)");
        assert_eq!(told(RuleKind::All, "", true), "mapping rule 7 (every group, deleted since)");
    }
}

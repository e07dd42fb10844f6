//! An explanation in sentences that somebody at a help desk understands.

use std::collections::BTreeSet;

use crate::directory::explain::explanation::{
    Block, BlockedExplained, Chain, Explanation, Holder, PastExplained, PlaceExplained, Reason,
    RoleExplained, WaitingExplained,
};
use crate::mapping::explain::{RoleOrigin, Ruling};
use crate::model::assignment::Source;
use crate::model::cause::Cause;
use crate::model::entity::{Entity, TargetType};
use crate::model::history::{Ending, RoleChange};
use crate::model::mapping::{Approval, PendingReason, Rejection, Status};
use crate::model::rule::{Rule, RuleKind};
use crate::model::time::Timestamp;
use crate::model::user::User;

impl Explanation {
    /// One sentence or two for each thing that there is to say: the account, the role, what they have, what they are kept
    /// from, which groups lead nowhere, and what they had.
    pub fn sentences(&self) -> Vec<String> {
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
        sentences
    }
}

fn account(user: &User) -> String {
    let name = match user.name() {
        Some(name) if name != user.user_name => format!("{name} ({})", user.user_name),
        _ => user.user_name.clone(),
    };
    match (user.deleted, user.active) {
        (Some(at), _) => format!("{name} was deleted on {} and has nothing.", day(at)),
        (None, true) => format!("{name} has an active account."),
        (None, false) => {
            format!("{name} is deactivated; what they have stays theirs until they are active again.")
        }
    }
}

fn role(role: &RoleExplained) -> String {
    let effective = role.effective.as_str();
    let others = role.own.into_iter().chain(role.groups.iter().filter_map(|(_, role, _)| *role)).count() > 1;
    let highest = if others { ", and it is the highest of those that they are given" } else { "" };
    let why = match role.origin {
        RoleOrigin::Own => format!("the identity provider gives it to them directly{highest}"),
        RoleOrigin::Default => "nobody gives them another".to_owned(),
        RoleOrigin::Group(at) => match role.groups.get(at) {
            Some((group, _, membership)) => {
                format!(
                    "the group \"{}\" gives it to its members ({}){highest}",
                    group.display_name,
                    added(membership)
                )
            }
            None => "a group gives it to its members".to_owned(),
        },
    };
    let since = role.changes.first().filter(|change| change.new == role.effective).map(changed);
    format!("Their role is {effective}, because {why}.{}", since.unwrap_or_default())
}

fn changed(change: &RoleChange) -> String {
    format!(" It was {} before: changed {}.", change.old.as_str(), by(&change.by))
}

fn place(place: &PlaceExplained) -> String {
    let entity = named(&place.entity);
    match &place.reason {
        Reason::Default => {
            format!("They are in {entity}, the default, since nothing puts them into another.")
        }
        Reason::Manual(since) => {
            format!("They are in {entity}, because an administrator put them there {}.", by(since))
        }
        Reason::Attribute(since) => format!(
            "They are in {entity}, because the identity provider names it as their LambdatestGroup; it took effect {}.",
            by(since)
        ),
        Reason::Mapping(chain, since) => {
            let later = chain.membership.as_ref().is_some_and(|member| member.request_id != since.request_id);
            let given = if later { format!(" It took effect {}.", by(since)) } else { String::new() };
            format!("They are in {entity}, because {}.{given}{}", way(chain), frozen(chain))
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
fn way(chain: &Chain) -> String {
    let membership =
        chain.membership.as_ref().map(|cause| format!(" ({})", added(cause))).unwrap_or_default();
    format!("they are in the group \"{}\"{membership}, which {}", chain.group.display_name, mapped(chain))
}

fn mapped(chain: &Chain) -> String {
    let manual = match chain.mapping.status {
        Status::Approved { by, .. } | Status::Pending { frozen: Some((_, by)), .. } => by == Approval::Manual,
        Status::Pending { frozen: None, .. } | Status::Rejected(_) => false,
    };
    match (&chain.rule, manual) {
        (Some(rule), false) => format!("{} maps there", described(rule)),
        (Some(rule), true) => {
            format!("{} proposed and an administrator approved to map there", described(rule))
        }
        (None, _) if chain.mapping.made_by_rule => "a mapping rule maps there".to_owned(),
        (None, _) => "an administrator mapped there".to_owned(),
    }
}

fn described((rule, deleted): &(Rule, bool)) -> String {
    let names = match rule.spec.kind {
        RuleKind::Prefix => format!("names that begin with \"{}\"", rule.spec.pattern),
        RuleKind::Regex => format!("names in which {} is found", rule.spec.pattern),
        RuleKind::All => "every group".to_owned(),
    };
    let gone = if *deleted { ", deleted since" } else { "" };
    format!("mapping rule {} ({names}{gone})", rule.id)
}

fn blocked(blocked: &BlockedExplained) -> String {
    let entity = named(&blocked.entity);
    let reasons: Vec<String> = blocked.by.iter().map(block).collect();
    let reasons =
        if reasons.is_empty() { "the next push will decide".to_owned() } else { reasons.join("; ") };
    format!("They are not in {entity}, although {}: {reasons}.", way(&blocked.chain))
}

fn block(block: &Block) -> String {
    match block {
        Block::Withheld(cause) => format!(
            "an administrator took them out {}, which holds until the identity provider pushes the membership again",
            by(cause)
        ),
        Block::Holder(holder) => {
            let Holder { entity, group, obstacle, conflict, decided_by } = holder.as_ref();
            let holds = format!(
                "they are in {} by the group \"{}\", and nobody can have both",
                named(entity),
                group.display_name
            );
            let when = decided_by.as_ref().map(|cause| format!(" {}", by(cause))).unwrap_or_default();
            match (obstacle.decided, conflict) {
                (Some(Ruling::ForHolder), _) => {
                    format!("{holds}; an administrator decided for that one{when}")
                }
                (Some(Ruling::ForClaim), _) => {
                    format!(
                        "{holds}; an administrator decided against that one{when}, but something else stands in the way"
                    )
                }
                (None, Some(conflict)) => format!(
                    "{holds}; an administrator has to decide (conflict {}, open since {}, request {})",
                    conflict.id,
                    moment(conflict.opened),
                    conflict.request_id
                ),
                (None, None) => holds,
            }
        }
    }
}

fn waiting(waiting: &WaitingExplained) -> String {
    let head = format!(
        "They are in the group \"{}\" ({}), which gives them no place: ",
        waiting.group.display_name,
        added(&waiting.membership)
    );
    let Some(chain) = &waiting.chain else {
        return head + "neither a rule nor an administrator has mapped it yet.";
    };
    let words = chain.mapping.target_type.words();
    head + &match chain.mapping.status {
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
            PendingReason::TargetDeleted => format!("an administrator deleted the {words} that it led to."),
        },
        Status::Rejected(Rejection::Admin) => format!("an administrator rejected its mapping to a {words}."),
        Status::Rejected(_) | Status::Approved { .. } => {
            format!("its mapping to a {words} does not count any more.")
        }
    }
}

fn past(past: &PastExplained) -> String {
    let through = match (&past.group, past.past.place.source) {
        (Some(group), _) => format!(" through the group \"{}\"", group.display_name),
        (None, Source::Attribute) => " by LambdatestGroup".to_owned(),
        (None, Source::Manual | Source::Mapping(_)) => " by an administrator".to_owned(),
    };
    format!(
        "They were in {}{through} from {} until {}, when {} (request {}, token \"{}\").",
        named(&past.entity),
        moment(past.past.begun.at),
        moment(past.past.ended.at),
        ended(past),
        past.past.ended.request_id,
        past.past.ended.token
    )
}

fn ended(past: &PastExplained) -> String {
    let words = past.entity.target_type.words();
    match past.past.ending {
        Ending::LeftGroup => "they left that group".to_owned(),
        Ending::GroupDeleted => "that group was deleted".to_owned(),
        Ending::MappingRejected => "an administrator rejected the mapping of that group".to_owned(),
        Ending::MappingRemoved => "an administrator removed the mapping of that group".to_owned(),
        Ending::MappingMoved => format!("an administrator mapped that group to another {words}"),
        Ending::EntityDeleted => format!("the {words} was deleted"),
        Ending::TakenAway => "an administrator took them out".to_owned(),
        Ending::GaveWay(_) => match &past.gave_way_to {
            Some(entity) => format!("{} took its place", named(entity)),
            None => "something else took its place".to_owned(),
        },
        Ending::AttributeChanged => "their LambdatestGroup changed".to_owned(),
        Ending::FeatureDisabled => "concurrency groups were switched off".to_owned(),
        Ending::UserDeleted => "they were deleted".to_owned(),
    }
}

fn named(entity: &Entity) -> String {
    format!("the {} \"{}\"", entity.target_type.words(), entity.name)
}

fn added(cause: &Cause) -> String {
    format!("added {}", by(cause))
}

/// `on 2026-11-24 14:05 UTC with the token "PingOne", request r-1`
fn by(cause: &Cause) -> String {
    format!("on {} with the token \"{}\", request {}", moment(cause.at), cause.token, cause.request_id)
}

fn moment(at: Timestamp) -> String {
    let text = at.to_string();
    let minutes = text.split_at_checked(16).map_or(text.as_str(), |(minutes, _)| minutes);
    format!("{} UTC", minutes.replacen('T', " ", 1))
}

fn day(at: Timestamp) -> String {
    at.to_string().split('T').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::id::RuleId;
    use crate::model::rule::RuleSpec;

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
        assert_eq!(by(&cause), "on 2026-11-24 14:05 UTC with the token \"PingOne\", request r-1");
        assert_eq!(day(AT), "2026-11-24");
    }

    #[test]
    fn a_rule_is_told_by_what_it_looks_for_also_when_it_is_gone() {
        let told = |kind, pattern, gone| described(&(rule(kind, pattern), gone));
        assert_eq!(told(RuleKind::Prefix, "T-", false), "mapping rule 7 (names that begin with \"T-\")");
        assert_eq!(told(RuleKind::Regex, "x$", false), "mapping rule 7 (names in which x$ is found)");
        assert_eq!(told(RuleKind::All, "", true), "mapping rule 7 (every group, deleted since)");
    }
}

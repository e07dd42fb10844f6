//! What codes of the API mean to a person, as one table.

/// Reasons and flags of mappings, why something is kept from a person, and how places come about.
const SENTENCES: &[(&str, &str)] = &[
    ("awaiting_approval", "A rule matches. It waits for you: approve or reject it."),
    (
        "feature_disabled",
        "This kind of target is switched off for the organization. Switch it on under Security.",
    ),
    (
        "target_missing",
        "There is nothing of that name to map to, and sub-organizations are never made on their own. Create it; the mapping takes it at once.",
    ),
    (
        "target_taken",
        "Another group is mapped to the entity of that name. Free it there, or approve this one with another name.",
    ),
    (
        "rule_changed",
        "The group was renamed and no rule approves it under the new name. It keeps what it gave, gives nothing new, and still takes away.",
    ),
    ("target_deleted", "The entity was deleted. Nothing makes it again until you map the group by hand."),
    ("rejected_by_admin", "An admin rejected it."),
    ("group_deleted", "The group was deleted."),
    ("removed", "An admin removed it."),
    (
        "rename_blocked",
        "The group was renamed, but the entity kept its name: another one has the new name, or the mapping was not approved then.",
    ),
    (
        "taken_away",
        "An admin took it away; it comes back when the identity provider asserts the membership again.",
    ),
    ("conflict", "It excludes something that the person has, and nobody has decided yet."),
    ("decision", "It was decided that something else stays."),
    ("mapping", "by a group"),
    ("attribute", "by the attribute LambdatestGroup"),
    ("manual", "by hand"),
    ("default", "the default, since nothing else says so"),
    ("exclusive_group", "A person can be in one concurrency group."),
    ("exclusive_sub_organization", "A person can be in one sub-organization."),
    ("cross_type_exclusive", "A sub-organization excludes teams and concurrency groups."),
];

/// A code as words.
pub(super) fn word(code: &str) -> String {
    match code {
        "sub_organization" => "sub-organization".to_owned(),
        other => other.replace('_', " "),
    }
}

/// The sentence of a code; the code itself where there is none, with spaces.
pub(super) fn sentence(code: &str) -> String {
    let found = SENTENCES.iter().find(|(known, _)| *known == code);
    found.map_or_else(|| code.replace('_', " "), |(_, sentence)| (*sentence).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::mapping::PendingReason;

    #[test]
    fn every_reason_to_wait_has_a_sentence() {
        for reason in PendingReason::ALL {
            assert!(sentence(reason.as_str()).ends_with('.'), "{}", reason.as_str());
        }
        assert_eq!(sentence("never_heard_of"), "never heard of");
    }
}

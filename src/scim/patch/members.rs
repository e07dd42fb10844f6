//! PATCH operations on the members of a group, which are never loaded: each becomes a
//! [`MemberChange`](crate::model::group::MemberChange).

use std::collections::BTreeSet;

use serde_json::Value;

use super::apply::Patch;
use super::request::Action;
use super::target::Target;
use crate::model::error::{Kind, Result};
use crate::model::group::MemberChange;
use crate::scim::deviations::Deviation;
use crate::scim::filter::{Condition, Expression, Literal, Operator, Test};
use crate::scim::schema::{Place, member_id};

impl Patch<'_> {
    /// An operation on `members`.
    ///
    /// # Errors
    /// `Mutability` for a change inside a member, `InvalidFilter` for a filter that needs the members loaded,
    /// `InvalidValue` for a nested group and a member without an id.
    pub(super) fn change_members(&mut self, target: &Target, action: Action) -> Result<()> {
        let place = Place::Root(target.text);
        let selected = target.filter.map(|filter| selected(filter, &place)).transpose()?;
        let is_inside = target.sub.is_some() || (selected.is_some() && !matches!(action, Action::Remove(_)));
        if is_inside {
            let problem = "a member cannot be changed (RFC 7643 \u{a7}4.2), only added and removed: add by the path \
                           \"members\", remove by members[value eq \"\u{2026}\"].";
            return Err(place.error(Kind::Mutability, problem));
        }
        let change = match action {
            Action::Add(value) => MemberChange::Add(self.member_ids(target, value)?),
            Action::Replace(value) => MemberChange::Replace(self.member_ids(target, value)?),
            Action::Remove(None) => match selected {
                None | Some(Selected::All) => MemberChange::RemoveAll,
                Some(Selected::These(ids)) => MemberChange::Remove(ids.into_iter().collect()),
            },
            Action::Remove(Some(value)) => {
                self.reader.grant(Deviation::RemoveWithValue, || {
                    place.invalid("a remove operation has no \"value\"; use members[value eq \"\u{2026}\"].")
                })?;
                let mut ids = self.member_ids(target, value)?;
                if let Some(Selected::These(these)) = selected {
                    ids.retain(|id| these.contains(id));
                }
                MemberChange::Remove(ids)
            }
        };
        // Adding nobody and removing nobody are no changes; replacing by nobody is one.
        if !matches!(&change, MemberChange::Add(ids) | MemberChange::Remove(ids) if ids.is_empty()) {
            self.members.push(change);
        }
        Ok(())
    }

    fn member_ids(&mut self, target: &Target, value: Value) -> Result<Vec<String>> {
        let place = Place::Root(target.text);
        let members = self.reader.elements(target.attribute, value, &place)?;
        members
            .into_iter()
            .enumerate()
            .map(|(i, member)| member_id(member, &Place::Element(&place, i)))
            .collect()
    }
}

/// The members that a filter means, as far as it can be told without them.
enum Selected {
    All,
    These(BTreeSet<String>),
}

/// Ids joined by `or` and `and`, and `type`, which is `User` for all.
fn selected(filter: &Expression, place: &Place) -> Result<Selected> {
    match filter {
        Expression::And(parts) => parts.iter().try_fold(Selected::All, |all, part| {
            Ok(match (all, selected(part, place)?) {
                (Selected::All, other) | (other, Selected::All) => other,
                (Selected::These(one), Selected::These(other)) => Selected::These(&one & &other),
            })
        }),
        Expression::Or(parts) => parts.iter().try_fold(Selected::These(BTreeSet::new()), |any, part| {
            Ok(match (any, selected(part, place)?) {
                (Selected::All, _) | (_, Selected::All) => Selected::All,
                (Selected::These(mut one), Selected::These(other)) => {
                    one.extend(other);
                    Selected::These(one)
                }
            })
        }),
        Expression::Condition(Condition {
            attribute,
            test: Test::Compare(Operator::Equal, Literal::Text(text)),
        }) if attribute.text.eq_ignore_ascii_case("value") => {
            Ok(Selected::These(BTreeSet::from([text.clone()])))
        }
        Expression::Condition(Condition {
            attribute,
            test: Test::Compare(Operator::Equal, Literal::Text(text)),
        }) if attribute.text.eq_ignore_ascii_case("type") => {
            let is_user = text.eq_ignore_ascii_case("User");
            Ok(if is_user { Selected::All } else { Selected::These(BTreeSet::new()) })
        }
        Expression::Condition(_) | Expression::Not(_) | Expression::Elements { .. } => {
            let problem = "members are chosen by their ids: expected value eq \"\u{2026}\", joined by \"or\" if there \
                           are several.";
            Err(place.error(Kind::InvalidFilter, problem))
        }
    }
}

//! The computation: board, trial, settlement, tally.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use serde_json::json;

use crate::directory::gather::About;
use crate::directory::handle::Directory;
use crate::directory::mappings::check_group_lives;
use crate::directory::settle::{facts, is_asked_by, open_conflicts};
use crate::mapping::board::Board;
use crate::mapping::memory::{Contents, MemoryBoard};
use crate::mapping::places::settle;
use crate::mapping::preview::{Tally, Trial, run};
use crate::mapping::rule_changes;
use crate::mapping::rules::RuleSet;
use crate::model::assignment::Assignment;
use crate::model::cause::Cause;
use crate::model::conflict::Pair;
use crate::model::entity::{Entity, TargetType};
use crate::model::error::{Error, Kind, Result};
use crate::model::id::{EntityId, GroupId, MappingId, OrganizationId, RuleId, UserId};
use crate::model::mapping::{Mapping, Status};
use crate::model::organization::Organization;
use crate::model::rule::RuleChanges;
use crate::store::{Db, GroupName, MappingClaim, OpenConflict, UserState};

/// What would come of a change.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The organization's revision in the snapshot that it was computed from.
    pub basis: i64,
    /// The change of the rules, if it was one.
    pub rules: Option<RuleChanges>,
    /// The rules that were in force before.
    pub(super) stored: Arc<RuleSet>,
    /// The organization as it would be.
    pub(super) board: MemoryBoard,
    /// What comes of it for people.
    pub tally: Tally,
    pub(super) groups: BTreeMap<GroupId, GroupName>,
    /// The users who are named as examples.
    pub(super) examples: HashMap<UserId, UserState>,
}

impl Directory {
    /// What a change of the rules, and running them, would come to. Nothing is written.
    ///
    /// # Errors
    /// `InvalidValue` naming the place in the change, as applying it would answer.
    pub fn preview_rules(
        &self,
        db: &Db<'_>,
        organization: OrganizationId,
        changes: &RuleChanges,
    ) -> Result<Preview> {
        let stored = self.rules(db, organization)?;
        let rules = rule_changes::changed(&stored, changes)?;
        let preview = self.preview(db, organization, rules, &Trial::Rules)?;
        Ok(Preview { rules: Some(changes.clone()), ..preview })
    }

    /// What an approval, rejection or removal by hand would come to. Nothing is written.
    ///
    /// # Errors
    /// What the real change would be refused with.
    pub fn preview_by_hand(
        &self,
        db: &Db<'_>,
        organization: OrganizationId,
        trial: &Trial,
    ) -> Result<Preview> {
        let rules = self.rules(db, organization)?;
        self.preview(db, organization, (*rules).clone(), trial)
    }

    /// Writes a change of the rules and runs them, in one transaction; gives the ids of the added ones.
    ///
    /// # Errors
    /// `InvalidValue` naming the place in the change; `Conflict` with a fresh `preview` attached when `basis` is not the
    /// organization's newest event any more, and then nothing was changed.
    pub fn apply_rule_changes(
        &self,
        organization: OrganizationId,
        cause: Cause,
        changes: &RuleChanges,
        basis: Option<i64>,
    ) -> Result<Vec<RuleId>> {
        let (about, wanted) = (About::Rules(changes.clone()), changes.clone());
        let added = self.change_about(organization, cause, &about, move |change| {
            change.apply_rule_changes(&wanted, basis)
        })?;
        if let Some(added) = added {
            return Ok(added);
        }
        let fresh = self.store().read(|db| self.preview_rules(db, organization, changes))?;
        Err(fresh.moved_since(basis))
    }

    /// The groups whose members' places a change of the rules has looked at; none for a change that is refused.
    pub(in crate::directory) fn groups_moved_by(
        &self,
        db: &Db<'_>,
        organization: OrganizationId,
        changes: &RuleChanges,
    ) -> Result<Vec<GroupId>> {
        let Some(organization) = db.organization_by_id(organization)? else { return Ok(Vec::new()) };
        let Ok(rules) = rule_changes::changed(&*self.rules(db, organization.id)?, changes) else {
            return Ok(Vec::new());
        };
        let groups = db.group_names(organization.id)?;
        let mut board = board(db, &organization, &groups, rules, db.live_mappings(organization.id)?)?;
        run(&mut board, &Trial::Rules)?;
        Ok(board.moved().keys().copied().collect())
    }

    fn preview(
        &self,
        db: &Db<'_>,
        organization: OrganizationId,
        rules: RuleSet,
        trial: &Trial,
    ) -> Result<Preview> {
        let organization = &db
            .organization_by_id(organization)?
            .ok_or_else(|| Error::not_found("organization", organization))?;
        let groups = db.group_names(organization.id)?;
        let mut mappings = db.live_mappings(organization.id)?;
        if let Some(named) = named(db, organization, trial)?
            && mappings.iter().all(|mapping| mapping.id != named.id)
        {
            mappings.push(named);
        }
        let mut board = board(db, organization, &groups, rules, mappings)?;
        run(&mut board, trial)?;
        let (tally, examples) = settle_touched(db, organization, &board)?;
        Ok(Preview {
            basis: db.revision(organization.id)?,
            rules: None,
            stored: self.rules(db, organization.id)?,
            board,
            tally,
            groups: groups.into_iter().map(|group| (group.id, group)).collect(),
            examples,
        })
    }
}

impl Preview {
    /// The refusal of one who acts on an older preview, with this one.
    pub fn moved_since(&self, basis: Option<i64>) -> Error {
        let detail = format!(
            "basis: something changed since {}, and nothing was done. Look at \"preview\", which says what would happen \
             now, and ask again with its basis {}.",
            basis.unwrap_or_default(),
            self.basis
        );
        let attachment = Some(Box::new(json!({"preview": self.to_json()})));
        Error { attachment, ..Error::new(Kind::Conflict, detail).at("basis") }
    }
}

fn board(
    db: &Db<'_>,
    organization: &Organization,
    groups: &[GroupName],
    rules: RuleSet,
    mappings: Vec<Mapping>,
) -> Result<MemoryBoard> {
    Ok(MemoryBoard::new(Contents {
        organization: organization.id,
        features: organization.features,
        rules,
        groups: groups.iter().map(|group| (group.id, group.display_name.clone())).collect(),
        mappings,
        entities: db.living_entities(organization.id)?,
    }))
}

/// The mapping that a trial names, which may be one of a deleted group.
fn named(db: &Db<'_>, organization: &Organization, trial: &Trial) -> Result<Option<Mapping>> {
    let (Trial::Approve(id, _) | Trial::Reject(id) | Trial::Remove(id)) = trial else { return Ok(None) };
    let mapping = db.mapping(organization.id, *id)?.ok_or_else(|| Error::not_found("mapping", id))?;
    if let (Trial::Approve(..), Some(group)) = (trial, db.group_by_row(mapping.group)?) {
        check_group_lives(&group, *id)?;
    }
    Ok(Some(mapping))
}

/// Settles everyone whom the moves on the board touch, and counts what comes of it.
fn settle_touched(
    db: &Db<'_>,
    organization: &Organization,
    board: &MemoryBoard,
) -> Result<(Tally, HashMap<UserId, UserState>)> {
    let default = default_of(organization, board)?.id;
    let moved: Vec<GroupId> = board.moved().keys().copied().collect();
    let members = db.members_of_groups(&moved)?;
    let withheld: HashSet<(MappingId, UserId, EntityId)> =
        db.withheld_by_groups(&moved)?.into_iter().collect();
    let mut groups_of: BTreeMap<UserId, Vec<GroupId>> = BTreeMap::new();
    for (user, group) in members {
        groups_of.entry(user).or_default().push(group);
    }
    let bound = bound(db, organization, board)?;
    for user in bound.keys() {
        groups_of.entry(*user).or_default();
    }
    let claims = claims(board)?;
    let users: Vec<UserId> = groups_of.keys().copied().collect();
    let (mut tally, mut states) = (Tally::default(), HashMap::new());
    for mut state in db.user_states(&users)? {
        let groups = groups_of.get(&state.user).map(Vec::as_slice).unwrap_or_default();
        state.attribute = bound.get(&state.user).copied().or(state.attribute);
        let fresh = groups.iter().filter_map(|group| board.moved().get(group)).flatten().copied().collect();
        state.claims.retain(|claim| !groups.contains(&claim.group));
        for claim in groups.iter().filter_map(|group| claims.get(group)).flatten() {
            let withheld = withheld.contains(&(claim.mapping, state.user, claim.entity));
            state.claims.push(MappingClaim { withheld, ..*claim });
        }
        let places = settle(&facts(organization.features, &state, fresh));
        let before: BTreeSet<Assignment> = state.assignments.iter().map(|stored| stored.place).collect();
        let now = open_conflicts(state.user, &places)?;
        let stays = |open: &&OpenConflict| now.iter().any(|new| is_asked_by(open, new));
        let kept: Vec<Pair> = state.conflicts.iter().filter(stays).map(OpenConflict::pair).collect();
        tally.count(state.user, &before, &kept, &places, default);
        tally.closed += state.conflicts.len() - kept.len();
        if !places.conflicts.is_empty() {
            states.insert(state.user, state);
        }
    }
    let named: HashSet<UserId> = tally.opened.values().flat_map(|opened| &opened.examples).copied().collect();
    states.retain(|user, _| named.contains(user));
    Ok((tally, states))
}

/// Whose `LambdatestGroup` names a concurrency group that would come to be, or come to that name (mapping.md §5.7).
fn bound(db: &Db<'_>, organization: &Organization, board: &MemoryBoard) -> Result<HashMap<UserId, EntityId>> {
    let newly_named = board.newly_named();
    if newly_named.is_empty() {
        return Ok(HashMap::new());
    }
    let mut bound = HashMap::new();
    for (user, name) in db.users_waiting_for_place(organization.id)? {
        let named = board.entity_named(TargetType::ConcurrencyGroup, &name)?;
        bound.extend(named.filter(|entity| newly_named.contains(&entity.id)).map(|entity| (user, entity.id)));
    }
    Ok(bound)
}

/// What the groups whose mappings moved claim now.
fn claims(board: &MemoryBoard) -> Result<HashMap<GroupId, Vec<MappingClaim>>> {
    let mut claims: HashMap<GroupId, Vec<MappingClaim>> = HashMap::new();
    for group in board.moved().keys() {
        for mapping in board.mappings_of(*group)? {
            let Some(entity) = mapping.status.entity() else { continue };
            claims.entry(*group).or_default().push(MappingClaim {
                mapping: mapping.id,
                group: *group,
                target_type: mapping.target_type,
                entity,
                approved: matches!(mapping.status, Status::Approved { .. }),
                withheld: false,
            });
        }
    }
    Ok(claims)
}

fn default_of<'b>(organization: &Organization, board: &'b MemoryBoard) -> Result<&'b Entity> {
    board.entities().values().find(|entity| entity.is_default).ok_or_else(|| {
        Error::internal(format!("organization {} has no default concurrency group", organization.id))
    })
}

//! Rules and what they make of groups: §3, §4.1, §4.7 and §6.1 of mapping.md.

use regex::Regex;
use rollcall::model::entity::TargetType;
use rollcall::model::rule::{RuleKind, RuleSpec};

use super::{End, Entity, Mapping, Reference, State, Wait};

/// Why rules run (3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    Appeared,
    Renamed,
    Applied,
}

/// 3.1, 3.7: the name of the entity that a rule asks for; `None` when it does not match.
fn asked(spec: &RuleSpec, name: &str) -> Option<String> {
    let search = |pattern: &str| Regex::new(pattern).unwrap().captures(name);
    if spec.exclude.as_deref().is_some_and(|exclude| search(exclude).is_some()) {
        return None;
    }
    let rest = match spec.kind {
        RuleKind::All => "",
        RuleKind::Prefix => {
            let start = name.get(..spec.pattern.len())?;
            start.eq_ignore_ascii_case(&spec.pattern).then(|| &name[spec.pattern.len()..])?
        }
        RuleKind::Regex => search(&spec.pattern)?.name("rest").map_or("", |rest| rest.as_str()),
    };
    let template = spec.entity_name.as_deref().unwrap_or("${group}");
    let made = template.replace("${group}", name).replace("${rest}", rest);
    (!made.is_empty()).then_some(made)
}

/// What the first matching rule says of a group.
struct Verdict {
    rule: usize,
    target: TargetType,
    auto_approve: bool,
    name: String,
}

impl Reference {
    /// 3.3: highest priority first, equal ones oldest first, disabled ones skipped; the first match wins.
    fn verdict(&self, name: &str) -> Option<Verdict> {
        let mut order: Vec<usize> = self.rules_to_pick();
        order.retain(|rule| self.rules[*rule].spec.enabled);
        order.sort_by_key(|rule| (-self.rules[*rule].spec.priority, *rule));
        order.into_iter().find_map(|rule| {
            let spec = &self.rules[rule].spec;
            let name = asked(spec, name)?;
            Some(Verdict { rule, target: spec.target_type, auto_approve: spec.auto_approve, name })
        })
    }

    /// "The mapping's name" (3.7, 6.1).
    pub(super) fn mapping_name(&self, mapping: usize) -> String {
        let mapping = &self.mappings[mapping];
        let group = &self.groups[mapping.group].name;
        let rule = mapping.rule.filter(|rule| self.rules[*rule].living);
        rule.and_then(|rule| asked(&self.rules[rule].spec, group)).unwrap_or_else(|| group.clone())
    }

    /// 3.4, 3.5, 6.1: what rules make of a group and its mappings.
    pub(super) fn run_rules(&mut self, group: usize, occasion: Occasion) {
        let verdict = self.verdict(&self.groups[group].name);
        let mut types_that_count = Vec::new();
        for number in 0..self.mappings.len() {
            let mapping = self.mappings[number].clone();
            let is_history = matches!(mapping.state, State::Rejected(End::Removed | End::GroupDeleted(_)));
            if mapping.group != group || is_history {
                continue;
            }
            types_that_count.push(mapping.target);
            let approving =
                verdict.as_ref().filter(|verdict| verdict.auto_approve && verdict.target == mapping.target);
            match (mapping.state, approving) {
                (State::Approved, None) if occasion == Occasion::Renamed && !mapping.by_hand => {
                    self.mappings[number].state = State::Pending(Wait::RuleChanged);
                }
                (State::Pending(Wait::TargetDeleted), _) => {}
                (State::Pending(_), Some(verdict)) if mapping.made_by_rule => {
                    self.approve_by_rule(number, verdict);
                }
                (State::Pending(reason), None) if mapping.made_by_rule => {
                    // 2.6: what is off and was never approved by a rule stays; 4.6: what an admin had approved too.
                    let stays_off =
                        reason == Wait::FeatureDisabled && (mapping.entity.is_none() || mapping.by_hand);
                    let was_automatic =
                        matches!(reason, Wait::FeatureDisabled | Wait::TargetMissing | Wait::TargetTaken);
                    if was_automatic && !stays_off {
                        self.mappings[number].state = State::Pending(Wait::RuleChanged);
                    }
                }
                _ => {}
            }
        }
        let Some(verdict) = verdict else { return };
        let may_make = match occasion {
            Occasion::Appeared | Occasion::Renamed => !types_that_count.contains(&verdict.target),
            Occasion::Applied => types_that_count.is_empty(),
        };
        if may_make {
            self.mappings.push(Mapping {
                group,
                target: verdict.target,
                state: State::Pending(Wait::AwaitingApproval),
                entity: None,
                by_hand: false,
                rule: Some(verdict.rule),
                made_by_rule: true,
                rename_blocked: false,
            });
            let number = self.mappings.len() - 1;
            if !self.is_on(verdict.target) {
                self.mappings[number].state = State::Pending(Wait::FeatureDisabled);
            } else if verdict.auto_approve {
                self.take_target(number, &verdict.name);
            }
        }
    }

    fn approve_by_rule(&mut self, number: usize, verdict: &Verdict) {
        let mapping = &mut self.mappings[number];
        if mapping.entity.is_none() {
            if self.is_on(verdict.target) {
                self.mappings[number].rule = Some(verdict.rule);
            }
            self.take_target(number, &verdict.name);
        } else if self.is_on(verdict.target) {
            // Frozen: what it held is still its own, and follows as with a rename (3.4).
            let mapping = &mut self.mappings[number];
            (mapping.state, mapping.by_hand) = (State::Approved, false);
            self.follow(number);
        } else {
            self.mappings[number].state = State::Pending(Wait::FeatureDisabled);
        }
    }

    /// 4.1: the entity of that name if no other mapping holds it; made where the type allows it.
    fn take_target(&mut self, number: usize, name: &str) {
        let target = self.mappings[number].target;
        let free = |entity: usize| self.holder(entity).is_none();
        let state = match self.named(target, name) {
            _ if !self.is_on(target) => State::Pending(Wait::FeatureDisabled),
            Some(entity) if free(entity) => {
                self.mappings[number].entity = Some(entity);
                State::Approved
            }
            Some(_) => State::Pending(Wait::TargetTaken),
            None if target == TargetType::SubOrganization => State::Pending(Wait::TargetMissing),
            None => {
                self.mappings[number].entity = Some(self.new_entity(target, name));
                State::Approved
            }
        };
        self.mappings[number].state = state;
        self.mappings[number].by_hand = false;
    }

    pub(super) fn new_entity(&mut self, target: TargetType, name: &str) -> usize {
        self.entities.push(Entity { target, name: name.to_owned(), living: true, is_default: false });
        let entity = self.entities.len() - 1;
        self.bind_waiting(entity);
        entity
    }

    /// 5.7: an attribute that named no living concurrency group has its effect once one has the name.
    fn bind_waiting(&mut self, entity: usize) {
        let (entities, name) = (&self.entities, &self.entities[entity].name);
        if entities[entity].target != TargetType::ConcurrencyGroup {
            return;
        }
        for user in self.users.values_mut().filter(|user| user.living) {
            let waits = user.bound.is_none_or(|bound| !entities[bound].living);
            if waits && user.attribute.as_ref().is_some_and(|asked| asked.eq_ignore_ascii_case(name)) {
                user.bound = Some(entity);
            }
        }
    }

    /// 3.4: groups without a mapping, and pending mappings that a rule made.
    pub(super) fn apply_rules(&mut self) {
        for group in 0..self.groups.len() {
            if self.groups[group].living {
                self.run_rules(group, Occasion::Applied);
            }
        }
    }

    /// 6.1: entities of approved mappings follow, then rules run.
    pub(super) fn group_renamed(&mut self, group: usize) {
        let of_group = |number: &usize| self.mappings[*number].group == group;
        let mappings: Vec<usize> = (0..self.mappings.len()).filter(of_group).collect();
        for number in &mappings {
            self.follow(*number);
        }
        self.run_rules(group, Occasion::Renamed);
        // Frozen ones do not follow; the flag remembers it until they are approved again.
        for number in mappings {
            let mapping = &self.mappings[number];
            let frozen = mapping.state != State::Approved && mapping.target != TargetType::SubOrganization;
            if let Some(entity) = mapping.entity.filter(|_| frozen) {
                self.mappings[number].rename_blocked =
                    self.entities[entity].name != self.mapping_name(number);
            }
        }
    }

    /// 4.4, 4.6: approved again as it was; its entity follows a rename that it missed.
    pub(super) fn thaw(&mut self, number: usize) {
        self.mappings[number].state = State::Approved;
        if self.mappings[number].rename_blocked {
            self.follow(number);
        }
    }

    /// 6.1: the entity of an approved mapping gets the mapping's new name, or the mapping its flag.
    fn follow(&mut self, number: usize) {
        let mapping = &self.mappings[number];
        let follows = mapping.state == State::Approved && mapping.target != TargetType::SubOrganization;
        let Some(entity) = mapping.entity.filter(|_| follows) else { return };
        let name = self.mapping_name(number);
        let taken = self.named(self.mappings[number].target, &name).is_some_and(|other| other != entity);
        self.mappings[number].rename_blocked = taken;
        if !taken {
            self.write_name(entity, &name);
        }
    }

    /// Names an entity, and lets those have it who wait for the new name or the old one (4.7).
    pub(super) fn write_name(&mut self, entity: usize, name: &str) {
        let target = self.entities[entity].target;
        let old = std::mem::replace(&mut self.entities[entity].name, name.to_owned());
        if old != name {
            self.bind_waiting(entity);
            self.settle_name(target, name);
            self.settle_name(target, &old);
        }
    }

    /// 4.7: of the pending mappings of auto-approving rules that ask for this name, the oldest gets it.
    pub(super) fn settle_name(&mut self, target: TargetType, name: &str) {
        for number in 0..self.mappings.len() {
            let mapping = &self.mappings[number];
            let waits = matches!(mapping.state, State::Pending(Wait::TargetMissing | Wait::TargetTaken));
            let rule = mapping.rule.map(|rule| &self.rules[rule]);
            let Some(rule) = rule.filter(|rule| rule.living && rule.spec.enabled && rule.spec.auto_approve)
            else {
                continue;
            };
            let wanted = asked(&rule.spec, &self.groups[mapping.group].name);
            if let Some(wanted) = wanted.filter(|wanted| wanted.eq_ignore_ascii_case(name))
                && waits
                && mapping.target == target
            {
                self.take_target(number, &wanted);
            }
        }
    }

    /// Ends what a mapping holds, and lets those have it who wait for it.
    pub(super) fn let_go(&mut self, number: usize, state: State) {
        self.mappings[number].state = state;
        if let Some(entity) = self.mappings[number].entity.take() {
            self.mappings[number].rename_blocked = false;
            let Entity { target, name, .. } = self.entities[entity].clone();
            self.settle_name(target, &name);
        }
    }

    /// 4.6: off freezes, on approves again; what was never approved is looked at afresh.
    pub(super) fn feature_switched(&mut self, target: TargetType) {
        let on = self.is_on(target);
        for number in 0..self.mappings.len() {
            let mapping = &self.mappings[number];
            let held = mapping.entity.is_some();
            if mapping.target != target {
                continue;
            }
            match mapping.state {
                State::Approved if !on => {
                    self.mappings[number].state = State::Pending(Wait::FeatureDisabled);
                }
                State::Pending(Wait::FeatureDisabled) if on && held => self.thaw(number),
                State::Pending(Wait::FeatureDisabled) if on => {
                    let verdict = self.verdict(&self.groups[mapping.group].name);
                    match verdict.filter(|verdict| verdict.auto_approve && verdict.target == target) {
                        Some(verdict) => self.approve_by_rule(number, &verdict),
                        None => self.mappings[number].state = State::Pending(Wait::AwaitingApproval),
                    }
                }
                _ => {}
            }
        }
    }
}

//! `[defaults]` and `[prerequisites]`: what an organization starts with, and what it must have.

use super::raw::Raw;
use super::section::{Section, key};
use super::value::{Flag, Line, Value};
use crate::model::organization::Features;

/// `[defaults]`: what a new organization starts with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Defaults {
    /// Its plan; empty for none.
    pub plan: String,
    /// `[defaults.features]`: what is switched on.
    pub features: Features,
}

/// `[prerequisites]`: what an organization must have before SCIM answers it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prerequisites {
    /// The plan that it must be on.
    pub plan: RequiredPlan,
    /// Whether its single sign-on connection must be set up.
    pub sso: bool,
}

/// The plan that an organization must be on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RequiredPlan {
    /// None is required.
    #[default]
    None,
    /// Any plan, as long as it has one.
    Any,
    /// The plan of this name, compared without case.
    Named(String),
}

impl RequiredPlan {
    /// Whether an organization with `plan` (empty for none) has what is required.
    pub fn is_met_by(&self, plan: &str) -> bool {
        match self {
            RequiredPlan::None => true,
            RequiredPlan::Any => !plan.is_empty(),
            RequiredPlan::Named(name) => crate::model::fold::fold(name) == crate::model::fold::fold(plan),
        }
    }
}

/// A place for a [`RequiredPlan`]: a flag, or a name.
struct PlanChoice<'c>(&'c mut RequiredPlan);

impl Value for PlanChoice<'_> {
    fn expected(&self) -> String {
        "true or false, or the name of the plan that is required".to_owned()
    }

    fn set(&mut self, raw: Raw<'_>) -> Option<()> {
        *self.0 = match (raw.boolean(), raw.text()) {
            (Some(true), _) => RequiredPlan::Any,
            (Some(false), _) | (None, Some("")) => RequiredPlan::None,
            (None, Some(name)) => RequiredPlan::Named(name.to_owned()),
            (None, None) => return None,
        };
        Some(())
    }

    fn show(&self) -> toml::Value {
        match &self.0 {
            RequiredPlan::None => toml::Value::Boolean(false),
            RequiredPlan::Any => toml::Value::Boolean(true),
            RequiredPlan::Named(name) => toml::Value::String(name.clone()),
        }
    }
}

impl Defaults {
    pub(super) fn sections(&mut self) -> [Section<'_>; 2] {
        let plan = vec![key("plan", Line(&mut self.plan))];
        let features = vec![
            key("group_provisioning", Flag(&mut self.features.group_provisioning)),
            key("teams", Flag(&mut self.features.teams)),
            key("concurrency_groups", Flag(&mut self.features.concurrency_groups)),
            key("sub_organizations", Flag(&mut self.features.sub_organizations)),
        ];
        [Section { path: "defaults", keys: plan }, Section { path: "defaults.features", keys: features }]
    }
}

impl Prerequisites {
    pub(super) fn section(&mut self) -> Section<'_> {
        let keys = vec![key("plan", PlanChoice(&mut self.plan)), key("sso", Flag(&mut self.sso))];
        Section { path: "prerequisites", keys }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_required_plan_is_none_any_or_the_named_one() {
        assert!(RequiredPlan::None.is_met_by(""));
        assert!(RequiredPlan::Any.is_met_by("trial") && !RequiredPlan::Any.is_met_by(""));
        let enterprise = RequiredPlan::Named("Enterprise".to_owned());
        assert!(enterprise.is_met_by("enterprise") && !enterprise.is_met_by("trial"));
    }
}

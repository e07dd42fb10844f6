//! Mapping rules as they are stored (mapping.md §3). Compiling and matching is `mapping::rules`.

use crate::model::entity::TargetType;
use crate::model::id::RuleId;
use crate::model::time::Timestamp;

/// How a rule looks at a group's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleKind {
    /// The start of the name, without case.
    Prefix,
    /// An unanchored regular expression.
    Regex,
    /// Every group; takes no pattern.
    All,
}

impl RuleKind {
    /// The word in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            RuleKind::Prefix => "prefix",
            RuleKind::Regex => "regex",
            RuleKind::All => "all",
        }
    }

    /// Reads the word; `None` when it is not one of `prefix`, `regex`, `all`.
    pub fn parse(text: &str) -> Option<RuleKind> {
        [RuleKind::Prefix, RuleKind::Regex, RuleKind::All].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// What an admin writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSpec {
    /// How it looks at a name.
    pub kind: RuleKind,
    /// What it looks for; empty for [`RuleKind::All`].
    pub pattern: String,
    /// A regular expression; a name that it matches is not matched by the rule.
    pub exclude: Option<String>,
    /// Template of the entity's name; `None` is `${group}`.
    pub entity_name: Option<String>,
    /// What matching groups become.
    pub target_type: TargetType,
    /// Higher is looked at first; equal ones oldest first.
    pub priority: i64,
    /// Whether a match takes effect without an admin.
    pub auto_approve: bool,
    /// Whether it is looked at.
    pub enabled: bool,
}

/// A stored rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its row, which is also its age.
    pub id: RuleId,
    /// What the admin wrote.
    pub spec: RuleSpec,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last written.
    pub changed: Timestamp,
}

/// What an admin changes of a rule; `None` leaves it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleEdit {
    /// How it looks at a name.
    pub kind: Option<RuleKind>,
    /// What it looks for; empty for none.
    pub pattern: Option<String>,
    /// What it does not match; `Some(None)` takes it away.
    pub exclude: Option<Option<String>>,
    /// Template of the entity's name; `Some(None)` takes it away.
    pub entity_name: Option<Option<String>>,
    /// What matching groups become.
    pub target_type: Option<TargetType>,
    /// Higher is looked at first.
    pub priority: Option<i64>,
    /// Whether a match takes effect without an admin.
    pub auto_approve: Option<bool>,
    /// Whether it is looked at.
    pub enabled: Option<bool>,
}

impl From<RuleSpec> for RuleEdit {
    /// The rule written anew as a whole.
    fn from(spec: RuleSpec) -> RuleEdit {
        RuleEdit {
            kind: Some(spec.kind),
            pattern: Some(spec.pattern),
            exclude: Some(spec.exclude),
            entity_name: Some(spec.entity_name),
            target_type: Some(spec.target_type),
            priority: Some(spec.priority),
            auto_approve: Some(spec.auto_approve),
            enabled: Some(spec.enabled),
        }
    }
}

/// A change of an organization's rules as a whole: what preview and apply take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleChanges {
    /// Rules to be added, the oldest first.
    pub add: Vec<RuleSpec>,
    /// Rules to be rewritten.
    pub change: Vec<(RuleId, RuleEdit)>,
    /// Rules to be deleted.
    pub remove: Vec<RuleId>,
}

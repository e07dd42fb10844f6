//! `rule` and `group`.

use std::path::PathBuf;

use clap::{ArgAction, Args, Subcommand, ValueEnum};

use super::parse::{mapping_id, rule_id, rule_kind, switch, target_type};
use crate::model::entity::TargetType;
use crate::model::id::{MappingId, RuleId};
use crate::model::rule::RuleKind;

/// `rule`
#[derive(Debug, Subcommand)]
pub enum RuleCommand {
    /// List the rules in the order in which they are looked at
    List,
    /// Add a rule; it takes effect on groups that are pushed or renamed from now on
    Add(NewRule),
    /// Change a rule: what is not named stays
    Edit {
        /// The rule's id, as `rule list` shows it
        #[arg(value_parser = rule_id)]
        id: RuleId,
        /// What changes
        #[command(flatten)]
        change: RuleChange,
    },
    /// Remove a rule; what it has mapped stays
    Remove {
        /// The rule's id, as `rule list` shows it
        #[arg(value_parser = rule_id)]
        id: RuleId,
    },
    /// Show what `rule apply` would do, without doing it
    Preview(RuleFile),
    /// Run the rules over the groups that nothing maps and the mappings that wait
    Apply(RuleFile),
}

/// `rule preview` and `rule apply`
#[derive(Debug, Args)]
pub struct RuleFile {
    /// Make the organization's rules those of this TOML file first: a list of `[[rules]]` with the fields of `rule add`
    /// [default: leave the rules as they are]
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
}

/// `rule add`
#[derive(Debug, Args)]
pub struct NewRule {
    /// How it looks at a group's name: prefix, regex or all (every group; takes no pattern)
    #[arg(long, value_parser = rule_kind)]
    pub kind: RuleKind,
    /// What the name begins with (prefix), or what is found in it (regex)
    #[arg(long, allow_hyphen_values = true, required_if_eq_any = [("kind", "prefix"), ("kind", "regex")])]
    pub pattern: Option<String>,
    /// What matching groups become: team, concurrency_group or sub_organization
    #[arg(long, value_name = "TYPE", value_parser = target_type)]
    pub target_type: TargetType,
    /// A regular expression; names that it is found in do not match
    #[arg(long, value_name = "REGEX", allow_hyphen_values = true)]
    pub exclude: Option<String>,
    /// A template for the entity's name: ${group}, ${rest}, ${1}, ${name} [default: ${group}]
    #[arg(long, value_name = "TEMPLATE")]
    pub entity_name: Option<String>,
    /// Higher is looked at first
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    pub priority: i64,
    /// Let matches take effect without an admin
    #[arg(long, value_name = "on|off", num_args = 0..=1, default_missing_value = "on",
        default_value = "off", hide_default_value = true, action = ArgAction::Set, value_parser = switch)]
    pub auto_approve: bool,
    /// Whether it is looked at
    #[arg(long, value_name = "on|off", default_value = "on", action = ArgAction::Set, value_parser = switch)]
    pub enabled: bool,
}

/// `rule edit`
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub struct RuleChange {
    /// How it looks at a group's name: prefix, regex or all (every group; takes no pattern)
    #[arg(long, value_parser = rule_kind)]
    pub kind: Option<RuleKind>,
    /// What the name begins with (prefix), or what is found in it (regex)
    #[arg(long, allow_hyphen_values = true)]
    pub pattern: Option<String>,
    /// What matching groups become: team, concurrency_group or sub_organization
    #[arg(long, value_name = "TYPE", value_parser = target_type)]
    pub target_type: Option<TargetType>,
    /// A regular expression; names that it is found in do not match. "" for none
    #[arg(long, value_name = "REGEX", allow_hyphen_values = true)]
    pub exclude: Option<String>,
    /// A template for the entity's name. "" for the group's name
    #[arg(long, value_name = "TEMPLATE")]
    pub entity_name: Option<String>,
    /// Higher is looked at first
    #[arg(long, allow_negative_numbers = true)]
    pub priority: Option<i64>,
    /// Let matches take effect without an admin
    #[arg(long, value_name = "on|off", num_args = 0..=1, default_missing_value = "on",
        value_parser = switch)]
    pub auto_approve: Option<bool>,
    /// Whether it is looked at
    #[arg(long, value_name = "on|off", value_parser = switch)]
    pub enabled: Option<bool>,
}

/// `group`
#[derive(Debug, Subcommand)]
pub enum GroupCommand {
    /// List the groups that were pushed
    List {
        /// Only those of this status
        #[arg(long)]
        status: Option<GroupStatus>,
        /// Only those with this in their name
        #[arg(long, value_name = "TEXT")]
        query: Option<String>,
    },
    /// Show a group, its members' number, its roles and its mappings
    Show {
        /// The group's id or its name
        group: String,
    },
    /// Approve what a group is mapped to, or map it
    Approve(Approve),
    /// Map a group to one more entity, approved at once
    Map(MapGroup),
    /// Reject what a group is mapped to
    Reject {
        /// The group's id or its name
        group: String,
        /// Only this mapping, as `group show` shows it [default: all that wait]
        #[arg(long, value_name = "ID", value_parser = mapping_id)]
        mapping: Option<MappingId>,
    },
}

/// `group approve`
///
/// Without options, the mappings that wait take the entity of the mapping's name. `--target-type` makes a mapping where
/// there is none of that type.
#[derive(Debug, Args)]
pub struct Approve {
    /// The group's id or its name
    pub group: String,
    /// Only this mapping, as `group show` shows it [default: all that wait]
    #[arg(long, value_name = "ID", value_parser = mapping_id, conflicts_with = "target_type")]
    pub mapping: Option<MappingId>,
    /// What the group is to become: team, concurrency_group or sub_organization
    #[arg(long, value_name = "TYPE", value_parser = target_type)]
    pub target_type: Option<TargetType>,
    /// The entity to map to, by its id
    #[arg(long, value_name = "ID", conflicts_with_all = ["entity_name", "create"])]
    pub entity_id: Option<String>,
    /// The entity to map to, by its name [default: the group's name]
    #[arg(long, value_name = "NAME")]
    pub entity_name: Option<String>,
    /// Create the team or concurrency group if there is none of that name
    #[arg(long)]
    pub create: bool,
}

/// `group map`
#[derive(Debug, Args)]
pub struct MapGroup {
    /// The group's id or its name
    pub group: String,
    /// What the group is to become: team, concurrency_group or sub_organization
    #[arg(long, value_name = "TYPE", value_parser = target_type)]
    pub target_type: TargetType,
    /// The entity to map to, by its id
    #[arg(long, value_name = "ID", conflicts_with_all = ["entity_name", "create"])]
    pub entity_id: Option<String>,
    /// The entity to map to, by its name [default: the group's name]
    #[arg(long, value_name = "NAME")]
    pub entity_name: Option<String>,
    /// Create the team or concurrency group if there is none of that name
    #[arg(long)]
    pub create: bool,
}

/// What a group's mappings say of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum GroupStatus {
    /// Something waits for an admin, or nothing maps it
    Pending,
    /// An admin approved
    Approved,
    /// A rule approved
    AutoApproved,
    /// An admin rejected
    Rejected,
}

impl GroupStatus {
    /// The word in JSON, which is also the one that is typed.
    pub fn as_str(self) -> &'static str {
        match self {
            GroupStatus::Pending => "pending",
            GroupStatus::Approved => "approved",
            GroupStatus::AutoApproved => "auto_approved",
            GroupStatus::Rejected => "rejected",
        }
    }
}

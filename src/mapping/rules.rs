//! Matching of mapping rules against a group's name (mapping.md §3).
//!
//! A [`CompiledRule`] is the only thing that can match, and making one is the only check: a stored rule always compiles.

use regex::{Regex, RegexBuilder};

use crate::model::entity::TargetType;
use crate::model::error::{Error, Result};
use crate::model::fold::fold;
use crate::model::id::RuleId;
use crate::model::name;
use crate::model::rule::{Rule, RuleKind, RuleSpec};

/// The most bytes that a compiled pattern may take; linear time is given by the engine, this bounds space.
const COMPILED_LIMIT: usize = 1 << 20;
/// The most characters in a pattern or template.
const PATTERN_LIMIT: usize = 1_000;

/// How a rule looks at a name.
#[derive(Clone, Debug)]
enum Pattern {
    /// The folded prefix, and how many characters it has: simple folding keeps their number.
    Prefix {
        key: String,
        characters: usize,
    },
    Regex(Regex),
    All,
}

/// A rule that can be asked.
#[derive(Clone, Debug)]
pub struct CompiledRule {
    /// Which rule it is; `None` for one that a preview adds.
    pub id: Option<RuleId>,
    /// What the admin wrote.
    pub spec: RuleSpec,
    pattern: Pattern,
    exclude: Option<Regex>,
}

impl CompiledRule {
    /// Compiles what an admin wrote.
    ///
    /// # Errors
    /// `InvalidValue` naming the field, with the position in a regular expression that is wrong (mapping.md §3.2).
    pub fn new(id: Option<RuleId>, spec: &RuleSpec) -> Result<CompiledRule> {
        let pattern = match spec.kind {
            RuleKind::All if spec.pattern.is_empty() => Pattern::All,
            RuleKind::All => {
                return Err(Error::invalid_value(
                    "pattern: a rule of kind \"all\" matches every group and takes no pattern. Leave it out.",
                )
                .at("pattern"));
            }
            RuleKind::Prefix | RuleKind::Regex if spec.pattern.is_empty() => {
                return Err(Error::invalid_value(format!(
                    "pattern: a rule of kind \"{}\" needs a pattern. To match every group use kind \"all\".",
                    spec.kind.as_str()
                ))
                .at("pattern"));
            }
            RuleKind::Prefix => {
                check_length(&spec.pattern, "pattern")?;
                Pattern::Prefix { key: fold(&spec.pattern), characters: spec.pattern.chars().count() }
            }
            RuleKind::Regex => Pattern::Regex(compile(&spec.pattern, "pattern")?),
        };
        if spec.exclude.as_deref() == Some("") {
            return Err(Error::invalid_value(
                "exclude: an empty expression is found in every name, and the rule would match nothing. Leave it out.",
            )
            .at("exclude"));
        }
        let exclude = spec.exclude.as_deref().map(|text| compile(text, "exclude")).transpose()?;
        if let Some(template) = &spec.entity_name {
            check_template(template, &pattern)?;
        }
        Ok(CompiledRule { id, spec: spec.clone(), pattern, exclude })
    }

    /// Compiles what an admin writes now, in place of `before`: what is new of it must not be a mistake that is seen only in
    /// the names that come of it.
    ///
    /// # Errors
    /// As [`CompiledRule::new`]; `InvalidValue` with what was meant.
    pub fn written(id: Option<RuleId>, spec: &RuleSpec, before: Option<&RuleSpec>) -> Result<CompiledRule> {
        let rule = CompiledRule::new(id, spec)?;
        if before.is_none_or(|before| before.entity_name != spec.entity_name) {
            check_written(spec)?;
        }
        Ok(rule)
    }

    /// The name that the mapping of a group called `name` asks for; `None` when the rule does not match it.
    ///
    /// Whether the rule is enabled is not asked here: an entity keeps following its group's name by the template of
    /// the rule that made the mapping, also while that rule is switched off.
    pub fn entity_name(&self, name: &str) -> Option<String> {
        if self.exclude.as_ref().is_some_and(|exclude| exclude.is_match(name)) {
            return None;
        }
        let template = self.spec.entity_name.as_deref().unwrap_or("${group}");
        let made = match &self.pattern {
            Pattern::All => fill(template, |key| (key == "group").then(|| name.to_owned())),
            Pattern::Prefix { key, characters } => {
                if !fold(name).starts_with(key.as_str()) {
                    return None;
                }
                let rest: String = name.chars().skip(*characters).collect();
                fill(template, |key| match key {
                    "group" => Some(name.to_owned()),
                    "rest" => Some(rest.clone()),
                    _ => None,
                })
            }
            Pattern::Regex(regex) => {
                let captures = regex.captures(name)?;
                fill(template, |key| {
                    if key == "group" {
                        return Some(name.to_owned());
                    }
                    let found = match key.parse::<usize>() {
                        Ok(number) => captures.get(number),
                        Err(_) => captures.name(key),
                    };
                    Some(found.map(|text| text.as_str().to_owned()).unwrap_or_default())
                })
            }
        };
        name::made_of(&made)
    }
}

/// What the first matching rule makes of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// The rule; `None` for one that a preview adds.
    pub rule: Option<RuleId>,
    /// What the group becomes.
    pub target_type: TargetType,
    /// Whether without an admin.
    pub auto_approve: bool,
    /// The name of the entity that the mapping asks for.
    pub entity_name: String,
}

/// An organization's rules, in the order in which they are looked at.
#[derive(Clone, Debug, Default)]
pub struct RuleSet {
    rules: Vec<CompiledRule>,
}

impl RuleSet {
    /// Compiles stored rules and puts them in order: highest priority first, equal ones oldest first (mapping.md §3.3).
    ///
    /// # Errors
    /// `Internal` when a stored rule does not compile, which writing it should have refused.
    pub fn compile(rules: &[Rule]) -> Result<RuleSet> {
        let compiled = rules.iter().map(|rule| {
            CompiledRule::new(Some(rule.id), &rule.spec)
                .map_err(|error| Error::internal(format!("stored mapping rule {}: {error}", rule.id)))
        });
        Ok(RuleSet::ordered(compiled.collect::<Result<_>>()?))
    }

    /// The same from rules that are compiled already; those without an id count as the newest.
    pub fn ordered(mut rules: Vec<CompiledRule>) -> RuleSet {
        rules.sort_by_key(|rule| (std::cmp::Reverse(rule.spec.priority), rule.id.is_none(), rule.id));
        RuleSet { rules }
    }

    /// The rules, in order.
    pub fn rules(&self) -> &[CompiledRule] {
        &self.rules
    }

    /// What the first enabled rule that matches makes of a group called `name`; `None` when no rule does.
    pub fn first_match(&self, name: &str) -> Option<Match> {
        self.rules.iter().filter(|rule| rule.spec.enabled).find_map(|rule| {
            Some(Match {
                rule: rule.id,
                target_type: rule.spec.target_type,
                auto_approve: rule.spec.auto_approve,
                entity_name: rule.entity_name(name)?,
            })
        })
    }

    /// The rule with this id, if it still exists.
    pub fn get(&self, id: RuleId) -> Option<&CompiledRule> {
        self.rules.iter().find(|rule| rule.id == Some(id))
    }

    /// "The mapping's name" (mapping.md §3.7): by the template of the rule that made it while that rule exists and
    /// matches, else the group's name; `None` when nothing in the group's name can be in an entity's.
    pub fn mapping_name(&self, rule: Option<RuleId>, group_name: &str) -> Option<String> {
        rule.and_then(|id| self.get(id))
            .and_then(|rule| rule.entity_name(group_name))
            .or_else(|| name::made_of(group_name))
    }
}

fn compile(text: &str, field: &str) -> Result<Regex> {
    check_length(text, field)?;
    RegexBuilder::new(text).size_limit(COMPILED_LIMIT).build().map_err(|error| {
        let reason = match &error {
            regex::Error::CompiledTooBig(limit) => {
                format!("it compiles to more than {limit} bytes; use smaller repetitions")
            }
            _ => describe_syntax(text, &error),
        };
        Error::invalid_value(format!("{field}: \"{text}\" is not a usable regular expression: {reason}"))
            .at(field)
    })
}

/// The regex crate draws the position with carets below the pattern; in one line it reads better as a column.
fn describe_syntax(text: &str, error: &regex::Error) -> String {
    let drawn = error.to_string();
    let reason = drawn.lines().rev().find_map(|line| line.trim().strip_prefix("error: ")).unwrap_or(&drawn);
    let caret = drawn.lines().find(|line| line.contains('^') && line.trim().chars().all(|c| c == '^'));
    match caret.and_then(|line| line.find('^')) {
        // The drawing indents the pattern by four spaces.
        Some(column) if column >= 4 && !text.contains('\n') => {
            format!("{reason} (at character {})", column - 3)
        }
        _ => reason.to_owned(),
    }
}

fn check_length(text: &str, field: &str) -> Result<()> {
    match text.chars().count() {
        0..=PATTERN_LIMIT => Ok(()),
        length => Err(Error::invalid_value(format!(
            "{field}: {length} characters are too many; at most {PATTERN_LIMIT} are allowed."
        ))
        .at(field)),
    }
}

/// Refuses what an admin would write by mistake and a stored rule may have: `$1` for `${1}`.
fn check_written(spec: &RuleSpec) -> Result<()> {
    let Some(template) = &spec.entity_name else { return Ok(()) };
    let bare = template.split('$').skip(1).find_map(|after| {
        let digits = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        let capture = after.get(..digits).filter(|digits| spec.kind == RuleKind::Regex && !digits.is_empty());
        capture.or_else(|| ["group", "rest"].into_iter().find(|word| after.starts_with(word)))
    });
    match bare {
        None => Ok(()),
        Some(key) => Err(Error::invalid_value(format!(
            "entity_name: \"${key}\" would be put into the name as it stands. Write ${{{key}}} to have it filled in."
        ))
        .at("entity_name")),
    }
}

/// Refuses a template with a placeholder that the rule can never fill.
fn check_template(template: &str, pattern: &Pattern) -> Result<()> {
    check_length(template, "entity_name")?;
    if template.trim().is_empty() || template.chars().any(char::is_control) {
        return Err(Error::invalid_value(
            "entity_name: a template must not be empty or have control characters. Leave it out to use the group's name.",
        )
        .at("entity_name"));
    }
    let mut unknown = None;
    fill(template, |key| {
        let known = match pattern {
            Pattern::All => key == "group",
            Pattern::Prefix { .. } => matches!(key, "group" | "rest"),
            Pattern::Regex(regex) => {
                key == "group"
                    || key.parse::<usize>().is_ok_and(|number| number < regex.captures_len())
                    || regex.capture_names().flatten().any(|name| name == key)
            }
        };
        if !known && unknown.is_none() {
            unknown = Some(key.to_owned());
        }
        None
    });
    match unknown {
        None => Ok(()),
        Some(key) => Err(Error::invalid_value(format!(
            "entity_name: this rule has nothing to put in place of \"${{{key}}}\". Use ${{group}} for the group's name, \
             ${{rest}} for what follows the prefix of a prefix rule, ${{1}} or ${{name}} for a capture of a regex rule."
        ))
        .at("entity_name")),
    }
}

/// Replaces each `${key}` in `template`; a key without a value is replaced by nothing.
fn fill(template: &str, mut value: impl FnMut(&str) -> Option<String>) -> String {
    let mut made = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("${") {
        made.push_str(before);
        match after.split_once('}') {
            Some((key, tail)) => {
                made.push_str(&value(key).unwrap_or_default());
                rest = tail;
            }
            None => {
                made.push_str("${");
                rest = after;
            }
        }
    }
    made.push_str(rest);
    made
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;

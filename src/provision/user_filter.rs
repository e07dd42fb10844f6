//! The user filter of a rule: `Enabled Equals true and Title Starts With "Dr"`.
//!
//! Operators are those of PingOne's console and, for short, SCIM's; texts compare without case, `and` binds tighter than
//! `or`.

use super::attributes::{Name, Value, Vocabulary};
use super::files::SourceUser;
use crate::model::fold::fold;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equals,
    NotEquals,
    Contains,
    StartsWith,
    EndsWith,
    IsPresent,
}

/// How operators are written; those of two words first.
const OPERATORS: [(&str, Operator); 13] = [
    ("not equals", Operator::NotEquals),
    ("does not equal", Operator::NotEquals),
    ("starts with", Operator::StartsWith),
    ("ends with", Operator::EndsWith),
    ("is present", Operator::IsPresent),
    ("equals", Operator::Equals),
    ("contains", Operator::Contains),
    ("eq", Operator::Equals),
    ("ne", Operator::NotEquals),
    ("co", Operator::Contains),
    ("sw", Operator::StartsWith),
    ("ew", Operator::EndsWith),
    ("pr", Operator::IsPresent),
];

#[derive(Clone, Debug)]
struct Comparison {
    attribute: Name,
    operator: Operator,
    /// Folded.
    value: String,
}

/// Who is sent: any of these lists holds in whole. Without lists everybody.
#[derive(Clone, Debug, Default)]
pub(super) struct UserFilter(Vec<Vec<Comparison>>);

impl UserFilter {
    /// Reads one with attributes of the directory.
    ///
    /// # Errors
    /// What is wrong with it, and how a right one looks.
    pub(super) fn parse(text: &str, vocabulary: &Vocabulary) -> Result<UserFilter, String> {
        let words = words(text)?;
        let mut alternatives = vec![Vec::new()];
        let mut rest = words.as_slice();
        loop {
            let (comparison, after) = comparison(rest, vocabulary)?;
            if let Some(alternative) = alternatives.last_mut() {
                alternative.push(comparison);
            }
            let Some((joint, next)) = after.split_first() else { return Ok(UserFilter(alternatives)) };
            match joint.bare().as_deref() {
                Some("and") => {}
                Some("or") => alternatives.push(Vec::new()),
                _ => {
                    return Err(format!(
                        "\"{}\" follows a comparison, expected and, or, or the end.",
                        joint.text()
                    ));
                }
            }
            rest = next;
        }
    }

    /// Whether a user is sent.
    pub(super) fn matches(&self, user: &SourceUser) -> bool {
        self.0.is_empty() || self.0.iter().any(|all| all.iter().all(|one| one.holds(user)))
    }
}

impl Comparison {
    fn holds(&self, user: &SourceUser) -> bool {
        let found = user.get(&self.attribute).map(Value::as_text).map(fold);
        let compared =
            |test: fn(&str, &str) -> bool| found.as_deref().is_some_and(|found| test(found, &self.value));
        match self.operator {
            Operator::Equals => compared(|found, value| found == value),
            Operator::NotEquals => !compared(|found, value| found == value),
            Operator::Contains => compared(|found, value| found.contains(value)),
            Operator::StartsWith => compared(|found, value| found.starts_with(value)),
            Operator::EndsWith => compared(|found, value| found.ends_with(value)),
            Operator::IsPresent => found.is_some(),
        }
    }
}

/// A word, or a text in quotes.
#[derive(Clone, Debug)]
enum Word {
    Bare(String),
    Quoted(String),
}

impl Word {
    fn text(&self) -> &str {
        match self {
            Word::Bare(text) | Word::Quoted(text) => text,
        }
    }

    /// A word that may be an operator, in small letters.
    fn bare(&self) -> Option<String> {
        match self {
            Word::Bare(text) => Some(text.to_ascii_lowercase()),
            Word::Quoted(_) => None,
        }
    }
}

fn words(text: &str) -> Result<Vec<Word>, String> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        rest = if let Some(inside) = rest.strip_prefix('"') {
            let (quoted, after) = inside.split_once('"').ok_or("a quote is not closed.")?;
            words.push(Word::Quoted(quoted.to_owned()));
            after
        } else if matches!(first, '(' | ')') {
            return Err("parentheses are not known here; and binds tighter than or.".to_owned());
        } else {
            let end = rest.find(|c: char| c.is_whitespace() || c == '"').unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            words.push(Word::Bare(word.to_owned()));
            after
        };
        rest = rest.trim_start();
    }
    Ok(words)
}

/// The first comparison of `words`, and what follows it.
fn comparison<'w>(words: &'w [Word], vocabulary: &Vocabulary) -> Result<(Comparison, &'w [Word]), String> {
    const RIGHT: &str = "Write for example: Enabled Equals true";
    let found = (1..words.len()).find_map(|at| {
        let (before, rest) = words.split_at(at);
        OPERATORS.iter().find_map(|(name, operator)| Some((before, *operator, strip(rest, name)?)))
    });
    let Some((attribute, operator, rest)) = found else {
        let all: Vec<&str> = words.iter().map(Word::text).collect();
        let operators: Vec<&str> = OPERATORS.iter().map(|(name, _)| *name).collect();
        return Err(format!(
            "\"{}\" is no comparison. {RIGHT}; the operators are {}.",
            all.join(" "),
            operators.join(", ")
        ));
    };
    let attribute: Vec<&str> = attribute.iter().map(Word::text).collect();
    let attribute = vocabulary.name(&attribute.join(" "))?;
    if operator == Operator::IsPresent {
        return Ok((Comparison { attribute, operator, value: String::new() }, rest));
    }
    match rest.split_first() {
        Some((value, rest)) => Ok((Comparison { attribute, operator, value: fold(value.text()) }, rest)),
        None => Err(format!("a value is missing at the end. {RIGHT}")),
    }
}

/// What follows the operator `name`, if `words` begin with it.
fn strip<'w>(words: &'w [Word], name: &str) -> Option<&'w [Word]> {
    name.split(' ').try_fold(words, |words, part| {
        let (first, rest) = words.split_first()?;
        (first.bare()? == part).then_some(rest)
    })
}

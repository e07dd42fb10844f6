//! Syntax trees as text that parses back to the same tree.

use std::fmt::{self, Display, Formatter};

use crate::scim::filter::{Condition, Expression, Literal, Name, Operator, PatchPath, Test};

impl Display for Expression {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Expression::And(parts) => {
                joined(f, parts, " and ", |part| matches!(part, Expression::And(_) | Expression::Or(_)))
            }
            Expression::Or(parts) => joined(f, parts, " or ", |part| matches!(part, Expression::Or(_))),
            Expression::Not(inner) => write!(f, "not ({inner})"),
            Expression::Condition(condition) => condition.fmt(f),
            Expression::Elements { attribute, filter, sub: None } => write!(f, "{attribute}[{filter}]"),
            Expression::Elements { attribute, filter, sub: Some(sub) } => {
                write!(f, "{attribute}[{filter}].{sub}")
            }
        }
    }
}

/// Writes `parts` with `word` between them and parentheses around those that would bind differently without.
fn joined(
    f: &mut Formatter<'_>,
    parts: &[Expression],
    word: &str,
    needs_parentheses: fn(&Expression) -> bool,
) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(word)?;
        }
        if needs_parentheses(part) { write!(f, "({part})")? } else { part.fmt(f)? }
    }
    Ok(())
}

impl Display for Condition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.test {
            Test::Present => write!(f, "{} pr", self.attribute),
            Test::Compare(operator, value) => write!(f, "{} {operator} {value}", self.attribute),
        }
    }
}

impl Display for Name {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Display for Operator {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.keyword())
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Literal::Text(text) => write!(f, "{}", serde_json::Value::from(text.as_str())),
            Literal::Number(number) => number.fmt(f),
            Literal::Boolean(value) => value.fmt(f),
            Literal::Null => f.write_str("null"),
        }
    }
}

impl Display for PatchPath {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.attribute.fmt(f)?;
        if let Some(filter) = &self.filter {
            write!(f, "[{filter}]")?;
        }
        self.sub.iter().try_for_each(|sub| write!(f, ".{sub}"))
    }
}

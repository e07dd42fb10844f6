//! Which operators and literals an attribute's type takes (RFC 7644 Table 3).

use crate::model::attribute::{Attribute, Type};
use crate::model::error::{Error, Result};
use crate::model::filter::{Relation, Test, Text, TextRelation};
use crate::model::fold::fold;
use crate::model::time::Timestamp;
use crate::scim::deviations::{Deviation, Notes, Tolerance};
use crate::scim::filter::ast::{Literal, Name, Operator};
use crate::scim::filter::resolve::refused;

/// A comparison of an attribute with a literal.
pub(super) struct Comparison<'a> {
    /// The attribute as the filter names it.
    pub(super) name: &'a Name,
    /// What the schema says of it.
    pub(super) attribute: &'a Attribute,
    /// The operator.
    pub(super) operator: Operator,
    /// The literal.
    pub(super) literal: &'a Literal,
}

impl Comparison<'_> {
    /// The typed test. Of `ne` it is the test of `eq`, which the caller negates.
    ///
    /// # Errors
    /// `InvalidFilter` when the type does not have the operator or the literal is of another type.
    pub(super) fn test(&self, tolerance: Tolerance, notes: &mut Notes) -> Result<Test> {
        let relation = || relation(self.operator).ok_or_else(|| self.no_operator());
        match (self.attribute.ty, self.literal) {
            (Type::String | Type::Reference, Literal::Text(text)) => Ok(self.text(text)),
            (Type::Binary, Literal::Text(text)) => match relation() {
                Ok(Relation::Equal) | Err(_) => Ok(self.text(text)),
                Ok(_) => Err(self.no_operator()),
            },
            (Type::Boolean, literal) => match relation()? {
                Relation::Equal => self.boolean(literal, tolerance, notes).map(Test::Boolean),
                _ => Err(self.no_operator()),
            },
            (Type::Integer | Type::Decimal, Literal::Number(number)) => {
                Ok(Test::Number(relation()?, number.as_f64().ok_or_else(|| self.wrong_literal())?))
            }
            (Type::DateTime, Literal::Text(text)) => {
                Ok(Test::Instant(relation()?, Timestamp::parse(text).ok_or_else(|| self.wrong_literal())?))
            }
            _ => Err(self.wrong_literal()),
        }
    }

    fn text(&self, text: &str) -> Test {
        let exact = self.attribute.case_exact;
        let text = if exact { Text::Exact(text.to_owned()) } else { Text::Folded(fold(text)) };
        Test::Text(text_relation(self.operator), text)
    }

    /// A boolean, or one as a string where that is tolerated.
    fn boolean(&self, literal: &Literal, tolerance: Tolerance, notes: &mut Notes) -> Result<bool> {
        let value = match literal {
            Literal::Boolean(value) => return Ok(*value),
            Literal::Text(text) if text.eq_ignore_ascii_case("true") => true,
            Literal::Text(text) if text.eq_ignore_ascii_case("false") => false,
            _ => return Err(self.wrong_literal()),
        };
        tolerance.grant(Deviation::StringBoolean, notes, || self.wrong_literal())?;
        Ok(value)
    }

    fn no_operator(&self) -> Error {
        let Comparison { name, operator, .. } = self;
        let (what, operators, _) = in_words(self.attribute.ty);
        let reason = format!(
            "the operator \"{operator}\" does not apply to \"{name}\", which is {what}; use one of {operators}"
        );
        refused(name, &reason)
    }

    fn wrong_literal(&self) -> Error {
        let Comparison { name, literal, .. } = self;
        let (what, _, expected) = in_words(self.attribute.ty);
        refused(name, &format!("\"{name}\" is {what} and is compared with {literal}; expected {expected}"))
    }
}

/// The relation that is tested; none for the operators that only text has.
fn relation(operator: Operator) -> Option<Relation> {
    match text_relation(operator) {
        TextRelation::Ordered(relation) => Some(relation),
        TextRelation::Contains | TextRelation::StartsWith | TextRelation::EndsWith => None,
    }
}

fn text_relation(operator: Operator) -> TextRelation {
    match operator {
        Operator::Equal | Operator::NotEqual => TextRelation::Ordered(Relation::Equal),
        Operator::Greater => TextRelation::Ordered(Relation::Greater),
        Operator::GreaterOrEqual => TextRelation::Ordered(Relation::GreaterOrEqual),
        Operator::Less => TextRelation::Ordered(Relation::Less),
        Operator::LessOrEqual => TextRelation::Ordered(Relation::LessOrEqual),
        Operator::Contains => TextRelation::Contains,
        Operator::StartsWith => TextRelation::StartsWith,
        Operator::EndsWith => TextRelation::EndsWith,
    }
}

/// A type, its operators and its literals, for an error message.
fn in_words(ty: Type) -> (&'static str, &'static str, &'static str) {
    const ORDERED: &str = "eq, ne, gt, ge, lt, le, pr";
    match ty {
        Type::String => ("a string", "eq, ne, co, sw, ew, gt, ge, lt, le, pr", "a string in double quotes"),
        Type::Reference => {
            ("a reference", "eq, ne, co, sw, ew, gt, ge, lt, le, pr", "a URI in double quotes")
        }
        Type::Binary => ("binary", "eq, ne, co, sw, ew, pr", "base64 text in double quotes"),
        Type::Boolean => ("a boolean", "eq, ne, pr", "true or false"),
        Type::Integer | Type::Decimal => ("a number", ORDERED, "a number"),
        Type::DateTime => {
            ("a date-time", ORDERED, "a date-time with an offset such as \"2026-11-24T08:00:00Z\"")
        }
        Type::Complex => ("complex", "pr", "a test of one of its sub-attributes"),
    }
}

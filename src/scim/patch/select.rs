//! Which elements of a multi-valued attribute a path's filter means, and the element that it describes.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::target::Target;
use crate::model::attribute::{Attribute, Type};
use crate::model::error::Result;
use crate::model::filter::{Filter, Path, Relation, Test, Text, TextRelation};
use crate::model::fold::fold;
use crate::model::time::Timestamp;
use crate::scim::filter::{Condition, Expression, Literal, Operator, Reach, Resolver, Test as Written};
use crate::scim::schema::{Reader, ResourceKind};

/// The elements that a path means: those that its filter holds for, all without one.
pub(super) struct Selector<'a> {
    attribute: Cow<'a, Attribute>,
    filter: Option<(&'a Expression, Filter)>,
}

impl<'a> Selector<'a> {
    /// The selector of `target`.
    ///
    /// # Errors
    /// `InvalidFilter` when its filter names what the attribute does not have or compares what cannot be compared.
    pub(super) fn new(reader: &mut Reader, target: &Target<'a>) -> Result<Selector<'a>> {
        let attribute = with_value(target.attribute);
        let filter = match target.filter {
            None => None,
            Some(expression) => {
                let mut resolver = Resolver {
                    schemas: reader.schemas,
                    // An element's sub-attributes are the same whatever holds the attribute.
                    kind: ResourceKind::User,
                    reach: Reach::Kind,
                    notes: &mut reader.notes,
                };
                Some((expression, resolver.element_filter(&attribute, expression)?))
            }
        };
        Ok(Selector { attribute, filter })
    }

    /// Whether `element` is meant.
    pub(super) fn selects(&self, element: &Value) -> bool {
        let Some((_, filter)) = &self.filter else { return true };
        if element.is_object() {
            holds(filter, element)
        } else {
            holds(filter, &Value::Object(Map::from_iter([("value".to_owned(), element.clone())])))
        }
    }

    /// How many times an element is looked at.
    pub(super) fn terms(&self) -> usize {
        self.filter.as_ref().map_or(1, |(expression, _)| expression.terms())
    }

    /// The members that an element must have so that the filter holds, when it is a conjunction of `eq` (or nothing).
    pub(super) fn described(&self) -> Option<Map<String, Value>> {
        let mut members = Map::new();
        if let Some((expression, _)) = &self.filter {
            describe(&self.attribute, expression, &mut members)?;
        }
        Some(members)
    }
}

/// A simple attribute's elements are tested by the name `value`, as those of complex ones are (RFC 7643 §2.4).
fn with_value(attribute: &Attribute) -> Cow<'_, Attribute> {
    if attribute.is_complex() {
        return Cow::Borrowed(attribute);
    }
    let value = Attribute { name: "value".into(), multi_valued: false, ..attribute.clone() };
    Cow::Owned(Attribute { ty: Type::Complex, sub_attributes: vec![value], ..attribute.clone() })
}

fn describe(attribute: &Attribute, filter: &Expression, members: &mut Map<String, Value>) -> Option<()> {
    match filter {
        Expression::And(parts) => parts.iter().try_for_each(|part| describe(attribute, part, members)),
        Expression::Condition(Condition {
            attribute: name,
            test: Written::Compare(Operator::Equal, literal),
        }) => {
            let value = match literal {
                Literal::Text(text) => Value::from(text.as_str()),
                Literal::Number(number) => Value::Number(number.clone()),
                Literal::Boolean(value) => Value::Bool(*value),
                Literal::Null => Value::Null,
            };
            members.insert(attribute.sub(&name.text)?.name.to_string(), value);
            Some(())
        }
        Expression::Condition(_) | Expression::Or(_) | Expression::Not(_) | Expression::Elements { .. } => {
            None
        }
    }
}

/// Whether `filter` holds for one element.
fn holds(filter: &Filter, element: &Value) -> bool {
    match filter {
        Filter::And(parts) => parts.iter().all(|part| holds(part, element)),
        Filter::Or(parts) => parts.iter().any(|part| holds(part, element)),
        Filter::Not(inner) => !holds(inner, element),
        Filter::Test { path, test } => at(path, element).is_some_and(|value| satisfies(test, value)),
        Filter::Any { path, element: inner } => {
            let elements = at(path, element).and_then(Value::as_array).into_iter().flatten();
            elements.into_iter().any(|element| holds(inner, element))
        }
    }
}

fn at<'v>(path: &Path, element: &'v Value) -> Option<&'v Value> {
    path.0.iter().try_fold(element, |value, key| value.get(key))
}

fn satisfies(test: &Test, value: &Value) -> bool {
    match test {
        Test::Present => match value {
            Value::Null => false,
            Value::String(text) => !text.is_empty(),
            Value::Array(items) => !items.is_empty(),
            Value::Object(members) => !members.is_empty(),
            Value::Bool(_) | Value::Number(_) => true,
        },
        Test::Boolean(wanted) => value.as_bool() == Some(*wanted),
        Test::Number(relation, wanted) => value
            .as_f64()
            .and_then(|value| value.partial_cmp(wanted))
            .is_some_and(|order| relates(*relation, order)),
        Test::Instant(relation, wanted) => value
            .as_str()
            .and_then(Timestamp::parse)
            .is_some_and(|value| relates(*relation, value.cmp(wanted))),
        Test::Text(relation, wanted) => value.as_str().is_some_and(|value| match wanted {
            Text::Exact(wanted) => text_relates(*relation, value, wanted),
            Text::Folded(wanted) => text_relates(*relation, &fold(value), wanted),
        }),
    }
}

fn relates(relation: Relation, order: std::cmp::Ordering) -> bool {
    match relation {
        Relation::Equal => order.is_eq(),
        Relation::Greater => order.is_gt(),
        Relation::GreaterOrEqual => order.is_ge(),
        Relation::Less => order.is_lt(),
        Relation::LessOrEqual => order.is_le(),
    }
}

fn text_relates(relation: TextRelation, value: &str, wanted: &str) -> bool {
    match relation {
        TextRelation::Ordered(relation) => relates(relation, value.cmp(wanted)),
        TextRelation::Contains => value.contains(wanted),
        TextRelation::StartsWith => value.starts_with(wanted),
        TextRelation::EndsWith => value.ends_with(wanted),
    }
}

//! Filters and sort orders evaluated over the JSON of one resource, as naively as the RFC tells it.

use std::cmp::Ordering;

use rollcall::model::fold::fold;
use rollcall::model::time::Timestamp;
use rollcall::scim::filter::{Condition, Expression, Literal, Operator, Test};
use rollcall::scim::schema::ResourceKind;
use serde_json::Value;

use super::attributes::{self, Attribute, Ty};

/// Whether `expression` holds for a resource.
pub fn holds(expression: &Expression, resource: &Value, kind: ResourceKind) -> bool {
    match expression {
        Expression::And(parts) => parts.iter().all(|part| holds(part, resource, kind)),
        Expression::Or(parts) => parts.iter().any(|part| holds(part, resource, kind)),
        Expression::Not(inner) => !holds(inner, resource, kind),
        Expression::Condition(condition) => {
            let attribute = find(&attributes::of(kind), condition);
            satisfies(&condition.test, &attribute, &[resource], attribute.plural)
        }
        Expression::Elements { attribute, filter, sub } => {
            let containers = attributes::containers(kind);
            let named = |name: &str| name.eq_ignore_ascii_case(&attribute.text);
            let container = containers.iter().find(|container| named(container.name)).expect("a container");
            let mut elements = values(resource, container.keys);
            elements.retain(|element| {
                let counts = if container.plural { !element.is_null() } else { is_present(element) };
                counts && holds_for_element(filter, element, container.subs)
            });
            match sub {
                None => !elements.is_empty(),
                Some(condition) => {
                    satisfies(&condition.test, &find(container.subs, condition), &elements, true)
                }
            }
        }
    }
}

fn holds_for_element(filter: &Expression, element: &Value, subs: &[Attribute]) -> bool {
    match filter {
        Expression::And(parts) => parts.iter().all(|part| holds_for_element(part, element, subs)),
        Expression::Or(parts) => parts.iter().any(|part| holds_for_element(part, element, subs)),
        Expression::Not(inner) => !holds_for_element(inner, element, subs),
        Expression::Condition(condition) => {
            satisfies(&condition.test, &find(subs, condition), &[element], false)
        }
        Expression::Elements { .. } => unreachable!("brackets do not nest"),
    }
}

fn find(attributes: &[Attribute], condition: &Condition) -> Attribute {
    let named = |attribute: &&Attribute| attribute.name.eq_ignore_ascii_case(&condition.attribute.text);
    *attributes.iter().find(named).expect("a known attribute")
}

/// Whether the values of `attribute` in `parents` satisfy `test`.
fn satisfies(test: &Test, attribute: &Attribute, parents: &[&Value], plural: bool) -> bool {
    let collect =
        |keys: &[&str]| parents.iter().flat_map(|parent| values(parent, keys)).collect::<Vec<&Value>>();
    let is_any_present = || collect(&attribute.keys[..attribute.whole]).into_iter().any(is_present);
    let values = collect(attribute.keys);
    match test {
        Test::Present | Test::Compare(Operator::NotEqual, Literal::Null) => is_any_present(),
        Test::Compare(Operator::Equal, Literal::Null) => !is_any_present(),
        Test::Compare(Operator::NotEqual, literal) if plural => {
            let mut present = values.into_iter().filter(|value| is_present(value)).peekable();
            present.peek().is_none()
                || present.any(|value| !compares(attribute.ty, value, Operator::Equal, literal))
        }
        Test::Compare(Operator::NotEqual, literal) => {
            !values.iter().any(|value| compares(attribute.ty, value, Operator::Equal, literal))
        }
        Test::Compare(operator, literal) => {
            values.iter().any(|value| compares(attribute.ty, value, *operator, literal))
        }
    }
}

/// All values at `keys`, through arrays.
fn values<'v>(value: &'v Value, keys: &[&str]) -> Vec<&'v Value> {
    match (value, keys) {
        (Value::Array(elements), _) => elements.iter().flat_map(|element| values(element, keys)).collect(),
        (value, []) => vec![value],
        (value, [key, rest @ ..]) => value.get(key).map(|value| values(value, rest)).unwrap_or_default(),
    }
}

/// RFC 7644 §3.4.2.2, `pr`.
fn is_present(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(elements) => elements.iter().any(is_present),
        Value::Object(members) => members.values().any(is_present),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

fn compares(ty: Ty, value: &Value, operator: Operator, literal: &Literal) -> bool {
    match (ty, value, literal) {
        (Ty::Text, Value::String(value), Literal::Text(text)) => {
            text_compares(&fold(value), operator, &fold(text))
        }
        (Ty::Exact, Value::String(value), Literal::Text(text)) => text_compares(value, operator, text),
        (Ty::Instant, Value::String(value), Literal::Text(text)) => {
            ordered(Timestamp::parse(value).cmp(&Timestamp::parse(text)), operator)
        }
        (Ty::Boolean, Value::Bool(value), Literal::Boolean(wanted)) => value == wanted,
        _ => false,
    }
}

fn text_compares(value: &str, operator: Operator, text: &str) -> bool {
    match operator {
        Operator::Contains => value.contains(text),
        Operator::StartsWith => value.starts_with(text),
        Operator::EndsWith => value.ends_with(text),
        ordering => ordered(value.cmp(text), ordering),
    }
}

fn ordered(ordering: Ordering, operator: Operator) -> bool {
    match operator {
        Operator::Equal => ordering.is_eq(),
        Operator::Greater => ordering.is_gt(),
        Operator::GreaterOrEqual => ordering.is_ge(),
        Operator::Less => ordering.is_lt(),
        Operator::LessOrEqual => ordering.is_le(),
        other => unreachable!("{other}"),
    }
}

/// How two resources are ordered by `attribute`; equal ones stay in the order of creation.
pub fn order(attribute: &Attribute, a: &Value, b: &Value, descending: bool) -> Ordering {
    let (a, b) = (key(attribute, a), key(attribute, b));
    let ascending = match (&a, &b) {
        (Some(a), Some(b)) => a.cmp(b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    };
    if descending { ascending.reverse() } else { ascending }
}

/// The value that a resource is ordered by, comparable as text.
fn key(attribute: &Attribute, resource: &Value) -> Option<String> {
    let mut value = resource;
    for key in attribute.keys {
        value = deciding(value)?.get(key)?;
    }
    match (attribute.ty, deciding(value)?) {
        (Ty::Text, Value::String(text)) => Some(fold(text)),
        (Ty::Instant, Value::String(text)) => Some(format!("{:020}", Timestamp::parse(text)?.as_millis())),
        (_, Value::String(text)) => Some(text.clone()),
        (_, Value::Bool(value)) => Some(value.to_string()),
        _ => None,
    }
}

/// Of an array the primary element, or else the first.
fn deciding(value: &Value) -> Option<&Value> {
    let Value::Array(elements) = value else { return Some(value) };
    let is_primary = |element: &&Value| element.get("primary") == Some(&Value::Bool(true));
    elements.iter().find(is_primary).or_else(|| elements.first())
}

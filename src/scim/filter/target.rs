//! The value that one test of a filter is about, and the typed filter that the test becomes.

use crate::model::attribute::Attribute;
use crate::model::error::Result;
use crate::model::filter::{self, Filter, Path};
use crate::scim::deviations::{Notes, Tolerance};
use crate::scim::filter::ast::{Condition, Literal, Operator, Test};
use crate::scim::filter::compare::Comparison;
use crate::scim::schema::Resolved;

/// The value, or values, that a test is about.
pub(super) struct Target<'a> {
    /// The array whose elements are tested; `path` and `conditions` then start at the element.
    array: Option<Path>,
    /// What else must hold, from the brackets of a value path.
    conditions: Vec<Filter>,
    /// Where the value is.
    path: Vec<String>,
    /// What the schema says of it.
    pub(super) attribute: &'a Attribute,
}

impl<'a> Target<'a> {
    /// A sub-attribute, seen from its element.
    pub(super) fn of_element(sub: &'a Attribute) -> Target<'a> {
        Target { array: None, conditions: Vec::new(), path: vec![sub.name.to_string()], attribute: sub }
    }

    /// What a resolved name means.
    pub(super) fn of(resolved: &Resolved<'a>) -> Target<'a> {
        let (attribute, whole) = (resolved.attribute, owned(&resolved.path));
        let base = match resolved.sub {
            Some(_) => whole.split_last().map(|(_, base)| base.to_vec()).unwrap_or_default(),
            None => whole,
        };
        let (array, path) =
            if attribute.multi_valued { (Some(Path(base)), Vec::new()) } else { (None, base) };
        let target = Target { array, conditions: Vec::new(), path, attribute };
        match resolved.sub {
            Some(sub) => target.within(sub),
            None => target,
        }
    }

    /// The array, and where the value is from its elements or from the resource.
    pub(super) fn place(self) -> (Option<Path>, Path) {
        (self.array, Path(self.path))
    }

    /// That the attribute at `path` has any value at all.
    pub(super) fn whole(path: &[&str]) -> Filter {
        present(owned(path))
    }

    /// The sub-attribute `sub` of this one.
    pub(super) fn within<'s>(mut self, sub: &'s Attribute) -> Target<'s> {
        self.path.push(sub.name.to_string());
        Target { array: self.array, conditions: self.conditions, path: self.path, attribute: sub }
    }

    /// The same, where `element` holds; its paths start at the attribute.
    pub(super) fn where_holds(mut self, element: Filter) -> Target<'a> {
        self.conditions.push(match self.array {
            Some(_) => element,
            None => Filter::And(vec![present(self.path.clone()), below(&self.path, element)]),
        });
        self
    }

    /// That there is something that satisfies the conditions.
    pub(super) fn exists(self) -> Filter {
        self.holds(None)
    }

    /// What the test of this value becomes.
    pub(super) fn test(
        &self,
        condition: &Condition,
        tolerance: Tolerance,
        notes: &mut Notes,
    ) -> Result<Filter> {
        let present = present(self.path.clone());
        let (operator, literal) = match Meaning::of(&condition.test) {
            Meaning::Presence(presence) => return Ok(presence.of(self.holds(Some(present)))),
            Meaning::Comparison(operator, literal) => (operator, literal),
        };
        let name = &condition.attribute;
        let test =
            Comparison { name, attribute: self.attribute, operator, literal }.test(tolerance, notes)?;
        let matches = Filter::Test { path: Path(self.path.clone()), test };
        if operator != Operator::NotEqual {
            return Ok(self.holds(Some(matches)));
        }
        if self.array.is_none() && self.conditions.is_empty() {
            return Ok(not(matches));
        }
        let another = Filter::And(vec![present.clone(), not(matches)]);
        Ok(Filter::Or(vec![self.holds(Some(another)), not(self.holds(Some(present)))]))
    }

    /// That a value satisfies the conditions and `filter`.
    fn holds(&self, filter: Option<Filter>) -> Filter {
        let mut all: Vec<Filter> = self.conditions.iter().cloned().chain(filter).collect();
        let filter = if all.len() == 1 { all.remove(0) } else { Filter::And(all) };
        match &self.array {
            Some(path) => Filter::Any { path: path.clone(), element: Box::new(filter) },
            None => filter,
        }
    }
}

/// What a test asks about.
pub(super) enum Meaning<'e> {
    /// Whether there is a value: `pr`, `ne null`, `eq null`.
    Presence(Presence),
    /// The value.
    Comparison(Operator, &'e Literal),
}

impl Meaning<'_> {
    pub(super) fn of(test: &Test) -> Meaning<'_> {
        match test {
            Test::Present | Test::Compare(Operator::NotEqual, Literal::Null) => {
                Meaning::Presence(Presence::Present)
            }
            Test::Compare(Operator::Equal, Literal::Null) => Meaning::Presence(Presence::Absent),
            Test::Compare(operator, literal) => Meaning::Comparison(*operator, literal),
        }
    }
}

/// Whether a value shall be there or not.
#[derive(Clone, Copy)]
pub(super) enum Presence {
    Present,
    Absent,
}

impl Presence {
    pub(super) fn of(self, present: Filter) -> Filter {
        match self {
            Presence::Present => present,
            Presence::Absent => not(present),
        }
    }
}

/// `filter`, whose paths start at `base`, with paths that start where `base` does.
fn below(base: &[String], filter: Filter) -> Filter {
    let from = |path: Path| Path([base, &path.0].concat());
    let each = |parts: Vec<Filter>| parts.into_iter().map(|part| below(base, part)).collect();
    match filter {
        Filter::And(parts) => Filter::And(each(parts)),
        Filter::Or(parts) => Filter::Or(each(parts)),
        Filter::Not(inner) => not(below(base, *inner)),
        Filter::Test { path, test } => Filter::Test { path: from(path), test },
        Filter::Any { path, element } => Filter::Any { path: from(path), element },
    }
}

fn present(path: Vec<String>) -> Filter {
    Filter::Test { path: Path(path), test: filter::Test::Present }
}

fn not(filter: Filter) -> Filter {
    Filter::Not(Box::new(filter))
}

fn owned(path: &[&str]) -> Vec<String> {
    path.iter().map(|key| (*key).to_owned()).collect()
}

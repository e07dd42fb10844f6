//! Syntax tree to typed filter: names are looked up in the schemas, literals checked against the attribute.
//!
//! What RFC 7644 §3.4.2.2 leaves open is decided here:
//!
//! - A comparison with an attribute that has no value does not hold, save `ne` and `eq null`, which do.
//! - A test of a multi-valued attribute holds when one of its values satisfies it. That is so for `ne` too, as the RFC
//!   says it for every operator: `emails.value ne "x"` asks for an address other than x (an empty one is none), or for no
//!   address at all; `not (emails.value eq "x")` asks that none is x.
//! - A complex attribute without a sub-attribute means its `value`.
//! - `emails[F].value ne "x"` asks for an element that satisfies F and has another value, or that there is none.

use crate::model::attribute::Attribute;
use crate::model::error::{Error, Kind, Result};
use crate::model::filter::Filter;
use crate::scim::deviations::{Deviation, Notes};
use crate::scim::filter::ast::{Condition, Expression, Name};
use crate::scim::filter::target::{Meaning, Target};
use crate::scim::schema::{Resolved, ResourceKind, Schemas};

/// Which resources a search goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Those of one kind: an attribute must be declared for it.
    Kind,
    /// Those of every kind (`/.search` of the root): an attribute that only another kind has is without a value.
    Root,
}

/// Looks names up for the resources of one kind.
pub struct Resolver<'a> {
    /// The schemas.
    pub schemas: &'a Schemas,
    /// The kind of resource that is filtered or sorted.
    pub kind: ResourceKind,
    /// Whether the search goes beyond that kind.
    pub reach: Reach,
    /// Where tolerances are noted.
    pub notes: &'a mut Notes,
}

impl<'a> Resolver<'a> {
    /// The typed filter that `expression` is.
    ///
    /// # Errors
    /// [`Kind::InvalidFilter`] for an attribute that no schema declares, an operator that its type does not have and a
    /// literal of another type.
    pub fn filter(&mut self, expression: &Expression) -> Result<Filter> {
        combine(expression, &mut |leaf| match leaf {
            Leaf::Condition(condition) => {
                let (resolved, own) = self.declared(&condition.attribute)?;
                Ok(if_own(own, self.condition(&resolved, condition)?))
            }
            Leaf::Elements(attribute, filter, sub) => {
                let (resolved, own) = self.declared(attribute)?;
                Ok(if_own(own, self.elements(&resolved, attribute, filter, sub)?))
            }
        })
    }

    /// The filter of a PATCH path, which selects elements of `attribute`; its paths start at the element.
    ///
    /// # Errors
    /// As [`Resolver::filter`].
    pub fn element_filter(&mut self, attribute: &Attribute, filter: &Expression) -> Result<Filter> {
        combine(filter, &mut |leaf| match leaf {
            Leaf::Condition(condition) => {
                let sub = sub_attribute(attribute, &condition.attribute)?;
                Target::of_element(sub).test(condition, self.schemas.tolerance(), self.notes)
            }
            Leaf::Elements(name, ..) => {
                let reason = "brackets inside brackets are not allowed";
                Err(refused(name, reason))
            }
        })
    }

    /// What `name` means, and whether it is an attribute of this kind; of another kind only in a search of the root.
    fn declared(&mut self, name: &Name) -> Result<(Resolved<'a>, bool)> {
        let schemas = self.schemas;
        let own = schemas.resolve(self.kind, &name.text).map(|resolved| (resolved, true));
        let found = own.or_else(|| match self.reach {
            Reach::Kind => None,
            Reach::Root => schemas.resolve(other(self.kind), &name.text).map(|resolved| (resolved, false)),
        });
        let kind = self.kind.as_str();
        let undeclared =
            || refused(name, &format!("no schema declares \"{}\" for {kind} resources. {NAMES}", name.text));
        let (resolved, own) = found.ok_or_else(undeclared)?;
        Ok((resolved.granted(schemas.tolerance(), self.notes, undeclared)?, own))
    }

    fn condition(&mut self, resolved: &Resolved<'_>, condition: &Condition) -> Result<Filter> {
        if let (None, Meaning::Presence(presence)) = (resolved.sub, Meaning::of(&condition.test)) {
            return Ok(presence.of(Target::whole(&resolved.path)));
        }
        let mut target = Target::of(resolved);
        if target.attribute.is_complex() {
            target = self.value_of(target, &condition.attribute)?;
        }
        target.test(condition, self.schemas.tolerance(), self.notes)
    }

    /// The `value` of a complex attribute that is compared as a whole (RFC 7643 §2.4).
    fn value_of<'t>(&mut self, target: Target<'t>, name: &Name) -> Result<Target<'t>> {
        let complex = target.attribute;
        let Some(value) = complex.sub("value") else {
            let subs = listed(complex);
            return Err(refused(
                name,
                &format!("\"{name}\" is complex; compare one of its sub-attributes ({subs})"),
            ));
        };
        if !complex.multi_valued {
            let refusal = || refused(name, &format!("\"{name}\" is complex; compare {name}.value"));
            self.schemas.tolerance().grant(Deviation::ValueOfComplex, self.notes, refusal)?;
        }
        Ok(target.within(value))
    }

    /// `attribute[filter]`, maybe with a test of a sub-attribute behind it.
    fn elements(
        &mut self,
        resolved: &Resolved<'_>,
        name: &Name,
        filter: &Expression,
        sub: Option<&Condition>,
    ) -> Result<Filter> {
        let is_extension = resolved.extension.is_some() && resolved.path.len() == 1;
        if resolved.sub.is_some() || is_extension || !resolved.attribute.is_complex() {
            return Err(refused(
                name,
                &format!("\"{name}\" has no sub-attributes that brackets could filter by"),
            ));
        }
        let element = self.element_filter(resolved.attribute, filter)?;
        let target = Target::of(resolved).where_holds(element);
        match sub {
            None => Ok(target.exists()),
            Some(condition) => {
                let sub = sub_attribute(resolved.attribute, &condition.attribute)?;
                target.within(sub).test(condition, self.schemas.tolerance(), self.notes)
            }
        }
    }
}

/// What to do about a name that no schema declares.
pub(super) const NAMES: &str = "Names are those of /Schemas, such as userName, name.familyName or emails.value; an \
                                extension's attribute stands after the extension's URN and a colon";

/// A filter without `and`, `or` and `not`.
enum Leaf<'e> {
    Condition(&'e Condition),
    Elements(&'e Name, &'e Expression, Option<&'e Condition>),
}

/// Carries `and`, `or` and `not` over. The parser has bounded the depth.
fn combine(expression: &Expression, leaf: &mut dyn FnMut(Leaf<'_>) -> Result<Filter>) -> Result<Filter> {
    let mut all = |parts: &[Expression]| parts.iter().map(|part| combine(part, leaf)).collect::<Result<_>>();
    match expression {
        Expression::And(parts) => all(parts).map(Filter::And),
        Expression::Or(parts) => all(parts).map(Filter::Or),
        Expression::Not(inner) => Ok(Filter::Not(Box::new(combine(inner, leaf)?))),
        Expression::Condition(condition) => leaf(Leaf::Condition(condition)),
        Expression::Elements { attribute, filter, sub } => {
            leaf(Leaf::Elements(attribute, filter, sub.as_ref()))
        }
    }
}

/// `filter`, or what is left of it for resources that do not have its attribute.
fn if_own(own: bool, filter: Filter) -> Filter {
    if own { filter } else { without_values(filter) }
}

fn without_values(filter: Filter) -> Filter {
    let each = |parts: Vec<Filter>| parts.into_iter().map(without_values).collect();
    match filter {
        Filter::And(parts) => Filter::And(each(parts)),
        Filter::Or(parts) => Filter::Or(each(parts)),
        Filter::Not(inner) => Filter::Not(Box::new(without_values(*inner))),
        Filter::Test { .. } | Filter::Any { .. } => Filter::NEVER,
    }
}

fn sub_attribute<'s>(attribute: &'s Attribute, name: &Name) -> Result<&'s Attribute> {
    attribute.sub(&name.text).ok_or_else(|| {
        let subs = listed(attribute);
        refused(name, &format!("\"{name}\" is no sub-attribute of {}, which has {subs}", attribute.name))
    })
}

fn listed(attribute: &Attribute) -> String {
    let names: Vec<&str> = attribute.sub_attributes.iter().map(|sub| sub.name.as_ref()).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

pub(super) fn other(kind: ResourceKind) -> ResourceKind {
    match kind {
        ResourceKind::User => ResourceKind::Group,
        ResourceKind::Group => ResourceKind::User,
    }
}

/// The filter says something about `name` that cannot be.
pub(super) fn refused(name: &Name, reason: &str) -> Error {
    Error::new(Kind::InvalidFilter, format!("The filter is refused at position {}: {reason}.", name.position))
}

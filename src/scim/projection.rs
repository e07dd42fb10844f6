//! `attributes` and `excludedAttributes` (RFC 7644 §3.9): which parts of a resource an answer holds.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::model::attribute::Returned;
use crate::model::error::{Error, Result};
use crate::scim::deviations::{Deviation, Notes};
use crate::scim::schema::{ResourceKind, Schemas, Short};

/// What a client wants to see of resources of one kind.
///
/// What is `returned: always` is there whatever was asked for, what is `returned: never` is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Projection {
    root: Part,
    /// Members of the resource that no answer has; nothing that is stored has them either.
    never: Vec<String>,
}

/// What stays of a value; names are in the letter case of the schema.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Nothing,
    Whole,
    /// Of an object, or each object of an array, only these members.
    Only(BTreeMap<String, Part>),
    /// All members but what these lose.
    Without(BTreeMap<String, Part>),
}

impl Projection {
    /// The projection of a request with neither parameter.
    pub fn default_of(schemas: &Schemas, kind: ResourceKind) -> Projection {
        Projection::without(schemas, kind, Vec::new())
    }

    /// Reads the two parameters, each as its names ([`split_names`] for a query string). A name that no schema declares
    /// selects nothing; an empty list is as good as none.
    ///
    /// # Errors
    /// `InvalidValue` when both are given (RFC 7644 §3.9).
    pub fn parse(
        schemas: &Schemas,
        kind: ResourceKind,
        attributes: &[impl AsRef<str>],
        excluded: &[impl AsRef<str>],
        notes: &mut Notes,
    ) -> Result<Projection> {
        let is_given = |names: &[&str]| names.iter().any(|name| !name.trim().is_empty());
        let attributes: Vec<&str> = attributes.iter().map(AsRef::as_ref).collect();
        let excluded: Vec<&str> = excluded.iter().map(AsRef::as_ref).collect();
        match (is_given(&attributes), is_given(&excluded)) {
            (true, true) => {
                let detail = "The request has both \"attributes\" and \"excludedAttributes\". Send one of them (RFC \
                              7644 \u{a7}3.9).";
                Err(Error::invalid_value(detail).at("excludedAttributes"))
            }
            (true, false) => Ok(Projection::only(schemas, kind, paths(schemas, kind, &attributes, notes)?)),
            (false, _) => Ok(Projection::without(schemas, kind, paths(schemas, kind, &excluded, notes)?)),
        }
    }

    fn only(schemas: &Schemas, kind: ResourceKind, paths: Vec<Vec<&str>>) -> Projection {
        let mut members = BTreeMap::new();
        for name in members_returned(schemas, kind, Returned::Always) {
            members.insert(name, Part::Whole);
        }
        for path in &paths {
            Part::keep(&mut members, path);
        }
        Projection { root: Part::Only(members), never: members_returned(schemas, kind, Returned::Never) }
    }

    fn without(schemas: &Schemas, kind: ResourceKind, paths: Vec<Vec<&str>>) -> Projection {
        let mut members = BTreeMap::new();
        for name in members_returned(schemas, kind, Returned::Request) {
            members.insert(name, Part::Nothing);
        }
        for path in &paths {
            Part::drop(&mut members, path);
        }
        for name in members_returned(schemas, kind, Returned::Always) {
            members.remove(&name);
        }
        Projection { root: Part::Without(members), never: members_returned(schemas, kind, Returned::Never) }
    }

    /// Whether an answer holds anything of the resource's member `name` (`members`, `groups`), so that what is not wanted
    /// is never read.
    pub fn wants(&self, name: &str) -> bool {
        match &self.root {
            Part::Nothing => false,
            Part::Whole => true,
            Part::Only(members) => members.contains_key(name),
            Part::Without(members) => members.get(name) != Some(&Part::Nothing),
        }
    }

    /// Whether `resource`, the text that is stored, may go out as it is: whether nothing is left out but members of
    /// `derived`, which are not part of that text.
    pub fn keeps_all_but(&self, derived: &[&str]) -> bool {
        match &self.root {
            Part::Without(members) => {
                members.iter().all(|(name, part)| *part == Part::Nothing && derived.contains(&name.as_str()))
            }
            Part::Whole => true,
            Part::Nothing | Part::Only(_) => false,
        }
    }

    /// Leaves of `resource` what the client wants.
    pub fn apply(&self, mut resource: Map<String, Value>) -> Map<String, Value> {
        resource.retain(|name, _| !self.never.contains(name));
        match self.root.of(Value::Object(resource)) {
            Some(Value::Object(kept)) => kept,
            _ => Map::new(),
        }
    }
}

impl Part {
    /// Widens the members of an `Only` by the value at `path`.
    fn keep(members: &mut BTreeMap<String, Part>, path: &[&str]) {
        let Some((name, rest)) = path.split_first() else { return };
        let part = members.entry((*name).to_owned()).or_insert_with(|| Part::Only(BTreeMap::new()));
        match part {
            Part::Only(inner) if !rest.is_empty() => Part::keep(inner, rest),
            _ => *part = Part::Whole,
        }
    }

    /// Narrows the members of a `Without` by the value at `path`.
    fn drop(members: &mut BTreeMap<String, Part>, path: &[&str]) {
        let Some((name, rest)) = path.split_first() else { return };
        let part = members.entry((*name).to_owned()).or_insert_with(|| Part::Without(BTreeMap::new()));
        match part {
            Part::Without(inner) if !rest.is_empty() => Part::drop(inner, rest),
            _ => *part = Part::Nothing,
        }
    }

    /// What stays of `value`; an object or array of which nothing stays goes too.
    fn of(&self, value: Value) -> Option<Value> {
        match (self, value) {
            (Part::Nothing, _) => None,
            (Part::Whole, value) => Some(value),
            (_, Value::Array(elements)) if !elements.is_empty() => {
                let kept: Vec<Value> = elements.into_iter().filter_map(|element| self.of(element)).collect();
                if kept.is_empty() { None } else { Some(Value::Array(kept)) }
            }
            (Part::Only(_) | Part::Without(_), Value::Object(object)) => {
                let kept: Map<_, _> =
                    object.into_iter().filter_map(|(name, value)| self.member(name, value)).collect();
                if kept.is_empty() { None } else { Some(Value::Object(kept)) }
            }
            (_, Value::Array(none)) => Some(Value::Array(none)),
            (Part::Only(_), _) => None,
            (Part::Without(_), value) => Some(value),
        }
    }

    fn member(&self, name: String, value: Value) -> Option<(String, Value)> {
        let part = match self {
            Part::Only(members) => members.get(&name).unwrap_or(&Part::Nothing),
            Part::Without(members) => members.get(&name).unwrap_or(&Part::Whole),
            Part::Nothing | Part::Whole => self,
        };
        part.of(value).map(|value| (name, value))
    }
}

/// The members of a resource that are returned so; sub-attributes are all returned by default.
fn members_returned(schemas: &Schemas, kind: ResourceKind, returned: Returned) -> Vec<String> {
    let members = schemas.shape(kind).members().filter(|attribute| attribute.returned == returned);
    members.map(|attribute| attribute.name.to_string()).collect()
}

/// Where the named values are.
fn paths<'a>(
    schemas: &'a Schemas,
    kind: ResourceKind,
    names: &[&str],
    notes: &mut Notes,
) -> Result<Vec<Vec<&'a str>>> {
    let mut paths = Vec::new();
    for name in names {
        let name = without_filter(name.trim(), schemas, notes)?;
        let Some(resolved) = schemas.resolve(kind, &name) else { continue };
        let refusal =
            || Error::invalid_value(format!("\"{}\" is not the name of an attribute.", Short(&name)));
        paths.push(resolved.granted(schemas.tolerance(), notes, refusal)?.path);
    }
    Ok(paths)
}

/// The name without the filter that some clients put into it.
fn without_filter(name: &str, schemas: &Schemas, notes: &mut Notes) -> Result<String> {
    let Some((before, rest)) = name.split_once('[') else { return Ok(name.to_owned()) };
    schemas.tolerance().grant(Deviation::FilterInAttributes, notes, || {
        Error::invalid_value(format!("\"{}\" is not the name of an attribute: it has a filter.", Short(name)))
    })?;
    let after = rest.rsplit_once(']').map_or("", |(_, after)| after);
    Ok(format!("{before}{after}"))
}

/// The names in a query parameter: separated by commas, save those between brackets or quotes.
pub fn split_names(text: &str) -> Vec<&str> {
    let (mut depth, mut is_quoted) = (0_usize, false);
    let names = text.split(|c: char| {
        match c {
            '"' => is_quoted = !is_quoted,
            '[' if !is_quoted => depth += 1,
            ']' if !is_quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0 && !is_quoted
    });
    names.map(str::trim).filter(|name| !name.is_empty()).collect()
}

#[cfg(test)]
mod tests;

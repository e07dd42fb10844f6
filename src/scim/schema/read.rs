//! Bodies → their normal form: names in the letter case of the schema, values of the declared types, nothing that is not
//! declared, nothing that is the server's.
//!
//! The tolerances of spec/scim.md for values are granted here and nowhere else.

use serde_json::{Map, Value};

use super::place::Place;
use super::schemas::{ResourceKind, Schemas, Shape, UnknownAttributes};
use super::simple;
use crate::model::attribute::{Attribute, Mutability, Returned};
use crate::model::error::{Error, Kind, Result};
use crate::scim::deviations::{Deviation, Notes};

/// How many values one attribute may hold (`members` aside), so that the cost of a PATCH stays in proportion to its size.
pub(in crate::scim) const VALUES: usize = 500;

/// How many bytes of elements one request may look at, which bounds what a PATCH costs.
const LOOKED_AT: usize = 256 << 20;

/// Reads values by their tables and gathers notes.
pub(in crate::scim) struct Reader<'a> {
    pub(in crate::scim) schemas: &'a Schemas,
    pub(in crate::scim) notes: Notes,
    /// How many bytes operations on elements have looked at.
    looked_at: usize,
}

impl<'a> Reader<'a> {
    /// A reader without notes.
    pub(in crate::scim) fn new(schemas: &'a Schemas) -> Reader<'a> {
        Reader { schemas, notes: Notes::default(), looked_at: 0 }
    }

    /// Grants and notes a deviation, or refuses with what `refusal` says.
    pub(in crate::scim) fn grant(
        &mut self,
        deviation: Deviation,
        refusal: impl FnOnce() -> Error,
    ) -> Result<()> {
        self.schemas.tolerance().grant(deviation, &mut self.notes, refusal)
    }

    /// Counts `bytes` that an operation on elements looks at.
    ///
    /// # Errors
    /// `TooMany` when the request has looked at more than [`LOOKED_AT`]: filters of many terms, over many values, in many
    /// operations.
    pub(in crate::scim) fn look_at(&mut self, bytes: usize, place: &Place) -> Result<()> {
        self.looked_at = self.looked_at.saturating_add(bytes);
        if self.looked_at <= LOOKED_AT {
            return Ok(());
        }
        Err(place.error(Kind::TooMany, "the request asks for too much work. Split it into several."))
    }

    /// The normal form of a whole resource; `schemas` comes first and names what is there (RFC 7643 §3).
    pub(in crate::scim) fn resource(
        &mut self,
        kind: ResourceKind,
        body: Map<String, Value>,
    ) -> Result<Map<String, Value>> {
        let shape = self.schemas.shape(kind);
        let mut resource = self.members(|name| shape.member(name), body, None)?;
        self.check_schemas(shape, &resource)?;
        set_schemas(shape, &mut resource);
        Ok(resource)
    }

    /// The members of an object, each looked up by `table`.
    fn members<'t>(
        &mut self,
        table: impl Fn(&str) -> Option<&'t Attribute>,
        object: Map<String, Value>,
        parent: Option<&Place>,
    ) -> Result<Map<String, Value>> {
        let mut out = Map::new();
        let mut seen: Vec<&str> = Vec::new();
        for (name, value) in object {
            let place = parent.map_or(Place::Root(&name), |parent| Place::Member(parent, &name));
            let Some(attribute) = table(&name) else {
                self.unknown(&place)?;
                continue;
            };
            if seen.contains(&attribute.name.as_ref()) {
                let problem = "the attribute is there twice, in different letter case. Send it once.";
                return Err(place.error(Kind::InvalidSyntax, problem));
            }
            seen.push(&attribute.name);
            if attribute.mutability == Mutability::ReadOnly {
                // The derived parts of members come with every push; the others are worth a word.
                if matches!(parent, Some(Place::Root(_) | Place::Member(..))) {
                    self.notes.remark(format!("{place} is read-only; it was left out."));
                }
                continue;
            }
            if attribute.returned == Returned::Never {
                continue;
            }
            if let Some(value) = self.value(attribute, value, &place)? {
                out.insert(attribute.name.to_string(), value);
            }
        }
        Ok(out)
    }

    /// What the settings say about an attribute that no schema declares.
    pub(in crate::scim) fn unknown(&mut self, place: &Place) -> Result<()> {
        match self.schemas.settings().unknown_attributes {
            UnknownAttributes::Ignore => {
                self.notes.remark(format!("No schema declares {place}; it was left out."));
                Ok(())
            }
            UnknownAttributes::Reject => {
                let problem = "no schema of this server declares this attribute. /Schemas lists those that exist; \
                               remove the attribute from the mapping.";
                Err(place.error(Kind::InvalidSyntax, problem))
            }
        }
    }

    /// The normal form of an attribute's value; `None` when it is no value (RFC 7643 §2.5: null and `[]`).
    pub(in crate::scim) fn value(
        &mut self,
        attribute: &Attribute,
        value: Value,
        place: &Place,
    ) -> Result<Option<Value>> {
        if attribute.multi_valued {
            let elements = self.elements(attribute, value, place)?;
            return Ok(if elements.is_empty() { None } else { Some(Value::Array(elements)) });
        }
        self.single(attribute, value, place)
    }

    /// The normal form of one value, whether the attribute may have several or not.
    pub(in crate::scim) fn single(
        &mut self,
        attribute: &Attribute,
        value: Value,
        place: &Place,
    ) -> Result<Option<Value>> {
        let mut items = match value {
            Value::Array(items) => items,
            value => return self.element(attribute, value, place),
        };
        if items.len() > 1 {
            return Err(place.invalid(format!("found an array of {}, expected a single value.", items.len())));
        }
        let Some(only) = items.pop() else { return Ok(None) };
        self.grant(Deviation::ArrayForValue, || place.invalid("found an array, expected a single value."))?;
        self.element(attribute, only, place)
    }

    /// The normal form of the values of a multi-valued attribute, at most one of them primary.
    pub(in crate::scim) fn elements(
        &mut self,
        attribute: &Attribute,
        value: Value,
        place: &Place,
    ) -> Result<Vec<Value>> {
        let items = match value {
            Value::Null => return Ok(Vec::new()),
            Value::Array(items) => items,
            single => {
                self.grant(Deviation::ValueForArray, || place.expected("an array", &single))?;
                vec![single]
            }
        };
        if items.len() > VALUES && attribute.name != "members" {
            return Err(place.invalid(format!("found {} values, expected at most {VALUES}.", items.len())));
        }
        let mut elements = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            elements.extend(self.element(attribute, item, &Place::Element(place, index))?);
        }
        self.settle_primaries(&mut elements, |_| true, place)?;
        Ok(elements)
    }

    /// Leaves one value primary at most (RFC 7643 §2.4): the first among those that `became` says have been made primary
    /// now, since that is what a client means by setting a new one. The others read `false`.
    pub(in crate::scim) fn settle_primaries(
        &mut self,
        elements: &mut [Value],
        became: impl Fn(usize) -> bool,
        place: &Place,
    ) -> Result<()> {
        let mut claims =
            (0..elements.len()).filter(|&i| became(i) && elements.get(i).is_some_and(is_primary));
        let Some(winner) = claims.next() else { return Ok(()) };
        if claims.next().is_some() {
            self.grant(Deviation::TwoPrimaries, || {
                place.invalid("two values are marked primary; at most one may be (RFC 7643 \u{a7}2.4).")
            })?;
        }
        for (index, element) in elements.iter_mut().enumerate() {
            if index != winner
                && let Some(primary @ Value::Bool(true)) = element.get_mut("primary")
            {
                *primary = Value::Bool(false);
            }
        }
        Ok(())
    }

    /// The normal form of one value.
    pub(in crate::scim) fn element(
        &mut self,
        attribute: &Attribute,
        value: Value,
        place: &Place,
    ) -> Result<Option<Value>> {
        match value {
            Value::Null => Ok(None),
            Value::Object(object) if attribute.is_complex() => {
                let members = self.members(|name| attribute.sub(name), object, Some(place))?;
                let missing =
                    attribute.sub_attributes.iter().find(|s| s.required && !members.contains_key(&*s.name));
                if let Some(missing) = missing {
                    return Err(Place::Member(place, &missing.name).invalid("it is required and missing."));
                }
                Ok(if members.is_empty() { None } else { Some(Value::Object(members)) })
            }
            Value::String(_) if attribute.is_complex() && attribute.sub("value").is_some() => {
                self.grant(Deviation::StringForObject, || {
                    place.expected("an object such as {\"value\": \"\u{2026}\"}", &value)
                })?;
                if value == "" {
                    return Ok(None);
                }
                let object = Map::from_iter([("value".to_owned(), value)]);
                self.element(attribute, Value::Object(object), place)
            }
            value if attribute.is_complex() => Err(place.expected("an object", &value)),
            value => simple::read(self, attribute, value, place).map(Some),
        }
    }

    fn check_schemas(&mut self, shape: &Shape, resource: &Map<String, Value>) -> Result<()> {
        let place = Place::Root("schemas");
        let urns: Vec<&str> = resource.get("schemas").into_iter().flat_map(strings).collect();
        let lists = |urn: &str| urns.iter().any(|listed| listed.eq_ignore_ascii_case(urn));
        if !lists(shape.urn) {
            self.grant(Deviation::MissingSchemas, || {
                place.invalid(format!("expected an array with \"{}\", which is not there.", shape.urn))
            })?;
        }
        let foreign = |urn: &&&str| !shape.urn.eq_ignore_ascii_case(urn) && shape.extension(urn).is_none();
        if let Some(urn) = urns.iter().find(foreign) {
            self.grant(Deviation::ForeignSchemaUrn, || {
                place.invalid(format!(
                    "\"{urn}\" is not a schema of this kind of resource; see /ResourceTypes."
                ))
            })?;
        }
        for extension in &shape.extensions {
            if resource.contains_key(extension.name.as_ref()) && !lists(&extension.name) && !urns.is_empty() {
                self.grant(Deviation::UnlistedExtension, || {
                    place.invalid(format!(
                        "\"{}\" has attributes in the body and is not listed.",
                        extension.name
                    ))
                })?;
            }
        }
        Ok(())
    }
}

/// Whether an element is marked as the preferred one.
pub(in crate::scim) fn is_primary(element: &Value) -> bool {
    element.get("primary") == Some(&Value::Bool(true))
}

fn strings(value: &Value) -> impl Iterator<Item = &str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str)
}

/// Makes `schemas` the first member and lets it name the core schema and the extensions that are there.
pub(in crate::scim) fn set_schemas(shape: &Shape, resource: &mut Map<String, Value>) {
    let present = shape.extensions.iter().map(|e| e.name.as_ref()).filter(|urn| resource.contains_key(*urn));
    let urns = std::iter::once(shape.urn).chain(present).map(Value::from).collect();
    resource.shift_remove("schemas");
    resource.shift_insert(0, "schemas".to_owned(), Value::Array(urns));
}

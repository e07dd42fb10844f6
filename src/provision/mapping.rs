//! The attribute mapping: from a user of the directory to the body that PingOne sends.
//!
//! PingOne's console calls SCIM attributes by flat names (`familyName`, `workEmail`); [`ATTRIBUTES`] says where each
//! one stands in the resource. It sends one value of each type, and nothing for what is empty.

use serde_json::{Map, Value, json};

use super::attributes::{Name, Value as Source};
use super::files::SourceUser;
use crate::model::nearest::nearest;

const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// Where an attribute stands.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    /// A flag at the top.
    Flag,
    /// A text at the top, under another name here and there.
    Top,
    /// A part of `name`.
    Name(&'static str),
    /// The sub-attribute of the element of that type of a list.
    Element(&'static str, &'static str, &'static str),
    /// In the Enterprise User extension.
    Enterprise,
    /// The id of the manager, there.
    Manager,
    /// In an extension of the connection's own.
    Custom(String),
}

/// The attributes in the order in which they are sent.
const ATTRIBUTES: [(&str, Place); 46] = [
    ("userName", Place::Top),
    ("externalId", Place::Top),
    ("givenName", Place::Name("givenName")),
    ("middleName", Place::Name("middleName")),
    ("familyName", Place::Name("familyName")),
    ("honorificPrefix", Place::Name("honorificPrefix")),
    ("honorificSuffix", Place::Name("honorificSuffix")),
    ("formattedName", Place::Name("formatted")),
    ("displayName", Place::Top),
    ("nickName", Place::Top),
    ("profileUrl", Place::Top),
    ("title", Place::Top),
    ("userType", Place::Top),
    ("preferredLanguage", Place::Top),
    ("locale", Place::Top),
    ("timezone", Place::Top),
    ("workEmail", Place::Element("emails", "work", "value")),
    ("homeEmail", Place::Element("emails", "home", "value")),
    ("otherEmail", Place::Element("emails", "other", "value")),
    ("workPhone", Place::Element("phoneNumbers", "work", "value")),
    ("mobilePhone", Place::Element("phoneNumbers", "mobile", "value")),
    ("pager", Place::Element("phoneNumbers", "pager", "value")),
    ("fax", Place::Element("phoneNumbers", "fax", "value")),
    ("homePhone", Place::Element("phoneNumbers", "home", "value")),
    ("otherPhone", Place::Element("phoneNumbers", "other", "value")),
    ("photo", Place::Element("photos", "photo", "value")),
    ("thumbnail", Place::Element("photos", "thumbnail", "value")),
    ("workStreetAddress", Place::Element("addresses", "work", "streetAddress")),
    ("workLocality", Place::Element("addresses", "work", "locality")),
    ("workRegion", Place::Element("addresses", "work", "region")),
    ("workPostalCode", Place::Element("addresses", "work", "postalCode")),
    ("workCountry", Place::Element("addresses", "work", "country")),
    ("homeStreetAddress", Place::Element("addresses", "home", "streetAddress")),
    ("homeLocality", Place::Element("addresses", "home", "locality")),
    ("homeRegion", Place::Element("addresses", "home", "region")),
    ("homePostalCode", Place::Element("addresses", "home", "postalCode")),
    ("homeCountry", Place::Element("addresses", "home", "country")),
    ("active", Place::Flag),
    ("employeeNumber", Place::Enterprise),
    ("costCenter", Place::Enterprise),
    ("organization", Place::Enterprise),
    ("division", Place::Enterprise),
    ("department", Place::Enterprise),
    ("manager", Place::Manager),
    ("role", Place::Element("roles", "work", "value")),
    ("entitlement", Place::Element("entitlements", "work", "value")),
];

/// An attribute of the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    name: String,
    place: Place,
    /// Its turn in the body.
    turn: usize,
}

impl Target {
    /// Reads a name of the table, or `URN:attribute` for one of the connection's `urns`; of any where they are not known.
    ///
    /// # Errors
    /// What is wrong with it, with a similar name if there is one.
    pub(super) fn parse(text: &str, urns: Option<&[String]>) -> Result<Target, String> {
        if let Some(turn) = ATTRIBUTES.iter().position(|(name, _)| *name == text)
            && let Some((name, place)) = ATTRIBUTES.get(turn)
        {
            return Ok(Target { name: (*name).to_owned(), place: place.clone(), turn });
        }
        let is_known = |urn: &str| urns.is_none_or(|urns| urns.iter().any(|known| known == urn));
        let custom = text.rsplit_once(':').filter(|(urn, _)| urn.starts_with("urn:") && is_known(urn));
        if let Some((urn, name)) = custom.filter(|(_, name)| !name.is_empty()) {
            let turn = ATTRIBUTES.len();
            return Ok(Target { name: name.to_owned(), place: Place::Custom(urn.to_owned()), turn });
        }
        if text.starts_with("urn:") {
            return Err("this URN is none of custom_attribute_schema_urns of the connection. Add it there, or mend it here.".to_owned());
        }
        let names = || ATTRIBUTES.iter().map(|(name, _)| *name);
        Err(match nearest(text, names()) {
            Some(similar) => format!("there is no such SCIM attribute; did you mean \"{similar}\"?"),
            None => format!(
                "there is no such SCIM attribute; they are {}, and \"URN:attribute\" for a custom schema.",
                names().collect::<Vec<_>>().join(", ")
            ),
        })
    }
}

/// The mapping table.
#[derive(Clone, Debug, Default)]
pub(super) struct Mapping(Vec<(Target, Name)>);

impl Mapping {
    /// Adds a row, in its turn.
    pub(super) fn add(&mut self, target: Target, source: Name) {
        self.0.push((target, source));
        self.0.sort_by(|(one, _), (other, _)| (one.turn, &one.name).cmp(&(other.turn, &other.name)));
    }

    /// Whether there is a row for the target attribute `name`.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(target, _)| target.name == name)
    }

    /// The value of the target attribute `name` for a user.
    pub(super) fn value<'u>(&self, name: &str, user: &'u SourceUser) -> Option<&'u str> {
        let (_, source) = self.0.iter().find(|(target, _)| target.name == name)?;
        user.get(source).map(Source::as_text)
    }

    /// What is sent of a user.
    pub(super) fn body(&self, user: &SourceUser) -> Map<String, Value> {
        let mut body = Map::new();
        body.insert("schemas".to_owned(), json!([CORE]));
        for (target, source) in &self.0 {
            if let Some(value) = user.get(source) {
                write(&mut body, target, value);
            }
        }
        let urns: Vec<String> = body.keys().filter(|key| key.starts_with("urn:")).cloned().collect();
        if let Some(Value::Array(schemas)) = body.get_mut("schemas") {
            schemas.extend(urns.into_iter().map(Value::String));
        }
        body
    }
}

fn write(body: &mut Map<String, Value>, target: &Target, value: &Source) {
    let text = || Value::from(value.as_text());
    let name = target.name.clone();
    match &target.place {
        Place::Flag => drop(body.insert(name, Value::Bool(value.as_text().eq_ignore_ascii_case("true")))),
        Place::Top => drop(body.insert(name, text())),
        Place::Name(part) => set(body, "name", part, text()),
        Place::Element(list, kind, part) => element(body, list, kind, part, text()),
        Place::Enterprise => set(body, ENTERPRISE, &name, text()),
        Place::Manager => set(body, ENTERPRISE, "manager", json!({"value": text()})),
        Place::Custom(urn) => set(body, urn, &name, text()),
    }
}

/// Sets a part of a complex attribute.
fn set(body: &mut Map<String, Value>, attribute: &str, part: &str, value: Value) {
    let complex = body.entry(attribute).or_insert_with(|| json!({}));
    if let Value::Object(complex) = complex {
        complex.insert(part.to_owned(), value);
    }
}

/// Sets a part of the element of type `kind`; the work address is the primary one.
fn element(body: &mut Map<String, Value>, list: &str, kind: &str, part: &str, value: Value) {
    let Value::Array(elements) = body.entry(list).or_insert_with(|| json!([])) else { return };
    let at = elements.iter().position(|element| element.get("type") == Some(&Value::from(kind)));
    let at = at.unwrap_or(elements.len());
    if at == elements.len() {
        let mut element = json!({part: null, "type": kind});
        if (list, kind) == ("emails", "work") {
            set_in(&mut element, "primary", Value::Bool(true));
        }
        elements.push(element);
    }
    if let Some(element) = elements.get_mut(at) {
        set_in(element, part, value);
    }
}

fn set_in(element: &mut Value, part: &str, value: Value) {
    if let Value::Object(element) = element {
        element.insert(part.to_owned(), value);
    }
}

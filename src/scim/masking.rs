//! What the request log may keep of queries and bodies: nothing that somebody could sign in with.
//!
//! An attribute is secret if its schema says that it is never returned (RFC 7643 §7, `returned`), and, whatever the schema,
//! if its name speaks of passwords, secrets or tokens: identity providers send attributes that nobody declared.

use serde_json::Value;
use url::form_urlencoded;

use crate::model::attribute::{Attribute, Returned};
use crate::model::draft::clipped;
use crate::model::secrecy::{names_secret, without_secret_values};
use crate::model::token::{MASK, without_tokens};
use crate::scim::schema::{ResourceKind, Schemas};

/// The parameters of queries that SCIM knows (RFC 7644 §3.4.2, §3.9; RFC 9865), in lower case. Others are kept by name
/// only: their values could be anything.
const PARAMETERS: [&str; 8] =
    ["filter", "sortby", "sortorder", "startindex", "count", "cursor", "attributes", "excludedattributes"];
/// Members that name an attribute whose value stands beside them.
const NAMING: [&str; 4] = ["path", "name", "attribute", "key"];
/// How many characters of a query are kept.
const QUERY_LENGTH: usize = 2_000;
/// How often a text is decoded.
const LAYERS: usize = 4;
/// The largest body that is recorded, in bytes, after masking.
const BODY_BYTES: usize = 64 * 1024;

/// Masks what it is given.
#[derive(Clone, Debug)]
pub struct Masking {
    /// Names of attributes that are never returned, in lower case.
    never_returned: Vec<String>,
}

impl Masking {
    /// Masks what these schemas say is never returned.
    pub fn new(schemas: &Schemas) -> Masking {
        let mut never_returned = Vec::new();
        for kind in [ResourceKind::User, ResourceKind::Group] {
            schemas.shape(kind).members().for_each(|attribute| collect(attribute, &mut never_returned));
        }
        Masking { never_returned }
    }

    /// The query of a target, as it was sent but for what could be secret.
    pub fn query(&self, query: &str) -> Option<String> {
        let part = |part: &str| {
            let Some((name, value)) = part.split_once('=') else { return without_encoded_tokens(part) };
            let is_known = PARAMETERS.contains(&name.to_ascii_lowercase().as_str());
            let kept = if is_known && !self.names_secret(&decoded(value)) {
                &without_encoded_tokens(value)
            } else {
                MASK
            };
            format!("{}={kept}", without_encoded_tokens(name))
        };
        let parts: Vec<String> = query.split('&').map(part).collect();
        (!query.is_empty()).then(|| clipped(&parts.join("&"), QUERY_LENGTH))
    }

    /// A path, as it was sent but for tokens.
    pub fn path(&self, path: &str) -> String {
        path.split('/').map(without_encoded_tokens).collect::<Vec<_>>().join("/")
    }

    /// A body that is a JSON object, masked; `None` for anything else, and for one that is too large.
    pub fn body(&self, body: &[u8]) -> Option<String> {
        let mut value: Value = serde_json::from_slice(body).ok().filter(Value::is_object)?;
        self.mask(&mut value);
        Some(value.to_string()).filter(|text| text.len() <= BODY_BYTES)
    }

    fn mask(&self, value: &mut Value) {
        match value {
            Value::Object(members) => {
                // In a PATCH operation the path names the attribute and the value stands beside it; so does the name
                // of whoever sends pairs of name and value.
                let named = members.iter().any(|(key, member)| {
                    NAMING.iter().any(|naming| key.eq_ignore_ascii_case(naming))
                        && self.has_secret_name(member)
                });
                for (name, member) in members.iter_mut() {
                    let is_value = named && name.eq_ignore_ascii_case("value");
                    if (is_value || self.is_secret(name)) && !member.is_null() {
                        *member = Value::from(MASK);
                    } else {
                        self.mask(member);
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.mask(item)),
            Value::String(text) => {
                // A filter, a path, or JSON in a string.
                if self.names_secret(text) && text.contains(['"', '\'']) {
                    *text = MASK.to_owned();
                } else {
                    *text = without_tokens(text);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Whether an attribute of this name is secret; URN and parent may stand before it.
    fn is_secret(&self, name: &str) -> bool {
        let last = name.rsplit([':', '.']).next().unwrap_or(name).to_ascii_lowercase();
        self.never_returned.contains(&last) || names_secret(&last)
    }

    /// Whether a text, or one in an array, speaks of a secret attribute.
    fn has_secret_name(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.names_secret(text),
            Value::Array(items) => items.iter().any(|item| self.has_secret_name(item)),
            _ => false,
        }
    }

    /// Whether a text, such as a filter or a path, speaks of a secret attribute.
    fn names_secret(&self, text: &str) -> bool {
        let lower = text.to_ascii_lowercase();
        names_secret(text) || self.never_returned.iter().any(|name| lower.contains(name))
    }
}

/// What a part of a target says once its percent signs are decoded, also those that stand behind others: nothing that
/// could be hidden behind them is kept.
fn decoded(part: &str) -> String {
    let mut said = part.to_owned();
    for _ in 0..LAYERS {
        if !said.contains(['%', '+']) {
            break;
        }
        said = form_urlencoded::parse(said.replace('&', "%26").replace('=', "%3D").as_bytes())
            .map(|(name, _)| name)
            .collect();
    }
    said
}

/// A part of a target as it was sent; only where it has a token, also one behind percent signs, it is written anew.
fn without_encoded_tokens(part: &str) -> String {
    let said = decoded(part);
    let masked = without_secret_values(&said);
    if masked == said {
        part.to_owned()
    } else {
        form_urlencoded::byte_serialize(masked.as_bytes()).collect()
    }
}

fn collect(attribute: &Attribute, names: &mut Vec<String>) {
    if attribute.returned == Returned::Never {
        names.push(attribute.name.to_ascii_lowercase());
    }
    attribute.sub_attributes.iter().for_each(|sub| collect(sub, names));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::schema::SchemaSettings;
    use serde_json::json;

    fn masking() -> Masking {
        Masking::new(&Schemas::new(SchemaSettings::default()))
    }

    fn masked(body: Value) -> Value {
        serde_json::from_str(&masking().body(body.to_string().as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn what_the_schema_never_returns_is_masked_wherever_a_request_can_put_it() {
        let urn = "urn:ietf:params:scim:schemas:core:2.0:User:password";
        let body = json!({
            "userName": "ann@example.com",
            "PassWord": "s3cret",
            urn: "s3cret",
            "Operations": [
                {"op": "replace", "path": "password", "value": "s3cret"},
                {"op": "replace", "path": urn, "value": {"x": "s3cret"}},
                {"op": "add", "value": {"password": "s3cret", "title": "Tester"}},
                {"op": "remove", "path": "x[password eq \"s3cret\"]"},
                {"method": "POST", "path": "/Users", "data": {"password": "s3cret"}},
                {"name": "password", "value": "s3cret"},
                {"OP": "replace", "Path": "password", "Value": "s3cret"},
                {"op": "replace", "path": ["x", "password"], "value": {"y": "s3cret"}},
            ],
            "pwd": "s3cret", "apiKey": "s3cret", "private_key": "s3cret", "Authorization": "Bearer s3cret",
            "filter": "password eq \"s3cret\"",
            "raw": "{\"password\":\"s3cret\"}",
            "clientSecret": "s3cret",
            "access_token": ["s3cret"],
        });
        let masked = masked(body);
        assert!(!masked.to_string().contains("s3cret"), "{masked}");
        assert_eq!((&masked["userName"], &masked["PassWord"]), (&json!("ann@example.com"), &json!(MASK)));
        assert_eq!(masked["Operations"][2]["value"]["title"], "Tester");
        assert_eq!(masked["Operations"][0]["path"], "password");
    }

    #[test]
    fn only_json_objects_of_bounded_size_are_kept() {
        let large = json!({"displayName": "x".repeat(BODY_BYTES)}).to_string();
        for body in ["", "[1]", "\"password\"", "{", "{\"a\":1}x", large.as_str()] {
            assert_eq!(masking().body(body.as_bytes()), None);
        }
        assert_eq!(masking().body(b"{\"a\":1}").as_deref(), Some("{\"a\":1}"));
    }

    #[test]
    fn a_query_keeps_what_scim_knows_and_only_the_names_of_the_rest() {
        let masking = masking();
        for (query, kept) in [
            ("filter=userName%20eq%20%22ann%22&count=1", "filter=userName%20eq%20%22ann%22&count=1"),
            ("filter=password+eq+%22x%22&count=1", "filter=***&count=1"),
            ("access_token=abc&startIndex=1", "access_token=***&startIndex=1"),
            ("flag&x=", "flag&x=***"),
            ("filter=title%20eq%20%22rollcall_scim_0a1b%22", "filter=title+eq+%22rollcall_scim_***%22"),
            ("filter=passw%6Frd+eq+%22x%22", "filter=***"),
            ("filter=title+eq+%22x=%70%61ssword%22", "filter=***"),
            ("filter=%22%72ollcall_scim_0a1b%22", "filter=%22rollcall_scim_***%22"),
            ("rollcall%5Fscim_0a1b", "rollcall_scim_***"),
            ("filter=pass%2577ord+eq+%22x%22", "filter=***"),
        ] {
            assert_eq!(masking.query(query).as_deref(), Some(kept));
        }
        assert_eq!(masking.query(""), None);
        assert_eq!(masking.path("/scim/v2/Users/a%20b+c"), "/scim/v2/Users/a%20b+c");
        assert_eq!(masking.path("/Users/rollcall%5Fscim_0a1b"), "/Users/rollcall_scim_***");
        assert_eq!(masking.path("/Users/password%20eq%20%22x%22"), "/Users/***");
    }
}

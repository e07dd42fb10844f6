//! The pure readers.

use std::sync::OnceLock;

use rollcall::http::target::Target;
use rollcall::model::form::Form;
use rollcall::scim::deviations::{Notes, Tolerance};
use rollcall::scim::filter::{Limits, Reach, Resolver, parse_filter, parse_path};
use rollcall::scim::patch::{PatchRequest, apply_group, apply_user};
use rollcall::scim::schema::{ResourceKind, SchemaSettings, Schemas};
use serde_json::{Map, Value, json};

use super::run::run;
use super::seeds;

fn schemas() -> &'static Schemas {
    static SCHEMAS: OnceLock<Schemas> = OnceLock::new();
    SCHEMAS.get_or_init(|| Schemas::new(SchemaSettings::default()))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A filter that is printed is longer than it was, by quotes and parentheses.
fn limits() -> Limits {
    Limits { bytes: 200_000, ..Limits::default() }
}

#[test]
fn a_filter_means_the_same_when_it_is_printed_and_parsed() {
    run("filter", 4000, &seeds::filters(), |bytes| {
        let mut notes = Notes::default();
        let Ok(parsed) = parse_filter(&text(bytes), &Limits::default(), Tolerance::Lenient, &mut notes)
        else {
            return false;
        };
        let printed = parsed.to_string();
        let again = parse_filter(&printed, &limits(), Tolerance::Lenient, &mut notes);
        assert_eq!(again.as_ref(), Ok(&parsed), "{printed}");
        for (kind, reach) in [(ResourceKind::User, Reach::Kind), (ResourceKind::Group, Reach::Root)] {
            let _ = Resolver { schemas: schemas(), kind, reach, notes: &mut notes }.filter(&parsed);
        }
        true
    });
}

#[test]
fn a_path_means_the_same_when_it_is_printed_and_parsed() {
    run("path", 4000, &seeds::paths(), |bytes| {
        let mut notes = Notes::default();
        let Ok(parsed) = parse_path(&text(bytes), &Limits::default(), Tolerance::Lenient, &mut notes) else {
            return false;
        };
        let printed = parsed.to_string();
        let again = parse_path(&printed, &limits(), Tolerance::Lenient, &mut notes);
        assert_eq!(again.as_ref(), Ok(&parsed), "{printed}");
        true
    });
}

/// A resource as the server keeps it reads back as what it is.
#[track_caller]
fn reads_back(resource: &Map<String, Value>, read: impl Fn(Value) -> Option<Map<String, Value>>) {
    let again = read(Value::Object(resource.clone()));
    assert_eq!(again.as_ref(), Some(resource), "{}", Value::Object(resource.clone()));
}

fn read_user(body: Value) -> Option<Map<String, Value>> {
    schemas().read_new_user(body).ok().map(|(document, _)| document.resource)
}

fn read_group(body: Value) -> Option<Map<String, Value>> {
    schemas().read_group(body).ok().map(|group| group.document.resource)
}

#[test]
fn a_resource_that_was_taken_reads_back_as_itself() {
    run("resource", 4000, &seeds::resources(), |bytes| {
        let Ok(body) = serde_json::from_slice::<Value>(bytes) else { return false };
        let (user, group) = (read_user(body.clone()), read_group(body));
        user.iter().for_each(|user| reads_back(user, read_user));
        group.iter().for_each(|group| reads_back(group, read_group));
        user.or(group).is_some()
    });
}

#[test]
fn what_a_patch_makes_of_a_resource_is_a_resource() {
    let user = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "jane@example.com", "active": true,
        "name": {"givenName": "Jane", "familyName": "Doe"}, "title": "Dr.",
        "emails": [{"value": "jane@example.com", "type": "work", "primary": true}, {"value": "j@example.com"}],
        "phoneNumbers": [{"value": "1", "type": "work"}],
    });
    let group = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Sales"});
    let (user, group) = (read_user(user).unwrap(), read_group(group).unwrap());
    run("patch", 4000, &seeds::patches(), |bytes| {
        let Ok(body) = serde_json::from_slice::<Value>(bytes) else { return false };
        let Ok(request) = PatchRequest::parse(body, schemas(), &Limits::default()) else { return false };
        if let Ok((patched, _)) = apply_user(schemas(), request.clone(), &user, &Map::new()) {
            // Without "active" the account stays as it was, which the document cannot say.
            let mut resource = patched.resource;
            resource.entry("active").or_insert(Value::Bool(true));
            reads_back(&resource, read_user);
        }
        if let Ok(patched) = apply_group(schemas(), request, &group, &Map::new()) {
            reads_back(&patched.document.resource, read_group);
        }
        true
    });
}

/// Percent-encodes everything, so that only the meaning is left.
fn encode(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[test]
fn a_target_means_the_same_when_it_is_encoded_and_decoded() {
    run("target", 4000, &seeds::targets(), |bytes| {
        let Ok(target) = Target::parse(&text(bytes)) else { return false };
        let path: String = target.segments.iter().map(|segment| format!("/{}", encode(segment))).collect();
        let pairs = target.query.0.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
        let query = pairs.collect::<Vec<String>>().join("&");
        let again = Target::parse(&format!("{path}?{query}")).expect("encoded by the book");
        assert_eq!((&again.segments, &again.query), (&target.segments, &target.query));
        true
    });
}

#[test]
fn a_form_says_what_another_decoder_reads_in_it() {
    run("form", 4000, &seeds::forms(), |bytes| {
        let Ok(form) = Form::parse(bytes) else { return false };
        let pairs: Vec<_> = url::form_urlencoded::parse(bytes).collect();
        for (name, _) in &pairs {
            let values: Vec<&str> =
                pairs.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_ref()).collect();
            assert_eq!(form.all(name).collect::<Vec<_>>(), values, "{name}");
            assert_eq!(form.get(name), values[0]);
        }
        true
    });
}

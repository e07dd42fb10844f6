//! RFC 7644 §3.9 and spec/scim.md, Lists.

use serde_json::json;

use super::*;
use crate::model::attribute::Attribute;
use crate::model::error::Kind;
use crate::scim::deviations::Tolerance;
use crate::scim::schema::{ENTERPRISE_URN, SchemaSettings};

fn lenient() -> Schemas {
    Schemas::new(SchemaSettings::default())
}

fn jane() -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE_URN], "id": "u1", "userName": "jane@example.com",
        "name": {"givenName": "Jane", "familyName": "Doe"},
        "emails": [{"value": "jane@example.com", "type": "work"}, {"display": "J"}],
        ENTERPRISE_URN: {"department": "R&D", "manager": {"value": "u2", "displayName": "Jo"}},
        "meta": {"resourceType": "User"},
    })
}

fn projection(attributes: &str, excluded: &str) -> Projection {
    let mut notes = Notes::default();
    let (attributes, excluded) = (split_names(attributes), split_names(excluded));
    Projection::parse(&lenient(), ResourceKind::User, &attributes, &excluded, &mut notes).expect("valid")
}

/// What `attributes` leaves of Jane, without what is always there.
fn only(attributes: &str) -> Value {
    project(projection(attributes, ""))
}

/// What `excludedAttributes` leaves of Jane, without what is always there.
fn without(excluded: &str) -> Value {
    project(projection("", excluded))
}

fn project(projection: Projection) -> Value {
    let mut kept = projection.apply(jane().as_object().expect("an object").clone());
    assert!(kept.shift_remove("id").is_some() && kept.shift_remove("schemas").is_some(), "always returned");
    Value::Object(kept)
}

/// Jane without what is always there and without `path`.
fn jane_less(path: &[&str]) -> Value {
    let mut jane = jane();
    let (last, parents) = path.split_last().expect("a path");
    let parent = parents.iter().fold(&mut jane, |value, name| &mut value[*name]);
    parent.as_object_mut().expect("an object").shift_remove(*last);
    for name in ["id", "schemas"] {
        jane.as_object_mut().expect("an object").shift_remove(name);
    }
    jane
}

#[test]
fn attributes_leave_what_was_asked_for_and_what_is_always_returned() {
    assert_eq!(only("userName"), json!({"userName": "jane@example.com"}));
    assert_eq!(only("NAME.givenname"), json!({"name": {"givenName": "Jane"}}));
    assert_eq!(only("name,name.givenName"), json!({"name": {"givenName": "Jane", "familyName": "Doe"}}));
    assert_eq!(only("emails.value"), json!({"emails": [{"value": "jane@example.com"}]}));
    assert_eq!(only("title"), json!({}));
    assert_eq!(only("shoeSize"), json!({}));
}

#[test]
fn extensions_are_selected_by_urn_by_attribute_and_by_sub_attribute() {
    let whole = jane()[ENTERPRISE_URN].clone();
    assert_eq!(only(ENTERPRISE_URN), json!({ENTERPRISE_URN: whole}));
    assert_eq!(only(&format!("{ENTERPRISE_URN}:department")), json!({ENTERPRISE_URN: {"department": "R&D"}}));
    assert_eq!(only("manager.value"), json!({ENTERPRISE_URN: {"manager": {"value": "u2"}}}));
    assert_eq!(without(ENTERPRISE_URN), jane_less(&[ENTERPRISE_URN]));
    assert_eq!(
        without(&format!("{ENTERPRISE_URN}:manager.value")),
        jane_less(&[ENTERPRISE_URN, "manager", "value"])
    );
}

#[test]
fn excluded_attributes_take_away_and_what_is_always_returned_stays() {
    assert_eq!(without("meta"), jane_less(&["meta"]));
    assert_eq!(without("name.givenName"), jane_less(&["name", "givenName"]));
    assert_eq!(without("name.givenName, name.familyName"), jane_less(&["name"]));
    assert_eq!(without("id,schemas,name"), jane_less(&["name"]));
    let emails = without("emails.display")["emails"].clone();
    assert_eq!(emails, json!([{"value": "jane@example.com", "type": "work"}]));
}

#[test]
fn a_password_is_never_returned_whatever_is_asked_for() {
    let resource = || json!({"id": "u1", "password": "secret"}).as_object().expect("an object").clone();
    for projection in [projection("", ""), projection("password", ""), projection("", "name")] {
        assert_eq!(projection.apply(resource()).get("password"), None);
    }
}

#[test]
fn both_parameters_together_are_refused() {
    let parse = |attributes: &[&str], excluded: &[&str]| {
        Projection::parse(&lenient(), ResourceKind::User, attributes, excluded, &mut Notes::default())
    };
    assert_eq!(parse(&["id"], &["name"]).expect_err("both").kind, Kind::InvalidValue);
    assert_eq!(parse(&[""], &["name"]), Ok(projection("", "name")));
}

#[test]
fn a_filter_inside_attributes_is_ignored_unless_strict() {
    let mut notes = Notes::default();
    let names = split_names("id,emails[type eq \"a,]b\"].value");
    let parsed = Projection::parse(&lenient(), ResourceKind::User, &names, &[""; 0], &mut notes);
    assert_eq!(parsed, Ok(projection("emails.value", "")));
    assert_eq!(notes.deviations(), [Deviation::FilterInAttributes]);
    let strict = Schemas::new(SchemaSettings { tolerance: Tolerance::Strict, ..SchemaSettings::default() });
    let refused = Projection::parse(&strict, ResourceKind::User, &names, &[""; 0], &mut notes);
    assert_eq!(refused.expect_err("strict").kind, Kind::InvalidValue);
}

#[test]
fn unwanted_members_are_known_before_anything_is_read() {
    let group = |attributes: &str, excluded: &str| {
        let (attributes, excluded) = (split_names(attributes), split_names(excluded));
        Projection::parse(&lenient(), ResourceKind::Group, &attributes, &excluded, &mut Notes::default())
            .expect("valid")
    };
    assert!(group("", "").wants("members") && group("", "").keeps_all_but(&["members"]));
    assert!(!group("", "members").wants("members") && group("", "MEMBERS").keeps_all_but(&["members"]));
    assert!(
        !group("displayName", "").wants("members") && !group("displayName", "").keeps_all_but(&["members"])
    );
    assert!(group("members.value", "").wants("members"));
    assert!(
        group("", "members.display").wants("members")
            && !group("", "members.display").keeps_all_but(&["members"])
    );
    assert!(!group("", "members,displayName").keeps_all_but(&["members"]));
    assert!(projection("", "groups").keeps_all_but(&["groups"]));
}

#[test]
fn an_empty_array_stays_an_empty_array() {
    let group = Projection::parse(
        &lenient(),
        ResourceKind::Group,
        &["members.value"],
        &[""; 0],
        &mut Notes::default(),
    );
    let kept = group
        .expect("valid")
        .apply(json!({"id": "g1", "members": []}).as_object().expect("an object").clone());
    assert_eq!(Value::Object(kept), json!({"id": "g1", "members": []}));
}

#[test]
fn only_attributes_of_the_resource_itself_are_ever_always_or_never_returned() {
    fn check(attribute: &Attribute) {
        for sub in &attribute.sub_attributes {
            assert_eq!(sub.returned, Returned::Default, "{}", sub.name);
            check(sub);
        }
    }
    for kind in [ResourceKind::User, ResourceKind::Group] {
        lenient().shape(kind).members().for_each(check);
    }
}

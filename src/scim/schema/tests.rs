//! Reading of bodies: the sentences of spec/scim.md "Resources" and the paragraphs of RFC 7643 behind them.

use serde_json::{Map, Value, json};

use super::*;
use crate::model::error::{Error, Kind};
use crate::model::role::Role;
use crate::model::user::UserDocument;
use crate::scim::deviations::{Deviation, Notes, Tolerance};

const EXTENSION: &str = "urn:ietf:params:scim:schemas:extension:LambdaTest:2.0:User";
const GROUP_EXTENSION: &str = "urn:ietf:params:scim:schemas:extension:LambdaTest:2.0:Group";

fn lenient() -> Schemas {
    Schemas::new(SchemaSettings::default())
}

fn strict() -> Schemas {
    Schemas::new(SchemaSettings { tolerance: Tolerance::Strict, ..SchemaSettings::default() })
}

/// A user with the required attributes and those of `more`.
fn user(more: Value) -> Value {
    let mut body = json!({"schemas": [USER_URN], "userName": "jane@example.com"});
    let members = body.as_object_mut().expect("an object");
    members.extend(more.as_object().expect("an object").clone());
    body
}

fn read(more: Value) -> (UserDocument, Notes) {
    lenient().read_new_user(user(more)).expect("valid")
}

fn refused(more: Value) -> Error {
    lenient().read_new_user(user(more)).expect_err("invalid")
}

/// What a tolerated body reads as, after checking that strict refuses it and lenient notes why not.
fn tolerated(more: Value, deviation: Deviation) -> Map<String, Value> {
    let refusal = strict().read_new_user(user(more.clone())).expect_err("strict");
    assert!(refusal.detail.contains(deviation.as_str()), "{}", refusal.detail);
    let (document, notes) = read(more);
    assert_eq!(notes.deviations(), [deviation]);
    let written_back = strict().read_new_user(Value::Object(document.resource.clone()));
    assert_eq!(written_back, Ok((document.clone(), Notes::default())), "a normal form needs no tolerance");
    document.resource
}

#[test]
fn a_complete_user_reads_back_as_sent_rfc_7643_8_3() {
    let body = user(json!({
        "externalId": "701984",
        "name": {"formatted": "Ms. Jane Doe", "familyName": "Doe", "givenName": "Jane"},
        "emails": [{"value": "jane@example.com", "type": "work", "primary": true}, {"value": "j@home.example", "primary": false}],
        "addresses": [{"type": "work", "locality": "Paris", "primary": true}],
        "x509Certificates": [{"value": "TWFu"}],
        "active": false,
        "schemas": [USER_URN, ENTERPRISE_URN],
        ENTERPRISE_URN: {"employeeNumber": "7", "manager": {"value": "26118915", "$ref": "../Users/26118915"}},
    }));
    let (document, notes) = strict().read_new_user(body.clone()).expect("valid");
    assert_eq!(Value::Object(document.resource.clone()), body);
    assert_eq!(notes, Notes::default());
    assert_eq!(document.active, Some(false));
    assert_eq!(document.external_id.as_deref(), Some("701984"));
    assert_eq!(document.emails[0], (Some("work".to_owned()), "jane@example.com".to_owned()));
}

#[test]
fn names_and_urns_come_in_any_letter_case_and_are_stored_in_the_schemas_rfc_7643_2_1() {
    let body = json!({
        "SCHEMAS": [USER_URN.to_uppercase(), ENTERPRISE_URN.to_lowercase()],
        "USERNAME": "jane@example.com", "Name": {"GIVENNAME": "Jane"},
        ENTERPRISE_URN.to_lowercase(): {"Department": "R&D"},
    });
    let (document, notes) = strict().read_new_user(body).expect("valid");
    assert_eq!(document.resource["name"], json!({"givenName": "Jane"}));
    assert_eq!(document.resource[ENTERPRISE_URN], json!({"department": "R&D"}));
    assert_eq!(document.resource["schemas"], json!([USER_URN, ENTERPRISE_URN]));
    assert!(notes.remarks().is_empty());
}

#[test]
fn the_same_attribute_twice_in_different_case_is_refused_rather_than_guessed_at() {
    assert_eq!(refused(json!({"USERNAME": "other@example.com"})).kind, Kind::InvalidSyntax);
}

#[test]
fn user_name_is_required_and_an_address_where_the_setting_says_so() {
    let missing = lenient().read_new_user(json!({"schemas": [USER_URN]})).expect_err("missing");
    assert_eq!((missing.kind, missing.field.as_deref()), (Kind::InvalidValue, Some("userName")));
    assert_eq!(refused(json!({"userName": " "})).kind, Kind::InvalidValue);
    assert!(refused(json!({"userName": "jane"})).detail.contains("e-mail"));
    let settings = SchemaSettings { require_email_user_name: false, ..SchemaSettings::default() };
    assert!(Schemas::new(settings).read_new_user(user(json!({"userName": "jane"}))).is_ok());
}

#[test]
fn id_meta_groups_and_password_are_ignored_without_a_word() {
    let body = json!({"id": "x", "meta": {"resourceType": "User"}, "groups": [{"value": 3}], "password": "1mz050nq"});
    let (document, notes) = strict().read_new_user(user(body)).expect("valid");
    assert_eq!(document.resource.keys().collect::<Vec<_>>(), ["schemas", "userName", "active"]);
    assert_eq!(notes, Notes::default());
}

#[test]
fn null_and_empty_arrays_are_no_value_rfc_7643_2_5() {
    let body =
        json!({"title": null, "emails": [], "roles": null, "name": {"givenName": null}, ENTERPRISE_URN: {}});
    let (document, _) = strict().read_new_user(user(body)).expect("valid");
    assert_eq!(document.resource.keys().collect::<Vec<_>>(), ["schemas", "userName", "active"]);
}

#[test]
fn active_is_true_on_create_and_unchanged_on_put_when_left_out() {
    let (document, _) = read(json!({}));
    assert!(document.active == Some(true) && document.resource["active"] == json!(true));
    let current = read(json!({"active": false})).0.resource;
    let (replaced, _) = lenient().read_user_replacement(user(json!({})), &current).expect("valid");
    assert_eq!(replaced.active, Some(false));
}

#[test]
fn wrong_types_are_refused_with_the_place_and_what_was_found() {
    for (body, place) in [
        (json!({"active": "yes"}), "active"),
        (json!({"title": 3}), "title"),
        (json!({"name": "Jane"}), "name"),
        (json!({"name": [{"givenName": "a"}, {"givenName": "b"}]}), "name"),
        (json!({"emails": [{"value": "a@b.example"}, {"value": {}}]}), "emails[1].value"),
        (json!({"emails": [true]}), "emails[0]"),
        (
            json!({"x509Certificates": [{"value": "-----BEGIN CERTIFICATE-----"}]}),
            "x509Certificates[0].value",
        ),
        (json!({"nickName": "a\u{0}b"}), "nickName"),
        (json!({ENTERPRISE_URN: {"manager": {"value": 7}}}), &format!("{ENTERPRISE_URN}:manager.value")),
    ] {
        let error = refused(body.clone());
        assert_eq!((error.kind, error.field.as_deref()), (Kind::InvalidValue, Some(place)), "{body}");
        assert!(error.detail.contains("found") || error.detail.contains("U+0000"), "{}", error.detail);
    }
    for body in [json!([]), json!("x"), json!(null)] {
        assert_eq!(lenient().read_new_user(body).expect_err("no object").kind, Kind::InvalidSyntax);
    }
}

#[test]
fn booleans_sent_as_strings_are_taken_as_booleans() {
    assert_eq!(tolerated(json!({"active": "False"}), Deviation::StringBoolean)["active"], json!(false));
}

#[test]
fn a_single_object_is_taken_for_an_array_and_an_array_of_one_for_a_single_value() {
    let resource = tolerated(json!({"emails": {"value": "a@b.example"}}), Deviation::ValueForArray);
    assert_eq!(resource["emails"], json!([{"value": "a@b.example"}]));
    assert_eq!(tolerated(json!({"title": ["Dr."]}), Deviation::ArrayForValue)["title"], json!("Dr."));
}

#[test]
fn a_manager_comes_as_a_string_or_as_a_list_of_one() {
    let manager =
        |manager| json!({"schemas": [USER_URN, ENTERPRISE_URN], ENTERPRISE_URN: {"manager": manager}});
    let resource = tolerated(manager(json!("26118915")), Deviation::StringForObject);
    assert_eq!(resource[ENTERPRISE_URN], json!({"manager": {"value": "26118915"}}));
    let resource = tolerated(manager(json!([{"$ref": null, "value": "26118915"}])), Deviation::ArrayForValue);
    assert_eq!(resource[ENTERPRISE_URN], json!({"manager": {"value": "26118915"}}));
}

#[test]
fn of_two_primaries_the_first_stays_and_the_second_reads_false() {
    let emails = json!([{"value": "a@b.example", "type": "work", "primary": true},
                        {"value": "a@b.example", "type": "other", "primary": true}]);
    let resource = tolerated(json!({"emails": emails}), Deviation::TwoPrimaries);
    assert_eq!(resource["emails"][0]["primary"], json!(true));
    assert_eq!(resource["emails"][1], json!({"value": "a@b.example", "type": "other", "primary": false}));
}

#[test]
fn schemas_may_be_missing_name_foreign_urns_or_forget_an_extension() {
    tolerated(json!({"schemas": null}), Deviation::MissingSchemas);
    let onelogin = json!({"schemas": [USER_URN, "urn:scim:schemas:core:1.0"]});
    assert_eq!(tolerated(onelogin, Deviation::ForeignSchemaUrn)["schemas"], json!([USER_URN]));
    let keycloak = json!({"schemas": [USER_URN], ENTERPRISE_URN: {"division": "Sales"}});
    let resource = tolerated(keycloak, Deviation::UnlistedExtension);
    assert_eq!(resource["schemas"], json!([USER_URN, ENTERPRISE_URN]));
}

#[test]
fn unknown_attributes_are_left_out_with_a_remark_or_rejected() {
    let body = json!({"shoeSize": 43, "name": {"nick": "J"}, "urn:example:other:User": {"a": 1}});
    let (document, notes) = read(body.clone());
    assert_eq!(document.resource.len(), 3);
    assert_eq!(notes.remarks().len(), 3);
    assert!(notes.remarks()[1].contains("name.nick"));
    let settings =
        SchemaSettings { unknown_attributes: UnknownAttributes::Reject, ..SchemaSettings::default() };
    let error = Schemas::new(settings).read_new_user(user(body)).expect_err("rejected");
    assert_eq!(error.field.as_deref(), Some("shoeSize"));
}

#[test]
fn the_user_extension_gives_role_and_concurrency_group_mapping_7_1() {
    let (document, _) = read(json!({EXTENSION: {"organizationrole": "Guest", "LambdatestGroup": "Nightly"}}));
    assert_eq!(document.own_role, Some(Role::Guest));
    assert_eq!(document.concurrency_group.as_deref(), Some("Nightly"));
    let (document, _) = read(json!({EXTENSION: {"OrganizationRole": "", "LambdatestGroup": ""}}));
    assert_eq!((document.own_role, document.concurrency_group), (None, None));
    assert!(!document.resource.contains_key(EXTENSION), "an empty string clears them");
    let error = refused(json!({EXTENSION: {"OrganizationRole": "Owner"}}));
    assert!(error.kind == Kind::InvalidValue && error.detail.contains("Admin, User, Guest"));
}

#[test]
fn an_immutable_user_name_may_be_sent_again_but_not_changed_rfc_7644_3_5_1() {
    let schemas = Schemas::new(SchemaSettings { user_name_mutable: false, ..SchemaSettings::default() });
    let current = read(json!({})).0.resource;
    let same = schemas.read_user_replacement(user(json!({"userName": "JANE@example.com"})), &current);
    assert_eq!(same.expect("equal without case").0.user_name, "jane@example.com");
    let other = schemas.read_user_replacement(user(json!({"userName": "joan@example.com"})), &current);
    assert_eq!(other.expect_err("immutable").kind, Kind::Mutability);
}

#[test]
fn names_owned_by_the_account_stay_as_they_are_after_creation() {
    let schemas = Schemas::new(SchemaSettings { names_owned_by_account: true, ..SchemaSettings::default() });
    let (created, _) = schemas.read_new_user(user(json!({"displayName": "Jane"}))).expect("valid");
    assert_eq!(created.display_name.as_deref(), Some("Jane"));
    let push = user(json!({"displayName": "J. Doe", "name": {"givenName": "J."}, "title": "Dr."}));
    let (replaced, notes) = schemas.read_user_replacement(push, &created.resource).expect("valid");
    assert_eq!(replaced.display_name.as_deref(), Some("Jane"));
    assert_eq!((replaced.resource.get("name"), &replaced.resource["title"]), (None, &json!("Dr.")));
    assert_eq!(notes.remarks().len(), 2);
}

#[test]
fn a_stored_name_that_is_no_address_does_not_keep_a_user_from_being_deactivated() {
    let current = Map::from_iter([("userName".to_owned(), json!("jane"))]);
    let push = user(json!({"userName": "jane", "active": false}));
    assert!(
        lenient()
            .read_user_replacement(push, &current)
            .is_ok_and(|(document, _)| document.active == Some(false))
    );
}

#[test]
fn a_group_gives_its_roles_and_its_members_apart() {
    let body = json!({
        "schemas": [GROUP_URN, GROUP_EXTENSION], "id": "g1", "displayName": "QA", "externalId": "e",
        "members": [{"value": "u1", "display": "Jane"}, "u2"],
        GROUP_EXTENSION: {"LambdatestRoles": ["Admin", "User", "Admin"]},
    });
    let group = lenient().read_group(body).expect("valid");
    assert_eq!(group.members, Some(vec!["u1".to_owned(), "u2".to_owned()]));
    assert_eq!(group.document.roles, [Role::Admin, Role::User]);
    assert_eq!(group.document.resource.get("members"), None);
    assert_eq!(group.notes.deviations(), [Deviation::StringForObject]);
    assert_eq!(group.document.resource["schemas"], json!([GROUP_URN, GROUP_EXTENSION]));
}

#[test]
fn members_left_out_are_told_from_no_members() {
    let members = |body: Value| lenient().read_group(body).expect("valid").members;
    assert_eq!(members(json!({"displayName": "QA"})), None);
    assert_eq!(members(json!({"displayName": "QA", "Members": null})), Some(vec![]));
    assert_eq!(members(json!({"displayName": "QA", "members": []})), Some(vec![]));
}

#[test]
fn a_group_needs_a_name_and_takes_users_only_rfc_7643_4_2() {
    for (body, field) in [
        (json!({"members": []}), "displayName"),
        (json!({"displayName": ""}), "displayName"),
        (json!({"displayName": "QA", "members": [{"value": "g2", "type": "Group"}]}), "members[0].type"),
        (json!({"displayName": "QA", "members": [{"display": "Jane"}]}), "members[0].value"),
        (json!({"displayName": "QA", GROUP_EXTENSION: {"LambdatestRoles": ["Boss"]}}), "LambdatestRoles"),
    ] {
        let error = lenient().read_group(body).expect_err("invalid");
        assert_eq!((error.kind, error.field.as_deref()), (Kind::InvalidValue, Some(field)));
    }
}

//! Operations on users.

use super::*;
use crate::model::error::Kind;
use crate::scim::schema::{ENTERPRISE_URN, USER_URN, UnknownAttributes};

fn add(path: &str, value: Value) -> Value {
    json!([{"op": "add", "path": path, "value": value}])
}

fn replace(path: &str, value: Value) -> Value {
    json!([{"op": "replace", "path": path, "value": value}])
}

fn remove(path: &str) -> Value {
    json!([{"op": "remove", "path": path}])
}

#[test]
fn single_attributes_are_added_replaced_and_removed_rfc_7644_3_5_2_1() {
    assert_eq!(patched(add("nickName", json!("JD")))["nickName"], json!("JD"));
    assert_eq!(patched(replace("Title", json!("Prof.")))["title"], json!("Prof."));
    assert_eq!(patched(remove("title")).get("title"), None);
    assert_eq!(patched(replace("title", json!(null))).get("title"), None);
    assert_eq!(patched(add("title", json!(null)))["title"], json!("Dr."));
    assert_eq!(patched(remove("nickName")), jane());
}

#[test]
fn sub_attributes_are_set_alone_and_objects_are_merged_rfc_7644_3_5_2_3() {
    let name = |operations| patched(operations)["name"].clone();
    assert_eq!(
        name(replace("name.familyName", json!("Roe"))),
        json!({"givenName": "Jane", "familyName": "Roe"})
    );
    assert_eq!(
        name(replace("name", json!({"familyName": "Roe"}))),
        json!({"givenName": "Jane", "familyName": "Roe"})
    );
    assert_eq!(
        name(add("name", json!({"familyName": null, "middleName": "X"}))),
        json!({"givenName": "Jane", "familyName": "Doe", "middleName": "X"})
    );
    assert_eq!(name(replace("name", json!({"familyName": null}))), json!({"givenName": "Jane"}));
    let both =
        json!([{"op": "remove", "path": "name.givenName"}, {"op": "remove", "path": "name.familyName"}]);
    assert_eq!(patched(both).get("name"), None);
}

#[test]
fn an_operation_that_changes_nothing_leaves_an_equal_resource() {
    for operations in [
        add("emails", json!([{"value": "jane@example.com", "type": "work"}])),
        replace("emails[type eq \"work\"].value", json!("jane@example.com")),
        json!([{"op": "replace", "value": {"active": true, "title": "Dr."}}]),
        remove("emails[type eq \"other\"]"),
        json!([{"op": "replace", "path": "title", "value": "x"}, {"op": "replace", "path": "title", "value": "Dr."}]),
    ] {
        assert_eq!(patched(operations.clone()), jane(), "{operations}");
    }
}

#[test]
fn values_are_appended_by_add_and_replaced_as_a_whole_by_replace() {
    let other = json!({"value": "o@example.com", "type": "other"});
    let emails = patched(add("emails", json!([other])))["emails"].clone();
    assert_eq!(emails.as_array().map(Vec::len), Some(3));
    assert_eq!(patched(replace("emails", json!([other])))["emails"], json!([other]));
    assert_eq!(patched(replace("emails", json!([]))).get("emails"), None);
    assert_eq!(patched(remove("emails")).get("emails"), None);
}

#[test]
fn a_new_primary_clears_the_old_one_rfc_7644_3_5_2() {
    let added = patched(add(
        "emails",
        json!([{"value": "jane@example.com", "type": "work"},
                                            {"value": "n@example.com", "primary": true}]),
    ));
    assert_eq!(added["emails"][0]["primary"], json!(false));
    assert_eq!(added["emails"][2]["primary"], json!(true));
    let set = patched(replace("emails[type eq \"home\"].primary", json!(true)));
    assert_eq!((&set["emails"][0]["primary"], &set["emails"][1]["primary"]), (&json!(false), &json!(true)));
}

#[test]
fn a_filtered_sub_attribute_is_set_in_each_element_that_matches() {
    let set = patched(replace("emails[type eq \"HOME\"].value", json!("new@home.example")));
    assert_eq!(set["emails"][1], json!({"value": "new@home.example", "type": "home"}));
    let all = patched(replace("emails[value co \"e\"].display", json!("Jane")));
    assert!(
        all["emails"].as_array().is_some_and(|emails| emails.iter().all(|email| email["display"] == "Jane"))
    );
    let removed = patched(remove("emails[type eq \"work\"].primary"));
    assert_eq!(removed["emails"][0].get("primary"), None);
}

#[test]
fn a_whole_element_is_replaced_by_replace_merged_into_by_add_and_removed_by_remove() {
    let value = json!({"value": "new@home.example"});
    assert_eq!(patched(replace("emails[type eq \"home\"]", value.clone()))["emails"][1], value);
    let merged = patched(add("emails[type eq \"home\"]", value))["emails"][1].clone();
    assert_eq!(merged, json!({"value": "new@home.example", "type": "home"}));
    let left = patched(remove("emails[not (primary eq true)]"))["emails"].clone();
    assert_eq!(left, json!([{"value": "jane@example.com", "type": "work", "primary": true}]));
}

#[test]
fn a_filter_of_equalities_that_matches_nothing_creates_the_element_it_describes() {
    let created =
        tolerated(replace("phoneNumbers[type eq \"mobile\"].value", json!("+1")), Deviation::CreatedElement);
    assert_eq!(created["phoneNumbers"], json!([{"type": "mobile", "value": "+1"}]));
    let created = tolerated(
        add("emails[type eq \"other\" and primary eq true].value", json!("o@example.com")),
        Deviation::CreatedElement,
    );
    assert_eq!(created["emails"][2], json!({"type": "other", "primary": true, "value": "o@example.com"}));
    assert_eq!(created["emails"][0]["primary"], json!(false));
}

#[test]
fn any_other_filter_that_matches_nothing_has_no_target_rfc_7644_3_5_2_3() {
    for path in [
        "emails[type eq \"other\"]",
        "emails[type eq \"other\" or type eq \"fax\"].value",
        "emails[type sw \"oth\"].value",
        "emails[type eq \"other\" and type eq \"fax\"].value",
        "emails[not (value pr)].value",
    ] {
        assert_eq!(refused(replace(path, json!({"value": "x"}))).kind, Kind::NoTarget, "{path}");
    }
}

#[test]
fn a_sub_attribute_without_a_filter_is_set_in_every_element_or_in_a_new_one() {
    let set = patched(replace("emails.display", json!("Jane")));
    assert_eq!(
        (&set["emails"][0]["display"], &set["emails"][1]["display"]),
        (&json!("Jane"), &json!("Jane"))
    );
    assert_eq!(patched(add("roles.value", json!("r")))["roles"], json!([{"value": "r"}]));
}

#[test]
fn filters_must_fit_their_attribute() {
    assert_eq!(refused(replace("emails[shoe eq \"1\"].value", json!("x"))).kind, Kind::InvalidFilter);
    assert_eq!(refused(replace("emails[primary gt true].value", json!("x"))).kind, Kind::InvalidFilter);
    assert_eq!(
        refused(replace("name[givenName eq \"Jane\"].familyName", json!("x"))).kind,
        Kind::InvalidPath
    );
    assert_eq!(refused(replace("title[value eq \"Dr.\"]", json!("x"))).kind, Kind::InvalidPath);
}

#[test]
fn extensions_are_reached_by_urn_by_name_and_as_a_whole() {
    let set = patched(replace(&format!("{ENTERPRISE_URN}:department"), json!("R&D")));
    assert_eq!(set[ENTERPRISE_URN], json!({"department": "R&D"}));
    assert_eq!(set["schemas"][1], json!(ENTERPRISE_URN));
    assert_eq!(patched(replace("department", json!("R&D"))), set);
    assert_eq!(patched(add(ENTERPRISE_URN, json!({"department": "R&D"}))), set);
    assert_eq!(patched(json!([{"op": "add", "value": {ENTERPRISE_URN: {"Department": "R&D"}}}])), set);
    let removed = json!([{"op": "add", "path": ENTERPRISE_URN, "value": {"department": "x"}}, {"op": "remove", "path": ENTERPRISE_URN}]);
    assert_eq!(patched(removed), jane());
    let manager = patched(replace(&format!("{ENTERPRISE_URN}:manager.value"), json!("u2")));
    assert_eq!(manager[ENTERPRISE_URN], json!({"manager": {"value": "u2"}}));
    let role = patched(replace(&format!("{EXTENSION}:OrganizationRole"), json!("Guest")));
    assert_eq!(role[EXTENSION], json!({"OrganizationRole": "Guest"}));
    let error = refused(replace("OrganizationRole", json!("Boss")));
    assert!(error.kind == Kind::InvalidValue && error.detail.contains("Admin, User, Guest"));
}

#[test]
fn entra_id_sends_managers_as_strings_and_lists_and_attributes_after_a_dot() {
    let path = format!("{ENTERPRISE_URN}:manager");
    let resource = tolerated(replace(&path, json!("u2")), Deviation::StringForObject);
    assert_eq!(resource[ENTERPRISE_URN]["manager"], json!({"value": "u2"}));
    let resource = tolerated(add(&path, json!([{"$ref": null, "value": "u2"}])), Deviation::ArrayForValue);
    assert_eq!(resource[ENTERPRISE_URN]["manager"], json!({"value": "u2"}));
    let dotted = replace(&format!("{ENTERPRISE_URN}.department"), json!("R&D"));
    let (document, notes) = patch_with(&lenient(), dotted).expect("tolerated");
    assert_eq!(document.resource[ENTERPRISE_URN]["department"], json!("R&D"));
    assert_eq!(notes.deviations(), [Deviation::DotAfterUrn]);
}

#[test]
fn keys_of_a_value_without_a_path_may_be_paths() {
    let value = json!({"displayName": "Jane D.", "name.familyName": "Roe", (format!("{ENTERPRISE_URN}:division")): "Sales"});
    let resource = tolerated(json!([{"op": "replace", "value": value}]), Deviation::PathAsKey);
    assert_eq!(resource["name"], json!({"givenName": "Jane", "familyName": "Roe"}));
    assert_eq!(resource[ENTERPRISE_URN], json!({"division": "Sales"}));
    assert_eq!(resource["displayName"], json!("Jane D."));
}

#[test]
fn values_in_a_remove_take_only_what_equals_them() {
    let operations = json!([{"op": "remove", "path": "emails", "value": [{"value": "J@HOME.example"}]}]);
    let emails = tolerated(operations, Deviation::RemoveWithValue)["emails"].clone();
    assert_eq!(emails.as_array().map(Vec::len), Some(1));
    assert_eq!(patched(json!([{"op": "remove", "path": "emails", "value": null}])).get("emails"), None);
}

#[test]
fn read_only_attributes_refuse_another_value_by_path_and_ignore_it_without() {
    for (path, value) in
        [("id", json!("u2")), ("meta.version", json!("W/\"2\"")), ("groups", json!([{"value": "g"}]))]
    {
        assert_eq!(refused(replace(path, value)).kind, Kind::Mutability, "{path}");
        assert_eq!(refused(remove(path)).kind, Kind::Mutability, "{path}");
    }
    assert_eq!(refused(replace("groups[value eq \"g\"].display", json!("x"))).kind, Kind::Mutability);
    assert_eq!(patched(replace("id", json!("u1"))), jane());
    assert_eq!(patched(replace("meta.version", json!("W/\"1\""))), jane());
    assert_eq!(patched(replace("groups", json!([]))), jane());
    let okta = json!([{"op": "replace", "value": {"id": "other", "title": "x"}}]);
    assert_eq!(tolerated(okta, Deviation::ReadOnlyInValue)["title"], json!("x"));
    let dotted = json!([{"op": "replace", "value": {"meta.version": "W/\"9\"", "title": "x"}}]);
    assert_eq!(patch_with(&lenient(), dotted).expect("ignored").0.resource["title"], json!("x"));
}

#[test]
fn required_attributes_cannot_be_removed_rfc_7644_3_5_2_2() {
    assert_eq!(refused(remove("userName")).kind, Kind::Mutability);
    assert_eq!(refused(json!([{"op": "replace", "value": {"userName": null}}])).kind, Kind::Mutability);
}

#[test]
fn removing_active_leaves_it_unassigned_and_switches_nothing_on_rfc_7644_3_5_2_2() {
    let operations = json!([{"op": "replace", "path": "active", "value": false}]);
    let off = patch_with(&strict(), operations).expect("valid").0.resource;
    let request = parse(&strict(), remove("active")).expect("valid");
    let (document, _) = apply_user(&strict(), request, &off, &Map::new()).expect("valid");
    assert_eq!((document.active, document.resource.get("active")), (None, None));
    let put = json!({"schemas": [USER_URN], "userName": "jane@example.com"});
    let (replaced, _) = lenient().read_user_replacement(put, &document.resource).expect("valid");
    assert_eq!(replaced.active, None);
}

#[test]
fn string_booleans_are_taken_and_passwords_are_not_kept() {
    let active = tolerated(replace("active", json!("False")), Deviation::StringBoolean);
    assert_eq!(active["active"], json!(false));
    assert_eq!(patched(replace("password", json!("secret"))), jane());
    assert_eq!(patched(json!([{"op": "add", "value": {"password": "secret", "schemas": []}}])), jane());
}

#[test]
fn the_validator_of_entra_id_selects_by_a_string_boolean() {
    let path = "roles[primary eq \"True\"].value";
    let (document, notes) = patch_with(&lenient(), replace(path, json!("admin"))).expect("tolerated");
    assert_eq!(document.resource["roles"], json!([{"primary": true, "value": "admin"}]));
    assert!(notes.deviations().contains(&Deviation::StringBoolean));
}

#[test]
fn unknown_paths_are_left_out_with_a_remark_or_rejected() {
    for path in ["shoeSize", "name.nick", "urn:example:2.0:User:x", "emails[type eq \"work\"].shoe", "email"]
    {
        let (document, notes) = patch_with(&lenient(), replace(path, json!("x"))).expect("ignored");
        assert_eq!((document.resource, notes.remarks().len()), (jane(), 1), "{path}");
        assert_eq!(patch_with(&strict(), replace(path, json!("x"))).expect_err(path).kind, Kind::InvalidPath);
    }
    let (_, notes) =
        patch_with(&lenient(), json!([{"op": "add", "value": {"shoeSize": 1}}])).expect("ignored");
    assert_eq!(notes.remarks().len(), 1);
    let settings =
        SchemaSettings { unknown_attributes: UnknownAttributes::Reject, ..SchemaSettings::default() };
    let error = patch_with(&Schemas::new(settings), replace("shoeSize", json!("x"))).expect_err("rejected");
    assert_eq!(error.kind, Kind::InvalidPath);
}

#[test]
fn immutable_user_names_and_names_of_the_account_hold_against_patch_too() {
    let immutable = Schemas::new(SchemaSettings { user_name_mutable: false, ..SchemaSettings::default() });
    let operations = replace("userName", json!("joan@example.com"));
    assert_eq!(patch_with(&immutable, operations.clone()).expect_err("immutable").kind, Kind::Mutability);
    assert_eq!(patched(operations)["userName"], json!("joan@example.com"));
    let account = Schemas::new(SchemaSettings { names_owned_by_account: true, ..SchemaSettings::default() });
    let (document, notes) = patch_with(&account, replace("name.givenName", json!("J."))).expect("ignored");
    assert_eq!((document.resource, notes.remarks().len()), (jane(), 1));
}

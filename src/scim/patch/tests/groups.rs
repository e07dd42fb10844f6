//! Operations on groups; their members become changes.

use super::*;
use crate::model::error::Kind;
use crate::model::group::MemberChange;
use crate::model::role::Role;

fn qa() -> Map<String, Value> {
    let body = json!({"displayName": "QA", GROUP_EXTENSION: {"LambdatestRoles": ["User"]}});
    lenient().read_group(body).expect("valid").document.resource
}

fn patch_with(schemas: &Schemas, operations: Value) -> Result<GroupPatch> {
    let read_only = object(json!({"id": "g1"}));
    apply_group(schemas, parse(schemas, operations)?, &qa(), &read_only)
}

fn members(operations: Value) -> Vec<MemberChange> {
    patch_with(&lenient(), operations).expect("valid").members
}

fn ids(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

fn refused(operations: Value) -> Kind {
    patch_with(&lenient(), operations).expect_err("refused").kind
}

#[test]
fn members_are_added_in_every_form_seen_in_the_field() {
    for value in [
        json!([{"value": "u1"}, {"value": "u2"}]),
        json!([{"$ref": null, "value": "u1"}, {"value": "u2", "display": "Jane"}]),
        json!(["u1", "u2"]),
    ] {
        let added = vec![MemberChange::Add(ids(&["u1", "u2"]))];
        assert_eq!(members(json!([{"op": "add", "path": "members", "value": value}])), added, "{value}");
        assert_eq!(members(json!([{"op": "Add", "path": "Members", "value": value}])), added);
        assert_eq!(members(json!([{"op": "add", "value": {"members": value}}])), added);
        assert_eq!(members(json!([{"op": "add", "path": "members[]", "value": value}])), added);
    }
    for value in [json!({"value": "u1"}), json!("u1")] {
        assert_eq!(
            members(json!([{"op": "add", "path": "members", "value": value}])),
            [MemberChange::Add(ids(&["u1"]))]
        );
    }
}

#[test]
fn members_are_removed_by_filter_rfc_7644_3_5_2_2() {
    let by = |filter: &str| members(json!([{"op": "remove", "path": format!("members[{filter}]")}]));
    assert_eq!(by("value eq \"u1\""), [MemberChange::Remove(ids(&["u1"]))]);
    assert_eq!(by("value eq \"u1\" or value eq \"u2\""), [MemberChange::Remove(ids(&["u1", "u2"]))]);
    assert_eq!(by("value eq \"u1\" and type eq \"User\""), [MemberChange::Remove(ids(&["u1"]))]);
    assert_eq!(by("type eq \"User\""), [MemberChange::RemoveAll]);
    assert_eq!(by("value eq \"u1\" and value eq \"u2\""), []);
    assert_eq!(by("type eq \"Group\""), []);
}

#[test]
fn other_filters_on_members_say_what_is_taken() {
    for filter in ["display eq \"Jane\"", "not (value eq \"u1\")", "value sw \"u\""] {
        let error = patch_with(&lenient(), json!([{"op": "remove", "path": format!("members[{filter}]")}]));
        let error = error.expect_err("refused");
        assert!(error.kind == Kind::InvalidFilter && error.detail.contains("value eq"), "{}", error.detail);
    }
}

#[test]
fn members_are_removed_by_value_list_only_those_and_all_without_a_value() {
    let remove = |value: Value| members(json!([{"op": "remove", "path": "members", "value": value}]));
    assert_eq!(remove(json!([{"value": "u1"}])), [MemberChange::Remove(ids(&["u1"]))]);
    assert_eq!(remove(json!([])), []);
    assert_eq!(remove(json!(null)), [MemberChange::RemoveAll]);
    assert_eq!(members(json!([{"op": "remove", "path": "members"}])), [MemberChange::RemoveAll]);
    let strict =
        patch_with(&strict(), json!([{"op": "remove", "path": "members", "value": [{"value": "u1"}]}]));
    assert!(strict.is_err_and(|error| error.detail.contains("remove-with-value")));
}

#[test]
fn the_whole_list_is_replaced() {
    let replace = |value: Value| members(json!([{"op": "replace", "path": "members", "value": value}]));
    assert_eq!(replace(json!([{"value": "u1"}])), [MemberChange::Replace(ids(&["u1"]))]);
    assert_eq!(replace(json!([])), [MemberChange::Replace(vec![])]);
    assert_eq!(replace(json!(null)), [MemberChange::Replace(vec![])]);
    assert_eq!(
        members(json!([{"op": "replace", "path": "members[]", "value": []}])),
        [MemberChange::Replace(vec![])]
    );
}

#[test]
fn one_request_renames_removes_and_adds_in_order() {
    let patch = patch_with(
        &lenient(),
        json!([
            {"op": "Replace", "path": "displayName", "value": "QA Team"},
            {"op": "Remove", "path": "members", "value": [{"value": "u1"}]},
            {"op": "Add", "path": "members", "value": [{"value": "u2"}]},
        ]),
    );
    let patch = patch.expect("valid");
    assert_eq!(patch.document.display_name, "QA Team");
    assert_eq!(patch.members, [MemberChange::Remove(ids(&["u1"])), MemberChange::Add(ids(&["u2"]))]);
}

#[test]
fn authentik_and_okta_send_the_whole_group_without_a_path() {
    let value = json!({"id": "g1", "schemas": ["x"], "displayName": "QA", "externalId": "e", "meta": {"resourceType": "Group"}});
    let patch = patch_with(&lenient(), json!([{"op": "replace", "value": value}])).expect("valid");
    assert_eq!(patch.document.external_id.as_deref(), Some("e"));
    assert_eq!(patch.members, []);
    let cleared = json!([{"op": "replace", "value": {"displayName": "QA", "externalId": null}}]);
    assert_eq!(patch_with(&strict(), cleared).expect("valid").document.resource, qa());
}

#[test]
fn group_roles_are_values_of_their_own_mapping_7_1() {
    let path = format!("{GROUP_EXTENSION}:LambdatestRoles");
    let roles = |operations: Value| patch_with(&strict(), operations).expect("valid").document.roles;
    assert_eq!(
        roles(json!([{"op": "add", "path": path, "value": ["Admin", "User"]}])),
        [Role::User, Role::Admin]
    );
    assert_eq!(roles(json!([{"op": "replace", "path": path, "value": ["Guest"]}])), [Role::Guest]);
    assert_eq!(roles(json!([{"op": "remove", "path": format!("{path}[value eq \"User\"]")}])), []);
    assert_eq!(roles(json!([{"op": "remove", "path": path}])), []);
    assert_eq!(refused(json!([{"op": "add", "path": path, "value": ["Boss"]}])), Kind::InvalidValue);
}

#[test]
fn nested_groups_changes_inside_members_and_nameless_groups_are_refused() {
    let nested = json!([{"op": "add", "path": "members", "value": [{"value": "g2", "type": "Group"}]}]);
    assert_eq!(refused(nested), Kind::InvalidValue);
    assert_eq!(
        refused(json!([{"op": "add", "path": "members", "value": [{"display": "x"}]}])),
        Kind::InvalidValue
    );
    for path in ["members.value", "members[value eq \"u1\"].value", "members[value eq \"u1\"].display"] {
        assert_eq!(
            refused(json!([{"op": "replace", "path": path, "value": "u2"}])),
            Kind::Mutability,
            "{path}"
        );
    }
    let whole = json!([{"op": "replace", "path": "members[value eq \"u1\"]", "value": {"value": "u2"}}]);
    assert_eq!(refused(whole), Kind::Mutability);
    assert_eq!(refused(json!([{"op": "remove", "path": "displayName"}])), Kind::Mutability);
    assert_eq!(refused(json!([{"op": "replace", "path": "displayName", "value": " "}])), Kind::InvalidValue);
}

#[test]
fn a_group_of_a_hundred_thousand_may_come_in_one_operation() {
    let value: Vec<Value> = (0..100_000).map(|n| json!({"value": n.to_string()})).collect();
    let changes = members(json!([{"op": "add", "path": "members", "value": value}]));
    assert!(matches!(changes.as_slice(), [MemberChange::Add(ids)] if ids.len() == 100_000));
}

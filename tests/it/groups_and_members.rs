//! mapping.md §2: groups and members are facts, whatever they mean.

use serde_json::{Value, json};

use crate::common::{Server, assert_contains, member, sorted};

#[test]
fn a_pushed_group_and_its_members_are_stored_though_nothing_maps_it_2_1() {
    let server = Server::start();
    let ann = server.user("ann");
    let group = server.group("Sales", &[&ann]);
    let expected = json!({"displayName": "Sales", "members": [{"value": ann, "type": "User"}],
        "meta": {"resourceType": "Group", "location": format!("*/scim/v2/Groups/{group}*")}});
    server.scim.get(format!("/Groups/{group}")).expect_body(200, expected);
    let admin = json!({"display_name": "Sales", "member_count": 1, "status": "pending", "mappings": []});
    server.api.get(format!("/groups/{group}")).expect_body(200, admin);
    let user = server.scim.get(format!("/Users/{ann}")).expect(200).json;
    assert_contains(&user, &json!({"groups": [{"value": group, "display": "Sales"}]}));
}

#[test]
fn a_group_without_members_reads_an_empty_list() {
    let server = Server::start();
    server.post_group(json!({"displayName": "Sales"})).expect_body(201, json!({"members": []}));
    let listed = server.scim.get("/Groups").expect(200).json;
    assert_eq!(listed["Resources"][0]["members"], json!([]));
}

#[test]
fn display_name_is_required_and_not_empty_2_2() {
    let server = Server::start();
    for group in
        [json!({}), json!({"displayName": ""}), json!({"displayName": null}), json!({"displayName": 7})]
    {
        let detail = server.post_group(group).expect_scim_error(400, Some("invalidValue"));
        assert!(detail.contains("displayName"), "{detail}");
    }
    let group = server.group("Sales", &[]);
    server.put_group(&group, "", &[]).expect_scim_error(400, Some("invalidValue"));
    let remove = json!([{"op": "remove", "path": "displayName"}]);
    server.patch_group(&group, remove).expect_any_scim_error(400);
    server.scim.get(format!("/Groups/{group}")).expect_body(200, json!({"displayName": "Sales"}));
}

#[test]
fn a_second_group_of_the_same_name_without_case_is_refused_2_2() {
    let server = Server::start();
    let summer = server.group("Ventes été", &[]);
    let other = server.group("Other", &[]);
    let refused = [
        server.post_group(json!({"displayName": "VENTES ÉTÉ"})),
        server.put_group(&other, "ventes Été", &[]),
        server.patch_group(&other, json!([{"op": "replace", "value": {"displayName": "Ventes été"}}])),
    ];
    for answer in refused {
        let detail = answer.expect_scim_error(409, Some("uniqueness"));
        assert!(detail.to_lowercase().contains("ventes"), "the detail names the value: {detail}");
    }
    server
        .scim
        .get("/Groups")
        .expect_body(200, json!({"Resources": [{"id": summer}, {"displayName": "Other"}]}));
}

#[test]
fn a_member_that_never_was_a_user_refuses_the_whole_request_2_3() {
    let server = Server::start();
    let (ann, bob) = (server.user("ann"), server.user("bob"));
    let group = server.group("Sales", &[&ann]);
    let before = server.last_event();
    let add = |value: Value| {
        json!([{"op": "replace", "path": "displayName", "value": "Changed"},
        {"op": "add", "path": "members", "value": value}])
    };
    let answers = [
        server.post_group(json!({"displayName": "New", "members": [member(&bob), member("nobody-7")]})),
        server.put_group(&group, "Changed", &[&bob, "nobody-7"]),
        server.patch_group(&group, add(json!([member(&bob), member("nobody-7")]))),
        server.patch_group(&group, add(json!([member("nobody-7")]))),
    ];
    for answer in answers {
        let detail = answer.expect_scim_error(400, Some("invalidValue"));
        assert!(detail.contains("nobody-7"), "the detail names the value: {detail}");
    }
    let unchanged =
        json!({"totalResults": 1, "Resources": [{"displayName": "Sales", "members": [{"value": ann}]}]});
    server.scim.get("/Groups").expect_body(200, unchanged);
    assert_eq!(server.event_types_after(before), [""; 0]);
}

#[test]
fn the_id_of_a_deleted_user_is_skipped_2_3() {
    let server = Server::start();
    let (ann, gone) = (server.user("ann"), server.user("gone"));
    server.delete_user(&gone);
    let group = server.group("Sales", &[&ann, &gone]);
    assert_eq!(server.members_of_group(&group), [ann.as_str()]);
    server.put_group(&group, "Sales", &[&gone, &ann]).expect_body(200, json!({"members": [{"value": ann}]}));
    server.add_member(&group, &gone);
    assert_eq!(server.members_of_group(&group), [ann]);
}

#[test]
fn a_nested_group_is_refused() {
    let server = Server::start();
    let inner = server.group("Inner", &[]);
    let nested = json!({"displayName": "Outer", "members": [{"value": inner, "type": "Group"}]});
    server.post_group(nested).expect_scim_error(400, Some("invalidValue"));
    server
        .post_group(json!({"displayName": "Outer", "members": [member(&inner)]}))
        .expect_any_scim_error(400);
    server.scim.get("/Groups").expect_body(200, json!({"totalResults": 1}));
}

#[test]
fn adding_twice_and_removing_who_is_not_in_change_nothing_2_4() {
    let server = Server::start();
    let (ann, bob) = (server.user("ann"), server.user("bob"));
    let group = server.group("Sales", &[&ann, &ann]);
    assert_eq!(server.members_of_group(&group), [ann.as_str()]);
    let version = server.scim.get(format!("/Groups/{group}")).expect(200).json["meta"].clone();
    let before = server.last_event();
    server.add_member(&group, &ann);
    server.remove_member(&group, &bob);
    server.put_group(&group, "Sales", &[&ann]).expect(200);
    assert_eq!(server.members_of_group(&group), [ann.as_str()]);
    assert_eq!(server.scim.get(format!("/Groups/{group}")).expect(200).json["meta"], version);
    assert_eq!(server.event_types_after(before), [""; 0]);
}

#[test]
fn put_replaces_the_members_and_without_any_empties_the_group() {
    let server = Server::start();
    let (ann, bob, cleo) = (server.user("ann"), server.user("bob"), server.user("cleo"));
    let group = server.group("Sales", &[&ann, &bob]);
    server.put_group(&group, "Sales", &[&bob, &cleo]).expect(200);
    assert_eq!(server.members_of_group(&group), sorted([&bob, &cleo]));
    let without = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Sales"});
    server.scim.put(format!("/Groups/{group}"), without).expect_body(200, json!({"members": []}));
    assert_eq!(server.members_of_group(&group), [""; 0]);
}

#[test]
fn every_form_of_a_member_patch_does_what_it_says() {
    let server = Server::start();
    let (ann, bob, cleo) = (server.user("ann"), server.user("bob"), server.user("cleo"));
    let group = server.group("Sales", &[]);
    let steps = [
        (json!({"op": "Add", "path": "members", "value": [{"$ref": null, "value": ann}]}), vec![&ann]),
        (
            json!({"op": "add", "path": "members", "value": {"value": bob, "display": "Bob"}}),
            vec![&ann, &bob],
        ),
        (json!({"op": "add", "value": {"members": [{"value": cleo}]}}), vec![&ann, &bob, &cleo]),
        (json!({"op": "remove", "path": "members", "value": [{"value": ann}]}), vec![&bob, &cleo]),
        (json!({"op": "remove", "path": "members", "value": []}), vec![&bob, &cleo]),
        (json!({"op": "remove", "path": format!("members[value eq \"{bob}\"]")}), vec![&cleo]),
        (
            json!({"op": "replace", "path": "members", "value": [{"value": ann}, {"value": bob}]}),
            vec![&ann, &bob],
        ),
        (json!({"op": "remove", "path": "members"}), vec![]),
        (json!({"op": "add", "path": "members", "value": [ann, bob]}), vec![&ann, &bob]),
    ];
    for (operation, expected) in steps {
        server.patch_group(&group, json!([operation])).expect(200);
        assert_eq!(server.members_of_group(&group), sorted(expected), "after {operation}");
    }
}

#[test]
fn the_operations_of_one_patch_apply_in_order() {
    let server = Server::start();
    let (ann, bob) = (server.user("ann"), server.user("bob"));
    let group = server.group("Sales", &[&ann]);
    let operations = json!([
        {"op": "Replace", "path": "displayName", "value": "Sales EMEA"},
        {"op": "Add", "path": "members", "value": [{"value": bob}]},
        {"op": "Remove", "path": "members", "value": [{"value": ann}]},
    ]);
    let expected = json!({"displayName": "Sales EMEA", "members": [{"value": bob}]});
    server.patch_group(&group, operations).expect_body(200, expected);
}

#[test]
fn members_added_by_parallel_requests_all_arrive() {
    let server = Server::start();
    let users: Vec<String> = (0..16).map(|number| server.user(&format!("user{number}"))).collect();
    let group = server.group("Sales", &[]);
    std::thread::scope(|scope| {
        for user in &users {
            let scim = server.scim.copy();
            let group = &group;
            scope.spawn(move || {
                let operation = json!({"op": "add", "path": "members", "value": [member(user)]});
                scim.patch(format!("/Groups/{group}"), json!({"Operations": [operation]})).expect(200);
            });
        }
    });
    assert_eq!(server.members_of_group(&group), sorted(&users));
}

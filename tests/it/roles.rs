//! mapping.md §7: roles, of one's own and from groups.

use serde_json::{Value, json};

use crate::common::{Server, USER_EXTENSION, assert_contains};

fn with_role(name: &str, role: Value) -> Value {
    json!({"userName": format!("{name}@example.com"), USER_EXTENSION: {"OrganizationRole": role}})
}

#[test]
fn a_group_gives_its_role_to_every_member_mapped_or_not_7_1() {
    let server = Server::start();
    let (ann, bob) = (server.user("ann"), server.user("bob"));
    let group = server.group_with_roles("Owners", &["Guest", "Admin"], &[&ann]);
    assert_eq!(server.mappings_of(&group), [Value::Null; 0]);
    assert_eq!(server.role_of(&ann), "Admin");
    server.add_member(&group, &bob);
    assert_eq!(server.role_of(&bob), "Admin");
    let admin = json!({"roles": ["Guest", "Admin"]});
    server.api.get(format!("/groups/{group}")).expect_body(200, admin);
    let extension = json!({"urn:ietf:params:scim:schemas:extension:LambdaTest:2.0:Group": {
        "LambdatestRoles": ["Guest", "Admin"]}});
    server.scim.get(format!("/Groups/{group}")).expect_body(200, extension);
}

#[test]
fn the_effective_role_is_the_highest_and_user_when_there_is_none_7_2() {
    let server = Server::start();
    let guests = server.group_with_roles("Guests", &["Guest"], &[]);
    let owners = server.group_with_roles("Owners", &["Admin"], &[]);
    for (name, own, groups, expected) in [
        ("none", None, vec![], "User"),
        ("guest", Some("Guest"), vec![], "Guest"),
        ("guests", None, vec![&guests], "Guest"),
        ("raised", Some("User"), vec![&guests], "User"),
        ("owner", Some("Guest"), vec![&guests, &owners], "Admin"),
    ] {
        let user = server.user_with(with_role(name, json!(own)));
        groups.into_iter().for_each(|group| server.add_member(group, &user));
        assert_eq!(server.role_of(&user), expected, "{name}");
    }
}

#[test]
fn the_role_follows_its_own_attribute_up_and_down_7_3() {
    let server = Server::start();
    let ann = server.user("ann");
    for (role, expected) in [(json!("Admin"), "Admin"), (json!("Guest"), "Guest"), (Value::Null, "User")] {
        server.put_user(&ann, with_role("ann", role)).expect(200);
        assert_eq!(server.role_of(&ann), expected);
    }
    let path = format!("{USER_EXTENSION}:OrganizationRole");
    server.patch_user(&ann, json!([{"op": "add", "path": path, "value": "Admin"}])).expect(200);
    assert_eq!(server.role_of(&ann), "Admin");
    server.patch_user(&ann, json!([{"op": "remove", "path": path}])).expect(200);
    assert_eq!(server.role_of(&ann), "User");
}

#[test]
fn the_role_follows_membership_and_the_groups_roles_up_and_down_7_3() {
    let server = Server::start();
    let ann = server.user("ann");
    let group = server.group("Owners", &[&ann]);
    let now = || server.role_of(&ann);
    server.set_group_roles(&group, &["Admin"]).expect(200);
    assert_eq!(now(), "Admin");
    server.set_group_roles(&group, &["Guest"]).expect(200);
    assert_eq!(now(), "Guest");
    server.set_group_roles(&group, &["Admin"]).expect(200);
    server.remove_member(&group, &ann);
    assert_eq!(now(), "User");
    server.put_group(&group, "Owners", &[&ann]).expect(200);
    assert_eq!(now(), "User", "PUT without roles takes them from the group");
    server.set_group_roles(&group, &["Admin"]).expect(200);
    server.delete_group(&group);
    assert_eq!(now(), "User");
    server.group_with_roles("Owners", &["Admin"], &[&ann]);
    assert_eq!(now(), "Admin", "restored");
}

#[test]
fn one_event_per_user_whose_role_really_changed_7_3() {
    let server = Server::start();
    let ann = server.user("ann");
    let bob = server.user_with(with_role("bob", json!("Admin")));
    let group = server.group("Owners", &[&ann, &bob]);
    let before = server.last_event();
    server.set_group_roles(&group, &["Admin"]).expect(200);
    let changed = server.events_of_type("user.role_changed", before);
    assert_contains(&json!(changed), &json!([{"user": {"id": ann}, "old": "User", "new": "Admin"}]));
    assert!(changed[0]["cause"].to_string().contains("group"), "no cause in {}", changed[0]);
    assert_eq!(server.events_of_type("group.roles_changed", before).len(), 1);

    let before = server.last_event();
    server.delete_group(&group);
    let changed = server.events_of_type("user.role_changed", before);
    assert_contains(&json!(changed), &json!([{"user": {"id": ann}, "old": "Admin", "new": "User"}]));
}

#[test]
fn of_a_request_that_changes_roles_and_members_each_gets_the_cause_that_is_theirs_7_3() {
    let server = Server::start();
    let (ann, bob, cleo) = (server.user("ann"), server.user("bob"), server.user("cleo"));
    let group = server.group_with_roles("Owners", &["Admin", "Guest"], &[&ann, &bob]);
    let put = |roles: &[&str], users: &[&str]| {
        let before = server.last_event();
        let members: Vec<Value> = users.iter().map(|user| json!({"value": user})).collect();
        let body = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Owners",
            "members": members, "urn:ietf:params:scim:schemas:extension:LambdaTest:2.0:Group": {"LambdatestRoles": roles}});
        server.scim.put(format!("/Groups/{group}"), body).expect(200);
        server.events_of_type("user.role_changed", before)
    };
    let membership = json!({"kind": "membership", "group": {"id": group}});
    let left = put(&["Admin", "User"], &[&ann]);
    assert_contains(&json!(left), &json!([{"user": {"id": bob}, "new": "User", "cause": membership}]));
    let came = put(&["Admin"], &[&ann, &bob]);
    assert_contains(&json!(came), &json!([{"user": {"id": bob}, "new": "Admin", "cause": membership}]));
    let both = put(&["Guest"], &[&ann, &cleo]);
    let group_roles = json!({"kind": "group_roles", "group": {"id": group}});
    assert_contains(
        &json!(both),
        &json!([{"user": {"id": ann}, "new": "Guest", "cause": group_roles},
            {"user": {"id": bob}, "new": "User", "cause": membership},
            {"user": {"id": cleo}, "new": "Guest", "cause": membership}]),
    );
    let said = server.api.get(format!("/users/{cleo}/explain")).expect(200).json;
    assert_contains(&said["role"]["history"], &json!([{"new": "Guest", "cause": membership}]));
}

#[test]
fn a_derived_role_never_reads_back_as_an_own_one_7_4() {
    let server = Server::start();
    let ann = server.user("ann");
    let own = server.user_with(with_role("own", json!("Guest")));
    let group = server.group_with_roles("Owners", &["Admin"], &[&ann, &own]);
    let read = server.scim.get(format!("/Users/{ann}")).expect(200).json;
    assert!(!read.to_string().contains("OrganizationRole"), "{read}");
    let set = json!({USER_EXTENSION: {"OrganizationRole": "Guest"}});
    server.scim.get(format!("/Users/{own}")).expect_body(200, set);

    let provenance = json!({"role": {"effective": "Admin", "own": null,
        "from_groups": [{"group": {"id": group, "display_name": "Owners"}, "role": "Admin"}]}});
    assert_contains(&server.person(&ann), &provenance);
    assert_contains(&server.person(&own), &json!({"role": {"effective": "Admin", "own": "Guest"}}));
}

#[test]
fn an_unknown_role_is_refused_listing_the_three_7_4() {
    let server = Server::start();
    let ann = server.user("ann");
    let group = json!({"displayName": "Owners",
        "urn:ietf:params:scim:schemas:extension:LambdaTest:2.0:Group": {"LambdatestRoles": ["User", "Boss"]}});
    let answers = [
        server.put_user(&ann, with_role("ann", json!("Boss"))),
        server.scim.post("/Users", with_role("bob", json!("Boss"))),
        server.post_group(group),
    ];
    for answer in answers {
        let detail = answer.expect_scim_error(400, Some("invalidValue"));
        for word in ["Boss", "Admin", "User", "Guest"] {
            assert!(detail.contains(word), "no {word} in {detail}");
        }
    }
}

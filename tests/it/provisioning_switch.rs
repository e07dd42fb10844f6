//! mapping.md 2.5: group provisioning is off until someone switches it on, and nothing is lost by switching it off.

use serde_json::json;

use crate::common::{Answer, DurableServer, Server, assert_contains, member};

/// Fails unless this is the refusal that says what to do.
#[track_caller]
fn assert_refused(answer: Answer) {
    let detail = answer.expect_scim_error(403, None).to_lowercase();
    assert!(detail.contains("group provisioning"), "the detail says what is off: {detail}");
    assert!(
        detail.contains("group_provisioning") || detail.contains("rollcall organization set"),
        "{detail}"
    );
}

/// Every way to write a group.
#[track_caller]
fn assert_all_writes_refused(server: &crate::common::Tenant, group: &str, user: &str) {
    let add = json!([{"op": "add", "path": "members", "value": [member(user)]}]);
    assert_refused(server.post_group(json!({"displayName": "New"})));
    assert_refused(server.put_group(group, "Changed", &[]));
    assert_refused(server.patch_group(group, add));
    assert_refused(server.scim.delete(format!("/Groups/{group}")));
}

#[test]
fn a_durable_server_refuses_groups_until_they_are_switched_on_and_takes_users_at_once_2_5() {
    let directory = tempfile::tempdir().unwrap();
    let server = DurableServer::start(directory.path());
    let features = json!({"group_provisioning": false, "teams": true, "concurrency_groups": true,
        "sub_organizations": true});
    server.api.get("").expect_body(200, json!({"slug": "default", "features": features}));
    let ann = server.user("ann");
    assert_all_writes_refused(&server, "0", &ann);
    server.scim.get("/Groups").expect_body(200, json!({"totalResults": 0}));
    server.scim.get("/Groups/0").expect_scim_error(404, None);

    server.feature("group_provisioning", true);
    let group = server.group("Sales", &[&ann]);
    assert_eq!(server.members_of_group(&group), [ann]);
}

#[test]
fn the_command_line_switches_it_on_beside_a_running_server_2_5() {
    let directory = tempfile::tempdir().unwrap();
    let server = DurableServer::start(directory.path());
    assert_refused(server.post_group(json!({"displayName": "Sales"})));
    server.rollcall(&["organization", "set", "default", "--group-provisioning", "on"]).expect(0);
    server.group("Sales", &[]);
    let shown = server.rollcall(&["organization", "show", "default", "--json"]).json();
    assert_contains(&shown, &json!({"slug": "default", "features": {"group_provisioning": true}}));
}

#[test]
fn switching_it_off_loses_nothing_and_switching_it_on_resumes_2_5() {
    let server = Server::start();
    server.rule(json!({}));
    let (ann, bob) = (server.user("ann"), server.user("bob"));
    let group = server.group_with_roles("Sales", &["Admin"], &[&ann]);
    server.feature("group_provisioning", false);
    assert_all_writes_refused(&server, &group, &bob);

    server.scim.get(format!("/Groups/{group}")).expect_body(200, json!({"members": [{"value": ann}]}));
    server.scim.get("/Groups").expect_body(200, json!({"totalResults": 1}));
    assert_eq!(server.teams_of(&ann), ["Sales"]);
    assert_eq!(server.role_of(&ann), "Admin");
    server.put_user(&ann, json!({"userName": "ann@example.com", "title": "Lead"})).expect(200);

    server.feature("group_provisioning", true);
    server.add_member(&group, &bob);
    assert_eq!(server.members_of("teams", "Sales"), ["ann@example.com", "bob@example.com"]);
}

#[test]
fn while_it_is_off_a_malformed_write_is_refused_for_that_reason_too_2_5() {
    let server = Server::start();
    let group = server.group("Sales", &[]);
    server.feature("group_provisioning", false);
    for body in [json!({"Operations": "none"}), json!({"Operations": [{"op": "dance"}]}), json!({})] {
        assert_refused(server.scim.patch(format!("/Groups/{group}"), body.clone()));
        assert_refused(server.scim.put(format!("/Groups/{group}"), body.clone()));
        assert_refused(server.scim.post("/Groups", body));
    }
}

#[test]
fn in_ephemeral_mode_everything_is_on_unless_the_configuration_says_otherwise() {
    let all_on = json!({"features": {"group_provisioning": true, "teams": true, "concurrency_groups": true,
        "sub_organizations": true}});
    Server::start().api.get("").expect_body(200, all_on);
    let server = Server::start_with("[defaults.features]\ngroup_provisioning = false\nteams = false\n");
    let features = json!({"group_provisioning": false, "teams": false});
    server.api.get("").expect_body(200, json!({"features": features}));
    assert_refused(server.post_group(json!({"displayName": "Sales"})));
}

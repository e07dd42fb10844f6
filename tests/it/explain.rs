//! mapping.md §9.2: why somebody has something, is kept from it, or no longer has it.

use serde_json::{Value, json};

use crate::common::{Answer, DurableServer, Server, Tenant, USER_EXTENSION, assert_contains, member, text};

#[track_caller]
fn explain(server: &Tenant, user: &str) -> Value {
    server.api.get(format!("/users/{user}/explain")).expect(200).json
}

/// The id of the request that an answer is to.
#[track_caller]
fn request(answer: &Answer) -> String {
    answer.header("x-request-id").expect("a request id").to_owned()
}

/// Adds a member; gives the request's id.
#[track_caller]
fn add(server: &Tenant, group: &str, user: &str) -> String {
    let value = json!([member(user)]);
    request(&server.patch_group(group, json!([{"op": "add", "path": "members", "value": value}])).expect(200))
}

/// Removes a member; gives the request's id.
#[track_caller]
fn remove(server: &Tenant, group: &str, user: &str) -> String {
    let path = format!("members[value eq \"{user}\"]");
    request(&server.patch_group(group, json!([{"op": "remove", "path": path}])).expect(200))
}

/// The one sentence with all of these parts.
#[track_caller]
fn sentence(document: &Value, parts: &[&str]) {
    let sentences = document["sentences"].as_array().unwrap();
    let has_all = |sentence: &&Value| parts.iter().all(|part| sentence.as_str().unwrap().contains(part));
    assert_eq!(sentences.iter().filter(has_all).count(), 1, "{parts:?} in {sentences:#?}");
}

#[test]
fn a_place_is_explained_by_rule_mapping_group_membership_and_request_9_2() {
    let server = Server::start();
    let ann = server.user("ann");
    let rule = server.rule(json!({"kind": "prefix", "pattern": "T-"}));
    let group = server.group("T-1", &[]);
    let cause = add(&server, &group, &ann);
    let said = explain(&server, &ann);
    let mapping = server.mapping_of(&group);
    assert_contains(
        &said["places"],
        &json!([
            {"entity": {"name": "T-1", "type": "team"}, "source": "mapping", "since": {"request_id": cause},
                "rule": {"id": rule, "pattern": "T-", "deleted": false},
                "mapping": {"id": mapping["id"], "status": "auto_approved", "made_by": "rule"},
                "group": {"id": group}, "membership": {"request_id": cause}},
            {"entity": {"name": "Default"}, "source": "default", "since": null, "mapping": null, "group": null},
        ]),
    );
    assert!(said["places"][0]["membership"]["token"].as_str().is_some_and(|token| !token.is_empty()));
    sentence(&said, &["the team \"T-1\"", "the group \"T-1\"", &cause, "begin with \"T-\""]);
    sentence(&said, &["the concurrency group \"Default\"", "the default"]);
    server.api.delete(format!("/mapping-rules/{rule}")).expect(204);
    sentence(&explain(&server, &ann), &["deleted since"]);
}

#[test]
fn a_place_by_hand_and_one_by_attribute_say_so_9_2() {
    let server = Server::start();
    server.entity("concurrency-groups", "Pool");
    let ann =
        server.user_with(json!({"userName": "ann@example.com", USER_EXTENSION: {"LambdatestGroup": "Pool"}}));
    let team = server.entity("teams", "Red");
    let put = server.api.send("PUT", format!("/teams/{team}/members/{ann}"), &[], None);
    let said = explain(&server, &ann);
    assert_contains(
        &said["places"],
        &json!([{"entity": {"name": "Pool"}, "source": "attribute"},
            {"entity": {"name": "Red"}, "source": "manual", "since": {"request_id": request(&put)}}]),
    );
    sentence(&said, &["\"Pool\"", "LambdatestGroup"]);
    sentence(&said, &["\"Red\"", "an administrator put them there"]);
}

#[test]
fn a_role_is_explained_by_own_and_groups_and_which_one_wins_9_2() {
    let server = Server::start();
    let ann = server
        .user_with(json!({"userName": "ann@example.com", USER_EXTENSION: {"OrganizationRole": "Guest"}}));
    let users = server.group_with_roles("Users", &["User"], &[&ann]);
    let admins = server.group_with_roles("Admins", &["Guest", "Admin"], &[]);
    let cause = add(&server, &admins, &ann);
    let said = explain(&server, &ann);
    assert_contains(
        &said["role"],
        &json!({"effective": "Admin", "own": "Guest", "decided_by": {"kind": "group", "group": {"id": admins}},
            "from_groups": [{"group": {"id": users}, "role": "User"},
                {"group": {"id": admins}, "role": "Admin", "membership": {"request_id": cause}}]}),
    );
    assert_contains(
        &said["role"]["history"][0],
        &json!({"old": "User", "new": "Admin", "request_id": cause, "cause": {"kind": "membership"}}),
    );
    sentence(&said, &["Their role is Admin", "\"Admins\"", "the highest", &cause]);
    let gone = request(&server.scim.delete(format!("/Groups/{admins}")).expect(204));
    let said = explain(&server, &ann);
    assert_contains(
        &said["role"]["history"][0],
        &json!({"old": "Admin", "new": "User", "request_id": gone, "cause": {"kind": "group_deleted",
            "group": {"display_name": "Admins"}}}),
    );
}

#[test]
fn what_is_blocked_names_the_conflict_then_the_decision_then_who_took_it_away_9_2() {
    let server = Server::start();
    let ann = server.user("ann");
    server.rule(json!({"kind": "all", "target_type": "concurrency_group"}));
    let one = server.group("One", &[&ann]);
    let two = server.group("Two", &[]);
    let cause = add(&server, &two, &ann);
    let conflict = text(&server.items("/conflicts?status=open")[0], "id");
    let said = explain(&server, &ann);
    assert_contains(
        &said["blocked"],
        &json!([{"entity": {"name": "Two"}, "group": {"id": two}, "membership": {"request_id": cause},
            "blocked_by": [{"kind": "conflict", "conflict_id": conflict, "clash": "exclusive_group",
                "entity": {"name": "One"}, "group": {"id": one}, "opened": {"request_id": cause}}]}]),
    );
    sentence(
        &said,
        &["not in the concurrency group \"Two\"", &format!("conflict {conflict}"), "has to decide"],
    );

    let keep = json!({"decision": "keep_current"});
    let decided = request(&server.api.post(format!("/conflicts/{conflict}/resolve"), keep));
    let said = explain(&server, &ann);
    assert_contains(
        &said["blocked"][0]["blocked_by"],
        &json!([{"kind": "decision", "winner": "current", "decided": {"request_id": decided}}]),
    );
    sentence(&said, &["decided for that one", &decided]);

    let place = text(&server.find_entity("concurrency-groups", "One").unwrap(), "id");
    let taken = request(&server.api.delete(format!("/concurrency-groups/{place}/members/{ann}")));
    let said = explain(&server, &ann);
    let blocked = said["blocked"].as_array().unwrap();
    assert_contains(
        blocked.iter().find(|blocked| blocked["group"]["id"] == one).expect("One is blocked"),
        &json!({"blocked_by": [{"kind": "withheld", "by": {"request_id": taken}}]}),
    );
    sentence(&said, &["\"One\"", "took them out", "until the identity provider pushes"]);
}

#[test]
fn what_somebody_lost_names_the_request_that_took_it_away_9_2() {
    let server = Server::start();
    let ann = server.user("ann");
    server.rule(json!({}));
    let [left, deleted, rejected, _] =
        ["Left", "Deleted", "Rejected", "Gone"].map(|name| server.group(name, &[&ann]));
    let mapping = text(&server.mapping_of(&rejected), "id");
    let team = text(&server.find_entity("teams", "Gone").unwrap(), "id");
    let expected = [
        ("Left", "left_group", remove(&server, &left, &ann)),
        ("Deleted", "group_deleted", request(&server.scim.delete(format!("/Groups/{deleted}")).expect(204))),
        (
            "Rejected",
            "mapping_rejected",
            request(&server.api.post(format!("/mappings/{mapping}/reject"), json!({})).expect(200)),
        ),
        ("Gone", "entity_deleted", request(&server.api.delete(format!("/teams/{team}")).expect(204))),
    ];
    let said = explain(&server, &ann);
    let rows: Vec<Value> = expected
        .iter()
        .map(|(name, reason, by)| {
            json!({"entity": {"name": name}, "source": "mapping", "group": {"display_name": name},
                "reason": reason, "ended": {"request_id": by}, "again": false})
        })
        .collect();
    assert_contains(&said["history"], &json!(rows));
    assert_eq!(said["history"][0]["entity"]["name"], "Gone", "newest first");
    for (name, _, by) in &expected {
        sentence(&said, &[&format!("were in the team \"{name}\""), by]);
    }
    sentence(&said, &["in the group \"Gone\"", "deleted the team"]);
    add(&server, &left, &ann);
    let said = explain(&server, &ann);
    assert_eq!(said["history"].as_array().unwrap().iter().filter(|past| past["again"] == true).count(), 1);
}

#[test]
fn what_gave_way_names_what_came_instead_9_2() {
    let server = Server::start();
    let ann = server.user("ann");
    let manual = server.entity("concurrency-groups", "By hand");
    server.api.send("PUT", format!("/concurrency-groups/{manual}/members/{ann}"), &[], None);
    server.rule(json!({"kind": "all", "target_type": "concurrency_group"}));
    server.group("One", &[&ann]);
    let two = server.group("Two", &[&ann]);
    let conflict = text(&server.items("/conflicts?status=open")[0], "id");
    let use_incoming = json!({"decision": "use_incoming"});
    let decided = request(&server.api.post(format!("/conflicts/{conflict}/resolve"), use_incoming));
    let said = explain(&server, &ann);
    assert_contains(
        &said["history"],
        &json!([
            {"entity": {"name": "One"}, "reason": "gave_way", "gave_way_to": {"name": "Two"},
                "ended": {"request_id": decided}},
            {"entity": {"name": "By hand"}, "source": "manual", "reason": "gave_way", "gave_way_to": {"name": "One"}},
        ]),
    );
    assert_contains(&said["blocked"][0]["blocked_by"], &json!([{"kind": "decision", "winner": "current"}]));
    remove(&server, &two, &ann);
    assert_eq!(server.concurrency_group_of(&ann).as_deref(), Some("One"));
}

#[test]
fn a_group_that_leads_nowhere_says_what_it_waits_for_9_2() {
    let server = Server::start();
    let ann = server.user("ann");
    let unmapped = server.group("Unmapped", &[&ann]);
    server.rule(json!({"kind": "prefix", "pattern": "S-", "target_type": "sub_organization"}));
    let missing = server.group("S-1", &[&ann]);
    let said = explain(&server, &ann);
    assert_contains(
        &said["waiting"],
        &json!([{"group": {"id": unmapped}, "mapping": null},
            {"group": {"id": missing}, "mapping": {"status": "pending", "reason": "target_missing"}}]),
    );
    sentence(&said, &["\"Unmapped\"", "neither a rule nor an administrator has mapped it"]);
    sentence(&said, &["\"S-1\"", "does not exist yet"]);
}

#[test]
fn a_deleted_user_is_explained_by_what_they_had_8_3_9_2() {
    let server = Server::start();
    let ann = server.user("ann");
    server.rule(json!({}));
    server.group_with_roles("Sales", &["Admin"], &[&ann]);
    let deleted = request(&server.scim.delete(format!("/Users/{ann}")).expect(204));
    let said = explain(&server, &ann);
    assert_contains(&said, &json!({"places": [], "blocked": [], "waiting": []}));
    assert!(said["user"]["deleted_at"].is_string(), "{said}");
    assert_contains(
        &said["history"],
        &json!([{"entity": {"name": "Sales"}, "reason": "user_deleted", "ended": {"request_id": deleted}}]),
    );
    assert_contains(
        &said["role"]["history"][0],
        &json!({"old": "Admin", "new": "User", "request_id": deleted, "cause": {"kind": "user_deleted"}}),
    );
    sentence(&said, &["ann@example.com was deleted on"]);
    server.api.get("/users/nobody/explain").expect_problem(404);
}

#[test]
fn the_command_line_explains_in_words_by_name_or_id_9_2() {
    let folder = tempfile::tempdir().unwrap();
    let server = DurableServer::start(folder.path());
    server.feature("group_provisioning", true);
    let ann = server.user("ann");
    server.rule(json!({}));
    let group = server.group("Sales", &[]);
    let cause = add(&server, &group, &ann);
    let words = server.rollcall(&["explain", "ANN@example.com"]).expect(0).stdout;
    assert!(words.contains("They are in the team \"Sales\""), "{words}");
    assert!(words.contains(&cause), "{words}");
    let document = server.rollcall(&["explain", &ann, "--json"]).json();
    assert_eq!(document, explain(&server, &ann));
    assert!(server.rollcall(&["explain", "nobody"]).expect(1).stderr.contains("nobody"));
}

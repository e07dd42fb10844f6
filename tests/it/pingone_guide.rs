//! PingOne, connected exactly as the guide says: user filter `userName eq "%s"`, identifier `workEmail`, the custom
//! schema URN, Match All → Team with auto-approve; then every row of the guide's table of effects, in its order.

use serde_json::{Value, json};

use crate::common::{Server, USER_EXTENSION, assert_contains, sorted};

/// A person as the guide's attribute mapping makes it (idp/README.md §1.4).
fn person(email: &str, given: &str, family: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", USER_EXTENSION],
        "userName": email,
        "name": {"givenName": given, "familyName": family, "formatted": format!("{given} {family}")},
        "emails": [{"value": email, "type": "work", "primary": true}],
        "active": true,
        USER_EXTENSION: {"OrganizationRole": "User", "LambdatestGroup": "Parallel 50"}
    })
}

/// The people and the group that the steps share.
struct Pushed {
    ann: String,
    bob: String,
    qa: String,
}

#[test]
fn the_whole_guide_runs_and_every_row_of_its_effects_table_holds() {
    let server = Server::start();
    server.entity("concurrency-groups", "Parallel 50");
    the_connection_test_succeeds(&server);
    let (ann, bob) = people_are_provisioned(&server);
    server.rule(json!({"kind": "all", "target_type": "team", "auto_approve": true}));
    let pushed = group_included_in_the_rule(&server, ann, bob);
    user_added_to_the_group(&server, &pushed);
    user_removed_from_the_group(&server, &pushed);
    group_renamed(&server, &pushed);
    group_removed_from_the_rule(&server, &pushed);
    group_pushed_again(&server, &pushed);
}

/// "Click Test Connection to verify": the call is not documented, so each shape seen or guessed (§1.2).
fn the_connection_test_succeeds(server: &Server) {
    let list = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": 0});
    for target in ["/Users", "/Users?count=1", "/Users?startIndex=1&count=1", "//Users", "/Users/", "/Groups"]
    {
        server.scim.get(target).expect_body(200, list.clone());
    }
    let dummy = "/Users?filter=userName%20eq%20%22dummy%40example.com%22";
    for headers in [[("Accept", "application/scim+json")], [("Content-Type", "application/json")]] {
        server.scim.send("GET", dummy, &headers, None).expect_body(200, list.clone());
    }
    server.scim.get("/Users/0").expect_scim_error(404, None);
    server.scim.get("/ServiceProviderConfig").expect_body(200, json!({"patch": {"supported": true}}));
}

/// Create, update and disable users: all three are checked in the guide's preferences.
fn people_are_provisioned(server: &Server) -> (String, String) {
    let look_up =
        || server.scim.get("/Users?filter=userName%20eq%20%22ann%40example.com%22").expect(200).json;
    assert_contains(&look_up(), &json!({"totalResults": 0}));
    let mut ann = person("ann@example.com", "Ann", "Arbor");
    let created = server.scim.post("/Users", &ann).expect_body(201, ann.clone());
    assert!(created.header("location").is_some_and(|url| url.ends_with(&created.id())), "{created:?}");
    assert_contains(&look_up(), &json!({"totalResults": 1, "Resources": [{"id": created.id()}]}));

    ann["name"]["familyName"] = json!("Ardent");
    server.scim.put(format!("/Users/{}", created.id()), &ann).expect_body(200, ann.clone());
    for active in [false, true] {
        ann["active"] = json!(active);
        server.scim.put(format!("/Users/{}", created.id()), &ann).expect_body(200, json!({"active": active}));
        assert_contains(&look_up(), &json!({"Resources": [{"id": created.id(), "active": active}]}));
        assert_contains(&server.person(&created.id()), &json!({"active": active}));
    }
    let types = server.event_types_after(0);
    for expected in ["user.created", "user.updated", "user.deactivated", "user.activated"] {
        assert!(types.iter().any(|found| found == expected), "no {expected} in {types:?}");
    }
    let admin =
        json!({"role": {"effective": "User", "own": "User"}, "concurrency_group": {"name": "Parallel 50"}});
    assert_contains(&server.person(&created.id()), &admin);
    let bob = server.scim.post("/Users", person("bob@example.com", "Bob", "Brown")).expect(201).id();
    (created.id(), bob)
}

/// "Group created, mapping rules evaluated, members synced." PingOne looks it up, posts it, and puts its members.
fn group_included_in_the_rule(server: &Server, ann: String, bob: String) -> Pushed {
    let before = server.last_event();
    server
        .scim
        .get("/Groups?filter=displayName%20eq%20%22QA%22")
        .expect_body(200, json!({"totalResults": 0}));
    let group = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "QA"});
    let qa = server.scim.post("/Groups", group).expect_body(201, json!({"displayName": "QA"})).id();
    let answer = server.put_group(&qa, "QA", &[&ann]).expect(200);
    assert_contains(&answer.json, &json!({"members": [{"value": ann}]}));

    let mapping = json!({"target_type": "team", "status": "auto_approved", "entity": {"name": "QA"}});
    let group = server.api.get(format!("/groups/{qa}")).expect(200).json;
    let expected =
        json!({"display_name": "QA", "member_count": 1, "status": "auto_approved", "mappings": [mapping]});
    assert_contains(&group, &expected);
    assert_contains(
        &server.find_entity("teams", "QA").unwrap(),
        &json!({"created_by": "mapping", "member_count": 1}),
    );
    assert_eq!(server.members_of("teams", "QA"), ["ann@example.com"]);
    assert_eq!(server.teams_of(&ann), ["QA"]);
    let user = server.scim.get(format!("/Users/{ann}")).expect(200).json;
    assert_contains(&user, &json!({"groups": [{"value": qa, "display": "QA"}]}));
    let types = server.event_types_after(before);
    let steps = ["group.created", "mapping.created", "mapping.approved", "entity.created"];
    for expected in steps.iter().chain(&["group.member_added", "assignment.granted"]) {
        assert_eq!(types.iter().filter(|found| found == expected).count(), 1, "{expected} in {types:?}");
    }
    Pushed { ann, bob, qa }
}

/// "Member added to all mapped entities", by PUT and by PATCH.
fn user_added_to_the_group(server: &Server, pushed: &Pushed) {
    let night = server.entity("teams", "Night shift");
    server.map(&pushed.qa, "team", &night);
    let pool = server.entity("concurrency-groups", "Pool");
    server.map(&pushed.qa, "concurrency_group", &pool);
    server.put_group(&pushed.qa, "QA", &[&pushed.ann, &pushed.bob]).expect(200);
    let cleo = server.scim.post("/Users", person("cleo@example.com", "Cleo", "Cole")).expect(201).id();
    let before = server.last_event();
    server.add_member(&pushed.qa, &cleo);

    let everybody = ["ann@example.com", "bob@example.com", "cleo@example.com"];
    assert_eq!(server.members_of("teams", "QA"), everybody);
    assert_eq!(server.members_of("teams", "Night shift"), everybody);
    assert_eq!(server.members_of("concurrency-groups", "Pool"), everybody);
    assert_eq!(server.teams_of(&cleo), ["Night shift", "QA"]);
    assert_eq!(server.members_of_group(&pushed.qa), sorted([&pushed.ann, &pushed.bob, &cleo]));
    assert_eq!(server.events_of_type("assignment.granted", before).len(), 3);
}

/// "Member removed (if no other group maps them there), role recomputed", by PUT and by PATCH.
fn user_removed_from_the_group(server: &Server, pushed: &Pushed) {
    let other = server.group("Staff", &[&pushed.bob]);
    let before = server.last_event();
    server.put_group(&pushed.qa, "QA", &[&pushed.ann, &pushed.bob]).expect(200);
    assert_eq!(server.members_of("teams", "QA"), ["ann@example.com", "bob@example.com"]);
    server.set_group_roles(&pushed.qa, &["Admin"]).expect(200);
    assert_eq!((server.role_of(&pushed.ann), server.role_of(&pushed.bob)), ("Admin".into(), "Admin".into()));
    server.remove_member(&pushed.qa, &pushed.bob);

    for team in ["QA", "Night shift"] {
        assert_eq!(server.members_of("teams", team), ["ann@example.com"]);
    }
    assert_eq!(server.teams_of(&pushed.bob), ["Staff"]);
    assert_eq!(server.concurrency_group_of(&pushed.bob).as_deref(), Some("Parallel 50"));
    assert_eq!((server.role_of(&pushed.ann), server.role_of(&pushed.bob)), ("Admin".into(), "User".into()));
    assert_eq!(server.events_of_type("user.role_changed", before).len(), 3);
    assert_eq!(server.events_of_type("group.member_removed", before).len(), 2);
    server.delete_group(&other);
}

/// "Group renamed, mapped entity renamed to match": of two teams one can have the name, the other one is flagged.
fn group_renamed(server: &Server, pushed: &Pushed) {
    let team = server.find_entity("teams", "QA").unwrap()["id"].clone();
    let before = server.last_event();
    server
        .put_group(&pushed.qa, "Quality", &[&pushed.ann])
        .expect_body(200, json!({"displayName": "Quality"}));

    assert_eq!(server.find_entity("teams", "QA"), None);
    assert_contains(&server.find_entity("teams", "Quality").unwrap(), &json!({"id": team}));
    assert_eq!(server.teams_of(&pushed.ann), ["Night shift", "Quality"]);
    assert_eq!(server.concurrency_group_of(&pushed.ann).as_deref(), Some("Quality"));
    let flagged = server.mappings_of(&pushed.qa);
    let flagged = flagged.iter().find(|mapping| mapping["entity"]["name"] == "Night shift").unwrap();
    assert_contains(flagged, &json!({"status": "approved", "flags": ["rename_blocked"]}));
    let types = server.event_types_after(before);
    assert!(
        types.contains(&"group.renamed".to_owned()) && types.contains(&"entity.renamed".to_owned()),
        "{types:?}"
    );
    rules_are_evaluated_again(server);
}

/// "... rules re-evaluated."
fn rules_are_evaluated_again(server: &Server) {
    server
        .rule(json!({"kind": "prefix", "pattern": "Org ", "target_type": "sub_organization", "priority": 9}));
    let group = server.group("Dev", &[]);
    assert_contains(&server.mapping_of(&group), &json!({"target_type": "team", "status": "auto_approved"}));
    server.rename(&group, "Org Dev");
    let team = json!({"target_type": "team", "status": "pending", "reason": "rule_changed"});
    let place = json!({"target_type": "sub_organization", "status": "pending", "reason": "target_missing"});
    assert_contains(&json!(server.mappings_of(&group)), &json!([team, place]));
    server.delete_group(&group);
}

/// "Group soft-deleted, members safely unassigned, roles recomputed."
fn group_removed_from_the_rule(server: &Server, pushed: &Pushed) {
    server.set_group_roles(&pushed.qa, &["Admin"]).expect(200);
    assert_eq!(server.role_of(&pushed.ann), "Admin");
    let before = server.last_event();
    server.delete_group(&pushed.qa);

    server.scim.get(format!("/Groups/{}", pushed.qa)).expect_scim_error(404, None);
    server.scim.get("/Groups").expect_body(200, json!({"totalResults": 0}));
    assert_eq!(server.teams_of(&pushed.ann), [""; 0]);
    assert_eq!(server.role_of(&pushed.ann), "User");
    assert_eq!(server.concurrency_group_of(&pushed.ann).as_deref(), Some("Parallel 50"));
    let team = server.find_entity("teams", "Quality").expect("the team is kept");
    assert_contains(&team, &json!({"member_count": 0, "mapping": null}));
    let rejected = server.items("/mappings?status=rejected");
    assert!(rejected.iter().any(|mapping| mapping["reason"] == "group_deleted"), "{rejected:?}");
    let types = server.event_types_after(before);
    for expected in ["group.deleted", "mapping.rejected", "assignment.revoked", "user.role_changed"] {
        assert!(types.iter().any(|found| found == expected), "no {expected} in {types:?}");
    }
    assert_contains(&server.person(&pushed.ann), &json!({"active": true, "groups": []}));
}

/// The guide is silent here; mapping.md 6.2: the same record, with only the members now pushed.
fn group_pushed_again(server: &Server, pushed: &Pushed) {
    let before = server.last_event();
    let again = server.group("Quality", &[&pushed.bob]);
    assert_eq!(again, pushed.qa);
    assert_eq!(server.members_of("teams", "Quality"), ["bob@example.com"]);
    assert_eq!(server.events_of_type("group.restored", before).len(), 1);
    server.delete_user(&pushed.bob);
    assert_eq!(server.members_of_group(&pushed.qa), [""; 0]);
    assert_eq!(server.members_of("teams", "Quality"), [""; 0]);
}

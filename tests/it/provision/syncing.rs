//! What a sync does to the target, step by step.

use serde_json::json;

use super::desk::Desk;
use super::relay::Relay;
use crate::common::{Server, assert_contains, sorted};

#[test]
fn the_first_sync_creates_and_the_second_sends_nothing() {
    let server = Server::start();
    server.rule(json!({}));
    let relay = Relay::to(&server);
    let desk = Desk::at(&relay);
    desk.people(&["ann", "bob"], &[("Sales", &["ann", "bob"]), ("Empty", &[])]);
    let summary = desk.synced();
    assert_contains(
        &summary,
        &json!({"users": {"created": 2}, "groups": {"created": 2}, "memberships": {"added": 2, "removed": 0}}),
    );
    assert_eq!(server.members_of("teams", "Sales"), ["ann@example.com", "bob@example.com"]);
    assert_eq!(relay.asked().len(), summary["requests"]["sent"].as_u64().unwrap() as usize);
    let again = desk.synced();
    assert_contains(
        &again,
        &json!({"users": {"unchanged": 2}, "groups": {"unchanged": 2}, "requests": {"sent": 0}}),
    );
    assert!(relay.asked().is_empty());
}

#[test]
fn only_what_has_changed_is_sent() {
    let server = Server::start();
    let relay = Relay::to(&server);
    let desk = Desk::at(&relay);
    desk.people(&["ann", "bob", "cleo"], &[("Sales", &["ann"]), ("Legal", &["bob"])]);
    desk.synced();
    relay.asked();
    desk.directory(
        &super::desk::directory(&["ann", "bob", "cleo"], &[("Sales", &["ann", "cleo"]), ("Legal", &["bob"])])
            .replace("given_name = \"bob\"", "given_name = \"Robert\""),
    );
    let summary = desk.synced();
    assert_contains(
        &summary,
        &json!({"users": {"updated": 1, "unchanged": 2}, "groups": {"updated": 1, "unchanged": 1},
            "memberships": {"added": 1, "removed": 0}}),
    );
    let lines: Vec<String> = relay.asked().iter().map(|asked| asked.method.clone()).collect();
    assert_eq!(lines, ["PUT", "GET", "PUT"], "a user; a group's members, for Merge; the group");
}

#[test]
fn who_leaves_the_rule_is_disabled_and_comes_back_as_the_same_user() {
    let server = Server::start();
    server.rule(json!({}));
    let desk = Desk::before(&server);
    desk.people(&["ann", "bob"], &[("Sales", &["ann", "bob"])]);
    desk.synced();
    let bob = desk.state()["users"]["bob"]["id"].as_str().unwrap().to_owned();
    desk.people(&["ann"], &[("Sales", &["ann"])]);
    assert_contains(&desk.synced(), &json!({"users": {"disabled": 1}, "memberships": {"removed": 1}}));
    assert_eq!(server.person(&bob)["active"], false);
    assert_eq!(server.members_of("teams", "Sales"), ["ann@example.com"]);
    assert_contains(&desk.synced(), &json!({"requests": {"sent": 0}}));
    desk.people(&["ann", "bob"], &[("Sales", &["ann", "bob"])]);
    assert_contains(&desk.synced(), &json!({"users": {"updated": 1}, "memberships": {"added": 1}}));
    assert_eq!(server.person(&bob)["active"], true);
}

#[test]
fn with_the_remove_action_delete_who_leaves_is_deleted() {
    let server = Server::start();
    let desk = Desk::before(&server);
    desk.preferences("remove_action = \"Delete\"");
    desk.people(&["ann", "bob"], &[]);
    desk.synced();
    let bob = desk.state()["users"]["bob"]["id"].as_str().unwrap().to_owned();
    desk.people(&["ann"], &[]);
    assert_contains(&desk.synced(), &json!({"users": {"removed": 1, "unchanged": 1}}));
    server.scim.get(format!("/Users/{bob}")).expect(404);
    assert!(desk.state()["users"]["bob"].is_null());
}

#[test]
fn a_disabled_user_of_the_directory_is_disabled_at_the_target() {
    let server = Server::start();
    let desk = Desk::before(&server);
    desk.rule("groups = \"all\"");
    desk.people(&["ann"], &[]);
    desk.synced();
    desk.directory("[[users]]\nusername = \"ann\"\nemail_address = \"ann@example.com\"\ngiven_name = \"ann\"\nenabled = false");
    assert_contains(&desk.synced(), &json!({"users": {"disabled": 1}}));
    let id = desk.state()["users"]["ann"]["id"].as_str().unwrap().to_owned();
    assert_eq!(server.person(&id)["active"], false);
}

#[test]
fn what_the_preferences_switch_off_is_not_done() {
    let server = Server::start();
    let desk = Desk::before(&server);
    desk.people(&["ann", "bob"], &[]);
    desk.synced();
    desk.preferences("create_users = false\nupdate_users = false\ndisable_users = false");
    desk.directory(
        &super::desk::directory(&["ann", "cleo"], &[]).replace("given_name = \"ann\"", "given_name = \"A\""),
    );
    let summary = desk.synced();
    assert_contains(
        &summary,
        &json!({"users": {"unchanged": 1, "skipped": 2, "created": 0, "updated": 0, "disabled": 0}}),
    );
    let users = server.scim.get("/Users").expect(200).json;
    assert_eq!(users["totalResults"], 2);
    let names: Vec<_> =
        users["Resources"].as_array().unwrap().iter().map(|user| user["name"]["givenName"].clone()).collect();
    assert_eq!(sorted(names.iter().map(|name| name.as_str().unwrap())), ["ann", "bob"]);
}

#[test]
fn users_and_groups_that_are_there_already_are_adopted() {
    let server = Server::start();
    server.rule(json!({}));
    let ann = server.user("ann");
    let stranger = server.user("stranger");
    let group = server.group("sales", &[&stranger]);
    let desk = Desk::before(&server);
    desk.people(&["ann"], &[("Sales", &["ann"])]);
    assert_contains(
        &desk.synced(),
        &json!({"users": {"adopted": 1}, "groups": {"adopted": 1}, "memberships": {"added": 1, "removed": 0}}),
    );
    assert_eq!(desk.state()["users"]["ann"]["id"], ann);
    let mut both = vec![ann.clone(), stranger];
    both.sort();
    assert_eq!(server.members_of_group(&group), both, "Merge keeps whom others put there");
    desk.preferences("group_membership_handling = \"Overwrite\"");
    std::fs::remove_file(desk.folder().join("state.json")).unwrap();
    assert_contains(
        &desk.synced(),
        &json!({"users": {"adopted": 1}, "groups": {"adopted": 1}, "memberships": {"removed": 1}}),
    );
    assert_eq!(server.members_of_group(&group), [ann], "Overwrite does not");
}

#[test]
fn a_group_that_leaves_the_rule_is_deleted_unless_the_preferences_say_no() {
    let server = Server::start();
    let desk = Desk::before(&server);
    desk.people(&["ann"], &[("Sales", &["ann"]), ("Legal", &["ann"])]);
    desk.synced();
    desk.rule("groups = [\"Legal\"]");
    assert_contains(&desk.synced(), &json!({"groups": {"removed": 1, "unchanged": 1}}));
    assert_eq!(server.scim.get("/Groups").expect(200).json["totalResults"], 1);
    desk.preferences("remove_groups = false");
    desk.rule("groups = []");
    assert_contains(&desk.synced(), &json!({"groups": {"removed": 0}, "requests": {"sent": 0}}));
    assert_eq!(server.scim.get("/Groups").expect(200).json["totalResults"], 1);
}

#[test]
fn a_group_with_an_id_is_renamed_and_names_may_move_on_in_one_sync() {
    let server = Server::start();
    let desk = Desk::before(&server);
    let groups = |names: [&str; 2]| {
        format!(
            "[[groups]]\nid = \"1\"\nname = \"{}\"\n[[groups]]\nid = \"2\"\nname = \"{}\"\n",
            names[0], names[1]
        )
    };
    desk.directory(&groups(["A", "B"]));
    desk.synced();
    let ids = ["1", "2"].map(|key| desk.state()["groups"][key]["id"].as_str().unwrap().to_owned());
    // The first wants the name that the second still has.
    desk.directory(&groups(["B", "C"]));
    assert_contains(&desk.synced(), &json!({"groups": {"updated": 2}}));
    let names =
        ids.map(|id| server.scim.get(format!("/Groups/{id}")).expect(200).json["displayName"].clone());
    assert_eq!(names, ["B", "C"]);
}

#[test]
fn members_of_nested_groups_are_members() {
    let server = Server::start();
    let desk = Desk::before(&server);
    let mut text = super::desk::directory(&["ann", "bob"], &[("Backend", &["ann"])]);
    text.push_str("[[groups]]\nname = \"Engineering\"\nmembers = [\"BOB\"]\ngroups = [\"backend\"]\n");
    desk.directory(&text);
    assert_contains(&desk.synced(), &json!({"groups": {"created": 2}, "memberships": {"added": 3}}));
}

#[test]
fn what_the_target_has_lost_is_sent_again_with_the_next_change() {
    let server = Server::start();
    let desk = Desk::before(&server);
    desk.people(&["ann"], &[("Sales", &["ann"])]);
    desk.synced();
    let id = |list: &str, key: &str| desk.state()[list][key]["id"].as_str().unwrap().to_owned();
    server.delete_user(&id("users", "ann"));
    server.delete_group(&id("groups", "Sales"));
    desk.directory(
        &super::desk::directory(&["ann", "bob"], &[("Sales", &["ann", "bob"])])
            .replace("given_name = \"ann\"", "given_name = \"A\""),
    );
    assert_contains(&desk.synced(), &json!({"users": {"created": 2}, "groups": {"created": 1}}));
    assert_eq!(server.members_of_group(&id("groups", "Sales")).len(), 2);
}

#[test]
fn a_rule_that_is_off_sends_nothing() {
    let server = Server::start();
    let relay = Relay::to(&server);
    let desk = Desk::at(&relay);
    desk.people(&["ann"], &[]);
    desk.rule("enabled = false");
    assert_contains(&desk.synced(), &json!({"users": {"created": 0}, "requests": {"sent": 0}}));
    assert!(desk.sync(&[]).expect(0).stdout.contains("switched off"));
    assert!(relay.asked().is_empty());
}

//! Targets that are busy, broken or gone, and runs that were killed.

use serde_json::json;

use super::desk::Desk;
use super::relay::{Fate, Relay};
use crate::common::{Server, assert_contains};

#[test]
fn a_busy_target_is_left_alone_as_long_as_it_asks_and_then_asked_again() {
    let server = Server::start();
    let relay = Relay::to(&server);
    let desk = Desk::at(&relay);
    desk.people(&["ann"], &[]);
    relay.judge_first(1, "POST", "/Users", Fate::Answer(429, vec![("Retry-After", "1".to_owned())]));
    let summary = desk.synced();
    assert_contains(&summary, &json!({"users": {"created": 1}, "requests": {"repeated": 1}}));
    assert!(summary["requests"]["seconds"].as_f64().unwrap() >= 1.0, "{summary}");
    let methods: Vec<String> = relay.asked().iter().map(|asked| asked.method.clone()).collect();
    assert_eq!(methods, ["GET", "POST", "POST"], "429 says that nothing was done");
}

#[test]
fn passing_errors_and_lost_connections_are_repeated() {
    let server = Server::start();
    let relay = Relay::to(&server);
    let desk = Desk::at(&relay);
    desk.people(&["ann"], &[("Sales", &["ann"])]);
    for (method, start, fate) in [
        ("GET", "/Users", Fate::Answer(503, vec![])),
        ("GET", "/Groups", Fate::Lose),
        ("PUT", "/Groups", Fate::LoseAnswer),
        ("PUT", "/Groups", Fate::Answer(502, vec![])),
    ] {
        relay.judge_first(1, method, start, fate);
        let _ = std::fs::remove_file(desk.folder().join("state.json"));
        for group in server.scim.get("/Groups").expect(200).json["Resources"].as_array().unwrap() {
            server.delete_group(group["id"].as_str().unwrap());
        }
        assert_contains(&desk.synced(), &json!({"requests": {"repeated": 1}, "memberships": {"added": 1}}));
    }
}

#[test]
fn a_create_whose_answer_was_lost_is_looked_for_before_it_is_repeated() {
    let server = Server::start();
    let relay = Relay::to(&server);
    let desk = Desk::at(&relay);
    desk.people(&["ann"], &[("Sales", &["ann"])]);
    for (start, fate, posts) in [
        ("/Users", Fate::LoseAnswer, 1),
        ("/Users", Fate::Lose, 2),
        ("/Users", Fate::Answer(500, vec![]), 2),
        ("/Groups", Fate::LoseAnswer, 1),
    ] {
        let _ = std::fs::remove_file(desk.folder().join("state.json"));
        for list in ["/Users", "/Groups"] {
            for one in server.scim.get(list).expect(200).json["Resources"].as_array().unwrap() {
                server.scim.delete(format!("{list}/{}", one["id"].as_str().unwrap())).expect(204);
            }
        }
        relay.asked();
        relay.judge_first(1, "POST", start, fate.clone());
        assert_contains(&desk.synced(), &json!({"users": {"created": 1}, "groups": {"created": 1}}));
        let asked: Vec<String> = relay
            .asked()
            .iter()
            .filter(|asked| asked.target.starts_with(start))
            .map(|asked| asked.method.clone())
            .collect();
        assert_eq!(asked[..3], ["GET", "POST", "GET"], "{fate:?}");
        assert_eq!(asked.iter().filter(|method| *method == "POST").count(), posts, "{fate:?}");
    }
    assert_eq!(server.scim.get("/Users").expect(200).json["totalResults"], 1);
}

#[test]
fn one_refusal_does_not_keep_the_others_and_is_told_with_its_reason() {
    let server = Server::start();
    let relay = Relay::to(&server);
    let desk = Desk::at(&relay);
    desk.people(&["ann", "bob"], &[("Sales", &["ann", "bob"])]);
    relay.judge(|asked| match asked.body["userName"] == "bob@example.com" {
        true => Fate::Answer(400, vec![]),
        false => Fate::Pass,
    });
    let summary = desk.failed();
    assert_contains(
        &summary,
        &json!({"users": {"created": 1, "failed": 1}, "groups": {"created": 1}, "memberships": {"added": 1}}),
    );
    let failure =
        json!([{"what": "user bob@example.com", "reason": "*POST /Users: answered 400: the relay says so*"}]);
    assert_contains(&summary["failures"], &failure);
    relay.judge(|_| Fate::Pass);
    let summary = desk.synced();
    assert_contains(
        &summary,
        &json!({"users": {"created": 1, "unchanged": 1}, "groups": {"updated": 1}, "memberships": {"added": 1}}),
    );
}

#[test]
fn a_token_that_is_not_valid_ends_the_sync_at_once() {
    let server = Server::start();
    let relay = Relay::to(&server);
    let desk = Desk::with(&relay.base_url, "rollcall_scim_wrong");
    desk.people(&["ann", "bob", "cleo", "dan", "eve", "fay", "gus", "hal"], &[]);
    let summary = desk.failed();
    assert_contains(&summary, &json!({"stopped": "*answered 401*", "failures": []}));
    assert!(relay.asked().len() <= 4, "no more than were under way");
    let output = desk.sync(&[]).expect(1);
    assert!(!format!("{output:?}").contains("rollcall_scim_wrong"), "{output:?}");
    assert_eq!(desk.command("test", &[]).code, Some(1));
}

#[test]
fn a_target_that_asks_for_too_much_patience_is_a_failure() {
    let server = Server::start();
    let relay = Relay::to(&server);
    let desk = Desk::at(&relay);
    desk.people(&["ann"], &[]);
    relay.judge(|_| Fate::Answer(503, vec![("Retry-After", "3600".to_owned())]));
    let summary = desk.failed();
    assert_contains(&summary["failures"], &json!([{"reason": "*asks to wait 3600 seconds*"}]));
}

#[test]
fn more_than_one_match_is_a_failure_of_that_user_alone() {
    let server = Server::start();
    let desk = Desk::before(&server);
    server.user("joan");
    server.user("joanna");
    desk.preferences("user_filter_expression = 'userName co \"%s\"'\nuser_identifier = \"workEmail\"");
    desk.directory("[[users]]\nusername = \"j\"\nemail_address = \"joan\"\n[[users]]\nusername = \"ann\"\nemail_address = \"ann@example.com\"\n");
    let summary = desk.failed();
    assert_contains(
        &summary,
        &json!({"users": {"created": 1, "failed": 1}, "failures": [{"reason": "*2 resources match*"}]}),
    );
}

#[test]
fn a_run_that_was_killed_after_its_creates_leaves_nobody_behind() {
    let server = Server::start();
    let relay = Relay::to(&server);
    let desk = Desk::at(&relay);
    desk.people(&["ann", "bob"], &[("Sales", &["ann", "bob"])]);
    // What the state file holds while a run is under way: both intended, neither known by its id.
    relay.judge(|asked| if asked.method == "POST" { Fate::Answer(400, vec![]) } else { Fate::Pass });
    desk.failed();
    assert_contains(
        &desk.state(),
        &json!({"users": {"bob": {"id": null, "settled": false}}, "groups": {"Sales": {"settled": false}}}),
    );
    let bob = server.user("bob");
    let group = server.group("Sales", &[&bob]);
    relay.judge(|_| Fate::Pass);
    // Both have left the directory meanwhile.
    desk.people(&["ann"], &[]);
    assert_contains(
        &desk.synced(),
        &json!({"users": {"created": 1, "disabled": 1}, "groups": {"removed": 1}}),
    );
    assert_eq!(server.person(&bob)["active"], false);
    server.scim.get(format!("/Groups/{group}")).expect(404);
}

#[test]
fn a_member_put_in_by_a_run_that_was_killed_is_still_its_own() {
    let server = Server::start();
    let relay = Relay::to(&server);
    let desk = Desk::at(&relay);
    desk.people(&["ann", "bob"], &[("Sales", &["ann"])]);
    desk.synced();
    desk.people(&["ann", "bob"], &[("Sales", &["ann", "bob"])]);
    // The target takes it, and the run does not hear so: as if it had been killed in between.
    relay.judge(|asked| if asked.is("PUT", "/Groups") { Fate::Deceive(400) } else { Fate::Pass });
    assert_contains(&desk.failed(), &json!({"groups": {"failed": 1}}));
    relay.judge(|_| Fate::Pass);
    desk.people(&["ann", "bob"], &[("Sales", &["ann"])]);
    assert_contains(&desk.synced(), &json!({"memberships": {"added": 0, "removed": 1}}));
    let group = desk.state()["groups"]["Sales"]["id"].as_str().unwrap().to_owned();
    assert_eq!(server.members_of_group(&group).len(), 1);
}

#[test]
fn what_a_killed_run_set_and_the_directory_no_longer_has_is_taken_away() {
    let server = Server::start();
    let relay = Relay::to(&server);
    let desk = Desk::at(&relay);
    desk.directory("[[users]]\nusername = \"a\"\nemail_address = \"a@example.com\"\ngiven_name = \"A\"\n");
    relay.judge(|asked| if asked.method == "POST" { Fate::Deceive(400) } else { Fate::Pass });
    desk.failed();
    relay.judge(|_| Fate::Pass);
    desk.directory("[[users]]\nusername = \"a\"\nemail_address = \"a@example.com\"\n");
    assert_contains(&desk.synced(), &json!({"users": {"adopted": 1}}));
    let found = server.scim.get("/Users").expect(200).json;
    assert!(found["Resources"][0]["name"]["givenName"].is_null(), "{found}");
}

#[test]
fn whoever_was_renamed_after_a_run_that_was_killed_creating_them_is_found_by_the_earlier_name() {
    let server = Server::start();
    let relay = Relay::to(&server);
    let desk = Desk::at(&relay);
    let write = |address: &str, group: &str| {
        desk.directory(&format!(
            "[[users]]\nusername = \"ann\"\nemail_address = \"{address}\"\n\
             [[groups]]\nid = \"1\"\nname = \"{group}\"\nmembers = [\"ann\"]\n"
        ));
    };
    write("ann@example.com", "Sales");
    relay.judge(|asked| if asked.method == "POST" { Fate::Deceive(400) } else { Fate::Pass });
    desk.failed();
    relay.judge(|_| Fate::Pass);
    write("ann.smith@example.com", "Sales Europe");
    assert_contains(&desk.synced(), &json!({"users": {"adopted": 1}, "groups": {"adopted": 1}}));
    for (list, name, wanted) in
        [("/Users", "userName", "ann.smith@example.com"), ("/Groups", "displayName", "Sales Europe")]
    {
        let found = server.scim.get(list).expect(200).json;
        assert_contains(&found, &json!({"totalResults": 1, "Resources": [{name: wanted}]}));
    }
}

#[test]
fn whoever_was_not_created_by_a_run_that_was_killed_is_looked_for_by_each_name_in_turn() {
    let server = Server::start();
    let relay = Relay::to(&server);
    let desk = Desk::at(&relay);
    let write = |address: &str| {
        desk.directory(&format!("[[users]]\nusername = \"ann\"\nemail_address = \"{address}\"\n"));
    };
    write("a@example.com");
    relay.judge(|asked| if asked.method == "POST" { Fate::Answer(400, vec![]) } else { Fate::Pass });
    desk.failed();
    write("b@example.com");
    relay.judge(|asked| if asked.method == "POST" { Fate::Deceive(400) } else { Fate::Pass });
    desk.failed();
    assert_contains(&desk.state(), &json!({"users": {"ann": {"id": null, "identifier": "b@example.com"}}}));
    write("c@example.com");
    relay.judge(|_| Fate::Pass);
    assert_contains(&desk.synced(), &json!({"users": {"adopted": 1}}));
    assert_eq!(server.scim.get("/Users").expect(200).json["totalResults"], 1);
}

#[test]
fn a_run_on_the_state_file_of_another_run_sends_nothing() {
    let server = Server::start();
    let relay = Relay::to(&server);
    let desk = Desk::at(&relay);
    desk.people(&["ann"], &[]);
    let file = std::fs::File::create(desk.folder().join("state.json.lock")).unwrap();
    file.lock().unwrap();
    let output = desk.sync(&[]).expect(1);
    assert!(output.stderr.contains("another run is at work"), "{}", output.stderr);
    assert!(relay.asked().is_empty());
    desk.sync(&["--dry-run"]).expect(0);
    drop(file);
    assert_contains(&desk.synced(), &json!({"users": {"created": 1}}));
}

#[test]
fn who_left_in_a_run_that_was_killed_and_is_back_in_the_next_is_sent_again() {
    for (preferences, method, start) in [
        ("", "PUT", "/Users"),
        ("remove_action = \"Delete\"\n", "DELETE", "/Users"),
        ("", "DELETE", "/Groups"),
    ] {
        let server = Server::start();
        let relay = Relay::to(&server);
        let desk = Desk::at(&relay);
        desk.preferences(preferences);
        desk.people(&["ann"], &[("Sales", &["ann"])]);
        desk.synced();
        desk.people(&[], &[]);
        killed(&desk, &relay, method, start);
        desk.people(&["ann"], &[("Sales", &["ann"])]);
        desk.synced();
        let users = server.scim.get("/Users").expect(200).json;
        assert_contains(&users, &json!({"totalResults": 1, "Resources": [{"active": true}]}));
        let groups = server.scim.get("/Groups").expect(200).json;
        assert_contains(&groups, &json!({"totalResults": 1, "Resources": [{"displayName": "Sales"}]}));
        let ann = users["Resources"][0]["id"].as_str().unwrap();
        assert_eq!(server.members_of_group(groups["Resources"][0]["id"].as_str().unwrap()), [ann]);
    }
}

#[test]
fn whoever_is_renamed_again_after_a_run_that_was_killed_renaming_them_is_found() {
    for start in ["/Users", "/Groups"] {
        let server = Server::start();
        let relay = Relay::to(&server);
        let desk = Desk::at(&relay);
        let write = |number: usize| {
            desk.directory(&format!(
                "[[users]]\nusername = \"ann\"\nemail_address = \"ann@{number}.example.com\"\n\
                 [[groups]]\nid = \"1\"\nname = \"Sales {number}\"\nmembers = [\"ann\"]\n"
            ));
        };
        write(1);
        relay.judge(|asked| if asked.method == "POST" { Fate::Deceive(400) } else { Fate::Pass });
        desk.failed();
        write(2);
        killed(&desk, &relay, "PUT", start);
        write(3);
        desk.synced();
        for list in ["/Users", "/Groups"] {
            assert_eq!(server.scim.get(list).expect(200).json["totalResults"], 1, "{start} {list}");
        }
    }
}

/// A sync that is killed at a request: the target does it, and the state file stays as it was then.
fn killed(desk: &Desk, relay: &Relay, method: &'static str, start: &'static str) {
    let (state, kept) = (desk.folder().join("state.json"), desk.folder().join("kept.json"));
    let (file, copy) = (state.clone(), kept.clone());
    relay.judge(move |asked| {
        if !asked.is(method, start) {
            return Fate::Pass;
        }
        std::fs::copy(&file, &copy).unwrap();
        Fate::Deceive(401)
    });
    desk.failed();
    std::fs::rename(kept, state).unwrap();
    relay.judge(|_| Fate::Pass);
}

//! The admin API (interface.md §4): resources, lists, problems, tokens.

use serde_json::{Value, json};

use crate::common::{Server, assert_contains, text};

#[test]
fn a_mapping_rule_is_created_read_changed_listed_and_deleted() {
    let server = Server::start();
    let rule = json!({"kind": "prefix", "pattern": "T-", "exclude": "x$", "entity_name": "Team ${rest}",
        "target_type": "team", "priority": 7, "auto_approve": false, "enabled": false});
    let id = server.api.post("/mapping-rules", rule.clone()).expect_body(201, rule.clone()).id();
    let path = format!("/mapping-rules/{id}");
    server.api.get(&path).expect_body(200, rule.clone());
    let change = json!({"priority": 9, "enabled": true, "exclude": null});
    let mut changed = rule;
    for (key, value) in change.as_object().unwrap() {
        changed[key] = value.clone();
    }
    server.api.patch(&path, change).expect_body(200, changed.clone());
    server.api.get("/mapping-rules").expect_body(200, json!({"items": [changed], "next": null}));
    server.api.delete(&path).expect(204);
    server.api.get(&path).expect_problem(404);
    server.api.delete(&path).expect_problem(404);
    assert_eq!(server.items("/mapping-rules"), [Value::Null; 0]);
    let types = server.event_types_after(0);
    for expected in ["rule.created", "rule.changed", "rule.deleted"] {
        assert_eq!(types.iter().filter(|found| *found == expected).count(), 1, "{expected} in {types:?}");
    }
}

#[test]
fn a_rule_is_on_unless_it_says_otherwise() {
    let server = Server::start();
    let rule = json!({"kind": "all", "target_type": "team", "priority": 1, "auto_approve": true});
    let expected = json!({"enabled": true, "exclude": null, "entity_name": null});
    server.api.post("/mapping-rules", rule).expect_body(201, expected);
}

#[test]
fn a_wrong_field_is_a_problem_that_names_it() {
    let server = Server::start();
    let good = json!({"kind": "prefix", "pattern": "T-", "target_type": "team", "priority": 1, "auto_approve": true});
    let wrong = [
        ("kind", json!("suffix")),
        ("kind", Value::Null),
        ("target_type", json!("department")),
        ("priority", json!("high")),
        ("priority", json!(1.5)),
        ("auto_approve", json!("yes")),
        ("pattern", json!("")),
        ("colour", json!("blue")),
    ];
    for (field, value) in wrong {
        let mut rule = good.clone();
        rule[field] = value;
        let problem = server.api.post("/mapping-rules", &rule).expect_problem(400);
        assert_eq!(problem["field"], field, "{rule}: {problem}");
        assert!(problem["detail"].as_str().unwrap().contains(field), "{problem}");
    }
    for body in ["{", "[]", "", "{\"kind\": }"] {
        let headers = [("Content-Type", "application/json")];
        server.api.send("POST", "/mapping-rules", &headers, Some(body.as_bytes())).expect_problem(400);
    }
    assert_eq!(server.items("/mapping-rules"), [Value::Null; 0]);
    server.api.patch("", json!({"features": {"teems": true}})).expect_problem(400);
    server.api.patch("", json!({"features": {"teams": "on"}})).expect_problem(400);
}

#[test]
fn entities_of_every_type_are_created_renamed_listed_and_deleted() {
    let server = Server::start();
    for (plural, kind) in [
        ("teams", "team"),
        ("concurrency-groups", "concurrency_group"),
        ("sub-organizations", "sub_organization"),
    ] {
        let shape = json!({"name": "Night shift", "type": kind, "is_default": false, "created_by": "admin",
            "member_count": 0, "mapping": null});
        let id = server
            .api
            .post(format!("/{plural}"), json!({"name": "Night shift"}))
            .expect_body(201, shape)
            .id();
        let other = server.entity(plural, "Other");
        let path = format!("/{plural}/{id}");
        server.api.post(format!("/{plural}"), json!({"name": "NIGHT SHIFT"})).expect_problem(409);
        server.api.patch(format!("/{plural}/{other}"), json!({"name": "night shift"})).expect_problem(409);
        assert_eq!(
            server.api.post(format!("/{plural}"), json!({"name": ""})).expect_problem(400)["field"],
            "name"
        );
        server
            .api
            .patch(&path, json!({"name": "Day shift"}))
            .expect_body(200, json!({"id": id, "name": "Day shift"}));
        server.api.get(&path).expect_body(200, json!({"id": id, "name": "Day shift"}));
        server.api.delete(&path).expect(204);
        server.api.get(&path).expect_problem(404);
        assert!(server.find_entity(plural, "Other").is_some());
        assert!(server.find_entity(plural, "Day shift").is_none());
    }
    server.api.get("/departments").expect_problem(404);
}

#[test]
fn members_are_put_in_and_taken_out_by_hand() {
    let server = Server::start();
    let ann = server.user("ann");
    for (plural, count) in [("teams", 1), ("concurrency-groups", 1), ("sub-organizations", 1)] {
        let id = server.entity(plural, "Place");
        let path = format!("/{plural}/{id}/members/{ann}");
        let put = server.api.put(&path, json!({})).expect(200);
        assert_contains(&put.json, &json!({"user_name": "ann@example.com", "in_effect": true}));
        server.api.put(&path, json!({})).expect(200);
        assert_eq!(server.members_of(plural, "Place"), ["ann@example.com"]);
        assert_contains(&server.find_entity(plural, "Place").unwrap(), &json!({"member_count": count}));
        server.api.delete(&path).expect(204);
        assert_eq!(server.members_of(plural, "Place"), [""; 0]);
        server.api.put(format!("/{plural}/{id}/members/nobody"), json!({})).expect_problem(404);
    }
}

#[test]
fn a_member_of_a_body_that_is_there_twice_is_refused() {
    let server = Server::start();
    let body = br#"{"name": "n", "read_only": true, "read_only": false}"#;
    let headers = [("Content-Type", "application/json")];
    let answer = server.api.send("POST", "/tokens", &headers, Some(body));
    let detail = text(&answer.expect_problem(400), "detail");
    assert!(detail.contains("\"read_only\" is there twice in one object"), "{detail}");
}

#[test]
fn lists_are_walked_by_an_opaque_cursor() {
    let server = Server::start();
    let names: Vec<String> = (0..7).map(|number| format!("team {number}")).collect();
    names.iter().for_each(|name| drop(server.entity("teams", name)));
    let (mut seen, mut after, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let page = server.api.get(format!("/teams?limit=3{after}")).expect(200).json;
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 3);
        seen.extend(items.iter().map(|team| text(team, "name")));
        pages += 1;
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(pages, 3);
    seen.sort();
    assert_eq!(seen, names);
    server.api.get("/teams?after=%21nonsense").expect_problem(400);
    assert_eq!(server.api.get("/teams?limit=many").expect_problem(400)["field"], "limit");
}

#[test]
fn users_and_groups_are_found_by_name_and_status() {
    let server = Server::start();
    server.rule(json!({"kind": "prefix", "pattern": "T-"}));
    let ann = server.user_with(json!({"userName": "ann@example.com", "displayName": "Ann Arbor"}));
    server.user("bob");
    let mapped = server.group("T-Sales", &[]);
    let waiting = server.group("Été", &[]);
    for query in ["ANN@", "arbor"] {
        assert_contains(&json!(server.items(&format!("/users?query={query}"))), &json!([{"id": ann}]));
    }
    assert_eq!(server.items("/users").len(), 2);
    assert_contains(
        &json!(server.items("/groups?status=pending")),
        &json!([{"id": waiting, "status": "pending"}]),
    );
    let approved = server.items("/groups?status=auto_approved");
    assert_contains(&json!(approved), &json!([{"id": mapped, "status": "auto_approved"}]));
    assert_contains(&json!(server.items("/groups?query=%C3%A9t")), &json!([{"id": waiting}]));
    assert_eq!(server.api.get("/groups?status=odd").expect_problem(400)["field"], "status");
}

#[test]
fn the_organization_shows_and_changes_its_settings() {
    let server = Server::start();
    let before = server.last_event();
    let change = json!({"name": "Default Ltd", "plan": "enterprise", "features": {"teams": false}});
    let expected = json!({"slug": "default", "name": "Default Ltd", "plan": "enterprise",
        "features": {"teams": false, "group_provisioning": true}});
    server.api.patch("", change).expect_body(200, expected.clone());
    server.api.get("").expect_body(200, expected);
    assert_eq!(server.events_of_type("settings.changed", before).len(), 1);
    server.api.patch("", json!({"features": {"teams": false}})).expect(200);
    assert_eq!(server.events_of_type("settings.changed", before).len(), 1, "no change, no event");
}

#[test]
fn a_token_is_shown_once_used_rotated_and_revoked() {
    let server = Server::start();
    let made = server.api.post("/tokens", json!({"name": "PingOne"})).expect(201);
    assert_contains(
        &made.json,
        &json!({"name": "PingOne", "kind": "scim", "read_only": false, "expires_at": null}),
    );
    let secret = text(&made.json, "token");
    let scim = server.scim.authorized(Some(&format!("Bearer {secret}")));
    scim.get("/Users").expect(200);
    let listed = server.api.get("/tokens").expect(200);
    assert!(!listed.text.contains(&secret), "{}", listed.text);
    assert!(listed.text.contains(&made.id()), "{}", listed.text);

    let rotated = server.api.post(format!("/tokens/{}/rotate", made.id()), json!({})).expect(201);
    let fresh = text(&rotated.json, "token");
    assert_ne!(fresh, secret);
    server.scim.authorized(Some(&format!("Bearer {fresh}"))).get("/Users").expect(200);
    server.api.delete(format!("/tokens/{}", rotated.id())).expect(204);
    server.scim.authorized(Some(&format!("Bearer {fresh}"))).get("/Users").expect_scim_error(401, None);
}

#[test]
fn a_read_only_token_reads_and_an_expired_one_does_nothing() {
    let server = Server::start();
    let made = server.api.post("/tokens", json!({"name": "audit", "read_only": true})).expect(201).json;
    let scim = server.scim.authorized(Some(&format!("Bearer {}", text(&made, "token"))));
    scim.get("/Users").expect(200);
    scim.post("/Users", json!({"userName": "ann@example.com"})).expect_scim_error(403, None);
    server.scim.get("/Users").expect_body(200, json!({"totalResults": 0}));

    let past = json!({"name": "late", "expires_at": "2001-01-01T00:00:00Z"});
    assert_eq!(server.api.post("/tokens", past).expect_problem(400)["field"], "expires_at");
    let odd = json!({"name": "odd", "kind": "root"});
    assert_eq!(server.api.post("/tokens", odd).expect_problem(400)["field"], "kind");
}

#[test]
fn mappings_are_listed_by_status_and_read_by_id() {
    let server = Server::start();
    server.rule(json!({"kind": "prefix", "pattern": "T-", "priority": 5}));
    server.rule(json!({"auto_approve": false}));
    let (mapped, waiting) = (server.group("T-a", &[]), server.group("b", &[]));
    for (status, group) in [("auto_approved", &mapped), ("pending", &waiting)] {
        let list = server.items(&format!("/mappings?status={status}"));
        assert_contains(
            &json!(list),
            &json!([{"group": {"id": group}, "status": status, "target_type": "team"}]),
        );
        server.api.get(format!("/mappings/{}", text(&list[0], "id"))).expect_body(200, list[0].clone());
    }
    assert_eq!(server.items("/mappings").len(), 2);
    server.api.get("/mappings/999999").expect_problem(404);
    server.api.get("/mappings/x").expect_problem(404);
    assert_eq!(server.api.get("/mappings?status=odd").expect_problem(400)["field"], "status");
}

#[test]
fn strangers_unknown_paths_and_wrong_methods_get_problems() {
    let server = Server::start();
    server.api.authorized(None).get("/users").expect_problem(401);
    server.api.authorized(Some("Bearer nonsense")).get("/users").expect_problem(401);
    let problem = server.api.get("/no-such-thing").expect_problem(404);
    assert!(
        problem["detail"].as_str().is_some_and(|detail| detail.contains("the admin API at /api/v1")),
        "{problem}"
    );
    let answer = server.api.delete("/users");
    assert!(answer.header("allow").is_some_and(|allow| allow.contains("GET")), "{answer:?}");
    answer.expect_problem(405);
    server.root.at("").get("/healthz").expect(200);
    server.root.at("").get("/readyz").expect(200);
}

#[test]
fn a_change_on_condition_is_made_to_the_version_that_was_read_and_to_no_other_rfc_9110_13_1_1() {
    let server = Server::start();
    let team = server.entity("teams", "Red");
    let rule = server.rule(json!({"kind": "prefix", "pattern": "T-"}));
    server.rule(json!({"auto_approve": false, "priority": 0}));
    server.group("Blue", &[]);
    let mapping = text(&server.items("/mappings")[0], "id");
    let change = |path: &str, method: &str, body: Option<Value>, tag: &str| {
        let body = body.map(|body| body.to_string());
        let headers = [("Content-Type", "application/json"), ("If-Match", tag)];
        server.api.send(method, path, &headers, body.as_ref().map(String::as_bytes))
    };
    for (path, method, suffix, body) in [
        (String::new(), "PATCH", "", Some(json!({"name": "New"}))),
        (format!("/teams/{team}"), "PATCH", "", Some(json!({"name": "Green"}))),
        (format!("/mapping-rules/{rule}"), "PATCH", "", Some(json!({"priority": 8}))),
        (format!("/mappings/{mapping}"), "POST", "/approve", Some(json!({}))),
        (format!("/mappings/{mapping}"), "DELETE", "", None),
        (format!("/mapping-rules/{rule}"), "DELETE", "", None),
        (format!("/teams/{team}"), "DELETE", "", None),
    ] {
        let tag = server.api.get(&path).expect(200).header("etag").unwrap().to_owned();
        let target = format!("{path}{suffix}");
        let before = server.last_event();
        change(&target, method, body.clone(), "W/\"0\"").expect_problem(412);
        assert_eq!(server.last_event(), before, "{method} {target} changed something");
        let done = change(&target, method, body, &tag);
        assert!(done.status < 300, "{method} {target}: {done:?}");
        if method == "PATCH" {
            assert_ne!(done.header("etag"), Some(tag.as_str()), "{target}");
            assert_eq!(server.api.get(&path).expect(200).header("etag"), done.header("etag"));
        }
    }
}

#[test]
fn what_a_route_does_not_take_is_refused_by_name() {
    let server = Server::start();
    for (target, field) in [
        ("/users?limt=5", "limt"),
        ("/users?limit=5&LIMIT=6", "LIMIT"),
        ("/groups?state=pending", "state"),
        ("/events?since=4", "since"),
        ("?limit=1", "limit"),
    ] {
        let problem = server.api.get(target).expect_problem(400);
        assert_eq!(problem["field"], field, "{target}");
    }
    let body = json!({"name": "Red"}).to_string();
    for (media_type, status) in [
        ("application/json", 201),
        ("application/merge-patch+json; charset=utf-8", 409),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
    ] {
        let headers = [("Content-Type", media_type)];
        let answer = server.api.send("POST", "/teams", &headers, Some(body.as_bytes()));
        assert_eq!(answer.status, status, "{media_type}");
    }
}

#[test]
fn options_names_the_methods_and_head_is_a_get_without_its_body() {
    let server = Server::start();
    let options = server.api.send("OPTIONS", "/teams", &[], None).expect(204);
    assert_eq!(options.header("allow"), Some("GET, HEAD, POST, OPTIONS"));
    let scim = server.scim.send("OPTIONS", "/Users/7", &[], None).expect(204);
    assert_eq!(scim.header("allow"), Some("GET, HEAD, PUT, PATCH, DELETE, OPTIONS"));
    server.api.send("OPTIONS", "/nothing", &[], None).expect_problem(404);
    let head = server.api.send("HEAD", "/teams", &[], None).expect(200);
    let get = server.api.get("/teams").expect(200);
    assert_eq!(head.header("content-length"), get.header("content-length"));
    let refused = server.api.send("PUT", "/teams", &[], None);
    assert_eq!(refused.header("allow"), Some("GET, HEAD, POST, OPTIONS"));
    refused.expect_problem(405);
}

//! Organizations are walled off from each other (mapping.md 8.2); their commands; tokens that nobody can read back.

use serde_json::{Value, json};

use crate::common::{Client, DurableServer, Server, USER_EXTENSION, assert_contains, member, rollcall};

#[test]
fn a_resource_of_another_organization_is_404_over_scim_8_2() {
    let server = Server::start();
    let other = server.second_organization();
    let ann = other.user("ann");
    let group = other.group("Sales", &[&ann]);
    for target in [format!("/Users/{ann}"), format!("/Groups/{group}")] {
        server.scim.get(&target).expect_scim_error(404, None);
        server.scim.delete(&target).expect_scim_error(404, None);
    }
    server.put_user(&ann, json!({"userName": "ann@example.com"})).expect_scim_error(404, None);
    server.put_group(&group, "Sales", &[]).expect_scim_error(404, None);
    server
        .patch_user(&ann, json!([{"op": "replace", "path": "active", "value": false}]))
        .expect_scim_error(404, None);
    server.scim.get("/Users").expect_body(200, json!({"totalResults": 0}));
    server.scim.get("/Groups").expect_body(200, json!({"totalResults": 0}));
    let detail = server.post_group(json!({"displayName": "X", "members": [member(&ann)]}));
    detail.expect_scim_error(400, Some("invalidValue"));
    assert_eq!(other.members_of_group(&group), [ann]);
}

#[test]
fn names_are_each_organizations_own() {
    let server = Server::start();
    let other = server.second_organization();
    for organization in [&*server, &other] {
        organization.rule(json!({}));
        organization.entity("concurrency-groups", "Pool");
        let ann = organization.user_with(json!({"userName": "ann@example.com",
            USER_EXTENSION: {"LambdatestGroup": "Pool"}}));
        organization.group("Sales", &[&ann]);
        assert_eq!(organization.members_of("teams", "Sales"), ["ann@example.com"]);
        organization.scim.get("/Users").expect_body(200, json!({"totalResults": 1}));
    }
}

#[test]
fn the_admin_api_answers_404_for_what_belongs_to_another_organization() {
    let server = Server::start();
    let other = server.second_organization();
    let ann = other.user("ann");
    let rule = other.rule(json!({}));
    let group = other.group("Sales", &[&ann]);
    let mapping = other.mapping_of(&group)["id"].as_str().unwrap().to_owned();
    let team = other.find_entity("teams", "Sales").unwrap()["id"].as_str().unwrap().to_owned();
    let paths = [
        format!("/users/{ann}"),
        format!("/groups/{group}"),
        format!("/mappings/{mapping}"),
        format!("/mapping-rules/{rule}"),
        format!("/teams/{team}"),
        format!("/teams/{team}/members"),
    ];
    for path in &paths {
        other.api.get(path).expect(200);
        server.api.get(path).expect_problem(404);
    }
    server.api.put(format!("/teams/{team}/members/{ann}"), json!({})).expect_problem(404);
    server.api.post(format!("/mappings/{mapping}/reject"), json!({})).expect_problem(404);
    let mine = server.entity("teams", "Mine");
    server.api.put(format!("/teams/{mine}/members/{ann}"), json!({})).expect_problem(404);
    server.root.at("/api/v1/organizations/nobody").get("/users").expect_problem(404);
}

#[test]
fn an_admin_token_of_one_organization_reaches_only_that_one() {
    let server = Server::start();
    server.second_organization();
    let token = server.api.post("/tokens", json!({"name": "script", "kind": "admin"})).expect(201).json;
    let bearer = format!("Bearer {}", token["token"].as_str().unwrap());
    server.api.authorized(Some(&bearer)).get("").expect_body(200, json!({"slug": "default"}));
    let root = server.root.authorized(Some(&bearer));
    root.at("/api/v1/organizations/other").get("").expect_problem(404);
    root.at("/api/v1/organizations/other").get("/users").expect_problem(404);
    root.get("/organizations").expect_problem(403);
    root.post("/organizations", json!({"slug": "new", "name": "New"})).expect_problem(403);
    server.scim.authorized(Some(&bearer)).get("/Users").expect_scim_error(401, None);
}

#[test]
fn the_server_scope_lists_and_creates_organizations_over_the_api() {
    let server = Server::start();
    server.second_organization();
    let list = server.root.get("/organizations").expect(200).json;
    let expected = json!({"items": [{"slug": "default"}, {"slug": "other", "name": "The other one"}]});
    assert_contains(&list, &expected);
    server.root.post("/organizations", json!({"slug": "other", "name": "Again"})).expect_problem(409);
    for slug in ["", "With Space", "UPPER", "a/b"] {
        let problem =
            server.root.post("/organizations", json!({"slug": slug, "name": "x"})).expect_problem(400);
        assert_eq!(problem["field"], "slug", "{problem}");
    }
}

#[test]
fn the_command_line_creates_an_organization_and_a_token_that_works_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let server = DurableServer::start(directory.path());
    let made = server.rollcall(&["organization", "create", "acme", "--name", "Acme Ltd", "--json"]).json();
    assert_contains(&made, &json!({"slug": "acme", "name": "Acme Ltd"}));
    let arguments = ["token", "create", "PingOne", "--organization", "acme", "--expires", "90d", "--json"];
    let token = server.rollcall(&arguments).json();
    assert_contains(&token, &json!({"name": "PingOne", "expires_at": "*T*"}));
    let scim = server.scim.authorized(Some(&format!("Bearer {}", token["token"].as_str().unwrap())));
    scim.post("/Users", json!({"userName": "ann@acme.example"})).expect(201);
    server.scim.get("/Users").expect_body(200, json!({"totalResults": 0}));

    let listed = server.rollcall(&["organization", "list", "--json"]).json();
    assert_contains(&listed, &json!([{"slug": "default"}, {"slug": "acme"}]));
    let id = token["id"].as_str().unwrap();
    let tokens = server.rollcall(&["token", "list", "--organization", "acme", "--json"]).json();
    assert_contains(&tokens, &json!([{"id": id, "name": "PingOne", "token": null}]));
    server.rollcall(&["token", "revoke", id, "--organization", "acme"]).expect(0);
    scim.get("/Users").expect_scim_error(401, None);
}

#[test]
fn a_refused_command_exits_1_and_wrong_usage_exits_2() {
    let directory = tempfile::tempdir().unwrap();
    let server = DurableServer::start(directory.path());
    let twice = server.rollcall(&["organization", "create", "default"]).expect(1);
    assert!(twice.stderr.contains("default") && twice.stdout.is_empty(), "{twice:?}");
    server.rollcall(&["token", "create", "x", "--organization", "nobody"]).expect(1);
    server.rollcall(&["token", "create", "x", "--expires", "soon"]).expect(2);
    rollcall(&["organization"]).expect(2);
    rollcall(&["no-such-command"]).expect(2);
    assert!(rollcall(&["--version"]).expect(0).stdout.starts_with("rollcall "));
    assert!(rollcall(&["--help"]).expect(0).stdout.contains("serve"));
}

#[test]
fn no_token_can_be_read_from_the_database_files() {
    let directory = tempfile::tempdir().unwrap();
    let server = DurableServer::start(directory.path());
    let made = server.rollcall(&["token", "create", "second", "--json"]).json();
    let mut secrets = vec![made["token"].as_str().unwrap()];
    secrets.extend(
        ["scim_token", "api_token"].iter().filter_map(|key| Some(server.first_run.get(*key)?.as_str())),
    );
    assert!(secrets.len() > 1, "{:?}", server.first_run);
    Client::new(&server.first_run["scim_base_url"], secrets[0], "application/json").get("/Users").expect(200);
    for file in std::fs::read_dir(directory.path()).unwrap() {
        let path = file.unwrap().path();
        if !path.file_name().unwrap().to_string_lossy().starts_with("rollcall.db") {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        for secret in &secrets {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "a secret is readable in {}", path.display());
        }
    }
    assert_eq!(server.items("/tokens").iter().filter(|token| token["token"] != Value::Null).count(), 0);
}

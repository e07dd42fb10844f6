//! Every route of the admin API has a curl line in the README, and every line works as it is written there.

use std::collections::BTreeSet;
use std::process::Command;

use rollcall::http::routes::ROUTES;
use serde_json::json;

use crate::common::{Browser, Output, Server, text, wait_for};

/// The README's lines, those that set variables left out.
fn lines() -> Vec<&'static str> {
    let readme = include_str!("../../README.md");
    let (_, after) = readme.split_once("<!-- tests/it/curl.rs runs each of these lines").expect("the marker");
    let (_, block) = after.split_once("```sh\n").expect("a block");
    let (block, _) = block.split_once("```").expect("its end");
    block.lines().filter(|line| line.starts_with("curl ")).collect()
}

/// Method and path of a line, as the table of routes writes them.
fn route(line: &str) -> (&str, String) {
    let words: Vec<&str> = line.split(' ').collect();
    let method = match words.iter().position(|word| *word == "-X") {
        Some(at) => words[at + 1],
        None if line.contains(" --json ") => "POST",
        None => "GET",
    };
    let is_url = |word: &&str| ["$ORG", "$API", "http"].iter().any(|start| word.starts_with(start));
    let url = words.iter().map(|word| word.trim_matches('"')).find(is_url).expect("a URL");
    let path = url.split('?').next().unwrap();
    let path = path.replace("$ORG", "/api/v1/organizations/{slug}").replace("$API", "/api/v1");
    let path = path.replace("http://127.0.0.1:8080", "");
    let segment = |segment: &str| if segment.starts_with('$') { "{}".to_owned() } else { segment.to_owned() };
    (method, path.split('/').map(segment).collect::<Vec<_>>().join("/"))
}

/// The names after dollar signs in a line, in order.
fn variables(line: &str) -> Vec<&str> {
    let after = line.split('$').skip(1);
    after
        .map(|rest| rest.split(|c: char| !(c.is_ascii_uppercase() || c == '_')).next().unwrap_or_default())
        .filter(|name| !name.is_empty() && !["AUTH", "API", "ORG"].contains(name))
        .collect()
}

/// Something new of the kind that a variable names, on a server where everything is switched on.
fn made(server: &Server, variable: &str, number: usize) -> String {
    let name = format!("{}-{number}", variable.to_lowercase());
    match variable {
        "USER_ID" => server.user(&name),
        "GROUP_ID" | "OTHER_GROUP_ID" => server.group(&name, &[]),
        "TEAM_ID" => server.entity("teams", &name),
        "POOL_ID" => server.entity("concurrency-groups", &name),
        "SUB_ID" => server.entity("sub-organizations", &name),
        "TOKEN_ID" => server.api.post("/tokens", json!({"name": name})).expect(201).id(),
        "ADMIN_ID" => server.api.post("/admins", json!({"name": name})).expect(201).id(),
        "RULE_ID" => server.rule(json!({"kind": "prefix", "pattern": name, "auto_approve": false})),
        "MAPPING_ID" => {
            server.rule(json!({"kind": "prefix", "pattern": name, "auto_approve": false, "priority": 9}));
            let group = server.group(&format!("{name} group"), &[]);
            text(&server.mapping_of(&group), "id")
        }
        "SESSION_ID" => {
            let password = "correct horse battery";
            server.api.post("/admins", json!({"name": name, "password": password})).expect(201);
            let mut browser = Browser::of(server.scim.address());
            browser.post("/admin/sign-in", &[("name", &name), ("password", password)]).expect(303);
            text(&server.items("/sessions")[0], "id")
        }
        "CONFLICT_ID" => {
            server.rule(json!({"kind": "prefix", "pattern": name, "target_type": "concurrency_group"}));
            let user = server.user(&name);
            ["a", "b"].iter().for_each(|end| drop(server.group(&format!("{name} {end}"), &[&user])));
            text(server.items("/conflicts?status=open").last().expect("a conflict"), "id")
        }
        "WEBHOOK_ID" => {
            let webhook = json!({"url": format!("https://{}.example.com/", name.replace('_', "-"))});
            server.api.post("/webhooks", webhook).expect(201).id()
        }
        "DELIVERY_ID" => {
            let webhook = text(server.items("/webhooks").last().expect("a webhook"), "id");
            server.api.post(format!("/webhooks/{webhook}/test"), json!({})).expect(202).id()
        }
        "REQUEST_ID" => {
            let id = server.scim.get("/Users").expect(200).header("x-request-id").unwrap().to_owned();
            wait_for("the request is logged", || {
                (server.api.get(format!("/requests/{id}")).status == 200).then_some(())
            });
            id
        }
        "UNKNOWN_ID" => {
            server.scim.authorized(Some("Bearer nonsense")).get("/Users").expect(401);
            wait_for("the request is counted", || {
                let page = server.root.get("/requests").expect(200).json;
                page["items"][0]["id"].as_str().map(str::to_owned)
            })
        }
        other => panic!("${other} in the README: say in tests/it/curl.rs how to make one"),
    }
}

#[test]
fn every_curl_line_of_the_readme_works_as_written() {
    let server = Server::start();
    let root = format!("http://{}", server.scim.address());
    for (number, line) in lines().into_iter().enumerate() {
        let mut command = Command::new("bash");
        command.args([
            "-c",
            &line.replacen("curl ", "curl --fail-with-body ", 1).replace("http://127.0.0.1:8080", &root),
        ]);
        for variable in variables(line) {
            command.env(variable, made(&server, variable, number));
        }
        command.env("AUTH", format!("Authorization: Bearer {}", text(&server.ready, "api_token")));
        command
            .env("API", format!("{root}/api/v1"))
            .env("ORG", format!("{root}/api/v1/organizations/default"));
        let Output { code, stdout, stderr } = Output::of(&mut command);
        assert_eq!(code, Some(0), "{line}\n{stdout}\n{stderr}");
    }
}

#[test]
fn every_route_of_the_admin_api_has_a_curl_line_and_every_line_a_route() {
    let written: BTreeSet<(&str, String)> = lines().into_iter().map(route).collect();
    let described = ROUTES.iter().filter(|route| route.operation.is_some());
    let routes: BTreeSet<(&str, String)> =
        described.map(|route| (route.method, route.path.to_owned())).collect();
    let missing: Vec<_> = routes.difference(&written).collect();
    assert!(
        missing.is_empty(),
        "no curl line for {missing:?}. Add one to the README, under \"Every route, with a curl line\"."
    );
    let known = |(method, path): &&(&str, String)| {
        ROUTES.iter().any(|route| route.method == *method && route.path == path.as_str())
    };
    let stray: Vec<_> = written.iter().filter(|line| !known(line)).collect();
    assert!(stray.is_empty(), "the README has curl lines of routes that do not exist: {stray:?}");
}

//! `rollcall serve --ephemeral` as a program: what it touches, whom it answers, and that it is alone.

use std::path::Path;

use serde_json::json;

use crate::common::{DurableServer, Server, ServerProcess, command, text};

/// The paths of the test routes.
const ROUTES: [(&str, &str); 8] = [
    ("POST", "/test/reset"),
    ("POST", "/test/faults"),
    ("GET", "/test/faults"),
    ("DELETE", "/test/faults"),
    ("PUT", "/test/clock"),
    ("GET", "/test/clock"),
    ("GET", "/test/journal"),
    ("DELETE", "/test/journal"),
];

#[test]
fn outside_of_the_test_mode_the_test_routes_are_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let server = DurableServer::start(folder.path());
    let root = server.root.at("");
    for (method, path) in ROUTES {
        let there = text(&root.send(method, path, &[], None).expect(404).json, "detail");
        let unknown = root.send(method, path.replace("/test/", "/tset/"), &[], None).expect(404).json;
        assert_eq!(there, text(&unknown, "detail").replace("/tset/", "/test/"));
        root.authorized(None).send(method, path, &[], None).expect(404);
    }
}

#[test]
fn the_test_routes_are_for_the_api_token_and_for_loopback_only() {
    let server = Server::start();
    let root = server.root.at("");
    for (method, path) in ROUTES {
        root.authorized(None).send(method, path, &[], None).expect_problem(401);
        let scim = format!("Bearer {}", server.appliance.scim_token());
        root.authorized(Some(&scim)).send(method, path, &[], None).expect_problem(401);
        for host in ["rebound.example", "localhost", "10.0.0.1"] {
            root.send(method, path, &[("Host", host)], None).expect_problem(403);
        }
    }
    root.get("/test/clock").expect(200);
    root.get("/test/nothing").expect_problem(404);
    let refused = root.get("/test/reset");
    assert_eq!(refused.header("allow"), Some("POST"));
    refused.expect_problem(405);
}

/// The names in a folder and everything below.
fn content(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        names.push(entry.path().display().to_string());
        if entry.file_type().unwrap().is_dir() {
            names.extend(content(&entry.path()));
        }
    }
    names
}

#[test]
fn nothing_is_written_to_disk_and_settings_that_reach_beyond_the_process_do_not_apply() {
    let folder = tempfile::tempdir().unwrap();
    let own = |name: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir(&path).unwrap();
        path
    };
    let (work, tmp, home) = (own("work"), own("tmp"), own("home"));
    let config = folder.path().join("config.toml");
    std::fs::write(
        &config,
        "[server]\nlisten = \"0.0.0.0:1\"\npublic_url = \"https://scim.example.com\"\n\
         tls_certificate = \"/nowhere/c.pem\"\ntls_key = \"/nowhere/k.pem\"\nmetrics_listen = \"0.0.0.0:2\"\n\
         [database]\npath = \"people.db\"\n[webhooks]\nallow = [\"10.0.0.0/8\"]\n",
    )
    .unwrap();
    let before = content(folder.path());
    let mut program = command();
    program.args(["serve", "--ephemeral", "--until-stdin-closes", "--config"]).arg(&config);
    program.current_dir(&work).env("TMPDIR", &tmp).env("HOME", &home).env("XDG_CACHE_HOME", home);
    let mut server = ServerProcess::run(program);
    assert!(server.ready["scim_base_url"].as_str().unwrap().starts_with("http://127.0.0.1:"));
    // Enough for a sort to want a file, and all that a test run does.
    let users: Vec<serde_json::Value> = (0..500)
        .map(|number| json!({"userName": format!("u{number}@example.com"), "title": "x".repeat(4_000)}))
        .collect();
    server.load_users(&users);
    server.scim.get("/Users?sortBy=title&count=1000").expect(200);
    server.test.post("/reset", json!({})).expect(204);
    server.scim.get("/Users").expect_body(200, json!({"totalResults": 0}));
    assert_eq!(content(folder.path()), before);
    let open = std::fs::read_dir(format!("/proc/{}/fd", server.program.child.id())).unwrap();
    let files: Vec<String> = open
        .filter_map(|entry| Some(std::fs::read_link(entry.ok()?.path()).ok()?.display().to_string()))
        .filter(|path| path.starts_with('/') && !path.starts_with("/dev/") && !path.contains("(deleted)"))
        .collect();
    assert_eq!(files, [] as [String; 0], "open files");
    server.close_stdin();
    assert!(server.program.wait().success());
    assert_eq!(content(folder.path()), before);
}

#[test]
fn ten_instances_side_by_side_know_nothing_of_each_other() {
    let start = || {
        let mut program = command();
        program.args(["serve", "--ephemeral", "--until-stdin-closes", "--deterministic"]);
        ServerProcess::run(program)
    };
    let servers: Vec<ServerProcess> = (0..10).map(|_| start()).collect();
    std::thread::scope(|scope| {
        for (number, server) in servers.iter().enumerate() {
            scope.spawn(move || {
                server
                    .test
                    .post("/faults", json!({"status": 503, "count": number + 1, "match": {"method": "GET"}}))
                    .expect(201);
                let year = format!("20{}-01-01T00:00:00.000Z", 30 + number);
                server.test.put("/clock", json!({"now": year})).expect(200);
                (0..=number).for_each(|_| drop(server.scim.get("/Users").expect(503)));
                (0..=number).for_each(|user| drop(server.user(&format!("u{user}"))));
                let list = server.scim.get("/Users").expect(200).json;
                assert_eq!(list["totalResults"], number + 1);
                assert_eq!(list["Resources"][0]["meta"]["created"], year);
                assert_eq!(
                    server.test.get("/journal").expect(200).json["items"].as_array().unwrap().len(),
                    2 * number + 3
                );
                if number % 2 == 0 {
                    server.test.post("/reset", json!({})).expect(204);
                }
            });
        }
    });
    for (number, server) in servers.iter().enumerate() {
        let expected = if number % 2 == 0 { 0 } else { number + 1 };
        server.scim.get("/Users").expect_body(200, json!({"totalResults": expected}));
    }
}

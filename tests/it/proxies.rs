//! `server.trusted_proxies`, and what every answer says to browsers and caches.

use serde_json::json;

use crate::common::{Answer, DurableServer, ServerProcess};

/// GET with the fields that a proxy adds.
/// Requests are in the log.
const LOG: &str = "[log]\nlevel = \"info\"\n";

fn forwarded(server: &ServerProcess, target: &str, scheme: &str) -> Answer {
    let headers = [("X-Forwarded-For", "198.51.100.7, 192.0.2.1"), ("X-Forwarded-Proto", scheme)];
    server.scim.send("GET", target, &headers, None)
}

fn location(server: &ServerProcess, scheme: &str) -> String {
    let id = server.user("ann");
    let found = forwarded(server, &format!("/Users/{id}"), scheme).expect(200).json;
    found["meta"]["location"].as_str().unwrap().to_owned()
}

#[test]
fn what_a_trusted_proxy_says_of_its_client_is_believed() {
    let mut server =
        ServerProcess::start_with(&format!("{LOG}[server]\ntrusted_proxies = [\"127.0.0.0/8\"]\n"));
    assert!(location(&server, "https").starts_with("https://127.0.0.1:"));
    let log = server.program.log();
    assert!(log.contains("from 192.0.2.1: GET /scim/v2/Users/") && !log.contains("198.51.100.7"), "{log}");
}

#[test]
fn what_anyone_else_says_is_ignored() {
    for config in ["", "[server]\ntrusted_proxies = [\"10.0.0.0/8\"]\n"] {
        let mut server = ServerProcess::start_with(&format!("{LOG}{config}"));
        assert!(location(&server, "https").starts_with("http://127.0.0.1:"));
        assert_eq!(forwarded(&server, "/Users", "https").header("Strict-Transport-Security"), None);
        let log = server.program.log();
        assert!(!log.contains("192.0.2.1") && log.contains("from 127.0.0.1: GET"), "{log}");
    }
}

#[test]
fn behind_a_proxy_that_speaks_https_browsers_are_told_to_stay_with_it() {
    let hsts = |answer: &Answer| answer.header("Strict-Transport-Security").map(str::to_owned);
    let server = ServerProcess::start_with("[server]\ntrusted_proxies = [\"127.0.0.1\"]\n");
    assert!(hsts(&forwarded(&server, "/Users", "https")).is_some());
    assert_eq!(hsts(&forwarded(&server, "/Users", "http")), None);
    // A public_url of https says it for a proxy that does not; but to a client without one: RFC 6797, 7.2.
    for (trusted, expected) in [("127.0.0.1", true), ("10.0.0.0/8", false)] {
        let folder = tempfile::tempdir().unwrap();
        let config = format!(
            "[server]\ntrusted_proxies = [\"{trusted}\"]\npublic_url = \"https://scim.example.com\"\n"
        );
        std::fs::write(folder.path().join("config.toml"), config).unwrap();
        let server = DurableServer::start(folder.path());
        assert_eq!(hsts(&server.scim.get("/Users")).is_some(), expected, "{trusted}");
    }
}

#[test]
fn every_answer_is_kept_out_of_caches_is_what_it_says_and_names_no_server() {
    let server = ServerProcess::start();
    let id = server.user("ann");
    let nobody = server.scim.authorized(None);
    let strange = server.scim.send_raw(b"BREW\r\n\r\n").unwrap();
    for answer in [
        server.scim.get("/Users"),
        server.scim.get(format!("/Users/{id}")),
        server.scim.get("/Schemas"),
        server.scim.get("/Users/nobody").expect(404),
        server.scim.post("/Users", json!({})).expect(400),
        nobody.get("/Users").expect(401),
        server.api.get("/users"),
        server.api.authorized(None).get("/users").expect(401),
        server.scim.at("").get("/healthz"),
        server.scim.at("").get("/nothing").expect(404),
        server.scim.delete(format!("/Users/{id}")).expect(204),
        strange,
    ] {
        assert_eq!(answer.header("X-Content-Type-Options"), Some("nosniff"), "{answer:?}");
        assert_eq!(answer.header("Cache-Control"), Some("no-store"), "{answer:?}");
        for name in ["Server", "X-Powered-By", "Via", "Strict-Transport-Security"] {
            assert_eq!(answer.header(name), None, "{answer:?}");
        }
    }
}

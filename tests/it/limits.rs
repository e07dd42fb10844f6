//! `[server.limits]` that clients of SCIM meet: what ServiceProviderConfig announces is what holds.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::common::{Server, users_named};

#[track_caller]
fn announced(server: &Server) -> Value {
    server.scim.get("/ServiceProviderConfig").expect(200).json
}

#[test]
fn a_page_holds_what_max_results_says_however_many_are_asked_for() {
    let server = Server::start_with("[server.limits]\npage_size = 3\n");
    let config = announced(&server);
    assert_eq!(config["filter"]["maxResults"], 3);
    assert_eq!(
        (&config["pagination"]["maxPageSize"], &config["pagination"]["defaultPageSize"]),
        (&json!(3), &json!(3))
    );
    server.load_users(&users_named("user", 5));
    let search = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "count": 5});
    for answer in [
        server.scim.get("/Users"),
        server.scim.get("/Users?count=5"),
        server.scim.get("/Users?cursor&count=5"),
        server.scim.get("/Users?filter=userName%20sw%20%22user%22"),
        server.scim.post("/Users/.search", &search),
        server.scim.post("/.search", &search),
    ] {
        answer.expect_body(200, json!({"totalResults": 5, "itemsPerPage": 3}));
    }
}

#[test]
fn bulk_takes_the_operations_and_bytes_that_are_announced() {
    let server = Server::start_with("[server.limits]\nbody_bytes = 65536\nbulk_operations = 2\n");
    let bulk = &announced(&server)["bulk"];
    assert_eq!(
        (&bulk["maxOperations"], &bulk["maxPayloadSize"]),
        (&json!(2), &json!(65536)),
        "never above body_bytes"
    );
    let operation = json!({"method": "DELETE", "path": "/Users/x"});
    let send = |count| {
        let operations = vec![operation.clone(); count];
        let schemas = ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"];
        server.scim.post("/Bulk", json!({"schemas": schemas, "Operations": operations}))
    };
    send(2).expect(200);
    let detail = send(3).expect_scim_error(413, None);
    assert!(detail.contains("maxOperations (2)"), "{detail}");
}

#[test]
fn a_filter_has_the_terms_that_are_set_wherever_it_stands() {
    let server = Server::start_with("[server.limits]\nfilter_terms = 3\n");
    let id = server.user("ann");
    let filter = |terms: usize| vec!["value pr"; terms].join(" or ");
    let list =
        |terms| format!("/Users?filter={}", filter(terms).replace("value", "title").replace(' ', "%20"));
    server.scim.get(list(3)).expect(200);
    let detail = server.scim.get(list(4)).expect_scim_error(400, Some("invalidFilter"));
    assert!(detail.contains("more than 3 terms"), "{detail}");
    let remove = |terms| json!([{"op": "remove", "path": format!("emails[{}]", filter(terms))}]);
    server.patch_user(&id, remove(3)).expect(200);
    let detail = server.patch_user(&id, remove(4)).expect_scim_error(400, Some("invalidFilter"));
    assert!(detail.contains("more than 3 terms"), "{detail}");
}

#[test]
fn json_nests_as_deep_as_is_set() {
    let server = Server::start_with("[server.limits]\njson_depth = 8\n");
    let nested = |depth: usize| {
        let inner = (2..depth).fold(json!({}), |inner, _| json!({"a": inner}));
        json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ann@example.com", "a": inner})
    };
    let detail = server.scim.post("/Users", nested(9)).expect_scim_error(400, Some("invalidSyntax"));
    assert!(detail.contains("deeper than 8 levels"), "{detail}");
    server.scim.post("/Users", nested(8)).expect(201);
}

#[test]
fn as_many_terms_as_fit_into_a_filter_are_answered() {
    let server = Server::start_with("[server.limits]\nfilter_terms = 1000\n");
    server.user("ann");
    for (terms, word) in [(900, " or "), (800, " and ")] {
        let schemas = ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"];
        let search = json!({"schemas": schemas, "filter": vec!["id pr"; terms].join(word)});
        server.scim.post("/Users/.search", search).expect_body(200, json!({"totalResults": 1}));
    }
}

#[test]
fn heads_and_bodies_have_the_bytes_that_are_set() {
    let limits = "head_bytes = 4096\nbody_bytes = 131072\nbulk_bytes = 65536\n";
    let server = Server::start_with(&format!("[server.limits]\n{limits}"));
    let padded = |bytes: usize| "x".repeat(bytes);
    let with_header = |bytes| server.scim.send("GET", "/Users", &[("X-Padding", &padded(bytes))], None);
    with_header(3000).expect(200);
    with_header(5000).expect_any_scim_error(431);
    server.scim.get(format!("/Users?x={}", padded(3000))).expect(200);
    server.scim.get(format!("/Users?x={}", padded(5000))).expect_any_scim_error(414);
    // Over the limit of a resource's title or not: what counts is whether the body was read.
    let body = |bytes| json!({"ignored": padded(bytes)});
    server.scim.post("/Users", body(130_000)).expect(400);
    let detail = server.scim.post("/Users", body(132_000)).expect_any_scim_error(413);
    assert!(detail.contains("131072 bytes"), "{detail}");
    server.scim.post("/Bulk", body(64_000)).expect(400);
    let detail = server.scim.post("/Bulk", body(66_000)).expect_any_scim_error(413);
    assert!(detail.contains("65536"), "{detail}");
}

#[test]
fn heads_bodies_and_idle_connections_have_the_seconds_that_are_set() {
    let server =
        Server::start_with("[server.limits]\nhead_seconds = 1\nbody_seconds = 1\nidle_seconds = 1\n");
    let post = "POST /scim/v2/Users HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{";
    for (sent, expected) in [("GET / HTTP/1.1\r\n", "HTTP/1.1 408 "), (post, "HTTP/1.1 408 "), ("", "")] {
        let mut stream = TcpStream::connect(server.scim.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let began = Instant::now();
        stream.write_all(sent.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with(expected) && (answer.is_empty() == expected.is_empty()), "{answer}");
        assert!(began.elapsed() >= Duration::from_millis(900), "{sent:?}: {:?}", began.elapsed());
    }
}

//! `[server.limits]` that clients of SCIM meet: what ServiceProviderConfig announces is what holds.

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

//! Bad input: a SCIM error that helps, nothing half-applied, the process untouched.

use serde_json::{Value, json};

use crate::common::{Answer, Server};

/// Sends this body as a new user.
fn post_text(server: &Server, body: &[u8]) -> Answer {
    server.scim.send("POST", "/Users", &[("Content-Type", "application/scim+json")], Some(body))
}

/// Nothing was written, and the server answers as ever.
#[track_caller]
fn assert_untouched(server: &Server) {
    server.scim.get("/Users").expect_body(200, json!({"totalResults": 0}));
    server.user("still-alive");
}

#[test]
fn malformed_json_is_invalid_syntax_with_its_place() {
    let server = Server::start();
    for body in ["{\"userName\": \"ann@example.com\"", "{\"userName\" \"x\"}", "", "nonsense"] {
        post_text(&server, body.as_bytes()).expect_scim_error(400, Some("invalidSyntax"));
    }
    let detail = post_text(&server, b"{\n\"userName\": }").expect_scim_error(400, Some("invalidSyntax"));
    assert!(detail.contains("line 2"), "no place in {detail}");
    post_text(&server, b"{\"userName\": \"\xff\xfe@example.com\"}").expect_any_scim_error(400);
    assert_untouched(&server);
}

#[test]
fn a_member_that_is_there_twice_is_refused_rather_than_guessed_at() {
    let server = Server::start();
    let body = r#"{"userName": "ann@example.com", "active": true, "active": false}"#;
    let detail = post_text(&server, body.as_bytes()).expect_scim_error(400, Some("invalidSyntax"));
    assert!(detail.contains("\"active\" is there twice"), "{detail}");
    assert_untouched(&server);
}

#[test]
fn a_body_that_is_no_object_is_invalid_syntax() {
    let server = Server::start();
    for body in ["[]", "\"ann@example.com\"", "7", "null"] {
        post_text(&server, body.as_bytes()).expect_scim_error(400, Some("invalidSyntax"));
    }
    assert_untouched(&server);
}

#[test]
fn endlessly_nested_json_is_refused() {
    let server = Server::start();
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let body = format!("{{\"userName\":{}1{}}}", open.repeat(20_000), close.repeat(20_000));
        post_text(&server, body.as_bytes()).expect_any_scim_error(400);
    }
    assert_untouched(&server);
}

#[test]
fn a_value_of_the_wrong_type_is_refused_naming_the_attribute() {
    let server = Server::start();
    let wrong = [
        ("userName", json!(7)),
        ("active", json!("perhaps")),
        ("name", json!("Ann")),
        ("emails", json!([7])),
        ("title", json!({"value": "x"})),
        ("displayName", json!(["a", "b"])),
    ];
    for (attribute, value) in wrong {
        let mut user = json!({"userName": "ann@example.com"});
        user[attribute] = value;
        let detail = server.scim.post("/Users", user).expect_scim_error(400, Some("invalidValue"));
        assert!(detail.contains(attribute), "no {attribute} in {detail}");
    }
    assert_untouched(&server);
}

#[test]
fn a_body_over_the_limit_is_413_and_is_not_read_to_its_end() {
    let server = Server::start_with("[server.limits]\nbody_bytes = 100000\n");
    let body = json!({"userName": "ann@example.com", "title": "x".repeat(200_000)});
    server.scim.post("/Users", body).expect_scim_error(413, None);
    assert_untouched(&server);
}

#[test]
fn an_absurd_content_length_is_413_and_the_process_lives() {
    let server = Server::start();
    let length = [("Content-Length", "99999999999999"), ("Content-Type", "application/scim+json")];
    server.scim.send("POST", "/Users", &length, Some(b"{}")).expect_scim_error(413, None);
    let larger_than_any_number =
        [("Content-Length", "99999999999999999999999999"), ("Content-Type", "application/scim+json")];
    server.scim.send("POST", "/Users", &larger_than_any_number, Some(b"{}")).expect_scim_error(413, None);
    assert_untouched(&server);
}

#[test]
fn half_a_request_is_never_half_applied() {
    let server = Server::start();
    let token = server.ready["scim_token"].as_str().unwrap();
    let body = "{\"userName\": \"ann@example.com\"}";
    let head = format!(
        "POST /scim/v2/Users HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/scim+json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len() + 10
    );
    for cut in [4, 30, head.len() / 2, head.len() - body.len(), head.len()] {
        if let Ok(answer) = server.scim.send_raw(&head.as_bytes()[..cut]) {
            answer.expect_any_scim_error(400);
        }
    }
    assert_untouched(&server);
}

#[test]
fn raw_quotes_spaces_and_non_ascii_bytes_in_the_query_are_understood() {
    let server = Server::start();
    let group = server.group("Ventes été", &[]);
    let found = json!({"totalResults": 1, "Resources": [{"id": group}]});
    server.scim.get("/Groups?filter=displayName eq \"Ventes été\"").expect_body(200, found.clone());
    server.scim.get("/Groups?filter=displayName+eq+\"Ventes+%C3%A9t%C3%A9\"").expect_body(200, found);
}

#[test]
fn a_broken_filter_is_invalid_filter_with_its_position() {
    let server = Server::start();
    for filter in
        ["userName eq", "userName eq \"open", "userName xx \"a\"", "(userName eq \"a\"", "", "eq \"x\""]
    {
        let target = format!("/Users?filter={filter}");
        server.scim.get(&target).expect_scim_error(400, Some("invalidFilter"));
    }
    let detail =
        server.scim.get("/Users?filter=userName eq \"a\" und").expect_scim_error(400, Some("invalidFilter"));
    assert!(detail.chars().any(|c| c.is_ascii_digit()), "no position in {detail}");
    let detail =
        server.scim.get("/Users?filter=shoeSize eq \"43\"").expect_scim_error(400, Some("invalidFilter"));
    assert!(detail.contains("shoeSize"), "{detail}");
}

#[test]
fn bytes_that_are_no_utf_8_are_refused() {
    let server = Server::start();
    for target in [&b"/Users?filter=userName%20eq%20%22\xff%22"[..], b"/Users?filter=%ff", b"/Users/%fe"] {
        server.scim.get(target).expect_any_scim_error(400);
    }
}

#[test]
fn an_unknown_path_or_id_is_404() {
    let server = Server::start();
    for target in ["/Nope", "/Users/0", "/Users/no-such-id", "/Groups/..%2F..", "/Users/x/y", "/Groups/%00"] {
        server.scim.get(target).expect_scim_error(404, None);
    }
    server.scim.at("/elsewhere").get("/Users").expect(404);
}

#[test]
fn a_method_that_a_path_does_not_have_is_405_with_allow() {
    let server = Server::start();
    let ann = server.user("ann");
    let cases = [
        ("DELETE", "/Users".to_owned(), vec!["GET", "POST"]),
        ("PATCH", "/Groups".to_owned(), vec!["GET", "POST"]),
        ("POST", format!("/Users/{ann}"), vec!["GET", "PUT", "PATCH", "DELETE"]),
        ("PUT", "/ServiceProviderConfig".to_owned(), vec!["GET"]),
    ];
    for (method, target, allowed) in cases {
        let answer =
            server.scim.send(method, &target, &[("Content-Type", "application/scim+json")], Some(b"{}"));
        let allow =
            answer.header("allow").unwrap_or_else(|| panic!("no Allow for {method} {target}")).to_owned();
        answer.expect_scim_error(405, None);
        let methods: Vec<&str> = allow.split(',').map(str::trim).collect();
        for expected in allowed {
            assert!(methods.contains(&expected), "{method} {target}: {allow}");
        }
        assert!(!methods.contains(&method), "{method} {target}: {allow}");
    }
}

#[test]
fn another_media_type_is_415_and_none_is_taken_as_json() {
    let server = Server::start();
    let body = br#"{"userName": "ann@example.com"}"#;
    for media_type in ["text/plain", "application/xml", "multipart/form-data; boundary=x"] {
        let headers = [("Content-Type", media_type)];
        server.scim.send("POST", "/Users", &headers, Some(body)).expect_scim_error(415, None);
    }
    assert_untouched(&server);
    for (name, headers) in [
        ("a", vec![]),
        ("b", vec![("Content-Type", "application/json")]),
        ("c", vec![("Content-Type", "Application/SCIM+JSON; charset=UTF-8; x=y")]),
    ] {
        let body = json!({"userName": format!("{name}@example.com")}).to_string();
        server.scim.send("POST", "/Users", &headers, Some(body.as_bytes())).expect(201);
    }
}

#[test]
fn without_a_valid_token_it_is_401_with_both_challenges() {
    let server = Server::start();
    let admin = format!("Bearer {}", server.ready["api_token"].as_str().unwrap());
    let scim = format!("Bearer {}", server.ready["scim_token"].as_str().unwrap());
    for credential in [None, Some("Bearer nonsense"), Some(""), Some("Basic !!!"), Some(admin.as_str())] {
        let answer = server.scim.authorized(credential).get("/Users");
        let challenges: Vec<String> = answer
            .headers
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case("www-authenticate"))
            .map(|(_, value)| value.clone())
            .collect();
        let all = challenges.join(", ");
        assert!(all.contains("Bearer") && all.contains("Basic"), "{credential:?}: {all:?}");
        answer.expect_scim_error(401, None);
    }
    server.scim.authorized(None).post("/Users", json!({"userName": "ann@example.com"})).expect(401);
    server.api.authorized(Some(&scim)).get("/users").expect_problem(401);
    assert_untouched(&server);
}

#[test]
fn a_patch_that_fails_in_its_last_operation_leaves_nothing() {
    let server = Server::start();
    let ann = server.user("ann");
    let before = server.scim.get(format!("/Users/{ann}")).expect(200).json;
    let wrong_ends = [
        json!({"op": "replace", "path": "active", "value": "perhaps"}),
        json!({"op": "explode", "path": "title"}),
        json!({"op": "replace", "path": "emails[type eq", "value": "x"}),
        json!({"op": "replace", "path": "id", "value": "x"}),
        json!({"op": "remove"}),
    ];
    for wrong in wrong_ends {
        let first = json!({"op": "replace", "path": "title", "value": "Lead"});
        server.patch_user(&ann, json!([first, wrong])).expect_any_scim_error(400);
        assert_eq!(server.scim.get(format!("/Users/{ann}")).expect(200).json, before, "after {wrong}");
    }
    for body in [json!({}), json!({"Operations": {}}), json!({"Operations": "x"}), json!([])] {
        server.scim.patch(format!("/Users/{ann}"), body).expect_any_scim_error(400);
    }
}

#[test]
fn wrong_types_in_a_group_are_refused() {
    let server = Server::start();
    let wrong = [
        json!({"displayName": "A", "members": "all"}),
        json!({"displayName": "A", "members": [{"display": "no value"}]}),
        json!({"displayName": "A", "members": [{"value": 7}]}),
        json!({"displayName": {"x": 1}}),
    ];
    for group in wrong {
        server.post_group(group).expect_scim_error(400, Some("invalidValue"));
    }
    server.scim.get("/Groups").expect_body(200, json!({"totalResults": 0}));
    assert_eq!(server.items("/groups"), [Value::Null; 0]);
}

//! `/Bulk` (RFC 7644 §3.7): many operations in one request, committed together, each of which lands or fails alone.

use serde_json::{Value, json};

use crate::common::{Answer, Server, assert_contains, sorted, text};

const BULK: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn user(bulk_id: &str, name: &str) -> Value {
    json!({"method": "POST", "path": "/Users", "bulkId": bulk_id,
        "data": {"schemas": [USER], "userName": format!("{name}@example.com")}})
}

fn group(bulk_id: &str, name: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members.iter().map(|member| json!({"value": member})).collect();
    json!({"method": "POST", "path": "/Groups", "bulkId": bulk_id,
        "data": {"schemas": [GROUP], "displayName": name, "members": members}})
}

fn retitle(path: &str, title: &str) -> Value {
    let operation = json!({"op": "replace", "path": "title", "value": title});
    json!({"method": "PATCH", "path": path, "data": {"schemas": [PATCH], "Operations": [operation]}})
}

fn send(server: &Server, operations: Value) -> Answer {
    server.scim.post("/Bulk", json!({"schemas": [BULK], "Operations": operations}))
}

/// Sends operations and gives what became of each.
#[track_caller]
fn results(server: &Server, operations: Value) -> Vec<Value> {
    let schemas = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"]});
    let answer = send(server, operations).expect_body(200, schemas);
    answer.json["Operations"].as_array().expect("the operations").clone()
}

fn statuses(results: &[Value]) -> Vec<String> {
    results.iter().map(|result| text(result, "status")).collect()
}

/// The id at the end of a result's `location`.
#[track_caller]
fn id(result: &Value) -> String {
    text(result, "location").rsplit('/').next().expect("an id").to_owned()
}

#[test]
fn every_operation_answers_with_method_bulk_id_version_location_and_status_rfc_7644_3_7_3() {
    let server = Server::start();
    let bob = server.user("bob");
    let carl = server.user("carl");
    let put = json!({"method": "put", "path": format!("Users/{bob}"),
        "data": {"schemas": [USER], "userName": "bob@example.com", "title": "Lead"}});
    let delete = json!({"method": "DELETE", "path": format!("/Users/{carl}"), "bulkId": "gone"});
    let patch = retitle(&format!("/Users/{bob}"), "Head");
    let found = results(&server, json!([user("a", "ann"), put, patch, delete]));
    let location = |id: &str| format!("*/scim/v2/Users/{id}*");
    let ann = id(&found[0]);
    let expected = json!([
        {"method": "POST", "bulkId": "a", "version": "W/\"1\"", "location": location(&ann), "status": "201"},
        {"method": "put", "version": "W/\"2\"", "location": location(&bob), "status": "200"},
        {"method": "PATCH", "version": "W/\"3\"", "location": location(&bob), "status": "200"},
        {"method": "DELETE", "bulkId": "gone", "version": null, "location": location(&carl), "status": "204"},
    ]);
    assert_contains(&Value::Array(found), &expected);
    server.scim.get(format!("/Users/{ann}")).expect_body(200, json!({"userName": "ann@example.com"}));
    server.scim.get(format!("/Users/{bob}")).expect_body(200, json!({"title": "Head"}));
    server.scim.get(format!("/Users/{carl}")).expect_scim_error(404, None);
}

#[test]
fn references_are_resolved_wherever_the_operation_stands_that_they_are_for_rfc_7644_3_7_2() {
    let server = Server::start();
    server.rule(json!({}));
    let report = json!({"method": "POST", "path": "/Users", "bulkId": "r",
        "data": {"schemas": [USER, ENTERPRISE], "userName": "rob@example.com",
            ENTERPRISE: {"manager": {"value": "bulkId:a"}}}});
    let sales = group("s", "Sales", &["bulkId:a", "bulkId:r"]);
    let found =
        results(&server, json!([retitle("/Users/bulkId:a", "Boss"), sales, report, user("a", "ann")]));
    assert_eq!(statuses(&found), ["200", "201", "201", "201"], "in the order of the request: {found:?}");
    let (ann, rob) = (id(&found[3]), id(&found[2]));
    assert_eq!(id(&found[0]), ann);
    server.scim.get(format!("/Users/{ann}")).expect_body(200, json!({"title": "Boss"}));
    let manager = json!({ENTERPRISE: {"manager": {"value": ann}}});
    server.scim.get(format!("/Users/{rob}")).expect_body(200, manager);
    assert_eq!(server.members_of_group(&id(&found[1])), sorted([&ann, &rob]));
    assert_eq!(server.members_of("teams", "Sales"), ["ann@example.com", "rob@example.com"]);
}

#[test]
fn a_circle_is_409_on_its_operations_and_on_what_refers_to_them_and_the_others_land_rfc_7644_3_7_1() {
    let server = Server::start();
    let managed = |bulk_id: &str, manager: &str| {
        json!({"method": "POST", "path": "/Users", "bulkId": bulk_id,
            "data": {"schemas": [USER, ENTERPRISE], "userName": format!("{bulk_id}@example.com"),
                ENTERPRISE: {"manager": {"value": format!("bulkId:{manager}")}}}})
    };
    let operations = json!([
        managed("a", "b"),
        managed("b", "a"),
        managed("self", "self"),
        group("g", "Sales", &["bulkId:a"]),
        user("c", "carl")
    ]);
    let found = results(&server, operations);
    assert_eq!(statuses(&found), ["409", "409", "409", "409", "201"]);
    let response = json!({"response": {"schemas": [ERROR], "status": "409", "detail": "*circle*"}});
    assert_contains(&found[0], &response);
    server.scim.get("/Users").expect_body(200, json!({"totalResults": 1}));
    server.scim.get("/Groups").expect_body(200, json!({"totalResults": 0}));
}

#[test]
fn an_operation_that_fails_leaves_the_others_and_nothing_of_itself_and_what_refers_to_it_is_409() {
    let server = Server::start();
    let taken = server.user("taken");
    let broken = group("g", "Broken", &[&taken, "nobody"]);
    let operations = json!([user("a", "ann"), user("b", "taken"), broken, retitle("/Users/bulkId:b", "Lead"),
        group("h", "Sales", &["bulkId:a"]), retitle("/Users/nobody", "Lead"),
        {"method": "DELETE", "path": "/Users/bulkId:unknown"}]);
    let found = results(&server, operations);
    assert_eq!(statuses(&found), ["201", "409", "400", "409", "201", "404", "400"]);
    let failures = json!([
        {"method": "POST", "bulkId": "b", "location": null, "version": null,
            "response": {"schemas": [ERROR], "status": "409", "scimType": "uniqueness", "detail": "*taken@example.com*"}},
        {"bulkId": "g", "response": {"scimType": "invalidValue", "detail": "*nobody*"}},
        {"method": "PATCH", "location": null, "response": {"status": "409", "detail": "*bulkId:b*"}},
    ]);
    assert_contains(&Value::Array(found[1..4].to_vec()), &failures);
    assert_contains(&found[5], &json!({"location": "*/Users/nobody*", "response": {"status": "404"}}));
    assert_contains(&found[6], &json!({"response": {"scimType": "invalidValue", "detail": "*unknown*"}}));
    let groups = server.scim.get("/Groups").expect_body(200, json!({"totalResults": 1})).json;
    assert_contains(
        &groups["Resources"][0],
        &json!({"displayName": "Sales", "members": [{"value": id(&found[0])}]}),
    );
}

#[test]
fn fail_on_errors_ends_the_request_at_that_many_failures_and_keeps_what_was_done_rfc_7644_3_7_3() {
    let server = Server::start();
    let body = |most: Value| {
        let operations = json!([
            user("a", "ann"),
            retitle("/Users/x", "1"),
            user("b", "bob"),
            retitle("/Users/y", "2"),
            user("c", "carl")
        ]);
        json!({"schemas": [BULK], "failOnErrors": most, "Operations": operations})
    };
    let answer = server.scim.post("/Bulk", body(json!(2))).expect(200);
    let found = answer.json["Operations"].as_array().expect("the operations").clone();
    assert_eq!(statuses(&found), ["201", "404", "201", "404"]);
    server.scim.get("/Users").expect_body(200, json!({"totalResults": 2}));
    for wrong in [json!(0), json!(-1), json!("1")] {
        let detail = server.scim.post("/Bulk", body(wrong)).expect_scim_error(400, Some("invalidValue"));
        assert!(detail.contains("failOnErrors"), "{detail}");
    }
}

#[test]
fn a_version_that_is_not_the_resources_own_is_412_on_its_operation_rfc_7644_3_7() {
    let server = Server::start();
    let (ann, bob) = (server.user("ann"), server.user("bob"));
    let versioned = |path: String, version: &str| {
        let mut operation = retitle(&path, "Lead");
        operation["version"] = json!(version);
        operation
    };
    let stale = versioned(format!("/Users/{ann}"), "W/\"7\"");
    let fresh = versioned(format!("/Users/{bob}"), "W/\"1\"");
    let delete = json!({"method": "DELETE", "path": format!("/Users/{bob}"), "version": "W/\"1\""});
    let found = results(&server, json!([stale, fresh, delete]));
    assert_eq!(statuses(&found), ["412", "200", "412"]);
    server.scim.get(format!("/Users/{ann}")).expect_body(200, json!({"title": null}));
    server.scim.get(format!("/Users/{bob}")).expect_body(200, json!({"title": "Lead"}));
}

#[test]
fn a_path_or_method_that_is_not_there_fails_on_its_operation_alone() {
    let server = Server::start();
    let operation =
        |method: &str, path: &str| json!({"method": method, "path": path, "bulkId": "x", "data": {}});
    let found = results(
        &server,
        json!([operation("POST", "/Sers"), operation("GET", "/Users"), operation("DELETE", "/Groups"),
            {"method": "POST", "path": "/Users", "bulkId": "a"}, user("u", "ann")]),
    );
    assert_eq!(statuses(&found), ["404", "405", "405", "400", "201"]);
    for method in ["GET", "PUT"] {
        let answer = server.scim.send(method, "/Bulk", &[], None);
        assert_eq!(answer.header("allow"), Some("POST, OPTIONS"), "{}", answer.text);
        answer.expect_scim_error(405, None);
    }
}

#[test]
fn what_is_no_bulk_request_is_refused_as_a_whole() {
    let server = Server::start();
    for body in [
        json!([]),
        json!({"schemas": [BULK]}),
        json!({"schemas": [BULK], "Operations": [{"method": "POST"}]}),
    ] {
        server.scim.post("/Bulk", body).expect_scim_error(400, Some("invalidSyntax"));
    }
    let twice = send(&server, json!([user("a", "ann"), user("a", "bob")]));
    twice.expect_scim_error(400, Some("invalidValue"));
    server.scim.get("/Users").expect_body(200, json!({"totalResults": 0}));
}

#[test]
fn the_limits_are_those_that_are_announced_and_a_refusal_names_the_one_rfc_7644_3_7_4() {
    let limits = "[server.limits]\nbulk_operations = 3\nbulk_bytes = 65536\n";
    let server = Server::start_with(limits);
    let config = json!({"bulk": {"supported": true, "maxOperations": 3, "maxPayloadSize": 65536}});
    server.scim.get("/ServiceProviderConfig").expect_body(200, config);
    let many = |count: usize| {
        Value::Array((0..count).map(|n| user(&format!("{n}"), &format!("many{count}-{n}"))).collect())
    };
    assert_eq!(statuses(&results(&server, many(3))), ["201"; 3]);
    let detail = send(&server, many(4)).expect_scim_error(413, None);
    assert!(detail.contains("maxOperations (3)"), "{detail}");
    let mut large = user("a", "ann");
    large["data"]["title"] = json!("x".repeat(65536));
    let detail = send(&server, json!([large])).expect_scim_error(413, None);
    assert!(detail.contains("maxPayloadSize (65536)"), "{detail}");
    server.scim.get("/Users").expect_body(200, json!({"totalResults": 3}));
}

#[test]
fn with_group_provisioning_off_only_the_operations_on_groups_are_403_2_5() {
    let server = Server::start_with("[defaults.features]\ngroup_provisioning = false\n");
    let found = results(&server, json!([group("g", "Sales", &["bulkId:a"]), user("a", "ann")]));
    assert_eq!(statuses(&found), ["403", "201"]);
    assert_contains(&found[0], &json!({"response": {"schemas": [ERROR], "detail": "*roup provisioning*"}}));
}

#[test]
fn the_events_of_all_operations_are_there_under_one_request_id_and_a_failed_one_has_none_10_1() {
    let server = Server::start();
    server.rule(json!({}));
    let before = server.last_event();
    let answer = send(
        &server,
        json!([user("a", "ann"), group("g", "Sales", &["bulkId:a"]), group("h", "sales", &["bulkId:a"])]),
    )
    .expect(200);
    let request_id = answer.header("x-request-id").expect("a request id").to_owned();
    let statuses = statuses(answer.json["Operations"].as_array().expect("the operations"));
    assert_eq!(statuses, ["201", "201", "409"]);
    let events = server.events_after(before);
    let types: Vec<String> = events.iter().map(|event| text(event, "type")).collect();
    for (kind, count) in [("user.created", 1), ("group.created", 1), ("assignment.granted", 1)] {
        assert_eq!(types.iter().filter(|found| *found == kind).count(), count, "{kind} in {types:?}");
    }
    assert!(events.iter().all(|event| event["request_id"] == json!(request_id)), "{events:?}");
}

#[test]
fn text_that_begins_like_a_reference_is_kept_where_no_resource_is_named_rfc_7644_3_7_2() {
    let server = Server::start();
    let ann = server.user("ann");
    let mut carl = user("c", "carl");
    carl["data"]["nickName"] = json!("bulkId:nobody");
    let done = results(
        &server,
        json!([retitle(&format!("/Users/{ann}"), "bulkId:x"), carl, group("g", "G", &["bulkId:c"])]),
    );
    let statuses: Vec<String> = done.iter().map(|one| text(one, "status")).collect();
    assert_eq!(statuses, ["200", "201", "201"], "{done:?}");
    server.scim.get(format!("/Users/{ann}")).expect_body(200, json!({"title": "bulkId:x"}));
    let carl = server.scim.get("/Users?filter=nickName%20eq%20%22bulkId:nobody%22").expect(200).json;
    assert_eq!(carl["totalResults"], 1, "{carl}");
}

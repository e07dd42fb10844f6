//! mapping.md §5.7: a request that takes access away is never refused for another attribute's value; that attribute stays
//! as it was and the request log says so. And only such a request is treated like that.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::common::{Server, USER_EXTENSION, wait_for};

fn server_with_ann() -> (Server, String) {
    let server = Server::start();
    let ann = server.user_with(json!({"userName": "ann@example.com", "displayName": "Ann", "title": "Dr",
        USER_EXTENSION: {"OrganizationRole": "Admin"}}));
    (server, ann)
}

/// What the log says of the newest request.
fn remarks(server: &Server, request: &str) -> String {
    let logged = wait_for("the request is logged", || {
        let answer = server.api.get(format!("/requests/{request}"));
        (answer.status == 200).then_some(answer.json)
    });
    logged["remarks"].to_string()
}

#[test]
fn only_the_attribute_that_is_wrong_is_left_out_of_a_put_5_7() {
    let (server, ann) = server_with_ann();
    let body = json!({"userName": "ann@example.com", "active": false, "displayName": "New", "title": 5,
        "nickName": "Annie", USER_EXTENSION: {"OrganizationRole": "Owner"}});
    let answer = server.put_user(&ann, body);
    let request = answer.header("x-request-id").unwrap().to_owned();
    answer.expect_body(
        200,
        json!({"active": false, "displayName": "New", "title": "Dr", "nickName": "Annie",
            USER_EXTENSION: {"OrganizationRole": "Admin"}}),
    );
    let remarks = remarks(&server, &request);
    assert!(remarks.contains("title: found the number 5") && remarks.contains("Owner"), "{remarks}");
}

#[test]
fn only_the_operation_that_is_wrong_is_left_out_of_a_patch_5_7() {
    for wrong in [
        json!({"op": "replace", "path": "title", "value": 5}),
        json!({"op": "remove", "path": "userName"}),
        json!({"op": "replace", "value": {"title": [1, 2]}}),
        json!({"op": "replace", "path": "phoneNumbers[type eq \"work\"]", "value": {"value": "1"}}),
        json!({"op": "add", "value": {USER_EXTENSION: {"OrganizationRole": "Owner"}}}),
    ] {
        let (server, ann) = server_with_ann();
        let operations = json!([{"op": "replace", "value": {"active": "False", "nickName": "Annie"}}, wrong,
            {"op": "add", "path": "displayName", "value": "New"}]);
        server.patch_user(&ann, operations).expect_body(
            200,
            json!({"userName": "ann@example.com", "active": false, "displayName": "New", "nickName": "Annie",
                "title": "Dr"}),
        );
    }
}

#[test]
fn a_name_that_is_taken_or_may_not_change_stays_5_7() {
    for config in ["", "[scim]\nprofile = \"testmu\"\n", "[scim]\nuser_name = \"immutable\"\n"] {
        let server = Server::start_with(config);
        let (ann, bob) = (server.user("ann"), server.user("bob"));
        let stays = json!({"userName": "ann@example.com", "active": false});
        let body = json!({"userName": "bob@example.com", "active": false, "nickName": "Annie"});
        server.put_user(&ann, body).expect_body(200, stays.clone());
        server.patch_user(&ann, json!([{"op": "replace", "value": {"active": true}}])).expect(200);
        let operations =
            json!([{"op": "replace", "value": {"active": false, "userName": "bob@example.com"}}]);
        server.patch_user(&ann, operations).expect_body(200, stays);
        server.scim.get(format!("/Users/{bob}")).expect_body(200, json!({"active": true}));
    }
}

#[test]
fn deactivating_in_any_form_that_is_tolerated_counts_5_7() {
    for active in [json!(false), json!("False"), json!([false]), json!(["False"])] {
        let (server, ann) = server_with_ann();
        let body = json!({"userName": "ann@example.com", "Active": active, "title": 5});
        server.put_user(&ann, body).expect_body(200, json!({"active": false, "title": "Dr"}));
        let again = json!([{"op": "replace", "path": "active", "value": active},
            {"op": "replace", "path": "title", "value": 5}]);
        server.patch_user(&ann, again).expect_body(200, json!({"active": false, "title": "Dr"}));
    }
}

#[test]
fn who_keeps_access_by_a_request_is_not_deactivated_by_what_is_wrong_with_it() {
    let (server, ann) = server_with_ann();
    let body = json!({"userName": "ann@example.com", "active": true, "title": 5,
        "urn:acme:custom:2.0:User:active": false});
    server.put_user(&ann, body).expect_scim_error(400, Some("invalidValue"));
    let wrong = json!({"op": "replace", "path": "title", "value": 5});
    for right in [
        json!([{"op": "add", "path": "urn:acme:custom:2.0:User:active", "value": false}]),
        json!([{"op": "replace", "path": "active", "value": false},
            {"op": "replace", "path": "active", "value": true}]),
        json!([{"op": "remove", "path": "active", "value": false}]),
        json!([{"op": "replace", "path": "nickName", "value": "Annie"}]),
    ] {
        let operations: Vec<Value> =
            right.as_array().unwrap().iter().cloned().chain([wrong.clone()]).collect();
        server.patch_user(&ann, json!(operations)).expect_scim_error(400, Some("invalidValue"));
        server.scim.get(format!("/Users/{ann}")).expect_body(200, json!({"active": true}));
    }
    server.put_user(&ann, json!({"userName": "ann@example.com", "active": [true, false]})).expect(400);
    server
        .put_user(&ann, json!({"userName": "ann@example.com", "active": false, "Active": true}))
        .expect(400);
    server.scim.get(format!("/Users/{ann}")).expect_body(200, json!({"active": true, "title": "Dr"}));
}

#[test]
fn who_is_inactive_already_is_changed_as_anybody() {
    let (server, ann) = server_with_ann();
    server.patch_user(&ann, json!([{"op": "replace", "path": "active", "value": false}])).expect(200);
    server.put_user(&ann, json!({"userName": "ann@example.com", "title": 5})).expect(400);
    server.patch_user(&ann, json!([{"op": "replace", "path": "title", "value": 5}])).expect(400);
    server.user("bob");
    let taken = json!([{"op": "replace", "path": "userName", "value": "bob@example.com"}]);
    server.patch_user(&ann, taken).expect(409);
}

#[test]
fn of_a_body_with_more_attributes_than_can_be_tried_only_active_is_taken_5_7() {
    let (server, ann) = server_with_ann();
    let mut body = json!({"userName": "ann@example.com", "active": false, "displayName": "New", "title": 5});
    for number in 0..600 {
        body[format!("unknown{number}")] = json!("x");
    }
    server
        .put_user(&ann, body)
        .expect_body(200, json!({"active": false, "displayName": "Ann", "title": "Dr"}));
}

#[test]
fn an_attribute_that_was_not_there_is_not_there_afterwards_5_7() {
    let server = Server::start();
    let ann = server.user("ann");
    let body =
        json!({"userName": "ann@example.com", "active": false, USER_EXTENSION: {"LambdatestGroup": "no"}});
    let stored = server.put_user(&ann, body).expect_body(200, json!({"active": false})).json;
    assert!(stored.get(USER_EXTENSION).is_none(), "{stored}");
    assert!(!stored["schemas"].to_string().contains(USER_EXTENSION), "{stored}");
}

/// Values of which no attribute takes all.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        prop_oneof!["", "x", "work", "Owner", "bob@example.com", "\\PC{0,4}"].prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let key =
            prop::sample::select(vec!["value", "type", "primary", "familyName", "OrganizationRole", "x"]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..3).prop_map(|members| members
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect()),
        ]
    })
}

const ATTRIBUTES: [&str; 16] = [
    "userName",
    "externalId",
    "displayName",
    "title",
    "name",
    "nickName",
    "profileUrl",
    "preferredLanguage",
    "emails",
    "phoneNumbers",
    "addresses",
    "roles",
    "x509Certificates",
    "unknown",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    USER_EXTENSION,
];

fn any_attributes() -> impl Strategy<Value = Vec<(&'static str, Value)>> {
    prop::collection::vec((prop::sample::select(&ATTRIBUTES[..]), any_value()), 0..5)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn whatever_values_come_along_a_deactivation_deactivates_5_7(
        put in any_attributes(),
        patch in any_attributes(),
        by_path in any::<bool>(),
    ) {
        let (server, ann) = server_with_ann();
        server.user("bob");
        let mut operations: Vec<Value> = patch.into_iter().map(|(name, value)| match by_path {
            true => json!({"op": "replace", "path": name, "value": value}),
            false => json!({"op": "add", "value": {name: value}}),
        }).collect();
        operations.insert(operations.len() / 2, json!({"op": "replace", "path": "active", "value": "False"}));
        server.patch_user(&ann, json!(operations)).expect_body(200, json!({"active": false}));

        server.patch_user(&ann, json!([{"op": "replace", "path": "active", "value": true}])).expect(200);
        let mut body = json!({"active": false, "userName": "ann@example.com"});
        put.into_iter().for_each(|(name, value)| body[name] = value);
        server.put_user(&ann, body).expect_body(200, json!({"active": false}));
        server.scim.get(format!("/Users/{ann}")).expect_body(200, json!({"active": false}));
    }
}

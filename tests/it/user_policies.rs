//! mapping.md §8.1 and §8.3 where the configuration says otherwise: names unique over the server, DELETE that deactivates.

use serde_json::json;

use crate::common::{Client, Server, USER_EXTENSION, assert_contains};

const GLOBAL: &str = "[scim]\nuser_names = \"global\"\n";
const DEACTIVATE: &str = "[scim]\ndelete_user = \"deactivate\"\n";

/// The IdP of a second organization of the same server.
fn second_idp(server: &Server) -> Client {
    server.root.post("/organizations", json!({"slug": "other", "name": "Other"})).expect(201);
    let other = server.root.at(&format!("{}/organizations/other", server.root.base()));
    let token = other.post("/tokens", json!({"name": "idp"})).expect(201).json["token"].clone();
    server.scim.authorized(Some(&format!("Bearer {}", token.as_str().unwrap())))
}

#[test]
fn a_name_of_another_organization_is_refused_where_names_are_unique_over_the_server_8_1() {
    let server = Server::start_with(GLOBAL);
    let other = second_idp(&server);
    let ann = server.user("ann");
    let detail = other
        .post("/Users", json!({"userName": "ANN@example.com"}))
        .expect_scim_error(400, Some("invalidValue"));
    assert!(detail.contains("another organization") && detail.contains("invited"), "{detail}");
    let bob = other.post("/Users", json!({"userName": "bob@example.com"})).expect(201).id();
    other
        .put(format!("/Users/{bob}"), json!({"userName": "ann@example.com"}))
        .expect_scim_error(400, Some("invalidValue"));
    let same = server.scim.post("/Users", json!({"userName": "Ann@Example.com"}));
    same.expect_scim_error(409, Some("uniqueness"));

    server.delete_user(&ann);
    other.post("/Users", json!({"userName": "ann@example.com"})).expect(201);
    let back = server.scim.post("/Users", json!({"userName": "ann@example.com"}));
    back.expect_scim_error(400, Some("invalidValue"));
}

#[test]
fn the_profile_of_testmu_makes_names_unique_over_the_server_8_1() {
    let server = Server::start_with("[scim]\nprofile = \"testmu\"\n");
    let other = second_idp(&server);
    server.user("ann");
    other.post("/Users", json!({"userName": "ann@example.com"})).expect_scim_error(400, Some("invalidValue"));
}

#[test]
fn without_that_setting_each_organization_has_its_own_names_8_1() {
    let server = Server::start();
    let other = second_idp(&server);
    server.user("ann");
    other.post("/Users", json!({"userName": "ann@example.com"})).expect(201);
}

#[test]
fn delete_deactivates_where_the_setting_says_so_and_deleting_again_is_204_8_3() {
    let server = Server::start_with(DEACTIVATE);
    server.rule(json!({}));
    let ann = server.user("ann");
    let group = server.group("Sales", &[&ann]);
    let before = server.last_event();
    for _ in 0..2 {
        server.delete_user(&ann);
        server.scim.get(format!("/Users/{ann}")).expect_body(200, json!({"id": ann, "active": false}));
        server.scim.get("/Users").expect_body(200, json!({"totalResults": 1}));
        assert_eq!(server.members_of_group(&group), [ann.as_str()]);
        assert_eq!(server.teams_of(&ann), ["Sales"]);
    }
    assert_eq!(server.event_types_after(before), ["user.deactivated"]);
    server.scim.delete("/Users/no-such-user").expect_scim_error(404, None);
}

#[test]
fn who_was_deactivated_by_delete_keeps_the_name_and_is_reactivated_by_a_change_8_3() {
    let server = Server::start_with(DEACTIVATE);
    let ann = server.user("ann");
    server.delete_user(&ann);
    let again = server.scim.post("/Users", json!({"userName": "ann@example.com"}));
    again.expect_scim_error(409, Some("uniqueness"));
    server.patch_user(&ann, json!([{"op": "replace", "path": "active", "value": true}])).expect(200);
    assert_contains(&server.person(&ann), &json!({"active": true}));
}

#[test]
fn deletion_is_never_refused_for_the_attribute_5_7() {
    for config in ["", DEACTIVATE] {
        let server = Server::start_with(config);
        let pool = server.entity("concurrency-groups", "Pool");
        let ann = server
            .user_with(json!({"userName": "ann@example.com", USER_EXTENSION: {"LambdatestGroup": "Pool"}}));
        server.api.delete(format!("/concurrency-groups/{pool}")).expect(204);
        server.delete_user(&ann);
    }
}

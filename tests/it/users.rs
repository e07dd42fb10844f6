//! mapping.md §8, and users as RFC 7643 describes them.

use serde_json::{Value, json};

use crate::common::{Server, assert_contains};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

#[test]
fn user_name_is_required_and_a_valid_email_address_8_1() {
    let server = Server::start();
    let wrong = [
        Value::Null,
        json!(""),
        json!("ann"),
        json!("ann@"),
        json!("@example.com"),
        json!("a b@example.com"),
    ];
    for name in wrong {
        let detail = server
            .scim
            .post("/Users", json!({"userName": name}))
            .expect_scim_error(400, Some("invalidValue"));
        assert!(detail.contains("userName"), "{detail}");
    }
    for name in ["ann+test@example.com", "o'brien@sub.example.co.uk", "jürgen@example.com"] {
        server.scim.post("/Users", json!({"userName": name})).expect_body(201, json!({"userName": name}));
    }
}

#[test]
fn any_user_name_is_taken_where_the_setting_says_so_8_1() {
    let server = Server::start_with("[scim]\nrequire_email_user_name = false\n");
    server.scim.post("/Users", json!({"userName": "ann"})).expect(201);
    server.scim.post("/Users", json!({"userName": ""})).expect_scim_error(400, Some("invalidValue"));
}

#[test]
fn user_name_is_unique_among_the_living_without_case_8_1() {
    let server = Server::start();
    let ann = server.user("ann");
    let bob = server.user("bob");
    let again = json!({"userName": "ANN@example.com"});
    let detail = server.scim.post("/Users", &again).expect_scim_error(409, Some("uniqueness"));
    assert!(detail.to_lowercase().contains("ann@example.com"), "{detail}");
    server.put_user(&bob, again.clone()).expect_scim_error(409, Some("uniqueness"));
    let rename = json!([{"op": "replace", "path": "userName", "value": "Ann@Example.com"}]);
    server.patch_user(&bob, rename).expect_scim_error(409, Some("uniqueness"));
    server.put_user(&ann, again).expect_body(200, json!({"id": ann, "userName": "ANN@example.com"}));
    server.scim.get("/Users").expect_body(200, json!({"totalResults": 2}));
}

#[test]
fn a_deleted_users_name_is_free_for_another_user_8_1() {
    let server = Server::start();
    let (ann, bob) = (server.user("ann"), server.user("bob"));
    server.delete_user(&ann);
    server.put_user(&bob, json!({"userName": "ann@example.com"})).expect(200);
}

#[test]
fn a_deleted_user_is_gone_and_out_of_all_groups_8_3() {
    let server = Server::start();
    server.rule(json!({}));
    let ann = server.user("ann");
    let group = server.group("Sales", &[&ann]);
    let before = server.last_event();
    server.delete_user(&ann);
    let path = format!("/Users/{ann}");
    server.scim.get(&path).expect_scim_error(404, None);
    server.scim.delete(&path).expect_scim_error(404, None);
    server.put_user(&ann, json!({"userName": "ann@example.com"})).expect_scim_error(404, None);
    server.scim.get("/Users").expect_body(200, json!({"totalResults": 0}));
    assert_eq!(server.members_of_group(&group), [""; 0]);
    assert_eq!(server.members_of("teams", "Sales"), [""; 0]);
    let types = server.event_types_after(before);
    for expected in ["user.deleted", "assignment.revoked"] {
        assert!(types.iter().any(|found| found == expected), "no {expected} in {types:?}");
    }
}

#[test]
fn who_comes_back_is_the_same_record_with_only_what_the_push_carries_8_3() {
    let server = Server::start();
    server.rule(json!({}));
    let extension = crate::common::USER_EXTENSION;
    let ann = server.user_with(json!({"userName": "ann@example.com", "title": "Lead", "externalId": "a-1",
        extension: {"OrganizationRole": "Admin"}}));
    server.group("Sales", &[&ann]);
    let team = server.entity("teams", "By hand");
    server.api.put(format!("/teams/{team}/members/{ann}"), json!({})).expect(200);
    let created = server.scim.get(format!("/Users/{ann}")).expect(200).json["meta"]["created"].clone();
    server.delete_user(&ann);
    let before = server.last_event();

    let answer = server.scim.post("/Users", json!({"userName": "Ann@example.com"})).expect(201);
    let expected = json!({"id": ann, "userName": "Ann@example.com", "title": null, "externalId": null,
        "active": true, "meta": {"created": created}});
    assert_contains(&answer.json, &expected);
    let person = json!({"teams": [], "groups": [], "role": {"effective": "User", "own": null},
        "concurrency_group": {"is_default": true}});
    assert_contains(&server.person(&ann), &person);
    assert_eq!(server.events_of_type("user.restored", before).len(), 1);
}

#[test]
fn a_user_reads_back_as_it_was_sent_with_id_and_meta() {
    let server = Server::start();
    let sent = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
        "userName": "bjensen@example.com", "externalId": "701984",
        "name": {"formatted": "Ms. Barbara J Jensen, III", "familyName": "Jensen", "givenName": "Barbara"},
        "displayName": "Babs Jensen", "nickName": "Babs", "profileUrl": "https://login.example.com/bjensen",
        "emails": [{"value": "bjensen@example.com", "type": "work", "primary": true},
            {"value": "babs@jensen.org", "type": "home", "primary": false}],
        "phoneNumbers": [{"value": "555-555-5555", "type": "work"}],
        "addresses": [{"type": "work", "locality": "Hollywood", "country": "US"}],
        "userType": "Employee", "title": "Tour Guide", "preferredLanguage": "en-US", "locale": "en-US",
        "timezone": "America/Los_Angeles", "active": true,
        ENTERPRISE: {"employeeNumber": "701984", "costCenter": "4130", "manager": {"value": "26118915"}}
    });
    let created = server.scim.post("/Users", &sent).expect_body(201, sent.clone());
    let id = created.id();
    let meta = json!({"meta": {"resourceType": "User", "created": "*T*", "lastModified": "*T*",
        "version": "*W/*", "location": format!("*/scim/v2/Users/{id}*")}});
    assert_contains(&created.json, &meta);
    assert_eq!(created.header("location"), created.json["meta"]["location"].as_str());
    assert_eq!(created.header("content-type"), Some("application/scim+json; charset=utf-8"));
    let read = server.scim.get(format!("/Users/{id}")).expect(200);
    assert_eq!(read.json, created.json);
}

#[test]
fn a_password_is_taken_and_never_returned() {
    let server = Server::start();
    let with_password = json!({"userName": "ann@example.com", "password": "1mz050nq"});
    let created = server.scim.post("/Users", &with_password).expect(201);
    assert!(!created.text.contains("1mz050nq"), "{}", created.text);
    let read = server.put_user(&created.id(), with_password).expect(200);
    assert!(!read.text.contains("password"), "{}", read.text);
}

#[test]
fn active_left_out_is_true_on_create_and_unchanged_on_put() {
    let server = Server::start();
    let name = json!({"userName": "ann@example.com"});
    let ann = server.scim.post("/Users", &name).expect_body(201, json!({"active": true})).id();
    server.patch_user(&ann, json!([{"op": "Replace", "path": "active", "value": "False"}])).expect(200);
    server.put_user(&ann, name).expect_body(200, json!({"active": false}));
}

#[test]
fn put_replaces_what_the_idp_sends_and_removes_what_it_leaves_out() {
    let server = Server::start();
    let ann = server.user_with(json!({"userName": "ann@example.com", "title": "Lead", "nickName": "A",
        "emails": [{"value": "ann@example.com"}], ENTERPRISE: {"department": "QA"}}));
    let put = json!({"userName": "ann@example.com", "title": "Head", "id": "something else",
        "groups": [{"value": "x"}], "meta": {"resourceType": "User"}});
    let answer = server.put_user(&ann, put).expect(200);
    let expected = json!({"id": ann, "title": "Head", "nickName": null, ENTERPRISE: null});
    assert_contains(&answer.json, &expected);
    assert!(answer.json["emails"].as_array().is_none_or(Vec::is_empty), "{}", answer.text);
}

#[test]
fn attributes_that_no_schema_declares_are_ignored() {
    let server = Server::start();
    let odd = json!({"userName": "ann@example.com", "favouriteColour": "blue",
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:example:unknown:2.0"],
        "urn:example:unknown:2.0": {"shoeSize": 43}});
    let created = server.scim.post("/Users", odd).expect(201);
    assert!(
        !created.text.contains("favouriteColour") && !created.text.contains("shoeSize"),
        "{}",
        created.text
    );
    let operation = json!([{"op": "replace", "path": "favouriteColour", "value": "red"}]);
    server.patch_user(&created.id(), operation).expect(200);
}

#[test]
fn what_was_written_is_found_at_once_by_every_attribute_that_idps_look_up() {
    let server = Server::start();
    let ann = server.user_with(json!({"userName": "Ann@example.com", "externalId": "Ext-1", "displayName": "Ann A",
        "emails": [{"value": "work@example.com", "type": "work"}, {"value": "home@example.com", "type": "home"}]}));
    server.user("bob");
    let found = json!({"totalResults": 1, "itemsPerPage": 1, "startIndex": 1, "Resources": [{"id": ann}]});
    for filter in [
        "userName eq \"ann@EXAMPLE.com\"",
        "USERNAME Eq \"ann@example.com\"",
        "externalId eq \"Ext-1\"",
        "emails.value eq \"HOME@example.com\"",
        "emails eq \"work@example.com\"",
        "emails[type eq \"work\"].value eq \"work@example.com\"",
        "email co \"home@\"",
        "email.value eq \"work@example.com\"",
        "displayName eq \"ann a\" and active eq true",
        &format!("id eq \"{ann}\""),
        "urn:ietf:params:scim:schemas:core:2.0:User:userName eq \"ann@example.com\"",
    ] {
        let encoded = filter.replace(' ', "%20").replace('"', "%22");
        server.scim.get(format!("/Users?filter={encoded}")).expect_body(200, found.clone());
    }
    for filter in ["externalId eq \"ext-1\"", "emails[type eq \"work\"].value eq \"home@example.com\""] {
        let encoded = filter.replace(' ', "+").replace('"', "%22");
        server.scim.get(format!("/Users?filter={encoded}")).expect_body(200, json!({"totalResults": 0}));
    }
}

#[test]
fn active_removed_by_a_patch_is_unassigned_and_switches_nothing_on_rfc_7644_3_5_2_2() {
    let server = Server::start();
    let ann = server.user_with(json!({"userName": "ann@example.com", "active": false}));
    let removed = server.patch_user(&ann, json!([{"op": "remove", "path": "active"}])).expect(200);
    assert_eq!(removed.json.get("active"), None, "{}", removed.text);
    server.put_user(&ann, json!({"userName": "ann@example.com", "title": "Lead"})).expect(200);
    assert_contains(&server.person(&ann), &json!({"active": false}));
}

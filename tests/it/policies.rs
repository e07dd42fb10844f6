//! `[scim]` (interface.md §2): every policy key works, and discovery tells the truth in every setting.

use serde_json::{Value, json};

use crate::common::{Server, USER_EXTENSION, member, text, users_named};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP_EXTENSION: &str = "urn:ietf:params:scim:schemas:extension:LambdaTest:2.0:Group";
const TESTMU: &str = "[scim]\nprofile = \"testmu\"\n";

/// What `/Schemas` says of an attribute.
#[track_caller]
fn described(server: &Server, schema: &str, attribute: &str) -> Value {
    let schema = server.scim.get(format!("/Schemas/{schema}")).expect(200).json;
    let attributes = schema["attributes"].as_array().expect("the attributes");
    let found = attributes.iter().find(|described| described["name"] == attribute);
    found.unwrap_or_else(|| panic!("no {attribute} in {schema}")).clone()
}

#[track_caller]
fn assert_described(server: &Server, attribute: &str, characteristic: &str, value: &str) {
    let described = described(server, USER, attribute);
    assert_eq!(described[characteristic], value, "{characteristic} of {attribute}: {described}");
}

fn ann(family_name: &str) -> Value {
    json!({"userName": "ann@example.com", "displayName": format!("Ann {family_name}"),
        "name": {"givenName": "Ann", "familyName": family_name}})
}

#[test]
fn by_default_user_names_change_and_schemas_says_so() {
    let server = Server::start();
    assert_described(&server, "userName", "mutability", "readWrite");
    assert_described(&server, "userName", "uniqueness", "server");
    assert_described(&server, "name", "mutability", "readWrite");
    let id = server.user("ann");
    server
        .put_user(&id, json!({"userName": "bea@example.com"}))
        .expect_body(200, json!({"userName": "bea@example.com"}));
}

#[test]
fn under_testmu_a_user_name_stays_and_schemas_says_immutable() {
    let server = Server::start_with(TESTMU);
    assert_described(&server, "userName", "mutability", "immutable");
    let id = server.user("ann");
    let other = json!("bea@example.com");
    let refused = [
        server.put_user(&id, json!({"userName": other})),
        server.patch_user(&id, json!([{"op": "replace", "path": "userName", "value": other}])),
        server.patch_user(&id, json!([{"op": "replace", "value": {"userName": other}}])),
    ];
    for answer in refused {
        let detail = answer.expect_scim_error(400, Some("mutability"));
        assert!(detail.contains("userName") && detail.contains("ann@example.com"), "{detail}");
    }
    let same = json!({"userName": "ANN@example.com", "title": "Dr."});
    let kept = json!({"userName": "ann@example.com", "title": "Dr."});
    server.put_user(&id, same).expect_body(200, kept);
}

#[test]
fn under_testmu_a_user_name_belongs_to_one_organization_and_schemas_says_global_8_1() {
    let server = Server::start_with(TESTMU);
    assert_described(&server, "userName", "uniqueness", "global");
    let other = server.second_organization();
    server.user("ann");
    let taken = json!({"schemas": [USER], "userName": "Ann@Example.com"});
    let detail = other.scim.post("/Users", &taken).expect_scim_error(400, Some("invalidValue"));
    assert!(detail.contains("belongs to another organization"), "{detail}");
    server.scim.post("/Users", &taken).expect_scim_error(409, Some("uniqueness"));
}

#[test]
fn under_testmu_a_push_sets_names_once_and_schemas_says_immutable() {
    let server = Server::start_with(TESTMU);
    assert_described(&server, "name", "mutability", "immutable");
    assert_described(&server, "displayName", "mutability", "immutable");
    let id = server.user_with(ann("Adams"));
    let kept = ann("Adams");
    let mut renamed = ann("Baker");
    renamed["title"] = json!("Dr.");
    let answer = server.put_user(&id, renamed).expect_body(200, kept.clone());
    assert_eq!(answer.json["title"], "Dr.", "the rest of the push counts");
    let operations = json!([{"op": "replace", "path": "name.familyName", "value": "Baker"},
        {"op": "replace", "path": "displayName", "value": "Ann Baker"}, {"op": "remove", "path": "name"}]);
    let version = answer.json["meta"]["version"].clone();
    let answer = server.patch_user(&id, operations).expect_body(200, kept);
    assert_eq!(answer.json["meta"]["version"], version, "nothing has changed");
}

#[test]
fn under_testmu_a_deleted_user_stays_inactive_in_their_groups_8_3() {
    let server = Server::start_with(TESTMU);
    let id = server.user("ann");
    let group = server.group("Sales", &[&id]);
    server.delete_user(&id);
    let inactive = json!({"id": id, "active": false, "groups": [{"value": group}]});
    server.scim.get(format!("/Users/{id}")).expect_body(200, inactive.clone());
    server.scim.get("/Users").expect_body(200, json!({"totalResults": 1, "Resources": [inactive]}));
    assert_eq!(server.members_of_group(&group), [id.as_str()]);
    server.delete_user(&id);
    assert_eq!(server.events_of_type("user.deactivated", 0).len(), 1);
    assert_eq!(server.events_of_type("user.deleted", 0).len(), 0);
    server.patch_user(&id, json!([{"op": "replace", "path": "active", "value": true}])).expect(200);
    server.scim.delete("/Users/nobody").expect_scim_error(404, None);
}

#[test]
fn under_testmu_bulk_deactivates_too() {
    let server = Server::start_with(TESTMU);
    let id = server.user("ann");
    let operation = json!({"method": "DELETE", "path": format!("/Users/{id}")});
    let body =
        json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [operation]});
    server.scim.post("/Bulk", body).expect_body(200, json!({"Operations": [{"status": "204"}]}));
    server.scim.get(format!("/Users/{id}")).expect_body(200, json!({"active": false}));
}

#[test]
fn a_key_that_is_set_wins_over_the_profile() {
    let own = "user_name = \"mutable\"\nuser_names = \"organization\"\nnames = \"idp\"\ndelete_user = \"soft-delete\"\n\
               group_patch_answer = \"no-content\"\n";
    let server = Server::start_with(&format!("{TESTMU}{own}"));
    assert_described(&server, "userName", "mutability", "readWrite");
    assert_described(&server, "userName", "uniqueness", "server");
    assert_described(&server, "name", "mutability", "readWrite");
    server.second_organization().user("bea");
    let id = server.user_with(ann("Adams"));
    let mut changed = ann("Baker");
    changed["userName"] = json!("bea@example.com");
    server.put_user(&id, changed.clone()).expect_body(200, changed);
    let group = server.group("Sales", &[]);
    server.patch_group(&group, json!([{"op": "add", "path": "members", "value": [member(&id)]}])).expect(204);
    server.delete_user(&id);
    server.scim.get(format!("/Users/{id}")).expect_scim_error(404, None);
}

#[test]
fn the_patch_of_a_group_is_answered_as_the_setting_says() {
    for (setting, small, large) in
        [("auto", 200, 204), ("resource", 200, 200), ("no-content", 204, 204), ("testmu", 200, 200)]
    {
        let server = Server::start_with(&match setting {
            "testmu" => TESTMU.to_owned(),
            setting => format!("[scim]\ngroup_patch_answer = \"{setting}\"\n"),
        });
        let ids = server.load_users(&users_named("user", 201));
        let (last, first) = ids.split_last().expect("users");
        let first: Vec<&str> = first.iter().map(String::as_str).collect();
        let group = server.group("Sales", &first);
        let described = json!([{"op": "replace", "path": "displayName", "value": "Sales 2"}]);
        let answer = server.patch_group(&group, described).expect(small);
        assert_eq!(
            answer.json["members"].as_array().map(Vec::len),
            (small == 200).then_some(200),
            "{setting}"
        );
        assert!(answer.header("etag").is_some(), "{setting}: no ETag: {answer:?}");
        let one_more = json!([{"op": "add", "path": "members", "value": [member(last)]}]);
        let answer = server.patch_group(&group, one_more).expect(large);
        assert_eq!(
            answer.json["members"].as_array().map(Vec::len),
            (large == 200).then_some(201),
            "{setting}"
        );
        let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{"op": "replace", "path": "displayName", "value": "Sales 3"}]});
        let target = format!("/Groups/{group}?excludedAttributes=members");
        server.scim.patch(target, body).expect_body(200, json!({"displayName": "Sales 3", "members": null}));
    }
}

#[test]
fn the_extensions_are_found_under_the_urns_that_are_set() {
    let (user, group) = ("urn:example:acme:1.5:Person", "urn:example:acme:1.5:Team");
    let server = Server::start_with(&format!(
        "[scim]\nuser_extension_urn = \"{user}\"\ngroup_extension_urn = \"{group}\"\n"
    ));
    for (kind, urn, old) in [("User", user, USER_EXTENSION), ("Group", group, GROUP_EXTENSION)] {
        let resource_type = server.scim.get(format!("/ResourceTypes/{kind}")).expect(200).json;
        let extensions = resource_type["schemaExtensions"].to_string();
        assert!(extensions.contains(urn) && !extensions.contains(old), "{extensions}");
        server.scim.get(format!("/Schemas/{old}")).expect_scim_error(404, None);
    }
    assert_eq!(
        described(&server, user, "OrganizationRole")["canonicalValues"],
        json!(["Admin", "User", "Guest"])
    );
    assert_eq!(described(&server, group, "LambdatestRoles")["multiValued"], true);

    let id = server.user_with(json!({"userName": "ann@example.com", user: {"OrganizationRole": "Guest"}}));
    assert_eq!(server.role_of(&id), "Guest");
    let path = format!("{}:organizationrole", user.to_uppercase());
    let answer = server.patch_user(&id, json!([{"op": "replace", "path": path, "value": "Admin"}]));
    answer.expect_body(200, json!({"schemas": [USER, user], user: {"OrganizationRole": "Admin"}}));
    assert_eq!(server.role_of(&id), "Admin");
    let filter = format!("/Users?filter={user}:OrganizationRole%20eq%20%22Admin%22&attributes={user}");
    let found =
        json!({"totalResults": 1, "Resources": [{user: {"OrganizationRole": "Admin"}, "userName": null}]});
    server.scim.get(filter).expect_body(200, found);

    let bea = server.user("bea");
    let body =
        json!({"displayName": "Sales", "members": [member(&bea)], group: {"LambdatestRoles": ["Guest"]}});
    let made = server.post_group(body).expect(201);
    assert_eq!(made.json["schemas"][1], group, "{}", made.text);
    assert_eq!(server.role_of(&bea), "Guest");
    let old = json!({"userName": "cid@example.com", USER_EXTENSION: {"OrganizationRole": "Admin"}});
    assert_eq!(server.role_of(&server.user_with(old)), "User", "the default URN means nothing here");
}

#[test]
fn attributes_that_no_schema_declares_are_skipped_or_refused_as_set() {
    let unknown = json!({"userName": "ann@example.com", "shoeSize": 43});
    let server = Server::start();
    let id = server.user_with(unknown.clone());
    server.scim.get(format!("/Users/{id}")).expect_body(200, json!({"shoeSize": null}));

    let server = Server::start_with("[scim]\nunknown_attributes = \"reject\"\n");
    let id = server.user("bea");
    let group = server.group("Sales", &[]);
    let operation = json!([{"op": "add", "path": "shoeSize", "value": 43}]);
    let mut body = unknown.clone();
    body["schemas"] = json!([USER]);
    for (answer, scim_type) in [
        (server.scim.post("/Users", body), "invalidSyntax"),
        (server.put_user(&id, unknown.clone()), "invalidSyntax"),
        (server.patch_user(&id, operation.clone()), "invalidPath"),
        (server.patch_user(&id, json!([{"op": "add", "value": {"shoeSize": 43}}])), "invalidSyntax"),
        (server.post_group(json!({"displayName": "X", "shoeSize": 43})), "invalidSyntax"),
        (server.patch_group(&group, operation.clone()), "invalidPath"),
    ] {
        let detail = answer.expect_scim_error(400, Some(scim_type));
        assert!(detail.contains("shoeSize"), "{detail}");
    }
    server.scim.get("/Users").expect_body(200, json!({"totalResults": 1}));
}

#[test]
fn a_user_name_is_an_address_only_where_that_is_required_and_schemas_says_so() {
    for required in [true, false] {
        let server = Server::start_with(&format!("[scim]\nrequire_email_user_name = {required}\n"));
        let described = text(&described(&server, USER, "userName"), "description");
        assert_eq!(described.contains("e-mail"), required, "{described}");
        let answer = server.scim.post("/Users", json!({"schemas": [USER], "userName": "ann"}));
        if required {
            let detail = answer.expect_scim_error(400, Some("invalidValue"));
            assert!(detail.contains("e-mail address"), "{detail}");
        } else {
            answer.expect_body(201, json!({"userName": "ann"}));
        }
    }
}

//! ServiceProviderConfig, ResourceTypes and Schemas (RFC 7644 §4) tell what this server is, to anybody.

use serde_json::{Value, json};

use crate::common::{Server, USER_EXTENSION};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const GROUP_EXTENSION: &str = "urn:ietf:params:scim:schemas:extension:LambdaTest:2.0:Group";

#[test]
fn the_service_provider_configuration_says_what_is_supported() {
    let server = Server::start();
    let expected = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": {"supported": true}, "filter": {"supported": true}, "changePassword": {"supported": false},
        "meta": {"resourceType": "ServiceProviderConfig", "location": "*/scim/v2/ServiceProviderConfig*"}
    });
    let answer = server.scim.get("/ServiceProviderConfig").expect_body(200, expected);
    assert!(answer.json["filter"]["maxResults"].as_u64().is_some_and(|limit| limit > 0), "{}", answer.text);
    let schemes = answer.json["authenticationSchemes"].as_array().unwrap();
    assert!(schemes.iter().any(|scheme| scheme["type"] == "oauthbearertoken"), "{}", answer.text);
}

#[test]
fn discovery_needs_no_token() {
    let server = Server::start();
    let stranger = server.scim.authorized(None);
    for target in ["/ServiceProviderConfig", "/ResourceTypes", "/Schemas"] {
        stranger.get(target).expect(200);
    }
}

#[test]
fn the_resource_types_are_user_and_group_with_their_extensions() {
    let server = Server::start();
    let list = server.scim.get("/ResourceTypes").expect_body(200, json!({"totalResults": 2})).json;
    let find = |id: &str| list["Resources"].as_array().unwrap().iter().find(|kind| kind["id"] == id).cloned();
    for (id, endpoint, schema, extensions) in [
        ("User", "/Users", USER, vec![ENTERPRISE, USER_EXTENSION]),
        ("Group", "/Groups", GROUP, vec![GROUP_EXTENSION]),
    ] {
        let kind = find(id).unwrap_or_else(|| panic!("no {id} in {list}"));
        assert_eq!((&kind["endpoint"], &kind["schema"]), (&json!(endpoint), &json!(schema)));
        for extension in extensions {
            assert!(kind["schemaExtensions"].to_string().contains(extension), "no {extension} in {kind}");
        }
        let one = server.scim.get(format!("/ResourceTypes/{id}")).expect(200).json;
        assert_eq!(one, kind);
    }
    server.scim.get("/ResourceTypes/Printer").expect_scim_error(404, None);
}

#[test]
fn every_schema_is_listed_and_read_by_its_urn() {
    let server = Server::start();
    let list = server.scim.get("/Schemas").expect(200).json;
    for (urn, attribute) in [
        (USER, "userName"),
        (GROUP, "displayName"),
        (ENTERPRISE, "employeeNumber"),
        (USER_EXTENSION, "OrganizationRole"),
        (GROUP_EXTENSION, "LambdatestRoles"),
    ] {
        assert!(list["Resources"].as_array().unwrap().iter().any(|schema| schema["id"] == urn), "no {urn}");
        let schema = server.scim.get(format!("/Schemas/{urn}")).expect(200).json;
        let attributes = schema["attributes"].as_array().unwrap();
        let found: Option<&Value> = attributes.iter().find(|described| described["name"] == attribute);
        let described = found.unwrap_or_else(|| panic!("no {attribute} in {urn}"));
        for characteristic in ["type", "multiValued", "required", "mutability", "returned"] {
            assert!(!described[characteristic].is_null(), "no {characteristic} in {described}");
        }
    }
    server.scim.get("/Schemas/urn:example:none").expect_scim_error(404, None);
}

#[test]
fn discovery_takes_no_filter_and_no_write() {
    let server = Server::start();
    server.scim.get("/Schemas?filter=id%20eq%20%22x%22").expect_any_scim_error(403);
    server.scim.post("/Schemas", json!({})).expect_scim_error(405, None);
}

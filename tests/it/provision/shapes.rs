//! What is sent is what PingOne is known to send: the requests of `idp/pingone` and those of a sync are alike.

use serde_json::{Value, json};

use super::desk::Desk;
use super::relay::{Asked, Relay};
use crate::common::{Server, USER_EXTENSION, assert_contains, files_in, read};

/// The request of a fixture, with ids in place of its names.
fn fixture(name: &str, ids: &[(&str, String)]) -> (String, String, Value) {
    let file =
        files_in("idp/pingone").into_iter().find(|file| file.to_str().unwrap().contains(name)).unwrap();
    let mut text = read::<Value>(&file)["request"].to_string();
    for (name, id) in ids {
        text = text.replace(&format!("{{{{{name}}}}}"), id);
    }
    let request: Value = serde_json::from_str(&text).unwrap();
    let part = |key: &str| request[key].as_str().unwrap().to_owned();
    (part("method"), part("target"), request["body"].clone())
}

/// Fails unless one of the requests is that of the fixture.
#[track_caller]
fn sent(asked: &[Asked], name: &str, ids: &[(&str, String)]) {
    let (method, target, body) = fixture(name, ids);
    let alike = asked.iter().find(|asked| {
        // Operators in any case are one (RFC 7644 section 3.4.2.2).
        asked.method == method
            && asked.body["userName"] == body["userName"]
            && asked.target.replace("%20eq%20", "%20Eq%20") == target.replace("%20eq%20", "%20Eq%20")
    });
    let asked = alike.unwrap_or_else(|| panic!("no {method} {target} in {asked:#?}"));
    assert_contains(&asked.body, &body);
    assert_contains(&body, &asked.body);
}

/// Jane and Joe and a group, as the fixtures have them.
fn source(given_name: &str, group: &str, members: &[&str]) -> String {
    format!(
        "custom_attributes = [\"Organization Role\", \"Lambdatest Group\"]\n[[users]]\nuser_id = \"5f2a0c1e-6a67-4c0e-9a55-0d2f3b0f7c11\"\n\
         username = \"jane\"\nemail_address = \"jane@ex.com\"\ngiven_name = \"{given_name}\"\nfamily_name = \"Doe\"\nformatted = \"Jane Doe\"\n\
         organization_role = \"Guest\"\nlambdatest_group = \"Parallel 50\"\n[[users]]\nusername = \"joe\"\nemail_address = \"joe+qa@ex.com\"\n\
         [[groups]]\nid = \"g\"\nname = \"{group}\"\nmembers = {members:?}\n"
    )
}

#[test]
fn every_request_of_a_life_is_one_that_is_on_record() {
    let server = Server::start();
    server.entity("concurrency-groups", "Parallel 50");
    let relay = Relay::to(&server);
    let desk = Desk::at(&relay);
    desk.preferences(&format!("custom_attribute_schema_urns = [\"{USER_EXTENSION}\"]"));
    desk.rule(&format!(
        "groups = \"all\"\n[attribute_mapping]\nuserName = \"Email Address\"\nworkEmail = \"Email Address\"\nexternalId = \"User ID\"\n\
         givenName = \"Given Name\"\nfamilyName = \"Family Name\"\nformattedName = \"Formatted\"\nactive = \"Enabled\"\n\
         \"{USER_EXTENSION}:OrganizationRole\" = \"Organization Role\"\n\"{USER_EXTENSION}:LambdatestGroup\" = \"Lambdatest Group\"\n"
    ));
    desk.directory(&source("Jane", "Ventes été & Co", &["jane", "joe"]));
    desk.synced();
    let state = desk.state();
    let id = |list: &str, key: &str| state[list][key]["id"].as_str().unwrap().to_owned();
    let jane = id("users", "5f2a0c1e-6a67-4c0e-9a55-0d2f3b0f7c11");
    let ids = [("jane", jane.clone()), ("joe", id("users", "joe")), ("sales", id("groups", "g"))];
    let asked = relay.asked();
    for name in [
        "11-match-user-name",
        "10-create",
        "19-match-plus-encoded",
        "21-group-match-none",
        "22-group-create",
        "23-group-members",
    ] {
        sent(&asked, name, &ids);
    }
    for asked in &asked {
        let header = |name: &str| {
            asked
                .headers
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.as_str())
        };
        assert_eq!(header("authorization"), Some(format!("Bearer {}", relay.token).as_str()));
        assert_eq!(header("accept"), Some("application/scim+json, application/json"));
        assert_eq!(header("content-type"), (!asked.body.is_null()).then_some("application/scim+json"));
    }
    desk.directory(&source("Jane", "Ventes hiver", &["jane"]));
    desk.synced();
    let asked = relay.asked();
    sent(&asked, "24-group-read", &ids);
    sent(&asked, "29-group-rename", &ids);
    desk.preferences(&format!(
        "remove_action = \"Delete\"\ncustom_attribute_schema_urns = [\"{USER_EXTENSION}\"]"
    ));
    desk.directory("custom_attributes = [\"Organization Role\", \"Lambdatest Group\"]");
    desk.synced();
    let asked = relay.asked();
    sent(&asked, "37-delete", &ids);
    sent(&asked, "42-group-delete", &ids);
}

#[test]
fn who_is_disabled_is_sent_whole_by_put_with_active_false() {
    let server = Server::start();
    let relay = Relay::to(&server);
    let desk = Desk::at(&relay);
    desk.directory(
        "[[users]]\nusername = \"jane\"\nemail_address = \"jane@ex.com\"\nfamily_name = \"Doe\"\n",
    );
    desk.synced();
    let id = desk.state()["users"]["jane"]["id"].as_str().unwrap().to_owned();
    relay.asked();
    desk.directory("");
    desk.synced();
    let asked = relay.asked();
    assert_eq!(
        (asked.len(), asked[0].method.as_str(), asked[0].target.as_str()),
        (1, "PUT", format!("/Users/{id}").as_str())
    );
    let body = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "jane@ex.com",
        "name": {"familyName": "Doe", "formatted": "Doe"},
        "emails": [{"value": "jane@ex.com", "type": "work", "primary": true}], "active": false});
    assert_eq!(asked[0].body, body);
}

//! `--seed`: what a server begins with.

use rollcall::testing::Appliance;
use serde_json::json;

use crate::common::{Server, Tenant, rollcall, sorted};

/// Everything that a seed can hold.
pub const SEED: &str = r#"
name = "Acme"
plan = "enterprise"
features = { sub_organizations = true }

[[teams]]
name = "Helpers"
members = ["Bob@example.com"]

[[concurrency_groups]]
name = "Fast"

[[sub_organizations]]
name = "Berlin"
members = ["cem@example.com"]

[[mapping_rules]]
kind = "prefix"
pattern = "Team "
target_type = "team"
entity_name = "${rest}"
auto_approve = true

[[users]]
userName = "ann@example.com"
name = { givenName = "Ann", familyName = "Lee" }
emails = [{ value = "ann@example.com", primary = true }]
"urn:ietf:params:scim:schemas:extension:LambdaTest:2.0:User" = { OrganizationRole = "Admin", LambdatestGroup = "Fast" }

[[users]]
userName = "bob@example.com"

[[users]]
userName = "cem@example.com"
active = false

[[groups]]
displayName = "Team Sales"
members = ["ann@example.com", "BOB@example.com"]

[[groups]]
displayName = "Everybody"
members = ["ann@example.com"]
mappings = [{ target_type = "team", entity_name = "Helpers" }, { target_type = "team", entity_name = "All" }]

[[organizations]]
slug = "other"
sso = true

[[organizations.users]]
userName = "dee@other.example"
"#;

#[test]
fn a_seed_is_there_before_the_first_request_and_has_been_through_the_rules() {
    let server = Server::start_as(Appliance::builder().seed(SEED));
    server.api.get("").expect_body(200, json!({"name": "Acme", "plan": "enterprise"}));
    let users = server.scim.get("/Users").expect(200).json;
    let names = users["Resources"].as_array().unwrap().iter().map(|user| user["userName"].as_str().unwrap());
    assert_eq!(sorted(names), ["ann@example.com", "bob@example.com", "cem@example.com"]);
    assert_eq!(server.members_of("teams", "Sales"), ["ann@example.com", "bob@example.com"]);
    assert_eq!(server.members_of("teams", "Helpers"), ["ann@example.com", "bob@example.com"]);
    assert_eq!(server.members_of("teams", "All"), ["ann@example.com"]);
    assert_eq!(server.members_of("concurrency-groups", "Fast"), ["ann@example.com"]);
    assert_eq!(server.members_of("sub-organizations", "Berlin"), ["cem@example.com"]);
    let ann = server.scim.get("/Users?filter=userName%20eq%20%22ann@example.com%22").expect(200).json;
    assert_eq!(server.role_of(ann["Resources"][0]["id"].as_str().unwrap()), "Admin");
    let other = Tenant::new(server.scim.copy(), server.root.copy(), "other");
    other.api.get("").expect_body(200, json!({"name": "other", "sso": {"enabled": true}}));
    other.api.get("/users").expect_body(200, json!({"items": [{"user_name": "dee@other.example"}]}));
}

#[test]
fn a_mistake_in_a_seed_is_told_with_file_line_and_key() {
    for (text, words) in [
        ("[[users]\n", &["line 1", "not TOML"][..]),
        ("name = \"A\"\n[[user]]\nuserName = \"a\"\n", &["line 2", "user: there is no such key", "users"]),
        ("[users]\nuserName = \"a\"\n", &["line 1", "[[users]]"]),
        (
            "[[users]]\nuserName = \"a@x.example\"\n\n[[users]]\nactive = true\nuserName = \"A@x.example\"\n",
            &["line 6", "users 2", "userName"],
        ),
        ("[[users]]\nuserName = \"a@x.example\"\nactive = \"perhaps\"\n", &["line 3", "users 1", "active"]),
        (
            "[[mapping_rules]]\nkind = \"glob\"\ntarget_type = \"team\"\n",
            &["line 2", "kind", "prefix, regex, all"],
        ),
        ("[[mapping_rules]]\nkind = \"all\"\ntarget_type = \"team\"\nprio = 1\n", &["line 4", "prio"]),
        (
            "[[groups]]\ndisplayName = \"G\"\nmembers = [\"nobody@x.example\"]\n",
            &["line 3", "groups 1", "nobody@"],
        ),
        ("[[teams]]\nname = \"T\"\nmembers = \"all\"\n", &["line 3", "teams 1", "members"]),
        ("[[teams]]\nname = \"T\"\n[[teams]]\nname = \"t\"\n", &["line 4", "teams 2"]),
        ("\nfeatures = { team = true }\n", &["line 2", "features.team"]),
        ("[[organizations]]\nname = \"x\"\n", &["line 1", "organizations 1", "slug"]),
        (
            "[[organizations]]\nslug = \"o\"\n[[organizations.users]]\nuserName = 1\n",
            &["line 4", "organizations 1, users 1"],
        ),
    ] {
        let Err(error) = Appliance::builder().seed(text).start() else { panic!("{text} was planted") };
        for word in words.iter().chain(&["seed"]) {
            assert!(error.detail.contains(word), "{text}: no {word} in {error}");
        }
    }
}

#[test]
fn the_executable_names_the_file_of_a_seed_that_it_cannot_use() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("people.toml");
    std::fs::write(&file, "[[users]]\nnick = 1\nuserName = \"a\"\nemails = 7\n").unwrap();
    let path = file.to_str().unwrap();
    let output = rollcall(&["serve", "--ephemeral", "--seed", path]).expect(1);
    assert!(output.stderr.contains("people.toml, line "), "{}", output.stderr);
    assert_eq!(output.stdout, "");
    let missing = folder.path().join("missing.toml");
    let output = rollcall(&["serve", "--ephemeral", "--seed", missing.to_str().unwrap()]).expect(1);
    assert!(output.stderr.contains("missing.toml cannot be read"), "{}", output.stderr);
    rollcall(&["serve", "--seed", path]).expect(2);
}

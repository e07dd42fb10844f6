//! Files that are refused before the first request, with file and line, all findings at once.

use super::desk::{Desk, directory};

/// Refused, with these findings and no other.
#[track_caller]
fn refused(desk: &Desk, expected: &[&str]) {
    let found = desk.refused();
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found}\nshould begin with\n{expected}");
    }
    assert!(!desk.folder().join("state.json").exists());
}

/// Files that would go to nobody.
fn desk() -> Desk {
    let desk = Desk::with("http://127.0.0.1:9/scim/v2", "t");
    desk.people(&["ann"], &[]);
    desk
}

#[test]
fn duplicates_are_refused_by_username_identifier_and_group_name() {
    let desk = desk();
    let mut text = directory(&["ann", "ANN", "bob"], &[("Sales", &[]), ("sales", &[])]);
    text.push_str("[[users]]\nusername = \"cleo\"\nemail_address = \"Bob@example.com\"\n");
    desk.directory(&text.replace("ANN@", "other@"));
    refused(
        &desk,
        &[
            "directory.toml, line 5: the Username \"ANN\" is there already, at",
            "directory.toml, line 19: userName \"Bob@example.com\" is that of another user, at",
            "directory.toml, line 19: workEmail \"Bob@example.com\" is that of another user, at",
            "directory.toml, line 16: the group name \"sales\" is there already, at",
        ],
    );
}

#[test]
fn circles_of_groups_and_unknown_members_are_refused() {
    let desk = desk();
    desk.directory(
        "[[groups]]\nname = \"A\"\ngroups = [\"B\"]\n[[groups]]\nname = \"B\"\ngroups = [\"C\"]\n\
         [[groups]]\nname = \"C\"\ngroups = [\"a\"]\n[[groups]]\nname = \"D\"\ngroups = [\"D\"]\n\
         [[groups]]\nname = \"E\"\nmembers = [\n  \"an\",\n]\ngroups = [\"Z\"]\n\
         [[users]]\nusername = \"ann\"\nemail_address = \"ann@example.com\"\n",
    );
    refused(
        &desk,
        &[
            "directory.toml, line 1: groups that contain each other: A > B > C > A.",
            "directory.toml, line 10: groups that contain each other: D > D.",
            "directory.toml, line 16: members of \"E\": the directory has no user \"an\"; did you mean \"ann\"?",
            "directory.toml, line 18: groups of \"E\": the directory has no group \"Z\"",
        ],
    );
}

#[test]
fn missing_names_and_values_and_unknown_attributes_are_refused() {
    let desk = desk();
    desk.directory(
        "[[users]]\nemail_address = \"a@example.com\"\n[[users]]\nusername = \"b\"\n[[users]]\nusername = \"c\"\n\
         email_address = \"c@example.com\"\nshoe_size = \"43\"\nenabled = \"yes\"\n[[groups]]\nmembers = []\n\
         [[groups]]\nname = \"G\"\nmembrs = [\"b\"]\n",
    );
    refused(
        &desk,
        &[
            "directory.toml, line 1: this user has no Username.",
            "directory.toml, line 9: enabled: found \"yes\", expected true or false.",
            "directory.toml, line 8: the directory has no attribute \"shoe_size\"",
            "directory.toml, line 10: the key name of a group is missing",
            "directory.toml, line 14: membrs: there is no such key; did you mean \"members\"?",
            "directory.toml, line 3: the user \"b\" has no value for userName",
            "directory.toml, line 3: the user \"b\" has no value for workEmail",
        ],
    );
}

#[test]
fn a_mapping_of_attributes_that_are_not_there_is_refused() {
    let desk = desk();
    desk.preferences("custom_attribute_schema_urns = [\"urn:a:User\"]");
    desk.rule(
        "[attribute_mapping]\nuserName = \"Email Adress\"\nfamilyNam = \"Family Name\"\n\"urn:a:User:Role\" = \"Title\"\n\
         \"urn:b:User:Role\" = \"Title\"\nactive = true\n",
    );
    refused(
        &desk,
        &[
            "rule.toml, line 6: active: found true, expected the name of an attribute",
            "rule.toml, line 3: familyNam: there is no such SCIM attribute; did you mean \"familyName\"?",
            "rule.toml, line 5: urn:b:User:Role: this URN is none of custom_attribute_schema_urns",
            "rule.toml, line 2: userName: the directory has no attribute \"Email Adress\"; did you mean \"Email Address\"?",
            "rule.toml, line 1: [attribute_mapping] has no workEmail: it is the user_identifier of the connection.",
        ],
    );
}

#[test]
fn a_filter_that_cannot_be_read_and_a_group_that_is_not_there_are_refused() {
    let desk = desk();
    desk.people(&["ann"], &[("Sales", &[])]);
    for (filter, told) in [
        ("Enabled Equal true", "is no comparison"),
        ("Enabld Equals true", "did you mean \\\"Enabled\\\"?"),
        ("Enabled Equals", "a value is missing"),
        ("Enabled Equals true or", "is no comparison"),
        ("(Enabled Equals true)", "parentheses"),
        ("Enabled Equals true Title", "expected and, or"),
        ("Title Equals 'Dr", "expected and, or"),
    ] {
        desk.rule(&format!("\nuser_filter = {filter:?}\ngroups = [\"Sale\"]"));
        let found = desk.refused();
        if filter.contains('\'') {
            // A single quote is a letter like any other: this compares with 'Dr.
            assert_eq!(found.len(), 1, "{found:?}");
            continue;
        }
        assert!(found[0].starts_with("rule.toml, line 2: user_filter: "), "{found:?}");
        assert!(found[0].contains(&told.replace("\\\"", "\"")), "{filter}: {found:?}");
        assert!(
            found[1].starts_with(
                "rule.toml, line 3: groups: the directory has no group \"Sale\"; did you mean \"Sales\"?"
            ),
            "{found:?}"
        );
    }
}

#[test]
fn a_connection_that_is_wrong_is_refused_key_by_key_and_never_shows_its_token() {
    let desk = desk();
    desk.write(
        "connection.toml",
        "[authentication]\nscim_base_url = \"http://scim.example.com\"\nscim_version = \"1.1\"\noauth_access_token = \"secret-one\"\n\
         oauth_access_token_file = \"secret-two\"\n[preferences]\nuser_filter_expression = \"userName eq %s\"\n\
         user_identifier = \"mail\"\nremove_action = \"Purge\"\ncreate_user = true\n",
    );
    refused(
        &desk,
        &[
            "connection.toml, line 10: create_user: there is no such key; did you mean \"create_users\"?",
            "connection.toml, line 7: user_filter_expression: %s must stand in double quotes.",
            "connection.toml, line 8: user_identifier: found \"mail\", expected one of \"workEmail\", \"userName\".",
            "connection.toml, line 9: remove_action: found \"Purge\", expected one of \"Disable\", \"Delete\".",
            "connection.toml, line 2: scim_base_url: plain http to another machine",
            "connection.toml, line 3: scim_version: found \"1.1\", expected one of \"2.0\".",
            "connection.toml, line 1: set exactly one of oauth_access_token, ",
        ],
    );
    assert!(!format!("{:?}", desk.sync(&[])).contains("secret-one"));
}

#[test]
fn files_that_are_not_there_or_no_toml_are_refused() {
    let desk = desk();
    desk.rule("name = ");
    std::fs::remove_file(desk.folder().join("connection.toml")).unwrap();
    refused(&desk, &["connection.toml: it cannot be read: "]);
    let desk = self::desk();
    desk.rule("name = ");
    desk.directory("\n[[users]\n");
    refused(&desk, &["directory.toml, line 2: this is not TOML: ", "rule.toml, line 1: this is not TOML: "]);
}

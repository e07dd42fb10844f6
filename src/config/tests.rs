//! Tests of the configuration as a whole; those of single values stand beside them.

use std::path::Path;

use super::*;
use crate::model::error::Result;

/// A value for every key that is not its default.
const CHANGED: &str = r#"
[server]
listen = "0.0.0.0:443"
public_url = "https://scim.example.com/idp"
tls_certificate = "/etc/rollcall/chain.pem"
tls_key = "/etc/rollcall/key.pem"
trusted_proxies = ["10.0.0.0/8", "192.0.2.7"]
allow_plain_http = true
metrics_listen = "127.0.0.1:9100"
workers = 8
[server.limits]
connections = 500
head_seconds = 5
body_seconds = 6
idle_seconds = 7
head_bytes = 16_384
body_bytes = 0x100000
buffered_bytes = 2097152
json_depth = 16
bulk_operations = 10
bulk_bytes = 65536
page_size = 50
filter_terms = 20
requests_per_second = 40
failed_signins_per_minute = 3
[database]
path = "/var/lib/rollcall/rollcall.db"
synchronous = "normal"
backup_before_upgrade = false
[scim]
profile = "testmu"
user_extension_urn = "urn:example:acme:2.0:User"
group_extension_urn = "urn:example:acme:2.0:Group"
user_name = "immutable"
user_names = "global"
require_email_user_name = false
names = "account"
delete_user = "deactivate"
group_patch_answer = "no-content"
unknown_attributes = "reject"
strict = true
purge_deleted_days = 30
[defaults]
plan = "enterprise"
[defaults.features]
group_provisioning = true
teams = false
concurrency_groups = false
sub_organizations = false
[prerequisites]
plan = "Enterprise"
sso = true
[requests]
enabled = false
keep_days = 0
keep_megabytes = 0
record_bodies = false
[events]
keep_days = 0
[webhooks]
allow = ["10.0.0.0/8"]
give_up_days = 2
[log]
level = "debug"
format = "json"
"#;

fn from_file(text: &str) -> Result<Config> {
    Config::from_parts(Some((Path::new("config.toml"), text)), std::iter::empty())
}

fn from_variables(variables: &[(&str, &str)]) -> Result<Config> {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::from_parts(None, variables)
}

fn complaint(text: &str) -> String {
    from_file(text).expect_err(text).detail
}

/// `(section, key, value as TOML)` of every key.
fn keys(config: &Config) -> Vec<(&'static str, &'static str, toml::Value)> {
    let mut copy = config.clone();
    let sections = copy.sections();
    sections
        .iter()
        .flat_map(|one| one.keys.iter().map(|key| (one.path, key.name, key.value.show())))
        .collect()
}

/// The example with its settings switched on: `#key` is a setting, `# text` is not.
fn uncommented_example() -> String {
    let example = include_str!("../../config.example.toml");
    let line = |line: &str| match line.strip_prefix('#') {
        Some(setting) if setting.starts_with(|first: char| first.is_ascii_lowercase()) => setting.to_owned(),
        _ => line.to_owned(),
    };
    example.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn nothing_configured_is_the_defaults() {
    assert_eq!(from_variables(&[]).unwrap(), Config::default());
    assert_eq!(from_file(include_str!("../../config.example.toml")).unwrap(), Config::default());
}

#[test]
fn the_example_documents_every_key_with_its_default() {
    let text = uncommented_example();
    assert_eq!(from_file(&text).unwrap(), Config::default());

    let table: toml::Table = toml::from_str(&text).unwrap();
    for (section, key, default) in keys(&Config::default()) {
        let start = toml::Value::Table(table.clone());
        let found = section.split('.').chain([key]).try_fold(&start, |value, name| value.get(name));
        assert_eq!(found, Some(&default), "[{section}] {key}");
    }
}

#[test]
fn every_key_is_read_from_the_file_and_shown_as_it_was_read() {
    let changed = from_file(CHANGED).unwrap();
    for ((section, key, value), (_, _, default)) in keys(&changed).into_iter().zip(keys(&Config::default())) {
        assert_ne!(value, default, "the fixture leaves [{section}] {key} as it is");
    }
    assert_eq!(from_file(&changed.show()).unwrap(), changed);
    assert_eq!(from_file(&Config::default().show()).unwrap(), Config::default());
}

#[test]
fn every_key_can_be_set_by_a_variable() {
    let changed = from_file(CHANGED).unwrap();
    let text = |value: toml::Value| match value {
        toml::Value::String(text) => text,
        toml::Value::Array(items) => {
            items.iter().map(|item| item.as_str().unwrap()).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    };
    let variables = keys(&changed).into_iter().map(|(section, key, value)| {
        let name = format!("ROLLCALL_{}__{key}", section.replace('.', "__")).to_uppercase();
        (name, text(value))
    });
    assert_eq!(Config::from_parts(None, variables).unwrap(), changed);
}

#[test]
fn a_variable_wins_over_the_file() {
    let file = Some((Path::new("config.toml"), "[server]\nworkers = 8\nlisten = \"127.0.0.1:1\""));
    let variables = [("ROLLCALL_SERVER__WORKERS".to_owned(), "9".to_owned())];
    let config = Config::from_parts(file, variables.into_iter()).unwrap();
    assert_eq!((config.server.workers, config.server.listen.port()), (9, 1));
}

#[test]
fn the_profile_changes_defaults_and_what_is_set_stays_as_set() {
    let config = from_file("[scim]\ndelete_user = \"soft-delete\"\nprofile = \"testmu\"").unwrap();
    assert_eq!(config.scim.delete_user, DeleteUser::SoftDelete);
    assert_eq!(config.scim.user_name, UserNameMutability::Immutable);
    assert_eq!(config.scim.user_names, UserNameScope::Global);
    assert_eq!(config.scim.names, NameOwner::Account);
    assert_eq!(config.scim.group_patch_answer, GroupPatchAnswer::Resource);

    let variables = [("ROLLCALL_SCIM__PROFILE", "testmu"), ("ROLLCALL_SCIM__NAMES", "idp")];
    let config = from_variables(&variables).unwrap();
    assert_eq!((config.scim.names, config.scim.delete_user), (NameOwner::Idp, DeleteUser::Deactivate));
}

#[test]
fn an_unknown_key_is_refused_with_its_place_the_nearest_one_and_the_list() {
    assert_eq!(
        complaint("[log]\n\nlevl = \"info\""),
        "config.toml, line 3: log.levl: there is no such key; did you mean \"level\"? The keys of [log] are level, format."
    );
    let detail = complaint("[server]\nbody_bytes = 100000");
    assert!(
        detail.contains("line 2: server.body_bytes") && detail.contains("belongs to [server.limits]"),
        "{detail}"
    );
    let detail = complaint("listen = \"127.0.0.1:8080\"");
    assert!(
        detail.contains("line 1: listen: a key outside of any section; it belongs to [server]"),
        "{detail}"
    );
}

#[test]
fn an_unknown_section_is_refused_with_its_place() {
    assert_eq!(
        complaint("[serverr]\nlisten = 1"),
        "config.toml, line 1: there is no section [serverr]; did you mean [server]."
    );
    assert!(
        complaint("[colours]\n")
            .contains("there is no section [colours]; the sections are server, server.limits,")
    );
    assert!(
        complaint("[[server]]\nworkers = 1")
            .contains("server is a section: found [a table], expected [server]")
    );
    assert!(complaint("[server.limit]\n").contains("did you mean [server.limits]"));
}

#[test]
fn a_wrong_type_or_an_impossible_value_is_refused_with_place_and_expectation() {
    let cases = [
        (
            "[server]\nworkers = \"8\"",
            "line 2: server.workers: found \"8\", expected a whole number from 1 to 1024.",
        ),
        ("[server]\nworkers = 0", "server.workers: found 0, expected a whole number from 1 to 1024."),
        ("[server]\nworkers = -1", "server.workers: found -1,"),
        ("[server]\nworkers = 1.5", "server.workers: found 1.5,"),
        ("[server]\nworkers = 99999999999999999999", "server.workers: found 99999999999999999999,"),
        ("[server]\nallow_plain_http = \"yes\"", "found \"yes\", expected true or false."),
        ("[server]\nlisten = \"8080\"", "found \"8080\", expected an IP address and a port,"),
        (
            "[server]\ntrusted_proxies = [\"10.0.0.1/8\"]",
            "found [\"10.0.0.1/8\"], expected a list, each item an address",
        ),
        ("[server]\ntrusted_proxies = \"10.0.0.0/8\"", "found \"10.0.0.0/8\", expected a list,"),
        ("[server]\npublic_url = \"scim.example.com\"", "expected an http or https URL"),
        (
            "[server.limits]\nconnections = -1",
            "a whole number from 1 to 1000000, or 0 for what the system allows.",
        ),
        ("[database]\npath = \":memory:\"", "expected the path of a file."),
        ("[database]\nsynchronous = \"FULL\"", "found \"FULL\", expected one of \"full\", \"normal\"."),
        ("[scim]\nuser_extension_urn = 2001-01-01", "found 2001-01-01, expected a URN"),
        ("[scim.strict]\nyes = true", "line 1: scim.strict: found a table, expected true or false."),
        ("[prerequisites]\nplan = 3", "found 3, expected true or false, or the name of the plan"),
    ];
    for (text, expected) in cases {
        let detail = complaint(text);
        assert!(detail.starts_with("config.toml, line ") && detail.contains(expected), "{text}\n{detail}");
    }
}

#[test]
fn what_is_not_toml_is_refused_with_its_line() {
    assert!(complaint("[server]\nlisten = \n").starts_with("config.toml, line 2: this is not TOML: "));
    let detail = complaint("[log]\nlevel = \"info\"\nlevel = \"warn\"");
    assert!(detail.starts_with("config.toml, line 3: this is not TOML: duplicate key"), "{detail}");
}

#[test]
fn everything_wrong_is_reported_at_once_in_the_order_of_the_file_then_the_variables() {
    let file = Some((Path::new("c.toml"), "[log]\nlevel = 1\nformat = 2"));
    let variables = [("ROLLCALL_LOG__COLOUR".to_owned(), "1".to_owned())];
    let error = Config::from_parts(file, variables.into_iter()).unwrap_err();
    let starts: Vec<&str> = error.detail.lines().map(|line| line.split(": found").next().unwrap()).collect();
    assert_eq!(starts[..2], ["c.toml, line 2: log.level", "c.toml, line 3: log.format"]);
    assert!(starts[2].starts_with("ROLLCALL_LOG__COLOUR: log.colour: there is no such key."), "{starts:?}");
    assert_eq!(starts.len(), 3);
}

#[test]
fn a_wrong_variable_is_refused_by_its_name() {
    let complaint = |name, value| from_variables(&[(name, value)]).unwrap_err().detail;
    assert_eq!(
        complaint("ROLLCALL_SERVER__WORKERS", "many"),
        "ROLLCALL_SERVER__WORKERS: server.workers: found \"many\", expected a whole number from 1 to 1024."
    );
    assert!(complaint("ROLLCALL_SERVER__LISTN", "x").contains("did you mean \"listen\"?"));
    assert!(complaint("ROLLCALL_SEVER__LISTEN", "x").contains("did you mean [server]"));
    assert!(complaint("ROLLCALL_SERVER__LIMITS__BODY", "1").contains("there is no such key"));
    assert!(complaint("ROLLCALL_LOG_LEVEL", "info").contains("two underscores: ROLLCALL_LOG__LEVEL."));
}

#[test]
fn variables_that_others_set_are_left_alone() {
    let variables = [
        ("ROLLCALL_PORT", "tcp://10.0.0.1:80"),
        ("ROLLCALL_SERVICE_HOST", "10.0.0.1"),
        ("ROLLCALL_CONFIG", "/etc/rollcall.toml"),
        ("PATH", "/bin"),
    ];
    assert_eq!(from_variables(&variables).unwrap(), Config::default());
}

#[test]
fn an_address_that_others_can_reach_needs_a_public_url_and_tls_or_a_proxy() {
    let listen = "[server]\nlisten = \"0.0.0.0:8080\"\n";
    let url = "public_url = \"https://scim.example.com\"\n";
    let detail = complaint(listen);
    assert_eq!(detail.lines().count(), 2, "{detail}");
    assert!(detail.starts_with("config.toml, line 2: server.listen: "), "{detail}");
    assert!(complaint(&format!("{listen}{url}")).contains("in plain text"));
    assert!(from_file(&format!("{listen}{url}allow_plain_http = true")).is_ok());
    assert!(from_file(&format!("{listen}{url}tls_certificate = \"c.pem\"\ntls_key = \"k.pem\"")).is_ok());
    for loopback in ["127.0.0.1:8080", "127.8.8.8:0", "[::1]:8080", "[::ffff:127.0.0.1]:8080"] {
        assert!(from_file(&format!("[server]\nlisten = \"{loopback}\"")).is_ok(), "{loopback}");
    }
}

#[test]
fn settings_that_contradict_each_other_are_refused() {
    let cases = [
        ("[server]\ntls_certificate = \"c.pem\"", "server.tls_certificate"),
        ("[server]\ntls_key = \"k.pem\"", "server.tls_key"),
        (
            "[server]\ntls_key = \"k.pem\"\ntls_certificate = \"c.pem\"\npublic_url = \"http://localhost\"",
            "server.public_url",
        ),
        ("[server]\nmetrics_listen = \"127.0.0.1:8080\"", "server.metrics_listen"),
        ("[server.limits]\nbuffered_bytes = 1048576", "server.limits.buffered_bytes"),
        (
            "[scim]\nuser_extension_urn = \"urn:example:a\"\ngroup_extension_urn = \"urn:EXAMPLE:a\"",
            "scim.group_extension_urn",
        ),
    ];
    for (text, key) in cases {
        let error = from_file(text).unwrap_err();
        assert_eq!(error.field.as_deref(), Some(key), "{text}\n{}", error.detail);
        assert!(error.detail.contains(&format!(": {key}: ")), "{}", error.detail);
    }
}

#[test]
fn ephemeral_mode_has_every_feature_and_stays_inside_the_process() {
    let ephemeral =
        |text| Config::ephemeral(Some((Path::new("config.toml"), text)), std::iter::empty()).unwrap();
    let config = ephemeral(CHANGED);
    let default = Config::default();
    assert_eq!(config.server.listen, "127.0.0.1:0".parse().unwrap());
    assert_eq!(
        (&config.server.public_url, config.server.tls(), config.server.metrics_listen),
        (&None, None, None)
    );
    assert_eq!(&config.database, &default.database);
    let addresses = AddressPolicy::of(&config.webhooks);
    let may_call = |address: &str, secure| addresses.refusal(address.parse().unwrap(), secure).is_none();
    assert!(may_call("127.0.0.1", false) && may_call("::1", true));
    assert!(!may_call("8.8.8.8", true) && !may_call("10.0.0.1", true), "whatever the file allows");
    assert!(config.scim.strict, "the rest applies");
    assert!(!config.defaults.features.teams, "the configuration says otherwise");

    assert_eq!(config.server.limits.failed_signins_per_minute, 3, "the configuration says otherwise");
    assert_eq!(ephemeral("").server.limits.failed_signins_per_minute, 10_000, "tests fail on purpose");

    let features = ephemeral("[scim]\nprofile = \"testmu\"").defaults.features;
    assert!(features.group_provisioning && features.teams);
    assert!(features.concurrency_groups && features.sub_organizations);
    assert!(!Config::default().defaults.features.group_provisioning);
}

#[test]
fn a_named_file_that_cannot_be_read_is_refused_by_its_name() {
    let error = Config::load(Some(Path::new("/nowhere/rollcall.toml"))).unwrap_err();
    assert!(error.detail.contains("/nowhere/rollcall.toml cannot be read"), "{}", error.detail);
}

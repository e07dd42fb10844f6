use super::*;

fn url(text: &str) -> WebhookUrl {
    WebhookUrl::parse(text).unwrap()
}

#[test]
fn an_ipv4_address_is_known_in_every_form_that_url_parsers_accept() {
    for text in [
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://0x7f.1/",
        "http://127.1/",
        "http://127.0.0.1./",
        "http://%31%32%37.0.0.1/",
        "http://\u{ff11}\u{ff12}\u{ff17}.0.0.1/",
    ] {
        assert_eq!(url(text).literal_address(), "127.0.0.1".parse().ok(), "{text}");
        assert!(url(text).as_str().starts_with("http://127.0.0.1/"), "{text}");
    }
    assert_eq!(url("https://[::ffff:127.0.0.1]/").literal_address(), "::ffff:127.0.0.1".parse().ok());
    assert_eq!(url("https://hooks.example.com/").literal_address(), None);
}

#[test]
fn what_is_no_plain_http_url_is_refused_by_name() {
    for text in [
        "",
        "hooks.example.com",
        "/hook",
        "ftp://example.com/",
        "file:///etc/passwd",
        "https://user:password@example.com/",
        "https://user@example.com/",
        "https://example.com/#part",
        "https://example.com:0/",
        "https://",
        &format!("https://example.com/{}", "x".repeat(LONGEST_URL)),
    ] {
        let error = WebhookUrl::parse(text).unwrap_err();
        assert_eq!(error.field.as_deref(), Some("url"), "{text}");
    }
}

#[test]
fn a_refusal_repeats_no_password() {
    let error = WebhookUrl::parse("https://user:hunter2@example.com/").unwrap_err();
    assert!(!error.detail.contains("hunter2"), "{}", error.detail);
}

#[test]
fn types_are_names_families_or_everything() {
    let parse = |names: &[&str]| EventTypes::parse(names.iter().map(|name| (*name).to_owned()).collect());
    let some = parse(&["user.created", "assignment.*"]).unwrap();
    assert!(some.include("user.created") && some.include("assignment.revoked"));
    assert!(!some.include("user.updated") && !some.include("assignment"));
    assert!(parse(&[]).unwrap().include("user.deleted"));
    for wrong in ["user", "user.", "users.*", "*", "user.created ", ".*", "user.created.*"] {
        assert_eq!(parse(&[wrong]).unwrap_err().field.as_deref(), Some("types"), "{wrong}");
    }
}

#[test]
fn a_secret_is_written_as_standard_webhooks_asks_and_never_by_debug() {
    let secret = SigningSecret::of_bytes(vec![0; 24]);
    assert_eq!(secret.reveal(), "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    assert_eq!(format!("{secret:?}"), "SigningSecret(..)");
}

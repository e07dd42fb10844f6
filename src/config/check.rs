//! Settings that are right one by one and impossible together.

use super::settings::Config;

/// A rule over several keys: the key to name, whether it is broken, and what to tell the administrator.
struct Rule {
    key: &'static str,
    is_broken: fn(&Config) -> bool,
    advice: &'static str,
}

const RULES: [Rule; 8] = [
    Rule {
        key: "server.listen",
        is_broken: |config| is_reachable(config) && config.server.public_url.is_none(),
        advice: "other machines can reach this address, so server.public_url must say under which URL they do. Set \
            it, or listen on 127.0.0.1.",
    },
    Rule {
        key: "server.listen",
        is_broken: |config| {
            is_reachable(config) && config.server.tls().is_none() && !config.server.allow_plain_http
        },
        advice: "other machines can reach this address, and tokens must not cross a network in plain text. Set \
            server.tls_certificate and server.tls_key; or, behind a proxy that does TLS, server.allow_plain_http = \
            true; or listen on 127.0.0.1.",
    },
    Rule {
        key: "server.tls_certificate",
        is_broken: |config| config.server.tls_certificate.is_some() && config.server.tls_key.is_none(),
        advice: "a certificate needs its private key. Set server.tls_key too.",
    },
    Rule {
        key: "server.tls_key",
        is_broken: |config| config.server.tls_key.is_some() && config.server.tls_certificate.is_none(),
        advice: "a private key needs its certificate. Set server.tls_certificate too.",
    },
    Rule {
        key: "server.public_url",
        is_broken: |config| {
            config.server.tls().is_some()
                && config.server.public_url.as_ref().is_some_and(|url| !url.is_https())
        },
        advice: "the server does TLS, so this URL must begin with https.",
    },
    Rule {
        key: "server.metrics_listen",
        is_broken: |config| {
            config.server.listen.port() != 0 && config.server.metrics_listen == Some(config.server.listen)
        },
        advice: "this is the address of server.listen. Choose another port, or leave it out: /metrics is then \
            answered there to server tokens.",
    },
    Rule {
        key: "server.limits.buffered_bytes",
        is_broken: |config| config.server.limits.buffered_bytes < config.server.limits.body_bytes,
        advice: "this is less than one body of server.limits.body_bytes. Make it larger, or that one smaller.",
    },
    Rule {
        key: "scim.group_extension_urn",
        is_broken: |config| {
            let (user, group) = (&config.scim.user_extension_urn, &config.scim.group_extension_urn);
            user.as_str().eq_ignore_ascii_case(group.as_str())
        },
        advice: "this is the URN of scim.user_extension_urn too. Give each extension its own.",
    },
];

/// The rules that `config` breaks: the key, and what to do about it.
pub(super) fn contradictions(config: &Config) -> impl Iterator<Item = (&'static str, &'static str)> {
    RULES.iter().filter(|rule| (rule.is_broken)(config)).map(|rule| (rule.key, rule.advice))
}

/// Whether other machines can reach the server.
fn is_reachable(config: &Config) -> bool {
    !config.server.listen.ip().to_canonical().is_loopback()
}

//! Certificates made for the purpose, and bytes that are none.

use std::path::Path;

use proptest::prelude::*;
use rcgen::{CertificateParams, KeyPair, date_time_ymd};

use super::files::load;
use super::validity::{Age, Validity};
use crate::config::Tls;
use crate::model::time::Timestamp;

/// A certificate in DER and PEM, and its key in PEM.
fn made(from: i32, until: i32) -> (Vec<u8>, String, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.not_before = date_time_ymd(from, 1, 1);
    params.not_after = date_time_ymd(until, 1, 1);
    let certificate = params.self_signed(&key).unwrap();
    (certificate.der().to_vec(), certificate.pem(), key.serialize_pem())
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

#[test]
fn the_validity_is_read_in_both_forms_of_time() {
    // RFC 5280, 4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050.
    let validity = Validity::of(&made(2020, 2060).0).unwrap();
    assert_eq!(validity.not_before, at("2020-01-01T00:00:00Z"));
    assert_eq!(validity.not_after, at("2060-01-01T00:00:00Z"));
}

#[test]
fn a_certificate_is_spoken_of_when_its_end_is_near() {
    let validity = Validity::of(&made(2025, 2026).0).unwrap();
    for (now, expected) in [
        ("2024-12-31T23:59:59Z", Age::NotYet),
        ("2025-12-17T00:00:00Z", Age::Good),
        ("2025-12-19T00:00:00Z", Age::EndsSoon),
        ("2026-01-01T00:00:01Z", Age::Expired),
    ] {
        assert_eq!(validity.age(at(now)), expected, "{now}");
    }
    let (not_before, not_after) = (at("2025-01-01T00:00:00Z"), at("2025-01-07T00:00:00Z"));
    let short = Validity { not_before, not_after };
    assert_eq!(short.age(at("2025-01-05T00:00:00Z")), Age::Good, "six days are the whole life of some");
    assert_eq!(short.age(at("2025-01-06T00:00:00Z")), Age::EndsSoon);
}

fn refusal(certificate: &str, key: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let (certificate, key) = (write("chain.pem", certificate), write("key.pem", key));
    load(Tls { certificate: &certificate, key: &key }).expect_err("refused")
}

#[test]
fn what_cannot_be_used_is_refused_with_its_file_and_reason_and_without_its_contents() {
    let (_, certificate, key) = made(2020, 2060);
    let other = made(2020, 2060).2;
    let cut = &certificate[..certificate.len() / 2];
    let nonsense = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (certificate, key, words) in [
        (certificate.as_str(), other.as_str(), ["key.pem", "does not belong"]),
        (certificate.as_str(), "", ["key.pem", "no private key"]),
        (certificate.as_str(), certificate.as_str(), ["key.pem", "no private key"]),
        ("", key.as_str(), ["chain.pem", "no certificate"]),
        (key.as_str(), key.as_str(), ["chain.pem", "no certificate"]),
        (cut, key.as_str(), ["chain.pem", "cut off"]),
        (nonsense, key.as_str(), ["chain.pem", "not an X.509"]),
    ] {
        let found = refusal(certificate, key);
        assert!(words.iter().all(|word| found.contains(word)), "{found}");
        let secret = key.lines().nth(1).unwrap_or("no line of a key");
        assert!(!found.contains(secret), "{found}");
    }
    let missing = Tls { certificate: Path::new("/nowhere/a.pem"), key: Path::new("/nowhere/b.pem") };
    assert!(load(missing).unwrap_err().contains("/nowhere/a.pem cannot be read"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn bytes_that_are_no_certificate_are_none_and_nothing_worse(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..20),
        length in any::<prop::sample::Index>(),
    ) {
        static CERTIFICATE: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
        let mut bytes = CERTIFICATE.get_or_init(|| made(2020, 2060).0).clone();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let length = length.index(bytes.len() + 1);
        let _ = Validity::of(&bytes[..length]);
    }
}

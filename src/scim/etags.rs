//! Versions and conditional requests (RFC 7644 §3.14, RFC 9110 §13).
//!
//! Versions are weak. A condition may hold a list of tags, `*`, and, since Ping's own SDK sends them so, a tag without
//! quotes (the deviation `bare-version`).

use crate::model::error::{Error, Kind, Result};
use crate::scim::deviations::{Deviation, Notes, Tolerance};

/// The version of a resource as `meta.version` and the `ETag` header show it.
pub fn etag(version: i64) -> String {
    format!("W/\"{version}\"")
}

/// The versions that a condition names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versions {
    written: String,
    /// Without weakness and quotes; `*` for any.
    tags: Vec<String>,
}

impl Versions {
    /// Reads a list of tags. `place` says where it stands, for errors.
    ///
    /// # Errors
    /// `InvalidValue` for a tag without quotes, where the tolerance is off.
    pub fn parse(place: &str, written: &str, tolerance: Tolerance, notes: &mut Notes) -> Result<Versions> {
        let mut tags = Vec::new();
        for tag in written.split(',').map(str::trim) {
            let opaque = tag.strip_prefix("W/").or_else(|| tag.strip_prefix("w/")).unwrap_or(tag);
            let quoted = opaque.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            if quoted.is_none() && tag != "*" {
                tolerance.grant(Deviation::BareVersion, notes, || {
                    Error::invalid_value(format!(
                        "{place}: found {tag}, expected a version such as {}.",
                        etag(7)
                    ))
                })?;
            }
            tags.push(quoted.unwrap_or(opaque).to_owned());
        }
        Ok(Versions { written: written.to_owned(), tags })
    }

    /// Whether this version is among them; comparison is weak (RFC 9110 §8.8.3.2).
    pub fn hold(&self, version: i64) -> bool {
        let version = version.to_string();
        self.tags.iter().any(|tag| tag == "*" || *tag == version)
    }
}

/// Refuses a change unless `If-Match` allows it for this version.
///
/// # Errors
/// `PreconditionFailed` naming the present version.
pub fn check_if_match(condition: Option<&Versions>, version: i64) -> Result<()> {
    match condition {
        Some(condition) if !condition.hold(version) => Err(Error::new(
            Kind::PreconditionFailed,
            format!(
                "If-Match: the resource's version is {} now, and the request is for {}. Read it again and repeat the \
                 change.",
                etag(version),
                condition.written
            ),
        )),
        _ => Ok(()),
    }
}

/// Refuses a change when `If-None-Match` names this version.
///
/// # Errors
/// `PreconditionFailed`.
pub fn check_if_none_match(condition: Option<&Versions>, version: i64) -> Result<()> {
    match condition {
        Some(condition) if condition.hold(version) => Err(Error::new(
            Kind::PreconditionFailed,
            format!(
                "If-None-Match: the resource has the version {} that the request excludes.",
                etag(version)
            ),
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn versions(written: &str) -> (Versions, Notes) {
        let mut notes = Notes::default();
        let versions = Versions::parse("If-Match", written, Tolerance::Lenient, &mut notes).unwrap();
        (versions, notes)
    }

    #[test]
    fn rfc_7644_3_14_weak_strong_listed_and_any_tags_match_the_version() {
        for written in ["W/\"7\"", "\"7\"", "*", "W/\"3\", W/\"7\"", "w/\"7\""] {
            let (versions, notes) = versions(written);
            assert!(versions.hold(7) && notes.deviations().is_empty(), "{written}");
        }
        for written in ["W/\"8\"", "", "\"77\"", "W/\"3\", W/\"8\""] {
            assert!(!versions(written).0.hold(7), "{written}");
        }
    }

    #[test]
    fn a_tag_without_quotes_is_a_deviation() {
        let (bare, notes) = versions("7");
        assert!(bare.hold(7));
        assert_eq!(notes.deviations(), [Deviation::BareVersion]);
        let strict = Versions::parse("If-Match", "7", Tolerance::Strict, &mut Notes::default());
        assert_eq!(strict.unwrap_err().kind, Kind::InvalidValue);
    }

    #[test]
    fn a_stale_if_match_is_refused_with_the_present_version() {
        let error = check_if_match(Some(&versions("W/\"3\"").0), 4).unwrap_err();
        assert_eq!(error.kind, Kind::PreconditionFailed);
        assert!(error.detail.contains("W/\"4\""), "{}", error.detail);
        assert_eq!(check_if_match(None, 4), Ok(()));
        assert!(check_if_none_match(Some(&versions("*").0), 4).is_err());
    }
}

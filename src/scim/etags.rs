//! Versions and conditional requests (RFC 7644 §3.14, RFC 9110 §13).
//!
//! Versions are weak. A condition may hold a list of tags, `*`, and, since Ping's own SDK sends them so, a tag without
//! quotes (the deviation `bare-version`).

use crate::model::error::{Error, Kind, Result};
use crate::scim::deviations::Tolerance;

/// The version of a resource as `meta.version` and the `ETag` header show it.
pub fn etag(version: i64) -> String {
    format!("W/\"{version}\"")
}

/// Refuses a change unless `If-Match` allows it for this version.
///
/// # Errors
/// `PreconditionFailed` naming the present version.
pub fn check_if_match(condition: Option<&str>, version: i64, tolerance: Tolerance) -> Result<()> {
    match condition {
        Some(condition) if !matches(condition, version, tolerance) => Err(Error::new(
            Kind::PreconditionFailed,
            format!(
                "If-Match: the resource's version is {} now, and the request is for {condition}. Read it again and repeat \
                 the change.",
                etag(version)
            ),
        )),
        _ => Ok(()),
    }
}

/// Refuses a change when `If-None-Match` names this version.
///
/// # Errors
/// `PreconditionFailed`.
pub fn check_if_none_match(condition: Option<&str>, version: i64, tolerance: Tolerance) -> Result<()> {
    match condition {
        Some(condition) if matches(condition, version, tolerance) => Err(Error::new(
            Kind::PreconditionFailed,
            format!(
                "If-None-Match: the resource has the version {} that the request excludes.",
                etag(version)
            ),
        )),
        _ => Ok(()),
    }
}

/// Whether a list of tags holds this version; comparison is weak (RFC 9110 §8.8.3.2).
pub fn matches(condition: &str, version: i64, tolerance: Tolerance) -> bool {
    let version = version.to_string();
    condition.split(',').map(str::trim).any(|tag| {
        let opaque = tag.strip_prefix("W/").or_else(|| tag.strip_prefix("w/")).unwrap_or(tag);
        let quoted = opaque.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let bare = (tolerance == Tolerance::Lenient).then_some(opaque);
        tag == "*" || quoted.or(bare) == Some(version.as_str())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use Tolerance::{Lenient, Strict};

    #[test]
    fn rfc_7644_3_14_weak_strong_raw_listed_and_any_tags_match_the_version() {
        for condition in ["W/\"7\"", "\"7\"", "7", "*", "W/\"3\", W/\"7\"", "w/\"7\""] {
            assert!(matches(condition, 7, Lenient), "{condition}");
        }
        for condition in ["W/\"8\"", "", "\"77\"", "W/\"3\", W/\"8\""] {
            assert!(!matches(condition, 7, Lenient), "{condition}");
        }
        assert!(!matches("7", 7, Strict) && matches("\"7\"", 7, Strict));
    }

    #[test]
    fn a_stale_if_match_is_refused_with_the_present_version() {
        let error = check_if_match(Some("W/\"3\""), 4, Lenient).unwrap_err();
        assert_eq!(error.kind, Kind::PreconditionFailed);
        assert!(error.detail.contains("W/\"4\""), "{}", error.detail);
        assert_eq!(check_if_match(None, 4, Lenient), Ok(()));
        assert!(check_if_none_match(Some("*"), 4, Lenient).is_err());
    }
}

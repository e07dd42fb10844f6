//! The `Authorization` header: the forms in which IdPs send a token (scim.md, "Access").

use crate::auth::base64;
use crate::model::error::{Error, Kind, Result};
use crate::model::token::Secret;
use crate::scim::deviations::{Deviation, Notes, Tolerance};

/// The token in a header: `Bearer X`, `Basic base64(anything:X)`, `Basic base64(X:)`, or X alone.
///
/// # Errors
/// `Unauthorized` saying which form was expected, also for X alone where that is not tolerated. What was sent is never
/// repeated.
pub(super) fn read(header: Option<&str>, tolerance: Tolerance, notes: &mut Notes) -> Result<Secret> {
    let header = header.map(str::trim).filter(|header| !header.is_empty()).ok_or_else(|| {
        unauthorized("The request has no Authorization header. Send \"Authorization: Bearer\" with a token.")
    })?;
    let (scheme, rest) = header.split_once([' ', '\t']).unwrap_or((header, ""));
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("Bearer") {
        bearer(rest)
    } else if scheme.eq_ignore_ascii_case("Basic") {
        basic(rest)
    } else if rest.is_empty() {
        tolerance.grant(Deviation::BareToken, notes, || {
            unauthorized("The Authorization header has no scheme. Send \"Bearer\" with a token.")
        })?;
        Ok(Secret::presented(scheme))
    } else {
        Err(unauthorized(
            "The Authorization header has another scheme than Bearer and Basic. Send \"Bearer\" with a token, or Basic \
             authentication with the token as the password.",
        ))
    }
}

/// What a header presents as a token, valid or not, in whatever form: for those who tell tokens apart by hash or beginning.
pub fn presented(header: &str) -> Option<Secret> {
    read(Some(header), Tolerance::Lenient, &mut Notes::default()).ok()
}

fn bearer(token: &str) -> Result<Secret> {
    if token.is_empty() {
        return Err(unauthorized(
            "The Authorization header says \"Bearer\" and no token follows. Enter the token in the identity provider's \
             connection.",
        ));
    }
    Ok(Secret::presented(token))
}

/// RFC 7617 §2: user and password with a colon between. Where the password is empty, the token is the user: some
/// consoles have one field only.
fn basic(encoded: &str) -> Result<Secret> {
    let text = base64::decode(encoded).and_then(|bytes| String::from_utf8(bytes).ok());
    let pair = text.as_deref().and_then(|text| text.split_once(':'));
    let (user, password) = pair.ok_or_else(|| {
        unauthorized(
            "The Authorization header says \"Basic\" and what follows is not \"user:password\" in base64 (RFC 7617). Use \
             any user name, and the token as the password.",
        )
    })?;
    let token = if password.is_empty() { user } else { password };
    if token.is_empty() {
        return Err(unauthorized(
            "The Basic credentials are empty. Use any user name, and the token as the password.",
        ));
    }
    Ok(Secret::presented(token.trim()))
}

fn unauthorized(detail: &str) -> Error {
    Error::new(Kind::Unauthorized, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &str) -> Result<String> {
        read(Some(header), Tolerance::Lenient, &mut Notes::default()).map(|secret| secret.reveal().to_owned())
    }

    #[test]
    fn a_token_comes_as_bearer_in_any_case_as_basic_or_bare() {
        for header in [
            "Bearer t0ken",
            "bearer t0ken",
            "BEARER   t0ken ",
            "t0ken",
            " t0ken ",
            "Basic c2NpbTp0MGtlbg==", // scim:t0ken
            "basic OnQwa2Vu",         // :t0ken
            "Basic dDBrZW46",         // t0ken:
        ] {
            assert_eq!(token(header).as_deref(), Ok("t0ken"), "{header}");
        }
    }

    #[test]
    fn a_colon_in_the_password_belongs_to_it_rfc_7617_2() {
        assert_eq!(token("Basic YTpiOmM=").as_deref(), Ok("b:c"));
    }

    #[test]
    fn what_holds_no_token_is_unauthorized_and_is_not_repeated() {
        for (header, words) in [
            ("", "no Authorization"),
            ("   ", "no Authorization"),
            ("Bearer", "no token follows"),
            ("Bearer ", "no token follows"),
            ("Basic", "user:password"),
            ("Basic !!!", "user:password"),
            ("Basic c2VjcmV0", "user:password"), // "secret"
            ("Basic Og==", "empty"),             // ":"
            ("Basic /////w==", "user:password"), // not UTF-8
            ("Digest s3cret", "another scheme"),
        ] {
            let error = token(header).unwrap_err();
            assert_eq!(error.kind, Kind::Unauthorized, "{header}");
            assert!(error.detail.contains(words), "{header}: {error}");
            assert!(!error.detail.contains("s3cret"), "{error}");
        }
        let absent = read(None, Tolerance::Lenient, &mut Notes::default());
        assert!(absent.unwrap_err().detail.contains("no Authorization"));
    }

    #[test]
    fn a_bare_token_is_a_deviation_that_strict_refuses() {
        let mut notes = Notes::default();
        assert!(read(Some("s3cret"), Tolerance::Lenient, &mut notes).is_ok());
        assert_eq!(notes.deviations(), [Deviation::BareToken]);
        let refused = read(Some("s3cret"), Tolerance::Strict, &mut notes).unwrap_err();
        assert!(refused.kind == Kind::Unauthorized && !refused.detail.contains("s3cret"), "{refused}");
    }
}

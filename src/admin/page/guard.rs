//! What stands before and behind every page.

use rouille::Response;

use crate::model::call::Call;
use crate::model::error::{Error, Kind, Result};
use crate::model::form::Form;

/// What a page may load and where its forms may go: this server, nothing inline, no frame around it.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
     form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Headers of every page. The policy for referrers is not `no-referrer`: with that, browsers send `Origin: null` with
/// forms, which is refused.
const HEADERS: [(&str, &str); 6] = [
    ("Content-Security-Policy", POLICY),
    ("X-Frame-Options", "DENY"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
];

/// The same answer with the headers that keep a page to itself; what a handler set itself stays.
pub fn guarded(answer: Response) -> Response {
    HEADERS.into_iter().fold(answer, |answer, (name, value)| {
        let is_set = answer.headers.iter().any(|(key, _)| key.eq_ignore_ascii_case(name));
        if is_set { answer } else { answer.with_additional_header(name, value) }
    })
}

/// Refuses a change that no page of the session asked for: its form has no `csrf_token`, or its script no
/// `X-CSRF-Token` header.
///
/// # Errors
/// `Forbidden`; `InvalidSyntax` for a form that cannot be read.
pub fn check_form(call: &Call) -> Result<()> {
    let Some(session) = call.actor.as_ref().and_then(|actor| actor.session.as_ref()) else { return Ok(()) };
    let sent = match call.header("x-csrf-token") {
        Some(header) => header,
        None => Form::parse(&call.body)?.get("csrf_token").to_owned(),
    };
    if session.csrf.matches(&sent) {
        return Ok(());
    }
    Err(Error::new(
        Kind::Forbidden,
        "The form was not one of your session: you signed in again since, or it is not ours. Nothing was changed; go back, \
         reload the page and send it again.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admin::fixture::{call, header};
    use crate::model::call::{Actor, SignedIn};
    use crate::model::id::{AdminId, SessionId};
    use crate::model::session::SessionSecret;

    #[test]
    fn a_page_is_kept_to_itself_and_says_so_once() {
        let own = Response::html("x").with_additional_header("cache-control", "max-age=1");
        let answer = guarded(guarded(own));
        assert_eq!(header(&answer, "X-Frame-Options"), Some("DENY"));
        assert_eq!(header(&answer, "Cache-Control"), Some("max-age=1"));
        assert_eq!(answer.headers.iter().filter(|(name, _)| name == "Content-Security-Policy").count(), 1);
        assert!(!POLICY.contains("unsafe"));
    }

    #[test]
    fn a_form_must_have_the_token_of_its_session() {
        let csrf = SessionSecret::make([1; 32]).csrf();
        let check = |body: &str, header: Option<&str>| {
            let mut call = call().text(body).done();
            call.headers.extend(header.map(|value| ("x-csrf-token".to_owned(), value.to_owned())));
            let session = Some(SignedIn { admin: AdminId(1), session: SessionId(1), csrf: csrf.clone() });
            call.actor =
                Some(Actor { name: "ann".to_owned(), organization: None, server_scope: true, session });
            check_form(&call).map_err(|error| error.kind)
        };
        assert_eq!(check(&format!("a=b&csrf_token={}", csrf.as_str()), None), Ok(()));
        assert_eq!(check("", Some(csrf.as_str())), Ok(()));
        for body in ["", "csrf_token=", "csrf_token=0", "a=b"] {
            assert_eq!(check(body, None), Err(Kind::Forbidden), "{body}");
        }
        assert_eq!(check("csrf_token=%", None), Err(Kind::InvalidSyntax));
    }
}

//! The cookie of the admin page: from a header to a session that is valid now, and what proves that a request comes from
//! a page of ours.

use crate::model::account::Account;
use crate::model::error::{Error, Kind, Result};
use crate::model::session::{Session, SessionSecret, cookie_name};
use crate::model::time::Timestamp;
use crate::store::Db;

/// What a browser sends that says who asks, and from which page.
#[derive(Clone, Copy, Debug, Default)]
pub struct Browser<'r> {
    /// The `Cookie` header.
    pub cookies: Option<&'r str>,
    /// The `X-CSRF-Token` header.
    pub csrf: Option<&'r str>,
    /// The `Origin` header.
    pub origin: Option<&'r str>,
    /// The `Sec-Fetch-Site` header.
    pub fetch_site: Option<&'r str>,
    /// The `Host` header.
    pub host: Option<&'r str>,
    /// What the browser reaches this server as: scheme, host and perhaps a path, without a slash at its end.
    pub base_url: &'r str,
}

impl Browser<'_> {
    /// Whether the request comes from a page of this server, as the browser says.
    ///
    /// `Sec-Fetch-Site` and `Origin` are the browser's own words, which no page can change. Where neither is sent it is no.
    pub fn is_same_origin(&self) -> bool {
        match (self.origin, self.fetch_site) {
            (Some(origin), site) => self.is_own(origin) && site.is_none_or(|site| site == "same-origin"),
            (None, Some(site)) => site == "same-origin",
            (None, None) => false,
        }
    }

    fn is_own(&self, origin: &str) -> bool {
        let Some((scheme, authority)) = origin.split_once("://") else { return false };
        let own = self
            .base_url
            .split_once("://")
            .map(|(scheme, rest)| (scheme, rest.split('/').next().unwrap_or_default()));
        // Behind a proxy Host is what the proxy was asked for, or public_url has it; never what another site chooses.
        let is_host = self.host.is_some_and(|host| host.eq_ignore_ascii_case(authority));
        let is_public = own.is_some_and(|(own_scheme, own_authority)| {
            own_scheme == scheme && own_authority.eq_ignore_ascii_case(authority)
        });
        matches!(scheme, "http" | "https") && (is_host || is_public)
    }

    /// The secret in the session's cookie.
    pub fn secret(&self) -> Option<SessionSecret> {
        let name = cookie_name(self.base_url);
        let mut cookies = self.cookies?.split(';').filter_map(|cookie| cookie.trim().split_once('='));
        cookies.find(|(key, _)| *key == name).and_then(|(_, value)| SessionSecret::presented(value))
    }
}

/// The session of a cookie.
///
/// # Errors
/// `Unauthorized` when there is no cookie, or it names no session that is valid at `now`.
pub(super) fn session(
    db: &Db<'_>,
    browser: &Browser<'_>,
    now: Timestamp,
) -> Result<(SessionSecret, Session, Account)> {
    let secret = browser.secret().ok_or_else(|| unauthorized("You are not signed in."))?;
    let over = || unauthorized("Your session is over. Sign in again.");
    let session = db.session_by_hash(&secret.hash())?.filter(|found| now < found.ends()).ok_or_else(over)?;
    let account = db.admin(session.admin)?.filter(|account| account.disabled.is_none()).ok_or_else(over)?;
    Ok((secret, session, account))
}

/// Refuses a request to the admin API with a cookie that does not prove to come from a page of the session.
///
/// # Errors
/// `Forbidden` saying what is missing.
pub(super) fn check_script(browser: &Browser<'_>, secret: &SessionSecret) -> Result<()> {
    check_origin(browser)?;
    if browser.csrf.is_some_and(|sent| secret.csrf().matches(sent)) {
        return Ok(());
    }
    Err(Error::new(
        Kind::Forbidden,
        "The admin page's cookie is accepted here only with the page's own X-CSRF-Token header. Programs use an admin \
         token (Authorization: Bearer).",
    ))
}

/// Refuses what does not come from a page of this server.
///
/// # Errors
/// `Forbidden`.
pub fn check_origin(browser: &Browser<'_>) -> Result<()> {
    if browser.is_same_origin() {
        return Ok(());
    }
    Err(Error::new(
        Kind::Forbidden,
        "This request did not come from a page of this server (Origin, Sec-Fetch-Site), so that nothing was done. Open the \
         admin page under the address in public_url and try again.",
    ))
}

fn unauthorized(detail: &str) -> Error {
    Error::new(Kind::Unauthorized, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: Browser<'_> = Browser {
        cookies: None,
        csrf: None,
        origin: None,
        fetch_site: None,
        host: Some("scim.example.com"),
        base_url: "https://scim.example.com",
    };

    fn is_same(origin: Option<&str>, fetch_site: Option<&str>) -> bool {
        Browser { origin, fetch_site, ..BASE }.is_same_origin()
    }

    #[test]
    fn a_page_of_ours_is_known_by_origin_or_fetch_metadata_and_silence_is_no() {
        let own = Some("https://scim.example.com");
        assert!(
            is_same(own, None) && is_same(own, Some("same-origin")) && is_same(None, Some("same-origin"))
        );
        assert!(!is_same(None, None), "nothing said");
        for site in ["cross-site", "same-site", "none", ""] {
            assert!(!is_same(None, Some(site)) && !is_same(own, Some(site)), "{site}");
        }
        for origin in [
            "null",
            "https://evil.example",
            "https://scim.example.com.evil.example",
            "https://scim.example.com:8443",
            "file://scim.example.com",
            "",
        ] {
            assert!(!is_same(Some(origin), None), "{origin}");
            assert!(!is_same(Some(origin), Some("same-origin")), "{origin}");
        }
    }

    #[test]
    fn behind_a_proxy_that_names_another_host_the_public_url_counts() {
        let proxied =
            Browser { host: Some("10.0.0.7:8080"), origin: Some("https://scim.example.com"), ..BASE };
        assert!(proxied.is_same_origin());
        assert!(!Browser { origin: Some("http://scim.example.com"), ..proxied }.is_same_origin());
    }

    #[test]
    fn the_cookie_is_the_one_that_no_other_host_can_plant() {
        let value = "ab".repeat(32);
        let secret =
            |cookies: &str, base_url: &str| Browser { cookies: Some(cookies), base_url, ..BASE }.secret();
        let (secure, plain) = (format!("a=b; __Host-rollcall={value}"), format!("rollcall={value}; c=d"));
        assert!(secret(&secure, "https://x").is_some() && secret(&plain, "http://127.0.0.1:8080").is_some());
        assert!(secret(&plain, "https://x").is_none(), "a page that came by http may have planted it");
        assert!(secret(&secure, "http://x").is_none());
        assert!(secret("__Host-rollcall=short", "https://x").is_none());
    }
}

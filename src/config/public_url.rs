//! The address under which IdPs and people reach the server.

use std::fmt;

use url::Url;

use super::value::Text;

/// An absolute http or https URL without query, fragment, credentials or trailing slash: `{public_url}/scim/v2` is
/// then a URL too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(String);

impl PublicUrl {
    /// Reads one; slashes at the end are dropped. `None` for anything else.
    pub fn parse(text: &str) -> Option<PublicUrl> {
        let url = Url::parse(text).ok()?;
        let is_base = matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        is_base.then(|| PublicUrl(url.as_str().trim_end_matches('/').to_owned()))
    }

    /// The URL, without a slash at the end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether its scheme is https.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https:")
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Text for PublicUrl {
    const EXPECTED: &'static str =
        "an http or https URL without user, query and fragment, such as \"https://scim.example.com\"";

    fn read(text: &str) -> Option<PublicUrl> {
        PublicUrl::parse(text)
    }

    fn write(&self) -> String {
        self.0.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_url_has_no_slash_at_its_end() {
        assert_eq!(
            PublicUrl::parse("https://scim.example.com/").unwrap().as_str(),
            "https://scim.example.com"
        );
        assert_eq!(PublicUrl::parse("http://[::1]:8080/idp//").unwrap().as_str(), "http://[::1]:8080/idp");
    }

    #[test]
    fn what_cannot_be_the_base_of_other_urls_is_refused() {
        let bad = [
            "",
            "scim.example.com",
            "ftp://scim.example.com",
            "https://",
            "https://user@scim.example.com",
            "https://user:secret@scim.example.com",
            "https://scim.example.com?aadOptscim062020",
            "https://scim.example.com/#top",
        ];
        for text in bad {
            assert_eq!(PublicUrl::parse(text), None, "{text}");
        }
    }
}

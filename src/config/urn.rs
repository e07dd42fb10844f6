//! The URNs of the two extension schemas.

use std::fmt;

use super::value::Text;

/// The URN of an extension schema of this server's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Urn(String);

impl Urn {
    /// Reads `urn:namespace:specific` (RFC 8141) with the characters that fit into a SCIM attribute path (RFC 7644
    /// §3.10). `None` for anything else, and for the RFCs' own schemas.
    pub fn parse(text: &str) -> Option<Urn> {
        let lower = text.to_ascii_lowercase();
        let mut parts = lower.splitn(3, ':');
        let (scheme, namespace, specific) = (parts.next()?, parts.next()?, parts.next()?);
        let is_urn = scheme == "urn"
            && namespace.len() >= 2
            && namespace.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !specific.is_empty()
            && !specific.ends_with(':')
            && specific.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:".contains(&byte));
        let is_taken = RFC_SCHEMAS.iter().any(|taken| lower.starts_with(taken));
        (is_urn && !is_taken).then(|| Urn(text.to_owned()))
    }

    /// The default: the extension that TestMu AI's guide has IdPs send, of `resource_type`.
    pub(super) fn lambdatest(resource_type: &str) -> Urn {
        Urn(format!("urn:ietf:params:scim:schemas:extension:LambdaTest:2.0:{resource_type}"))
    }

    /// The URN as it was written; URNs of schemas compare without case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How the schemas begin that have a meaning already (RFC 7643 §4, §8.7; RFC 7644 §3).
const RFC_SCHEMAS: [&str; 3] = [
    "urn:ietf:params:scim:schemas:core:",
    "urn:ietf:params:scim:schemas:extension:enterprise:",
    "urn:ietf:params:scim:api:",
];

impl fmt::Display for Urn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Text for Urn {
    const EXPECTED: &'static str = "a URN of letters, digits and \"-._:\" that is none of the RFCs' own schemas, such as \"urn:example:2.0:User\"";

    fn read(text: &str) -> Option<Urn> {
        Urn::parse(text)
    }

    fn write(&self) -> String {
        self.0.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extension_urn_fits_into_an_attribute_path() {
        assert!(Urn::parse("urn:example:acme:2.0:User").is_some());
        assert!(Urn::parse("URN:ietf:params:scim:schemas:extension:Acme:2.0:User").is_some());
        for text in
            ["", "urn:", "urn:x:y", "http://example.com", "urn:example:", "urn:example:a b", "urn:example:a["]
        {
            assert_eq!(Urn::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_schemas_of_the_rfcs_are_not_extensions_of_ours() {
        for text in [
            "urn:ietf:params:scim:schemas:core:2.0:User",
            "urn:ietf:params:scim:schemas:extension:ENTERPRISE:2.0:User",
            "urn:ietf:params:scim:api:messages:2.0:Error",
        ] {
            assert_eq!(Urn::parse(text), None, "{text}");
        }
    }
}

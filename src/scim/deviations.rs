//! The one table of what this server takes although the RFCs do not grant it (spec/scim.md, Named deviations).
//!
//! Each entry is named in the request log when a request relied on it, is pinned by a fixture under
//! `tests/it/deviations`, and is refused when the server is strict.

use crate::model::error::{Error, Result};

macro_rules! deviations {
    ($(#[doc = $description:literal] $variant:ident = $name:literal, $needed_by:literal, $section:literal;)*) => {
        /// A tolerance beyond the RFCs.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Deviation {
            $(#[doc = $description] $variant,)*
        }

        impl Deviation {
            /// All of them.
            pub const ALL: &'static [Deviation] = &[$(Deviation::$variant,)*];

            /// The name in the request log.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Deviation::$variant => $name,)*
                }
            }

            /// What is taken, in a sentence.
            pub fn description(self) -> &'static str {
                match self {
                    $(Deviation::$variant => $description.trim_ascii(),)*
                }
            }

            /// The identity providers that rely on it.
            pub fn needed_by(self) -> &'static str {
                match self {
                    $(Deviation::$variant => $needed_by,)*
                }
            }

            /// The paragraph that it departs from.
            pub fn section(self) -> &'static str {
                match self {
                    $(Deviation::$variant => $section,)*
                }
            }
        }
    };
}

deviations! {
    /// A body without `schemas`.
    MissingSchemas = "missing-schemas", "authentik, Jackson, SSOReady", "RFC 7643 §3, RFC 7644 §3.5.2";
    /// `schemas` names a URN that is not one of this kind of resource.
    ForeignSchemaUrn = "foreign-schema-urn", "Entra ID, OneLogin, PingOne", "RFC 7643 §3";
    /// An extension's attributes are there and `schemas` does not name the extension.
    UnlistedExtension = "unlisted-extension", "scim-for-keycloak", "RFC 7643 §3";
    /// A boolean as the string "true" or "false", in any letter case.
    StringBoolean = "string-boolean", "Entra ID, OneLogin", "RFC 7643 §2.3.2";
    /// One value where an array is declared.
    ValueForArray = "value-for-array", "OneLogin", "RFC 7643 §2.4";
    /// An array of one where a single value is declared.
    ArrayForValue = "array-for-value", "Entra ID", "RFC 7643 §2.4";
    /// A string where an object with a `value` is declared (`manager`, `members`).
    StringForObject = "string-for-object", "Entra ID", "RFC 7643 §2.3.8";
    /// Two values of one attribute are primary; the first stays so.
    TwoPrimaries = "two-primaries", "PingOne", "RFC 7643 §2.4";
    /// The operation of a PATCH not in lower case.
    OperationCase = "operation-case", "Entra ID", "RFC 7644 §3.5.2";
    /// A PATCH path that no schema declares; the operation is ignored.
    UnknownPath = "unknown-path", "Entra ID, PingOne", "RFC 7644 §3.5.2";
    /// A dotted or URN-qualified name as a key of a PATCH value without a path.
    PathAsKey = "path-as-key", "Entra ID", "RFC 7644 §3.5.2";
    /// A read-only attribute with another value in a PATCH value without a path; it is ignored.
    ReadOnlyInValue = "read-only-in-value", "Okta, authentik", "RFC 7644 §3.5.2";
    /// A filtered path that selects nothing creates what the filter describes.
    CreatedElement = "created-element", "Entra ID", "RFC 7644 §3.5.2.3";
    /// A remove with a value: only what equals it is removed.
    RemoveWithValue = "remove-with-value", "Entra ID, authentik, rauthy, JumpCloud", "RFC 7644 §3.5.2.2";
    /// Empty brackets in a path, meaning the whole list.
    EmptyBrackets = "empty-brackets", "custom connectors", "RFC 7644 §3.5.2";
    /// A dot between an extension's URN and the attribute.
    DotAfterUrn = "dot-after-urn", "Entra ID (customappsso)", "RFC 7644 §3.10";
    /// `email` and `email.value` for `emails.value`.
    EmailAlias = "email-alias", "PingOne, SSOReady's customers", "RFC 7644 §3.4.2.2";
    /// A filter literal without quotes.
    UnquotedLiteral = "unquoted-literal", "authentik", "RFC 7644 §3.4.2.2";
    /// A sub-attribute tested behind the brackets, as in `emails[type eq "work"].value eq "x"`.
    TestAfterBrackets = "test-after-brackets", "Entra ID", "RFC 7644 §3.4.2.2";
    /// A complex attribute of one value compared as its `value` (`manager eq "x"`).
    ValueOfComplex = "value-of-complex", "Entra ID", "RFC 7644 §3.4.2.2";
    /// A filter inside `attributes`; it is ignored.
    FilterInAttributes = "filter-in-attributes", "Entra ID", "RFC 7644 §3.9";
    /// `count=-1` for as many as allowed; 0 when strict.
    CountMinusOne = "count-minus-one", "PingFederate", "RFC 7644 §3.4.2.4";
    /// The id of a deleted user among members; it is skipped.
    DeletedMember = "deleted-member", "Okta, PingOne, PingFederate", "RFC 7643 §4.2";
    /// A token in `Authorization` without a scheme.
    BareToken = "bare-token", "PingOne (Custom)", "RFC 6750 §2.1";
    /// A body without `Content-Type`, taken as JSON.
    NoContentType = "no-content-type", "custom connectors", "RFC 7644 §3.1";
    /// A version in `If-Match` without quotes.
    BareVersion = "bare-version", "Ping Identity's SDK", "RFC 9110 §8.8.3";
}

/// Whether the deviations are granted: `strict` of `[scim]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tolerance {
    /// Granted, and noted.
    Lenient,
    /// Refused.
    Strict,
}

impl Tolerance {
    /// Grants `deviation` and notes it.
    ///
    /// # Errors
    /// `refusal`, under [`Tolerance::Strict`], with a sentence on what would have to change.
    pub fn grant(
        self,
        deviation: Deviation,
        notes: &mut Notes,
        refusal: impl FnOnce() -> Error,
    ) -> Result<()> {
        match self {
            Tolerance::Lenient => {
                notes.rely_on(deviation);
                Ok(())
            }
            Tolerance::Strict => {
                let error = refusal();
                let detail = format!(
                    "{} This server is set to strict; its tolerance \"{}\" is off ({}).",
                    error.detail,
                    deviation.as_str(),
                    deviation.section()
                );
                Err(Error { detail, ..error })
            }
        }
    }
}

/// How many remarks one request keeps; a hostile body could cause any number.
const REMARKS: usize = 20;

/// What the request log says about a request that was taken: tolerances relied on, things left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    deviations: Vec<Deviation>,
    remarks: Vec<String>,
}

impl Notes {
    /// Notes that the request would be refused without `deviation`.
    pub fn rely_on(&mut self, deviation: Deviation) {
        if !self.deviations.contains(&deviation) {
            self.deviations.push(deviation);
        }
    }

    /// Notes a sentence about something that was left out; the first twenty different ones are kept.
    pub fn remark(&mut self, sentence: impl Into<String>) {
        let sentence = sentence.into();
        if self.remarks.len() < REMARKS && !self.remarks.contains(&sentence) {
            self.remarks.push(sentence);
        }
    }

    /// Takes over what `other` noted.
    pub fn extend(&mut self, other: Notes) {
        other.deviations.into_iter().for_each(|deviation| self.rely_on(deviation));
        other.remarks.into_iter().for_each(|remark| self.remark(remark));
    }

    /// The deviations relied on, each once, in the order of their first use.
    pub fn deviations(&self) -> &[Deviation] {
        &self.deviations
    }

    /// The sentences.
    pub fn remarks(&self) -> &[String] {
        &self.remarks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_deviation_has_its_own_name_and_says_who_needs_it() {
        let mut names: Vec<&str> = Deviation::ALL.iter().map(|deviation| deviation.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Deviation::ALL.len());
        for deviation in Deviation::ALL {
            assert!(
                !deviation.needed_by().is_empty() && deviation.section().starts_with("RFC"),
                "{deviation:?}"
            );
        }
    }

    #[test]
    fn a_lenient_server_notes_a_deviation_once_and_a_strict_one_refuses_and_names_it() {
        let refusal = || Error::invalid_value("active: found the string \"True\".");
        let mut notes = Notes::default();
        for _ in 0..2 {
            let granted = Tolerance::Lenient.grant(Deviation::StringBoolean, &mut notes, refusal);
            assert_eq!(granted, Ok(()));
        }
        assert_eq!(notes.deviations(), [Deviation::StringBoolean]);
        let refused = Tolerance::Strict.grant(Deviation::StringBoolean, &mut notes, refusal);
        assert!(refused.is_err_and(|error| error.detail.contains("string-boolean")));
    }

    #[test]
    fn remarks_are_bounded() {
        let mut notes = Notes::default();
        (0..1000).for_each(|n| notes.remark(format!("{n}")));
        assert_eq!(notes.remarks().len(), REMARKS);
    }
}

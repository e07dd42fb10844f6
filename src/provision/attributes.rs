//! The attributes of the source directory, by the names that PingOne's console shows.
//!
//! A name is compared without case, spaces, hyphens and underscores: `Given Name`, `given_name` and `givenName` are one.

use crate::model::nearest::nearest;

/// What an attribute holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    Flag(bool),
}

impl Value {
    /// The value as a text: `true` and `false` for a flag.
    pub(super) fn as_text(&self) -> &str {
        match self {
            Value::Text(text) => text,
            Value::Flag(true) => "true",
            Value::Flag(false) => "false",
        }
    }
}

/// A name for comparison.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name(String);

impl Name {
    pub(super) fn new(text: &str) -> Name {
        let letters = text.chars().filter(|c| !matches!(c, ' ' | '_' | '-'));
        Name(crate::model::fold::fold(&letters.collect::<String>()))
    }
}

/// The one attribute that is a flag.
pub(super) const ENABLED: &str = "Enabled";
/// What a person signs in with.
pub(super) const USERNAME: &str = "Username";
/// The id of the user in the source directory.
pub(super) const USER_ID: &str = "User ID";
/// The whole name; made of given and family name where it is not set.
pub(super) const FORMATTED: &str = "Formatted";

/// The attributes that every directory has.
pub(super) const BUILT_IN: [&str; 26] = [
    USER_ID,
    USERNAME,
    ENABLED,
    "Email Address",
    "Given Name",
    "Middle Name",
    "Family Name",
    "Honorific Prefix",
    "Honorific Suffix",
    FORMATTED,
    "Nickname",
    "Title",
    "Type",
    "Locale",
    "Preferred Language",
    "Timezone",
    "Primary Phone",
    "Mobile Phone",
    "Street Address",
    "Locality",
    "Region",
    "Postal Code",
    "Country Code",
    "Photo",
    "External ID",
    "Account ID",
];

/// The names that a directory knows: those built in, and its own.
#[derive(Clone, Debug)]
pub(super) struct Vocabulary(Vec<String>);

impl Vocabulary {
    pub(super) fn new(custom: impl IntoIterator<Item = String>) -> Vocabulary {
        Vocabulary(BUILT_IN.iter().map(|name| (*name).to_owned()).chain(custom).collect())
    }

    /// The name as the directory knows it.
    ///
    /// # Errors
    /// What to say of a name that it does not know, with a similar one if there is one.
    pub(super) fn name(&self, text: &str) -> Result<Name, String> {
        let name = Name::new(text);
        if self.0.iter().any(|known| Name::new(known) == name) {
            return Ok(name);
        }
        let hint = match nearest(text, self.0.iter().map(String::as_str)) {
            Some(similar) => format!("did you mean \"{similar}\"?"),
            None => format!(
                "It has {}; others have to be listed in custom_attributes of the directory.",
                self.0.join(", ")
            ),
        };
        Err(format!("the directory has no attribute \"{text}\"; {hint}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_be_written_as_the_console_shows_it_or_as_a_key() {
        let vocabulary = Vocabulary::new(["Organization Role".to_owned()]);
        for text in ["Given Name", "given_name", "givenName", "GIVEN-NAME"] {
            assert_eq!(vocabulary.name(text), Ok(Name::new("Given Name")), "{text}");
        }
        assert!(vocabulary.name("organization_role").is_ok());
        assert!(vocabulary.name("Givn Name").unwrap_err().contains("did you mean \"Given Name\"?"));
        assert!(vocabulary.name("Shoe Size").unwrap_err().contains("custom_attributes"));
    }
}

//! Names that people give to organizations and entities, and that groups give to entities: one limit for all.

use crate::model::error::{Error, Result};

/// The most characters in a name.
pub const LONGEST: usize = 500;

/// Reads a name that somebody gives, without the spaces around it.
///
/// # Errors
/// `InvalidValue` naming the field: for an empty or over-long name, or one with a control character.
pub fn parse(field: &str, text: &str) -> Result<String> {
    let name = text.trim();
    let length = name.chars().count();
    if name.is_empty() || length > LONGEST || name.chars().any(char::is_control) {
        return Err(Error::invalid_value(format!(
            "{field}: it has {length} characters; it must have 1 to {LONGEST}, none of them a control character."
        ))
        .at(field));
    }
    Ok(name.to_owned())
}

/// What an entity is called that takes its name from a group: the beginning, where the name is longer than names may be.
/// A group with a long name is mapped like any other.
pub fn shortened(name: &str) -> &str {
    let end = name.char_indices().nth(LONGEST).map_or(name.len(), |(index, _)| index);
    name.get(..end).unwrap_or(name).trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_to_five_hundred_characters_and_no_control_character() {
        assert_eq!(parse("name", " Ventes é ").unwrap(), "Ventes é");
        assert!(parse("name", &"é".repeat(LONGEST)).is_ok());
        for wrong in ["", "  ", "a\u{7}b", &"é".repeat(LONGEST + 1)] {
            let error = parse("name", wrong).unwrap_err();
            assert_eq!(error.field.as_deref(), Some("name"), "{wrong:?}");
        }
    }

    #[test]
    fn a_longer_name_of_a_group_is_cut_between_characters() {
        assert_eq!(shortened("Sales"), "Sales");
        assert_eq!(shortened(&"é".repeat(LONGEST + 7)), "é".repeat(LONGEST));
        assert_eq!(shortened(&format!("{} {}", "x".repeat(LONGEST - 1), "y")), "x".repeat(LONGEST - 1));
    }
}

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

/// What an entity is called that takes its name from a group, so that [`parse`] takes it too: with a space for each
/// control character, and only the beginning where it is longer than names may be. A group with such a name is mapped like
/// any other. `None` when nothing is left.
pub fn made_of(text: &str) -> Option<String> {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let name: String = clean.trim().chars().take(LONGEST).collect();
    let name = name.trim_end();
    (!name.is_empty()).then(|| name.to_owned())
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
        let made = |text: &str| made_of(text).unwrap();
        assert_eq!(made("Sales"), "Sales");
        assert_eq!(made(&"é".repeat(LONGEST + 7)), "é".repeat(LONGEST));
        assert_eq!(made(&format!("{} {}", "x".repeat(LONGEST - 1), "y")), "x".repeat(LONGEST - 1));
    }

    #[test]
    fn what_a_groups_name_gives_an_entity_is_a_name_that_an_admin_may_give_too() {
        let long = format!("{}\u{0} x", "a".repeat(LONGEST - 1));
        for (text, expected) in [("a\tb", "a b"), ("\u{7}a\n", "a"), (&long, &"a".repeat(LONGEST - 1))] {
            assert_eq!(made_of(text).as_deref(), Some(expected), "{text:?}");
            assert_eq!(parse("name", expected).unwrap(), expected);
        }
        assert_eq!((made_of("\u{7}\t"), made_of("")), (None, None));
    }
}

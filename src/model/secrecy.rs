//! What speaks of something secret, by its name, and what of a text may be kept then.

use crate::model::token::{MASK, without_tokens};

/// Parts of names that make an attribute or parameter secret, in lower case and without `_` and `-`.
const WORDS: [&str; 10] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "apikey",
    "privatekey",
    "token",
    "credential",
    "authorization",
];
/// Of these, those that no sentence of this server has without reason: the others stand in its advice about tokens.
const IN_SENTENCES: usize = 7;

/// Whether a name or a text, such as a filter or a path, speaks of something secret.
pub fn names_secret(text: &str) -> bool {
    speaks_of(&WORDS, text)
}

fn speaks_of(words: &[&str], text: &str) -> bool {
    let plain: String =
        text.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect();
    words.iter().any(|word| plain.contains(word))
}

/// A sentence without the secret part of tokens, and, where it speaks of something secret, without what it quotes.
pub fn without_secrets(text: &str) -> String {
    let text = without_tokens(text);
    match text.find(['"', '\'', '`']) {
        Some(quote) if speaks_of(WORDS.get(..IN_SENTENCES).unwrap_or(&WORDS), &text) => {
            format!("{}{MASK}", text.get(..quote).unwrap_or_default())
        }
        _ => text,
    }
}

/// The same for a part of a path, or an id, which quote nothing by themselves.
pub fn without_secret_values(part: &str) -> String {
    // The cheap question first: every request asks this of every part of its path.
    let speaks =
        part.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '[')) && names_secret(part);
    if speaks { MASK.to_owned() } else { without_tokens(part) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_beside_something_secret_is_not_kept() {
        for (text, kept) in [
            (
                "title: found the number 5, expected a string.",
                "title: found the number 5, expected a string.",
            ),
            ("userName: \"ann\" is taken.", "userName: \"ann\" is taken."),
            ("The path \"password[value eq \"x\"]\" is none.", "The path ***"),
            ("password: it has 3 characters.", "password: it has 3 characters."),
            ("no user \"rollcall_scim_0a1b\"", "no user \"rollcall_scim_***\""),
            ("The token \"pingone\" may only read.", "The token \"pingone\" may only read."),
            ("sortBy: \"Api_Key x\"", "sortBy: ***"),
        ] {
            assert_eq!(without_secrets(text), kept);
        }
    }

    #[test]
    fn a_part_of_a_path_that_is_a_filter_on_a_secret_is_not_kept() {
        assert_eq!(without_secret_values("password eq \"x\""), MASK);
        assert_eq!(without_secret_values("password[x]"), MASK);
        assert_eq!(without_secret_values("a b"), "a b");
        assert_eq!(without_secret_values("password"), "password");
    }
}

//! Whether a userName is an e-mail address (spec/mapping.md §8.1).

/// Longest address that SMTP can carry (RFC 5321 §4.5.3.1.3, without the angle brackets), in bytes.
const LONGEST: usize = 254;
/// Longest local part (RFC 5321 §4.5.3.1.1), in bytes.
const LONGEST_LOCAL: usize = 64;
/// Longest label of a domain (RFC 1035 §2.3.4), in bytes; of an international one, as it is written here.
const LONGEST_LABEL: usize = 63;

/// Whether `text` is an address as people have them: one `@`, a dot-separated local part (RFC 5322 dot-atom, with the
/// letters of all scripts, RFC 6531) and a domain of two labels or more. Quoted local parts and address literals are not.
pub(super) fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    text.len() <= LONGEST
        && local.len() <= LONGEST_LOCAL
        && local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atom_char))
        && domain.contains('.')
        && domain.split('.').all(is_label)
}

fn is_atom_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || is_letter_beyond_ascii(c)
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.len() <= LONGEST_LABEL
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || is_letter_beyond_ascii(c))
}

/// Everything visible: combining marks belong to words in many scripts, so letters and digits alone would be too few.
/// What cannot be seen would make two names look the same.
fn is_letter_beyond_ascii(c: char) -> bool {
    let invisible = matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffd}' | '\u{e0000}'..='\u{e0fff}');
    !c.is_ascii() && !c.is_whitespace() && !c.is_control() && !invisible
}

#[cfg(test)]
mod tests {
    use super::is_address;

    #[test]
    fn addresses_as_people_have_them_are_valid() {
        for good in [
            "jane@example.com",
            "jane.doe+scim@mail.example.co.uk",
            "o'brien@example.com",
            "j\u{f6}rg@m\u{fc}ller.example",
            "\u{917}\u{923}\u{947}\u{936}@example.com",
            "a@b-c.de",
            "1@2.example",
        ] {
            assert!(is_address(good), "{good}");
        }
    }

    #[test]
    fn what_no_mail_could_reach_is_not_valid() {
        let long_local = format!("{}@example.com", "a".repeat(65));
        let long = format!("a@{}.com", "b.".repeat(130));
        for bad in [
            "",
            "jane",
            "@example.com",
            "jane@",
            "jane@example",
            "jane@@example.com",
            "jane@doe@example.com",
            "jane doe@example.com",
            " jane@example.com",
            "jane@example.com ",
            "jane@example.com\n",
            ".jane@example.com",
            "jane..doe@example.com",
            "jane@-example.com",
            "jane@example..com",
            "jane@exa_mple.com",
            "\"jane doe\"@example.com",
            "jane@[192.0.2.1]",
            "Jane <jane@example.com>",
            "jane\u{200b}@example.com",
            "jane\0@example.com",
            &long_local,
            &long,
        ] {
            assert!(!is_address(bad), "{bad}");
        }
    }
}

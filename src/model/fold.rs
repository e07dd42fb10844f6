//! Comparison without case: one folding for every name key, filter and uniqueness check.

/// Folds `text` by Unicode *simple* case folding, so that two strings equal without case have equal keys.
///
/// SQLite's `lower()` and NOCASE know ASCII only; columns that compare without case hold this key instead.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars().map(fold_char).collect()
}

fn fold_char(c: char) -> char {
    unicode_case_mapping::case_folded(c).and_then(|code| char::from_u32(code.get())).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_reaches_beyond_ascii_and_keeps_length() {
        assert_eq!(fold("Ventes ÉTÉ"), "ventes été");
        assert_eq!(fold("ΣΊΣΥΦΟς"), fold("σίσυφοσ"));
        assert_eq!(fold("STRASSE ẞ"), "strasse ß");
    }
}

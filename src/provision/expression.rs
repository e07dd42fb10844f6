//! The user filter expression `userName eq "%s"`: how a user is found at the target before anything is sent.

use std::fmt::Write;

/// An expression with a place for a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Expression {
    before: String,
    after: String,
}

impl Default for Expression {
    fn default() -> Expression {
        Expression { before: "userName eq \"".to_owned(), after: "\"".to_owned() }
    }
}

/// The operators that compare with a text (RFC 7644 section 3.4.2.2); PingOne's examples write them in any case.
const OPERATORS: [&str; 4] = ["eq", "co", "sw", "ew"];

impl Expression {
    /// Reads one: an attribute, an operator and `"%s"`, the first of them if it goes on.
    ///
    /// # Errors
    /// What is wrong with it, and how a right one looks.
    pub(super) fn parse(text: &str) -> Result<Expression, String> {
        const RIGHT: &str = "Write it as userName eq \"%s\".";
        let count = text.matches("%s").count();
        if count != 1 {
            return Err(format!(
                "%s stands for the user's identifier and must occur once; it occurs {count} times. {RIGHT}"
            ));
        }
        let (before, after) =
            text.split_once("\"%s\"").ok_or_else(|| format!("%s must stand in double quotes. {RIGHT}"))?;
        let mut words = before.split_whitespace().rev();
        let operator = words.next().unwrap_or_default();
        if !OPERATORS.iter().any(|known| known.eq_ignore_ascii_case(operator)) {
            return Err(format!(
                "\"{operator}\" before \"%s\" is no operator that finds a text; they are eq, co, sw, ew. {RIGHT}"
            ));
        }
        if words.next().is_none() {
            return Err(format!("there is no attribute before {operator}. {RIGHT}"));
        }
        if before.matches('"').count() % 2 != 0 || after.matches('"').count() % 2 != 0 {
            return Err(format!("a quote is not closed. {RIGHT}"));
        }
        Ok(Expression { before: format!("{before}\""), after: format!("\"{after}") })
    }

    /// The query `filter=...` for a value, as a URL carries it.
    pub(super) fn query(&self, value: &str) -> String {
        encode(&format!("{}{}{}", self.before, escape(value), self.after))
    }
}

/// The query that finds a group by its name.
pub(super) fn group_query(name: &str) -> String {
    encode(&format!("displayName eq \"{}\"", escape(name)))
}

/// `value` inside the quotes of a JSON string, as filters have them (RFC 7644 section 3.4.2.2).
fn escape(value: &str) -> String {
    let quoted = serde_json::Value::from(value).to_string();
    quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned()
}

/// `filter=` with everything percent-encoded that is not unreserved (RFC 3986 section 2.3).
fn encode(filter: &str) -> String {
    let mut query = "filter=".to_owned();
    for byte in filter.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                query.push(char::from(byte))
            }
            _ => {
                // Writing to a String cannot fail.
                let _ = write!(query, "%{byte:02X}");
            }
        }
    }
    query
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_is_escaped_and_the_query_encoded() {
        let expression = Expression::parse("userName eq \"%s\"").unwrap();
        assert_eq!(expression, Expression::default());
        assert_eq!(expression.query("jane@ex.com"), "filter=userName%20eq%20%22jane%40ex.com%22");
        assert_eq!(expression.query("a\"b\\c+"), "filter=userName%20eq%20%22a%5C%22b%5C%5Cc%2B%22");
        assert_eq!(
            group_query("Ventes \u{e9}t\u{e9} & Co"),
            "filter=displayName%20eq%20%22Ventes%20%C3%A9t%C3%A9%20%26%20Co%22"
        );
    }

    #[test]
    fn every_expression_of_the_documentation_is_taken() {
        for text in [
            "username Eq \"%s\"",
            "email Co \"%s\"",
            "email.value Eq \"%s\"",
            "emails eq \"%s\"",
            "active eq true and userName eq \"%s\"",
        ] {
            assert!(Expression::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_cannot_find_anybody_is_refused() {
        for (text, told) in [
            ("userName eq", "0 times"),
            ("userName eq %s", "double quotes"),
            ("userName is \"%s\"", "no operator"),
            ("eq \"%s\"", "no attribute"),
            ("userName eq \"%s\" or userName eq \"%s\"", "2 times"),
            ("userName eq \"%s\" and title eq \"x", "not closed"),
        ] {
            let error = Expression::parse(text).unwrap_err();
            assert!(error.contains(told), "{text}: {error}");
        }
    }
}

//! A piece of SQL with its parameters.

use rusqlite::types::Value;

use crate::model::id::OrganizationId;

/// What the SQL of a filter needs to know besides the filter.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The organization whose resources are searched. It is a hint for indexes; the caller restricts the rows.
    pub organization: OrganizationId,
    /// The base URL of SCIM without a slash at its end, of which `meta.location` and `$ref` are made.
    pub base_url: &'a str,
}

/// SQL text and the values of its positional parameters, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sql {
    /// Fixed text with a `?` for each parameter.
    pub text: String,
    /// The values.
    pub parameters: Vec<Value>,
}

impl Sql {
    /// Text without parameters.
    pub(super) fn text(text: &'static str) -> Sql {
        Sql { text: text.to_owned(), parameters: Vec::new() }
    }

    /// Text with one parameter.
    pub(super) fn bound(text: &'static str, parameter: impl Into<Value>) -> Sql {
        Sql { text: text.to_owned(), parameters: vec![parameter.into()] }
    }

    /// This, then fixed text.
    pub(super) fn then(mut self, text: &'static str) -> Sql {
        self.text.push_str(text);
        self
    }

    /// This, then `more`.
    pub(super) fn and_then(mut self, more: Sql) -> Sql {
        self.text.push_str(&more.text);
        self.parameters.extend(more.parameters);
        self
    }

    /// `parts` in parentheses with `word` between them.
    pub(super) fn joined(parts: impl IntoIterator<Item = Sql>, word: &'static str) -> Sql {
        let mut joined = Sql::text("(");
        for (index, part) in parts.into_iter().enumerate() {
            joined = if index == 0 { joined } else { joined.then(word) }.and_then(part);
        }
        joined.then(")")
    }
}

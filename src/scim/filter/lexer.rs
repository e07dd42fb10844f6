//! Words, strings and brackets, each with its position in characters.

use std::fmt;

use crate::model::error::{Error, Kind, Result};

/// A piece of a filter.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'t> {
    /// A name, keyword or literal without quotes: anything up to a space, bracket or quote.
    Word(&'t str),
    /// A JSON string, decoded.
    Text(String),
    /// `(`
    Open,
    /// `)`
    Close,
    /// `[`
    OpenBracket,
    /// `]`
    CloseBracket,
    /// The end of the text.
    End,
}

impl fmt::Display for Token<'_> {
    /// As an error message names what was found.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Token::Word(word) => write!(f, "\"{}\"", shortened(word)),
            Token::Text(text) => write!(f, "the string \"{}\"", shortened(text)),
            Token::Open => f.write_str("\"(\""),
            Token::Close => f.write_str("\")\""),
            Token::OpenBracket => f.write_str("\"[\""),
            Token::CloseBracket => f.write_str("\"]\""),
            Token::End => f.write_str("the end"),
        }
    }
}

/// The beginning of `text`: an error message repeats no kilobytes.
fn shortened(text: &str) -> String {
    const SHOWN: usize = 60;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Reads tokens off the front of a text.
pub(super) struct Lexer<'t> {
    rest: &'t str,
    /// Of the first character of `rest`; the first of all is 1.
    position: usize,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Lexer<'t> {
        Lexer { rest: text, position: 1 }
    }

    /// The next token and where it begins.
    pub(super) fn next(&mut self) -> Result<(usize, Token<'t>)> {
        let blank = self.rest.len() - self.rest.trim_start().len();
        self.take(blank);
        let position = self.position;
        let token = match self.rest.chars().next() {
            None => Token::End,
            Some('(') => self.bracket(Token::Open),
            Some(')') => self.bracket(Token::Close),
            Some('[') => self.bracket(Token::OpenBracket),
            Some(']') => self.bracket(Token::CloseBracket),
            Some('"') => self.string()?,
            Some(_) => {
                let end = self.rest.find(ends_word).unwrap_or(self.rest.len());
                Token::Word(self.take(end))
            }
        };
        Ok((position, token))
    }

    fn bracket(&mut self, token: Token<'t>) -> Token<'t> {
        self.take(1);
        token
    }

    /// A JSON string (RFC 8259 §7), escapes decoded.
    fn string(&mut self) -> Result<Token<'t>> {
        let position = self.position;
        let mut escaped = false;
        let closing = self.rest.bytes().enumerate().skip(1).find(|(_, byte)| {
            let closes = *byte == b'"' && !escaped;
            escaped = *byte == b'\\' && !escaped;
            closes
        });
        let Some((closing, _)) = closing else {
            let detail = format!(
                "The filter is malformed: the string that begins at position {position} has no closing quote."
            );
            return Err(Error::new(Kind::InvalidFilter, detail));
        };
        let quoted = self.take(closing + 1);
        serde_json::from_str(quoted).map(Token::Text).map_err(|_| {
            let detail = format!(
                "The filter is malformed: the string {} at position {position} is not a JSON string. Inside double \
                 quotes a backslash begins an escape such as \\\" or \\\\, and control characters are not allowed.",
                shortened(quoted)
            );
            Error::new(Kind::InvalidFilter, detail)
        })
    }

    /// Takes `bytes` bytes off the front.
    fn take(&mut self, bytes: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.position += taken.chars().count();
        self.rest = rest;
        taken
    }
}

fn ends_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | ')' | '[' | ']' | '"')
}

//! The grammar of RFC 7644 Figure 1 and Figure 7, by recursive descent of bounded depth.
//!
//! Letter case of keywords never matters, nor does the amount of white space. Every error names the position, what was
//! found and what was expected.

use crate::model::error::{Error, Kind, Result};
use crate::scim::deviations::{Deviation, Notes, Tolerance};
use crate::scim::filter::Limits;
use crate::scim::filter::ast::{Condition, Expression, Literal, Name, Operator, Test};
use crate::scim::filter::lexer::{Lexer, Token};

/// Reads the productions of the grammar, one method each.
pub(super) struct Parser<'t> {
    lexer: Lexer<'t>,
    /// The token that is next to be read.
    pub(super) token: Token<'t>,
    /// Where it begins.
    position: usize,
    limits: &'t Limits,
    tolerance: Tolerance,
    notes: &'t mut Notes,
    depth: usize,
    terms: usize,
    in_brackets: bool,
    /// What a malformed text is called where the parser is now.
    pub(super) kind: Kind,
}

impl<'t> Parser<'t> {
    pub(super) fn new(
        text: &'t str,
        limits: &'t Limits,
        tolerance: Tolerance,
        notes: &'t mut Notes,
    ) -> Result<Parser<'t>> {
        let mut lexer = Lexer::new(text);
        let (position, token) = lexer.next()?;
        let kind = Kind::InvalidFilter;
        Ok(Parser {
            lexer,
            token,
            position,
            limits,
            tolerance,
            notes,
            depth: 0,
            terms: 0,
            in_brackets: false,
            kind,
        })
    }

    pub(super) fn disjunction(&mut self) -> Result<Expression> {
        self.chain("or", Parser::conjunction, Expression::Or)
    }

    fn conjunction(&mut self) -> Result<Expression> {
        self.chain("and", Parser::factor, Expression::And)
    }

    /// One or more `part`s with `word` between them.
    fn chain(
        &mut self,
        word: &str,
        part: fn(&mut Self) -> Result<Expression>,
        join: fn(Vec<Expression>) -> Expression,
    ) -> Result<Expression> {
        let first = part(self)?;
        if !self.at_word(word) {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.at_word(word) {
            self.advance()?;
            parts.push(part(self)?);
        }
        Ok(join(parts))
    }

    fn factor(&mut self) -> Result<Expression> {
        if self.at_word("not") {
            self.advance()?;
            return Ok(Expression::Not(Box::new(self.group("\"(\" after \"not\"")?)));
        }
        match self.token {
            Token::Open => self.group("\"(\""),
            _ => self.term(),
        }
    }

    /// An expression in parentheses.
    fn group(&mut self, expected: &str) -> Result<Expression> {
        self.expect(Token::Open, expected)?;
        let inner = self.nested(Parser::disjunction)?;
        self.expect(Token::Close, "\"and\", \"or\" or \")\"")?;
        Ok(inner)
    }

    /// A test of an attribute, or a value path.
    fn term(&mut self) -> Result<Expression> {
        let attribute = self.name("an attribute name, \"not\" or \"(\"")?;
        if self.token != Token::OpenBracket {
            return Ok(Expression::Condition(Condition { attribute, test: self.test()? }));
        }
        let filter = Box::new(self.bracketed(|parser| parser.nested(Parser::disjunction))?);
        let sub = match self.sub_attribute()? {
            None => None,
            Some(attribute) => {
                self.grant(Deviation::TestAfterBrackets, |parser| {
                    parser.refused("a test behind the brackets is not in RFC 7644; put it inside them")
                })?;
                Some(Condition { attribute, test: self.test()? })
            }
        };
        Ok(Expression::Elements { attribute, filter, sub })
    }

    /// The filter between brackets of a PATCH path; `members[]` has none.
    pub(super) fn path_filter(&mut self) -> Result<Option<Expression>> {
        self.kind = Kind::InvalidFilter;
        let filter = self.bracketed(|parser| match parser.token {
            Token::CloseBracket => {
                let refusal = |parser: &Self| parser.unexpected("an attribute name, \"not\" or \"(\"");
                parser.grant(Deviation::EmptyBrackets, refusal).map(|()| None)
            }
            _ => parser.nested(Parser::disjunction).map(Some),
        })?;
        self.kind = Kind::InvalidPath;
        Ok(filter)
    }

    /// What `inner` reads between brackets.
    fn bracketed<T>(&mut self, inner: fn(&mut Self) -> Result<T>) -> Result<T> {
        if self.in_brackets {
            return Err(self.refused("brackets inside brackets are not allowed"));
        }
        self.expect(Token::OpenBracket, "\"[\"")?;
        self.in_brackets = true;
        let filter = inner(self)?;
        self.in_brackets = false;
        self.expect(Token::CloseBracket, "\"and\", \"or\" or \"]\"")?;
        Ok(filter)
    }

    /// The `.value` right after a closing bracket.
    pub(super) fn sub_attribute(&mut self) -> Result<Option<Name>> {
        let Token::Word(word) = self.token else { return Ok(None) };
        let Some(sub) = word.strip_prefix('.') else { return Ok(None) };
        let name = self.checked_name(sub, self.position + 1, "a sub-attribute name")?;
        self.advance()?;
        Ok(Some(name))
    }

    fn test(&mut self) -> Result<Test> {
        const EXPECTED: &str = "one of the operators eq, ne, co, sw, ew, gt, ge, lt, le, pr";
        let Token::Word(word) = self.token else { return Err(self.unexpected(EXPECTED)) };
        self.terms += 1;
        if self.terms > self.limits.terms {
            return Err(self.refused(&format!(
                "there are more than {} terms, the limit of this server",
                self.limits.terms
            )));
        }
        if word.eq_ignore_ascii_case("pr") {
            self.advance()?;
            return Ok(Test::Present);
        }
        let operator = Operator::from_keyword(word).ok_or_else(|| self.unexpected(EXPECTED))?;
        self.advance()?;
        Ok(Test::Compare(operator, self.literal()?))
    }

    fn literal(&mut self) -> Result<Literal> {
        let expected = "a value: a string in double quotes, a number, true, false or null";
        let literal = match &self.token {
            Token::Text(text) => Literal::Text(text.clone()),
            Token::Word(word) => self.word_literal(word, expected)?,
            _ => return Err(self.unexpected(expected)),
        };
        self.advance()?;
        Ok(literal)
    }

    /// A literal without quotes.
    fn word_literal(&mut self, word: &str, expected: &str) -> Result<Literal> {
        match word {
            "true" => Ok(Literal::Boolean(true)),
            "false" => Ok(Literal::Boolean(false)),
            "null" => Ok(Literal::Null),
            _ if word.starts_with('\'') => {
                Err(self.refused("strings stand in double quotes, not in single ones"))
            }
            _ => match serde_json::from_str(word) {
                Ok(number) => Ok(Literal::Number(number)),
                Err(_) => {
                    self.grant(Deviation::UnquotedLiteral, |parser| parser.unexpected(expected))?;
                    Ok(Literal::Text(word.to_owned()))
                }
            },
        }
    }

    pub(super) fn name(&mut self, expected: &str) -> Result<Name> {
        let Token::Word(word) = self.token else { return Err(self.unexpected(expected)) };
        let name = self.checked_name(word, self.position, expected)?;
        self.advance()?;
        Ok(name)
    }

    /// `text` as a name, if its characters are those of one; a URN may hold nearly any.
    fn checked_name(&self, text: &str, position: usize, expected: &str) -> Result<Name> {
        let is_urn = text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("urn:"));
        let fits = |index: usize, c: char| match index {
            0 => c.is_ascii_alphabetic() || c == '$',
            _ => is_urn || c.is_ascii_alphanumeric() || "$-_.:".contains(c),
        };
        match text.chars().enumerate().find(|(index, c)| !fits(*index, *c)) {
            Some((index, c)) => Err(self.malformed(position + index, &format!("\"{c}\""), expected)),
            None if text.is_empty() => Err(self.malformed(position, "nothing", expected)),
            None => Ok(Name { text: text.to_owned(), position }),
        }
    }

    /// Runs `inner` one level deeper.
    fn nested(&mut self, inner: fn(&mut Self) -> Result<Expression>) -> Result<Expression> {
        if self.depth == self.limits.depth {
            return Err(self.refused(&format!(
                "it nests deeper than {} levels, the limit of this server",
                self.limits.depth
            )));
        }
        self.depth += 1;
        let expression = inner(self)?;
        self.depth -= 1;
        Ok(expression)
    }

    fn at_word(&self, keyword: &str) -> bool {
        matches!(self.token, Token::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    fn expect(&mut self, token: Token<'t>, expected: &str) -> Result<()> {
        if self.token == token { self.advance() } else { Err(self.unexpected(expected)) }
    }

    fn advance(&mut self) -> Result<()> {
        (self.position, self.token) = self.lexer.next()?;
        Ok(())
    }

    fn grant(&mut self, deviation: Deviation, refusal: impl FnOnce(&Self) -> Error) -> Result<()> {
        let mut notes = std::mem::take(self.notes);
        let granted = self.tolerance.grant(deviation, &mut notes, || refusal(self));
        *self.notes = notes;
        granted
    }

    /// The next token is not what the grammar wants.
    pub(super) fn unexpected(&self, expected: &str) -> Error {
        self.malformed(self.position, &self.token.to_string(), expected)
    }

    fn malformed(&self, position: usize, found: &str, expected: &str) -> Error {
        let noun = noun(self.kind);
        Error::new(
            self.kind,
            format!("The {noun} is malformed at position {position}: found {found}, expected {expected}."),
        )
    }

    /// What stands here is well-formed, but not taken.
    fn refused(&self, reason: &str) -> Error {
        Error::new(
            self.kind,
            format!("The {} is refused at position {}: {reason}.", noun(self.kind), self.position),
        )
    }
}

pub(super) fn noun(kind: Kind) -> &'static str {
    if kind == Kind::InvalidPath { "path" } else { "filter" }
}

//! The two texts that are parsed: filters and PATCH paths.

use crate::model::error::{Error, Kind, Result};
use crate::scim::deviations::{Notes, Tolerance};
use crate::scim::filter::ast::{Expression, PatchPath};
use crate::scim::filter::grammar::{Parser, noun};
use crate::scim::filter::lexer::Token;
use crate::scim::filter::limits::Limits;

/// Parses the `filter` of a list or search (RFC 7644 §3.4.2.2).
///
/// # Errors
/// [`Kind::InvalidFilter`] when it is empty, malformed or over one of the limits.
pub fn parse_filter(
    text: &str,
    limits: &Limits,
    tolerance: Tolerance,
    notes: &mut Notes,
) -> Result<Expression> {
    if text.trim().is_empty() {
        let detail = "The filter is empty. Leave the parameter out to get everything, or give a filter such as \
                      userName eq \"jane@example.com\".";
        return Err(Error::new(Kind::InvalidFilter, detail));
    }
    check_length(text, limits, Kind::InvalidFilter)?;
    let mut parser = Parser::new(text, limits, tolerance, notes)?;
    let expression = parser.disjunction()?;
    match parser.token {
        Token::End => Ok(expression),
        _ => {
            Err(parser
                .unexpected("\"and\", \"or\" or the end (a value with spaces must stand in double quotes)"))
        }
    }
}

/// Parses the `path` of a PATCH operation (RFC 7644 §3.5.2).
///
/// # Errors
/// [`Kind::InvalidPath`] when it is malformed, [`Kind::InvalidFilter`] when the part between brackets is.
pub fn parse_path(text: &str, limits: &Limits, tolerance: Tolerance, notes: &mut Notes) -> Result<PatchPath> {
    check_length(text, limits, Kind::InvalidPath)?;
    let mut parser = Parser::new(text, limits, tolerance, notes)?;
    parser.kind = Kind::InvalidPath;
    let attribute = parser.name("an attribute name")?;
    let mut path = PatchPath { attribute, filter: None, sub: None };
    if parser.token == Token::OpenBracket {
        path.filter = parser.path_filter()?;
        path.sub = parser.sub_attribute()?;
        if path.filter.is_none()
            && let Some(sub) = path.sub.take()
        {
            // Empty brackets select everything, as no brackets do: one meaning, one form.
            path.attribute.text = format!("{}.{}", path.attribute.text, sub.text);
        }
    }
    match parser.token {
        Token::End => Ok(path),
        _ => Err(parser.unexpected("the end of the path")),
    }
}

fn check_length(text: &str, limits: &Limits, kind: Kind) -> Result<()> {
    if text.len() <= limits.bytes {
        return Ok(());
    }
    let detail =
        format!("The {} is longer than {} bytes, the limit of this server.", noun(kind), limits.bytes);
    Err(Error::new(kind, detail))
}

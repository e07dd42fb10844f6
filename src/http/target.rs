//! The target of a request → path segments and query (RFC 3986): split first, then decoded, once.
//!
//! Base-URL quirks are not errors: `//`, a slash at the end and empty parts of the query always work (scim.md).

use std::borrow::Cow;

use crate::model::call::Query;
use crate::model::error::{Error, Kind, Result};

/// A decoded target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The path's segments, empty ones left out.
    pub segments: Vec<String>,
    /// The query's parameters, in order.
    pub query: Query,
}

/// Whether a plus sign is a space.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Plus {
    Space,
    Plus,
}

impl Target {
    /// Decodes a target in origin form.
    ///
    /// # Errors
    /// `InvalidSyntax` naming the place where bytes are not UTF-8 or a percent sign stands alone.
    pub fn parse(raw: &str) -> Result<Target> {
        let (path, query) = raw.split_once('?').unwrap_or((raw, ""));
        let segments = path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(|segment| decode(segment, Plus::Plus, "path"))
            .collect::<Result<Vec<String>>>()?;
        // Who writes %20 for a space means a plus by a plus: addresses with one arrive unharmed (scim.md).
        let plus = if query.contains("%20") { Plus::Plus } else { Plus::Space };
        let parameters = query
            .split('&')
            .filter(|part| !part.is_empty())
            .map(|part| {
                let (name, value) = part.split_once('=').unwrap_or((part, ""));
                let name = decode(name, plus, "query")?;
                let value = decode(value, plus, &format!("query, parameter \"{name}\""))?;
                Ok((name, value))
            })
            .collect::<Result<Vec<(String, String)>>>()?;
        Ok(Target { segments, query: Query(parameters) })
    }
}

fn decode(text: &str, plus: Plus, place: &str) -> Result<String> {
    let text: Cow<'_, str> = if plus == Plus::Space { text.replace('+', " ").into() } else { text.into() };
    if !text.contains('%') {
        return Ok(text.into_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes().enumerate();
    while let Some((at, byte)) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|(_, byte)| char::from(byte).to_digit(16));
        let decoded = digit().zip(digit()).and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
        bytes.push(decoded.ok_or_else(|| {
            Error::new(
                Kind::InvalidSyntax,
                format!(
                    "The URL's {place} has a \"%\" without two hexadecimal digits at character {}.",
                    at + 1
                ),
            )
        })?);
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Error::new(
            Kind::InvalidSyntax,
            format!(
                "The URL's {place} is not UTF-8: the byte after {at} decoded bytes does not belong there."
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(raw: &str) -> Vec<(String, String)> {
        Target::parse(raw).unwrap().query.0
    }

    fn value(raw: &str) -> String {
        query(raw).into_iter().next().unwrap().1
    }

    #[test]
    fn slashes_double_and_at_the_end_do_not_count() {
        assert_eq!(Target::parse("/scim/v2//Users/").unwrap().segments, ["scim", "v2", "Users"]);
    }

    #[test]
    fn an_encoded_slash_is_part_of_its_segment() {
        assert_eq!(Target::parse("/Users/a%2Fb").unwrap().segments, ["Users", "a/b"]);
    }

    #[test]
    fn a_value_keeps_its_equals_signs_and_empty_parts_are_nothing() {
        assert_eq!(value("/Users?cursor=YQ=="), "YQ==");
        assert_eq!(query("/Users?&a=1&").len(), 1);
        assert_eq!(query("/Users?").len(), 0);
        assert_eq!(query("/Users?aadOptscim062020"), [("aadOptscim062020".to_owned(), String::new())]);
    }

    #[test]
    fn a_plus_is_a_space_unless_spaces_are_written_otherwise() {
        assert_eq!(value("/Users?filter=userName+eq+%22a%2Bb@x.de%22"), "userName eq \"a+b@x.de\"");
        assert_eq!(value("/Users?filter=userName%20eq%20%22a+b@x.de%22"), "userName eq \"a+b@x.de\"");
    }

    #[test]
    fn what_cannot_be_decoded_is_refused_with_its_place() {
        let detail = Target::parse("/Users?filter=%FF").unwrap_err().detail;
        assert!(detail.contains("parameter \"filter\" is not UTF-8"), "{detail}");
        assert!(Target::parse("/Users/%zz").unwrap_err().detail.contains("path"), "a lone percent sign");
    }
}

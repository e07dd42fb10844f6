//! Values of the simple types (RFC 7643 §2.3).

use serde_json::Value;

use super::place::Place;
use super::read::Reader;
use crate::model::attribute::{Attribute, Type};
use crate::model::error::Result;
use crate::model::time::Timestamp;
use crate::scim::deviations::Deviation;

/// The value of an attribute that is not complex.
///
/// # Errors
/// `InvalidValue` when it is not of the attribute's type.
pub(super) fn read(reader: &mut Reader, attribute: &Attribute, value: Value, place: &Place) -> Result<Value> {
    let is_right = match (attribute.ty, &value) {
        (Type::String | Type::Reference, Value::String(text)) => {
            if text.contains('\0') {
                return Err(place.invalid("the string holds the character U+0000, which cannot be stored."));
            }
            true
        }
        (Type::DateTime, Value::String(text)) => Timestamp::parse(text).is_some(),
        (Type::Binary, Value::String(text)) => is_base64(text),
        (Type::Boolean, Value::String(text)) => {
            let Some(boolean) = boolean_word(text) else {
                return Err(place.expected(words(Type::Boolean), &value));
            };
            reader.grant(Deviation::StringBoolean, || place.expected(words(Type::Boolean), &value))?;
            return Ok(Value::Bool(boolean));
        }
        (Type::Boolean, Value::Bool(_)) => true,
        (Type::Integer, Value::Number(number)) => number.is_i64() || number.is_u64(),
        (Type::Decimal, Value::Number(_)) => true,
        _ => false,
    };
    if is_right { Ok(value) } else { Err(place.expected(words(attribute.ty), &value)) }
}

/// A boolean sent as a string, in any letter case.
pub(in crate::scim) fn boolean_word(text: &str) -> Option<bool> {
    [("true", true), ("false", false)]
        .into_iter()
        .find_map(|(word, value)| word.eq_ignore_ascii_case(text).then_some(value))
}

/// The alphabet of RFC 4648 §4 and §5; padding stands at the end and may be missing.
fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    text.len() - digits.len() <= 2
        && digits.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_'))
}

fn words(ty: Type) -> &'static str {
    match ty {
        Type::String => "a string",
        Type::Boolean => "true or false",
        Type::Decimal => "a number",
        Type::Integer => "a whole number",
        Type::DateTime => "a date-time such as \"2026-01-31T09:30:00Z\"",
        Type::Binary => "a string in base64",
        Type::Reference => "a string that is a URI",
        Type::Complex => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_told_by_its_alphabet_and_padding_rfc_7643_2_3_6() {
        for good in ["", "TQ==", "TWE=", "TWFu", "TWE", "-_-_"] {
            assert!(is_base64(good), "{good}");
        }
        for bad in ["T===", "T=Q", "-----BEGIN CERTIFICATE-----", "TW Fu"] {
            assert!(!is_base64(bad), "{bad}");
        }
    }
}

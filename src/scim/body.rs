//! Bodies of requests → JSON.

use serde_json::Value;

use crate::model::call::Call;
use crate::model::error::{Error, Kind, Result};
use crate::model::unique::Unique;
use crate::scim::deviations::{Deviation, Notes};
use crate::scim::service::{Scim, log_notes};

/// Reads a request's body as JSON.
///
/// # Errors
/// `UnsupportedMediaType` for another media type than SCIM's or JSON's; `InvalidSyntax` for what is not JSON, with the
/// position, for JSON nested deeper than the limit, and for an object that names a member twice.
pub fn json(scim: &Scim, call: &Call) -> Result<Value> {
    match call.header("content-type") {
        Some(media_type) => check_media_type(&media_type)?,
        None => {
            let refusal = || unsupported("nothing");
            let mut notes = Notes::default();
            scim.schemas.tolerance().grant(Deviation::NoContentType, &mut notes, refusal)?;
            log_notes(call.log.as_deref(), &notes);
        }
    }
    if call.body.is_empty() {
        return Err(Error::new(
            Kind::InvalidSyntax,
            "The request has no body. Send the resource as a JSON object.",
        ));
    }
    check_depth(&call.body, scim.settings.json_depth)?;
    serde_json::from_slice(&call.body).map(|Unique(value)| value).map_err(|error| {
        let what = if error.is_data() { "The body is refused" } else { "The body is not JSON" };
        Error::new(Kind::InvalidSyntax, format!("{what}: {error}. Nothing was changed."))
    })
}

fn check_media_type(media_type: &str) -> Result<()> {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "application/scim+json" | "application/json" | "" => Ok(()),
        _ => Err(unsupported(&format!("\"{media_type}\""))),
    }
}

fn unsupported(found: &str) -> Error {
    Error::new(
        Kind::UnsupportedMediaType,
        format!("Content-Type: found {found}, expected application/scim+json or application/json."),
    )
}

/// Counts brackets outside strings, without building anything.
fn check_depth(body: &[u8], limit: usize) -> Result<()> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in body {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > limit {
            return Err(Error::new(
                Kind::InvalidSyntax,
                format!("The body is nested deeper than {limit} levels, which no SCIM resource is."),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_counts_brackets_outside_strings_only() {
        assert!(check_depth(br#"{"a": "[[[[[[[\"[["}"#, 1).is_ok());
        assert!(check_depth(b"[[[]]]", 2).is_err());
        assert!(check_depth(b"[[],[],[]]", 2).is_ok());
    }

    #[test]
    fn both_media_types_with_any_parameters_are_taken() {
        for fine in ["application/scim+json", "application/json; charset=utf-8", "Application/JSON;q=1"] {
            assert_eq!(check_media_type(fine), Ok(()));
        }
        assert_eq!(check_media_type("text/xml").unwrap_err().kind, Kind::UnsupportedMediaType);
    }
}

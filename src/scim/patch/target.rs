//! A PATCH path → the attribute that it means.

use super::paths::WrittenPath;
use crate::model::attribute::{Attribute, Mutability};
use crate::model::error::{Error, Kind, Result};
use crate::scim::deviations::Deviation;
use crate::scim::filter::{Expression, PatchPath};
use crate::scim::schema::{Reader, Resolved, ResourceKind, Short, UnknownAttributes};

/// Where an operation works.
pub(super) struct Target<'a> {
    /// The extension that holds the attribute.
    pub extension: Option<&'a Attribute>,
    /// The attribute; the extension itself where the path is its URN.
    pub attribute: &'a Attribute,
    /// Which elements of a multi-valued attribute.
    pub filter: Option<&'a Expression>,
    /// The sub-attribute.
    pub sub: Option<&'a Attribute>,
    /// The path as written.
    pub text: &'a str,
}

impl<'a> Target<'a> {
    /// What `written` means; `None`, noted, when no schema declares it.
    ///
    /// # Errors
    /// `InvalidPath` when no schema declares it and unknown paths are refused, and for brackets after an attribute that is
    /// not multi-valued.
    pub(super) fn resolve<'s: 'a>(
        reader: &mut Reader<'s>,
        kind: ResourceKind,
        written: &'a WrittenPath,
    ) -> Result<Option<Target<'a>>> {
        let schemas = reader.schemas;
        let WrittenPath { text, path: PatchPath { attribute: name, filter, sub } } = written;
        // An alias is good enough to look for a value; writing through it would be guesswork.
        let resolved =
            schemas.resolve(kind, &name.text).filter(|found| found.deviation != Some(Deviation::EmailAlias));
        let Some(resolved) = resolved else { return unknown(reader, text) };
        let resolved = resolved.granted(schemas.tolerance(), &mut reader.notes, || undeclared(text))?;
        let Resolved { extension, attribute, sub: dotted, .. } = resolved;
        let extension = extension
            .and_then(|urn| schemas.shape(kind).extension(urn))
            .filter(|extension| !std::ptr::eq(*extension, attribute));
        let sub = match (dotted, sub) {
            (dotted, None) => dotted,
            (None, Some(sub)) => match attribute.sub(&sub.text) {
                Some(sub) => Some(sub),
                None => return unknown(reader, text),
            },
            (Some(_), Some(_)) => return Err(misplaced_filter(text)),
        };
        let target = Target { extension, attribute, filter: filter.as_ref(), sub, text };
        if target.filter.is_some() && (!attribute.multi_valued || dotted.is_some()) {
            return Err(misplaced_filter(text));
        }
        Ok(Some(target))
    }

    /// Whether the server alone sets what the path names.
    pub(super) fn is_read_only(&self) -> bool {
        [Some(self.attribute), self.sub].into_iter().flatten().any(|a| a.mutability == Mutability::ReadOnly)
    }
}

fn unknown<'a>(reader: &mut Reader, text: &str) -> Result<Option<Target<'a>>> {
    if reader.schemas.settings().unknown_attributes == UnknownAttributes::Reject {
        return Err(undeclared(text));
    }
    reader.grant(Deviation::UnknownPath, || undeclared(text))?;
    reader
        .notes
        .remark(format!("No schema declares the path \"{}\"; the operation was left out.", Short(text)));
    Ok(None)
}

fn undeclared(text: &str) -> Error {
    let detail = format!(
        "No schema of this server declares the path \"{}\". /Schemas lists the attributes that exist.",
        Short(text)
    );
    Error::new(Kind::InvalidPath, detail).at(Short(text).to_string())
}

fn misplaced_filter(text: &str) -> Error {
    let detail = format!(
        "The path \"{}\" has a filter where there is no list to choose from. Expected brackets right after a \
         multi-valued attribute, as in emails[type eq \"work\"].value.",
        Short(text)
    );
    Error::new(Kind::InvalidPath, detail).at(Short(text).to_string())
}

//! The paths of one PATCH, which together may cost no more than a bounded time to parse.

use crate::model::error::{Error, Kind, Result};
use crate::scim::deviations::{Notes, Tolerance};
use crate::scim::filter::{Limits, PatchPath, parse_path};

/// How long the paths of one request may be together, in bytes: enough for as many operations as there may be, each on a
/// member by its id.
const BYTES: usize = 128 << 10;
/// How many tests of attributes they may have together.
const TERMS: usize = 1000;

/// A path with the text that it was parsed from, for errors.
#[derive(Clone, Debug)]
pub(super) struct WrittenPath {
    pub text: String,
    pub path: PatchPath,
}

/// Parses the paths of one request as long as they are within bounds.
#[derive(Clone, Debug)]
pub(super) struct Paths {
    limits: Limits,
    bytes: usize,
    terms: usize,
}

impl Paths {
    pub(super) fn new(limits: Limits) -> Paths {
        Paths { limits, bytes: 0, terms: 0 }
    }

    /// Parses the next path of the request.
    ///
    /// # Errors
    /// `InvalidPath` and `InvalidFilter` as [`parse_path`]; `TooMany` when the paths so far exceed a bound.
    pub(super) fn parse(
        &mut self,
        text: String,
        tolerance: Tolerance,
        notes: &mut Notes,
    ) -> Result<WrittenPath> {
        self.bytes = self.bytes.saturating_add(text.len());
        within(self.bytes, BYTES, "bytes")?;
        let path = parse_path(&text, &self.limits, tolerance, notes)?;
        self.terms += path.filter.as_ref().map_or(0, |filter| filter.terms());
        within(self.terms, TERMS, "terms in brackets")?;
        Ok(WrittenPath { text, path })
    }
}

fn within(found: usize, most: usize, what: &str) -> Result<()> {
    if found <= most {
        return Ok(());
    }
    let detail = format!(
        "The paths of this request have more than {most} {what} together, the limit of this server. Split the request into \
         several."
    );
    Err(Error::new(Kind::TooMany, detail))
}

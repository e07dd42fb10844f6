//! What a filter may cost, and how liberally it is read.

/// How large a filter may be, and how liberally it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest text, in bytes.
    pub bytes: usize,
    /// How deep parentheses, brackets and `not` may nest.
    pub depth: usize,
    /// How many tests of attributes there may be.
    pub terms: usize,
    /// Whether words without quotes are taken as strings, `emails[...].value eq` as a test and `members[]` as a path.
    pub lenient: bool,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { bytes: 8192, depth: 32, terms: 200, lenient: true }
    }
}

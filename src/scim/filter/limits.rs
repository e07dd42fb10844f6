//! What a filter may cost.

/// How large a filter or path may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest text, in bytes.
    pub bytes: usize,
    /// How deep parentheses, brackets and `not` may nest.
    pub depth: usize,
    /// How many tests of attributes there may be.
    pub terms: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { bytes: 8192, depth: 32, terms: 200 }
    }
}

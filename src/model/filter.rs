//! Filters and sort orders after every name has been looked up and every literal checked: what `scim` asks of `store`.
//!
//! A filter is two-valued: it holds for a resource or it does not. A test of an attribute that has no value does not
//! hold, so `Not` of one does. RFC 7644's `ne` and `null` are already gone: they are `Not`s here.

use crate::model::time::Timestamp;

/// A filter of resources of one kind, or of the elements of one of their attributes.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// All hold; of none, always.
    And(Vec<Filter>),
    /// One holds; of none, never.
    Or(Vec<Filter>),
    /// It does not hold.
    Not(Box<Filter>),
    /// The value at `path` satisfies `test`.
    Test {
        /// Where the value is.
        path: Path,
        /// What it must satisfy.
        test: Test,
    },
    /// One element of the array at `path` satisfies `element`, whose paths start at the element and which holds no
    /// further `Any`.
    Any {
        /// Where the array is.
        path: Path,
        /// What one element must satisfy.
        element: Box<Filter>,
    },
}

impl Filter {
    /// The filter that holds for nothing.
    pub const NEVER: Filter = Filter::Or(Vec::new());
}

/// The keys that lead from a resource's JSON object to a value, in the letter case of the schema. The empty path is the
/// value itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(pub Vec<String>);

/// What a value must satisfy. A value that is absent or `null` satisfies none of these.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// It is not an empty string, and if it is an object or an array, something in it is present.
    Present,
    /// It is this boolean.
    Boolean(bool),
    /// It is a number that stands in this relation to the given one.
    Number(Relation, f64),
    /// It is a date-time whose instant stands in this relation to the given one.
    Instant(Relation, Timestamp),
    /// It is text that stands in this relation to the given one.
    Text(TextRelation, Text),
}

/// How a value stands to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// The same.
    Equal,
    /// Above it.
    Greater,
    /// Above it or the same.
    GreaterOrEqual,
    /// Below it.
    Less,
    /// Below it or the same.
    LessOrEqual,
}

/// How a text stands to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextRelation {
    /// In the order of code points.
    Ordered(Relation),
    /// Contains it.
    Contains,
    /// Starts with it.
    StartsWith,
    /// Ends with it.
    EndsWith,
}

/// Text to compare with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// Letter case counts.
    Exact(String),
    /// Letter case does not count; the text is folded already ([`crate::model::fold::fold`]), values are to be.
    Folded(String),
}

/// An order of resources. Those without a value come last ascending and first descending (RFC 7644 §3.4.2.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sort {
    /// What they are ordered by; nothing when resources of this kind have no such attribute.
    pub key: Option<SortKey>,
    /// Whether the largest comes first.
    pub descending: bool,
}

/// The value that resources are ordered by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SortKey {
    /// The array whose primary, or else first, element counts; none for a value that stands alone.
    pub array: Option<Path>,
    /// Where the value is, from the element if there is an array.
    pub path: Path,
    /// How values compare.
    pub collation: Collation,
}

/// How values compare in a sort order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Collation {
    /// As text, letter case counts.
    Exact,
    /// As text, folded.
    Folded,
    /// As instants.
    Instant,
    /// As numbers, or false before true.
    Number,
}

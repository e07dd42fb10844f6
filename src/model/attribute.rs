//! The shape of schema attributes (RFC 7643 §2.2 and §7). The tables of attributes are in `scim::schema`.

use std::borrow::Cow;

/// Data type of an attribute (RFC 7643 §2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// UTF-8 text.
    String,
    /// `true` or `false`.
    Boolean,
    /// A real number.
    Decimal,
    /// A whole number.
    Integer,
    /// An RFC 3339 date-time.
    DateTime,
    /// Base64.
    Binary,
    /// A URI.
    Reference,
    /// An object of sub-attributes.
    Complex,
}

/// Who may set an attribute (RFC 7643 §7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutability {
    /// Only the server.
    ReadOnly,
    /// The client, at any time.
    ReadWrite,
    /// The client, once.
    Immutable,
    /// The client, and nobody reads it.
    WriteOnly,
}

/// When an attribute is in an answer (RFC 7643 §7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returned {
    /// In every answer, whatever the projection.
    Always,
    /// In none.
    Never,
    /// Unless excluded.
    Default,
    /// Only when asked for.
    Request,
}

/// Where a value must be unique (RFC 7643 §7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uniqueness {
    /// Nowhere.
    None,
    /// Within the organization.
    Server,
    /// Everywhere.
    Global,
}

/// One attribute of a schema: everything that validation, projection, filters, PATCH and `/Schemas` need to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// The name as the RFC writes it; compared without case. An extension is a complex attribute named by its URN,
    /// which may come from the configuration.
    pub name: Cow<'static, str>,
    /// Data type.
    pub ty: Type,
    /// Whether the value is an array.
    pub multi_valued: bool,
    /// For the person reading `/Schemas`.
    pub description: &'static str,
    /// Whether a resource must have it.
    pub required: bool,
    /// Whether letter case counts in comparisons.
    pub case_exact: bool,
    /// Who may set it.
    pub mutability: Mutability,
    /// When it is returned.
    pub returned: Returned,
    /// Where it is unique.
    pub uniqueness: Uniqueness,
    /// Suggested or, where the RFC says so, allowed values.
    pub canonical_values: &'static [&'static str],
    /// For references: `User`, `Group`, `external`, `uri`.
    pub reference_types: &'static [&'static str],
    /// For complex attributes.
    pub sub_attributes: Vec<Attribute>,
}

impl Attribute {
    /// The sub-attribute of that name, compared without case (RFC 7643 §2.1).
    pub fn sub(&self, name: &str) -> Option<&Attribute> {
        self.sub_attributes.iter().find(|sub| sub.name.eq_ignore_ascii_case(name))
    }

    /// Whether values are objects.
    pub fn is_complex(&self) -> bool {
        self.ty == Type::Complex
    }
}

//! The notation in which the tables of attributes are written.
//!
//! An attribute starts with what RFC 7643 §2.2 gives by default (optional, single-valued, readWrite, returned by
//! default, not unique, letter case of no account); a table says only what differs.

use std::borrow::Cow;

use crate::model::attribute::{Attribute, Mutability, Returned, Type, Uniqueness};

/// An attribute of simple type `ty` with the defaults of RFC 7643 §2.2.
///
/// References and binaries compare with case (RFC 7643 §2.3.6 and §2.3.7).
fn simple(ty: Type, name: impl Into<Cow<'static, str>>, description: &'static str) -> Attribute {
    Attribute {
        name: name.into(),
        ty,
        multi_valued: false,
        description,
        required: false,
        case_exact: matches!(ty, Type::Reference | Type::Binary),
        mutability: Mutability::ReadWrite,
        returned: Returned::Default,
        uniqueness: Uniqueness::None,
        canonical_values: &[],
        reference_types: &[],
        sub_attributes: Vec::new(),
    }
}

/// Text.
pub(super) fn string(name: &'static str, description: &'static str) -> Attribute {
    simple(Type::String, name, description)
}

/// `true` or `false`.
pub(super) fn boolean(name: &'static str, description: &'static str) -> Attribute {
    simple(Type::Boolean, name, description)
}

/// A whole number.
pub(super) fn integer(name: &'static str, description: &'static str) -> Attribute {
    simple(Type::Integer, name, description)
}

/// An RFC 3339 date-time.
pub(super) fn date_time(name: &'static str, description: &'static str) -> Attribute {
    simple(Type::DateTime, name, description)
}

/// Base64.
pub(super) fn binary(name: &'static str, description: &'static str) -> Attribute {
    simple(Type::Binary, name, description)
}

/// A URI that points at one of `to`.
pub(super) fn reference(
    name: &'static str,
    to: &'static [&'static str],
    description: &'static str,
) -> Attribute {
    Attribute { reference_types: to, ..simple(Type::Reference, name, description) }
}

/// An object of `sub_attributes`.
pub(super) fn complex(
    name: impl Into<Cow<'static, str>>,
    description: &'static str,
    sub_attributes: Vec<Attribute>,
) -> Attribute {
    Attribute { sub_attributes, ..simple(Type::Complex, name, description) }
}

/// An array of objects of `value`, `display`, `type` and `primary` (RFC 7643 §2.4).
pub(super) fn plural(
    name: &'static str,
    description: &'static str,
    value: Attribute,
    types: &'static [&'static str],
) -> Attribute {
    complex(name, description, vec![value, display(), type_of(types), primary()]).many()
}

/// The `display` of RFC 7643 §2.4.
pub(super) fn display() -> Attribute {
    string("display", "The value in words, for people to read.")
}

/// The `type` of RFC 7643 §2.4.
pub(super) fn type_of(types: &'static [&'static str]) -> Attribute {
    string("type", "What the value is used for.").one_of(types)
}

/// The `primary` of RFC 7643 §2.4.
pub(super) fn primary() -> Attribute {
    boolean("primary", "Whether this is the preferred value; at most one is.")
}

impl Attribute {
    /// Holds an array.
    pub(super) fn many(self) -> Attribute {
        Attribute { multi_valued: true, ..self }
    }

    /// A resource must have it.
    pub(super) fn required(self) -> Attribute {
        Attribute { required: true, ..self }
    }

    /// Compares with case.
    pub(super) fn case_exact(self) -> Attribute {
        Attribute { case_exact: true, ..self }
    }

    /// May be set only as `mutability` says; so may everything in it.
    pub(super) fn mutability(self, mutability: Mutability) -> Attribute {
        let within = |sub: Attribute| sub.mutability(mutability);
        Attribute {
            mutability,
            sub_attributes: self.sub_attributes.into_iter().map(within).collect(),
            ..self
        }
    }

    /// Set by the server, with everything in it.
    pub(super) fn read_only(self) -> Attribute {
        self.mutability(Mutability::ReadOnly)
    }

    /// Set once.
    pub(super) fn immutable(self) -> Attribute {
        self.mutability(Mutability::Immutable)
    }

    /// Is in answers as `returned` says.
    pub(super) fn returned(self, returned: Returned) -> Attribute {
        Attribute { returned, ..self }
    }

    /// Is unique as far as `uniqueness` says.
    pub(super) fn unique(self, uniqueness: Uniqueness) -> Attribute {
        Attribute { uniqueness, ..self }
    }

    /// Has these canonical values.
    pub(super) fn one_of(self, canonical_values: &'static [&'static str]) -> Attribute {
        Attribute { canonical_values, ..self }
    }
}

//! `sortBy` to a typed sort order (RFC 7644 §3.4.2.3).

use crate::model::attribute::{Attribute, Type};
use crate::model::error::{Error, Kind, Result};
use crate::model::filter::{Collation, Sort, SortKey};
use crate::scim::deviations::Deviation;
use crate::scim::filter::resolve::{NAMES, Reach, Resolver, other};
use crate::scim::filter::target::Target;
use crate::scim::schema::ResourceKind;

impl Resolver<'_> {
    /// The order that `sortBy` and `sortOrder` ask for.
    ///
    /// # Errors
    /// [`Kind::InvalidPath`] for an attribute that no schema declares and for a complex one that has no `value`.
    pub fn sort(&mut self, sort_by: &str, descending: bool) -> Result<Sort> {
        let schemas = self.schemas;
        let Some(resolved) = schemas.resolve(self.kind, sort_by) else {
            let elsewhere = self.reach == Reach::Root && schemas.resolve(other(self.kind), sort_by).is_some();
            return if elsewhere {
                Ok(Sort { key: None, descending })
            } else {
                Err(unknown(sort_by, self.kind))
            };
        };
        let undeclared = || unknown(sort_by, self.kind);
        let resolved = resolved.granted(schemas.tolerance(), self.notes, undeclared)?;
        let mut target = Target::of(&resolved);
        if let Some(complex) = Some(target.attribute).filter(|attribute| attribute.is_complex()) {
            let refusal = || no_order(sort_by, complex);
            let value = complex.sub("value").ok_or_else(refusal)?;
            if !complex.multi_valued {
                schemas.tolerance().grant(Deviation::ValueOfComplex, self.notes, refusal)?;
            }
            target = target.within(value);
        }
        let collation = collation(target.attribute);
        let (array, path) = target.place();
        Ok(Sort { key: Some(SortKey { array, path, collation }), descending })
    }
}

fn unknown(sort_by: &str, kind: ResourceKind) -> Error {
    let kind = kind.as_str();
    let detail =
        format!("sortBy is refused: no schema declares \"{sort_by}\" for {kind} resources. {NAMES}.");
    Error::new(Kind::InvalidPath, detail)
}

fn collation(attribute: &Attribute) -> Collation {
    match attribute.ty {
        Type::Boolean | Type::Integer | Type::Decimal => Collation::Number,
        Type::DateTime => Collation::Instant,
        Type::String | Type::Reference | Type::Binary | Type::Complex if attribute.case_exact => {
            Collation::Exact
        }
        Type::String | Type::Reference | Type::Binary | Type::Complex => Collation::Folded,
    }
}

fn no_order(sort_by: &str, complex: &Attribute) -> Error {
    let subs: Vec<&str> = complex.sub_attributes.iter().map(|sub| sub.name.as_ref()).collect();
    let detail = format!(
        "sortBy is refused: \"{sort_by}\" is complex; name one of its sub-attributes ({}), as in {sort_by}.{}.",
        subs.join(", "),
        subs.first().unwrap_or(&"value")
    );
    Error::new(Kind::InvalidPath, detail)
}

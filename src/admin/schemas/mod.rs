//! The shapes of what the admin API takes and gives, as data: one file per group of nouns. `/api/openapi.json` shows them,
//! and the tests hold every answer against them.

mod events;
mod explanations;
mod mapping;
mod notation;
mod people;
mod previews;
mod tenants;
mod traffic;

pub use events::body as event_body;
pub use notation::{Schema, put_members, typed};

/// All shapes.
const ALL: &[&[Schema]] = &[
    tenants::SCHEMAS,
    people::SCHEMAS,
    mapping::SCHEMAS,
    previews::SCHEMAS,
    explanations::SCHEMAS,
    traffic::SCHEMAS,
];

/// Every shape.
pub fn all() -> impl Iterator<Item = &'static Schema> {
    ALL.iter().copied().flatten()
}

/// The shape of that name.
pub fn find(name: &str) -> Option<&'static Schema> {
    all().find(|schema| schema.name == name)
}

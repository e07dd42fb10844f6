//! The values that sort orders order by.

use crate::model::filter::{Collation, Sort, SortKey};
use crate::store::filter::operand::{Operand, Scope, json_path};
use crate::store::filter::sql::{Context, Sql};
use crate::store::filter::tables::{GROUPS, Table, USERS};

/// What `sort` orders rows of `users u` by; NULL where a user has no such value. The direction and the place of those
/// without a value are the caller's.
pub fn users_key(sort: &Sort, context: &Context<'_>) -> Sql {
    key(sort, &USERS, context)
}

/// What `sort` orders rows of `groups g` by; otherwise as [`users_key`].
pub fn groups_key(sort: &Sort, context: &Context<'_>) -> Sql {
    key(sort, &GROUPS, context)
}

fn key(sort: &Sort, table: &Table, context: &Context<'_>) -> Sql {
    let Some(SortKey { array, path, collation }) = &sort.key else { return Sql::text("NULL") };
    let value = |scope: Scope<'_>| collated(Operand::at(path, scope, context), *collation);
    let relation = &table.relation;
    match array {
        None => value(Scope::Resource(table)),
        Some(array) if array.0.iter().eq([relation.attribute]) => Sql::text("(SELECT ")
            .and_then(value(Scope::Row(relation)))
            .then(" FROM ")
            .then(relation.rows)
            .then(" ORDER BY ")
            .then(relation.order)
            .then(" LIMIT 1)"),
        Some(array) => Sql::text("(SELECT ")
            .and_then(value(Scope::JsonElement))
            .then(" FROM ")
            .and_then(Sql::bound(table.json_elements, json_path(array)))
            .then(" ORDER BY CASE e.type WHEN 'object' THEN json_extract(e.value, '$.primary') END IS NOT 1, e.key LIMIT 1)"),
    }
}

fn collated(operand: Operand, collation: Collation) -> Sql {
    match collation {
        Collation::Exact | Collation::Number => operand.value(),
        Collation::Folded => operand.folded(),
        Collation::Instant => operand.instant(),
    }
}

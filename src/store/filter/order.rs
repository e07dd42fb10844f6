//! Sort orders.

use rusqlite::types::Value;

use crate::model::filter::{Collation, Sort, SortKey};
use crate::store::filter::operand::{Operand, Scope, json_path};
use crate::store::filter::sql::{Context, Sql};
use crate::store::filter::tables::{GROUPS, Table, USERS};

/// An order of rows. The query selects `key` as `sort_key` and orders by `clause`, which ends with the row number, so
/// that equal keys have an order too.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// The value that is ordered by, NULL where a resource has none.
    pub key: Sql,
    /// What follows `ORDER BY`.
    pub clause: &'static str,
    descending: bool,
    row: &'static str,
}

/// The order that `sort` is for rows of `users u`.
pub fn users_order(sort: &Sort, context: &Context<'_>) -> Order {
    let clause =
        if sort.descending { "sort_key DESC NULLS FIRST, u.id" } else { "sort_key ASC NULLS LAST, u.id" };
    Order { key: key(sort, &USERS, context), clause, descending: sort.descending, row: USERS.row }
}

/// The order that `sort` is for rows of `groups g`.
pub fn groups_order(sort: &Sort, context: &Context<'_>) -> Order {
    let clause =
        if sort.descending { "sort_key DESC NULLS FIRST, g.id" } else { "sort_key ASC NULLS LAST, g.id" };
    Order { key: key(sort, &GROUPS, context), clause, descending: sort.descending, row: GROUPS.row }
}

impl Order {
    /// The condition for the rows that come after the one with this `sort_key` and row number.
    pub fn after(&self, key: Value, row: i64) -> Sql {
        let later_row =
            |text: &'static str| Sql::text(text).then(self.row).and_then(Sql::bound(" > ?)", row));
        match (key, self.descending) {
            (Value::Null, false) => later_row("(sort_key IS NULL AND "),
            (Value::Null, true) => later_row("(sort_key IS NOT NULL OR "),
            (key, false) => Sql::bound("(sort_key IS NULL OR sort_key > ? OR ", key.clone())
                .and_then(Sql::bound("(sort_key = ? AND ", key))
                .and_then(later_row(""))
                .then(")"),
            (key, true) => Sql::bound("(sort_key < ? OR ", key.clone())
                .and_then(Sql::bound("(sort_key = ? AND ", key))
                .and_then(later_row(""))
                .then(")"),
        }
    }
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

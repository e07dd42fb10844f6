//! Filters as conditions of a WHERE clause.

use crate::model::filter::{Filter, Path, Relation, Test, Text, TextRelation};
use crate::store::filter::operand::{Operand, Scope, json_path};
use crate::store::filter::sql::{Context, Sql};
use crate::store::filter::tables::{GROUPS, Lookup, Table, USERS};

/// The condition that `filter` is for rows of `users u`. It may yield NULL instead of false.
///
/// The caller restricts the rows to living ones of the context's organization.
pub fn users(filter: &Filter, context: &Context<'_>) -> Sql {
    Compiler { table: &USERS, context, scope: Scope::Resource(&USERS) }.condition(filter)
}

/// The condition that `filter` is for rows of `groups g`; otherwise as [`users`].
pub fn groups(filter: &Filter, context: &Context<'_>) -> Sql {
    Compiler { table: &GROUPS, context, scope: Scope::Resource(&GROUPS) }.condition(filter)
}

#[derive(Clone, Copy)]
struct Compiler<'c> {
    table: &'c Table,
    context: &'c Context<'c>,
    scope: Scope<'c>,
}

impl Compiler<'_> {
    fn condition(&self, filter: &Filter) -> Sql {
        match filter {
            Filter::And(parts) if parts.is_empty() => Sql::text("1"),
            Filter::Or(parts) if parts.is_empty() => Sql::text("0"),
            Filter::And(parts) => Sql::joined(parts.iter().map(|part| self.condition(part)), " AND "),
            Filter::Or(parts) => Sql::joined(parts.iter().map(|part| self.condition(part)), " OR "),
            Filter::Not(inner) => Sql::text("((").and_then(self.condition(inner)).then(") IS NOT TRUE)"),
            Filter::Test { path, test } => self.test(path, test),
            Filter::Any { path, element } => self.any(path, element),
        }
    }

    /// That there is a value, as far as [`Test::Present`] calls it one.
    fn present(&self, path: &Path) -> Sql {
        match self.scope {
            Scope::Resource(table) if is(path, table.relation.attribute) => {
                Sql::text("EXISTS (SELECT 1 FROM ").then(table.relation.rows).then(")")
            }
            Scope::Resource(table) if !table.has_column(path) => {
                let within = Sql::bound(table.json_within, json_path(path));
                Sql::text("EXISTS (SELECT 1 FROM ").and_then(within).then(" WHERE p.atom <> '')")
            }
            _ => Operand::at(path, self.scope, self.context).value().then(" <> ''"),
        }
    }

    fn test(&self, path: &Path, test: &Test) -> Sql {
        let operand = Operand::at(path, self.scope, self.context);
        match test {
            Test::Present => self.present(path),
            Test::Boolean(value) => operand.value().and_then(Sql::bound(" = ?", *value)),
            Test::Number(relation, number) => operand.value().and_then(related(*relation, *number)),
            Test::Instant(relation, at) => operand.instant().and_then(related(*relation, at.as_millis())),
            Test::Text(relation, Text::Exact(text)) => text_test(operand.value(), *relation, text),
            Test::Text(relation, Text::Folded(text)) => text_test(operand.folded(), *relation, text),
        }
    }

    /// That an element of the array at `path` satisfies `element`.
    fn any(&self, path: &Path, element: &Filter) -> Sql {
        let relation = &self.table.relation;
        let exists = if is(path, relation.attribute) {
            let condition = Compiler { scope: Scope::Row(relation), ..*self }.condition(element);
            Sql::text("EXISTS (SELECT 1 FROM ")
                .then(relation.rows)
                .then(" AND ")
                .and_then(condition)
                .then(")")
        } else {
            let elements = Sql::bound(self.table.json_elements, json_path(path));
            let condition = Compiler { scope: Scope::JsonElement, ..*self }.condition(element);
            Sql::text("EXISTS (SELECT 1 FROM ")
                .and_then(elements)
                .then(" WHERE e.type <> 'null' AND ")
                .and_then(condition)
                .then(")")
        };
        match self.lookup(path, element) {
            Some(narrowed) => Sql::joined([narrowed, exists], " AND "),
            None => exists,
        }
    }

    /// A condition that an index answers and that holds wherever an element satisfies `element`.
    fn lookup(&self, path: &Path, element: &Filter) -> Option<Sql> {
        let required = match element {
            Filter::And(parts) => parts.as_slice(),
            single => std::slice::from_ref(single),
        };
        required.iter().find_map(|part| {
            let Filter::Test { path: sub, test: Test::Text(TextRelation::Ordered(Relation::Equal), text) } =
                part
            else {
                return None;
            };
            let applies = |lookup: &&Lookup| is(path, lookup.attribute) && is(sub, lookup.sub);
            let lookup = self.table.lookups.iter().find(applies)?;
            let (Text::Exact(text) | Text::Folded(text)) = text;
            let parameters = vec![self.context.organization.0.into(), text.clone().into()];
            Some(Sql { text: lookup.condition.to_owned(), parameters })
        })
    }
}

/// Whether `path` is the one key `name`.
fn is(path: &Path, name: &str) -> bool {
    matches!(path.0.as_slice(), [key] if key == name)
}

fn text_test(value: Sql, relation: TextRelation, text: &str) -> Sql {
    let text = text.to_owned();
    match relation {
        TextRelation::Ordered(relation) => value.and_then(related(relation, text)),
        TextRelation::Contains => Sql::text("instr(").and_then(value).and_then(Sql::bound(", ?) > 0", text)),
        TextRelation::StartsWith => {
            Sql::text("instr(").and_then(value).and_then(Sql::bound(", ?) = 1", text))
        }
        TextRelation::EndsWith if text.is_empty() => value.then(" IS NOT NULL"),
        TextRelation::EndsWith => {
            let characters = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
            let tail = Sql::text("substr(").and_then(value).and_then(Sql::bound(", ?)", -characters));
            tail.and_then(Sql::bound(" = ?", text))
        }
    }
}

fn related(relation: Relation, value: impl Into<rusqlite::types::Value>) -> Sql {
    let operator = match relation {
        Relation::Equal => " = ?",
        Relation::Greater => " > ?",
        Relation::GreaterOrEqual => " >= ?",
        Relation::Less => " < ?",
        Relation::LessOrEqual => " <= ?",
    };
    Sql::bound(operator, value)
}

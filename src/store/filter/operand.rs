//! The SQL for the value at a path: as text, folded, as an instant.

use crate::model::filter::Path;
use crate::store::filter::sql::{Context, Sql};
use crate::store::filter::tables::{Column, Relation, Source, Table};

/// Where paths start.
#[derive(Clone, Copy)]
pub(super) enum Scope<'t> {
    /// At a resource.
    Resource(&'t Table),
    /// At an element of an array in the stored JSON, the row `e` of `json_each`.
    JsonElement,
    /// At an element of an array that is rows.
    Row(&'t Relation),
}

/// A value of a resource or an element, NULL where it is absent.
pub(super) struct Operand {
    /// The value as stored.
    value: Sql,
    source: Option<Source>,
}

impl Operand {
    /// The value at `path`.
    pub(super) fn at(path: &Path, scope: Scope<'_>, context: &Context<'_>) -> Operand {
        match scope {
            Scope::Resource(table) => Operand::column(table.columns, path, context)
                .unwrap_or_else(|| Operand::json(Sql::bound(table.json_value, json_path(path)))),
            Scope::JsonElement if path.0.is_empty() => Operand::json(Sql::text("e.atom")),
            Scope::JsonElement => {
                let value = "CASE e.type WHEN 'object' THEN json_extract(e.value, ?) END";
                Operand::json(Sql::bound(value, json_path(path)))
            }
            Scope::Row(relation) => Operand::column(relation.columns, path, context)
                .unwrap_or_else(|| Operand::json(Sql::text("NULL"))),
        }
    }

    fn column(columns: &[Column], path: &Path, context: &Context<'_>) -> Option<Operand> {
        let source = columns.iter().find(|column| path.0.iter().eq(column.path))?.source;
        let value = match source {
            Source::Plain(text) | Source::Folded(text, _) | Source::Instant(text) => Sql::text(text),
            Source::Url(tail) => {
                Sql::bound("(? || ", context.base_url.to_owned()).and_then(Sql::text(tail)).then(")")
            }
        };
        Some(Operand { value, source: Some(source) })
    }

    fn json(value: Sql) -> Operand {
        Operand { value, source: None }
    }

    /// The value itself.
    pub(super) fn value(self) -> Sql {
        self.value
    }

    /// The value folded without case.
    pub(super) fn folded(self) -> Sql {
        match self.source {
            Some(Source::Folded(_, key)) => Sql::text(key),
            _ => Sql::text("scim_fold(").and_then(self.value).then(")"),
        }
    }

    /// The value as milliseconds since the Unix epoch.
    pub(super) fn instant(self) -> Sql {
        match self.source {
            Some(Source::Instant(column)) => Sql::text(column),
            _ => Sql::text("scim_instant(").and_then(self.value).then(")"),
        }
    }
}

/// A path in SQLite's notation: `$."name"."familyName"`.
pub(super) fn json_path(path: &Path) -> String {
    path.0.iter().fold("$".to_owned(), |text, key| text + ".\"" + key + "\"")
}

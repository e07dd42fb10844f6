//! `rule preview` and `rule apply` (mapping.md §9.1): what the rules come to, shown before anything is done.

use serde_json::{Value, json};

use crate::cli::arguments::RuleFile;
use crate::cli::output::{Table, text};
use crate::cli::rule_file::{difference, read};
use crate::cli::session::{Session, switch};
use crate::directory::{Preview, rule_json};
use crate::model::error::Result;
use crate::model::organization::Organization;
use crate::model::rule::{Rule, RuleChanges};

pub(super) fn show(session: &Session, file: &RuleFile) -> Result<()> {
    let (_, prepared) = prepare(session, file)?;
    session.print_tables(&prepared.document, || prepared.tables())
}

/// Shows what will happen and does exactly that, or nothing when something moved in between.
pub(super) fn apply(session: &Session, file: &RuleFile) -> Result<()> {
    let (organization, prepared) = prepare(session, file)?;
    let basis = prepared.preview.basis;
    let added = session.directory.apply_rule_changes(
        organization.id,
        session.cause(),
        &prepared.changes,
        Some(basis),
    )?;
    let value = json!({"preview": prepared.document, "added": added});
    session.print_tables(&value, || {
        let mut tables = prepared.tables();
        let mut done = Table::new(&[]);
        done.row(["Applied.".to_owned()]);
        tables.push(done);
        tables
    })
}

/// A change of the rules with its preview.
struct Prepared {
    changes: RuleChanges,
    removed: Vec<Rule>,
    preview: Preview,
    document: Value,
}

fn prepare(session: &Session, file: &RuleFile) -> Result<(Organization, Prepared)> {
    let organization = session.organization()?;
    let wanted = file.file.as_deref().map(read).transpose()?;
    let prepared = session.read(|db| {
        let stored = db.rules(organization.id)?;
        let changes = wanted.map(|wanted| difference(&stored, &wanted)).unwrap_or_default();
        let preview = session.directory.preview_rules(db, organization.id, &changes)?;
        let removed = stored.into_iter().filter(|rule| changes.remove.contains(&rule.id)).collect();
        Ok(Prepared { document: preview.to_json(), changes, removed, preview })
    })?;
    Ok((organization, prepared))
}

impl Prepared {
    /// The rules with their difference, then what comes of them.
    fn tables(&self) -> Vec<Table> {
        let document = &self.document;
        let mut tables = vec![self.rules()];
        tables.extend(table(
            document,
            "/mappings",
            &["GROUP", "MEMBERS", "BECOMES", "NAMED", "STATUS", "REASON"],
            |mapping| {
                vec![
                    text(mapping, "/group/display_name"),
                    text(mapping, "/member_count"),
                    text(mapping, "/target_type"),
                    text(mapping, "/entity/name"),
                    text(mapping, "/status"),
                    text(mapping, "/reason"),
                ]
            },
        ));
        tables.extend(table(
            document,
            "/entities",
            &["TYPE", "NAME", "NEW", "USERS IN", "USERS OUT"],
            |entity| {
                vec![
                    text(entity, "/type"),
                    text(entity, "/name"),
                    if is(entity, "/created") { "yes".to_owned() } else { String::new() },
                    text(entity, "/gains"),
                    text(entity, "/losses"),
                ]
            },
        ));
        tables.extend(table(
            document,
            "/conflicts",
            &["CONFLICT", "HAVE", "WOULD GET", "USERS"],
            |conflict| {
                vec![
                    text(conflict, "/kind"),
                    text(conflict, "/current/entity/name"),
                    text(conflict, "/incoming/entity/name"),
                    text(conflict, "/users"),
                ]
            },
        ));
        tables.push(summary(document));
        tables
    }

    fn rules(&self) -> Table {
        let mut table = Table::new(&[
            "CHANGE",
            "ID",
            "PRIORITY",
            "KIND",
            "PATTERN",
            "BECOMES",
            "AUTO-APPROVE",
            "ENABLED",
            "GROUPS",
        ]);
        for rule in array(&self.document, "/rules") {
            let groups = array(rule, "/groups").len().to_string();
            table.row(row(
                &text(rule, "/change"),
                text(rule, "/id"),
                rule.pointer("/rule").unwrap_or(&Value::Null),
                groups,
            ));
        }
        for rule in &self.removed {
            table.row(row("removed", rule.id.to_string(), &rule_json(rule), String::new()));
        }
        table
    }
}

fn row(change: &str, id: String, rule: &Value, groups: String) -> [String; 9] {
    [
        change.to_owned(),
        id,
        text(rule, "/priority"),
        text(rule, "/kind"),
        text(rule, "/pattern"),
        text(rule, "/target_type"),
        switch(is(rule, "/auto_approve")),
        switch(is(rule, "/enabled")),
        groups,
    ]
}

fn summary(document: &Value) -> Table {
    let count = |name: &str| text(document, &format!("/summary/{name}"));
    Table::of_fields([
        ("groups that a rule matches", count("groups_matched")),
        ("groups that none matches", count("groups_unmatched")),
        ("new mappings", count("mappings_created")),
        ("changed mappings", count("mappings_changed")),
        ("new entities", count("entities_created")),
        ("users who gain or lose something", count("users_changed")),
        ("conflicts that open", count("conflicts_opened")),
        ("conflicts that close", count("conflicts_closed")),
    ])
}

/// A list of the preview as a table; none when it is empty.
fn table(
    document: &Value,
    list: &str,
    headings: &[&str],
    cells: impl Fn(&Value) -> Vec<String>,
) -> Option<Table> {
    let items = array(document, list);
    let mut table = Table::new(headings);
    items.iter().for_each(|item| table.row(cells(item)));
    (!items.is_empty()).then_some(table)
}

fn array<'v>(value: &'v Value, pointer: &str) -> &'v [Value] {
    value.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn is(value: &Value, pointer: &str) -> bool {
    value.pointer(pointer).and_then(Value::as_bool).unwrap_or_default()
}

//! `conflict list|resolve`.

use serde_json::{Value, json};

use crate::admin::conflicts::conflicts_json;
use crate::cli::arguments::{Common, ConflictCommand};
use crate::cli::groups;
use crate::cli::output::{Outcome, Table};
use crate::cli::session::{ALL, Session};
use crate::directory::Answer;
use crate::model::error::Result;
use crate::model::id::ConflictId;

pub(super) fn run(command: ConflictCommand, common: &Common) -> Result<Outcome> {
    let session = Session::open(common)?;
    match command {
        ConflictCommand::List { all } => list(&session, all),
        ConflictCommand::Resolve { decision, id: Some(id), .. } => resolve(&session, id, decision),
        ConflictCommand::Resolve { decision, current_group, incoming_group, .. } => {
            let (current, incoming) = (current_group.unwrap_or_default(), incoming_group.unwrap_or_default());
            resolve_many(&session, current, incoming, decision)
        }
    }?;
    Ok(Outcome::Success)
}

fn list(session: &Session, all: bool) -> Result<()> {
    let organization = session.organization()?.id;
    let status = if all { "" } else { "open" };
    let shown = session.read(|db| conflicts_json(db, &db.conflicts(organization, status, ALL)?))?;
    session.print(&Value::Array(shown.clone()), || {
        let mut table =
            Table::new(&["ID", "USER", "HAS", "BY GROUP", "CLAIMED FOR", "BY GROUP", "KIND", "STATUS"]);
        for conflict in &shown {
            let cell = |pointer: &str| {
                conflict.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
            };
            table.row([
                cell("/id"),
                cell("/user/user_name"),
                cell("/current/entity/name"),
                cell("/current/group/display_name"),
                cell("/incoming/entity/name"),
                cell("/incoming/group/display_name"),
                cell("/kind"),
                cell("/status"),
            ]);
        }
        table
    })
}

fn resolve(session: &Session, id: ConflictId, decision: Answer) -> Result<()> {
    let organization = session.organization()?;
    session.change(&organization, move |change| change.resolve_conflict(id, decision))?;
    session
        .say(&json!({"resolved": 1}), &format!("Conflict {id} is decided, and the decision is remembered."))
}

fn resolve_many(session: &Session, current: String, incoming: String, decision: Answer) -> Result<()> {
    let organization = session.organization()?;
    let resolved = session.change(&organization, move |change| {
        let id = change.organization().id;
        let current = groups::find(change.tx(), id, &current)?.id;
        let incoming = groups::find(change.tx(), id, &incoming)?.id;
        change.resolve_conflicts(current, incoming, decision)
    })?;
    session.say(
        &json!({"resolved": resolved}),
        &format!("{resolved} conflicts are decided, and the decisions are remembered."),
    )
}

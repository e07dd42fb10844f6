//! `user list|show|purge`.

use serde_json::{Value, json};

use crate::admin::users::users_json;
use crate::cli::arguments::{Common, UserCommand};
use crate::cli::explain::find;
use crate::cli::output::{Outcome, Table, text};
use crate::cli::session::Session;
use crate::model::error::Result;

/// How many users are read at a time.
const BATCH: i64 = 500;

pub(super) fn run(command: UserCommand, common: &Common) -> Result<Outcome> {
    let session = Session::open(common)?;
    match command {
        UserCommand::List { query } => list(&session, query.as_deref().unwrap_or_default()),
        UserCommand::Show { user } => show(&session, &user),
        UserCommand::Purge { user } => purge(&session, &user),
    }?;
    Ok(Outcome::Success)
}

fn list(session: &Session, query: &str) -> Result<()> {
    let organization = session.organization()?.id;
    let shown = session.read(|db| {
        let (mut shown, mut after) = (Vec::new(), 0);
        loop {
            let users = db.users_matching(organization, query, after, BATCH)?;
            let Some(last) = users.last() else { return Ok(shown) };
            after = last.id.0;
            shown.extend(users_json(db, organization, &users)?);
        }
    })?;
    session.print(&Value::Array(shown.clone()), || {
        let mut table = Table::new(&[
            "ID",
            "USERNAME",
            "ACTIVE",
            "ROLE",
            "TEAMS",
            "CONCURRENCY GROUP",
            "SUB-ORGANIZATION",
        ]);
        for user in &shown {
            table.row([
                text(user, "/id"),
                text(user, "/user_name"),
                yes(user.get("active")),
                text(user, "/role/effective"),
                names(user.get("teams")),
                text(user, "/concurrency_group/name"),
                text(user, "/sub_organization/name"),
            ]);
        }
        table
    })
}

fn show(session: &Session, named: &str) -> Result<()> {
    let organization = session.organization()?.id;
    let shown = session.read(|db| {
        let user = find(db, organization, named)?;
        Ok(users_json(db, organization, &[user])?.into_iter().next().unwrap_or_default())
    })?;
    session.print(&shown, || {
        let blocked = shown.get("blocked").and_then(Value::as_array).map_or(0, Vec::len);
        Table::of_fields([
            ("id", text(&shown, "/id")),
            ("userName", text(&shown, "/user_name")),
            ("name", text(&shown, "/name")),
            ("active", yes(shown.get("active"))),
            ("role", text(&shown, "/role/effective")),
            ("teams", names(shown.get("teams"))),
            ("concurrency group", text(&shown, "/concurrency_group/name")),
            ("sub-organization", text(&shown, "/sub_organization/name")),
            ("groups", group_names(shown.get("groups"))),
            (
                "kept from",
                if blocked == 0 { String::new() } else { format!("{blocked}: see \"rollcall explain\"") },
            ),
        ])
    })
}

fn purge(session: &Session, named: &str) -> Result<()> {
    let organization = session.organization()?;
    let user = session.read(|db| find(db, organization.id, named))?;
    let (id, user_name) = (user.resource_id.clone(), user.user_name.clone());
    session.change(&organization, move |change| change.purge_user(&user.resource_id))?;
    let value = json!({"purged": {"id": id, "user_name": user_name}});
    session.say(&value, &format!("\"{user_name}\" is erased."))
}

fn yes(value: Option<&Value>) -> String {
    if value == Some(&Value::Bool(true)) { "yes" } else { "no" }.to_owned()
}

fn names(list: Option<&Value>) -> String {
    joined(list, "/name")
}

fn group_names(list: Option<&Value>) -> String {
    joined(list, "/display_name")
}

fn joined(list: Option<&Value>, pointer: &str) -> String {
    let names = list.and_then(Value::as_array).into_iter().flatten().map(|item| text(item, pointer));
    names.collect::<Vec<_>>().join(", ")
}

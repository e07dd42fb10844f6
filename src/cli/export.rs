//! `export`: everything that is so now, one JSON object a line, from one snapshot.

use std::io::{self, BufWriter, Write};

use serde_json::{Value, json};

use crate::admin::conflicts::conflicts_json;
use crate::admin::entities::entities_json;
use crate::admin::groups::groups_json;
use crate::admin::users::users_json;
use crate::cli::arguments::Common;
use crate::cli::output::Outcome;
use crate::cli::session::{ALL, Session};
use crate::directory::{organization_json, rule_json};
use crate::model::entity::TargetType;
use crate::model::error::{Error, Result};
use crate::model::id::OrganizationId;
use crate::store::Db;

/// How many groups or users are read at a time.
const BATCH: i64 = 500;

const TYPES: [TargetType; 3] = [TargetType::Team, TargetType::ConcurrencyGroup, TargetType::SubOrganization];

pub(super) fn run(common: &Common) -> Result<Outcome> {
    let session = Session::open(common)?;
    let organization = session.organization()?;
    let mut lines = Lines(BufWriter::new(io::stdout().lock()));
    session.read(|db| {
        lines.add("organization", [organization_json(&organization)])?;
        lines.add("mapping_rule", db.rules(organization.id)?.iter().map(rule_json))?;
        for target_type in TYPES {
            lines.add("entity", entities_json(db, &db.entities(organization.id, target_type, "", ALL)?)?)?;
        }
        groups(db, organization.id, &mut lines)?;
        users(db, organization.id, &mut lines)?;
        lines.add("conflict", conflicts_json(db, &db.conflicts(organization.id, "open", ALL)?)?)
    })?;
    lines.end()?;
    Ok(Outcome::Success)
}

fn groups(db: &Db<'_>, organization: OrganizationId, lines: &mut Lines) -> Result<()> {
    let groups = db.groups_with_status(organization, "", "", ALL)?;
    for (mut shown, (group, _)) in groups_json(db, &groups)?.into_iter().zip(&groups) {
        let members: Vec<Value> =
            db.members(group.id)?.iter().map(|member| json!(member.resource_id)).collect();
        if let Value::Object(fields) = &mut shown {
            fields.insert("members".into(), Value::Array(members));
            fields.insert("resource".into(), serde_json::from_str(&group.resource).unwrap_or_default());
        }
        lines.add("group", [shown])?;
    }
    Ok(())
}

fn users(db: &Db<'_>, organization: OrganizationId, lines: &mut Lines) -> Result<()> {
    let mut after = 0;
    loop {
        let users = db.users_matching(organization, "", after, BATCH)?;
        let Some(last) = users.last() else { return Ok(()) };
        after = last.id.0;
        let shown = users_json(db, organization, &users)?.into_iter().zip(&users);
        let whole = shown.map(|(mut shown, user)| {
            if let Value::Object(members) = &mut shown {
                members.insert("resource".into(), serde_json::from_str(&user.resource).unwrap_or_default());
            }
            shown
        });
        lines.add("user", whole)?;
    }
}

/// Lines on standard output: what each is about, and what the admin API shows of it.
struct Lines(BufWriter<io::StdoutLock<'static>>);

impl Lines {
    fn add(&mut self, kind: &str, values: impl IntoIterator<Item = Value>) -> Result<()> {
        for value in values {
            writeln!(self.0, "{}", json!({"kind": kind, "data": value})).map_err(unwritten)?;
        }
        Ok(())
    }

    fn end(mut self) -> Result<()> {
        self.0.flush().map_err(unwritten)
    }
}

fn unwritten(error: io::Error) -> Error {
    Error::internal(format!("The export cannot be written: {error}."))
}

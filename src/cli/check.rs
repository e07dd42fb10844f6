//! `check`: one line per finding, exit code 1 if there is one.

use serde_json::{Value, json};

use crate::cli::arguments::Common;
use crate::cli::output::{Outcome, Table};
use crate::cli::session::Session;
use crate::model::error::Result;
use crate::store::Finding;

/// Opening the file has compared its version and its schema already.
pub(super) fn run(common: &Common) -> Result<Outcome> {
    let session = Session::open(common)?;
    let findings = session.read(|db| db.check())?;
    let value = json!({"findings": findings.iter().map(finding_json).collect::<Vec<Value>>()});
    if findings.is_empty() {
        let path = session.config.database.path.display();
        session.say(&value, &format!("Nothing is wrong with {path}."))?;
        return Ok(Outcome::Success);
    }
    session.print(&value, || {
        let mut table = Table::new(&[]);
        for finding in &findings {
            table.row([format!("{}: {}", finding.promise, finding.detail)]);
        }
        table
    })?;
    Ok(Outcome::Failure)
}

fn finding_json(finding: &Finding) -> Value {
    json!({"promise": finding.promise, "detail": finding.detail})
}

//! `provision init|test|sync`.
//!
//! Exit code 0: done. 1: something failed, or the target would not listen. 2: the files were refused and nothing was sent.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};

use crate::cli::arguments::{Common, ProvisionCommand, ProvisionFiles, ProvisionSync};
use crate::cli::output::{self, Format, Outcome, Table};
use crate::cli::progress::Progress;
use crate::model::error::{Error, Result};
use crate::provision::{self, Counts, EXAMPLES, Inputs, Paths, Printer, Refused, Summary};

pub(super) fn run(command: ProvisionCommand, common: &Common) -> Result<Outcome> {
    let format = Format::from_flag(common.json);
    match command {
        ProvisionCommand::Init { folder } => init(&folder, format),
        ProvisionCommand::Test(files) => test(&files, format),
        ProvisionCommand::Sync(sync) => synchronize(sync, format),
    }
}

fn init(folder: &Path, format: Format) -> Result<Outcome> {
    std::fs::create_dir_all(folder).map_err(|error| {
        Error::invalid_value(format!("The folder {} cannot be made: {error}.", folder.display()))
    })?;
    let mut table = Table::new(&["FILE", ""]);
    let mut written = Vec::new();
    for (name, text) in EXAMPLES {
        let path = folder.join(name);
        let is_new = write_new(&path, text)?;
        if is_new {
            written.push(path.display().to_string());
        }
        table.row([
            path.display().to_string(),
            if is_new { "written" } else { "is there already" }.to_owned(),
        ]);
    }
    output::print(format, &json!({"written": written}), || table)?;
    Ok(Outcome::Success)
}

/// Whether the file was not there before. It may get a token, so it is for its owner only.
fn write_new(path: &Path, text: &str) -> Result<bool> {
    use std::os::unix::fs::OpenOptionsExt;
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match opened.and_then(|mut file| file.write_all(text.as_bytes())) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(Error::invalid_value(format!("{} cannot be written: {error}.", path.display()))),
    }
}

fn paths(files: &ProvisionFiles) -> Paths {
    let usual = Paths::in_folder(&files.folder);
    Paths {
        directory: files.directory.clone().unwrap_or(usual.directory),
        connection: files.connection.clone().unwrap_or(usual.connection),
        rule: files.rule.clone().unwrap_or(usual.rule),
        state: usual.state,
    }
}

/// Says what is wrong with the files.
fn refuse(refused: &Refused, format: Format) -> Result<Outcome> {
    const SHOWN: usize = 50;
    for problem in refused.0.iter().take(SHOWN) {
        output::complain(&Error::invalid_value(problem.clone()));
    }
    if let Some(more) = refused.0.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        output::complain(&Error::invalid_value(format!("and {more} more. Nothing was sent.")));
    }
    if format == Format::Json {
        output::print(format, &json!({"refused": refused.0}), || Table::new(&[]))?;
    }
    Ok(Outcome::WrongUsage)
}

fn test(files: &ProvisionFiles, format: Format) -> Result<Outcome> {
    let inputs = match Inputs::read(&paths(files)) {
        Ok(inputs) => inputs,
        Err(refused) => return refuse(&refused, format),
    };
    let probes = provision::test(&inputs);
    let value = probes
        .iter()
        .map(|probe| json!({"what": probe.what, "request": probe.request, "problem": probe.problem}))
        .collect();
    output::print(format, &value, || {
        let mut table = Table::new(&["TESTED", "REQUEST", "RESULT"]);
        for probe in &probes {
            let result = probe.problem.clone().unwrap_or_else(|| "ok".to_owned());
            table.row([probe.what.to_owned(), probe.request.clone(), result]);
        }
        table
    })?;
    let failed = probes.iter().any(|probe| probe.problem.is_some());
    Ok(if failed { Outcome::Failure } else { Outcome::Success })
}

fn synchronize(sync: ProvisionSync, format: Format) -> Result<Outcome> {
    let paths = paths(&sync.files);
    let inputs = match Inputs::read(&paths) {
        Ok(inputs) => inputs,
        Err(refused) => return refuse(&refused, format),
    };
    let options = provision::Options {
        state: sync.state.unwrap_or(paths.state),
        workers: usize::from(sync.concurrency),
        dry_run: sync.dry_run.then(|| printer(format)),
    };
    let progress = Progress::new();
    let observer: &dyn provision::Observer = if sync.dry_run { &provision::Silent } else { &progress };
    let summary = provision::sync(&inputs, options, observer).map_err(Error::invalid_value)?;
    print_summary(&inputs, &summary, format)?;
    Ok(if summary.is_success() { Outcome::Success } else { Outcome::Failure })
}

/// Where a dry run prints its requests: beside the one JSON value, if that is asked for.
fn printer(format: Format) -> Printer {
    Box::new(move |text| {
        let safe: Vec<String> = text.lines().map(output::escape).collect();
        let text = format!("{}\n\n", safe.join("\n"));
        let _ = match format {
            Format::Table => output::print_text(&text).is_ok(),
            Format::Json => std::io::stderr().write_all(text.as_bytes()).is_ok(),
        };
    })
}

/// Prints what a sync came to.
pub(super) fn print_summary(inputs: &Inputs, summary: &Summary, format: Format) -> Result<()> {
    let value: Value = serde_json::to_value(summary)
        .map_err(|error| Error::internal(format!("The summary is no JSON: {error}")))?;
    output::print_tables(format, &value, || tables(inputs, summary))
}

fn tables(inputs: &Inputs, summary: &Summary) -> Vec<Table> {
    let mut tables = Vec::new();
    let mut said = Table::new(&[]);
    if !inputs.is_enabled {
        said.row([format!("The rule \"{}\" is switched off: nothing is sent.", inputs.rule)]);
        return vec![said];
    }
    let mut counts = Table::new(&[
        "",
        "CREATED",
        "ADOPTED",
        "UPDATED",
        "DISABLED",
        "REMOVED",
        "UNCHANGED",
        "SKIPPED",
        "FAILED",
    ]);
    counts.row(row("users", &summary.users));
    counts.row(row("groups", &summary.groups));
    tables.push(counts);
    if !summary.failures.is_empty() {
        let mut failures = Table::new(&["FAILED", "WHY"]);
        for failure in &summary.failures {
            failures.row([failure.what.clone(), failure.reason.clone()]);
        }
        tables.push(failures);
    }
    let memberships = &summary.memberships;
    said.row([format!("Memberships: {} added, {} removed.", memberships.added, memberships.removed)]);
    let requests = &summary.requests;
    said.row([match summary.dry_run {
        true => "A dry run: nothing was sent, nothing is remembered.".to_owned(),
        false => format!(
            "{} requests ({} repeated) in {:.1} s: {:.0} a second; half of them took at most {:.1} ms, 99 of 100 at most {:.1} ms.",
            requests.sent, requests.repeated, requests.seconds, requests.per_second, requests.p50_ms, requests.p99_ms
        ),
    }]);
    if let Some(reason) = &summary.stopped {
        said.row([format!(
            "Stopped, {} not tried: {reason}. Run it again; it goes on where it was.",
            summary.not_tried
        )]);
    }
    tables.push(said);
    tables
}

fn row(what: &str, counts: &Counts) -> Vec<String> {
    let Counts { created, adopted, updated, disabled, removed, unchanged, skipped, failed } = counts;
    let numbers = [created, adopted, updated, disabled, removed, unchanged, skipped, failed];
    std::iter::once(what.to_owned()).chain(numbers.map(|number| number.to_string())).collect()
}

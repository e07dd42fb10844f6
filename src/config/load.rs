//! From a file's text and the environment to a checked [`Config`].

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use super::check::contradictions;
use super::read::{PREFIX, Problem, Reader};
use super::records::Webhooks;
use super::scim::Scim;
use super::settings::Config;
use crate::model::error::{Error, Kind, Result};
use crate::model::organization::Features;

/// The variable that names the file.
const FILE_VARIABLE: &str = "ROLLCALL_CONFIG";
/// The file that is read when nobody names one.
const DEFAULT_FILE: &str = "config.toml";

/// In memory no commit is waited for, and each thread costs the start some time.
const EPHEMERAL_WORKERS: usize = 8;

/// Who fails on purpose, as tests do, is not to be slowed: as many as the key may say.
const EPHEMERAL_FAILURES: u32 = 10_000;

/// Names and values of environment variables.
type Variables = Vec<(String, String)>;

impl Config {
    /// The configuration of a server and of the commands beside it: the defaults, then `file` (its path, for errors,
    /// and its text), then the variables `ROLLCALL_<SECTION>__<KEY>` of `environment`.
    ///
    /// # Errors
    /// `InvalidValue` with one line for each thing that is wrong: place, key, what was found, what was expected.
    pub fn from_parts(
        file: Option<(&Path, &str)>,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Config> {
        build(&Config::default(), file, &environment.collect::<Variables>(), |_| ())
    }

    /// The same for `serve --ephemeral`: every organization feature starts on, only warnings are logged (the journal has
    /// the requests), failed sign-ins are not slowed, it listens on a free loopback port, and what would reach beyond
    /// the process (the database's path, TLS, the public URL, webhooks, the listener for metrics) does not apply.
    ///
    /// # Errors
    /// Those of [`Config::from_parts`].
    pub fn ephemeral(
        file: Option<(&Path, &str)>,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Config> {
        let mut base = Config::default();
        base.defaults.features = Features {
            group_provisioning: true,
            teams: true,
            concurrency_groups: true,
            sub_organizations: true,
        };
        base.log.level = ::log::LevelFilter::Warn;
        base.server.workers = EPHEMERAL_WORKERS;
        base.server.limits.failed_signins_per_minute = EPHEMERAL_FAILURES;
        build(&base, file, &environment.collect::<Variables>(), stay_inside)
    }

    /// [`Config::from_parts`] of the process's environment and of the file that is `named` on the command line, else
    /// by `ROLLCALL_CONFIG`, else `./config.toml` if there is one.
    ///
    /// # Errors
    /// Those of [`Config::from_parts`], and `InvalidValue` when a named file cannot be read.
    pub fn load(named: Option<&Path>) -> Result<Config> {
        let (file, environment) = surroundings(named)?;
        Config::from_parts(borrowed(&file), environment.into_iter())
    }

    /// [`Config::ephemeral`] of the same file and environment as [`Config::load`].
    ///
    /// # Errors
    /// Those of [`Config::load`].
    pub fn load_ephemeral(named: Option<&Path>) -> Result<Config> {
        let (file, environment) = surroundings(named)?;
        Config::ephemeral(borrowed(&file), environment.into_iter())
    }
}

/// Takes away what would reach beyond the process.
fn stay_inside(config: &mut Config) {
    let own = Config::default();
    config.server.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    config.server.public_url = None;
    config.server.tls_certificate = None;
    config.server.tls_key = None;
    config.server.metrics_listen = None;
    config.database = own.database;
    config.webhooks = Webhooks::inside();
}

/// Reads over `base`. The profile decides what the other keys default to, so it is read first, alone.
fn build(
    base: &Config,
    file: Option<(&Path, &str)>,
    environment: &Variables,
    finish: fn(&mut Config),
) -> Result<Config> {
    let mut first = base.clone();
    fill(&mut first, file, environment);
    let profile = first.scim.profile;

    let mut config = Config { scim: Scim::of(profile), ..base.clone() };
    let (places, mut problems) = fill(&mut config, file, environment);
    finish(&mut config);
    if problems.is_empty() {
        problems.extend(contradictions(&config).map(|(key, advice)| {
            let place = places.get(key).map_or("the defaults", String::as_str);
            Problem { key: key.to_owned(), text: format!("{place}: {key}: {advice}") }
        }));
    }
    refuse(problems).map(|()| config)
}

/// Fills `config`; where each key was set, and what was wrong.
fn fill(
    config: &mut Config,
    file: Option<(&Path, &str)>,
    environment: &Variables,
) -> (BTreeMap<String, String>, Vec<Problem>) {
    let mut reader = Reader::new(config.sections());
    if let Some((path, text)) = file {
        reader.file(path, text);
    }
    reader.environment(environment.iter().cloned());
    (reader.places, reader.problems)
}

/// One error for all problems, a line each, about the first one's key.
fn refuse(problems: Vec<Problem>) -> Result<()> {
    let Some(first) = problems.first() else { return Ok(()) };
    let field = first.key.clone();
    let lines: Vec<String> = problems.into_iter().map(|problem| problem.text).collect();
    Err(Error::new(Kind::InvalidValue, lines.join("\n")).at(field))
}

/// A file's path and text.
type File = Option<(PathBuf, String)>;

fn borrowed(file: &File) -> Option<(&Path, &str)> {
    file.as_ref().map(|(path, text)| (path.as_path(), text.as_str()))
}

/// The file and the environment of this process.
fn surroundings(named: Option<&Path>) -> Result<(File, Variables)> {
    let by_variable = std::env::var_os(FILE_VARIABLE).filter(|name| !name.is_empty()).map(PathBuf::from);
    let named = named.map(Path::to_path_buf).or(by_variable);
    let default = || Some(PathBuf::from(DEFAULT_FILE)).filter(|path| path.exists());
    let file = named.or_else(default).map(read_file).transpose()?;
    Ok((file, variables()?))
}

fn read_file(path: PathBuf) -> Result<(PathBuf, String)> {
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok((path, text)),
        Err(error) => Err(Error::invalid_value(format!(
            "The configuration file {} cannot be read: {error}. Name another one with --config or {FILE_VARIABLE}.",
            path.display()
        ))),
    }
}

/// The variables that may be settings.
fn variables() -> Result<Variables> {
    let ours = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
    ours.filter(|(name, _)| name.starts_with(PREFIX) && name != FILE_VARIABLE)
        .map(|(name, value)| match value.into_string() {
            Ok(value) => Ok((name, value)),
            Err(_) => Err(Error::invalid_value(format!("{name}: this is not UTF-8 text."))),
        })
        .collect()
}

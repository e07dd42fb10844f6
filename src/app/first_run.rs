//! The first start on an empty database: an organization, its tokens, and showing them once (interface.md §1).

use std::fs::File;
use std::io::{IsTerminal, Write, stderr, stdout};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::config::Config;
use crate::directory::{
    AdminSpec, Cause, Directory, Passwords, TokenSpec, create_admin, create_link, create_organization,
    generate_password,
};
use crate::model::account::Reach;
use crate::model::error::{Error, Result};
use crate::model::token::{Secret, TokenKind};
use crate::store::{NewOrganization, Page};

/// The organization that a fresh database gets.
const SLUG: &str = "default";
/// Its name for people.
const NAME: &str = "Default organization";
/// What its first tokens are called.
const TOKEN: &str = "first";
/// What the first admin is called.
const ADMIN: &str = "admin";
/// How long, in seconds, the sign-in link of a test server works: longer than any test.
const LINK_LIFE: i64 = 30 * 24 * 60 * 60;
/// The file that is written where nobody looks on.
const FILE: &str = "first-run.txt";
/// Its name until it is complete.
const UNFINISHED: &str = "first-run.txt.unfinished";

/// What an administrator needs to begin, shown once.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// What IdPs ask for as the SCIM base URL.
    pub scim_base_url: String,
    /// The bearer token for it.
    pub scim_token: Secret,
    /// Where the admin API is.
    pub api_url: String,
    /// A token for it, of server scope.
    pub api_token: Secret,
    /// Where the admin page is; for [`FirstAdmin::Link`] an address that signs in, once.
    pub admin_url: String,
    /// The first password of the admin `admin`.
    pub admin_password: Option<Secret>,
}

/// How the first admin comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstAdmin {
    /// By a password that is made up.
    Password,
    /// By a link, once; there is no password, so that no time is spent on one.
    Link,
}

/// Creates the organization `default` and its tokens where the database has no organization yet, and shows them: on a
/// terminal if there is one, else in `first-run.txt` beside the database. `base_url` has no slash at its end. `None` on
/// every later start.
///
/// # Errors
/// Those of the store; `Internal` with a sentence for the operator when the file is there already or cannot be written.
pub fn first_run(directory: &Directory, config: &Config, base_url: &str) -> Result<Option<Credentials>> {
    if has_organizations(directory)? {
        return Ok(None);
    }
    // The place first: secrets that cannot be shown are not made.
    let place = Place::prepare(&config.database.path)?;
    let made = create_first(directory, config, base_url, FirstAdmin::Password).and_then(|credentials| {
        place.show(&credentials)?;
        Ok(credentials)
    });
    if made.is_err() {
        place.give_up();
    }
    made.map(Some)
}

/// Creates the organization `default`, a SCIM token, an admin token of server scope and an admin, and shows nothing.
///
/// # Errors
/// Those of the store; `Conflict` when the organization is there already.
pub fn create_first(
    directory: &Directory,
    config: &Config,
    base_url: &str,
    first: FirstAdmin,
) -> Result<Credentials> {
    let at = directory.clock().now();
    let request_id = format!("first-run-{}", directory.ids().uuid());
    let new = NewOrganization {
        slug: SLUG.to_owned(),
        name: NAME.to_owned(),
        plan: config.defaults.plan.clone(),
        features: config.defaults.features,
        created: at,
    };
    let password = (first == FirstAdmin::Password).then(|| generate_password(directory.ids()));
    let hashed = password.as_deref().map(|text| Passwords::default().take(ADMIN, text, directory.ids()));
    let admin = AdminSpec { name: ADMIN.to_owned(), reach: Reach::Server, password: hashed.transpose()? };
    let (writer, page) = (directory.clone(), base_url.to_owned());
    let (scim_token, api_token, admin_url) = directory.store().write(move |tx| {
        let organization = create_organization(tx, writer.ids(), &new)?;
        let account = create_admin(tx, &admin, at)?;
        let admin_url = match first {
            FirstAdmin::Password => format!("{page}/admin"),
            FirstAdmin::Link => create_link(tx, writer.ids(), &account, at.plus_seconds(LINK_LIFE), &page)?,
        };
        writer.run(tx, organization, Cause { request_id, token: "first run".to_owned(), at }, |change| {
            let (_, scim) = change.create_token(&spec(TokenKind::Scim))?;
            let (_, api) = change.create_token(&spec(TokenKind::Admin))?;
            Ok((scim, api, admin_url))
        })
    })?;
    Ok(Credentials {
        scim_base_url: format!("{base_url}/scim/v2"),
        scim_token,
        api_url: format!("{base_url}/api/v1"),
        api_token,
        admin_url,
        admin_password: password.map(Secret::presented),
    })
}

fn has_organizations(directory: &Directory) -> Result<bool> {
    directory.store().read(|db| Ok(!db.organizations(Page { after: 0, limit: 1 })?.is_empty()))
}

fn spec(kind: TokenKind) -> TokenSpec {
    TokenSpec {
        name: TOKEN.to_owned(),
        kind,
        server_scope: kind == TokenKind::Admin,
        read_only: false,
        expires: None,
    }
}

impl Credentials {
    /// A line `key: value` for each.
    fn lines(&self) -> String {
        let lines = [
            ("scim_base_url", self.scim_base_url.as_str()),
            ("scim_token", self.scim_token.reveal()),
            ("api_url", self.api_url.as_str()),
            ("api_token", self.api_token.reveal()),
            ("admin_url", self.admin_url.as_str()),
        ];
        let password = self.admin_password.as_ref().map(Secret::reveal);
        let person = password.map(|password| [("admin_name", ADMIN), ("admin_password", password)]);
        lines.iter().chain(person.iter().flatten()).map(|(key, value)| format!("{key}: {value}\n")).collect()
    }
}

/// Where the credentials are shown.
enum Place {
    Terminal(fn() -> Box<dyn Write>),
    /// Opened under a name of its own, so that the file is complete as soon as it is there.
    File {
        unfinished: File,
        unfinished_path: PathBuf,
        path: PathBuf,
    },
}

impl Place {
    /// A terminal that somebody looks at, else a new file beside `database` that its owner alone can read.
    fn prepare(database: &Path) -> Result<Place> {
        if stdout().is_terminal() {
            return Ok(Place::Terminal(|| Box::new(stdout())));
        }
        if stderr().is_terminal() {
            return Ok(Place::Terminal(|| Box::new(stderr())));
        }
        Place::file(database)
    }

    fn file(database: &Path) -> Result<Place> {
        let path = database.with_file_name(FILE);
        let unfinished_path = database.with_file_name(UNFINISHED);
        if path.exists() {
            return Err(Error::internal(format!(
                "The database is new, and {} from an earlier one is beside it. Move that file away, so that the first \
                 credentials of this database have their place.",
                path.display()
            )));
        }
        // Left by a start that was killed; it would be in the way and holds nothing that is valid.
        let _ = std::fs::remove_file(&unfinished_path);
        let options = File::options().write(true).create_new(true).mode(0o600).open(&unfinished_path);
        let unfinished = options.map_err(|error| {
            Error::internal(format!(
                "The file {} for the first credentials cannot be created: {error}. Make its directory writable, or start \
                 on a terminal, which shows the credentials instead.",
                unfinished_path.display()
            ))
        })?;
        Ok(Place::File { unfinished, unfinished_path, path })
    }

    fn give_up(&self) {
        if let Place::File { unfinished_path, .. } = self {
            // The error that led here is the one to report.
            let _ = std::fs::remove_file(unfinished_path);
        }
    }

    fn show(&self, credentials: &Credentials) -> Result<()> {
        let lines = credentials.lines();
        let shown = match self {
            Place::Terminal(open) => write!(
                open(),
                "\nThis is the first start. Keep these credentials; they are shown once.\n\n{lines}\n"
            ),
            Place::File { unfinished, unfinished_path, path } => {
                let mut file: &File = unfinished;
                let written = file
                    .write_all(lines.as_bytes())
                    .and_then(|()| file.sync_all())
                    .and_then(|()| std::fs::rename(unfinished_path, path));
                if written.is_ok() {
                    log::warn!(
                        "this is the first start: the credentials are in {}; keep them and remove the file",
                        path.display()
                    );
                }
                written
            }
        };
        shown.map_err(|error| {
            Error::internal(format!(
                "The first credentials cannot be shown: {error}. Make new ones with \"rollcall token create\"."
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::app;
    use crate::model::token::Form;
    use crate::store::Target;

    fn world(folder: &Path) -> (Directory, Config) {
        let mut config = Config::default();
        config.database.path = folder.join("rollcall.db");
        let target = app::target(&config, Target::Serve);
        (app::open_directory(&config, &target).unwrap(), config)
    }

    #[test]
    fn the_first_start_makes_an_organization_and_two_tokens_that_open_the_right_api() {
        let folder = tempfile::tempdir().unwrap();
        let (directory, config) = world(folder.path());
        let credentials =
            create_first(&directory, &config, "http://127.0.0.1:8080", FirstAdmin::Password).unwrap();
        assert_eq!(credentials.scim_base_url, "http://127.0.0.1:8080/scim/v2");
        for (secret, kind) in
            [(&credentials.scim_token, TokenKind::Scim), (&credentials.api_token, TokenKind::Admin)]
        {
            assert_eq!(secret.form(), Form::Whole(kind));
            let token = directory.store().read(|db| db.token_by_hash(&secret.hash())).unwrap().unwrap();
            assert_eq!((token.kind, token.server_scope), (kind, kind == TokenKind::Admin));
        }
        assert!(has_organizations(&directory).unwrap());
        assert!(first_run(&directory, &config, "http://x").unwrap().is_none(), "a later start makes nothing");
    }

    #[test]
    fn without_a_terminal_the_credentials_are_in_a_file_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let (directory, config) = world(folder.path());
        let credentials = create_first(&directory, &config, "http://x", FirstAdmin::Password).unwrap();
        Place::file(&config.database.path).unwrap().show(&credentials).unwrap();
        let path = folder.path().join(FILE);
        let text = std::fs::read_to_string(&path).unwrap();
        let keys: Vec<&str> = text.lines().filter_map(|line| Some(line.split_once(": ")?.0)).collect();
        let expected = [
            "scim_base_url",
            "scim_token",
            "api_url",
            "api_token",
            "admin_url",
            "admin_name",
            "admin_password",
        ];
        assert_eq!(keys, expected);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(!folder.path().join(UNFINISHED).exists());
    }

    #[test]
    fn the_file_is_complete_as_soon_as_it_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("rollcall.db");
        std::fs::write(folder.path().join(UNFINISHED), "left by a start that was killed").unwrap();
        let place = Place::file(&database).unwrap();
        assert!(!folder.path().join(FILE).exists());
        place.give_up();
        assert!(!folder.path().join(UNFINISHED).exists());
    }

    #[test]
    fn a_file_that_is_there_already_is_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), "old").unwrap();
        let refused = Place::file(&folder.path().join("rollcall.db")).err().unwrap();
        assert!(refused.detail.contains(FILE), "{refused}");
        assert_eq!(std::fs::read_to_string(folder.path().join(FILE)).unwrap(), "old");
    }
}

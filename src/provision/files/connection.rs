//! The connection file: where to send, with which credential, and the preferences. Keys are the fields of PingOne's console.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::{Host, Url};

use crate::model::toml_file::TomlFile;
use crate::provision::expression::Expression;
use crate::provision::files::table::{At, Problems, Table};

/// Where to send.
#[derive(Clone, Debug)]
pub struct Connection {
    /// What the console calls it.
    pub name: String,
    /// The SCIM base URL, without a slash at its end.
    pub base_url: String,
    /// The users resource, with a slash before it.
    pub users: String,
    /// The groups resource, with a slash before it.
    pub groups: String,
    /// What stands in the Authorization header.
    pub(in crate::provision) authorization: Option<Authorization>,
    pub(in crate::provision) preferences: Preferences,
}

/// The Authorization header; never shown.
#[derive(Clone)]
pub(in crate::provision) struct Authorization(pub String);

impl std::fmt::Debug for Authorization {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.masked())
    }
}

impl Authorization {
    /// The scheme, and stars for the secret.
    pub(in crate::provision) fn masked(&self) -> &'static str {
        match self.0.split_once(' ') {
            Some(("Bearer", _)) => "Bearer ***",
            Some(("Basic", _)) => "Basic ***",
            _ => "***",
        }
    }
}

/// The preferences table.
#[derive(Clone, Debug)]
pub(in crate::provision) struct Preferences {
    pub filter: Expression,
    pub identifier: Identifier,
    pub urns: Vec<String>,
    pub membership: Membership,
    pub create_users: bool,
    pub update_users: bool,
    pub disable_users: bool,
    pub remove_action: RemoveAction,
    pub remove_groups: bool,
}

/// The attribute whose value `%s` stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::provision) enum Identifier {
    UserName,
    WorkEmail,
}

impl Identifier {
    /// The SCIM attribute of the mapping table.
    pub(in crate::provision) fn attribute(self) -> &'static str {
        match self {
            Identifier::UserName => "userName",
            Identifier::WorkEmail => "workEmail",
        }
    }
}

/// What becomes of members that the target has from elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::provision) enum Membership {
    /// They stay.
    Merge,
    /// They go.
    Overwrite,
}

/// What becomes of a user who leaves the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::provision) enum RemoveAction {
    Disable,
    Delete,
}

#[derive(Clone, Copy)]
enum Method {
    None,
    Basic,
    Bearer,
}

const METHODS: [(&str, Method); 3] =
    [("None", Method::None), ("Basic", Method::Basic), ("OAuth 2 Bearer Token", Method::Bearer)];

/// Reads the file; what is wrong goes to `problems`. The preferences come also when the rest is wrong: the rule is
/// checked against them.
pub(super) fn read(
    path: &Path,
    file: &TomlFile<'_>,
    problems: &mut Problems,
) -> (Option<Preferences>, Option<Connection>) {
    let entries = match file.parse() {
        Ok(entries) => entries,
        Err(text) => {
            problems.0.push(text);
            return (None, None);
        }
    };
    let whole = Table::whole(file, &entries);
    whole.only(&["name", "authentication", "preferences"], problems);
    let preferences = preferences(&whole, problems);
    let connection = connection(path, &whole, preferences.clone(), problems);
    (Some(preferences), connection)
}

fn connection(
    path: &Path,
    whole: &Table<'_, '_>,
    preferences: Preferences,
    problems: &mut Problems,
) -> Option<Connection> {
    let name = whole.text("name", problems).map_or_else(|| "SCIM".to_owned(), |name| name.value);
    let Some(table) = whole.table("authentication", problems) else {
        problems.add(
            whole.file,
            0,
            "there is no table [authentication]: it says where to send, and with which token.",
        );
        return None;
    };
    table.only(&AUTHENTICATION, problems);
    let allow_plain = table.flag("allow_plain_http", false, problems);
    let base_url = table.required("scim_base_url", "the SCIM base URL that the service shows", problems);
    let base_url = base_url.and_then(|url| base(&table, &url, allow_plain, problems));
    table.word("scim_version", &[("2.0", ())], (), problems);
    let users = resource(&table, "users_resource", "/Users", problems);
    let groups = resource(&table, "groups_resource", "/Groups", problems);
    let authorization = authorization(path, &table, problems);
    Some(Connection { name, base_url: base_url?, users, groups, authorization, preferences })
}

const AUTHENTICATION: [&str; 14] = [
    "scim_base_url",
    "users_resource",
    "scim_version",
    "groups_resource",
    "authentication_method",
    "oauth_access_token",
    "oauth_access_token_variable",
    "oauth_access_token_file",
    "auth_type_header",
    "basic_auth_user",
    "basic_auth_password",
    "basic_auth_password_variable",
    "basic_auth_password_file",
    "allow_plain_http",
];

/// The base URL; plain http to this machine only, or where the file says so.
fn base(
    table: &Table<'_, '_>,
    given: &At<String>,
    allow_plain: bool,
    problems: &mut Problems,
) -> Option<String> {
    let url = Url::parse(&given.value).ok().filter(|url| {
        let bare = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        matches!(url.scheme(), "http" | "https") && url.has_host() && bare
    });
    let Some(url) = url else {
        let text = "scim_base_url: this is no http or https URL without user, query and fragment, such as \
            \"https://scim.example.com/scim/v2\".";
        problems.add(table.file, given.at, text);
        return None;
    };
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if url.scheme() == "http" && !is_here && !allow_plain {
        problems.add(
            table.file,
            given.at,
            "scim_base_url: plain http to another machine would show the token to everybody in between. Use https, or set \
             allow_plain_http = true.",
        );
    }
    Some(url.as_str().trim_end_matches('/').to_owned())
}

/// `/Users` for `Users` and `/Users/`.
fn resource(table: &Table<'_, '_>, key: &str, otherwise: &str, problems: &mut Problems) -> String {
    let text = table.text(key, problems).map_or_else(|| otherwise.to_owned(), |text| text.value);
    format!("/{}", text.trim_matches('/'))
}

fn authorization(path: &Path, table: &Table<'_, '_>, problems: &mut Problems) -> Option<Authorization> {
    let header = match table.word("authentication_method", &METHODS, Method::Bearer, problems) {
        Method::None => return None,
        Method::Basic => {
            let user =
                table.required("basic_auth_user", "Basic authentication sends a user", problems)?.value;
            let password = secret(path, table, "basic_auth_password", problems)?;
            format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
        }
        Method::Bearer => {
            let scheme = table
                .optional("auth_type_header", "a text", problems, |value| value.as_str().map(str::to_owned));
            let scheme = scheme.map_or_else(|| "Bearer".to_owned(), |scheme| scheme.value);
            format!("{scheme} {}", secret(path, table, "oauth_access_token", problems)?)
                .trim_start()
                .to_owned()
        }
    };
    if header.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Some(Authorization(header));
    }
    problems.add(
        table.file,
        table.at,
        "the token or the auth_type_header has characters that a header cannot carry.",
    );
    None
}

/// The secret `key`: in the file, in an environment variable or in a file of its own, exactly one of the three.
fn secret(path: &Path, table: &Table<'_, '_>, key: &str, problems: &mut Problems) -> Option<String> {
    let keys = [key.to_owned(), format!("{key}_variable"), format!("{key}_file")];
    let mut given = keys.iter().filter_map(|key| Some((key, table.text(key, problems)?)));
    let (Some((from, text)), None) = (given.next(), given.next()) else {
        let text = format!(
            "set exactly one of {}: the secret itself, the environment variable that holds it, or a file of it.",
            keys.join(", ")
        );
        problems.add(table.file, table.at, text);
        return None;
    };
    let read = if from.ends_with("_variable") {
        std::env::var(&text.value)
            .map_err(|_| format!("{from}: the environment variable {} is not set.", text.value))
    } else if from.ends_with("_file") {
        let file = path.parent().unwrap_or(Path::new("")).join(&text.value);
        std::fs::read_to_string(&file)
            .map_err(|error| format!("{from}: {} cannot be read: {error}.", file.display()))
    } else {
        Ok(text.value.clone())
    };
    match read.map(|secret| secret.trim().to_owned()) {
        Ok(secret) if !secret.is_empty() => Some(secret),
        Ok(_) => {
            problems.add(table.file, text.at, format!("{from}: there is nothing in it."));
            None
        }
        Err(reason) => {
            problems.add(table.file, text.at, reason);
            None
        }
    }
}

fn preferences(whole: &Table<'_, '_>, problems: &mut Problems) -> Preferences {
    let empty = Default::default();
    let table = whole.table("preferences", problems).unwrap_or(Table {
        file: whole.file,
        name: "[preferences]".into(),
        at: 0,
        entries: &empty,
    });
    table.only(&PREFERENCES, problems);
    let identifiers = [("workEmail", Identifier::WorkEmail), ("userName", Identifier::UserName)];
    let handlings = [("Merge", Membership::Merge), ("Overwrite", Membership::Overwrite)];
    let actions = [("Disable", RemoveAction::Disable), ("Delete", RemoveAction::Delete)];
    let filter = table.text("user_filter_expression", problems).and_then(|text| {
        let read = Expression::parse(&text.value);
        read.map_err(|reason| problems.add(table.file, text.at, format!("user_filter_expression: {reason}")))
            .ok()
    });
    Preferences {
        filter: filter.unwrap_or_default(),
        identifier: table.word("user_identifier", &identifiers, Identifier::WorkEmail, problems),
        urns: table
            .texts("custom_attribute_schema_urns", problems)
            .into_iter()
            .map(|urn| urn.value)
            .collect(),
        membership: table.word("group_membership_handling", &handlings, Membership::Merge, problems),
        create_users: table.flag("create_users", true, problems),
        update_users: table.flag("update_users", true, problems),
        disable_users: table.flag("disable_users", true, problems),
        remove_action: table.word("remove_action", &actions, RemoveAction::Disable, problems),
        remove_groups: table.flag("remove_groups", true, problems),
    }
}

const PREFERENCES: [&str; 9] = [
    "user_filter_expression",
    "user_identifier",
    "custom_attribute_schema_urns",
    "group_membership_handling",
    "create_users",
    "update_users",
    "disable_users",
    "remove_action",
    "remove_groups",
];

//! The connection file: where to send, with which credential, and the preferences. Keys are the fields of PingOne's
//! console.

use std::path::Path;

use url::{Host, Url};

use crate::model::toml_file::TomlFile;
use crate::provision::files::credential::{Authorization, authorization};
use crate::provision::files::preferences::{Preferences, preferences};
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

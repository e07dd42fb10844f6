//! The credential of a connection: from the file, the environment or a file of its own into one header.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::provision::files::table::{Problems, Table};

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

#[derive(Clone, Copy)]
enum Method {
    None,
    Basic,
    Bearer,
}

const METHODS: [(&str, Method); 3] =
    [("None", Method::None), ("Basic", Method::Basic), ("OAuth 2 Bearer Token", Method::Bearer)];

/// Reads the credential that `table` of the file at `path` names; what is wrong goes to `problems`.
pub(super) fn authorization(
    path: &Path,
    table: &Table<'_, '_>,
    problems: &mut Problems,
) -> Option<Authorization> {
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

//! The shape of the source (architecture.md, section 1): imports go downwards, SQL and async stay where they belong,
//! files stay readable, and the top of the repository holds nothing that nobody expects.
//!
//! The checker reads tokens, not types: a path that names a module of this crate is an import, wherever it stands.

use std::path::{Path, PathBuf};

use tokens::{Token, tokens_of};

mod tokens;

/// The layers from the top down. A layer imports from those below it.
const LAYERS: [&str; 17] = [
    "cli",
    "testing",
    "provision",
    "app",
    "http",
    "auth",
    "scim",
    "admin",
    "webhooks",
    "directory",
    "mapping",
    "store",
    "config",
    "clock",
    "ids",
    "limiter",
    "model",
];

/// The three ways in and out; they never import each other.
const SIBLINGS: [&str; 3] = ["scim", "admin", "webhooks"];

/// What may be imported by layers that could stand alone: the provisioner is a client, the engine is pure.
const ONLY: [(&str, &str); 2] = [("provision", "model"), ("mapping", "model")];

/// Words of the code, and the one folder where each may be used.
const CONFINED: [(&str, &str); 5] = [
    ("rusqlite", "src/store/"),
    ("async", "src/http/front/"),
    ("await", "src/http/front/"),
    ("tokio", "src/http/front/"),
    ("hyper", "src/http/front/"),
];

const LONGEST_FILE: usize = 400;

/// What the top of the repository may hold, beside what .gitignore names.
const TOP: [&str; 18] = [
    ".cargo",
    ".ci",
    ".git",
    ".gitignore",
    ".readme",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "SECURITY.md",
    "benches",
    "clippy.toml",
    "config.example.toml",
    "fuzz",
    "rustfmt.toml",
    "schema.sql",
    "src",
    "tests",
];

#[test]
fn imports_go_downwards_and_sql_and_async_stay_where_they_belong() {
    let found: Vec<String> = sources().iter().flat_map(|(path, text)| check(path, text)).collect();
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn no_file_is_longer_than_a_person_reads() {
    let found: Vec<String> = sources().iter().filter_map(|(path, text)| too_long(path, text)).collect();
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn the_top_of_the_repository_holds_what_everyone_expects() {
    let ignored = std::fs::read_to_string(root().join(".gitignore")).unwrap();
    let strangers: Vec<String> = std::fs::read_dir(root())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !TOP.contains(&name.as_str()) && !is_ignored(&ignored, name))
        .collect();
    assert!(strangers.is_empty(), "not in the list of tests/it/layering.rs: {strangers:?}");
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Whether a line of .gitignore such as `/rollcall.db*` names `name`.
fn is_ignored(ignored: &str, name: &str) -> bool {
    let is_named = |pattern: &str| match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    };
    ignored.lines().filter_map(|line| line.trim_end_matches('/').strip_prefix('/')).any(is_named)
}

/// Path below the root, with slashes, and text of every Rust file under src.
fn sources() -> Vec<(String, String)> {
    let mut files = Vec::new();
    collect(&root().join("src"), &mut files);
    assert!(!files.is_empty(), "no sources found");
    files
}

fn collect(folder: &Path, files: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let below = path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
            files.push((below, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

fn too_long(path: &str, text: &str) -> Option<String> {
    let lines = text.lines().count();
    let says_why = text.lines().next().is_some_and(|first| first.contains("400 lines because"));
    (lines > LONGEST_FILE && !says_why).then(|| {
        format!("{path}: {lines} lines. Split it, or begin it with \"//! Over 400 lines because ...\".")
    })
}

/// What is wrong with the file at `path`, a line each.
fn check(path: &str, text: &str) -> Vec<String> {
    let tokens = tokens_of(text);
    let mut found = Vec::new();
    for (word, home) in CONFINED {
        let uses = tokens.iter().filter(|token| token.text == word && !path.starts_with(home));
        found.extend(uses.map(|token| format!("{path}:{}: {word} belongs in {home}", token.line)));
    }
    let Some(own) = layer_of(path) else { return found };
    for (line, module) in imports(path, &tokens) {
        if let Some(reason) = forbidden(own, &module) {
            found.push(format!("{path}:{line}: {own} imports {module}: {reason}"));
        }
    }
    found
}

/// The layer of a file; `None` for the root, which declares them all.
fn layer_of(path: &str) -> Option<&str> {
    let below = path.strip_prefix("src/")?;
    let name = below.split('/').next()?;
    Some(name.strip_suffix(".rs").unwrap_or(name)).filter(|name| !matches!(*name, "lib" | "main"))
}

/// Why a file of layer `from` may not name `to`, if so.
fn forbidden(from: &str, to: &str) -> Option<&'static str> {
    let rank = |layer: &str| LAYERS.iter().position(|known| *known == layer);
    let (Some(own), Some(other)) = (rank(from), rank(to)) else {
        return Some("a module that is not in the list of layers");
    };
    if from == to {
        None
    } else if ONLY.iter().any(|(layer, only)| *layer == from && *only != to) {
        Some("it may import the model only")
    } else if SIBLINGS.contains(&from) && SIBLINGS.contains(&to) {
        Some("scim, admin and webhooks never import each other")
    } else if own > other {
        Some("a step upwards")
    } else {
        None
    }
}

/// Every module at the root of the crate that the code names, by `crate::`, `rollcall::` or enough `super::`.
fn imports(path: &str, tokens: &[Token]) -> Vec<(usize, String)> {
    let depth = depth_of(path);
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let follows = |offset: usize| tokens.get(at + offset).is_some_and(|next| next.text == "::");
        let supers = tokens[at..].chunks(2).take_while(|pair| is_super(pair)).count();
        if matches!(token.text.as_str(), "crate" | "rollcall") && follows(1) {
            found.extend(heads(&tokens[at + 2..]));
            at += 2;
        } else if supers > 0 {
            at += 2 * supers;
            // From an inline module one more `super` is needed to reach the root; a name of our own is then no layer.
            let named = heads(&tokens[at..]).into_iter().filter(|(_, name)| LAYERS.contains(&name.as_str()));
            found.extend(named.filter(|_| supers >= depth));
        } else {
            at += 1;
        }
    }
    found
}

fn is_super(pair: &[Token]) -> bool {
    matches!(pair, [word, colons] if word.text == "super" && colons.text == "::")
}

/// How many modules deep a file is: `src/scim/users.rs` and `src/scim/filter/mod.rs` are 2.
fn depth_of(path: &str) -> usize {
    let parts = path.trim_start_matches("src/").trim_end_matches(".rs").split('/');
    parts.filter(|part| *part != "mod").count()
}

/// The first names of what follows `crate::`: one, or those of each item of a `{...}` list.
fn heads(tokens: &[Token]) -> Vec<(usize, String)> {
    if tokens.first().is_none_or(|token| token.text != "{") {
        return tokens.first().map(|token| (token.line, token.text.clone())).into_iter().collect();
    }
    let (mut depth, mut is_first) = (0_usize, false);
    let mut found = Vec::new();
    for token in tokens {
        match token.text.as_str() {
            "{" => (depth, is_first) = (depth + 1, depth == 0),
            "}" => depth -= 1,
            "," => is_first = depth == 1,
            name if is_first && depth == 1 => {
                found.push((token.line, name.to_owned()));
                is_first = false;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    found
}

mod checker {
    use super::*;

    #[test]
    fn a_step_upwards_is_found_however_it_is_written() {
        for code in [
            "use crate::scim::users;",
            "use crate::{model::id, scim};",
            "use crate::{\n    model::{id::UserId, role::{Role}},\n    scim::users,\n};",
            "fn f() -> crate::scim::Answer { todo }",
            "use super::super::scim::users;",
            "use super::super::{model, scim::users};",
            "pub(in crate::scim) fn f() {}",
            "let text = \"// not a comment\"; use crate::scim::users;",
            "let quote = '\"'; use crate::scim::users;",
            "fn f<'a>(x: &'a str) { crate::scim::g(x) }",
        ] {
            let found = check("src/store/users.rs", code);
            assert_eq!(found.len(), 1, "{code}: {found:?}");
            assert!(found[0].contains("store imports scim: a step upwards"), "{found:?}");
        }
    }

    #[test]
    fn a_finding_names_its_line() {
        let code =
            "//! Doc.\n/* one\ntwo */\nlet text = r#\"a\nb\"#;\nuse crate::{\n    model::id,\n    app,\n};";
        assert_eq!(
            check("src/store/users.rs", code),
            ["src/store/users.rs:8: store imports app: a step upwards"]
        );
    }

    #[test]
    fn a_step_downwards_and_a_name_in_a_text_are_fine() {
        for code in [
            "use crate::model::{app, id::UserId};",
            "use crate::store::pages; use crate::clock::Clock;",
            "// use crate::scim::users;\n/* crate::app /* crate::cli */ crate::http */",
            "/// See [`crate::scim`].\nlet text = \"crate::scim\"; let raw = r#\"\"crate::scim\"#;",
            "mod tests { use super::super::rows; use super::*; }",
            "pub(crate) fn f() {}",
        ] {
            assert_eq!(check("src/store/users.rs", code), Vec::<String>::new(), "{code}");
        }
        assert_eq!(check("src/main.rs", "fn main() { rollcall::cli::run() }"), Vec::<String>::new());
    }

    #[test]
    fn the_ways_in_never_import_each_other_and_the_pure_layers_only_the_model() {
        for (path, code, reason) in [
            ("src/scim/users.rs", "use crate::admin::page;", "never import each other"),
            ("src/scim/users.rs", "use crate::webhooks::Job;", "never import each other"),
            ("src/webhooks/mod.rs", "use crate::scim::errors;", "never import each other"),
            ("src/provision/sync.rs", "use crate::scim::filter;", "the model only"),
            ("src/mapping/plan.rs", "use crate::store::Store;", "the model only"),
            ("src/scim/users.rs", "use crate::helpers::join;", "not in the list of layers"),
            ("src/helpers.rs", "use crate::model::id;", "not in the list of layers"),
            ("src/model/user.rs", "use crate::clock::Clock;", "a step upwards"),
        ] {
            let found = check(path, code);
            assert!(found.len() == 1 && found[0].contains(reason), "{path}: {code}: {found:?}");
        }
    }

    #[test]
    fn sql_and_async_outside_of_their_folders_are_found() {
        for (word, code) in [
            ("rusqlite", "use rusqlite::Connection;"),
            ("tokio", "tokio::spawn(f);"),
            ("hyper", "use hyper::body;"),
            ("async", "async fn f() {}"),
            ("await", "f().await;"),
        ] {
            let found = check("src/scim/users.rs", code);
            assert!(found.len() == 1 && found[0].contains(word), "{code}: {found:?}");
        }
        assert_eq!(check("src/store/users.rs", "use rusqlite::Connection;"), Vec::<String>::new());
        assert_eq!(check("src/http/front/mod.rs", "async fn f() { tokio::f().await }"), Vec::<String>::new());
        assert_eq!(check("src/scim/users.rs", "let hyperlink = asynchronous;"), Vec::<String>::new());
    }

    #[test]
    fn a_long_file_needs_a_reason_in_its_first_line() {
        let long = "x\n".repeat(LONGEST_FILE + 1);
        assert!(too_long("src/a.rs", &long).is_some());
        assert!(
            too_long("src/a.rs", &format!("//! Over 400 lines because it is one table.\n{long}")).is_none()
        );
        assert!(too_long("src/a.rs", &"x\n".repeat(LONGEST_FILE)).is_none());
    }

    #[test]
    fn what_git_ignores_is_no_stranger() {
        let ignored = "/target\n/rollcall.db*\n/.venv/\n";
        assert!(["target", "rollcall.db-wal", ".venv"].iter().all(|name| is_ignored(ignored, name)));
        assert!(!is_ignored(ignored, "notes.txt") && !is_ignored(ignored, "target2"));
    }
}

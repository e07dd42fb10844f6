//! The named deviations (scim.md): each is granted and named in the log, and refused by name when the server is strict.
//!
//! `deviations/{name}.json` is a request that needs the deviation of that name, and no other, against a directory of two
//! users in one group and one deleted user.

use rollcall::scim::deviations::Deviation;
use serde::Deserialize;
use serde_json::json;

use crate::common::{Expectation, Request, ServerProcess, Values, files_in, read};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// A request that needs a deviation.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fixture {
    /// What this shows, and who sends it.
    about: String,
    request: Request,
    lenient: Expectation,
    strict: Expectation,
}

/// The directory that the requests are sent to.
fn stage(server: &ServerProcess) -> Values {
    let bob = server.user("bob");
    let ann = server.user_with(json!({"userName": "ann@example.com",
        "emails": [{"value": "ann@home.example.com", "type": "home"}], ENTERPRISE: {"manager": {"value": bob}}}));
    let deleted = server.user("deleted");
    let sales = server.group("Sales", &[&ann, &bob]);
    server.delete_user(&deleted);
    let mut values = Values::default();
    values.set("scim_token", server.ready["scim_token"].as_str().expect("a token"));
    for (name, id) in [("ann", ann), ("bob", bob), ("deleted", deleted), ("sales", sales)] {
        values.set(name, id);
    }
    values
}

/// What is wrong with a deviation under one setting of `strict`.
fn problems(name: &str, strict: bool, request: &Request, expected: &Expectation) -> Vec<String> {
    let mut server =
        ServerProcess::start_with(&format!("[scim]\nstrict = {strict}\n[log]\nlevel = \"debug\"\n"));
    let values = stage(&server);
    let answer = request.send(&server.scim, &values);
    let mut problems = expected.problems(&answer, &values);
    let relied: Vec<String> = server.program.log().lines().filter_map(relied_on).collect();
    match strict {
        false if relied != [name] => problems.push(format!("the log names {relied:?}")),
        true if !relied.is_empty() => {
            problems.push(format!("the log names {relied:?} though nothing is granted"))
        }
        true if answer.status >= 400 && !answer.text.contains(name) => {
            problems.push(format!("the refusal does not name the deviation: {}", answer.text));
        }
        _ => {}
    }
    problems
        .iter()
        .map(|problem| format!("{name}, strict = {strict}: {problem}\n    {}", answer.text))
        .collect()
}

/// The deviation that a line of the log says was relied on.
fn relied_on(line: &str) -> Option<String> {
    let (_, name) = line.split_once("relied on the tolerance ")?;
    Some(name.split([' ', ':', '.']).next()?.to_owned())
}

#[test]
fn each_deviation_is_granted_and_logged_and_strict_refuses_it_by_name() {
    let mut wrong = Vec::new();
    for file in files_in("deviations") {
        let fixture: Fixture = read(&file);
        let name = file.file_stem().and_then(|stem| stem.to_str()).expect("a name");
        wrong.extend(problems(name, false, &fixture.request, &fixture.lenient));
        wrong.extend(problems(name, true, &fixture.request, &fixture.strict));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn each_deviation_of_the_table_has_its_fixture_and_each_fixture_its_deviation() {
    let mut names: Vec<String> =
        Deviation::ALL.iter().map(|deviation| deviation.as_str().to_owned()).collect();
    names.sort();
    let files = files_in("deviations");
    let fixtures: Vec<&str> =
        files.iter().filter_map(|file| file.file_stem().and_then(|stem| stem.to_str())).collect();
    assert_eq!(fixtures, names);
    for file in &files {
        assert!(!read::<Fixture>(file).about.is_empty(), "{} shows nothing", file.display());
    }
}

//! Names, literals and operators against the schemas; what `store` makes of typed filters is tested there.

use crate::model::error::{Kind, Result};
use crate::model::filter::{Collation, Filter, Path, Relation, Sort, SortKey, Test, Text, TextRelation};
use crate::scim::deviations::{Deviation, Notes, Tolerance};
use crate::scim::filter::{Limits, Reach, Resolver, parse_filter};
use crate::scim::schema::{ResourceKind, SchemaSettings, Schemas};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// The typed filter and the deviations that it relied on.
fn resolve(
    text: &str,
    kind: ResourceKind,
    reach: Reach,
    tolerance: Tolerance,
) -> Result<(Filter, Vec<Deviation>)> {
    let schemas = Schemas::new(SchemaSettings { tolerance, ..SchemaSettings::default() });
    let mut notes = Notes::default();
    let expression = parse_filter(text, &Limits::default(), tolerance, &mut notes)?;
    let filter = Resolver { schemas: &schemas, kind, reach, notes: &mut notes }.filter(&expression)?;
    Ok((filter, notes.deviations().to_vec()))
}

fn typed(text: &str) -> Filter {
    let resolved = resolve(text, ResourceKind::User, Reach::Kind, Tolerance::Lenient);
    resolved.unwrap_or_else(|error| panic!("{text}: {error}")).0
}

fn refusal(text: &str) -> String {
    let error = resolve(text, ResourceKind::User, Reach::Kind, Tolerance::Lenient).expect_err(text);
    assert_eq!(error.kind, Kind::InvalidFilter, "{text}");
    error.detail
}

fn sort(sort_by: &str, kind: ResourceKind, reach: Reach) -> Result<Sort> {
    let schemas = Schemas::new(SchemaSettings::default());
    Resolver { schemas: &schemas, kind, reach, notes: &mut Notes::default() }.sort(sort_by, false)
}

fn path(keys: &[&str]) -> Path {
    Path(keys.iter().map(|key| (*key).to_owned()).collect())
}

fn folded(key: &str, text: &str) -> Filter {
    let test = Test::Text(TextRelation::Ordered(Relation::Equal), Text::Folded(text.to_owned()));
    Filter::Test { path: path(&[key]), test }
}

/// RFC 7643 §2.2, caseExact: text that compares without case is folded once, here.
#[test]
fn literals_are_folded_where_letter_case_does_not_count() {
    assert_eq!(typed(r#"USERNAME eq "JÉ""#), folded("userName", "jé"));
    let exact = Test::Text(TextRelation::Contains, Text::Exact("Ab".into()));
    assert_eq!(typed(r#"externalId co "Ab""#), Filter::Test { path: path(&["externalId"]), test: exact });
}

/// RFC 7644 §3.4.2.2 (`emails co`), §3.10 (URNs); spec/scim.md, Filters (`email`).
#[test]
fn one_attribute_has_many_names() {
    let element = Box::new(folded("value", "a@b"));
    let expected = Filter::Any { path: path(&["emails"]), element };
    let names = ["emails.value", "emails", "Emails.Value", "email", "email.value"];
    for name in names.map(str::to_owned).into_iter().chain([
        "urn:ietf:params:scim:schemas:core:2.0:User:emails.value".to_owned(),
        "urn:ietf:params:scim:schemas:core:2.0:user:EMAILS".to_owned(),
    ]) {
        assert_eq!(typed(&format!("{name} eq \"A@b\"")), expected, "{name}");
    }
    assert_eq!(typed(r#"department eq "x""#), typed(&format!("{ENTERPRISE}:department eq \"x\"")));
    assert_eq!(typed(r#"manager eq "x""#), typed(&format!("{ENTERPRISE}:manager.value eq \"x\"")));
}

/// shared/idp/README.md §3: Entra ID's form says the same as the RFC's.
#[test]
fn a_test_behind_brackets_is_one_inside_them() {
    let inside = typed(r#"emails[type eq "work" and value eq "x"]"#);
    assert_eq!(typed(r#"emails[type eq "work"].value eq "x""#), inside);
}

#[test]
fn null_asks_for_presence() {
    assert_eq!(typed("title ne null"), typed("title pr"));
    assert_eq!(typed("title eq null"), typed("not (title pr)"));
    assert_eq!(typed("emails ne null"), typed("emails pr"));
    assert_eq!(
        typed(r#"emails[type eq "work"].value eq null"#),
        typed(r#"not (emails[type eq "work"].value pr)"#)
    );
}

#[test]
fn another_value_is_asked_for_among_many_and_the_same_value_denied_of_one() {
    assert_eq!(typed(r#"title ne "x""#), typed(r#"not (title eq "x")"#));
    assert_eq!(
        typed(r#"emails.value ne "x""#),
        typed(r#"emails[value pr and not (value eq "x")] or not (emails.value pr)"#)
    );
}

#[test]
fn brackets_after_a_single_complex_attribute_look_into_it() {
    assert_eq!(
        typed(r#"name[familyName eq "x" or not (givenName pr)]"#),
        typed(r#"name pr and (name.familyName eq "x" or not (name.givenName pr))"#)
    );
}

#[test]
fn wrong_names_operators_and_literals_are_refused_with_position_and_expectation() {
    let cases = [
        (r#"title pr and foo eq "x""#, "position 14: no schema declares \"foo\" for User resources"),
        (r#"members.value eq "x""#, "no schema declares \"members.value\" for User"),
        (
            r#"emails[kind eq "x"]"#,
            "position 8: \"kind\" is no sub-attribute of emails, which has value, display",
        ),
        (r#"emails[type eq "x"].kind eq "y""#, "position 21: \"kind\" is no sub-attribute of emails"),
        (r#"userName[type eq "x"]"#, "\"userName\" has no sub-attributes"),
        (r#"emails.value[type eq "x"]"#, "\"emails.value\" has no sub-attributes"),
        (r#"name eq "x""#, "\"name\" is complex; compare one of its sub-attributes (formatted, familyName"),
        (
            "active gt true",
            "the operator \"gt\" does not apply to \"active\", which is a boolean; use one of eq",
        ),
        (r#"active co "t""#, "the operator \"co\" does not apply to \"active\""),
        ("active eq 1", "\"active\" is a boolean and is compared with 1; expected true or false"),
        (r#"active eq "yes""#, "is compared with \"yes\"; expected true or false"),
        ("active gt null", "does not apply to \"active\""),
        (
            "userName eq 5",
            "\"userName\" is a string and is compared with 5; expected a string in double quotes",
        ),
        ("userName eq true", "is compared with true; expected a string"),
        ("userName gt null", "is compared with null"),
        (r#"x509Certificates.value gt "x""#, "which is binary; use one of eq, ne, co, sw, ew, pr"),
        (r#"meta.created gt "2026-01-01""#, "expected a date-time with an offset such as"),
        (r#"meta.created sw "2026""#, "the operator \"sw\" does not apply to \"meta.created\""),
    ];
    for (text, expected) in cases {
        let detail = refusal(text);
        assert!(detail.contains(expected), "{text}: {detail}");
    }
}

#[test]
fn tolerances_are_noted_and_refused_by_a_strict_server() {
    let cases = [
        (r#"email eq "x""#, Deviation::EmailAlias),
        (r#"active eq "True""#, Deviation::StringBoolean),
        (r#"manager eq "x""#, Deviation::ValueOfComplex),
    ];
    for (text, deviation) in cases {
        let lenient = resolve(text, ResourceKind::User, Reach::Kind, Tolerance::Lenient);
        assert!(lenient.is_ok_and(|(_, noted)| noted == [deviation]), "{text}");
        let strict = resolve(text, ResourceKind::User, Reach::Kind, Tolerance::Strict);
        assert!(strict.is_err_and(|error| error.kind == Kind::InvalidFilter), "{text}");
    }
}

/// spec/scim.md, Lists: on root `/.search` an attribute that only another type declares has no value.
#[test]
fn in_a_search_of_the_root_an_attribute_of_another_kind_has_no_value() {
    let group = |text: &str| resolve(text, ResourceKind::Group, Reach::Root, Tolerance::Lenient);
    assert_eq!(group(r#"userName eq "x""#).map(|(filter, _)| filter), Ok(Filter::NEVER));
    assert_eq!(group("emails pr").map(|(filter, _)| filter), Ok(Filter::NEVER));
    let denied = Filter::Not(Box::new(Filter::NEVER));
    assert_eq!(group(r#"userName ne "x""#).map(|(filter, _)| filter), Ok(denied));
    assert!(group("userName eq 5").is_err() && group(r#"foo eq "x""#).is_err());
    assert!(resolve(r#"userName eq "x""#, ResourceKind::Group, Reach::Kind, Tolerance::Lenient).is_err());
}

/// RFC 7644 §3.4.2.3.
#[test]
fn sorting_takes_any_simple_attribute_and_the_value_of_complex_ones() {
    let key = |sort_by: &str| sort(sort_by, ResourceKind::User, Reach::Kind).map(|sort| sort.key);
    let emails =
        SortKey { array: Some(path(&["emails"])), path: path(&["value"]), collation: Collation::Folded };
    assert_eq!(key("emails"), Ok(Some(emails.clone())));
    assert_eq!(key("Emails.Value"), Ok(Some(emails)));
    let created = SortKey { array: None, path: path(&["meta", "created"]), collation: Collation::Instant };
    assert_eq!(key("meta.created"), Ok(Some(created)));
    for (unknown, expected) in [("foo", "no schema declares \"foo\""), ("name", "as in name.formatted")] {
        let error = key(unknown).expect_err(unknown);
        assert_eq!(error.kind, Kind::InvalidPath);
        assert!(error.detail.contains(expected), "{error}");
    }
    assert_eq!(sort("userName", ResourceKind::Group, Reach::Root).map(|sort| sort.key), Ok(None));
    assert!(sort("userName", ResourceKind::Group, Reach::Kind).is_err());
}

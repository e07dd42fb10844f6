use super::*;
use crate::admin::fixture::call;

const KNOWN: [&str; 4] = ["name", "priority", "enabled", "features"];

fn fields(body: &str) -> Result<Fields> {
    Fields::of_body(&call().text(body).done(), &KNOWN)
}

fn refused<T: std::fmt::Debug>(outcome: Result<T>) -> (Kind, String, Option<String>) {
    let error = outcome.unwrap_err();
    (error.kind, error.detail, error.field)
}

#[test]
fn a_body_that_is_not_json_is_refused_with_line_and_column() {
    let (kind, detail, field) = refused(fields("{\n  \"name\": x}"));
    assert_eq!((kind, field), (Kind::InvalidSyntax, None));
    assert!(detail.contains("line 2 column 11"), "{detail}");
    let cut = refused(Fields::of_body(&call().text("{\"name\": \"a").done(), &KNOWN));
    assert_eq!(cut.0, Kind::InvalidSyntax);
    let mut latin = call().done();
    latin.body = b"{\"name\": \"caf\xe9\"}".to_vec();
    assert_eq!(refused(Fields::of_body(&latin, &KNOWN)).0, Kind::InvalidSyntax);
}

#[test]
fn a_body_that_is_no_object_is_refused_and_says_what_it_is() {
    for (body, found) in
        [("[]", "an array"), ("\"a\"", "the string \"a\""), ("7", "the number 7"), ("null", "null")]
    {
        let (kind, detail, _) = refused(fields(body));
        assert_eq!(kind, Kind::InvalidSyntax);
        assert!(detail.contains(found), "{detail}");
    }
}

#[test]
fn an_empty_body_is_refused_where_fields_are_needed_and_has_none_where_not() {
    assert_eq!(refused(fields("")).0, Kind::InvalidSyntax);
    let mut none = Fields::of_optional_body(&call().text(" \n").done(), &KNOWN).unwrap();
    assert_eq!(none.optional::<String>("name").unwrap(), None);
    assert_eq!(refused(Fields::of_optional_body(&call().text("x").done(), &KNOWN)).0, Kind::InvalidSyntax);
}

#[test]
fn an_unknown_field_is_refused_with_the_known_ones() {
    let (kind, detail, field) = refused(fields("{\"nmae\": \"a\"}"));
    assert_eq!((kind, field.as_deref()), (Kind::InvalidValue, Some("nmae")));
    assert_eq!(detail, "nmae: there is no such field. Known fields are name, priority, enabled, features.");
}

#[test]
fn a_field_of_the_wrong_type_is_refused_with_what_was_found_and_expected() {
    let mut wrong =
        fields("{\"name\": 7, \"priority\": 1.5, \"enabled\": \"yes\", \"features\": []}").unwrap();
    let (kind, detail, field) = refused(wrong.required::<String>("name"));
    assert_eq!((kind, field.as_deref()), (Kind::InvalidValue, Some("name")));
    assert_eq!(detail, "name: it is the number 7; a string is expected.");
    assert_eq!(
        refused(wrong.optional::<i64>("priority")).1,
        "priority: it is the number 1.5; a whole number is expected."
    );
    assert_eq!(
        refused(wrong.changed::<bool>("enabled")).1,
        "enabled: it is the string \"yes\"; true or false is expected."
    );
    assert_eq!(refused(wrong.object("features", &[])).1, "features: it is an array; an object is expected.");
}

#[test]
fn a_missing_field_is_refused_by_name() {
    let (kind, detail, field) = refused(fields("{}").unwrap().required::<TargetType>("name"));
    assert_eq!((kind, field.as_deref()), (Kind::InvalidValue, Some("name")));
    assert_eq!(detail, "name: it is missing; one of team, concurrency_group, sub_organization is required.");
}

#[test]
fn a_field_within_an_object_is_named_with_its_path() {
    let mut outer = fields("{\"features\": {\"teams\": 1}}").unwrap();
    let mut inner = outer.object("features", &["teams"]).unwrap().unwrap();
    assert_eq!(refused(inner.changed::<bool>("teams")).2.as_deref(), Some("features.teams"));
    let mut outer = fields("{\"features\": {\"temas\": true}}").unwrap();
    assert_eq!(refused(outer.object("features", &["teams"])).2.as_deref(), Some("features.temas"));
}

#[test]
fn null_leaves_out_empties_or_is_refused_as_the_field_allows() {
    let null = || fields("{\"name\": null}").unwrap();
    assert_eq!(null().optional::<String>("name").unwrap(), None);
    assert_eq!(null().edit::<String>("name").unwrap(), Edit::Clear);
    assert_eq!(refused(null().changed::<String>("name")).0, Kind::InvalidValue);
    assert_eq!(fields("{}").unwrap().edit::<String>("name").unwrap(), Edit::Keep);
    assert_eq!(Edit::Set(1).change(), Some(Some(1)));
    assert_eq!(Edit::<i64>::Keep.change(), None);
    assert_eq!(Edit::<i64>::Clear.change(), Some(None));
}

#[test]
fn a_long_value_is_not_repeated_whole() {
    let long = "x".repeat(10_000);
    let (_, detail, _) =
        refused(fields(&format!("{{\"enabled\": \"{long}\"}}")).unwrap().required::<bool>("enabled"));
    assert!(detail.len() < 200, "{}", detail.len());
}

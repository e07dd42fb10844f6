//! The message itself.

use super::*;
use crate::model::error::Kind;

fn parse_body(schemas: &Schemas, body: Value) -> Result<PatchRequest> {
    PatchRequest::parse(body, schemas, &Limits::default())
}

fn kind(operations: Value) -> Kind {
    parse(&lenient(), operations).expect_err("malformed").kind
}

#[test]
fn what_is_no_patch_op_is_invalid_syntax_rfc_7644_3_5_2() {
    for body in [
        json!([]),
        json!({}),
        json!({"userName": "x"}),
        json!({"Operations": "x"}),
        json!({"Operations": []}),
    ] {
        assert_eq!(
            parse_body(&lenient(), body.clone()).expect_err("malformed").kind,
            Kind::InvalidSyntax,
            "{body}"
        );
    }
    for operation in
        [json!(1), json!({}), json!({"op": 1}), json!({"op": "move", "path": "title", "value": "x"})]
    {
        assert_eq!(kind(json!([operation])), Kind::InvalidSyntax, "{operation}");
    }
}

#[test]
fn the_error_says_in_which_operation_it_is() {
    let good = json!({"op": "add", "path": "title", "value": "x"});
    let error = parse(&lenient(), json!([good, {"op": "add", "path": "title"}])).expect_err("no value");
    assert!(
        error.kind == Kind::InvalidValue && error.detail.starts_with("Operation 2: "),
        "{}",
        error.detail
    );
    assert!(
        refused(json!([good, {"op": "add", "path": "active", "value": 1}]))
            .detail
            .starts_with("Operation 2: ")
    );
}

#[test]
fn malformed_paths_and_removals_without_one_are_refused_with_the_scim_type_of_the_rfc() {
    assert_eq!(kind(json!([{"op": "add", "path": "na me", "value": 1}])), Kind::InvalidPath);
    assert_eq!(kind(json!([{"op": "add", "path": 7, "value": 1}])), Kind::InvalidPath);
    assert_eq!(
        kind(json!([{"op": "add", "path": "emails[type eq].value", "value": 1}])),
        Kind::InvalidFilter
    );
    assert_eq!(kind(json!([{"op": "remove"}])), Kind::NoTarget);
}

#[test]
fn members_of_the_message_compare_without_case_rfc_7643_2_1() {
    let body = json!({
        "SCHEMAS": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "operations": [{"OP": "add", "Path": "title", "VALUE": "x"}],
    });
    assert!(parse_body(&strict(), body).is_ok());
}

#[test]
fn a_missing_schemas_is_a_deviation() {
    let body = json!({"Operations": [{"op": "remove", "path": "title"}]});
    assert_eq!(parse_body(&strict(), body.clone()).expect_err("strict").kind, Kind::InvalidSyntax);
    assert_eq!(
        parse_body(&lenient(), body).expect("lenient").notes.deviations(),
        [Deviation::MissingSchemas]
    );
}

#[test]
fn op_comes_in_any_letter_case() {
    for op in ["Replace", "REPLACE"] {
        let resource =
            tolerated(json!([{"op": op, "path": "title", "value": "x"}]), Deviation::OperationCase);
        assert_eq!(resource["title"], json!("x"));
    }
}

#[test]
fn one_operation_may_stand_without_its_array() {
    let operation = json!({"op": "replace", "path": "title", "value": "x"});
    assert_eq!(tolerated(operation, Deviation::ValueForArray)["title"], json!("x"));
}

#[test]
fn more_operations_than_the_limit_are_too_many() {
    let many = vec![json!({"op": "remove", "path": "title"}); OPERATIONS + 1];
    assert_eq!(kind(json!(many)), Kind::TooMany);
}

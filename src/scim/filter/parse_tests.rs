//! The parser against the grammar of RFC 7644 Figure 1, the filters that IdPs send, and its own printer.

use proptest::prelude::*;

use crate::model::error::{Kind, Result};
use crate::scim::deviations::{Deviation, Notes, Tolerance};
use crate::scim::filter::*;

/// Parses leniently, within `limits`.
fn parse(text: &str, limits: &Limits) -> Result<Expression> {
    parse_filter(text, limits, Tolerance::Lenient, &mut Notes::default())
}

/// Parses as a strict server does.
fn parse_strictly(text: &str) -> Result<Expression> {
    parse_filter(text, &Limits::default(), Tolerance::Strict, &mut Notes::default())
}

fn parse_path(text: &str, tolerance: Tolerance) -> Result<PatchPath> {
    super::parse_path(text, &Limits::default(), tolerance, &mut Notes::default())
}

fn parsed(text: &str) -> Expression {
    parse(text, &Limits::default()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refusal(text: &str) -> String {
    refusal_with(text, &Limits::default())
}

fn refusal_with(text: &str, limits: &Limits) -> String {
    let error = parse(text, limits).expect_err(text);
    assert_eq!(error.kind, Kind::InvalidFilter, "{text}");
    error.detail
}

/// RFC 7644 §3.4.2.2, all the examples.
#[test]
fn the_examples_of_the_rfc_parse_and_print_as_they_are_also_in_strict_mode() {
    let examples = [
        r#"userName eq "bjensen""#,
        r#"name.familyName co "O'Malley""#,
        r#"userName sw "J""#,
        r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J""#,
        "title pr",
        r#"meta.lastModified gt "2011-05-13T04:42:34Z""#,
        r#"meta.lastModified le "2011-05-13T04:42:34Z""#,
        r#"title pr and userType eq "Employee""#,
        r#"title pr or userType eq "Intern""#,
        r#"schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User""#,
        r#"userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")"#,
        r#"userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")"#,
        r#"userType eq "Employee" and (emails.type eq "work")"#,
        r#"userType eq "Employee" and emails[type eq "work" and value co "@example.com"]"#,
        r#"emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]"#,
    ];
    for example in examples {
        let printed =
            parse_strictly(example).unwrap_or_else(|error| panic!("{example}: {error}")).to_string();
        assert_eq!(printed.replace(['(', ')'], ""), example.replace(['(', ')'], ""));
    }
}

/// RFC 7644 §3.4.2.2: attribute operators, then grouping, then `not`, `and`, `or`.
#[test]
fn and_binds_tighter_than_or_and_parentheses_tighter_than_both() {
    assert_eq!(parsed("a pr or b pr and c pr"), parsed("a pr or (b pr and c pr)"));
    assert_ne!(parsed("a pr or b pr and c pr"), parsed("(a pr or b pr) and c pr"));
    assert_eq!(parsed("not (a pr) and b pr"), parsed("(not (a pr)) and b pr"));
    assert_eq!(parsed("a pr and b pr and c pr").to_string(), "a pr and b pr and c pr");
}

/// shared/idp/README.md §12: PingOne, OneLogin and Entra ID.
#[test]
fn keywords_take_any_letter_case_and_any_amount_of_space() {
    let plain = parsed(r#"userName eq "x" and not (title pr or emails[type eq "work"])"#);
    assert_eq!(parsed("  userName  Eq\t\"x\"  AND NOT(title PR Or emails[ type eQ \"work\" ] )  "), plain);
}

/// shared/idp/README.md §3: Entra ID puts the sub-attribute after the bracket.
#[test]
fn a_value_path_may_have_a_test_after_it_unless_strict() {
    let text = r#"emails[type eq "work"].value eq "x""#;
    let Expression::Elements { attribute, sub: Some(sub), .. } = parsed(text) else { panic!("{text}") };
    assert_eq!(
        (attribute.text.as_str(), sub.attribute.text.as_str(), sub.attribute.position),
        ("emails", "value", 24)
    );
    assert_eq!(sub.test, Test::Compare(Operator::Equal, Literal::Text("x".into())));
    assert!(parse_strictly(text).expect_err(text).detail.contains("put it inside them"));
}

#[test]
fn literals_are_json_values_and_escapes_are_decoded() {
    let literal = |text: &str| match parsed(&format!("a eq {text}")) {
        Expression::Condition(Condition { test: Test::Compare(_, literal), .. }) => literal,
        other => panic!("{other}"),
    };
    assert_eq!(literal(r#""a \"b\" \\ \u00e9 ) ]""#), Literal::Text("a \"b\" \\ \u{e9} ) ]".into()));
    assert_eq!(literal("true"), Literal::Boolean(true));
    assert_eq!(literal("null"), Literal::Null);
    assert_eq!(literal("-12"), Literal::Number((-12).into()));
    assert_eq!(literal("1.5").to_string(), "1.5");
}

/// spec/scim.md, Filters: older authentik sends user names without quotes.
#[test]
fn an_unquoted_word_is_a_string_unless_strict() {
    let text = "userName eq jane+x@example.com";
    assert_eq!(parsed(text), parsed(r#"userName eq "jane+x@example.com""#));
    assert!(parse_strictly(text).expect_err(text).detail.contains("position 13"));
    assert!(refusal("userName eq Jane Doe").contains("a value with spaces must stand in double quotes"));
}

#[test]
fn what_the_grammar_does_not_grant_is_noted() {
    let cases = [
        ("a eq x and b eq y", Deviation::UnquotedLiteral),
        (r#"emails[type eq "work"].value pr"#, Deviation::TestAfterBrackets),
    ];
    for (text, deviation) in cases {
        let mut notes = Notes::default();
        assert!(parse_filter(text, &Limits::default(), Tolerance::Lenient, &mut notes).is_ok());
        assert_eq!(notes.deviations(), [deviation], "{text}");
        assert!(parse_strictly(text).is_err_and(|error| error.detail.contains(deviation.as_str())), "{text}");
    }
}

#[test]
fn errors_name_position_what_was_found_and_what_was_expected() {
    let cases = [
        ("userName", "at position 9: found the end, expected one of the operators"),
        ("userName is \"x\"", "at position 10: found \"is\", expected one of the operators eq"),
        ("userName eq", "at position 12: found the end, expected a value"),
        ("é eq 1", "at position 1: found \"é\", expected an attribute name"),
        ("Enabled=true", "at position 8: found \"=\", expected an attribute name"),
        ("(a pr", "at position 6: found the end, expected \"and\", \"or\" or \")\""),
        ("a pr)", "at position 5: found \")\", expected \"and\", \"or\" or the end"),
        ("not a pr", "at position 5: found \"a\", expected \"(\" after \"not\""),
        ("a pr and", "at position 9: found the end, expected an attribute name"),
        ("emails[type pr", "at position 15: found the end, expected \"and\", \"or\" or \"]\""),
        ("emails[]", "at position 8: found \"]\", expected an attribute name"),
        ("emails[type pr].", "at position 17: found nothing, expected a sub-attribute name"),
        ("emails[type pr] eq \"x\"", "at position 17: found \"eq\", expected \"and\", \"or\" or the end"),
        ("a eq \"x", "the string that begins at position 6 has no closing quote"),
        (r#"é eq "\q""#, "position 1"),
        (r#"ae eq "\q""#, "at position 7 is not a JSON string"),
        ("a[b[c pr] pr]", "at position 4: brackets inside brackets"),
        ("a eq 'x'", "at position 6: strings stand in double quotes"),
        (" ", "The filter is empty"),
    ];
    for (text, expected) in cases {
        let detail = refusal(text);
        assert!(detail.contains(expected), "{text}: {detail}");
    }
}

#[test]
fn depth_length_and_number_of_terms_are_limited() {
    let nested = |depth: usize| format!("{}a pr{}", "(".repeat(depth), ")".repeat(depth));
    let limits = Limits { depth: 3, terms: 4, bytes: 100 };
    assert!(parse(&nested(3), &limits).is_ok());
    assert!(refusal_with(&nested(4), &limits).contains("nests deeper than 3 levels"));
    assert!(refusal_with("not (not (not (a[b pr])))", &limits).contains("nests deeper"));
    assert!(parse("a pr or a pr or a pr or a pr", &limits).is_ok());
    assert!(refusal_with("a pr or a pr or a pr or a pr or a pr", &limits).contains("more than 4 terms"));
    assert!(
        refusal_with(&format!("a eq \"{}\"", "x".repeat(100)), &limits).contains("longer than 100 bytes")
    );
    assert!(refusal(&nested(4000)).contains("nests deeper than 32 levels"));
}

/// RFC 7644 Figure 7 and spec/scim.md, PATCH.
#[test]
fn paths_of_every_form_parse() {
    let path =
        |text: &str| parse_path(text, Tolerance::Lenient).unwrap_or_else(|error| panic!("{text}: {error}"));
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.displayName";
    for text in [
        "members",
        "name.familyName",
        r#"addresses[type eq "work"]"#,
        r#"emails[type eq "x"].value"#,
        enterprise,
    ] {
        assert_eq!(path(text).to_string(), text);
    }
    assert_eq!(path("members[]"), path(" members "));
    assert_eq!(path("addresses[].locality"), path("addresses.locality"), "found by tests/it/fuzz");
    assert!(parse_path("members[]", Tolerance::Strict).is_err());
}

#[test]
fn a_malformed_path_is_invalid_path_and_a_malformed_filter_in_it_invalid_filter() {
    let kind = |text: &str| parse_path(text, Tolerance::Lenient).expect_err(text).kind;
    assert_eq!(kind(""), Kind::InvalidPath);
    assert_eq!(kind("name familyName"), Kind::InvalidPath);
    assert_eq!(kind("emails[type pr]value"), Kind::InvalidPath);
    assert_eq!(kind("emails[type]"), Kind::InvalidFilter);
    assert_eq!(kind("emails[type pr"), Kind::InvalidFilter);
}

fn any_name() -> impl Strategy<Value = Name> {
    let plain = "[a-zA-Z$][a-zA-Z0-9_-]{0,6}(\\.[a-z$]{1,5})?";
    let urn = "urn:[a-z:]{1,9}:2\\.0:[A-Z][a-z]{1,4}(:[a-z]{1,4})?";
    prop_oneof![3 => plain, 1 => urn]
        .prop_filter("the one word that cannot begin a term", |text| !text.eq_ignore_ascii_case("not"))
        .prop_map(|text: String| Name { text, position: 0 })
}

fn any_literal() -> impl Strategy<Value = Literal> {
    prop_oneof![
        3 => "[ -~\u{e0}-\u{ff}\u{3b1}-\u{3c9}\t\n]{0,8}".prop_map(Literal::Text),
        1 => any::<i64>().prop_map(|number| Literal::Number(number.into())),
        1 => any::<bool>().prop_map(Literal::Boolean),
        1 => Just(Literal::Null),
    ]
}

fn any_condition() -> impl Strategy<Value = Condition> {
    let operator = (0..Operator::ALL.len()).prop_map(|index| Operator::ALL[index].1);
    let test = prop_oneof![
        1 => Just(Test::Present),
        4 => (operator, any_literal()).prop_map(|(operator, literal)| Test::Compare(operator, literal)),
    ];
    (any_name(), test).prop_map(|(attribute, test)| Condition { attribute, test })
}

/// Joins two or more, as the parser does; nested ones of the same kind are written with parentheses.
fn connected(leaf: BoxedStrategy<Expression>) -> BoxedStrategy<Expression> {
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expression::And),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expression::Or),
            inner.prop_map(|inner| Expression::Not(Box::new(inner))),
        ]
    })
    .boxed()
}

fn any_expression() -> BoxedStrategy<Expression> {
    let condition = any_condition().prop_map(Expression::Condition).boxed();
    let elements = (any_name(), connected(condition.clone()), prop::option::of(any_condition())).prop_map(
        |(attribute, filter, sub)| Expression::Elements { attribute, filter: Box::new(filter), sub },
    );
    connected(prop_oneof![3 => condition, 1 => elements].boxed())
}

#[test]
fn a_number_is_the_nearest_that_there_is_and_prints_as_itself() {
    for (text, printed) in [
        ("emails eq 999999999999989999999", "emails eq 9.9999999999999e+20"),
        ("emails eq 99999999999999999999999999999999999999", "emails eq 1e+38"),
        ("emails eq 0.30000000000000004", "emails eq 0.30000000000000004"),
    ] {
        let expression = parsed(text);
        assert_eq!(expression.to_string(), printed);
        assert_eq!(parsed(printed), expression);
    }
}

proptest! {
    #[test]
    fn whatever_is_printed_parses_back_to_the_same_tree(expression in any_expression()) {
        let text = expression.to_string();
        let limits = Limits { bytes: usize::MAX, depth: 99, terms: 9999 };
        prop_assert_eq!(parse(&text, &limits).map_err(|error| error.detail), Ok(expression), "{}", text);
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "([a-z.\\[\\]()\" \\\\é]|eq |and |not |pr |\"x\"|urn:){0,20}") {
        let _ = parse(&text, &Limits::default());
        let _ = parse_path(&text, Tolerance::Lenient);
    }
}

//! Filters from text to SQL against a naive evaluator over JSON, on random directories (spec/scim.md, Filters).
//!
//! Unlike the other tests of this crate these need no server: they go from the text of a filter through `scim::filter`
//! and `store::filter` to rows of SQLite in memory.

mod attributes;
mod directory;
mod evaluator;
mod expressions;
mod loaded;

use proptest::prelude::*;
use rollcall::model::filter::{Filter, Sort};
use rollcall::scim::deviations::{Notes, Tolerance};
use rollcall::scim::filter::{Expression, Limits, Reach, Resolver, parse_filter};
use rollcall::scim::schema::{ResourceKind, SchemaSettings, Schemas};

use directory::{Directory, any_directory};
use expressions::any_expression;
use loaded::Loaded;

const LIMITS: Limits = Limits { bytes: 1 << 20, depth: 64, terms: 10_000 };

fn resolver_runs<T>(kind: ResourceKind, run: impl FnOnce(&mut Resolver<'_>) -> T) -> T {
    let schemas = Schemas::new(SchemaSettings::default());
    run(&mut Resolver { schemas: &schemas, kind, reach: Reach::Kind, notes: &mut Notes::default() })
}

fn typed(text: &str, kind: ResourceKind) -> Filter {
    let parsed = parse_filter(text, &LIMITS, Tolerance::Lenient, &mut Notes::default());
    let typed = parsed.and_then(|expression| resolver_runs(kind, |resolver| resolver.filter(&expression)));
    typed.unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn sort(sort_by: &str, descending: bool, kind: ResourceKind) -> Sort {
    let sort = resolver_runs(kind, |resolver| resolver.sort(sort_by, descending));
    sort.unwrap_or_else(|error| panic!("{sort_by}: {error}"))
}

/// Every filter selects the resources for which the evaluator says it holds.
fn selects_what_holds(directory: &Directory, expressions: &[Expression], kind: ResourceKind) {
    let loaded = Loaded::new(directory);
    for expression in expressions {
        let text = expression.to_string();
        let selected = loaded.select(kind, &typed(&text, kind));
        let resources = directory.resources(kind);
        let expected: Vec<String> = resources
            .iter()
            .filter(|resource| evaluator::holds(expression, resource, kind))
            .map(directory::id)
            .collect();
        assert_eq!(selected, expected, "{text}\nover {resources:#?}");
    }
}

fn orders_as_expected(directory: &Directory, kind: ResourceKind) {
    let loaded = Loaded::new(directory);
    for attribute in attributes::of(kind).iter().filter(|attribute| attribute.is_comparable()) {
        for descending in [false, true] {
            let mut resources = directory.resources(kind);
            resources.sort_by(|a, b| evaluator::order(attribute, a, b, descending));
            let expected: Vec<String> = resources.iter().map(directory::id).collect();
            let sort = sort(attribute.name, descending, kind);
            assert_eq!(loaded.ordered(kind, &sort), expected, "{} of {resources:#?}", attribute.name);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn a_filter_of_users_selects_those_for_whom_it_holds(
        directory in any_directory(),
        expressions in prop::collection::vec(any_expression(ResourceKind::User), 12),
    ) {
        selects_what_holds(&directory, &expressions, ResourceKind::User);
    }

    #[test]
    fn a_filter_of_groups_selects_those_for_which_it_holds(
        directory in any_directory(),
        expressions in prop::collection::vec(any_expression(ResourceKind::Group), 12),
    ) {
        selects_what_holds(&directory, &expressions, ResourceKind::Group);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 24, ..ProptestConfig::default() })]

    /// RFC 7644 §3.4.2.3.
    #[test]
    fn resources_come_in_the_order_of_any_attribute_and_those_without_it_last(directory in any_directory()) {
        orders_as_expected(&directory, ResourceKind::User);
        orders_as_expected(&directory, ResourceKind::Group);
    }
}

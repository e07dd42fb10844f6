//! The promised look-ups use an index; the SQL functions; what is bound. That filters select the right resources is a
//! property test over random ones (tests/it/filters).

use rusqlite::{Connection, params_from_iter};

use super::*;
use crate::model::filter::{Filter, Path, Relation, Test, Text, TextRelation};
use crate::model::id::OrganizationId;

const CONTEXT: Context<'static> = Context { organization: OrganizationId(1), base_url: "https://x/scim/v2" };

fn database() -> Connection {
    let connection = Connection::open_in_memory().expect("a database");
    connection.execute_batch(include_str!("../../../schema.sql")).expect("the schema");
    register(&connection).expect("the functions");
    assume_statistics(&connection).expect("the statistics");
    connection
}

fn path(keys: &[&str]) -> Path {
    Path(keys.iter().map(|key| (*key).to_owned()).collect())
}

fn exact(keys: &[&str], text: &str) -> Filter {
    let test = Test::Text(TextRelation::Ordered(Relation::Equal), Text::Exact(text.to_owned()));
    Filter::Test { path: path(keys), test }
}

fn folded(keys: &[&str], text: &str) -> Filter {
    let test = Test::Text(TextRelation::Ordered(Relation::Equal), Text::Folded(text.to_owned()));
    Filter::Test { path: path(keys), test }
}

fn any(attribute: &str, element: Filter) -> Filter {
    Filter::Any { path: path(&[attribute]), element: Box::new(element) }
}

/// The steps of the query that a list of users or groups makes.
fn plan(table: &'static str, condition: &Sql) -> String {
    let alias = table.get(..1).expect("a name");
    let query = format!(
        "EXPLAIN QUERY PLAN SELECT {alias}.* FROM {table} {alias} WHERE {alias}.organization_id = 1
            AND {alias}.deleted IS NULL AND {} ORDER BY {alias}.created, {alias}.id LIMIT 100",
        condition.text
    );
    let connection = database();
    let mut statement = connection.prepare(&query).unwrap_or_else(|error| panic!("{query}: {error}"));
    let steps = statement
        .query_map(params_from_iter(&condition.parameters), |row| row.get::<_, String>(3))
        .expect("a plan")
        .collect::<rusqlite::Result<Vec<String>>>()
        .expect("steps");
    steps.join("\n")
}

/// spec/scim.md, Filters: these use an index.
#[test]
fn the_promised_look_ups_of_users_search_an_index() {
    let work = Filter::And(vec![folded(&["type"], "work"), folded(&["value"], "a@b")]);
    let cases = [
        (
            folded(&["userName"], "a@b"),
            "SEARCH u USING INDEX users_living_name (organization_id=? AND user_name_key=?)",
        ),
        (
            exact(&["externalId"], "1"),
            "SEARCH u USING INDEX users_external_id (organization_id=? AND external_id=?)",
        ),
        (exact(&["id"], "1"), "SEARCH u USING INDEX sqlite_autoindex_users_1 (resource_id=?)"),
        (
            folded(&["displayName"], "a"),
            "SEARCH u USING INDEX users_display_name (organization_id=? AND display_name_key=?)",
        ),
        (any("emails", folded(&["value"], "a@b")), "SEARCH u USING INTEGER PRIMARY KEY (rowid=?)"),
        (any("emails", work.clone()), "SEARCH u USING INTEGER PRIMARY KEY (rowid=?)"),
        (any("emails", work), "INDEX user_emails_by_value (organization_id=? AND value_key=?)"),
        (any("groups", exact(&["value"], "1")), "SEARCH u USING INTEGER PRIMARY KEY (rowid=?)"),
        (
            any("groups", folded(&["display"], "a")),
            "INDEX groups_living_name (organization_id=? AND display_name_key=?)",
        ),
    ];
    for (filter, expected) in cases {
        let steps = plan("users", &users(&filter, &CONTEXT));
        assert!(steps.contains(expected), "{filter:?}:\n{steps}");
    }
}

#[test]
fn the_promised_look_ups_of_groups_search_an_index() {
    let cases = [
        (
            folded(&["displayName"], "a"),
            "SEARCH g USING INDEX groups_living_name (organization_id=? AND display_name_key=?)",
        ),
        (
            exact(&["externalId"], "1"),
            "SEARCH g USING INDEX groups_external_id (organization_id=? AND external_id=?)",
        ),
        (exact(&["id"], "1"), "SEARCH g USING INDEX sqlite_autoindex_groups_1 (resource_id=?)"),
        (any("members", exact(&["value"], "1")), "SEARCH g USING INTEGER PRIMARY KEY (rowid=?)"),
        (
            any("members", exact(&["value"], "1")),
            "SEARCH a USING COVERING INDEX memberships_by_user (user_id=?)",
        ),
    ];
    for (filter, expected) in cases {
        let steps = plan("groups", &groups(&filter, &CONTEXT));
        assert!(steps.contains(expected), "{filter:?}:\n{steps}");
    }
}

/// Entra ID asks `id eq "x" and manager eq "y"`; either side of an `and`, and both of an `or`, may have an index.
#[test]
fn an_index_serves_parts_of_larger_filters_too() {
    let manager = exact(&["urn:enterprise", "manager", "value"], "y");
    let both = users(&Filter::And(vec![manager, exact(&["id"], "x")]), &CONTEXT);
    assert!(plan("users", &both).contains("sqlite_autoindex_users_1 (resource_id=?)"));
    let either = Filter::Or(vec![folded(&["userName"], "x"), any("emails", folded(&["value"], "x"))]);
    let steps = plan("users", &users(&either, &CONTEXT));
    assert!(steps.contains("MULTI-INDEX OR") && !steps.contains("SCAN u"), "{steps}");
}

#[test]
fn nothing_of_a_filter_is_in_the_text_of_its_sql() {
    let hostile = "' OR 1=1 --\"";
    let filter = Filter::And(vec![
        exact(&["title"], hostile),
        exact(&["emails", "x"], hostile),
        any("roles", folded(&["value"], hostile)),
        Filter::Test {
            path: path(&["title"]),
            test: Test::Text(TextRelation::EndsWith, Text::Exact(hostile.into())),
        },
    ]);
    let sql = users(&filter, &CONTEXT);
    assert!(!sql.text.contains("1=1") && !sql.text.contains("title"), "{}", sql.text);
    assert_eq!(sql.text.matches('?').count(), sql.parameters.len());
}

#[test]
fn the_functions_fold_text_and_read_instants_and_are_null_for_anything_else() {
    let connection = database();
    let folded = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, Option<String>>(0)).expect(sql);
    assert_eq!(folded("SELECT scim_fold('ÉTÉ')").as_deref(), Some("été"));
    assert_eq!(folded("SELECT scim_fold(NULL)"), None);
    assert_eq!(folded("SELECT scim_fold(1)"), None);
    let instant = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, Option<i64>>(0)).expect(sql);
    assert_eq!(instant("SELECT scim_instant('1970-01-01T01:00:01+01:00')"), Some(1000));
    assert_eq!(instant("SELECT scim_instant('today')"), None);
}

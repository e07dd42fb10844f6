//! What the schema itself forbids (mapping.md §10.3), asked without any code of the engine.

use crate::store::{Store, Target};

/// Ann, Bob who is deleted, two groups, two entities of each type, and Ann in the first of each.
const GIVEN: &str = "
INSERT INTO organizations (id, slug, name, group_provisioning, teams, concurrency_groups, sub_organizations, created)
    VALUES (1, 'acme', 'Acme', 1, 1, 1, 1, 0);
INSERT INTO users (id, organization_id, resource_id, user_name, user_name_key, active, effective_role, resource, version,
    created, last_modified, groups_changed, deleted)
    VALUES (1, 1, 'ann', 'Ann', 'ann', 1, 'User', '{}', 1, 0, 0, 0, NULL),
    (2, 1, 'bob', 'Bob', 'bob', 0, 'User', '{}', 1, 0, 0, 0, 1);
INSERT INTO groups (id, organization_id, resource_id, display_name, display_name_key, resource, version, created,
    last_modified, renamed, deleted) VALUES (1, 1, 'g1', 'Sales', 'sales', '{}', 1, 0, 0, 0, NULL),
    (2, 1, 'g2', 'Old', 'old', '{}', 1, 0, 0, 0, 1);
INSERT INTO entities (id, organization_id, resource_id, type, name, name_key, is_default, created_by, created)
    VALUES (1, 1, 't1', 'team', 'A', 'a', 0, 'admin', 0), (2, 1, 't2', 'team', 'B', 'b', 0, 'admin', 0),
    (3, 1, 'c1', 'concurrency_group', 'A', 'a', 1, 'admin', 0),
    (4, 1, 'c2', 'concurrency_group', 'B', 'b', 0, 'admin', 0),
    (5, 1, 's1', 'sub_organization', 'A', 'a', 0, 'admin', 0),
    (6, 1, 's2', 'sub_organization', 'B', 'b', 0, 'admin', 0);
INSERT INTO mappings (id, organization_id, group_id, target_type, entity_id, status, approval, made_by_rule, created,
    changed) VALUES (1, 1, 1, 'sub_organization', 5, 'approved', 'manual', 0, 0, 0),
    (2, 1, 1, 'team', 1, 'approved', 'manual', 0, 0, 0);
INSERT INTO assignments (organization_id, user_id, target_type, entity_id, source, since, request_id, token)
    VALUES (1, 1, 'team', 1, 'manual', 0, 'r', 't'), (1, 1, 'concurrency_group', 3, 'manual', 0, 'r', 't'),
    (1, 1, 'sub_organization', 5, 'manual', 0, 'r', 't');
INSERT INTO manual_places (user_id, entity_id, target_type, since, request_id)
    VALUES (1, 5, 'sub_organization', 0, 'r')";

const PLACE: &str =
    "INSERT INTO assignments (organization_id, user_id, target_type, entity_id, source, mapping_id, since,
    request_id, token) VALUES ";
const MAPPING: &str =
    "INSERT INTO mappings (organization_id, group_id, target_type, entity_id, status, approval, reason,
    made_by_rule, created, changed) VALUES ";

/// What nobody can write, in words and in SQL.
const FORBIDDEN: &[(&str, &str, &str)] = &[
    (
        "two sub-organizations for one user",
        PLACE,
        "(1, 1, 'sub_organization', 6, 'manual', NULL, 0, 'r', 't')",
    ),
    (
        "two concurrency groups for one user",
        PLACE,
        "(1, 1, 'concurrency_group', 4, 'manual', NULL, 0, 'r', 't')",
    ),
    ("the same place twice for one reason", PLACE, "(1, 1, 'team', 1, 'manual', NULL, 0, 'r', 't')"),
    ("a place of another type than its entity", PLACE, "(1, 1, 'team', 6, 'manual', NULL, 0, 'r', 't')"),
    ("a place in no entity", PLACE, "(1, 1, 'team', 99, 'manual', NULL, 0, 'r', 't')"),
    ("a place by a mapping without the mapping", PLACE, "(1, 1, 'team', 2, 'mapping', NULL, 0, 'r', 't')"),
    ("a team by attribute", PLACE, "(1, 1, 'team', 2, 'attribute', NULL, 0, 'r', 't')"),
    (
        "two choices for one slot",
        "INSERT INTO manual_places (user_id, entity_id, target_type, since, request_id) VALUES ",
        "(1, 6, 'sub_organization', 0, 'r')",
    ),
    ("two holders of one entity", MAPPING, "(1, 2, 'team', 1, 'approved', 'manual', NULL, 0, 0, 0)"),
    (
        "two live mappings of one group to one exclusive type",
        MAPPING,
        "(1, 1, 'sub_organization', 6, 'approved', 'manual', NULL, 0, 0, 0)",
    ),
    ("an approved mapping to nothing", MAPPING, "(1, 1, 'team', NULL, 'approved', NULL, NULL, 0, 0, 0)"),
    ("a rejected mapping that holds", MAPPING, "(1, 1, 'team', 2, 'rejected', 'manual', 'removed', 0, 0, 0)"),
    ("a rejected mapping without a reason", MAPPING, "(1, 1, 'team', NULL, 'rejected', NULL, NULL, 0, 0, 0)"),
    ("a pending mapping without a reason", MAPPING, "(1, 1, 'team', NULL, 'pending', NULL, NULL, 0, 0, 0)"),
    (
        "two living users of one name",
        "UPDATE users SET deleted = NULL, user_name_key = 'ann'",
        " WHERE id = 2",
    ),
    (
        "two live groups of one name",
        "UPDATE groups SET deleted = NULL, display_name_key = 'sales'",
        " WHERE id = 2",
    ),
    ("a deleted group with members", "UPDATE groups SET member_count = 1", " WHERE id = 2"),
    ("two entities of one name and type", "UPDATE entities SET name_key = 'a'", " WHERE id = 2"),
    ("two default concurrency groups", "UPDATE entities SET is_default = 1", " WHERE id = 4"),
    ("a default that is deleted", "UPDATE entities SET deleted = 1", " WHERE id = 3"),
    ("a fourth role", "UPDATE users SET own_role = 'Boss'", " WHERE id = 1"),
    ("text where a number belongs", "UPDATE users SET created = 'yesterday'", " WHERE id = 1"),
];

#[test]
fn mapping_10_3_what_the_schema_can_forbid_no_code_can_write() {
    let store = Store::open(&Target::Memory).unwrap();
    store.write(|tx| GIVEN.split(';').try_for_each(|sql| tx.run(sql, []).map(drop))).unwrap();
    for (what, statement, values) in FORBIDDEN {
        let sql = format!("{statement}{values}");
        let outcome = store.write(move |tx| tx.run(&sql, []).map(drop));
        assert!(outcome.is_err(), "the schema allows {what}");
    }
}

#[test]
fn mapping_10_3_what_is_forbidden_in_one_slot_is_allowed_in_another() {
    let store = Store::open(&Target::Memory).unwrap();
    store.write(|tx| GIVEN.split(';').try_for_each(|sql| tx.run(sql, []).map(drop))).unwrap();
    for (statement, values) in [
        (PLACE, "(1, 1, 'team', 2, 'manual', NULL, 0, 'r', 't')"),
        (PLACE, "(1, 1, 'team', 1, 'mapping', 2, 0, 'r', 't')"),
        (MAPPING, "(1, 1, 'team', 2, 'approved', 'manual', NULL, 0, 0, 0)"),
        (MAPPING, "(1, 1, 'sub_organization', NULL, 'rejected', NULL, 'rejected_by_admin', 0, 0, 0)"),
    ] {
        let sql = format!("{statement}{values}");
        store.write(move |tx| tx.run(&sql, []).map(drop)).unwrap();
    }
}

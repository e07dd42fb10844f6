use super::*;
use crate::store::{Store, Target};

/// Two organizations. In the first: ann and bob in the group Sales, which maps to a team and a concurrency group; the
/// group Board of ann alone maps to a sub-organization that conflicts; carl is deleted, the group Old too.
const SOUND: &str = "
INSERT INTO organizations (id, slug, name, group_provisioning, teams, concurrency_groups, sub_organizations, created,
    last_event_id) VALUES (1, 'acme', 'Acme', 1, 1, 1, 1, 0, 3), (2, 'other', 'Other', 1, 1, 1, 1, 0, 0);
INSERT INTO events (organization_id, id, at, type, request_id, data)
    VALUES (1, 2, 0, 'user.created', 'r', '{}'), (1, 3, 0, 'user.created', 'r', '{}');
INSERT INTO entities (id, organization_id, resource_id, type, name, name_key, is_default, created_by, created, deleted)
    VALUES (1, 1, 'e-default', 'concurrency_group', 'Default', 'default', 1, 'admin', 0, NULL),
    (2, 2, 'e-other', 'concurrency_group', 'Default', 'default', 1, 'admin', 0, NULL),
    (3, 1, 'e-team', 'team', 'Sales', 'sales', 0, 'mapping', 0, NULL),
    (4, 1, 'e-pool', 'concurrency_group', 'Sales', 'sales', 0, 'mapping', 0, NULL),
    (5, 1, 'e-sub', 'sub_organization', 'Board', 'board', 0, 'admin', 0, NULL),
    (6, 1, 'e-gone', 'team', 'Gone', 'gone', 0, 'admin', 0, 1),
    (7, 1, 'e-spare', 'concurrency_group', 'Spare', 'spare', 0, 'admin', 0, NULL);
INSERT INTO users (id, organization_id, resource_id, user_name, user_name_key, active, own_role, effective_role, resource,
    version, created, last_modified, groups_changed, deleted)
    VALUES (1, 1, 'ann', 'ann', 'ann', 1, 'Guest', 'Admin', '{}', 1, 0, 0, 0, NULL),
    (2, 1, 'bob', 'bob', 'bob', 1, NULL, 'User', '{}', 1, 0, 0, 0, NULL),
    (3, 1, 'carl', 'carl', 'carl', 0, NULL, 'User', '{}', 1, 0, 0, 0, 1);
INSERT INTO groups (id, organization_id, resource_id, display_name, display_name_key, roles, role, resource, member_count,
    version, created, last_modified, renamed, deleted)
    VALUES (1, 1, 'sales', 'Sales', 'sales', '[]', NULL, '{}', 2, 1, 0, 0, 0, NULL),
    (2, 1, 'board', 'Board', 'board', '[\"User\",\"Admin\"]', 'Admin', '{}', 1, 1, 0, 0, 0, NULL),
    (3, 1, 'old', 'Old', 'old', '[]', NULL, '{}', 0, 1, 0, 0, 0, 1);
INSERT INTO memberships (group_id, user_id, since, request_id, token)
    VALUES (1, 1, 0, 'r', 't'), (1, 2, 0, 'r', 't'), (2, 1, 0, 'r', 't');
INSERT INTO mappings (id, organization_id, group_id, target_type, entity_id, status, approval, reason, made_by_rule,
    created, changed) VALUES (1, 1, 1, 'team', 3, 'approved', 'auto', NULL, 0, 0, 0),
    (2, 1, 1, 'concurrency_group', 4, 'approved', 'auto', NULL, 0, 0, 0),
    (3, 1, 2, 'sub_organization', 5, 'approved', 'manual', NULL, 0, 0, 0),
    (4, 1, 3, 'team', NULL, 'rejected', NULL, 'group_deleted', 0, 0, 0);
INSERT INTO assignments (organization_id, user_id, target_type, entity_id, source, mapping_id, since, request_id, token)
    VALUES (1, 1, 'team', 3, 'mapping', 1, 0, 'r', 't'), (1, 1, 'concurrency_group', 4, 'mapping', 2, 0, 'r', 't'),
    (1, 2, 'team', 3, 'mapping', 1, 0, 'r', 't'), (1, 2, 'concurrency_group', 4, 'mapping', 2, 0, 'r', 't');
INSERT INTO conflicts (id, organization_id, user_id, current_mapping_id, current_group_id, current_entity_id,
    incoming_mapping_id, incoming_group_id, incoming_entity_id, kind, status, opened, request_id)
    VALUES (1, 1, 1, 1, 1, 3, 3, 2, 5, 'cross_type_exclusive', 'open', 0, 'r');
INSERT INTO role_history (user_id, number, old_role, new_role, at, request_id, token, cause)
    VALUES (2, 1, 'User', 'Admin', 0, 'r', 't', '{}'), (2, 2, 'Admin', 'User', 0, 'r', 't', '{}');
INSERT INTO assignment_history (user_id, number, target_type, entity_id, source, since, request_id, token, until,
    until_request_id, until_token, reason) VALUES (2, 1, 'team', 6, 'manual', 0, 'r', 't', 0, 'r', 't', 'entity_deleted')";

/// What breaks which promises; the schema's own walls are taken down where they stand in the way.
const DAMAGE: &[(&str, &[&str])] = &[
    ("UPDATE organizations SET last_event_id = 4 WHERE id = 1", &["event_ids_without_gaps"]),
    ("UPDATE events SET id = 1 WHERE id = 2", &["event_ids_without_gaps"]),
    ("UPDATE requests_size SET bytes = 1", &["request_log_size"]),
    ("UPDATE entities SET is_default = 0 WHERE id = 1", &["one_default_concurrency_group"]),
    ("DROP INDEX entities_one_default; UPDATE entities SET is_default = 1 WHERE id = 7", &[
        "one_default_concurrency_group",
    ]),
    ("UPDATE groups SET member_count = 5 WHERE id = 1", &["member_count"]),
    ("INSERT INTO memberships VALUES (1, 3, 0, 'r', 't'); UPDATE groups SET member_count = 3 WHERE id = 1", &[
        "members_are_alive",
    ]),
    ("UPDATE groups SET role = 'User' WHERE id = 1", &["group_role"]),
    ("UPDATE groups SET role = 'User' WHERE id = 2", &["group_role", "effective_role"]),
    ("UPDATE users SET effective_role = 'Guest' WHERE id = 1", &["effective_role"]),
    ("UPDATE users SET effective_role = 'Admin' WHERE id = 2", &["effective_role", "role_history"]),
    ("DELETE FROM role_history WHERE new_role = 'User'", &["role_history"]),
    (
        "DROP INDEX assignments_one_slot; INSERT INTO manual_places VALUES (2, 7, 'concurrency_group', 0, 'r');
         INSERT INTO assignments VALUES (90, 1, 2, 'concurrency_group', 7, 'manual', NULL, 0, 'r', 't')",
        &["exclusive_slots"],
    ),
    (
        "INSERT INTO assignments VALUES (90, 1, 1, 'sub_organization', 5, 'mapping', 3, 0, 'r', 't')",
        // Team and concurrency group each clash with it, and the conflict is no longer one.
        &["sub_organization_of_one_group", "sub_organization_of_one_group", "open_conflicts"],
    ),
    ("UPDATE users SET own_role = 'Guest' WHERE id = 3", &["nothing_for_deleted_users"]),
    ("INSERT INTO manual_places VALUES (3, 7, 'concurrency_group', 0, 'r')", &["nothing_for_deleted_users"]),
    ("UPDATE mappings SET entity_id = 7 WHERE id = 2", &["places_by_mappings", "places_by_mappings"]),
    ("DELETE FROM memberships WHERE user_id = 2; UPDATE groups SET member_count = 1 WHERE id = 1", &[
        "places_by_mappings",
        "places_by_mappings",
    ]),
    ("INSERT INTO withheld VALUES (1, 2, 0, 'r', 't')", &["places_by_mappings"]),
    (
        "UPDATE assignments SET source = 'attribute', mapping_id = NULL WHERE user_id = 2 AND entity_id = 4",
        &["places_by_attribute_or_hand", "nothing_waits_that_nothing_blocks"],
    ),
    (
        "UPDATE assignments SET source = 'manual', mapping_id = NULL WHERE user_id = 2 AND entity_id = 4",
        &["places_by_attribute_or_hand", "nothing_waits_that_nothing_blocks"],
    ),
    ("INSERT INTO manual_places VALUES (2, 6, 'team', 0, 'r')", &["nothing_in_deleted_entities"]),
    ("UPDATE entities SET deleted = 1 WHERE id = 5", &["nothing_in_deleted_entities"]),
    (
        "DROP INDEX mappings_one_holder; INSERT INTO mappings VALUES
         (90, 1, 2, 'team', 3, 'approved', 'auto', NULL, NULL, 0, 0, 0, 0)",
        // Ann is in that group too, and has no place by it.
        &["one_holder", "nothing_waits_that_nothing_blocks"],
    ),
    (
        "UPDATE mappings SET status = 'pending', reason = 'awaiting_approval' WHERE id = 4",
        &["deleted_groups_map_nothing"],
    ),
    (
        "UPDATE mappings SET status = 'pending', reason = 'feature_disabled' WHERE id = 3",
        &["open_conflicts"],
    ),
    ("UPDATE conflicts SET current_entity_id = 4 WHERE id = 1", &["open_conflicts"]),
    ("UPDATE conflicts SET incoming_entity_id = 4 WHERE id = 1", &["open_conflicts"]),
    (
        "INSERT INTO webhooks (organization_id, resource_id, url, description, types, secret, cursor, version, created,
            changed) VALUES (1, 'w', 'https://example.com/', '', '[]', zeroblob(32), 4, 1, 0, 0)",
        &["webhooks_within_the_feed"],
    ),
    ("DELETE FROM assignments WHERE user_id = 2 AND mapping_id = 1", &["nothing_waits_that_nothing_blocks"]),
    ("UPDATE users SET organization_id = 2 WHERE id = 2", &[
        "organizations_are_walled_off",
        "organizations_are_walled_off",
        "organizations_are_walled_off",
        "organizations_are_walled_off",
    ]),
];

fn sound() -> Store {
    let store = Store::open(&Target::Memory).unwrap();
    run(&store, SOUND);
    store
}

fn run(store: &Store, script: &'static str) {
    store
        .write(|tx| script.split(';').try_for_each(|sql| tx.run(sql, []).map(drop)))
        .unwrap_or_else(|error| panic!("{error}: {script}"));
}

fn findings(store: &Store) -> Vec<Finding> {
    store.read(|db| db.check()).unwrap()
}

#[test]
fn a_sound_database_has_no_findings() {
    assert_eq!(findings(&sound()), []);
    assert_eq!(findings(&Store::open(&Target::Memory).unwrap()), []);
}

#[test]
fn every_kind_of_damage_is_found_by_the_promise_that_it_breaks() {
    for (damage, expected) in DAMAGE {
        let store = sound();
        run(&store, damage);
        let found: Vec<&str> = findings(&store).iter().map(|finding| finding.promise).collect();
        assert_eq!(found, *expected, "{damage}");
    }
}

#[test]
fn every_promise_has_damage_that_breaks_it() {
    for promise in &CONTENT {
        assert!(DAMAGE.iter().any(|(_, broken)| broken.contains(&promise.name)), "{}", promise.name);
    }
}

#[test]
fn a_row_without_its_parent_is_a_finding_and_ends_the_search() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rollcall.db");
    drop(Store::open(&Target::Serve(path.clone(), crate::store::Synchronous::Normal)).unwrap());
    let stranger = rusqlite::Connection::open(&path).unwrap();
    stranger
        .execute_batch("PRAGMA foreign_keys = OFF; INSERT INTO withheld VALUES (7, 8, 0, 'r', 't')")
        .unwrap();
    drop(stranger);
    let store = Store::open(&Target::Command(path, crate::store::Synchronous::Normal)).unwrap();
    let found = findings(&store);
    assert_eq!(found.iter().map(|finding| finding.promise).collect::<Vec<_>>(), ["foreign_keys"; 2]);
    assert!(found[0].detail.contains("withheld"), "{found:?}");
}

#[test]
fn a_finding_names_what_the_outside_knows() {
    let store = sound();
    run(&store, "UPDATE groups SET member_count = 5 WHERE id = 1");
    assert_eq!(findings(&store)[0].detail, "group sales counts 5 members and has 2");
}

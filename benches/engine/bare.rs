//! The rows that a large change writes, written by SQLite alone into a copy of the file: no facts, no engine, no JSON.

use std::time::{Duration, Instant};

use rollcall::model::id::GroupId;
use rusqlite::{Connection, params};

use super::world::World;

/// An event of the length that the feed has.
const EVENT: &str = r#"{"user":{"id":"018bcfe5-6800-7000-8000-000000012345","user_name":"user-12345@example.com"},"entity":{"id":"018bcfe5-6800-7000-8000-000000054321","type":"team","name":"Of 018bcfe5-6800-7000-8000-000000000001"},"source":"mapping","mapping_id":"1","member":true}"#;
const REQUEST: &str = "018bcfe5-6800-7000-8000-000000000000";
const CAUSE: &str = r#"{"kind":"group_roles","group":{"id":"018bcfe5-6800-7000-8000-000000000001","display_name":"Everyone"}}"#;

pub struct Bare(Connection);

impl Bare {
    /// A copy of the world's file as it is now.
    pub fn beside(world: &World) -> Bare {
        let copy = world.file("bare.db");
        let _ = std::fs::remove_file(&copy);
        let stored = Connection::open(world.file("rollcall.db")).unwrap();
        stored.execute("VACUUM INTO ?1", [copy.to_str().unwrap()]).unwrap();
        let connection = Connection::open(copy).unwrap();
        for (name, value) in [("journal_mode", "WAL"), ("synchronous", "FULL"), ("foreign_keys", "ON")] {
            connection.pragma_update(None, name, value).unwrap();
        }
        connection.pragma_update(None, "cache_size", -64_000).unwrap();
        connection.pragma_update(None, "wal_autocheckpoint", 4_000).unwrap();
        Bare(connection)
    }

    fn timed(&self, write: impl FnOnce(&Connection)) -> Duration {
        let start = Instant::now();
        self.0.execute_batch("BEGIN IMMEDIATE").unwrap();
        write(&self.0);
        self.0.execute_batch("COMMIT").unwrap();
        start.elapsed()
    }

    fn column(&self, sql: &str, group: GroupId) -> Vec<i64> {
        let mut statement = self.0.prepare(sql).unwrap();
        let rows = statement.query_map([group.0], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    }

    fn members(&self, group: GroupId) -> Vec<i64> {
        self.column("SELECT user_id FROM memberships WHERE group_id = ?1 ORDER BY user_id", group)
    }

    /// A mapping, a place and an event for each member.
    pub fn grants(&self, group: GroupId) -> Duration {
        let members = self.members(group);
        self.timed(|connection| {
            connection
                .execute_batch(&format!(
                    "INSERT INTO entities (organization_id, resource_id, type, name, name_key, created_by, created)
                        VALUES (1, 'bare', 'team', 'bare', 'bare', 'admin', 0);
                    INSERT INTO mappings (organization_id, group_id, target_type, entity_id, status, approval, made_by_rule,
                        created, changed) SELECT 1, {}, 'team', max(id), 'approved', 'manual', 0, 0, 0 FROM entities",
                    group.0
                ))
                .unwrap();
            let mut place = connection
                .prepare(
                    "INSERT INTO assignments (organization_id, user_id, target_type, entity_id, source, mapping_id, since,
                        request_id, token) VALUES (1, ?1, 'team', ?2, 'mapping', ?3, 0, ?4, 'PingOne')",
                )
                .unwrap();
            let newest = |table: &str| -> i64 {
                connection.query_row(&format!("SELECT max(id) FROM {table}"), [], |row| row.get(0)).unwrap()
            };
            let (entity, mapping) = (newest("entities"), newest("mappings"));
            for user in &members {
                place.execute(params![user, entity, mapping, REQUEST]).unwrap();
            }
            events(connection, members.len());
        })
    }

    /// A role, a row of history and an event for each member.
    pub fn roles(&self) -> Duration {
        let members = self
            .column("SELECT DISTINCT user_id FROM assignments WHERE id > ?1 ORDER BY user_id", GroupId(0));
        self.timed(|connection| {
            roles(connection, &members, "Admin");
            events(connection, members.len());
        })
    }

    /// What a group of members with places and roles leaves: history of both, two events for each member.
    pub fn deletion(&self, group: GroupId) -> Duration {
        let members = self.members(group);
        self.timed(|connection| {
            let mut history = connection
                .prepare(
                    "INSERT INTO assignment_history (user_id, number, target_type, entity_id, source, mapping_id, group_id,
                        since, request_id, token, until, until_request_id, until_token, reason)
                        SELECT user_id, 1000, target_type, entity_id, source, mapping_id, ?1, since, request_id, token, 0, ?2,
                        'PingOne', 'group_deleted' FROM assignments
                        WHERE mapping_id = (SELECT max(id) FROM mappings WHERE group_id = ?1)",
                )
                .unwrap();
            history.execute(params![group.0, REQUEST]).unwrap();
            let mut places = connection
                .prepare("DELETE FROM assignments WHERE mapping_id = (SELECT max(id) FROM mappings WHERE group_id = ?1)")
                .unwrap();
            places.execute([group.0]).unwrap();
            roles(connection, &members, "User");
            connection.execute("DELETE FROM memberships WHERE group_id = ?1", [group.0]).unwrap();
            events(connection, 2 * members.len());
        })
    }
}

fn roles(connection: &Connection, members: &[i64], role: &str) {
    let mut user =
        connection.prepare("UPDATE users SET effective_role = ?2, groups_changed = 1 WHERE id = ?1").unwrap();
    let mut history = connection
        .prepare(
            "INSERT INTO role_history (user_id, number, old_role, new_role, at, request_id, token, cause)
                VALUES (?1, 1000, 'Guest', ?2, 0, ?3, 'PingOne', ?4)",
        )
        .unwrap();
    for member in members {
        user.execute(params![member, role]).unwrap();
        history.execute(params![member, role, REQUEST, CAUSE]).unwrap();
    }
}

fn events(connection: &Connection, count: usize) {
    let mut event = connection
        .prepare(
            "INSERT INTO events (organization_id, id, at, type, request_id, data)
                VALUES (1, 100000000 + ?1, 0, 'assignment.granted', ?2, ?3)",
        )
        .unwrap();
    for number in 0..i64::try_from(count).unwrap() {
        event.execute(params![number, REQUEST, EVENT]).unwrap();
    }
}

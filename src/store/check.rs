//! What must always be true of a database file, asked in SQL without writing anything.
//!
//! The engine's rules are not repeated here; its promises are. Each is a query that finds what breaks it, one text a
//! row. Ids are those that the outside knows, where it knows one.

use crate::model::error::Result;
use crate::store::query::Db;

/// A broken promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which one.
    pub promise: &'static str,
    /// Where it is broken.
    pub detail: String,
}

/// How many findings of one kind are told: the first ones say what is wrong.
const MOST: usize = 100;

/// A promise, and the query for what breaks it.
struct Promise {
    name: &'static str,
    sql: &'static str,
}

/// SQLite's own checks. The rest says nothing reliable while one of them fails.
const FILE: [Promise; 2] = [
    // Not by the function of the same name, which loses what it has found when the damage stops it.
    Promise { name: "file", sql: "PRAGMA quick_check" },
    Promise {
        name: "foreign_keys",
        sql: "SELECT printf('row %s of %s names a row of %s that does not exist', rowid, \"table\", parent)
            FROM pragma_foreign_key_check",
    },
];

const CONTENT: [Promise; 20] = [
    Promise {
        name: "event_ids_without_gaps",
        sql: "SELECT printf('the feed of organization %s ends at %d by its counter; its %d events go from %d to %d',
                o.slug, o.last_event_id, e.n, e.low, e.high)
            FROM organizations o JOIN (SELECT organization_id, count(*) n, min(id) low, max(id) high FROM events
                GROUP BY organization_id) e ON e.organization_id = o.id
            WHERE e.high <> o.last_event_id OR e.n <> e.high - e.low + 1",
    },
    Promise {
        name: "one_default_concurrency_group",
        sql: "SELECT printf('organization %s has %d default concurrency groups', o.slug, count(e.id))
            FROM organizations o LEFT JOIN entities e NOT INDEXED ON e.organization_id = o.id AND e.is_default = 1
            GROUP BY o.id HAVING count(e.id) <> 1",
    },
    Promise {
        name: "member_count",
        sql: "SELECT printf('group %s counts %d members and has %d', g.resource_id, g.member_count, count(m.user_id))
            FROM groups g LEFT JOIN memberships m ON m.group_id = g.id
            GROUP BY g.id HAVING g.member_count <> count(m.user_id)",
    },
    Promise {
        name: "members_are_alive",
        sql: "SELECT printf('user %s is in group %s, and one of them is deleted', u.resource_id, g.resource_id)
            FROM memberships m JOIN users u ON u.id = m.user_id JOIN groups g ON g.id = m.group_id
            WHERE u.deleted IS NOT NULL OR g.deleted IS NOT NULL",
    },
    Promise {
        name: "group_role",
        sql: "SELECT printf('group %s gives %s, and its roles are %s', g.resource_id, ifnull(g.role, 'no role'), g.roles)
            FROM groups g WHERE g.role IS NOT (SELECT r.value FROM json_each(g.roles) r
                ORDER BY CASE r.value WHEN 'Admin' THEN 3 WHEN 'User' THEN 2 ELSE 1 END DESC LIMIT 1)",
    },
    Promise {
        name: "effective_role",
        sql: "WITH ranks (role, rank) AS (VALUES ('Guest', 1), ('User', 2), ('Admin', 3)),
            given (user_id, role) AS (
                SELECT id, own_role FROM users WHERE own_role IS NOT NULL
                UNION ALL SELECT m.user_id, g.role FROM memberships m JOIN groups g ON g.id = m.group_id
                    WHERE g.role IS NOT NULL),
            best (user_id, rank) AS (
                SELECT g.user_id, max(r.rank) FROM given g JOIN ranks r ON r.role = g.role GROUP BY g.user_id)
            SELECT printf('user %s has the role %s, and is given %s', u.resource_id, u.effective_role, r.role)
            FROM users u LEFT JOIN best b ON b.user_id = u.id JOIN ranks r ON r.rank = ifnull(b.rank, 2)
            WHERE u.deleted IS NULL AND u.effective_role <> r.role",
    },
    Promise {
        name: "role_history",
        sql: "SELECT printf('user %s has the role %s, and their history ends with %s',
                u.resource_id, u.effective_role, h.new_role)
            FROM (SELECT user_id, new_role, max(number) FROM role_history GROUP BY user_id) h
            JOIN users u ON u.id = h.user_id WHERE u.effective_role <> h.new_role",
    },
    Promise {
        name: "exclusive_slots",
        sql: "SELECT printf('user %s is in %d entities of type %s', u.resource_id, count(*), a.target_type)
            FROM assignments a NOT INDEXED JOIN users u ON u.id = a.user_id WHERE a.target_type <> 'team'
            GROUP BY a.user_id, a.target_type HAVING count(*) > 1",
    },
    Promise {
        name: "sub_organization_of_one_group",
        sql: "SELECT DISTINCT printf('user %s is in sub-organization %s by one group and in %s by another',
                u.resource_id, (SELECT resource_id FROM entities WHERE id = s.entity_id),
                (SELECT resource_id FROM entities WHERE id = a.entity_id))
            FROM assignments s JOIN mappings ps ON ps.id = s.mapping_id
            JOIN assignments a ON a.user_id = s.user_id AND a.target_type <> 'sub_organization'
            JOIN mappings pa ON pa.id = a.mapping_id JOIN users u ON u.id = s.user_id
            WHERE s.target_type = 'sub_organization' AND pa.group_id <> ps.group_id",
    },
    Promise {
        name: "nothing_for_deleted_users",
        sql: "SELECT printf('user %s is deleted and has %s', u.resource_id, t.what) FROM users u JOIN (
                SELECT user_id, 'a place in ' || target_type what FROM assignments
                UNION ALL SELECT user_id, 'a place by hand' FROM manual_places
                UNION ALL SELECT user_id, 'an open conflict' FROM conflicts WHERE status = 'open'
                UNION ALL SELECT id, 'a role of its own' FROM users WHERE own_role IS NOT NULL) t ON t.user_id = u.id
            WHERE u.deleted IS NOT NULL",
    },
    Promise {
        name: "places_by_mappings",
        sql: "SELECT printf('user %s is in entity %s by mapping %d, which does not give that',
                u.resource_id, e.resource_id, a.mapping_id)
            FROM assignments a JOIN users u ON u.id = a.user_id JOIN entities e ON e.id = a.entity_id
            LEFT JOIN mappings p ON p.id = a.mapping_id
            LEFT JOIN memberships m ON m.group_id = p.group_id AND m.user_id = a.user_id
            LEFT JOIN withheld w ON w.mapping_id = p.id AND w.user_id = a.user_id
            WHERE a.source = 'mapping'
                AND (m.user_id IS NULL OR p.entity_id IS NOT a.entity_id OR w.user_id IS NOT NULL)",
    },
    Promise {
        name: "places_by_attribute_or_hand",
        sql: "SELECT printf('user %s is in entity %s by %s, and nothing says so', u.resource_id, e.resource_id, a.source)
            FROM assignments a JOIN users u ON u.id = a.user_id JOIN entities e ON e.id = a.entity_id
            WHERE (a.source = 'attribute' AND u.concurrency_group_entity_id IS NOT a.entity_id)
                OR (a.source = 'manual' AND NOT EXISTS (SELECT 1 FROM manual_places p
                    WHERE p.user_id = a.user_id AND p.entity_id = a.entity_id))",
    },
    Promise {
        name: "nothing_in_deleted_entities",
        sql: "SELECT printf('entity %s is deleted and %s', e.resource_id, t.what) FROM entities e JOIN (
                SELECT entity_id, 'has a member' what FROM assignments
                UNION ALL SELECT entity_id, 'has a place by hand' FROM manual_places
                UNION ALL SELECT entity_id, 'is held by mapping ' || id FROM mappings WHERE entity_id IS NOT NULL) t
                ON t.entity_id = e.id
            WHERE e.deleted IS NOT NULL",
    },
    Promise {
        name: "one_holder",
        sql: "SELECT printf('entity %s is held by %d mappings', e.resource_id, count(*))
            FROM mappings p NOT INDEXED JOIN entities e ON e.id = p.entity_id GROUP BY e.id HAVING count(*) > 1",
    },
    Promise {
        name: "deleted_groups_map_nothing",
        sql: "SELECT printf('group %s is deleted and its mapping %d is %s', g.resource_id, p.id, p.status)
            FROM groups g JOIN mappings p ON p.group_id = g.id WHERE g.deleted IS NOT NULL AND p.status <> 'rejected'",
    },
    Promise {
        name: "open_conflicts",
        sql: "SELECT printf('conflict %d is open, and mapping %d does not keep user %s from mapping %d',
                c.id, c.current_mapping_id, u.resource_id, c.incoming_mapping_id)
            FROM conflicts c JOIN users u ON u.id = c.user_id JOIN mappings p ON p.id = c.incoming_mapping_id
            WHERE c.status = 'open' AND (p.status <> 'approved' OR p.entity_id IS NOT c.incoming_entity_id
                OR NOT EXISTS (SELECT 1 FROM memberships m WHERE m.group_id = p.group_id AND m.user_id = c.user_id)
                OR NOT EXISTS (SELECT 1 FROM assignments a
                    WHERE a.user_id = c.user_id AND a.mapping_id = c.current_mapping_id
                        AND a.entity_id = c.current_entity_id)
                OR EXISTS (SELECT 1 FROM assignments a
                    WHERE a.user_id = c.user_id AND a.mapping_id = c.incoming_mapping_id))",
    },
    Promise {
        name: "nothing_waits_that_nothing_blocks",
        sql: "SELECT printf('mapping %d claims user %s, gives nothing, and nothing is in its way', p.id, u.resource_id)
            FROM mappings p JOIN memberships m ON m.group_id = p.group_id JOIN users u ON u.id = m.user_id
            WHERE p.status = 'approved' AND u.deleted IS NULL
                AND NOT EXISTS (SELECT 1 FROM withheld w WHERE w.mapping_id = p.id AND w.user_id = m.user_id)
                AND NOT EXISTS (SELECT 1 FROM assignments a WHERE a.user_id = m.user_id AND a.mapping_id = p.id)
                AND NOT EXISTS (SELECT 1 FROM assignments a JOIN mappings o ON o.id = a.mapping_id
                    WHERE a.user_id = m.user_id AND CASE
                        WHEN a.target_type = p.target_type THEN p.target_type <> 'team'
                        ELSE o.group_id <> p.group_id AND 'sub_organization' IN (a.target_type, p.target_type) END)",
    },
    Promise {
        name: "organizations_are_walled_off",
        sql: "SELECT t.what FROM (
                SELECT printf('user %s is in group %s', u.resource_id, g.resource_id) what,
                    u.organization_id a, g.organization_id b
                    FROM memberships m JOIN users u ON u.id = m.user_id JOIN groups g ON g.id = m.group_id
                UNION ALL SELECT printf('user %s is in entity %s', u.resource_id, e.resource_id),
                    u.organization_id, e.organization_id
                    FROM assignments x JOIN users u ON u.id = x.user_id JOIN entities e ON e.id = x.entity_id
                UNION ALL SELECT printf('user %s was in entity %s', u.resource_id, e.resource_id),
                    u.organization_id, e.organization_id
                    FROM assignment_history x JOIN users u ON u.id = x.user_id JOIN entities e ON e.id = x.entity_id
                UNION ALL SELECT printf('mapping %d of group %s holds entity %s', p.id, g.resource_id, e.resource_id),
                    g.organization_id, e.organization_id
                    FROM mappings p JOIN groups g ON g.id = p.group_id JOIN entities e ON e.id = p.entity_id) t
            WHERE t.a <> t.b",
    },
    Promise {
        name: "webhooks_within_the_feed",
        sql: "SELECT printf('webhook %s is at event %d, and the feed of organization %s ends at %d',
                w.resource_id, w.cursor, o.slug, o.last_event_id)
            FROM webhooks w JOIN organizations o ON o.id = w.organization_id WHERE w.cursor > o.last_event_id",
    },
    Promise {
        name: "request_log_size",
        sql: "SELECT printf('the request log is counted as %d bytes and has %d', c.bytes, f.bytes)
            FROM (SELECT ifnull((SELECT bytes FROM requests_size), 0) bytes) c
            JOIN (SELECT ifnull((SELECT sum(size) FROM requests), 0)
                + ifnull((SELECT sum(size) FROM request_bodies), 0) bytes) f
            WHERE c.bytes <> f.bytes",
    },
];

impl Db<'_> {
    /// Everything that is wrong with the file; empty when nothing is. Reads all of it.
    ///
    /// # Errors
    /// Those of reading; a file that is damaged is a finding and no error.
    pub fn check(&self) -> Result<Vec<Finding>> {
        for promise in &FILE {
            let damage = self.broken(promise);
            if !damage.is_empty() {
                return Ok(damage);
            }
        }
        Ok(CONTENT.iter().flat_map(|promise| self.broken(promise)).collect())
    }

    /// What breaks a promise. That it cannot be asked is a finding too: in a damaged file most things cannot.
    fn broken(self, promise: &Promise) -> Vec<Finding> {
        let limited = format!("{} LIMIT {MOST}", promise.sql);
        let sql = if promise.sql.starts_with("PRAGMA") { promise.sql } else { &limited };
        let details = self
            .all(sql, [], |row| row.get::<_, String>(0))
            .unwrap_or_else(|error| vec![format!("{error}. Restore an older backup.")]);
        let details = details.into_iter().filter(|detail| detail != "ok");
        details.map(|detail| Finding { promise: promise.name, detail }).collect()
    }
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;

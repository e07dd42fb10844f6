-- From schema version 1 to 2: what issues 5 to 8 keep. Same text as in schema.sql, table by table.


ALTER TABLE organizations ADD COLUMN silent_changes INTEGER NOT NULL DEFAULT 0;

-- An attribute whose concurrency group is gone waits for one of that name, like one that never had any.
UPDATE users SET concurrency_group_entity_id = NULL
    WHERE concurrency_group_entity_id IN (SELECT id FROM entities WHERE deleted IS NOT NULL);

CREATE INDEX users_waiting_for_place ON users (organization_id)
    WHERE concurrency_group IS NOT NULL AND concurrency_group_entity_id IS NULL;

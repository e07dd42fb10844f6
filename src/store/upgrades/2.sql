-- From schema version 1 to 2: what issues 5 to 8 keep. Same text as in schema.sql, table by table.

CREATE INDEX users_deleted ON users (deleted) WHERE deleted IS NOT NULL;
CREATE INDEX conflicts_by_user ON conflicts (user_id);

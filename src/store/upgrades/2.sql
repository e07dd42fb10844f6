-- From schema version 1 to 2: what issues 5 to 8 keep. Same text as in schema.sql, table by table.


ALTER TABLE organizations ADD COLUMN silent_changes INTEGER NOT NULL DEFAULT 0;

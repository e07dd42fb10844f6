-- From schema version 1 to 2: what issues 5 to 8 keep. Same text as in schema.sql, table by table.

-- People who sign in to the admin page. Written by directory/admins. A removed admin's row is gone; history keeps names.
CREATE TABLE admins (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- The one organization that the admin reaches; NULL is the whole server.
    organization_id INTEGER REFERENCES organizations (id),
    name TEXT NOT NULL CHECK (name <> ''),
    name_key TEXT NOT NULL UNIQUE,
    -- Argon2id in PHC text form; NULL is nobody's password: only sign-in links open this account.
    password TEXT,
    created INTEGER NOT NULL,
    last_sign_in INTEGER,
    disabled INTEGER
) STRICT;

CREATE INDEX admins_by_organization ON admins (organization_id, id);

-- Who is signed in. Only the SHA-256 of a cookie's value is here. last_used is exact to a minute; a session ends at
-- expires, and before that some hours after last_used (model/session.rs). Ended ones are deleted.
CREATE TABLE sessions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    admin_id INTEGER NOT NULL REFERENCES admins (id),
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    created INTEGER NOT NULL,
    last_used INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    user_agent TEXT NOT NULL,
    address TEXT NOT NULL
) STRICT;

CREATE INDEX sessions_by_admin ON sessions (admin_id, id);

-- Addresses that sign an admin in once, without a password. Only the SHA-256 of the secret in them is here; the row is
-- deleted by its use.
CREATE TABLE sign_in_links (
    hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
    admin_id INTEGER NOT NULL REFERENCES admins (id),
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sign_in_links_by_admin ON sign_in_links (admin_id);

CREATE INDEX users_deleted ON users (deleted) WHERE deleted IS NOT NULL;
CREATE INDEX conflicts_by_user ON conflicts (user_id);

-- From schema version 1 to 2: what issues 5 to 8 keep. Same text as in schema.sql, table by table.

-- Endpoints that are told of an organization's events. Written by the admin API; the dispatcher (src/webhooks) moves cursor
-- and keeps count of failures. What is to be sent is the feed itself, after cursor: there is no row per waiting event.
CREATE TABLE webhooks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    resource_id TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL CHECK (url <> ''),
    description TEXT NOT NULL,
    -- A JSON array of event types and families ("user.*"); empty for all.
    types TEXT NOT NULL CHECK (json_valid(types)),
    -- Why nothing is sent; NULL: it is.
    disabled TEXT CHECK (disabled = 'admin' OR disabled = 'gone' OR disabled = 'failing'),
    -- The key itself, since signing needs it: it never leaves this file but in the answer that made it.
    secret BLOB NOT NULL CHECK (length(secret) BETWEEN 24 AND 64),
    -- The key before the last rotation, which signs too until then.
    old_secret BLOB,
    old_secret_until INTEGER,
    -- The last event that is done.
    cursor INTEGER NOT NULL CHECK (cursor >= 0),
    -- One more with each edit by an admin, so that a delivery in progress does not undo one.
    version INTEGER NOT NULL,
    -- Attempts that failed since the last success, since when, and when the next one may be.
    failures INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0),
    failing_since INTEGER,
    next_attempt INTEGER,
    created INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    CHECK ((old_secret IS NULL) = (old_secret_until IS NULL)),
    CHECK ((failures = 0) = (failing_since IS NULL)),
    CHECK ((failures = 0) = (next_attempt IS NULL))
) STRICT;

CREATE INDEX webhooks_by_organization ON webhooks (organization_id, id);

-- What was sent to endpoints, and how it went; the newest 1,000 messages of each, for 30 days. Written by the dispatcher,
-- and by the admin API for messages that it asks for (queued). At most one message of an endpoint is retrying.
CREATE TABLE webhook_deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook_id INTEGER NOT NULL REFERENCES webhooks (id),
    source TEXT NOT NULL CHECK (source = 'feed' OR source = 'redelivery' OR source = 'test'),
    message_id TEXT NOT NULL,
    -- The event that it tells; none for a test.
    event_id INTEGER,
    type TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status = 'queued' OR status = 'retrying' OR status = 'delivered' OR status = 'failed'
        OR status = 'skipped'),
    attempts INTEGER NOT NULL CHECK (attempts >= 0),
    created INTEGER NOT NULL,
    -- The last attempt: when, the status of the answer, how long it took.
    attempted INTEGER,
    response_status INTEGER,
    duration_ms INTEGER,
    -- A sentence, where it failed or was skipped. Nothing of an answer's body is kept.
    error TEXT,
    CHECK ((source = 'test') = (event_id IS NULL)),
    CHECK ((attempts = 0) = (attempted IS NULL))
) STRICT;

CREATE INDEX webhook_deliveries_in_order ON webhook_deliveries (webhook_id, id);
CREATE INDEX webhook_deliveries_open ON webhook_deliveries (webhook_id, id)
    WHERE status = 'queued' OR status = 'retrying';

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

-- How many days before the end it was last said that the token ends; written by directory/expiry.
ALTER TABLE tokens ADD COLUMN expiry_warning INTEGER;

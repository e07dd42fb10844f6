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

-- Changes that had no event to record. With last_event_id it makes the revision, which moves with every change: the
-- basis of previews, and how a large change sees what moved since it read its facts.
ALTER TABLE organizations ADD COLUMN silent_changes INTEGER NOT NULL DEFAULT 0;

-- An attribute whose concurrency group is gone waits for one of that name, like one that never had any.
UPDATE users SET concurrency_group_entity_id = NULL
    WHERE concurrency_group_entity_id IN (SELECT id FROM entities WHERE deleted IS NOT NULL);

CREATE INDEX users_waiting_for_place ON users (organization_id)
    WHERE concurrency_group IS NOT NULL AND concurrency_group_entity_id IS NULL;

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

-- Until when the bodies of its IdP's requests are recorded, masked, with the log.
ALTER TABLE organizations ADD COLUMN record_bodies_until INTEGER;

-- The log of IdP requests that came with a valid token: answered ones and refused ones. A request that changed something
-- is written in the transaction of its change; all others in batches by directory/requests. Names and numbers only, no
-- foreign keys: the log survives what it speaks of. Never a secret: queries and bodies are masked before they come here.
-- Rows are taken away by age and size, the oldest first ([requests] of the configuration).
CREATE TABLE requests (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id INTEGER NOT NULL,
    -- What the answer carries as X-Request-Id, and what events and histories name.
    id TEXT NOT NULL,
    at INTEGER NOT NULL,
    token_id INTEGER NOT NULL,
    token TEXT NOT NULL,
    address TEXT NOT NULL,
    user_agent TEXT,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    query TEXT,
    status INTEGER NOT NULL,
    scim_type TEXT,
    detail TEXT,
    -- Microseconds until the answer; of a change, until it was written, and, a moment later, until it was durable.
    duration INTEGER NOT NULL,
    -- The id of the user or group that it was about.
    resource TEXT,
    -- The events that it caused, from the first to the last.
    first_event INTEGER,
    last_event INTEGER,
    -- JSON arrays: the names of tolerances that it relied on, and sentences about what was left out.
    deviations TEXT,
    remarks TEXT,
    -- Bytes that it is counted as.
    size INTEGER NOT NULL,
    CHECK ((first_event IS NULL) = (last_event IS NULL))
) STRICT;

CREATE INDEX requests_by_organization ON requests (organization_id);
CREATE INDEX requests_by_id ON requests (id);
CREATE INDEX requests_by_resource ON requests (organization_id, resource) WHERE resource IS NOT NULL;

-- Bodies of requests and answers, masked, while an organization records them (organizations.record_bodies_until); they
-- go with their request.
CREATE TABLE request_bodies (
    number INTEGER PRIMARY KEY,
    request TEXT CHECK (json_valid(request)),
    answer TEXT CHECK (json_valid(answer)),
    size INTEGER NOT NULL
) STRICT;

-- How many bytes the two tables above are counted as, kept with each row that comes and goes. One row.
CREATE TABLE requests_size (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    bytes INTEGER NOT NULL CHECK (bytes >= 0)
) STRICT;

INSERT INTO requests_size (id, bytes) VALUES (1, 0);

-- Requests to SCIM without a valid token, which belong to no organization: one row per address and beginning of the token,
-- with the newest request of it, and '*' where there were too many (store/unknown_requests.rs), so that no flood grows or
-- evicts anything.
CREATE TABLE unknown_requests (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    address TEXT NOT NULL,
    token_prefix TEXT NOT NULL,
    count INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    at INTEGER NOT NULL,
    request_id TEXT NOT NULL,
    user_agent TEXT,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    query TEXT,
    status INTEGER NOT NULL,
    scim_type TEXT,
    detail TEXT,
    UNIQUE (address, token_prefix)
) STRICT;

CREATE INDEX unknown_requests_by_time ON unknown_requests (at);

-- From schema version 1 to 2: what issues 5 to 8 keep. Same text as in schema.sql, table by table.

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

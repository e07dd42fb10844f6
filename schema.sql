-- The whole database, as it is today. Upgrades of older files are numbered steps in src/store/migrations.rs; a test
-- proves that a fresh file and an upgraded one are the same. Every table says who writes it and what it promises.
--
-- Conventions: times are milliseconds since the Unix epoch; *_key columns hold the text folded without case
-- (src/model/fold.rs), since SQLite's NOCASE knows ASCII only; JSON is text. Tables with a row per user list the words of
-- a column with OR: for IN with more than two, SQLite builds a temporary index at every write, which triples its cost.

-- Tenants. Written by `organization` commands and the admin API; last_event_id by every transaction that records events.
CREATE TABLE organizations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    slug TEXT NOT NULL UNIQUE CHECK (slug <> ''),
    name TEXT NOT NULL,
    plan TEXT NOT NULL DEFAULT '',
    sso INTEGER NOT NULL DEFAULT 0 CHECK (sso IN (0, 1)),
    group_provisioning INTEGER NOT NULL CHECK (group_provisioning IN (0, 1)),
    teams INTEGER NOT NULL CHECK (teams IN (0, 1)),
    concurrency_groups INTEGER NOT NULL CHECK (concurrency_groups IN (0, 1)),
    sub_organizations INTEGER NOT NULL CHECK (sub_organizations IN (0, 1)),
    created INTEGER NOT NULL,
    -- The id of the newest event; the next one is one more, so that ids have no gaps.
    last_event_id INTEGER NOT NULL DEFAULT 0,
    -- Another random value with each change of the mapping rules: what compiled rules are remembered by.
    rules_stamp BLOB NOT NULL DEFAULT x'',
    -- Changes that had no event to record. With last_event_id it makes the revision, which moves with every change: the
    -- basis of previews, and how a large change sees what moved since it read its facts.
    silent_changes INTEGER NOT NULL DEFAULT 0,
    -- Until when the bodies of its IdP's requests are recorded, masked, with the log.
    record_bodies_until INTEGER
) STRICT;

-- Bearer tokens of IdPs and programs. Only the SHA-256 of a token is here. A revoked token keeps its row, since the
-- history of assignments names it.
CREATE TABLE tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    kind TEXT NOT NULL CHECK (kind IN ('scim', 'admin')),
    server_scope INTEGER NOT NULL DEFAULT 0 CHECK (server_scope IN (0, 1)),
    read_only INTEGER NOT NULL DEFAULT 0 CHECK (read_only IN (0, 1)),
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    created INTEGER NOT NULL,
    expires INTEGER,
    last_used INTEGER,
    revoked INTEGER,
    -- How many days before the end it was last said that the token ends; written by directory/expiry.
    expiry_warning INTEGER,
    CHECK (server_scope = 0 OR kind = 'admin')
) STRICT;

CREATE INDEX tokens_by_organization ON tokens (organization_id, id);

-- Users as the IdP pushed them, deleted ones too (a name pushed again restores its record). Written by directory/users.
CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    resource_id TEXT NOT NULL UNIQUE,
    user_name TEXT NOT NULL CHECK (user_name <> ''),
    user_name_key TEXT NOT NULL,
    display_name TEXT,
    display_name_key TEXT,
    external_id TEXT,
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    own_role TEXT CHECK (own_role = 'Guest' OR own_role = 'User' OR own_role = 'Admin'),
    effective_role TEXT NOT NULL CHECK (effective_role = 'Guest' OR effective_role = 'User' OR effective_role = 'Admin'),
    -- LambdatestGroup as the IdP sent it, and the entity that it named then: renaming the entity moves nobody.
    concurrency_group TEXT,
    concurrency_group_entity_id INTEGER REFERENCES entities (id),
    -- The resource without id, meta, groups and password.
    resource TEXT NOT NULL,
    version INTEGER NOT NULL,
    created INTEGER NOT NULL,
    last_modified INTEGER NOT NULL,
    -- When the derived attribute groups last changed; it does not touch the version.
    groups_changed INTEGER NOT NULL,
    deleted INTEGER
) STRICT;

CREATE UNIQUE INDEX users_living_name ON users (organization_id, user_name_key) WHERE deleted IS NULL;
-- For deleted names, names in other organizations, and filters that look a name up as one of several things.
CREATE INDEX users_name_anywhere ON users (user_name_key, organization_id);
CREATE INDEX users_external_id ON users (organization_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX users_display_name ON users (organization_id, display_name_key) WHERE display_name_key IS NOT NULL;
CREATE INDEX users_in_order ON users (organization_id, created, id) WHERE deleted IS NULL;
-- Whose LambdatestGroup names no concurrency group yet, or no more: whoever creates or renames one looks here.
CREATE INDEX users_waiting_for_place ON users (organization_id)
    WHERE concurrency_group IS NOT NULL AND concurrency_group_entity_id IS NULL;
-- For purging.
CREATE INDEX users_deleted ON users (deleted) WHERE deleted IS NOT NULL;

-- The e-mail addresses of living and deleted users, for look-ups by emails.value; written with the user.
CREATE TABLE user_emails (
    user_id INTEGER NOT NULL REFERENCES users (id),
    position INTEGER NOT NULL,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    type_key TEXT,
    value_key TEXT NOT NULL,
    PRIMARY KEY (user_id, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX user_emails_by_value ON user_emails (organization_id, value_key, user_id);

-- SCIM groups as the IdP pushed them, deleted ones too. Written by directory/groups; member_count with memberships.
CREATE TABLE groups (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    resource_id TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL CHECK (display_name <> ''),
    display_name_key TEXT NOT NULL,
    external_id TEXT,
    -- LambdatestRoles: a JSON array, and the highest of them, which is what members get.
    roles TEXT NOT NULL DEFAULT '[]',
    role TEXT CHECK (role = 'Guest' OR role = 'User' OR role = 'Admin'),
    -- The resource without id, meta and members.
    resource TEXT NOT NULL,
    member_count INTEGER NOT NULL DEFAULT 0 CHECK (member_count >= 0),
    version INTEGER NOT NULL,
    created INTEGER NOT NULL,
    last_modified INTEGER NOT NULL,
    -- When display_name last changed: its members' derived attribute groups shows it.
    renamed INTEGER NOT NULL,
    deleted INTEGER,
    CHECK (deleted IS NULL OR member_count = 0)
) STRICT;

CREATE UNIQUE INDEX groups_living_name ON groups (organization_id, display_name_key) WHERE deleted IS NULL;
CREATE INDEX groups_deleted_name ON groups (organization_id, display_name_key, deleted) WHERE deleted IS NOT NULL;
CREATE INDEX groups_external_id ON groups (organization_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX groups_in_order ON groups (organization_id, created, id) WHERE deleted IS NULL;

-- Who is in which group: the facts that the engine works from. Rows of deleted groups and users do not exist.
CREATE TABLE memberships (
    group_id INTEGER NOT NULL REFERENCES groups (id),
    user_id INTEGER NOT NULL REFERENCES users (id),
    since INTEGER NOT NULL,
    -- The request that put the user in, and the name of the token that it came with.
    request_id TEXT NOT NULL,
    token TEXT NOT NULL,
    PRIMARY KEY (group_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX memberships_by_user ON memberships (user_id, group_id);

-- Teams, concurrency groups and sub-organizations. A deleted one keeps its row, since history names it.
CREATE TABLE entities (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    resource_id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL CHECK (type IN ('team', 'concurrency_group', 'sub_organization')),
    name TEXT NOT NULL CHECK (name <> ''),
    name_key TEXT NOT NULL,
    is_default INTEGER NOT NULL DEFAULT 0 CHECK (is_default IN (0, 1)),
    created_by TEXT NOT NULL CHECK (created_by IN ('mapping', 'admin')),
    created INTEGER NOT NULL,
    deleted INTEGER,
    CHECK (is_default = 0 OR (type = 'concurrency_group' AND deleted IS NULL)),
    UNIQUE (id, type)
) STRICT;

CREATE UNIQUE INDEX entities_living_name ON entities (organization_id, type, name_key) WHERE deleted IS NULL;
CREATE UNIQUE INDEX entities_one_default ON entities (organization_id) WHERE is_default = 1;

-- Mapping rules. A deleted rule keeps its row, since mappings and history name it.
CREATE TABLE mapping_rules (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    kind TEXT NOT NULL CHECK (kind IN ('prefix', 'regex', 'all')),
    pattern TEXT NOT NULL,
    exclude TEXT,
    entity_name TEXT,
    target_type TEXT NOT NULL CHECK (target_type IN ('team', 'concurrency_group', 'sub_organization')),
    priority INTEGER NOT NULL,
    auto_approve INTEGER NOT NULL CHECK (auto_approve IN (0, 1)),
    enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    created INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    deleted INTEGER,
    CHECK ((kind = 'all') = (pattern = ''))
) STRICT;

CREATE INDEX mapping_rules_in_order ON mapping_rules (organization_id, priority DESC, id) WHERE deleted IS NULL;

-- What groups mean: one row per group and target. entity_id with status pending is a frozen mapping: it keeps what it
-- gave. Written by directory/mappings from the engine's plan.
CREATE TABLE mappings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    group_id INTEGER NOT NULL REFERENCES groups (id),
    target_type TEXT NOT NULL CHECK (target_type IN ('team', 'concurrency_group', 'sub_organization')),
    entity_id INTEGER,
    status TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'rejected')),
    -- How it was approved, now or before it froze.
    approval TEXT CHECK (approval IN ('manual', 'auto')),
    reason TEXT CHECK (reason IN ('awaiting_approval', 'feature_disabled', 'target_missing', 'target_taken',
        'rule_changed', 'target_deleted', 'rejected_by_admin', 'group_deleted', 'group_deleted_after_target',
        'removed')),
    rule_id INTEGER REFERENCES mapping_rules (id),
    made_by_rule INTEGER NOT NULL CHECK (made_by_rule IN (0, 1)),
    rename_blocked INTEGER NOT NULL DEFAULT 0 CHECK (rename_blocked IN (0, 1)),
    created INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    FOREIGN KEY (entity_id, target_type) REFERENCES entities (id, type),
    CHECK ((entity_id IS NULL) = (approval IS NULL)),
    CHECK (CASE status
        WHEN 'approved' THEN entity_id IS NOT NULL AND reason IS NULL
        WHEN 'rejected' THEN entity_id IS NULL AND reason IS NOT NULL
            AND reason IN ('rejected_by_admin', 'group_deleted', 'group_deleted_after_target', 'removed')
        ELSE reason IS NOT NULL AND reason IN ('awaiting_approval', 'feature_disabled', 'target_missing',
            'target_taken', 'rule_changed', 'target_deleted') END)
) STRICT;

-- One group per entity (mapping.md 4.3); one live mapping per group to an exclusive type (4.2).
CREATE UNIQUE INDEX mappings_one_holder ON mappings (entity_id) WHERE entity_id IS NOT NULL;
CREATE UNIQUE INDEX mappings_one_exclusive ON mappings (group_id, target_type)
    WHERE status <> 'rejected' AND target_type <> 'team';
CREATE INDEX mappings_by_group ON mappings (group_id, id);
CREATE INDEX mappings_by_status ON mappings (organization_id, status, id);

-- Where people are: derived by the engine, never a fact of its own. Everyone without a concurrency group here is in
-- the organization's default one; everyone without a sub-organization is in the root organization.
CREATE TABLE assignments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    user_id INTEGER NOT NULL REFERENCES users (id),
    target_type TEXT NOT NULL CHECK (target_type = 'team' OR target_type = 'concurrency_group'
        OR target_type = 'sub_organization'),
    entity_id INTEGER NOT NULL,
    source TEXT NOT NULL CHECK (source = 'mapping' OR source = 'attribute' OR source = 'manual'),
    mapping_id INTEGER REFERENCES mappings (id),
    since INTEGER NOT NULL,
    request_id TEXT NOT NULL,
    token TEXT NOT NULL,
    FOREIGN KEY (entity_id, target_type) REFERENCES entities (id, type),
    CHECK ((source = 'mapping') = (mapping_id IS NOT NULL)),
    CHECK (source <> 'attribute' OR target_type = 'concurrency_group')
) STRICT;

-- The exclusive slots: no code path can put one user into two sub-organizations or two concurrency groups.
CREATE UNIQUE INDEX assignments_one_slot ON assignments (user_id, target_type) WHERE target_type <> 'team';
CREATE UNIQUE INDEX assignments_once ON assignments (user_id, entity_id, source);
CREATE INDEX assignments_by_entity ON assignments (entity_id, user_id);
CREATE INDEX assignments_by_mapping ON assignments (mapping_id, user_id) WHERE mapping_id IS NOT NULL;

-- Places that ended: what Explain says of what a user no longer has (mapping.md 9.2). Written when a place is taken, in
-- the transaction that takes it, and never changed; it needs neither the events nor the request log. number counts the
-- rows of a user; the newest 200 are kept, so that somebody who comes and goes every day does not grow without bound.
CREATE TABLE assignment_history (
    user_id INTEGER NOT NULL REFERENCES users (id),
    number INTEGER NOT NULL,
    target_type TEXT NOT NULL CHECK (target_type = 'team' OR target_type = 'concurrency_group'
        OR target_type = 'sub_organization'),
    entity_id INTEGER NOT NULL,
    source TEXT NOT NULL CHECK (source = 'mapping' OR source = 'attribute' OR source = 'manual'),
    -- The chain of a place that a mapping gave, as it was when the place ended: group and rule are the mapping's.
    mapping_id INTEGER REFERENCES mappings (id),
    group_id INTEGER,
    rule_id INTEGER,
    -- What began it.
    since INTEGER NOT NULL,
    request_id TEXT NOT NULL,
    token TEXT NOT NULL,
    -- What ended it.
    until INTEGER NOT NULL,
    until_request_id TEXT NOT NULL,
    until_token TEXT NOT NULL,
    reason TEXT NOT NULL CHECK (reason = 'left_group' OR reason = 'group_deleted' OR reason = 'mapping_rejected'
        OR reason = 'mapping_removed' OR reason = 'mapping_moved' OR reason = 'entity_deleted'
        OR reason = 'taken_away' OR reason = 'gave_way' OR reason = 'attribute_changed'
        OR reason = 'feature_disabled' OR reason = 'user_deleted'),
    -- The entity that it gave way to.
    gave_way_to INTEGER REFERENCES entities (id),
    PRIMARY KEY (user_id, number),
    FOREIGN KEY (entity_id, target_type) REFERENCES entities (id, type),
    CHECK ((source = 'mapping') = (mapping_id IS NOT NULL)),
    CHECK ((mapping_id IS NULL) = (group_id IS NULL)),
    CHECK (reason = 'gave_way' OR gave_way_to IS NULL)
) STRICT, WITHOUT ROWID;

-- Changes of the role that counts, kept like assignment_history and for the same reader. cause is a JSON object: the kind
-- of cause, and the group where there is one, by the name that it had.
CREATE TABLE role_history (
    user_id INTEGER NOT NULL REFERENCES users (id),
    number INTEGER NOT NULL,
    old_role TEXT NOT NULL CHECK (old_role = 'Guest' OR old_role = 'User' OR old_role = 'Admin'),
    new_role TEXT NOT NULL CHECK (new_role = 'Guest' OR new_role = 'User' OR new_role = 'Admin'),
    at INTEGER NOT NULL,
    request_id TEXT NOT NULL,
    token TEXT NOT NULL,
    cause TEXT NOT NULL CHECK (json_valid(cause)),
    PRIMARY KEY (user_id, number),
    CHECK (old_role <> new_role)
) STRICT, WITHOUT ROWID;

-- What admins put by hand (mapping.md 5.6): facts that syncs do not touch. In an exclusive type at most one.
CREATE TABLE manual_places (
    user_id INTEGER NOT NULL REFERENCES users (id),
    entity_id INTEGER NOT NULL,
    target_type TEXT NOT NULL,
    since INTEGER NOT NULL,
    request_id TEXT NOT NULL,
    PRIMARY KEY (user_id, entity_id),
    FOREIGN KEY (entity_id, target_type) REFERENCES entities (id, type)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX manual_places_one_slot ON manual_places (user_id, target_type) WHERE target_type <> 'team';
CREATE INDEX manual_places_by_entity ON manual_places (entity_id, user_id);

-- What admins took away by hand: until the IdP asserts the membership again, the mapping gives this user nothing.
CREATE TABLE withheld (
    mapping_id INTEGER NOT NULL REFERENCES mappings (id),
    user_id INTEGER NOT NULL REFERENCES users (id),
    since INTEGER NOT NULL,
    -- The request that took it away, and whose it was.
    request_id TEXT NOT NULL,
    token TEXT NOT NULL,
    PRIMARY KEY (mapping_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX withheld_by_user ON withheld (user_id, mapping_id);

-- Two mappings that claim one user. Closed ones are history.
CREATE TABLE conflicts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    user_id INTEGER NOT NULL REFERENCES users (id),
    current_mapping_id INTEGER NOT NULL REFERENCES mappings (id),
    current_group_id INTEGER NOT NULL REFERENCES groups (id),
    current_entity_id INTEGER NOT NULL REFERENCES entities (id),
    incoming_mapping_id INTEGER NOT NULL REFERENCES mappings (id),
    incoming_group_id INTEGER NOT NULL REFERENCES groups (id),
    incoming_entity_id INTEGER NOT NULL REFERENCES entities (id),
    kind TEXT NOT NULL CHECK (kind = 'exclusive_group' OR kind = 'exclusive_sub_organization'
        OR kind = 'cross_type_exclusive'),
    status TEXT NOT NULL CHECK (status = 'open' OR status = 'resolved' OR status = 'closed'),
    outcome TEXT CHECK (outcome = 'keep_current' OR outcome = 'use_incoming' OR outcome = 'disappeared'),
    opened INTEGER NOT NULL,
    request_id TEXT NOT NULL,
    ended INTEGER,
    CHECK ((status = 'open') = (ended IS NULL)),
    CHECK ((status = 'open') = (outcome IS NULL)),
    CHECK (current_mapping_id <> incoming_mapping_id)
) STRICT;

CREATE UNIQUE INDEX conflicts_open_once ON conflicts (user_id, current_mapping_id, incoming_mapping_id)
    WHERE status = 'open';
CREATE INDEX conflicts_by_status ON conflicts (organization_id, status, id);
CREATE INDEX conflicts_by_user ON conflicts (user_id);

-- Remembered answers to conflicts, over deletion and restoration of groups: this user, these two places, this winner.
-- The two sides are stored lower (group, entity) first, so that a pair has one row.
CREATE TABLE decisions (
    user_id INTEGER NOT NULL REFERENCES users (id),
    group_a INTEGER NOT NULL REFERENCES groups (id),
    entity_a INTEGER NOT NULL REFERENCES entities (id),
    group_b INTEGER NOT NULL REFERENCES groups (id),
    entity_b INTEGER NOT NULL REFERENCES entities (id),
    a_wins INTEGER NOT NULL CHECK (a_wins IN (0, 1)),
    decided INTEGER NOT NULL,
    -- The request that decided, and whose it was.
    request_id TEXT NOT NULL,
    token TEXT NOT NULL,
    PRIMARY KEY (user_id, group_a, entity_a, group_b, entity_b),
    CHECK (group_a < group_b OR (group_a = group_b AND entity_a < entity_b))
) STRICT, WITHOUT ROWID;

-- The event feed: what happened, in the transaction in which it happened, in order, ids without gaps per organization.
CREATE TABLE events (
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    type TEXT NOT NULL,
    request_id TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (organization_id, id)
) STRICT, WITHOUT ROWID;

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

-- The exchange's file, version 1. docs/store.md says what each table holds.
-- Identifiers: 16 bytes where they are UUIDs in their usual form, else text. Times: nanoseconds of UTC since 1970.
-- Covers: codec.py. What has ended stays, as the past, until its retention is over: nothing is written at its end.

CREATE TABLE state (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    batch INTEGER NOT NULL CHECK (batch >= 0),      -- commits so far
    retention_ns INTEGER NOT NULL CHECK (retention_ns >= 0),
    purged_ns INTEGER NOT NULL                      -- everything that ended before this is gone from the file
) STRICT;

CREATE TABLE subscription (
    id ANY PRIMARY KEY NOT NULL,
    manager TEXT NOT NULL,
    version TEXT NOT NULL,
    uss_base_url TEXT NOT NULL,
    start_ns INTEGER NOT NULL,
    end_ns INTEGER NOT NULL,
    for_intents INTEGER NOT NULL CHECK (for_intents IN (0, 1)),
    for_constraints INTEGER NOT NULL CHECK (for_constraints IN (0, 1)),
    implicit INTEGER NOT NULL CHECK (implicit IN (0, 1)),
    cover BLOB NOT NULL
) STRICT;

CREATE INDEX subscription_end ON subscription (end_ns);

-- The notification index of each subscription: apart, since it changes with every change nearby.
CREATE TABLE notified (
    id ANY PRIMARY KEY NOT NULL REFERENCES subscription (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    notification_index INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE intent (
    id ANY PRIMARY KEY NOT NULL,
    manager TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('Accepted', 'Activated', 'Nonconforming', 'Contingent')),
    version INTEGER NOT NULL,
    ovn TEXT NOT NULL,
    uss_base_url TEXT NOT NULL,
    start_ns INTEGER NOT NULL,
    end_ns INTEGER NOT NULL,
    subscription_id ANY REFERENCES subscription (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
    cover BLOB NOT NULL
) STRICT;

CREATE INDEX intent_end ON intent (end_ns);
CREATE INDEX intent_subscription ON intent (subscription_id) WHERE subscription_id IS NOT NULL;

CREATE TABLE constraint_reference (
    id ANY PRIMARY KEY NOT NULL,
    manager TEXT NOT NULL,
    version INTEGER NOT NULL,
    ovn TEXT NOT NULL,
    uss_base_url TEXT NOT NULL,
    start_ns INTEGER NOT NULL,
    end_ns INTEGER NOT NULL,
    cover BLOB NOT NULL
) STRICT;

CREATE INDEX constraint_reference_end ON constraint_reference (end_ns);

CREATE TABLE uss_status (
    uss TEXT PRIMARY KEY NOT NULL,
    availability TEXT NOT NULL CHECK (availability IN ('Unknown', 'Normal', 'Down')),
    version TEXT NOT NULL
) STRICT;

CREATE TABLE report (
    id ANY PRIMARY KEY NOT NULL,
    reporter TEXT NOT NULL,
    body BLOB NOT NULL
) STRICT;

-- Answers of the last minute, the oldest first, for requests repeated after their response was lost.
CREATE TABLE reply (
    number INTEGER PRIMARY KEY,
    key BLOB NOT NULL CHECK (length(key) = 32),
    status INTEGER NOT NULL,
    body BLOB NOT NULL,
    at_ns INTEGER NOT NULL
) STRICT;

INSERT INTO state (one, batch, retention_ns, purged_ns) VALUES (1, 0, 0, -9223372036854775808);

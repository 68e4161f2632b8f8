-- Version 4: the ledger (docs/ledger.md; store/sqlite/ledger.py). Rows are added and never changed, but for partial tiles,
-- which grow; secrets may be deleted one by one, and map nodes go with the roots that need them.

CREATE TABLE ledger (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    origin TEXT NOT NULL,
    key TEXT NOT NULL,                              -- that verifies checkpoints (C2SP signed-note)
    seed_digest BLOB NOT NULL CHECK (length(seed_digest) = 32),
    origin_leaf BLOB NOT NULL,                      -- canonical item
    rows_before INTEGER NOT NULL                    -- entities that there were when it began, and that have no entry
) STRICT;

CREATE TABLE ledger_channel (
    number INTEGER PRIMARY KEY,
    issuer TEXT NOT NULL,                           -- both empty: the exchange itself
    sub TEXT NOT NULL,
    tag BLOB NOT NULL UNIQUE CHECK (length(tag) = 32),
    UNIQUE (issuer, sub)
) STRICT;

CREATE TABLE ledger_entry (
    number INTEGER PRIMARY KEY,                     -- in the order of taking, from 1
    channel INTEGER NOT NULL REFERENCES ledger_channel (number),
    counter INTEGER NOT NULL CHECK (counter >= 1),
    value BLOB NOT NULL CHECK (length(value) = 32),
    time_ns INTEGER NOT NULL,
    id ANY NOT NULL,                                -- of the entity that was asked for, and its version
    version TEXT NOT NULL,
    content BLOB NOT NULL,                          -- the thirteen fields, a canonical list
    UNIQUE (channel, counter)
) STRICT;

CREATE INDEX ledger_entry_id ON ledger_entry (id);

CREATE TABLE ledger_secret (
    number INTEGER PRIMARY KEY,                     -- of the entry
    secret BLOB NOT NULL CHECK (length(secret) = 32)
) STRICT;

CREATE TABLE ledger_tile (
    place INTEGER PRIMARY KEY,                      -- level * 2^56 + index
    hashes BLOB NOT NULL
) STRICT;

CREATE TABLE ledger_node (
    hash BLOB PRIMARY KEY NOT NULL CHECK (length(hash) = 32),
    data BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE ledger_checkpoint (
    number INTEGER PRIMARY KEY,                     -- from 1
    first INTEGER NOT NULL,                         -- index of the first of its leaves
    size INTEGER NOT NULL,
    root BLOB NOT NULL CHECK (length(root) = 32),
    last_entry INTEGER NOT NULL,                    -- number of the last entry under it; 0 before the first
    time_ns INTEGER NOT NULL,
    heads_root BLOB NOT NULL CHECK (length(heads_root) = 32),
    heads_blind BLOB NOT NULL CHECK (length(heads_blind) = 32),
    rung_place INTEGER NOT NULL,
    rung_until_ns INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX ledger_checkpoint_size ON ledger_checkpoint (size);
CREATE INDEX ledger_checkpoint_entry ON ledger_checkpoint (last_entry, number);

CREATE TRIGGER ledger_entry_unchanged BEFORE UPDATE ON ledger_entry
BEGIN SELECT RAISE(ABORT, 'an entry of the ledger is not changed'); END;
CREATE TRIGGER ledger_entry_kept BEFORE DELETE ON ledger_entry
BEGIN SELECT RAISE(ABORT, 'an entry of the ledger is kept'); END;
CREATE TRIGGER ledger_checkpoint_unchanged BEFORE UPDATE ON ledger_checkpoint
BEGIN SELECT RAISE(ABORT, 'a checkpoint is not changed'); END;
CREATE TRIGGER ledger_checkpoint_kept BEFORE DELETE ON ledger_checkpoint
BEGIN SELECT RAISE(ABORT, 'a checkpoint is kept'); END;

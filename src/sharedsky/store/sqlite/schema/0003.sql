-- Version 3: what was done to the exchange itself, and by whom (store/sqlite/audit.py). Rows are added, never changed.

CREATE TABLE audit (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ns INTEGER NOT NULL,         -- nanoseconds of UTC since 1970
    actor TEXT NOT NULL,            -- the account of the operating system, or `server`
    act TEXT NOT NULL,
    object TEXT NOT NULL            -- what it was done to; empty where the act says it all
) STRICT;

CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is not changed'); END;
CREATE TRIGGER audit_kept BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is kept'); END;

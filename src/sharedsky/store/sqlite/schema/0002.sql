-- Version 2: the clients of the built-in issuer, and which issuer asserts which sub (store/sqlite/tokens.py).

CREATE TABLE token_client (
    name TEXT PRIMARY KEY NOT NULL,
    id TEXT UNIQUE NOT NULL,
    value TEXT NOT NULL CHECK (json_valid(value))   -- the client, with hashes of its secrets; none is ever deleted
) STRICT;

CREATE TABLE token_binding (
    sub TEXT PRIMARY KEY NOT NULL,
    issuer TEXT NOT NULL
) STRICT;

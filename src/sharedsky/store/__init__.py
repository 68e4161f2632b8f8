"""Where the exchange keeps what it decided: an in-memory reference, and SQLite; each an exchange.protocol.Store."""

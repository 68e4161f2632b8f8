"""The ledger: leaves, the log, its checkpoints and heads, and proofs of what they hold. docs/ledger.md is its format.

Pure: bytes and integers in and out; time, randomness, keys and storage come from the caller. `log.Log` is what the
exchange drives; `sharedsky.verify` is what others check it with, and imports nothing else of this software.
"""

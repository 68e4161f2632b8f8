"""The exchange: what is decided about references and subscriptions, as pure functions of a snapshot, and who is told.

Bytes are decoded elsewhere (sharedsky.server) and kept elsewhere (sharedsky.store); here are F3548-21's rules.
"""

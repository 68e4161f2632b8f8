"""Access tokens of the exchange, in and out: checking those of others and its own, and issuing its own.

Knows no web framework and no SQL; storage is a protocol (store.py), clock, randomness and fetching come in.
docs/tokens.md explains it to an operator, docs/adr/0006-tokens.md why it is built so. Called by api and cli.
"""

from sharedsky.tokens.clients import Client, StoredSecret
from sharedsky.tokens.errors import Forbidden, TrustError, Unauthorized
from sharedsky.tokens.gate import Gate, GateSettings, open_gate
from sharedsky.tokens.issuer import BuiltInIssuer, TokenResponse
from sharedsky.tokens.issuers import Issuers, StaticKeys, TrustedIssuer
from sharedsky.tokens.jwks import JwksSource, JwksStatus
from sharedsky.tokens.keyring import HeldKeys, KeyFolder, KeyRing
from sharedsky.tokens.request import OAuthError, TokenRequest
from sharedsky.tokens.store import BUILT_IN, BindingStore, ClientStore, MemoryStore, TokenStore
from sharedsky.tokens.trust import TrustSetting, parse_trust, trusted_jwks, trusted_key
from sharedsky.tokens.validator import Caller, Validator, require

__all__ = [
    "BUILT_IN", "BindingStore", "BuiltInIssuer", "Caller", "Client", "ClientStore", "Forbidden", "Gate",
    "GateSettings", "HeldKeys", "Issuers", "JwksSource", "JwksStatus", "KeyFolder", "KeyRing", "MemoryStore",
    "OAuthError", "StaticKeys", "StoredSecret", "TokenRequest", "TokenResponse", "TokenStore", "TrustError",
    "TrustSetting", "TrustedIssuer", "Unauthorized", "Validator", "open_gate", "parse_trust", "require",
    "trusted_jwks", "trusted_key",
]  # fmt: skip

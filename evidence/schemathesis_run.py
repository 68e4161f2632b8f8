"""Schemathesis against the served OpenAPI document: requests made from it, good and bad, each answer held against it.

`make test` runs a few examples of each operation with a fixed seed, `make evidence` many. The exchange runs in this
process, with a store in memory. What a request means is not known to Schemathesis, so that a good one of its making may
well be refused (an area of no size, a time long ago); it must be refused as the document says.
"""

from __future__ import annotations

import base64
import json
import time
from collections import Counter
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, Final

import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.core.failures import FailureGroup

from sharedsky.server.app import make_app
from sharedsky.server.context import SCOPES, Context, Settings
from sharedsky.store.memory import MemoryStore
from sharedsky.tokens.issuers import Issuers, StaticKeys, TrustedIssuer
from sharedsky.tokens.rs256 import SigningKey, generate_key, verify_key
from sharedsky.tokens.store import MemoryStore as MemoryTokens
from sharedsky.tokens.validator import Validator

#: 2026-09-21T14:13:20Z: the exchange's clock stands.
NOW_S: Final = 1_790_000_000
SEED: Final = 20_260_921
EXAMPLES: Final = 200
NAMES: Final = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "negative_data_rejection", "unsupported_method", "ignored_auth",
)  # fmt: skip


def run(examples: int = EXAMPLES) -> tuple[str, bool]:
    """The summary as Markdown, and whether every answer was as the document says."""
    begin = time.perf_counter()
    count, statuses, failures = probe(examples)
    lines = [
        "## Schemathesis against the served OpenAPI", "",
        f"Schemathesis {version('schemathesis')}, {examples:,} examples of each operation, good and bad in "
        f"equal parts, seed {SEED}; checks: {', '.join(NAMES)}.", "",
        f"{count:,} requests in {time.perf_counter() - begin:.0f} s; answers: "
        + ", ".join(f"{status}: {number:,}" for status, number in sorted(statuses.items())) + ".",
        "No 5xx, no answer that is not as the document says." if not failures else "FAILED:",
        *(f"- {failure}" for failure in failures[:20]), "",
    ]  # fmt: skip
    return "\n".join(lines), not failures


def probe(examples: int, only: str | None = None) -> tuple[int, Counter[int], list[str]]:
    """How many requests were made, how often each status came, and what was not as the document says.

    Args:
        only: the id of one operation, to leave the others out.
    """
    schema = schemathesis.openapi.from_asgi("/openapi.json", _app())
    checks = CHECKS.get_by_names(list(NAMES))
    headers = {"Authorization": f"Bearer {_token()}"}
    statuses: Counter[int] = Counter()
    failures: list[str] = []
    found: Any
    for found in schema.get_all_operations():
        operation = found.ok()
        if only is not None and operation.definition.raw.get("operationId") != only:
            continue
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            failure = _hold(operation, mode, examples // 2, checks, headers, statuses)
            if failure:
                failures.append(failure)
    return sum(statuses.values()), statuses, failures


def _hold(
    operation: Any, mode: GenerationMode, examples: int, checks: Sequence[Any], headers: dict[str, str],
    statuses: Counter[int],
) -> str | None:  # fmt: skip
    """What of an operation's answers is not as the document says, if anything."""

    @seed(SEED)
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(operation.as_strategy(generation_mode=mode))
    def held(case: Any) -> None:
        answer = case.call(headers=headers)
        statuses[answer.status_code] += 1
        case.validate_response(answer, checks=list(checks), headers=headers)

    try:
        held()
    except (Exception, FailureGroup) as error:  # of Schemathesis, of many kinds: each says what is wrong
        if type(error).__name__ in ("Unsatisfiable", "SkipTest"):
            return None  # there is nothing to be wrong about
        return f"{operation.label} ({mode.value}): {_shown(error)}"
    return None


def _shown(error: BaseException) -> str:
    parts = getattr(error, "exceptions", None)
    if parts:
        return "; ".join(_shown(part) for part in parts)
    return " ".join(f"{type(error).__name__}: {error}".split())[:800]


def _app() -> Any:
    issuer = TrustedIssuer("key", None, StaticKeys((verify_key(_key().private.public_key()),)))
    validator = Validator(Issuers([issuer], MemoryTokens()), ["sky.example"], lambda: float(NOW_S))
    now_ns = NOW_S * 10**9
    return make_app(Context(MemoryStore(now_ns), validator, lambda: now_ns, Settings()), "pool")


def _token() -> str:
    scope = " ".join(name for name, _ in SCOPES)
    claims = {"sub": "uss1", "scope": scope, "aud": "sky.example", "exp": NOW_S + 3_600}
    text = ".".join(_part(json.dumps(value).encode()) for value in ({"alg": "RS256", "typ": "JWT"}, claims))
    return f"{text}.{_part(_key().sign(text.encode()))}"


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


_made: list[SigningKey] = []


def _key() -> SigningKey:
    if not _made:
        _made.append(generate_key(2048))
    return _made[0]

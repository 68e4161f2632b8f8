"""Key sets from an address: kept, fetched again behind the requests, and served stale while the source is away."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest

from sharedsky.tokens.errors import TrustError
from sharedsky.tokens.jwks import LIFETIME_S, MAX_KEYS, RETRY_S, JwksSource, in_thread, read_key_set
from sharedsky.tokens.rs256 import to_jwk
from token_samples import Clock, a_validator, bearer, key, public, refusal, token, trusted

URL = "https://issuer.example/jwks"


def entry(name: str, kid: str | None = None) -> dict[str, object]:
    jwk = to_jwk(public(name))
    return {**jwk, "kid": kid} if kid else {part: value for part, value in jwk.items() if part != "kid"}


def a_set(*entries: object) -> bytes:
    return json.dumps({"keys": entries}).encode()


class Site:
    """An address whose answer a test sets; `jobs` are what was started and not yet run."""

    def __init__(self, answer: bytes | Exception) -> None:
        self.answer = answer
        self.asked = 0
        self.jobs: list[Callable[[], None]] = []

    def fetch(self, url: str) -> bytes:
        assert url == URL
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def run(self) -> int:
        """Run what was started; how many jobs there were."""
        jobs, self.jobs = self.jobs, []
        for job in jobs:
            job()
        return len(jobs)


def start(answer: bytes | Exception, **more: Any) -> tuple[Site, Clock, JwksSource]:
    site, clock = Site(answer), Clock()
    # The list is replaced when it runs, so starting goes through the site.
    source = JwksSource(URL, site.fetch, clock, start=lambda job: site.jobs.append(job), **more)
    return site, clock, source


def test_a_set_gives_its_rsa_keys_and_names_what_it_left_out() -> None:
    found = read_key_set(a_set(entry("first", "a"), {"kty": "EC"}, 5, entry("second", "b"), {"kty": "oct", "k": "AA"}))
    assert [one.kid for one in found.keys] == ["a", "b"]
    assert len(found.left_out) == 3


@pytest.mark.parametrize(
    "data",
    [b"", b"<html>", b"[]", b"{}", b'{"keys":{}}', b'{"keys":[],"keys":[]}', b'{"keys":NaN}', b"\xff", b'{"keys":"x"}',
     a_set(*[{}] * (MAX_KEYS + 1)), a_set({"kty": "RSA"})[:-3]],
)  # fmt: skip
def test_what_is_no_key_set_is_refused(data: bytes) -> None:
    with pytest.raises(TrustError):
        read_key_set(data)


def test_the_first_question_starts_a_fetch_and_does_not_wait() -> None:
    site, _, source = start(a_set(entry("first", "a")))
    assert source.candidates("a") == ()
    assert (site.asked, site.run()) == (0, 1)
    assert [one.kid for one in source.candidates("a")] == ["a"]


def test_a_set_is_fetched_once_in_its_lifetime() -> None:
    site, clock, source = start(a_set(entry("first", "a")))
    assert source.refresh()
    clock.now_s += LIFETIME_S - 1
    source.candidates("a")
    assert site.run() == 0
    clock.now_s += 1
    assert [one.kid for one in source.candidates("a")] == ["a"]
    source.candidates("a")
    assert site.run() == 1


def test_an_unknown_kid_fetches_the_set_again_but_not_too_often() -> None:
    site, clock, source = start(a_set(entry("first", "a")))
    source.refresh()
    clock.now_s += RETRY_S
    site.answer = a_set(entry("first", "a"), entry("second", "b"))
    assert source.candidates("b") == ()
    for unknown in range(100):
        assert source.candidates(f"x{unknown}") == ()
    assert site.run() == 1
    assert [one.kid for one in source.candidates("b")] == ["b"]
    source.candidates("c")
    assert site.run() == 0
    clock.now_s += RETRY_S
    source.candidates("c")
    assert site.run() == 1


def test_a_stale_set_serves_while_its_source_is_away() -> None:
    site, clock, source = start(a_set(entry("first", "a")))
    source.refresh()
    read_s = clock.now_s
    for answer in (TrustError("away"), OSError("unreachable"), b"<html>sorry</html>", a_set(entry("first"))[:-1]):
        site.answer = answer
        clock.now_s += LIFETIME_S * 10
        assert [one.kid for one in source.candidates("a")] == ["a"]
        assert site.run() == 1
    assert [one.kid for one in source.candidates("a")] == ["a"]
    status = source.status
    assert (status.keys, status.read_s, status.failing_since_s) == (1, read_s, read_s + LIFETIME_S * 10)
    assert status.error
    site.answer = a_set(entry("first", "a"))
    clock.now_s += RETRY_S
    source.refresh_if_due()
    assert site.run() == 1
    assert (source.status.failing_since_s, source.status.error) == (None, None)


def test_a_source_that_fails_is_asked_again_soon_but_not_at_once() -> None:
    site, clock, source = start(OSError("away"))
    assert not source.refresh()
    source.refresh_if_due()
    assert site.run() == 0
    clock.now_s += RETRY_S
    source.refresh_if_due()
    assert site.run() == 1


def test_a_key_that_its_source_takes_back_ends_at_the_next_fetch_and_in_the_memory_of_tokens() -> None:
    site, clock, source = start(a_set(entry("first", "a"), entry("second", "b")))
    source.refresh()
    validator = a_validator(trusted("iss:a", "a", keys=source), clock=clock)
    header = bearer(token(iss="a", header={"kid": "a"}, exp=clock.now_s + 10_000))
    validator.check(header)
    site.answer = a_set(entry("second", "b"))
    source.refresh()
    assert validator.remembered(header) is None
    assert refusal(lambda: validator.check(header)).kind == "key"


def test_a_source_that_lists_no_keys_takes_all_back() -> None:
    site, _, source = start(a_set(entry("first", "a")))
    source.refresh()
    site.answer = a_set()
    assert source.refresh()
    assert source.candidates("a") == ()


def test_the_same_set_again_changes_no_generation() -> None:
    _, _, source = start(a_set(entry("first", "a")))
    source.refresh()
    before = source.generation
    source.refresh()
    assert source.generation == before


def test_only_one_fetch_is_under_way_at_a_time() -> None:
    site, clock, source = start(a_set())
    source.refresh_if_due()
    clock.now_s += LIFETIME_S * 5
    source.refresh_if_due()
    assert site.run() == 1


def test_a_clock_set_back_does_not_keep_a_set_for_ever() -> None:
    site, clock, source = start(a_set())
    source.refresh()
    clock.now_s -= 10_000_000
    source.refresh_if_due()
    assert site.run() == 1


def test_a_thread_that_cannot_be_started_is_a_failed_fetch() -> None:
    clock = Clock()

    def start_none(job: Callable[[], None]) -> None:
        raise RuntimeError("can't start new thread")

    source = JwksSource(URL, lambda _: a_set(), clock, start=start_none)
    source.refresh_if_due()
    assert source.status.error
    clock.now_s += RETRY_S
    source.refresh_if_due()
    assert source.status.failing_since_s == clock.now_s - RETRY_S


def test_a_fetch_in_a_thread_of_its_own_ends() -> None:
    finished = threading.Event()

    def start(job: Callable[[], None]) -> None:
        def both() -> None:
            job()
            finished.set()

        in_thread(both)

    source = JwksSource(URL, lambda _: a_set(entry("first", "a")), Clock(), start=start)
    source.refresh_if_due()
    assert finished.wait(10)
    assert [one.kid for one in source.candidates("a")] == ["a"]


def test_a_kept_set_serves_after_a_restart_until_the_source_answers() -> None:
    kept: list[bytes] = []
    _, _, source = start(a_set(entry("first", "a")), keep=kept.append)
    source.refresh()
    _, _, again = start(OSError("away"), kept=kept[0])
    assert not again.refresh()
    assert [one.kid for one in again.candidates("a")] == ["a"]
    assert again.status.read_s is None


def test_a_kept_set_that_makes_no_sense_is_ignored() -> None:
    _, _, source = start(a_set(), kept=b"<html>")
    assert source.candidates("a") == ()


def test_a_set_that_cannot_be_kept_counts_all_the_same() -> None:
    def keep(_: bytes) -> None:
        raise OSError("disk full")

    _, _, source = start(a_set(entry("first", "a")), keep=keep)
    assert source.refresh()
    assert "disk full" in str(source.status.error)
    assert source.candidates("a")


def test_a_token_without_a_kid_is_tried_with_all_keys_unless_they_are_many() -> None:
    site, _, source = start(a_set(entry("second", "b"), entry("first", "a")))
    source.refresh()
    assert len(source.candidates(None)) == 2
    site.answer = a_set(*[entry("first", f"k{n}") for n in range(17)])
    source.refresh()
    assert source.candidates(None) == ()
    assert len(source.candidates("k16")) == 1


def test_keys_without_a_kid_are_tried_for_any() -> None:
    _, _, source = start(a_set(entry("first")))
    source.refresh()
    validator = a_validator(trusted("iss:a", "a", keys=source))
    assert validator.check(bearer(token(iss="a", header={"kid": "any"}))).sub == "uss1"
    assert refusal(lambda: validator.check(bearer(token(iss="a", by=key("second"))))).kind == "signature"

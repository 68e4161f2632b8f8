"""Limits of rate: exact buckets, bounded tables, the right party refused, and nothing done of what is refused."""

from __future__ import annotations

import asyncio
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dss_world import INTENTS, area, bearer, ident, intent_body
from server_around import around
from sharedsky.errors import UsageError
from sharedsky.server.limits import Buckets, Hashing, Limits, Rate, TooManyRequests, network_of, parse_rate
from sharedsky.server.throttle import Throttle

OFF = Rate(0, 0)


class Seconds:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_taken_and_then_the_rate() -> None:
    clock = Seconds()
    bucket = Buckets(Rate(2, 5), clock)
    assert [bucket.take("a") for _ in range(7)] == [0, 0, 0, 0, 0, 1, 1]
    clock.now += 0.5
    assert [bucket.take("a") for _ in range(2)] == [0, 1]


@given(st.integers(1, 50), st.integers(1, 50), st.lists(st.floats(0, 0.5), max_size=200))
def test_never_more_than_burst_and_rate_allow(per_s: int, burst: int, steps: list[float]) -> None:
    clock = Seconds()
    bucket = Buckets(Rate(per_s, burst), clock)
    taken = 0
    for step in steps:
        clock.now += step
        taken += bucket.take("a") == 0
    assert taken <= burst + per_s * sum(steps) + 1e-6


@given(st.integers(1, 20), st.integers(1, 20), st.integers(1, 60))
def test_who_waits_as_long_as_is_said_is_let_in(per_s: int, burst: int, asked: int) -> None:
    clock = Seconds()
    bucket = Buckets(Rate(per_s, burst), clock)
    for _ in range(asked):
        wait_s = bucket.take("a")
    clock.now += wait_s or 1
    assert bucket.take("a") == 0


def test_one_party_never_uses_up_what_is_another_s() -> None:
    bucket = Buckets(Rate(1, 1), Seconds())
    assert bucket.take("a") == 0
    assert bucket.take("a") == 1
    assert bucket.take("b") == 0


def test_the_table_is_bounded_and_lets_the_least_recent_go() -> None:
    bucket = Buckets(Rate(1, 1), Seconds(), size=3)
    for name in ("a", "b", "c", "a", "d"):
        bucket.take(name)
    assert len(bucket) == 3
    assert bucket.take("a") == 1  # it asked lately, and is remembered
    assert bucket.take("b") == 0  # forgotten


@pytest.mark.parametrize(
    ("text", "rate"), [("off", OFF), ("10", Rate(10, 20)), ("10/50", Rate(10, 50)), ("2000/4000", Rate(2000, 4000))]
)
def test_a_rate_is_read(text: str, rate: Rate) -> None:
    assert parse_rate(text, "--rate-limit") == rate


@pytest.mark.parametrize("text", ["", "0", "-1", "1/0", "1/", "/1", "1.5", "1e3", "nan", "inf", "²", "1/2/3", "9" * 10])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--rate-limit"):
        parse_rate(text, "--rate-limit")


def test_an_ipv6_address_counts_as_its_network() -> None:
    assert network_of("2001:db8:1:2:3:4:5:6") == network_of("2001:db8:1:2::") == "2001:db8:1:2::"
    assert network_of("2001:db8:1:3::1") != network_of("2001:db8:1:2::1")
    assert network_of("::ffff:192.0.2.7") == network_of("192.0.2.7") == "192.0.2.7"
    assert network_of("fe80::1%eth0") == "fe80::"
    assert network_of(None) == ""


def test_a_client_beyond_its_rate_is_429_as_the_standard_wants_it_and_nothing_is_done() -> None:
    with around(limits=Limits(Rate(1, 2), OFF, OFF, Seconds())) as made:
        made.validator.check(bearer())  # its token is known
        made.validator.check(bearer("uss2"))
        assert made.world.call("GET", f"{INTENTS}/{ident(1)}").status == 404
        assert made.world.call("GET", f"{INTENTS}/{ident(1)}").status == 404
        before = made.world.everything()
        headers = [("authorization", bearer()), ("content-type", "application/json")]
        refused = made.world.send("PUT", f"{INTENTS}/{ident(1)}", b"{}", headers, check=False)
        assert made.world.everything() == before
        assert made.world.call("PUT", f"{INTENTS}/{ident(1)}", intent_body(), sub="uss2").status == 201
        figures, line = made.figures, made.lines[-2]
    assert refused.status == 429
    assert refused.headers["retry-after"] == "1"
    assert refused.headers["content-type"] == "application/json"
    assert list(refused.json) == ["message"]
    assert 'sharedsky_requests_limited_total{limit="client"} 1.0' in figures
    assert (line["status"], line["refused"], line["route"]) == (429, "client", "unmatched")


def test_tokens_that_are_not_known_count_by_address_and_those_that_are_do_not() -> None:
    with around(limits=Limits(OFF, Rate(1, 2), OFF, Seconds())) as made:
        bad = [("authorization", bearer() + "x")]
        path = f"{INTENTS}/{ident(1)}"
        statuses = [made.world.send("GET", path, headers=bad, check=False).status for _ in range(3)]
        assert statuses == [401, 401, 429]
        made.validator.check(bearer())
        assert made.world.call("GET", path).status == 404
        assert made.world.send("GET", "/healthy", headers=[]).status == 200
        other = made.world.send("GET", "/.well-known/jwks.json", headers=[], check=False)
    assert other.status == 429
    assert other.headers["content-type"] == "application/problem+json"
    assert other.json["status"] == 429


def test_two_authorization_headers_count_as_unknown() -> None:
    with around(limits=Limits(OFF, Rate(1, 1), OFF, Seconds())) as made:
        made.validator.check(bearer())
        twice = [("authorization", bearer()), ("authorization", bearer("uss2"))]
        statuses = [
            made.world.send("GET", f"{INTENTS}/{ident(1)}", headers=twice, check=False).status for _ in range(2)
        ]
    assert statuses == [401, 429]


def test_token_requests_have_a_limit_of_their_own() -> None:
    with around(limits=Limits(OFF, OFF, Rate(1, 1), Seconds())) as made:
        answers = [made.world.send("POST", "/oauth/token", b"", [], check=False) for _ in range(2)]
    assert answers[0].status != 429
    assert answers[1].status == 429
    assert answers[1].json["error"] == "temporarily_unavailable"


def test_secrets_are_hashed_a_few_at_once_and_beyond_a_bound_refused() -> None:
    free = threading.Event()
    hashing = Hashing(at_once=1, waiting=2)

    def work(number: int) -> int:
        free.wait(10)
        return number

    async def ask() -> list[object]:
        waiting = [asyncio.ensure_future(hashing(work, number)) for number in range(4)]
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_EXCEPTION)
        assert [type(task.exception()) for task in done] == [TooManyRequests]
        free.set()
        return await asyncio.gather(*waiting, return_exceptions=True)

    results = asyncio.run(ask())
    hashing.close()
    assert results[:3] == [0, 1, 2]
    assert isinstance(results[3], TooManyRequests)


def test_who_stops_waiting_does_not_free_a_place_before_the_work_is_done() -> None:
    free = threading.Event()
    hashing = Hashing(at_once=1, waiting=0)

    async def ask() -> None:
        first = asyncio.ensure_future(hashing(lambda _: free.wait(10), 1))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        with pytest.raises(TooManyRequests):
            await hashing(lambda _: True, 2)
        free.set()

    asyncio.run(ask())
    hashing.close()


def test_while_the_time_is_in_doubt_changes_are_refused_and_reads_go_on() -> None:
    doubt = [True]
    with around() as made:
        made.world.app = Throttle(made.world.app, Limits(), made.validator, lambda: doubt[0])  # type: ignore[assignment,arg-type]
        refused = made.world.call("PUT", f"{INTENTS}/{ident(1)}", intent_body())
        assert (refused.status, refused.headers["retry-after"]) == (503, "30")
        assert made.world.call("GET", f"{INTENTS}/{ident(1)}").status == 404
        assert made.world.call("POST", f"{INTENTS}/query", area()).status == 200
        doubt[0] = False
        assert made.world.call("PUT", f"{INTENTS}/{ident(1)}", intent_body()).status == 201

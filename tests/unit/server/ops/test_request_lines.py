"""What is told of a request, in the log and in the figures: enough to find it, and nothing of what it held."""

from __future__ import annotations

import re
from typing import Any

import pytest

from dss_world import INTENTS, SUBSCRIPTIONS, area, bearer, ident, intent_body, subscription_body
from server_around import around
from sharedsky.exchange.protocol import StoreUnavailable
from token_samples import AUDIENCE, CLAIMS, HEADER, key, signed


def test_a_line_names_route_status_caller_and_entity() -> None:
    with around() as made:
        answer = made.world.call("PUT", f"{INTENTS}/{ident(1)}", intent_body())
        (line,) = [x for x in made.lines if x.get("event") == "request" and x["method"] == "PUT"]
    assert line["id"] == answer.headers["x-request-id"]
    assert line["route"] == f"{INTENTS}/{{entityid}}"
    assert (line["status"], line["sub"], line["entity"]) == (201, "uss1", ident(1))
    assert line["bytes"] == len(answer.body)
    assert line["ms"] >= 0


def test_no_token_coordinate_level_ovn_or_address_of_a_uss_is_in_the_log() -> None:
    with around() as made:
        world = made.world
        ovn = world.put_intent()["ovn"]
        world.call("PUT", f"{INTENTS}/{ident(1)}/{ovn}", intent_body(key=[ovn]))
        world.call("GET", f"{INTENTS}/{ident(1)}")
        world.call("PUT", f"{INTENTS}/{ident(2)}/{ovn}", intent_body())
        world.call("POST", f"{INTENTS}/query", area())
        world.call("PUT", f"{SUBSCRIPTIONS}/{ident(3)}", subscription_body())
        world.call("PUT", f"{INTENTS}/{ident(4)}", {"extents": "46.01 8.01"})
        world.send("PUT", f"{INTENTS}/46.01,8.01/x", b"46.01", check=False)
        world.send("GET", f"{INTENTS}/{ident(1)}", headers=[("authorization", bearer() + "x")])
        text = made.text
    assert text.count("\n") == 9
    for hidden in (*bearer().removeprefix("Bearer ").split("."), ovn, "46.0", "8.01", "example.com", "Accepted", "W84"):
        assert hidden not in text


def test_a_token_that_is_refused_is_told_by_its_kind_alone() -> None:
    bad = signed(HEADER | {"kid": "x\n\x1b[1m"}, CLAIMS, key("other"))
    with around("text") as made:
        made.world.send("GET", f"{INTENTS}/{ident(1)}", headers=[("authorization", f"Bearer {bad}")])
        text = made.text
        figures = made.figures
    assert "refused=" in text
    assert "\x1b" not in text
    assert bad not in text
    assert all(part not in text for part in bad.split("."))
    assert 'sharedsky_tokens_refused_total{kind="' in figures


def test_a_missing_scope_is_told() -> None:
    with around() as made:
        answer = made.world.call("GET", f"{INTENTS}/{ident(1)}", scope="rid.display_provider")
        line = made.lines[-1]
    assert answer.status == 403
    assert answer.headers["www-authenticate"].endswith('scope="utm.strategic_coordination"')
    assert line["refused"] == "forbidden"


def test_an_unexpected_error_is_500_with_an_id_that_the_log_has_and_nothing_else_of_it() -> None:
    with around() as made:

        async def broken(*_: Any) -> None:
            raise RuntimeError(f"volume 47.1234 {AUDIENCE}")

        made.world.store.read = broken  # type: ignore[assignment,method-assign]
        headers = [("authorization", bearer())]
        answer = made.world.send("GET", f"{INTENTS}/{ident(1)}", headers=headers, check=False)
        found = re.search(r"Its id in the log is ([0-9a-f]+)\.", answer.message)
        lines = made.lines
    assert answer.status == 500
    assert found is not None
    errors = [line for line in lines if line.get("id") == found[1]]
    assert [line["level"] for line in errors] == ["error", "error"]
    assert errors[0]["error"] == "builtins.RuntimeError"
    assert "47.1234" not in repr(lines) + answer.message
    assert "RuntimeError" not in answer.message


def test_a_store_that_takes_nothing_is_503_and_no_bug() -> None:
    with around() as made:

        async def full(*_: Any) -> None:
            raise StoreUnavailable("full.")

        made.world.store.write = full  # type: ignore[assignment,method-assign]
        answer = made.world.call("PUT", f"{INTENTS}/{ident(1)}", intent_body())
        lines = made.lines
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
    assert not [line for line in lines if "error" in line]


def test_a_request_that_is_cut_off_is_no_error() -> None:
    with around() as made:
        made.world.runner.run(_cut_off(made.world.app))
        (line,) = [x for x in made.lines if x.get("event") == "request" and x["method"] == "PUT"]
    assert line["status"] in (400, 408)
    assert line["level"] == "info"


async def _cut_off(app: Any) -> None:
    path = f"{INTENTS}/{ident(1)}"
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "PUT", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "client": None, "server": None,
        "headers": [(b"authorization", bearer().encode()), (b"content-type", b"application/json")],
    }  # fmt: skip
    parts = [{"type": "http.request", "body": b"{", "more_body": True}]

    async def receive() -> Any:
        return parts.pop(0) if parts else {"type": "http.disconnect"}

    async def send(_: Any) -> None:
        return None

    await app(scope, receive, send)


@pytest.mark.parametrize(("which", "statuses"), [("all", [200, 404]), ("failed", [404]), ("none", [])])
def test_lines_are_of_the_requests_that_were_chosen(which: Any, statuses: list[int]) -> None:
    with around(which=which) as made:
        made.world.send("GET", "/healthy", headers=[])
        made.world.send("GET", "/nowhere/at/all", headers=[])
        told = [line["status"] for line in made.lines]
    assert told == statuses


def test_figures_count_by_route_and_hold_nothing_that_a_client_chose() -> None:
    with around() as made:
        made.world.call("GET", f"{INTENTS}/{ident(1)}")
        made.world.send("GET", "/made/up/by/a/client", headers=[])
        made.world.send("MADEUP", "/healthy", headers=[], check=False)
        figures = made.figures
    assert f'sharedsky_requests_total{{method="GET",route="{INTENTS}/{{entityid}}",status="404"}} 1.0' in figures
    assert 'method="GET",route="unmatched",status="404"' in figures
    for chosen in ("made/up", "MADEUP", ident(1), "uss1"):
        assert chosen not in figures


def test_ids_of_requests_differ() -> None:
    with around() as made:
        ids = {made.world.send("GET", "/healthy", headers=[]).headers["x-request-id"] for _ in range(5)}
    assert len(ids) == 5

"""The served OpenAPI document, held against ASTM's own: every difference is listed here, with why it is so."""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import Any

import jsonschema
import pytest

from contract_tour import TOUR, tour
from dss_world import World, memory_world
from shared_data import require_shared
from sharedsky.server.openapi import OPERATIONS

#: Statuses that we answer with beside ASTM's, for every operation that they fit.
BEYOND = {
    "413": "a body larger than the server takes: ASTM's document lists it where areas can be too large",
    "415": "a body that is said to be something else than JSON",
    "503": "the store cannot keep or find anything at the moment; nothing was changed",
}
#: Statuses beside those, by operation.
BEYOND_HERE = {
    ("updateOperationalIntentReference", "404"): "nothing of this id: ASTM's document lists 404 for reading and deleting alone",
    ("updateConstraintReference", "404"): "the same",
    ("updateSubscription", "404"): "the same",
    ("setUssAvailability", "409"): "old_version is not the current one: its text asks for that, its list of statuses forgets it",
}
#: ASTM's statuses that we do not answer with: none.
MISSING: dict[tuple[str, str], str] = {}
#: Members that we require, and ASTM's document does not.
REQUIRED_BEYOND = {
    "AirspaceConflictResponse": ({"message", "missing_operational_intents", "missing_constraints"}, "always given"),
    "ErrorResponse": ({"message"}, "always given"),
    "PutSubscriptionResponse": ({"operational_intent_references", "constraint_references"}, "always given, empty or not"),
    "Subscription": (
        {"time_start", "time_end", "notify_for_operational_intents", "notify_for_constraints", "implicit_subscription", "dependent_operational_intents"},
        "always given",
    ),
    "Circle": ({"center", "radius"}, "half a circle is none; the text of the standard knows no default"),
    "QueryParameters": ({"area_of_interest"}, "a query without an area would be one for everything"),
}  # fmt: skip
#: Members that ASTM's document requires, and we do not.
REQUIRED_LESS = {
    "ExchangeRecord": ({"request_source"}, "ASTM's document requires it without saying what it is"),
    "Time": ({"format"}, "there with its one value, in answers"),
}
#: Our name of a schema -> ASTM's names.
NAMES = {
    "QueryParameters": ("QueryOperationalIntentReferenceParameters", "QueryConstraintReferenceParameters", "QuerySubscriptionParameters"),
    "RequestTime": ("Time",),
    "Availability": ("UssAvailabilityState",),
    "State": ("OperationalIntentState",),
}  # fmt: skip
#: Members that ours has beside ASTM's.
MEMBERS_BEYOND = {
    "PutOperationalIntentReferenceParameters": {"requested_ovn_suffix"},  # InterUSS
    "ExchangeRecord": {"request_source"},
}


@pytest.fixture(scope="module")
def world() -> Generator[World]:
    made = memory_world()
    yield made
    made.close()


@pytest.fixture(scope="module")
def astm() -> dict[str, Any]:
    yaml = pytest.importorskip("yaml")
    path = require_shared("conformance/data/interfaces/astm-utm/Protocol/utm.yaml")
    return dict(yaml.safe_load(path.read_text("utf-8")))


def operations(document: dict[str, Any]) -> dict[str, tuple[str, str, dict[str, Any], list[Any]]]:
    """The DSS's operations by id: path, method, the operation, and its parameters."""
    found = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if path.startswith("/dss/") and method in ("get", "put", "post", "delete"):
                parameters = [*methods.get("parameters", []), *operation.get("parameters", [])]
                found[operation["operationId"]] = (path, method, operation, parameters)
    return found


def test_the_document_is_openapi_3_1_and_every_reference_in_it_leads_somewhere(world: World) -> None:
    text = str(world.document)
    assert world.document["openapi"].startswith("3.1")
    named = set(re.findall(r"#/components/schemas/(\w+)", text))
    assert named == set(world.document["components"]["schemas"])
    for schema in world.document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_every_route_is_described_and_no_other(world: World) -> None:
    served = {op["operationId"] for methods in world.document["paths"].values() for op in methods.values()}
    assert served == set(OPERATIONS) - {"getToken", "getKeys"}  # these come with an issuer of one's own


def test_whoever_is_refused_is_told_in_a_form_that_the_document_has(world: World) -> None:
    for _, _, operation, _ in operations(world.document).values():
        assert {"400", "401", "403", "429", "503"} <= set(operation["responses"])
        assert operation["security"]
        for status, response in operation["responses"].items():
            assert "application/json" in response["content"], (operation["operationId"], status)


@pytest.mark.shared
def test_operations_have_astms_paths_methods_parameters_and_scopes(world: World, astm: dict[str, Any]) -> None:
    ours, theirs = operations(world.document), operations(astm)
    assert ours.keys() == theirs.keys()
    for name, (path, method, operation, parameters) in theirs.items():
        mine = ours[name]
        assert mine[:2] == (path, method)
        assert {(p["name"], p["in"]) for p in mine[3]} == {(p["name"], p["in"]) for p in parameters}, name
        scopes = {frozenset(one["Authority"]) for one in operation["security"]}
        held = {frozenset(one["Authority"]) for one in mine[2]["security"]}
        implied = {one for one in scopes if any(other < one for other in scopes)}  # a set that holds another one
        assert held == scopes - implied, name
        assert ("requestBody" in mine[2]) == ("requestBody" in operation), name


@pytest.mark.shared
def test_statuses_are_astms_and_each_other_one_is_justified(world: World, astm: dict[str, Any]) -> None:
    ours, theirs = operations(world.document), operations(astm)
    beyond = set()
    for name, (_, _, operation, _) in theirs.items():
        mine = set(ours[name][2]["responses"])
        assert {(name, status) for status in set(operation["responses"]) - mine} <= MISSING.keys()
        beyond |= {(name, status) for status in mine - set(operation["responses"]) if status not in BEYOND}
    assert beyond == BEYOND_HERE.keys()


@pytest.mark.shared
def test_required_members_are_astms_and_each_other_one_is_justified(world: World, astm: dict[str, Any]) -> None:
    theirs = astm["components"]["schemas"]
    for name, schema in world.document["components"]["schemas"].items():
        for other in NAMES.get(name, (name,)):
            if other not in theirs or "properties" not in theirs[other]:
                continue
            mine, required = set(schema.get("required", ())), set(theirs[other].get("required", ()))
            assert mine - required == REQUIRED_BEYOND.get(name, (set(), ""))[0], name
            assert required - mine == REQUIRED_LESS.get(name, (set(), ""))[0], name
            assert set(schema["properties"]) - set(theirs[other]["properties"]) == MEMBERS_BEYOND.get(name, set()), name
            assert set(theirs[other]["properties"]) <= set(schema["properties"]), name


@pytest.mark.shared
def test_real_answers_are_as_astms_document_says(astm: dict[str, Any]) -> None:
    world = memory_world()
    theirs = operations(astm)
    checked = 0
    for answer in tour(world):
        said = theirs[str(answer.operation)][2]["responses"].get(str(answer.status))
        if said is None:
            assert str(answer.status) in BEYOND or (answer.operation, str(answer.status)) in BEYOND_HERE
            continue
        schema = {"allOf": [said["content"]["application/json"]["schema"]], "components": astm["components"]}
        jsonschema.validate(answer.json, schema, cls=jsonschema.Draft4Validator)  # OpenAPI 3.0 is of that time
        checked += 1
    assert checked > len(TOUR) - 10
    world.close()

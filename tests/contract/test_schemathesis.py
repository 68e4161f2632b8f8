"""Schemathesis against the served OpenAPI document, a few examples of each operation; `make evidence` runs many."""

from __future__ import annotations

import dataclasses

import pytest
from evidence import schemathesis_run

from sharedsky.server import openapi

pytestmark = pytest.mark.filterwarnings("ignore")


def test_no_request_of_schemathesis_brings_a_5xx_or_an_answer_that_the_document_does_not_have() -> None:
    count, statuses, failures = schemathesis_run.probe(4)
    assert failures == []
    assert count > 60
    assert {200, 400} <= statuses.keys()


def test_an_answer_that_the_document_does_not_have_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {"getUssAvailability": dataclasses.replace(openapi.OPERATIONS["getUssAvailability"], ok=(201, None))}
    monkeypatch.setattr(openapi, "OPERATIONS", openapi.OPERATIONS | wrong)
    _, _, failures = schemathesis_run.probe(4, only="getUssAvailability")
    assert failures
    assert "/dss/v1/uss_availability/{uss_id}" in failures[0]
    assert "Undocumented status code" in failures[0]

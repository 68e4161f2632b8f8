"""What one USS may see of another: no OVN, no subscription; and who is to be told."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from sharedsky.exchange.model import Availability, Constraint, Intent, State, Subscription
from sharedsky.server import encode, wire
from store_worlds import MINUTE_NS, NOW_NS, uuid_of

URL = "https://uss1.example.com"
INTENT = Intent(uuid_of(1), "uss1", State.ACCEPTED, 3, "a-secret-ovn-of-uss1", URL, NOW_NS, NOW_NS + MINUTE_NS, uuid_of(2), ())
CONSTRAINT = Constraint(uuid_of(3), "uss1", 1, "another-secret-of-uss1", URL, NOW_NS, NOW_NS + 1, ())
SUBSCRIPTION = Subscription(uuid_of(2), "uss1", "v", URL, NOW_NS, NOW_NS + 1, True, False, True, 7, ())


def test_a_manager_sees_its_own_ovn_and_subscription() -> None:
    shown = encode.intent(INTENT, Availability.NORMAL, "uss1")
    assert (shown.ovn, shown.subscription_id) == (INTENT.ovn, INTENT.subscription_id)
    assert encode.constraint(CONSTRAINT, Availability.NORMAL, "uss1").ovn == CONSTRAINT.ovn


@pytest.mark.parametrize("viewer", ["uss2", "USS1", "uss1 ", "", "uss"])
def test_nobody_else_sees_either(viewer: str) -> None:
    shown = encode.intent(INTENT, Availability.NORMAL, viewer)
    assert shown.ovn == encode.OVN_ELSEWHERE
    assert shown.subscription_id == encode.NO_SUBSCRIPTION
    text = msgspec.json.encode(shown) + msgspec.json.encode(encode.constraint(CONSTRAINT, Availability.NORMAL, viewer))
    for secret in (INTENT.ovn, CONSTRAINT.ovn, uuid_of(2)):
        assert secret.encode() not in text


def test_an_intent_without_a_subscription_has_the_placeholder_which_is_an_id() -> None:
    shown = encode.intent(replace(INTENT, subscription_id=None), Availability.NORMAL, "uss1")
    assert shown.subscription_id == encode.NO_SUBSCRIPTION
    assert msgspec.convert(encode.NO_SUBSCRIPTION, wire.EntityID)
    assert msgspec.convert(encode.OVN_ELSEWHERE, wire.EntityOVN)


@pytest.mark.parametrize("status", list(Availability))
def test_the_managers_availability_is_said(status: Availability) -> None:
    assert encode.intent(INTENT, status, "uss2").uss_availability is status
    assert encode.constraint(CONSTRAINT, status, "uss2").uss_availability is status


def test_times_have_the_digits_that_they_need() -> None:
    shown = encode.constraint(CONSTRAINT, Availability.NORMAL, "uss2")
    assert (shown.time_start.value, shown.time_end.value) == ("2026-09-21T14:13:20Z", "2026-09-21T14:13:20.000000001Z")


def test_subscriptions_of_one_address_are_told_together_in_their_order() -> None:
    other = replace(SUBSCRIPTION, id=uuid_of(8), uss_base_url="https://uss2.example.com", index=1)
    third = replace(SUBSCRIPTION, id=uuid_of(9), index=2)
    told = encode.subscribers([SUBSCRIPTION, other, third])
    assert told == [
        wire.SubscriberToNotify([wire.SubscriptionState(uuid_of(2), 7), wire.SubscriptionState(uuid_of(9), 2)], URL),
        wire.SubscriberToNotify([wire.SubscriptionState(uuid_of(8), 1)], "https://uss2.example.com"),
    ]


def test_a_subscription_is_shown_with_its_index_and_dependents() -> None:
    shown = encode.subscription(SUBSCRIPTION, [uuid_of(1)])
    assert (shown.notification_index, shown.implicit_subscription, shown.dependent_operational_intents) == (7, True, [uuid_of(1)])

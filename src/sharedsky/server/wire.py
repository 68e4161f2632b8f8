"""The JSON of ASTM F3548-21's DSS as types, under the names of its OpenAPI document; decoded once, at the edge.

msgspec refuses what is not of the type: NaN and infinities, numbers written as strings, a number beyond its bounds.
Members that are not named here are ignored. Called by decode.py, encode.py and the routes.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from sharedsky.exchange.model import Availability, State

Latitude = Annotated[float, Meta(ge=-90, le=90)]
Longitude = Annotated[float, Meta(ge=-180, le=180)]
EntityID = Annotated[
    str, Meta(pattern="^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[8-9a-bA-B][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$")
]
EntityOVN = Annotated[str, Meta(min_length=16, max_length=128)]
UssBaseURL = Annotated[str, Meta(min_length=1, max_length=2_000)]
VersionText = Annotated[str, Meta(min_length=1, max_length=128)]
UssID = Annotated[str, Meta(min_length=1, max_length=255)]
#: Capitals or not; the official suite sends both.
AnyAvailability = Annotated[
    str, Meta(pattern="^([Uu][Nn][Kk][Nn][Oo][Ww][Nn]|[Nn][Oo][Rr][Mm][Aa][Ll]|[Dd][Oo][Ww][Nn])$")
]
#: Paths whose standard fixes the body of an error.
STANDARD_PATHS: Final = ("/dss/", "/aux/", "/uss/", "/rid/")


class ErrorResponse(Struct):
    """What went wrong, in words."""

    message: str


class Problem(Struct, kw_only=True):
    """What went wrong, where no standard fixes the body (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str


class Time(Struct):
    """A time in RFC 3339."""

    value: Annotated[str, Meta(max_length=64, extra_json_schema={"format": "date-time"})]
    format: Literal["RFC3339"] = "RFC3339"


class RequestTime(Struct):
    """A time of a request, whose format must be said."""

    value: Annotated[str, Meta(max_length=64, extra_json_schema={"format": "date-time"})]
    format: Literal["RFC3339"]


class Radius(Struct):
    """A radius in metres."""

    value: Annotated[float, Meta(gt=0)]
    units: Literal["M"]


class Altitude(Struct):
    """A height in metres above WGS 84."""

    value: Annotated[float, Meta(ge=-8_000, le=100_000)]
    reference: Literal["W84"]
    units: Literal["M"]


class LatLngPoint(Struct):
    """A place."""

    lng: Longitude
    lat: Latitude


class Polygon(Struct):
    """An area whose edges are geodesics; the last vertex is not the first again."""

    vertices: Annotated[list[LatLngPoint], Meta(min_length=3)]


class Circle(Struct):
    """A circular area."""

    center: LatLngPoint
    radius: Radius


class Volume3D(Struct):
    """An area, given once, between two heights."""

    outline_circle: Circle | None = None
    outline_polygon: Polygon | None = None
    altitude_lower: Altitude | None = None
    altitude_upper: Altitude | None = None


class Volume4D(Struct):
    """A volume during a time."""

    volume: Volume3D
    time_start: RequestTime | None = None
    time_end: RequestTime | None = None


Extents = Annotated[list[Volume4D], Meta(min_length=1, max_length=10_000)]


class ImplicitSubscriptionParameters(Struct):
    """The subscription to be made for one intent."""

    uss_base_url: UssBaseURL
    notify_for_constraints: bool = False


class PutOperationalIntentReferenceParameters(Struct):
    """A reference to create or change; requested_ovn_suffix is InterUSS's."""

    extents: Extents
    state: State
    uss_base_url: UssBaseURL
    key: list[EntityOVN] | None = None
    subscription_id: EntityID | None = None
    new_subscription: ImplicitSubscriptionParameters | None = None
    requested_ovn_suffix: Annotated[str, Meta(max_length=64)] | None = None


class PutConstraintReferenceParameters(Struct):
    """A reference to create or change."""

    extents: Extents
    uss_base_url: UssBaseURL


class PutSubscriptionParameters(Struct):
    """A subscription to create or change."""

    extents: Volume4D
    uss_base_url: UssBaseURL
    notify_for_operational_intents: bool = False
    notify_for_constraints: bool = False


class QueryParameters(Struct):
    """Where to look; every query of the DSS has this form."""

    area_of_interest: Volume4D


class SetUssAvailabilityStatusParameters(Struct):
    """What is to be said of a USS."""

    old_version: Annotated[str, Meta(max_length=128)]
    availability: AnyAvailability


class ExchangeRecord(Struct):
    """A request and its response, as a USS recorded them."""

    url: str
    method: str
    recorder_role: Literal["Client", "Server"]
    request_time: RequestTime
    request_source: str | UnsetType = UNSET
    headers: list[str] | UnsetType = UNSET
    request_body: str | UnsetType = UNSET
    response_time: RequestTime | UnsetType = UNSET
    response_body: str | UnsetType = UNSET
    response_code: int | UnsetType = UNSET
    problem: str | UnsetType = UNSET


class ErrorReport(Struct):
    """A report of a problem in the communication; its report_id is the receiver's."""

    exchange: ExchangeRecord
    report_id: Annotated[str, Meta(max_length=128)] | UnsetType = UNSET


class OperationalIntentReference(Struct):
    """A reference, as one USS may see it."""

    id: EntityID
    manager: str
    uss_availability: Availability
    version: int
    state: State
    time_start: Time
    time_end: Time
    uss_base_url: str
    subscription_id: EntityID
    ovn: EntityOVN | UnsetType = UNSET


class ConstraintReference(Struct):
    """A reference, as one USS may see it."""

    id: EntityID
    manager: str
    uss_availability: Availability
    version: int
    time_start: Time
    time_end: Time
    uss_base_url: str
    ovn: EntityOVN | UnsetType = UNSET


class SubscriptionState(Struct):
    """Which subscription asks for a notification, and the how manieth it is."""

    subscription_id: EntityID
    notification_index: int


class SubscriberToNotify(Struct):
    """A USS to be told of a change."""

    subscriptions: list[SubscriptionState]
    uss_base_url: str


class Subscription(Struct):
    """A subscription, as its manager sees it."""

    id: EntityID
    version: str
    notification_index: int
    uss_base_url: str
    time_start: Time
    time_end: Time
    notify_for_operational_intents: bool
    notify_for_constraints: bool
    implicit_subscription: bool
    dependent_operational_intents: list[EntityID]


class GetOperationalIntentReferenceResponse(Struct):
    operational_intent_reference: OperationalIntentReference


class ChangeOperationalIntentReferenceResponse(Struct):
    subscribers: list[SubscriberToNotify]
    operational_intent_reference: OperationalIntentReference


class QueryOperationalIntentReferenceResponse(Struct):
    operational_intent_references: list[OperationalIntentReference]


class GetConstraintReferenceResponse(Struct):
    constraint_reference: ConstraintReference


class ChangeConstraintReferenceResponse(Struct):
    subscribers: list[SubscriberToNotify]
    constraint_reference: ConstraintReference


class QueryConstraintReferencesResponse(Struct):
    constraint_references: list[ConstraintReference]


class AirspaceConflictResponse(Struct):
    message: str
    missing_operational_intents: list[OperationalIntentReference]
    missing_constraints: list[ConstraintReference]


class GetSubscriptionResponse(Struct):
    subscription: Subscription


class PutSubscriptionResponse(Struct):
    subscription: Subscription
    operational_intent_references: list[OperationalIntentReference]
    constraint_references: list[ConstraintReference]


class DeleteSubscriptionResponse(Struct):
    subscription: Subscription


class QuerySubscriptionsResponse(Struct):
    subscriptions: list[Subscription]


class UssAvailabilityStatus(Struct):
    uss: str
    availability: Availability


class UssAvailabilityStatusResponse(Struct):
    version: str
    status: UssAvailabilityStatus

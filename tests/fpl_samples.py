"""Flight plan messages for the tests, written for them over real aerodromes and an invented table of points."""

from __future__ import annotations

from datetime import date

import numpy as np

from sharedsky.airspace.trajectory import Trajectory
from sharedsky.formats import icao_fpl
from sharedsky.formats.limits import Limits
from sharedsky.formats.reading import Document, ForecastOptions, Reading, ReadOptions
from sharedsky.plans.plan import Plan

FIXES = """ident,lat,lng
ALPHA,47.5,7.5
BRAVO,47.9,6.5
CHARL,48.3,5.5
DELTA,48.7,4.5
LN,48.0,7.0
MAY,47.0,9.0
DUB,53.4,-6.3
ZULU,46.0,10.0
ECHOO,47.0,12.0
ECHOO,10.0,100.0
airway,seq,ident
UN123,10,ALPHA
UN123,20,BRAVO
UN123,30,CHARL
UN123,40,DELTA
UL9,1,LN
UL9,2,CHARL
procedure,seq,ident
ALPHA1A,1,MAY
ALPHA1A,2,ALPHA
DELTA2B,1,DELTA
DELTA2B,2,LN
"""

ROUTE = "ALPHA UN123 DELTA DCT"


def fpl(
    callsign: str = "SWR123",
    rules: str = "IS",
    aircraft: str = "A320/M",
    equipment: str = "SDE2FGHIRWY/LB1",
    departure: str = "LSZH0800",
    cruise: str = "N0450F350",
    route: str = ROUTE,
    destination: str = "LFPG0110",
    other: str = "DOF/260301",
) -> str:
    """An FPL, its fields on lines of their own."""
    fields = ["(FPL-" + callsign + "-" + rules, aircraft + "-" + equipment, departure, f"{cruise} {route}".strip()]
    return "\n-".join([*fields, destination, other]) + ")"


def read(
    *texts: str,
    fixes: str | None = FIXES,
    day: date | None = None,
    limits: Limits | None = None,
    forecast: ForecastOptions | None = None,
) -> Reading:
    """Read one document for each text, named 1.txt, 2.txt and so on."""
    options = ReadOptions(
        limits=limits or Limits(),
        date=day,
        forecast=forecast or ForecastOptions(),
        fixes=() if fixes is None else (Document("fixes.csv", fixes.encode()),),
    )
    return icao_fpl.read([Document(f"{k}.txt", text.encode()) for k, text in enumerate(texts, start=1)], options)


def only_plan(*texts: str, fixes: str | None = FIXES, day: date | None = None) -> Plan:
    """The one plan of texts in which nothing is refused."""
    reading = read(*texts, fixes=fixes, day=day)
    assert reading.refusals == []
    assert len(reading.plans) == 1
    return reading.plans[0]


def only_trajectory(*texts: str, fixes: str | None = FIXES, day: date | None = None) -> Trajectory:
    """The one trajectory of the one plan of texts in which nothing is refused."""
    plan = only_plan(*texts, fixes=fixes, day=day)
    assert len(plan.trajectories) == 1
    return plan.trajectories[0]


def only_refusal(*texts: str, fixes: str | None = FIXES, day: date | None = None) -> tuple[str, str]:
    """Kind and reason of the one refusal, where nothing becomes a plan."""
    reading = read(*texts, fixes=fixes, day=day)
    assert reading.plans == []
    assert len(reading.refusals) == 1, reading.refusals
    return reading.refusals[0].kind, reading.refusals[0].reason


def nearest_point(trajectory: Trajectory, lat: float, lng: float) -> int:
    """The index of the point that is nearest to a place; it must be the place."""
    apart = np.hypot(trajectory.lat_deg - lat, trajectory.lng_deg - lng)
    assert apart.min() < 1e-9, apart.min()
    return int(np.argmin(apart))


def everything_shown(reading: Reading) -> str:
    """All text that a reading could put into an output."""
    return repr((reading.plans, reading.zones, reading.refusals, reading.notes, reading.assumptions))

"""Deconfliction between parties who share a sky but not a command: exact 4D conflicts across altitude datums.

    >>> import sharedsky
    >>> reading = sharedsky.read("examples/plans")
    >>> report = sharedsky.check(reading)

`read` gives plans and zones (and says what it refused), `check` gives a Report. docs/python-api.md walks through it.
Every name below is loaded when it is first used, so that `import sharedsky` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sharedsky.airspace.altitude import Altitude as Altitude
    from sharedsky.airspace.altitude import Datum as Datum
    from sharedsky.airspace.altitude import Unit as Unit
    from sharedsky.airspace.altitude import agl_m as agl_m
    from sharedsky.airspace.altitude import amsl_ft as amsl_ft
    from sharedsky.airspace.altitude import amsl_m as amsl_m
    from sharedsky.airspace.altitude import flight_level as flight_level
    from sharedsky.airspace.altitude import pressure_ft as pressure_ft
    from sharedsky.airspace.altitude import qnh_ft as qnh_ft
    from sharedsky.airspace.altitude import wgs84_m as wgs84_m
    from sharedsky.airspace.footprint import Circle as Circle
    from sharedsky.airspace.footprint import Corridor as Corridor
    from sharedsky.airspace.footprint import Polygon as Polygon
    from sharedsky.airspace.footprint import corridor as corridor
    from sharedsky.airspace.footprint import polygon as polygon
    from sharedsky.airspace.terrain import Terrain as Terrain
    from sharedsky.airspace.terrain_table import load_terrain as load_terrain
    from sharedsky.airspace.time import ALWAYS as ALWAYS
    from sharedsky.airspace.time import TimeWindow as TimeWindow
    from sharedsky.airspace.time import format_instant as format_instant
    from sharedsky.airspace.time import parse_instant as parse_instant
    from sharedsky.airspace.trajectory import Trajectory as Trajectory
    from sharedsky.airspace.trajectory import known_trajectory as known_trajectory
    from sharedsky.airspace.volume import Volume4D as Volume4D
    from sharedsky.api import check as check
    from sharedsky.api import read as read
    from sharedsky.conflicts.profile import DEFAULT_PROFILE as DEFAULT_PROFILE
    from sharedsky.conflicts.profile import Profile as Profile
    from sharedsky.conflicts.profile import Terminal as Terminal
    from sharedsky.conflicts.profile import VerticalTable as VerticalTable
    from sharedsky.conflicts.profile import load_profile as load_profile
    from sharedsky.conflicts.report import Conflict as Conflict
    from sharedsky.conflicts.report import Report as Report
    from sharedsky.errors import SharedskyError as SharedskyError
    from sharedsky.formats.limits import Limits as Limits
    from sharedsky.formats.reading import ForecastOptions as ForecastOptions
    from sharedsky.formats.reading import Reading as Reading
    from sharedsky.formats.reading import Refusal as Refusal
    from sharedsky.formats.reading import TrackOptions as TrackOptions
    from sharedsky.plans.plan import Aerodrome as Aerodrome
    from sharedsky.plans.plan import Plan as Plan
    from sharedsky.plans.plan import Source as Source
    from sharedsky.plans.plan import Zone as Zone
    from sharedsky.plans.plan import ZoneKind as ZoneKind
    from sharedsky.results.csv import to_csv as to_csv
    from sharedsky.results.geojson import to_geojson as to_geojson
    from sharedsky.results.json import to_json as to_json

__version__ = "0.1.0"

#: The module that each public name comes from.
_HOMES: Final[dict[str, str]] = {
    name: module
    for module, names in {
        "airspace.altitude": "Altitude Datum Unit agl_m amsl_ft amsl_m flight_level pressure_ft qnh_ft wgs84_m",
        "airspace.footprint": "Circle Corridor Polygon corridor polygon",
        "airspace.terrain": "Terrain",
        "airspace.terrain_table": "load_terrain",
        "airspace.time": "ALWAYS TimeWindow format_instant parse_instant",
        "airspace.trajectory": "Trajectory known_trajectory",
        "airspace.volume": "Volume4D",
        "api": "check read",
        "conflicts.profile": "DEFAULT_PROFILE Profile Terminal VerticalTable load_profile",
        "conflicts.report": "Conflict Report",
        "errors": "SharedskyError",
        "formats.limits": "Limits",
        "formats.reading": "ForecastOptions Reading Refusal TrackOptions",
        "plans.plan": "Aerodrome Plan Source Zone ZoneKind",
        "results.csv": "to_csv",
        "results.geojson": "to_geojson",
        "results.json": "to_json",
    }.items()
    for name in names.split()
}

__all__ = [  # noqa: RUF022 - by what one does with them
    "__version__",
    "read", "check", "to_json", "to_geojson", "to_csv",
    "Plan", "Zone", "ZoneKind", "Source", "Aerodrome",
    "Volume4D", "polygon", "Polygon", "Circle", "corridor", "Corridor",
    "Trajectory", "known_trajectory",
    "Altitude", "Datum", "Unit", "flight_level", "pressure_ft", "wgs84_m", "amsl_m", "amsl_ft", "agl_m", "qnh_ft",
    "TimeWindow", "ALWAYS", "parse_instant", "format_instant",
    "Profile", "DEFAULT_PROFILE", "VerticalTable", "Terminal", "load_profile", "Terrain", "load_terrain",
    "Report", "Conflict", "Reading", "Refusal", "Limits", "ForecastOptions", "TrackOptions", "SharedskyError",
]  # fmt: skip


def __getattr__(name: str) -> object:
    """A public name, from its module; loaded once."""
    if name not in _HOMES:
        raise AttributeError(f"module 'sharedsky' has no attribute {name!r}")
    value = getattr(import_module(f"sharedsky.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

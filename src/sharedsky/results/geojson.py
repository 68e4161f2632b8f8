"""A report as GeoJSON (RFC 7946): a point for each conflict, with the columns of results/flat.py as its properties.

What GeoJSON has no place for (summary, rejected input, undetermined pairs, assumptions, notes, gaps) stands beside the
features as foreign members (RFC 7946, 6.1), in the form of the JSON result. Called by the command line and the API.
"""

from __future__ import annotations

from sharedsky.conflicts.report import Conflict, Report
from sharedsky.results.flat import flat_row
from sharedsky.results.json import JsonObject, context_object, dump


def to_geojson(report: Report) -> str:
    """The report as a FeatureCollection in ASCII, indented, with a newline at its end."""
    return dump(
        {
            "type": "FeatureCollection",
            "features": [_feature(conflict) for conflict in report.conflicts],
            "sharedsky": context_object(report),
        }
    )


def _feature(conflict: Conflict) -> JsonObject:
    lat_deg, lng_deg = conflict.place
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [lng_deg, lat_deg]},
        "properties": dict(flat_row(conflict)),
    }

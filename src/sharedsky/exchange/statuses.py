"""The availability of a USS, as an arbitrator sets it, and error reports: pure decisions. Called by the HTTP server."""

from __future__ import annotations

from sharedsky.exchange.answers import Refused, StatusSet
from sharedsky.exchange.changes import Put
from sharedsky.exchange.fresh import Fresh
from sharedsky.exchange.model import Availability, Report, UssStatus
from sharedsky.exchange.protocol import Decided, Snapshot


def set_status(
    uss: str, old_version: str, availability: Availability, snapshot: Snapshot, fresh: Fresh
) -> Decided[StatusSet | Refused]:
    """Set what is said of a USS; old_version: of what was said before, empty where nothing was."""
    if snapshot.status(uss).version != old_version:
        return Decided(Refused("stale", "old_version is not the current version of this USS's availability."))
    status = UssStatus(uss, availability, fresh.version)
    return Decided(StatusSet(status), (Put(status),))


def add_report(reporter: str, body: bytes, fresh: Fresh) -> Decided[Report]:
    """Keep an error report."""
    report = Report(fresh.id, reporter, body)
    return Decided(report, (Put(report),))

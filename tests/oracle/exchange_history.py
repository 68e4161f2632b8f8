"""Whether what a DSS answered, over a whole history of requests, can be right: written apart from the server.

A history is what clients saw: requests with when they were sent and answered, on one clock. The order in which the
server took those that were under way together is not known, so a finding is told only where every order is wrong.

Held against it:
- versions of an entity follow one another: each change gives the OVN that was current; numbers go up by one; no OVN
  comes twice;
- no Accepted or Activated intent overlaps another exactly without the later change having shown the other's current
  OVN (but Accepted ones of a USS that is Down);
- every change is told to every subscription that overlaps the entity as it was or will be, once each, with the index
  that follows; indices count the notifications;
- what a conflict lists was there, and its OVN was not in the key;
- queries find all that was there, and nothing that was not; reads are of a version that could be current.

Overlaps are decided by oracle.geometry; what lies within its open band is not held against anybody. Used over the
decisions by property tests, and over a running server by tests of concurrency.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Final, Literal

from oracle.geometry import footprints_meet
from sharedsky.airspace.footprint import Footprint

Kind = Literal["intent", "constraint", "subscription"]
Op = Literal["put", "delete", "get", "query", "availability"]
FOREVER: Final = 2**62
NEEDS_KEY: Final = ("Accepted", "Activated")


@dataclass(frozen=True, eq=False)
class Volume:
    """A volume of a request, closed on every side: heights in millimetres, times in nanoseconds of UTC."""

    shape: Footprint
    low_mm: int
    high_mm: int
    start_ns: int
    end_ns: int


@dataclass(frozen=True, eq=False)
class Event:
    """One request and its answer; times on one clock, in nanoseconds of UTC.

    Args:
        sent_ns, done_ns: when it was sent and answered; done_ns None: the answer was lost, and status is None.
        status: of the answer; 200 and 201 are changes made.
        given: the OVN or version in the path of a change, None where it creates.
        key, state, suffix_ovn: of a put; suffix_ovn the OVN that was asked for, if any.
        ovn, version: of the answer (a subscription's version is in `ovn`).
        subscription_id: of the intent in the answer. told: subscription id to index. missing: ids that a conflict lists.
        listens: of a subscription, to ("intent", "constraint"). found: ids that a query found.
        availability: of the USS `id`, for that op.
    """

    sent_ns: int
    done_ns: int | None
    client: str
    op: Op
    kind: Kind | None
    id: str
    status: int | None
    volumes: tuple[Volume, ...] = ()
    given: str | None = None
    key: frozenset[str] = frozenset()
    state: str = ""
    suffix_ovn: str | None = None
    ovn: str | None = None
    version: int | None = None
    subscription_id: str | None = None
    told: dict[str, int] | None = None
    missing: tuple[str, ...] = ()
    listens: frozenset[Kind] = frozenset()
    found: tuple[str, ...] | None = None
    availability: str = ""

    @property
    def made(self) -> bool:
        """Whether it surely changed something."""
        return self.op in ("put", "delete") and self.status in (200, 201)

    @property
    def perhaps(self) -> bool:
        """Whether nobody knows if it changed something."""
        return self.op in ("put", "delete") and self.status is None

    @property
    def until_ns(self) -> int:
        """By when it had happened, if it had."""
        return FOREVER if self.done_ns is None else self.done_ns


@dataclass(frozen=True, eq=False)
class Version:
    """An entity between one change and the next: surely from sure_from to sure_to, perhaps from may_from to may_to."""

    event: Event
    may_from: int
    sure_from: int
    sure_to: int
    may_to: int


@dataclass
class History:
    """Events, and what follows from them.

    Args:
        clock_ns: how far the clients' clock and the server's may lie apart, for what ends by itself.
    """

    events: Sequence[Event]
    clock_ns: int = 0
    findings: list[str] = field(default_factory=list)

    def check(self) -> list[str]:
        """All findings, in words; none if the history can be right."""
        self.findings = []
        self._chains: dict[tuple[Kind, str], list[Event]] = {}
        by_entity: dict[tuple[Kind, str], list[Event]] = defaultdict(list)
        for event in self.events:
            if event.kind is not None and (event.made or event.perhaps):
                by_entity[event.kind, event.id].append(event)
        self._unknown = {key: [e for e in events if e.perhaps] for key, events in by_entity.items()}
        for key, events in by_entity.items():
            self._chains[key] = self._chain(key, [e for e in events if e.made])
        self._ovns_are_unique()
        self._versions = [v for key, chain in self._chains.items() for v in self._spans(key, chain)]
        self._keys_show_what_overlaps()
        self._all_are_told()
        self._indices_count()
        self._conflicts_are_real()
        self._reads_are_possible()
        return self.findings

    # One entity's versions

    def _chain(self, key: tuple[Kind, str], made: list[Event]) -> list[Event]:
        """The changes of one entity in the order in which they must have happened."""
        kind, ident = key
        lost = bool(self._unknown[key])
        after: dict[str | None, list[Event]] = defaultdict(list)
        for event in made:
            after[event.given].append(event)
        for given, several in after.items():
            if given is not None and len(several) > 1 and not (kind == "subscription" and lost):
                self._tell(f"{kind} {ident}: {len(several)} changes were made to one version, {given}")
        order = sorted(made, key=lambda e: (e.sent_ns + e.until_ns, e.sent_ns))
        order = self._by_ovns(order)
        if kind == "subscription" and order and order[0].given is not None:
            return order  # an implicit one, which the server changes too
        for before, after_it in pairwise([None, *order]):
            self._follows(kind, ident, before, after_it, lost)
        return order

    def _by_ovns(self, order: list[Event]) -> list[Event]:
        """Requests that overlap in time are put in order by the OVN that one made and the other gave."""
        out: list[Event] = []
        rest = list(order)
        current: str | None = None
        while rest:
            fits = (e for e in rest if e.given == current and (not out or e.until_ns >= out[-1].sent_ns))
            event = next(fits, rest[0])
            rest.remove(event)
            out.append(event)
            current = None if event.op == "delete" else event.ovn
        return out

    def _follows(self, kind: Kind, ident: str, before: Event | None, event: Event | None, lost: bool) -> None:
        assert event is not None
        if before is not None and event.until_ns < before.sent_ns:
            self._tell(f"{kind} {ident}: {event.ovn} was made before {before.ovn}, on which it is built")
        if lost:
            return
        expired = before is not None and before.op == "put" and _end(before.volumes) < event.until_ns + self.clock_ns
        gone = before is None or before.op == "delete"
        if gone and event.given is not None:
            self._tell(f"{kind} {ident}: {event.given} was changed, but there was none")
        elif not gone and before is not None and event.given != before.ovn and not (expired and event.given is None):
            self._tell(f"{kind} {ident}: {before.ovn} was current, but {event.given} was changed")
        numbered = event.op == "put" and event.version is not None and event.given is not None
        if numbered and before is not None and not gone and event.version != (before.version or 0) + 1:
            self._tell(f"{kind} {ident}: version {event.version} follows version {before.version}")
        if event.op == "put" and event.version not in (None, 1) and event.given is None:
            self._tell(f"{kind} {ident}: begins as version {event.version}")

    def _ovns_are_unique(self) -> None:
        seen: dict[str, Event] = {}
        for event in self.events:
            if event.op == "put" and event.made and event.ovn is not None:
                if event.ovn in seen:
                    self._tell(f"{event.kind} {event.id}: the OVN {event.ovn} was given before")
                seen[event.ovn] = event
                if event.suffix_ovn is not None and event.ovn != event.suffix_ovn:
                    self._tell(f"{event.kind} {event.id}: asked for the OVN {event.suffix_ovn}, got {event.ovn}")

    def _spans(self, key: tuple[Kind, str], chain: list[Event]) -> list[Version]:
        out = []
        for event, after in zip(chain, [*chain[1:], None]):
            if event.op == "delete":
                continue
            end_ns = _end(event.volumes)
            lost_ns = min((e.sent_ns for e in self._unknown[key]), default=FOREVER)
            lost_ns = lost_ns if self._unknown[key] and lost_ns >= event.sent_ns else event.sent_ns
            sure_to = min(FOREVER if after is None else after.sent_ns, end_ns - self.clock_ns)
            if self._unknown[key]:
                sure_to = min(sure_to, lost_ns)
            may_to = min(FOREVER if after is None else after.until_ns, end_ns + self.clock_ns)
            out.append(Version(event, event.sent_ns, event.until_ns, sure_to, may_to))
        return out

    # Keys

    def _keys_show_what_overlaps(self) -> None:
        alive: list[Version] = []
        intents = [v for v in self._versions if v.event.kind == "intent" and v.sure_from < v.sure_to]
        for y in sorted(intents, key=lambda version: version.sure_from):
            alive = [x for x in alive if x.sure_to > y.sure_from]
            for x in alive:
                if x.event.id != y.event.id:
                    self._one_shows_the_other(x, y)
            alive.append(y)

    def _one_shows_the_other(self, x: Version, y: Version) -> None:
        """Of two that surely were there together: in some order that is possible, the later showed the first's OVN."""
        orders = []
        if y.event.until_ns >= x.event.sent_ns:
            orders.append((x, y))
        if x.event.until_ns >= y.event.sent_ns:
            orders.append((y, x))
        if any(self._shown(first, later) for first, later in orders):
            return
        if overlap(x.event.volumes, y.event.volumes):
            first, later = orders[0]
            self._tell(
                f"intent {later.event.id} {later.event.ovn} was {later.event.state} over {first.event.id} "
                f"{first.event.ovn}, which its key did not show"
            )

    def _shown(self, first: Version, later: Version) -> bool:
        if later.event.state not in NEEDS_KEY or first.event.ovn in later.event.key:
            return True
        return first.event.state == "Accepted" and self._perhaps_down(first.event.client, later.event)

    def _perhaps_down(self, uss: str, during: Event) -> bool:
        said = [e for e in self.events if e.op == "availability" and e.id == uss and e.status in (200, None)]
        for event, after in zip(said, [*said[1:], None]):
            began = event.availability == "Down" and event.sent_ns <= during.until_ns
            if began and (after is None or after.until_ns >= during.sent_ns):
                return True
        return False

    # Notifications

    def _all_are_told(self) -> None:
        subscriptions = [v for v in self._versions if v.event.kind == "subscription"]
        for key, chain in self._chains.items():
            if key[0] == "subscription":
                continue
            for before, event in pairwise([None, *chain]):
                assert event is not None
                if event.told is None:
                    continue
                volumes = event.volumes if event.op == "put" else ()
                if before is not None and before.op == "put":
                    volumes += before.volumes
                self._tells(event, volumes, subscriptions)

    def _tells(self, event: Event, volumes: tuple[Volume, ...], subscriptions: list[Version]) -> None:
        for version in subscriptions:
            listens = event.kind in version.event.listens
            sure = version.sure_from < event.sent_ns and event.until_ns < version.sure_to
            if listens and sure and version.event.id not in (event.told or {}) and overlap(volumes, version.event.volumes):
                self._tell(f"{event.kind} {event.id} {event.ovn}: subscription {version.event.id} was not told")
        own = event.subscription_id if event.op == "put" and event.kind == "intent" else None
        if own is not None and own not in (event.told or {}):
            self._tell(f"intent {event.id} {event.ovn}: its own subscription was not told")
        for ident in event.told or {}:
            of = [v for v in subscriptions if v.event.id == ident]
            if of and not any(v.may_from <= event.until_ns and event.sent_ns <= v.may_to for v in of):
                self._tell(f"{event.kind} {event.id} {event.ovn}: subscription {ident} was told, but it was not there")
            if of and not any(event.kind in v.event.listens for v in of):
                self._tell(f"{event.kind} {event.id} {event.ovn}: subscription {ident} does not listen to it")

    def _indices_count(self) -> None:
        told: dict[str, list[tuple[int, Event]]] = defaultdict(list)
        for event in self.events:
            for ident, index in (event.told or {}).items():
                told[ident].append((index, event))
        lost = any(event.perhaps for event in self.events)
        for ident, counted in told.items():
            if sum(e.op == "put" and e.given is None for e in self._chains.get(("subscription", ident), [])) > 1:
                continue  # it began anew, and counts anew
            counted.sort(key=lambda pair: pair[0])
            indices = [index for index, _ in counted]
            if len(set(indices)) != len(indices) or min(indices) < 1:
                self._tell(f"subscription {ident}: one index was told twice, or below 1: {indices}")
            elif not lost and indices != list(range(1, len(indices) + 1)):
                self._tell(f"subscription {ident}: indices do not count the notifications: {indices}")
            for (_, one), (_, two) in pairwise(counted):
                if two.until_ns < one.sent_ns:
                    self._tell(f"subscription {ident}: indices go back in time")

    # Refusals and reads

    def _conflicts_are_real(self) -> None:
        for event in self.events:
            for ident in event.missing:
                of = [v for v in self._versions if v.event.id == ident and v.event.kind != "subscription"]
                perhaps = any(e.perhaps for e in self._unknown_of(ident))
                if ident == event.id and event.kind == "intent":
                    self._tell(f"intent {event.id}: its own OVN was asked for")
                current = [v for v in of if v.may_from <= event.until_ns and event.sent_ns <= v.may_to]
                if not perhaps and not any(v.event.ovn not in event.key for v in current):
                    self._tell(f"intent {event.id}: {ident} was missing, but it was not there or its OVN was shown")

    def _unknown_of(self, ident: str) -> list[Event]:
        return [e for (_, of), events in self._unknown.items() if of == ident for e in events]

    def _reads_are_possible(self) -> None:
        for event in self.events:
            if event.op == "query" and event.found is not None:
                self._query(event, set(event.found))
            if event.op == "get" and event.status in (200, 404):
                self._get(event)

    def _query(self, event: Event, found: set[str]) -> None:
        of = [v for v in self._versions if v.event.kind == event.kind]
        if event.kind == "subscription":
            of = [v for v in of if v.event.client == event.client]
        for version in of:
            sure = version.sure_from < event.sent_ns and event.until_ns < version.sure_to
            if sure and version.event.id not in found and overlap(event.volumes, version.event.volumes):
                self._tell(f"a query did not find {event.kind} {version.event.id} {version.event.ovn}")
        for ident in found:
            possible = any(
                v.event.id == ident and v.may_from <= event.until_ns and event.sent_ns <= v.may_to for v in of
            )
            if not possible and not self._unknown_of(ident) and any(v.event.id == ident for v in of):
                self._tell(f"a query found {event.kind} {ident}, which was not there")

    def _get(self, event: Event) -> None:
        assert event.kind is not None
        if self._unknown.get((event.kind, event.id)):
            return
        of = [v for v in self._versions if v.event.kind == event.kind and v.event.id == event.id]
        if event.status == 404:
            if any(v.sure_from < event.sent_ns and event.until_ns < v.sure_to for v in of):
                self._tell(f"{event.kind} {event.id} was there, but was not found")
        elif event.version is not None:
            chain = self._chains.get((event.kind, event.id), [])
            after = {id(e): later for e, later in zip(chain, [*chain[1:], None])}
            for v in of:
                later = after[id(v.event)]
                ended = later is not None and later.until_ns < event.sent_ns
                if v.event.version == event.version and v.may_from <= event.until_ns and not ended:
                    return
            self._tell(f"{event.kind} {event.id}: version {event.version} was read, which could not be current")

    def _tell(self, finding: str) -> None:
        self.findings.append(finding)


def findings(events: Sequence[Event], clock_ns: int = 0) -> list[str]:
    """What is wrong with a history, in words."""
    return History(events, clock_ns).check()


def overlap(a: Iterable[Volume], b: Iterable[Volume]) -> bool:
    """Whether a volume of one surely has a point, a level and an instant in common with one of the other."""
    return any(
        p.low_mm <= q.high_mm and q.low_mm <= p.high_mm
        and p.start_ns <= q.end_ns and q.start_ns <= p.end_ns
        and _meet(p.shape, q.shape)
        for p in tuple(a) for q in tuple(b)
    )  # fmt: skip


@lru_cache(maxsize=1_000_000)
def _meet(p: Footprint, q: Footprint) -> bool:
    return p is q or footprints_meet(p, q) is True


def _end(volumes: tuple[Volume, ...]) -> int:
    return max((volume.end_ns for volume in volumes), default=FOREVER)

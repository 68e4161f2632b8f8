"""A route's elements as the points that a flight passes, with the changes, rules and stays that belong to them.

One walk from departure to destination: points are located (places.py), ATS routes and procedures expanded (ways.py).
Called by forecast.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import assert_never

from sharedsky.formats.fixes import FixTable, UnknownPointError, Way
from sharedsky.formats.icao_fpl.flight import FiledPlan
from sharedsky.formats.icao_fpl.places import HOW_TO_SUPPLY, HOW_TO_SUPPLY_SEVERAL, Gazetteer, Place
from sharedsky.formats.icao_fpl.refusals import PlanError
from sharedsky.formats.icao_fpl.route import (
    BearingDistance,
    ChangeAt,
    ClimbFrom,
    Coordinates,
    Direct,
    Element,
    Named,
    Point,
    Stay,
    ToRules,
    Traffic,
    Truncated,
)
from sharedsky.formats.icao_fpl.ways import along, near_end, procedure_after
from sharedsky.formats.limits import Limits


@dataclass(frozen=True, slots=True)
class Marked:
    """A change of speed, level or rules, or a stay, at the index of the point that it follows."""

    index: int
    element: ChangeAt | ClimbFrom | ToRules | Stay


@dataclass(slots=True)
class Path:
    """The points of a flight, departure and destination included; for AFIL from the route's first point on.

    marks: in the order of the route. named: indices of the points that the plan itself names; the others come from ATS
    routes and procedures. magnetic_model: the one that bearings were turned by, if any.
    """

    places: list[Place] = field(default_factory=list)
    marks: list[Marked] = field(default_factory=list)
    named: list[int] = field(default_factory=list)
    magnetic_model: str | None = None


def resolve(plan: FiledPlan, day: date, table: FixTable, limits: Limits) -> Path:
    """All points of a flight.

    Raises:
        UnknownPointError, PlanError, LimitError: a name is not known, the route makes no sense, it is too long.
        TimeError, GeometryError: a magnetic bearing without a model for its day and place.
    """
    return _Walk(plan, Gazetteer(table, day), limits).run()


class _Walk:
    """One walk along a route."""

    def __init__(self, plan: FiledPlan, gazetteer: Gazetteer, limits: Limits) -> None:
        self.plan, self.gazetteer, self.limits = plan, gazetteer, limits
        self.path = Path()
        self.way: Way | None = None  # was named, and where it is left comes next

    def run(self) -> Path:
        """Walk."""
        plan = self.plan
        self._refuse_unknown()
        if plan.departure.ident != "AFIL":
            self._add(self.gazetteer.aerodrome(plan.departure.ident, plan.other.departure, "DEP", None), named=True)
        for k, element in enumerate(plan.route):
            self._step(element, plan.route[k + 1 :])
        if self._here() is None:
            raise PlanError("the plan was filed in the air (AFIL), and its route has no first point.", "Name it.")
        self._arrive()
        self.path.magnetic_model = self.gazetteer.magnetic_model
        return self.path

    def _here(self) -> Place | None:
        return self.path.places[-1] if self.path.places else None

    def _add(self, place: Place, named: bool) -> None:
        self.limits.check("max_route_points", len(self.path.places) + 1, "the route's points")
        if named:
            self.path.named.append(len(self.path.places))
        self.path.places.append(place)

    def _add_all(self, idents: Sequence[str], last_named: bool = False) -> None:
        for k, ident in enumerate(idents):
            named = last_named and k == len(idents) - 1
            self._add(self.gazetteer.named(ident, self._here()), named)

    def _step(self, element: Element, rest: Sequence[Element]) -> None:
        match element:
            case Named():
                if self._is_way(element.name, rest):
                    self._enter(self.gazetteer.table.ways[element.name])
                else:
                    self._go(element)
            case Coordinates() | BearingDistance():
                self._go(element)
            case ChangeAt() | ClimbFrom():
                self._go(element.point)
                self._mark(element)
            case ToRules() | Stay():
                self._mark(element)
            case Direct():
                self._leave_procedure("DCT")
            case Traffic():
                pass
            case Truncated():
                here = self._here()
                after = f" after {here.name}" if here else ""
                raise PlanError(f"the route is truncated{after} (T): the rest is not known.", "Write the whole route.")
            case _:
                assert_never(element)

    def _mark(self, element: ChangeAt | ClimbFrom | ToRules | Stay) -> None:
        if not self.path.places:
            raise PlanError("item 15: the route begins with a word that belongs after a point.", "Name the point.")
        self.path.marks.append(Marked(len(self.path.places) - 1, element))

    def _is_way(self, name: str, rest: Sequence[Element]) -> bool:
        """Whether a name is a way here; where a point has it too, only between two points of the way."""
        way = self.gazetteer.table.ways.get(name)
        if way is None or name not in self.gazetteer.table.points:
            return way is not None
        here, after = self._here(), next(iter(_names(rest)), None)
        on_it = here is not None and here.name in way.idents
        return self.way is None and on_it and (after is None or after in way.idents)

    def _enter(self, way: Way) -> None:
        self._leave_procedure(way.name)
        self.way = way

    def _leave_procedure(self, word: str) -> None:
        """Before DCT or another way: a procedure is flown to its end, but an ATS route must say where it is left."""
        if self.way is None:
            return
        if self.way.kind == "airway":
            raise PlanError(f"item 15: between {self.way.name} and {word} there is no point.", "Name it.")
        here = self._here()
        self._add_all(procedure_after(self.way, here.name if here else None), last_named=True)
        self.way = None

    def _go(self, point: Point) -> None:
        here, way, self.way = self._here(), self.way, None
        if way is not None and way.kind == "airway":
            idents = along(way, here, point.name, self._departing(), self.gazetteer)
            self._add_all(idents, last_named=True)
            return
        if way is not None:
            idents = procedure_after(way, here.name if here else None)
            if point.name in idents:
                self._add_all(idents[: idents.index(point.name) + 1], last_named=True)
                return
            self._add_all(idents, last_named=True)
        self._add(self.gazetteer.locate(point, self._here()), named=True)

    def _departing(self) -> bool:
        return len(self.path.places) == 1 and self.plan.departure.ident != "AFIL"

    def _arrive(self) -> None:
        """The last way, if the route ends with one (a STAR, or an ATS route that the destination lies on or near)."""
        plan, here, way = self.plan, self._here(), self.way
        end = self.gazetteer.aerodrome(plan.destination.ident, plan.other.destination, "DEST", here)
        if way is not None and way.kind == "procedure":
            self._add_all(procedure_after(way, here.name if here else None), last_named=True)
        elif way is not None:
            last = end.name if end.name in way.idents else way.idents[near_end(way, end, self.gazetteer)]
            idents = along(way, here, last, self._departing(), self.gazetteer)
            self._add_all(idents[:-1] if last == end.name else idents)
        self._add(end, named=True)

    def _refuse_unknown(self) -> None:
        """Refuse all names at once that nothing knows, so that one look tells what to supply."""
        unknown = [name for name in dict.fromkeys(_names(self.plan.route)) if not self.gazetteer.knows(name)]
        if unknown:
            listed = ", ".join(unknown[:10]) + (f" and {len(unknown) - 10} more" if len(unknown) > 10 else "")
            if len(unknown) == 1:
                raise UnknownPointError(f"{listed} is not a known point, ATS route or procedure.", HOW_TO_SUPPLY)
            raise UnknownPointError(f"{listed} are not known.", HOW_TO_SUPPLY_SEVERAL)


def _names(route: Sequence[Element]) -> list[str]:
    """The names in a route that something must know."""
    points = [e.point if isinstance(e, ChangeAt | ClimbFrom) else e for e in route]
    bases = [p.base if isinstance(p, BearingDistance) else p for p in points]
    return [p.name for p in bases if isinstance(p, Named)]

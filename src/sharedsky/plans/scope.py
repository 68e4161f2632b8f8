"""The scope of this software (R28): what a plan or zone may not carry, by the names of its fields.

Only property names count, never values or free text: TARGET TOWING in a remark is a legitimate flight. The list is
documented in docs/formats/scope.md; a test keeps the two alike. Called by every reader of structured input.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sharedsky.errors import ScopeError

#: Property names refused, in the folded form of `fold_name` (lower case, letters and digits only).
OUT_OF_SCOPE_NAMES: Final[frozenset[str]] = frozenset(
    """
    aimpoint aimpoints airdefence airdefencelocation airdefencelocations airdefenceposition airdefencepositions
    airdefences airdefencesite airdefencesites airdefencesystem airdefencesystems airdefense airdefenselocation
    airdefenselocations airdefenseposition airdefensepositions airdefenses airdefensesite airdefensesites
    airdefensesystem airdefensesystems armament armaments attackaxis attackheading batteryposition
    batterypositions battledamage battledamageassessment bda bomb bombload bombs desiredmeanpointofimpact
    desiredpointofimpact dmpi dmpis enemylocation enemylocations enemyposition enemypositions engagementrange
    engagementzone firingposition firingpositions highvaluetarget highvaluetargets impactpoint killbox killchain
    launcherposition launcherpositions launchersite launchersites missile missiles missiletype munition
    munitions munitiontype munitiontypes orderofbattle ordnance ordnancetype payloadweapon pointofimpact
    primarytarget primarytargets radarposition radarpositions radarsite radarsites sambatteries sambattery
    samposition sampositions samsite samsitelocation samsitelocations samsites secondarytarget secondarytargets
    strike strikelocation strikepackage strikes striketarget striketargets striketime target
    targetarea targetcoordinates targetid targetids targetlat targetlatitude targetlist targetlng targetlocation
    targetlocations targetlon targetlongitude targetname targetnumber targetposition targetpositions
    targetpriority targets targettype threatring threatrings timeontarget timeovertarget warhead warheads weapon
    weaponeering weaponengagementzone weaponload weaponloadout weaponrelease weapons weaponsload weaponsrelease
    weaponssystem weaponstatus weaponsystem weaponsystems weapontype weapontypes
    """.split()  # noqa: SIM905 - a list of words reads best as words
)

_NOT_ALNUM = re.compile(r"[^a-z0-9]+")


def fold_name(name: str) -> str:
    """A property name as the list compares it: lower case, letters and digits only (`Aim-Point` is `aimpoint`).

    Compatibility forms (full-width letters, the long s) are the plain letters, and a number at the end does not count.
    """
    plain = name if name.isascii() else unicodedata.normalize("NFKC", name)
    return _NOT_ALNUM.sub("", plain.lower()).rstrip("0123456789")


def any_out_of_scope(names: Iterable[str]) -> bool:
    """Whether any of the names is on the list: the quick look at a whole file, before its plans are looked at apart."""
    return any(fold_name(name) in OUT_OF_SCOPE_NAMES for name in names)


def check_scope(value: object, pointer: str = "") -> None:
    """Refuse decoded JSON in which any object, at any depth, has a property name that is out of scope.

    Args:
        value: dicts, lists and scalars as a JSON decoder gives them; depth is bounded by the caller's limits.
        pointer: JSON pointer of `value`, for the message.
    Raises:
        ScopeError: naming the first such property and what this software is for.
    """
    stack: list[tuple[object, str]] = [(value, pointer)]
    while stack:
        item, place = stack.pop()
        if isinstance(item, Mapping):
            for name, inner in item.items():
                check_name(str(name), place)
                if isinstance(inner, Mapping | list):
                    stack.append((inner, f"{place}/{_pointer_token(str(name))}"))
        elif isinstance(item, Sequence) and not isinstance(item, str | bytes):
            stack.extend((inner, f"{place}/{k}") for k, inner in enumerate(item) if isinstance(inner, Mapping | list))


def check_name(name: str, pointer: str = "") -> None:
    """Refuse one property or column name.

    Raises:
        ScopeError: it is on the list.
    """
    if fold_name(name) in OUT_OF_SCOPE_NAMES:
        raise ScopeError(
            f"the property {name[:60]!r} at {pointer or '/'} is outside the scope of this software.",
            "sharedsky is for the safety of flight only: where, when and at what level. It takes no targets, no "
            "weapons and no positions of air defence. Remove the property; a danger to flights belongs in a zone of "
            "kind danger.",
        )


def _pointer_token(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")

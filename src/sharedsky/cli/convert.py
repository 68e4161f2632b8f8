"""`sharedsky convert`: plans and zones from any format into one, and what that format cannot hold.

What cannot be held is converted outward, never smaller; each loss is listed on standard error, and the exit status says
that there was one. Called by cli/__init__.py.
"""

from __future__ import annotations

from sharedsky.api import load_ground
from sharedsky.cli.inputs import find_inputs, read_inputs
from sharedsky.cli.options import Arguments
from sharedsky.cli.output import find_targets, write_all
from sharedsky.cli.progress import Bar
from sharedsky.cli.say import print_result, tell
from sharedsky.files import STDIN
from sharedsky.formats.reading import Reading
from sharedsky.formats.written import Written
from sharedsky.wording import counted


def run(arguments: Arguments) -> int:
    """Convert what was typed; the exit status.

    Raises:
        UsageError, ProfileError, LimitError: what was typed makes no sense; nothing was written.
    """
    inputs = find_inputs(arguments, arguments.terrain)
    output = None if arguments.output == STDIN else arguments.output
    targets = find_targets([("--output", output)], inputs.keys)
    with Bar(shown=not (arguments.quiet or arguments.no_progress)) as progress:
        reading = read_inputs(inputs, progress)
        written = _written(arguments, reading)
    if written is not None:
        write_all([(target, written.data) for target in targets])
        if output is None:
            print_result(written.data)
    _say(reading, written, arguments)
    return 0 if written is not None and not (written.losses or reading.refusals) else 2


def _written(arguments: Arguments, reading: Reading) -> Written | None:
    """The file's bytes and its losses; None where there is nothing to write."""
    if not (reading.plans or reading.zones):
        return None
    match arguments.to:
        case "f3548":
            from sharedsky.formats import f3548

            return f3548.write(reading.plans, reading.zones, terrain=load_ground(arguments.terrain))
        case _:
            from sharedsky.formats import geojson

            return geojson.write(reading.plans, reading.zones)


def _say(reading: Reading, written: Written | None, arguments: Arguments) -> None:
    """On standard error: what was refused and lost, always; notes and a summary unless quiet."""
    for item in reading.refusals:
        plan = f", plan {item.plan}" if item.plan is not None else ""
        tell(f"refused: {item.source}{plan}: {item.reason}")
    for loss in written.losses if written is not None else ():
        tell(f"{'left out' if loss.omitted else 'changed'}: {loss}")
    if written is None:
        tell("nothing was written: no plan and no zone was read.")
    if arguments.quiet:
        return
    for note in reading.notes:
        tell(f"note: {note.source}: {note.text}")
    if written is not None:
        plans, zones = counted(len(reading.plans), "plan"), counted(len(reading.zones), "zone")
        lost = f"; {counted(len(written.losses), 'change')}, listed above" if written.losses else ", without loss"
        tell(f"{plans} and {zones} written as {arguments.to}{lost}.")

"""Limits on input, each an option of its own and named in the refusal that it causes."""

from __future__ import annotations

from dataclasses import dataclass, fields

from sharedsky.errors import LimitError


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits; `--limit NAME=VALUE` changes one. Names use underscores here and dashes on the command line.

    max_bytes: size of one file after decompression. max_total_bytes: of all files of one run together.
    max_depth: nesting of JSON. max_values: values of one JSON text. max_ring_vertices: vertices of one ring or path.
    max_holes: holes of one polygon. max_volumes_per_plan: volumes of one plan or zone. max_plans: plans and zones in
    one run. max_points: recorded positions in one run. max_messages: AFTN messages in one run. max_message_chars:
    length of one. max_string: length of one string that is kept. max_files: files in one run. max_route_points:
    points of one route.
    max_refusals: refusals, and notes, of one run that are named one by one; the others are counted.
    max_conflicts: conflicts of one run, beyond which there is no result.
    """

    max_bytes: int = 512 * 1024 * 1024
    max_total_bytes: int = 1024 * 1024 * 1024
    max_depth: int = 64
    max_values: int = 50_000_000
    max_ring_vertices: int = 1_000_000
    max_holes: int = 500
    max_volumes_per_plan: int = 10_000
    max_plans: int = 2_000_000
    max_points: int = 20_000_000
    max_messages: int = 1_000_000
    max_message_chars: int = 20_000
    max_string: int = 10_000
    max_files: int = 100_000
    max_route_points: int = 10_000
    max_refusals: int = 100_000
    max_conflicts: int = 1_000_000

    def check(self, name: str, value: int, what: str) -> None:
        """Raise LimitError where value is beyond the limit `name`; `what` says of what, as in "the ring's vertices"."""
        limit = getattr(self, name)
        if value > limit:
            option = name.replace("_", "-")
            raise LimitError(
                f"{what} ({value:,}) go beyond the limit {option} = {limit:,}.",
                f"Raise it with --limit {option}=NUMBER if the input is to be trusted.",
            )


def limit_names() -> tuple[str, ...]:
    """The limits' names as written on the command line."""
    return tuple(f.name.replace("_", "-") for f in fields(Limits))

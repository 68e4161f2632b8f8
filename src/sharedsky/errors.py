"""Every error that sharedsky raises on purpose; one tree, each with what is wrong, where, and what to do.

Bad input never surfaces as a bare ValueError, KeyError or UnicodeError: readers and constructors turn it into one of
these. `advice` is the second half of a message: what the reader of it can do.
"""

from __future__ import annotations


class SharedskyError(Exception):
    """The base of all errors raised on purpose.

    Args:
        message: what is wrong, in one sentence, without another party's data.
        advice: what to do about it, or an empty string.
    """

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.message} {self.advice}".rstrip()


class GeometryError(SharedskyError):
    """A shape that is no shape: too few vertices, edges that cross, half the globe or more, NaN."""


class LevelError(SharedskyError):
    """A level that cannot be read or placed: unknown unit or datum, NaN, a missing elevation or setting."""


class TimeError(SharedskyError):
    """A time without a zone, out of the range that can be held (1687 to 2252), or an end before its start."""


class FormatError(SharedskyError):
    """Input that a reader cannot understand; becomes a refusal that names file and place."""


class LimitError(SharedskyError):
    """Input beyond a stated limit; the message names the limit and the option that changes it."""


class ScopeError(SharedskyError):
    """Input with fields for something that this software does not do (R28)."""


class ProfileError(SharedskyError):
    """A profile or option file that cannot be used."""


class UsageError(SharedskyError):
    """A call that makes no sense as it stands: no such file, an output over an input."""

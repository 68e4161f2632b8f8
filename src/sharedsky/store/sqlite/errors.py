"""What a database file can be refused for. Called by every module of this package, and by the command line."""

from __future__ import annotations

from sharedsky.errors import SharedskyError


class DatabaseRefused(SharedskyError):
    """A file that cannot be served, copied or restored as it is; nothing was changed."""


class DatabaseInUse(DatabaseRefused):
    """Another process serves the file."""


class Unstorable(SharedskyError):
    """A value that the file cannot hold: a text that is no Unicode, a number beyond 64 bits; nothing was changed."""


def damaged(path: object, what: object) -> DatabaseRefused:
    """The refusal of a file whose content is not what was written."""
    return DatabaseRefused(
        f"{path} is damaged: {what}.",
        "Keep a copy of it, run `sharedsky fsck` to see what is wrong, and restore a backup (`sharedsky restore`).",
    )

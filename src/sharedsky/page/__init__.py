"""The report as one self-contained page: verdict, list, map, level profile, time; opens from disk, loads nothing."""

from sharedsky.page.render import render

__all__ = ["render"]

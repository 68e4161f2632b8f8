"""The folder ../shared of data and designs that may lie beside a clone; tests that need it skip where it is absent.

Mark such tests with `@pytest.mark.shared`, and ask for each file through `require_shared`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

#: ../shared as seen from the root of the repository.
SHARED = Path(__file__).resolve().parents[1].parent / "shared"


def require_shared(relative: str) -> Path:
    """The path of a file or folder of ../shared; skips the test, and says why, where it is not there."""
    path = SHARED / relative
    if not path.exists():
        pytest.skip(f"needs ../shared/{relative}, which is not beside this clone")
    return path

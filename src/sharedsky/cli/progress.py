"""A progress bar on standard error, for long work on a terminal only. Called by check.py and convert.py."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

#: Work shorter than this [s] shows no bar.
_PATIENCE_S: Final = 0.7


class Bar:
    """Call it with a stage, how much of it is done, and how much there is: it draws, unless it is not to be shown."""

    def __init__(self, *, shown: bool) -> None:
        self._begun_s = time.monotonic() if shown and sys.stderr.isatty() else None
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._stage = ""

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._progress.stop()

    def __call__(self, stage: str, done: int, total: int) -> None:
        if self._begun_s is None or time.monotonic() - self._begun_s < _PATIENCE_S:
            return
        progress = self._progress or self._start()
        if stage != self._stage or self._task is None:
            if self._task is not None:
                progress.remove_task(self._task)
            self._task, self._stage = progress.add_task(stage, total=total), stage
        progress.update(self._task, completed=done, total=total)

    def _start(self) -> Progress:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

        text = TextColumn("{task.description}", markup=False)
        console = Console(stderr=True)
        columns = (text, BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=console, transient=True)
        self._progress.start()
        return self._progress

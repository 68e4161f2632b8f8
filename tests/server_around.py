"""A world (dss_world.py) with what stands around a server: log lines and figures that tests can read."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from dss_world import World, memory_world
from sharedsky.server.limits import Limits, Rate
from sharedsky.server.logs import Form, LineWriter, Log, LogHandler
from sharedsky.server.metrics import Metrics
from sharedsky.server.throttle import Throttle
from sharedsky.server.watch import Watch, Which
from sharedsky.tokens.validator import Validator
from token_samples import Clock, a_validator

NO_LIMITS = Limits(Rate(0, 0), Rate(0, 0), Rate(0, 0))


class Around:
    """The world, its figures, and its lines once they are asked for."""

    def __init__(self, form: Form, which: Which, limits: Limits) -> None:
        self.world: World = memory_world()
        self.metrics = Metrics()
        self.validator: Validator = a_validator(clock=Clock())
        self._stream = io.BytesIO()
        self.log = Log(LineWriter(self._stream), form)
        self._stream_closed = False
        self.handler = LogHandler(self.log)
        self.world.app = Watch(Throttle(self.world.app, limits, self.validator), self.log, which, self.metrics)  # type: ignore[assignment]

    @property
    def text(self) -> str:
        """All lines; nothing can be logged afterwards."""
        self.log.writer.close()
        return self._stream.getvalue().decode()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """All lines of JSON."""
        return [json.loads(line) for line in self.text.splitlines()]

    @property
    def figures(self) -> str:
        return self.metrics.text().decode()


@contextmanager
def around(form: Form = "json", which: Which = "all", limits: Limits = NO_LIMITS) -> Generator[Around]:
    """A world with its log; what the program logs goes there too."""
    made = Around(form, which, limits)
    root = logging.getLogger()
    root.addHandler(made.handler)
    level = root.level
    root.setLevel(logging.INFO)
    try:
        yield made
    finally:
        root.removeHandler(made.handler)
        root.setLevel(level)
        made.log.writer.close()
        made.world.close()

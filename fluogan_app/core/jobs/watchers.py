"""Who looks at a run while it goes on: history, quality, the critic's view. On the job's thread, between two steps."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Protocol

from fluogan_app.core.data.result import Curves, Metric
from fluogan_app.core.methods.base import Solver, State

log = logging.getLogger(__name__)

#: Looking may take one part of the run's time in so many, each.
SHARE = 40.0


class Watcher(Protocol):
    """Is shown a run's state now and then. It must not change the state, nor draw from its random numbers.

    One that measures something declares `metrics`, and its `look` gives their values: they become curves of the run.
    """

    #: Seconds between two looks at least; the time that looking takes lengthens them.
    every_s: float

    def look(self, solver: Solver, state: State, curves: Curves) -> Mapping[str, float] | None:
        """Between two steps; also before the first and after the last one, and when the run is paused."""

    def close(self) -> None:
        """The run has ended, however it did."""


class Watch:
    """Calls watchers when they are due. One that fails is noted and asked no more: a run does not end by being seen."""

    def __init__(self, watchers: tuple[Watcher, ...], clock: Callable[[], float]) -> None:
        self._due = {watcher: clock() for watcher in watchers}
        self._clock = clock

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """What the watchers measure."""
        return tuple(metric for watcher in self._due for metric in getattr(watcher, "metrics", ()))

    def look(
        self, solver: Solver, state: State, curves: Callable[[], Curves], force: bool = False
    ) -> dict[str, float]:
        """Show the state to those who are due, or to all. Returns what they measured."""
        found: dict[str, float] = {}
        for watcher, due in list(self._due.items()):
            began = self._clock()
            if force or began >= due:
                found |= self._ask(watcher, solver, state, curves())
                now = self._clock()
                if watcher in self._due:
                    self._due[watcher] = now + max(watcher.every_s, SHARE * (now - began))
        return found

    def close(self) -> None:
        """Tell all that the run has ended."""
        for watcher in list(self._due):
            try:
                watcher.close()
            except Exception:  # noqa: BLE001 - see _ask
                log.exception("%s could not be closed", type(watcher).__name__)

    def _ask(self, watcher: Watcher, solver: Solver, state: State, curves: Curves) -> Mapping[str, float]:
        try:
            return watcher.look(solver, state, curves) or {}
        except Exception:  # noqa: BLE001 - whatever fails in a side-show, the run goes on
            log.exception("%s failed and looks no more", type(watcher).__name__)
            del self._due[watcher]
            return {}

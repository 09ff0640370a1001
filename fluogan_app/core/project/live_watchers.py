"""Watchers of a run's quality and of its critic: they tell who listens, and keep the last view in the run's folder."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from fluogan_app.core.data.critic_view import CriticView
from fluogan_app.core.data.result import Curves
from fluogan_app.core.errors import ProjectError
from fluogan_app.core.jobs.events import Sink
from fluogan_app.core.methods.base import Solver, State
from fluogan_app.core.methods.inside import at_work, is_in_parts
from fluogan_app.core.metrics.live_quality import QUALITY_METRICS, live_quality
from fluogan_app.core.project.critic_file import write_critic_view
from fluogan_app.core.project.run import Run

log = logging.getLogger(__name__)

#: Seconds between two writings of the newest view: what a crash may lose of it.
_KEEP_S = 20.0


class QualityWatcher:
    """Measures what is shown of a run. A field in tiles is not measured: no tile speaks for the whole."""

    every_s = 2.0
    metrics = QUALITY_METRICS

    def look(self, solver: Solver, state: State, curves: Curves) -> dict[str, float]:
        """See Watcher."""
        found = None if is_in_parts(solver) or state.step == 0 else at_work(solver, state)
        if found is None or not hasattr(found[0], "snapshot"):
            return {}
        snapshot = found[0].snapshot(found[1])
        return {} if snapshot is None else live_quality(snapshot)

    def close(self) -> None:
        """See Watcher."""


class CriticWatcher:
    """Shows recorded beside simulated frames, and what the critic says of them."""

    every_s = 0.5

    def __init__(self, run: Run, sink: Sink, seed: int = 0, clock: Callable[[], float] = time.monotonic) -> None:
        self._run, self._sink, self._seed, self._clock = run, sink, seed, clock
        self._newest: CriticView | None = None
        self._kept_at = clock()

    def look(self, solver: Solver, state: State, curves: Curves) -> None:
        """See Watcher."""
        found = at_work(solver, state) if state.step else None
        if found is None or not hasattr(found[0], "critic_view"):
            return
        self._seed += 1
        self._newest = found[0].critic_view(found[1], self._seed)
        self._sink.insight(self._newest)
        if self._clock() - self._kept_at >= _KEEP_S:
            self._keep()

    def close(self) -> None:
        """See Watcher."""
        self._keep()

    def _keep(self) -> None:
        if self._newest is None or not self._run.folder.is_dir():
            return
        try:
            write_critic_view(self._run, self._newest)
        except ProjectError as error:  # the run itself tells of a disk that is full
            log.warning("%s", error.one_line)
        self._kept_at = self._clock()

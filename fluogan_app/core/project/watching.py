"""Which watchers look at a run: what they see goes into the run's folder, and to who listens."""

from __future__ import annotations

from fluogan_app.core.jobs.events import Sink
from fluogan_app.core.jobs.memory_use import MemoryWatcher
from fluogan_app.core.jobs.watchers import Watcher
from fluogan_app.core.project.history import HistoryWriter
from fluogan_app.core.project.prepare import PreparedRun
from fluogan_app.core.project.run import Run


def watched_in_window(run: Run, prepared: PreparedRun, sink: Sink) -> tuple[Watcher, ...]:
    """All that the window shows of a run as it goes on."""
    return (*kept_on_disk(run, prepared, sink), MemoryWatcher(prepared.environment["device"], sink),)


def kept_on_disk(run: Run, prepared: PreparedRun, sink: Sink) -> tuple[Watcher, ...]:
    """What is kept of every run, whoever started it."""
    # Here, not above: what measures loads scipy, and the window stands before that.
    from fluogan_app.core.project.live_watchers import CriticWatcher, QualityWatcher

    return HistoryWriter(run, sink), QualityWatcher(), CriticWatcher(run, sink)

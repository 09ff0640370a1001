"""What of a project can stand side by side: the recorded mean, a simulation's truth, its runs, and those that wait."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fluogan_app.core.errors import UsageError
from fluogan_app.core.methods.registry import METHODS, method_named
from fluogan_app.core.project.beside import why_not_beside
from fluogan_app.core.project.model import RunStatus
from fluogan_app.core.project.queue import QueuedRun
from fluogan_app.core.project.run import Run
from fluogan_app.gui.views.pane_grid import MOST

MEAN, TRUTH = "mean", "truth"
_UNFINISHED = (
    "It was {status} at step {steps} of {total}: its image is not what the method gives, and it is not measured."
)
_TITLES = {MEAN: "Recorded mean", TRUTH: "Truth"}


@dataclass(frozen=True)
class Entry:
    """One that can be compared. key: names it in the project. words: why there is no image of it, "" where one is.

    title: above its image; `in_list`: where several runs of one method may stand below each other. state: why its image
    is not finished, "" where it is. refused: it could not start.
    """

    key: str
    title: str
    method: str = ""
    run: Run | None = None
    words: str = ""
    state: str = ""
    refused: bool = False

    @property
    def in_list(self) -> str:
        """Its title, with the run's number."""
        return f"{self.title} · run {self.run.number}" if self.run is not None else self.title

    @property
    def kind(self) -> str:
        """By what runs are told apart: of results of other programs each is its own."""
        return self.key if self.run is not None and not self.run.record.total_steps else self.method

    @property
    def finished(self) -> bool:
        """Whether it is a run that came to its end."""
        return self.run is not None and self.run.record.status is RunStatus.FINISHED


def run_key(number: int) -> str:
    """The key of a run."""
    return f"run:{number}"


def entries_of(
    runs: Sequence[Run], queue: Sequence[QueuedRun], refused: Mapping[str, str], running: int | None, with_truth: bool
) -> tuple[Entry, ...]:
    """All of them: mean and truth first, then the runs by method, then those that wait."""
    found = [_of_run(run, run.number == running) for run in runs]
    known = list(METHODS)
    found.sort(key=lambda one: known.index(one.method) if one.method in known else len(known))
    first = [Entry(MEAN, _TITLES[MEAN])] if any(one.run.has_ended for one in found) else []
    first += [Entry(TRUTH, _TITLES[TRUTH])] if with_truth and (found or queue) else []
    waiting = [
        Entry(f"queue:{one.key}", _method_title(one.method), one.method,
              words=refused.get(one.key) or "It waits in the queue.", refused=one.key in refused)
        for one in queue
    ]  # fmt: skip
    return (*first, *found, *waiting)


def usual(entries: Sequence[Entry], methods: Iterable[str] = ()) -> tuple[str, ...]:
    """Keys of what is compared unless the user chooses: mean, truth, and the newest finished run of each method.

    What shows another field than the newest of all is left out, and so is the recorded mean where the mean is one of
    the methods. Of `methods` that were asked for, the newest counts, however far it has come.
    """
    asked = tuple(methods)
    newest: dict[str, Entry] = {}
    for one in entries:
        if (one.method in asked) if asked else one.finished:
            newest[one.kind] = one
    beside = [one for one in newest.values() if one.run is not None]
    last = max((one.run for one in beside), key=lambda run: run.number, default=None)
    keys = {one.key for one in newest.values() if one.run is None or not why_not_beside(last.record, one.run.record)}
    keys |= {TRUTH} if MEAN in newest else {MEAN, TRUTH}
    return tuple([one.key for one in entries if one.key in keys][:MOST])


def ordered(entries: Sequence[Entry], order: Sequence[str]) -> tuple[Entry, ...]:
    """Those that the user put in order first, in that order; then the others."""
    places = {key: place for place, key in enumerate(order)}
    return tuple(sorted(entries, key=lambda one: places.get(one.key, len(places))))


def _of_run(run: Run, running: bool) -> Entry:
    record = run.record
    title = str(record.params.get("title") or "") or _method_title(record.method)
    words = state = ""
    if running or record.status is RunStatus.RUNNING:
        words = "It is running."
    elif record.status is RunStatus.FAILED:
        words = f"It failed: {record.error}" if record.error else "It failed. The log says why."
    elif record.status is not RunStatus.FINISHED:
        ended = record.status.value
        state = _UNFINISHED.format(status=ended, steps=record.steps, total=record.total_steps)
        title, state = f"{title}, {ended}", " ".join((state, *record.notes))
    return Entry(run_key(run.number), title, record.method, run, words, state)


def _method_title(name: str) -> str:
    """What a method is called; one that this version does not know keeps its name."""
    try:
        return method_named(name).title
    except UsageError:
        return name

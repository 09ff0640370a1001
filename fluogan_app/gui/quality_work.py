"""What a judgement takes, each on a thread of its own: reading what is kept, halves, repeats and variance."""

from __future__ import annotations

import logging
from contextlib import closing
from typing import TYPE_CHECKING

from fluogan_app.core.errors import ProjectError
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.events import Progress
from fluogan_app.core.project.expected import seconds_expected, why_not
from fluogan_app.core.project.model import RunRecord
from fluogan_app.core.project.run import Run
from fluogan_app.core.project.store import Project
from fluogan_app.core.units import seconds_text
from fluogan_app.gui.watched_work import Watch

if TYPE_CHECKING:
    from fluogan_app.core.project.quality import Judgement

log = logging.getLogger(__name__)

#: A share of the value from which on a pixel is doubtful, unless the user chooses another.
VARIATION = 0.5


class _Share:
    """Listens to one of several reconstructions, on its thread, and tells the share of all that is done."""

    def __init__(self, watch: Watch, control: Control, number: int, count: int) -> None:
        self._watch, self._control, self._before, self._count = watch, control, number - 1, count

    def progress(self, progress: Progress) -> None:
        """Note it, and pass on that nobody waits any more."""
        self._watch.fraction = (self._before + progress.step / max(progress.total_steps, 1)) / self._count
        if self._watch.cancelled():
            self._control.cancel()

    def preview(self, preview: object) -> None:
        """Not shown."""

    def insight(self, insight: object) -> None:
        """Not shown."""


def judgement_of(run: Run, variation: float = VARIATION, keep: bool = False) -> Judgement:
    """On a thread; its numbers are kept in the run's folder if wanted. Raises FluoganError."""
    # Brings the numerical libraries that the window's start does not need.
    from fluogan_app.core.project.quality import judge, keep_numbers

    found = judge(run, variation=variation)
    if keep:
        try:
            keep_numbers(run, found)
        except ProjectError as error:  # what cannot be kept can still be seen
            log.warning("%s", error.one_line)
    return found


def keep_maps(run: Run, found: Judgement) -> None:
    """Write numbers and maps into the run's folder. On a thread. Raises ProjectError."""
    from fluogan_app.core.project.quality import keep_judgement

    keep_judgement(run, found)


def compute_halves(project: Project, run: Run, control: Control, watch: Watch) -> str:
    """Reconstruct odd and even frames; how it ended, in words. On a thread. Raises FluoganError."""
    from fluogan_app.core.project.repeats import keep_halves

    with _stack_of(project, run) as stack:
        ended = keep_halves(run, stack, control, lambda number, count, _: _Share(watch, control, number, count))
    return "done." if ended else "cancelled; nothing was kept."


def compute_repeats(kind: str, count: int, project: Project, run: Run, control: Control, watch: Watch) -> str:
    """Repeat the run; how many there are, in words. On a thread. Raises FluoganError."""
    from fluogan_app.core.project.repeats import keep_repeats

    with _stack_of(project, run) as stack:
        made = keep_repeats(
            run, stack, kind, count, control, lambda number, total, _: _Share(watch, control, number, total)
        )
    return f"{made} are kept."


def compute_variance(project: Project, run: Run, control: Control, watch: Watch) -> str:
    """Take the variance of the frames; how it ended, in words. On a thread. Raises FluoganError."""
    from fluogan_app.core.project.repeats import keep_variance

    with _stack_of(project, run) as stack:
        found = keep_variance(run, stack, control, watch.note)
    return "done." if found is not None else "cancelled; nothing was kept."


def _stack_of(project: Project, run: Run):
    """The run's own raw stack, opened for this work alone and closed after it. On a thread. Raises FluoganError."""
    from fluogan_app.core.project.workflow import raw_stack

    return closing(raw_stack(project, run.number))


def reasons_against(record: RunRecord, kind: str, count: int, kept: int) -> dict[str, str]:
    """Why something cannot be had of a run, by the name of its button. kept: how many repeats there are already."""
    found = {
        "halves": why_not(record, "odd-even"), "repeat": why_not(record, kind), "variance": why_not(record, "variance"),
    }  # fmt: skip
    if not found["repeat"] and kept >= count:
        found["repeat"] = f"{kept} of them are there already: ask for more to go on."
    return {name: reason for name, reason in found.items() if reason}


def costs_of(record: RunRecord, kind: str, count: int, kept: int) -> dict[str, str]:
    """What each will take, in words, by the name of its button. kept: how many repeats there are already."""
    at_most = "at most " if record.params.get("delta", 0) else "about "
    halves = seconds_text(max(1.0, seconds_expected(record, "odd-even")))
    repeat = seconds_text(max(1.0, seconds_expected(record, kind, max(count - kept, 0))))
    variance = seconds_text(max(1.0, seconds_expected(record, "variance")))
    return {
        "halves": f"Which detail repeats from half of the frames each; {at_most}{halves}.",
        "repeat": f"Which pixels vary; about {repeat}" + (f" for {count - kept} more." if kept else "."),
        "variance": f"Whether the frames scatter as the model says; about {variance}.",
    }

"""Whole runs as a user meets them: how soon the first picture is there, and how long a mean fit takes to its end."""

from __future__ import annotations

import time

from fluogan_app.core.benchmark.cases import make_case_problem
from fluogan_app.core.benchmark.measurement import make_ready
from fluogan_app.core.data.problem import Problem
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.events import Progress, Silent
from fluogan_app.core.jobs.runner import Job
from fluogan_app.core.methods.base import Preview
from fluogan_app.core.methods.fluogan.method import FluoganMethod
from fluogan_app.core.methods.fluogan.params import FluoganParams

#: Frames of these stacks, as of the papers' phantom.
FRAMES = 500


class _FirstPreview(Silent):
    """Notes when the first picture came, and ends the run with it."""

    def __init__(self, control: Control) -> None:
        self.at: float | None = None
        self._control = control

    def progress(self, progress: Progress) -> None:
        """Not waited for."""

    def preview(self, preview: Preview) -> None:
        """See Sink.preview."""
        self.at = self.at or time.perf_counter()
        self._control.cancel()

    def insight(self, insight: object) -> None:
        """Ignored."""


def seconds_to_preview(shape_yx: tuple[int, int], device: str) -> float:
    """From the prepared frames in memory to the first picture, PyTorch loaded."""
    make_ready(shape_yx[0] * shape_yx[1], device)
    return first_preview(make_case_problem(shape_yx, FRAMES), device)


def first_preview(problem: Problem, device: str) -> float:
    """Seconds from these frames to the first picture."""
    control = Control()
    first = _FirstPreview(control)
    began = time.perf_counter()
    Job(FluoganMethod().prepare(problem, FluoganParams(), device, 0), control, first).run()
    return (first.at or time.perf_counter()) - began


def seconds_of_fit(shape_yx: tuple[int, int], device: str) -> tuple[float, int]:
    """A whole run with the defaults and δ = 0, from the frames in memory to the result: seconds, and its steps."""
    make_ready(shape_yx[0] * shape_yx[1], device)
    problem = make_case_problem(shape_yx, FRAMES)
    began = time.perf_counter()
    ended = Job(FluoganMethod().prepare(problem, FluoganParams(delta=0), device, 0), Control()).run()
    if ended.error is not None:
        raise ended.error
    return time.perf_counter() - began, ended.steps

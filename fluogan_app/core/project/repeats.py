"""What of a run comes back when it is made again: from odd and even frames, random halves of them, or other seeds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from fluogan_app.core.data.alternate import chosen_stack
from fluogan_app.core.data.halves import half_frames
from fluogan_app.core.data.shifted import corrected
from fluogan_app.core.data.stack import FrameSource, Stack
from fluogan_app.core.data.survey import take_survey
from fluogan_app.core.errors import ParameterError, SolverError
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.events import Outcome, Sink
from fluogan_app.core.jobs.runner import Job
from fluogan_app.core.methods.registry import method_named
from fluogan_app.core.metrics.repeatability import Spread
from fluogan_app.core.params import validated
from fluogan_app.core.project.expected import why_no_repeats
from fluogan_app.core.project.halves import half_reconstructions
from fluogan_app.core.project.kept_quality import (
    RepeatKind, read_repeats, write_halves, write_repeats, write_variance,
)  # fmt: skip
from fluogan_app.core.project.model import RunRecord
from fluogan_app.core.project.prepare import RunRequest, prepare_run
from fluogan_app.core.project.run import Run

#: Called before a piece of work with its number from 1, how many there are, and its name; gives who hears of it.
SinkOf = Callable[[int, int, str], Sink]


def keep_halves(run: Run, stack: Stack, control: Control, sink_of: SinkOf | None = None) -> bool:
    """Reconstruct odd and even frames with δ = 0 and keep both. Whether it came to its end.

    Blocks. Raises DataError for fewer than two frames, ProjectError, and what reconstructing raises.
    """
    numbers = {"odd": 1, "even": 2}
    named = None if sink_of is None else lambda name: sink_of(numbers[name], 2, f"{name} frames")
    found = half_reconstructions(stack, run.record, control, named)
    if found is not None:
        write_halves(run, *found)
    return found is not None


def keep_repeats(
    run: Run, stack: Stack, kind: RepeatKind, count: int, control: Control, sink_of: SinkOf | None = None
) -> int:
    """Repeat a run until there are `count` repeats of one kind, keeping each as it comes; how many there are then.

    What an earlier call kept counts. Blocks. Raises ParameterError where the kind changes nothing, DataError for too
    few frames, ProjectError, and what reconstructing raises.
    """
    reason = why_no_repeats(run.record, kind)
    if reason:
        other = why_no_repeats(run.record, "halves")
        raise ParameterError({"kind": reason}, "Make it anew there." if other else "Choose the other kind of repeats.")
    shape = run.result().estimate.shape
    kept = read_repeats(run, kind, shape)
    spread = kept.spread() if kept is not None else Spread()
    for number, request, part in _requests(run.record, stack, kind, spread.count + 1, count):
        sink = sink_of(number, count, f"repeat {number} of {count}") if sink_of else None
        ended = Job(prepare_run(part, request).solver, control, sink).run()
        if ended.outcome is Outcome.CANCELLED:
            break
        if ended.outcome is Outcome.FAILED or ended.result is None:
            raise ended.error or SolverError(f"Repeat {number} could not be made.", "See the log.")
        spread.add(ended.result.estimate)
        write_repeats(run, kind, spread)
    return spread.count


def keep_variance(
    run: Run, stack: Stack, control: Control | None = None, told: Callable[[int, int], None] | None = None
) -> np.ndarray | None:
    """Read a run's frames once and keep their variance over time, (Y, X) in photons²; None where it was cancelled.

    told: called with the number of frames that are read and of all. Raises ReadError, DataError, ProjectError.
    """
    record = run.record
    counted = _CountedFrames(stack.raw.source, len(record.frames), control or Control(), told)
    frames = corrected(replace(stack.raw, source=counted), record.drift)
    try:
        survey = take_survey(frames, record.acquisition, record.roi, record.frames)
    except _Cancelled:
        return None
    variance = survey.variance.astype(float)
    write_variance(run, variance)
    return variance


class _Cancelled(Exception):
    """Leaves the reading of frames."""


class _CountedFrames:
    """The frames of another source, counted; reading one more ends where that is asked for."""

    def __init__(
        self, source: FrameSource, total: int, control: Control, told: Callable[[int, int], None] | None
    ) -> None:
        self._source, self._total, self._control, self._told = source, total, control, told
        self._done = 0
        self.shape, self.dtype = source.shape, source.dtype

    def frame(self, index: int) -> np.ndarray:
        """One frame (Y, X). Raises ReadError."""
        if self._control.cancelled:
            raise _Cancelled
        frame = self._source.frame(index)
        self._done += 1
        if self._told is not None:
            self._told(self._done, self._total)
        return frame

    def close(self) -> None:
        """Leave the other source open: it belongs to its own stack."""


def _requests(
    record: RunRecord, stack: Stack, kind: RepeatKind, first: int, last: int
) -> Iterator[tuple[int, RunRequest, Stack]]:
    """The number of each repeat that is to be made, what is asked of it, and the frames that it is made from."""
    params = validated(method_named(record.method).params_type, record.params)
    whole = corrected(stack, record.drift)
    for number in range(first, last + 1):
        settings = record.settings.replace(repeats=0)
        part, frames = whole, record.frames
        if kind == "seeds":
            settings = settings.replace(seed=(record.settings.seed + number) % 2**31)
        else:
            random = np.random.default_rng((record.settings.seed, number))
            part = chosen_stack(whole, record.frames.start + half_frames(len(record.frames), random))
            frames = None
        asked = RunRequest(record.method, params, settings, record.acquisition, record.roi, frames, part.drift)
        yield number, asked, part

"""Several methods on one stack, one after the other as runs of one project, and the comparison of what came out.

What is finished stays finished: asked again, a method that has a finished run with the same values is not run again,
and one that was cut off goes on from its checkpoint. A method that fails is told with its reason; the rest goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fluogan_app.core.data.stack import Stack
from fluogan_app.core.errors import DataError, FluoganError, ProjectError
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.events import Outcome, Sink
from fluogan_app.core.project.beside import changed_parameters, comparable, remarks_on, title_of, why_not_beside
from fluogan_app.core.project.comparing import measured, not_made, of_failed, truth_for
from fluogan_app.core.project.comparisons import ComparedRun, ComparisonRecord, KeptComparison, Shown
from fluogan_app.core.project.differences import differences
from fluogan_app.core.project.kept_quality import read_halves
from fluogan_app.core.project.model import RunRecord, RunStatus
from fluogan_app.core.project.prepare import RunRequest, prepare_run
from fluogan_app.core.project.repeats import SinkOf, keep_halves
from fluogan_app.core.project.run import Run
from fluogan_app.core.project.store import Project
from fluogan_app.core.project.watching import kept_on_disk
from fluogan_app.core.project.workflow import Started, resume_run, run_prepared

log = logging.getLogger(__name__)

#: Settings that change an image; where it is computed, and in which tiles, does not.
_SAME = ("seed", "repeats", "stop_when_still")
#: Where a run of the same values goes on instead of being made again.
_GOES_ON = (RunStatus.CANCELLED, RunStatus.INTERRUPTED)


@dataclass(frozen=True)
class Tried:
    """One method that was asked for: its run, None where it could not begin; why it failed; whether it was there."""

    request: RunRequest
    run: Run | None
    error: FluoganError | None = None
    was_there: bool = False

    @property
    def failed(self) -> bool:
        """Whether there is no result for a reason that is not the user's wish."""
        return self.error is not None


@dataclass(frozen=True)
class Heard:
    """Who is told while methods run: before each one, of its run that stands, and of its steps."""

    began: Callable[[int, RunRequest], None] = lambda index, request: None
    started: Started = lambda run: None
    sink: Sink | None = None


def run_methods(
    project: Callable[[], Project], stack: Stack, requests: Sequence[RunRequest], control: Control,
    heard: Heard = Heard(), again: bool = False,
) -> list[Tried]:  # fmt: skip
    """Run one method after the other; how each came out. Those after a cancelled one are left out.

    project: gives the project once a run can begin in it. again: also run what is done with the same values.
    Blocks. Never raises for what is wrong with one method alone.
    """
    tried: list[Tried] = []
    for index, request in enumerate(requests):
        if control.cancelled:
            break
        heard.began(index, request)
        try:
            tried.append(_one(project, stack, request, control, heard, again))
        except FluoganError as error:
            log.warning("%s could not begin: %s", request.method, error.one_line)
            tried.append(Tried(request, None, error))
        except Exception as error:  # noqa: BLE001 - whatever one method does, the others have their turn
            log.exception("%s failed", request.method)
            words = FluoganError(f"{type(error).__name__}: {error}", "See the log.")
            tried.append(Tried(request, None, words))
    return [one for one in tried if one.run is not None or one.failed]


def add_halves(runs: Sequence[Run], stack: Stack, control: Control, sink_of: SinkOf | None = None) -> dict[int, str]:
    """Reconstruct odd and even frames of each run that has none, two more runs each; why not, by the run's number."""
    reasons = {}
    for run in runs:
        if control.cancelled:
            break
        if run.record.status is not RunStatus.FINISHED or not run.record.total_steps:
            continue
        try:
            if read_halves(run, run.result().estimate.shape) is None:
                keep_halves(run, stack, control, sink_of)
        except FluoganError as error:
            reasons[run.number] = f"Ring correlation: {error.one_line}"
    return reasons


def compared_record(
    runs: Sequence[Run], failed: Sequence[ComparedRun] = (), truth: Path | None = None, same_scale: bool = False,
    shown: Shown = "images",
) -> ComparisonRecord:  # fmt: skip
    """A comparison that begins: the runs in their order, not measured yet, and what is to be known of them.

    Raises DataError where two do not show the same field.
    """
    for run in runs[1:]:
        reason = why_not_beside(runs[0].record, run.record)
        if reason:
            raise DataError(f"{reason} They cannot stand beside each other.", "Choose runs of one region.")
    waiting = tuple(of_failed(run) if run not in comparable(runs) else _unmeasured(run) for run in runs)
    return ComparisonRecord(
        runs=(*waiting, *failed), truth=truth.name if truth is not None else "", remarks=remarks_on(list(runs)),
        truth_path=str(truth) if truth is not None else "", same_scale=same_scale, shown=shown,
    )  # fmt: skip


def measure_all(
    kept: KeptComparison, runs: Sequence[Run], told: Callable[[int, int], None] | None = None,
    control: Control | None = None, reasons: dict[int, str] | None = None,
) -> None:  # fmt: skip
    """Measure each run of a comparison and keep what is found, one by one. Raises ReadError for an unreadable truth.

    told: called with how many are done and of how many. reasons: what else is to be noted, by a run's number.
    """
    there = comparable(runs)
    for index, run in enumerate(there):
        if control is not None and control.cancelled:
            return
        kept.write(kept.record.with_run(_measured(kept, run, reasons or {})))
        if told is not None:
            told(index + 1, len(there))


def _measured(kept: KeptComparison, run: Run, reasons: Mapping[int, str]) -> ComparedRun:
    """One run with its measures; its error map is kept. One whose images cannot be read says so instead."""
    truth = truth_for(run, Path(kept.record.truth_path)) if kept.record.truth_path else None
    noted = [reasons[run.number]] if run.number in reasons else []
    try:
        found = measured(run, truth)
    except ProjectError as error:
        return of_failed(run).replace(error=error.one_line)
    if found.error is not None:
        kept.keep_error(run.number, found.error, run.record.acquisition.pixel_size_nm, run.provenance())
    return found.compared.replace(notes=(*noted, *found.compared.notes))


def failed_ones(tried: Sequence[Tried]) -> tuple[ComparedRun, ...]:
    """Those that could not begin, with their reasons."""
    return tuple(
        not_made(one.request.method, one.error, one.request.params.model_dump(mode="json"))
        for one in tried if one.run is None and one.error is not None
    )  # fmt: skip


def _one(
    project: Callable[[], Project], stack: Stack, request: RunRequest, control: Control, heard: Heard, again: bool
) -> Tried:
    before = None if again else _like(project(), request)
    if before is not None and before.record.status is RunStatus.FINISHED:
        heard.started(before)
        return Tried(request, before, was_there=True)
    if before is not None:
        run, ended = resume_run(
            project(), before.number, control, heard.sink, stack=stack.raw, on_started=heard.started,
            watched=kept_on_disk,
        )  # fmt: skip
    else:
        prepared = prepare_run(stack, request)
        if control.cancelled:
            return Tried(request, None)
        run, ended = run_prepared(project(), prepared, control, heard.sink, heard.started, kept_on_disk)
    error = ended.error if ended.outcome is Outcome.FAILED else None
    return Tried(request, run, error)


def _like(project: Project, request: RunRequest) -> Run | None:
    """The newest finished run that was asked the same, else one that was cut off."""
    same = [run for run in reversed(project.runs()) if _asked_the_same(run.record, request)]
    finished = (run for run in same if run.record.status is RunStatus.FINISHED)
    return next(finished, None) or next((run for run in same if run.record.status in _GOES_ON), None)


def _asked_the_same(record: RunRecord, request: RunRequest) -> bool:
    if record.method != request.method or record.parent is not None:
        return False
    if any(getattr(record.settings, name) != getattr(request.settings, name) for name in _SAME):
        return False
    asked = _Asked(record, request)
    return not [one for one in differences(record, asked) if one.section != "settings"]


class _Asked:
    """A request as settings that can be compared with those of a run on the same stack."""

    def __init__(self, record: RunRecord, request: RunRequest) -> None:
        self.link, self.settings = record.link, request.settings
        self.roi, self.frames, self.drift = request.roi, request.frames, request.drift
        self.acquisition, self.method = request.acquisition, request.method
        self.params = request.params.model_dump(mode="json")


def _unmeasured(run: Run) -> ComparedRun:
    record = run.record
    return ComparedRun(
        number=run.number, method=record.method, title=title_of(run), status=record.status.value,
        claims=record.claims, steps=record.steps, changed=changed_parameters(record.method, record.params),
    )  # fmt: skip

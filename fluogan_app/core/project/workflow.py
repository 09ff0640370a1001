"""From a stack and a request to a run on disk, and on from where one stopped, for command line and window alike."""

from __future__ import annotations

import logging
import os
import platform
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from fluogan_app.core.data.result import Result
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.errors import FluoganError, ProjectError, ReadError, UsageError
from fluogan_app.core.files import is_temporary
from fluogan_app.core.jobs.checkpoint import Checkpoint
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.events import Ended, Silent, Sink
from fluogan_app.core.jobs.runner import Job
from fluogan_app.core.jobs.watchers import Watcher
from fluogan_app.core.methods.registry import method_named, method_to_run
from fluogan_app.core.params import Params, validated
from fluogan_app.core.project import link as links
from fluogan_app.core.project.cost import Meter, Spent, cost_of
from fluogan_app.core.project.ending import conclude
from fluogan_app.core.project.lock import RunLock
from fluogan_app.core.project.model import RunRecord, RunStatus
from fluogan_app.core.project.prepare import PreparedRun, RunRequest, new_run, prepare_run, remember
from fluogan_app.core.project.run import Run
from fluogan_app.core.project.run_log import RunLog
from fluogan_app.core.project.store import Project

__all__ = [
    "PreparedRun", "RunRequest", "prepare_run", "raw_stack", "resume_run", "run_prepared", "stack_at", "start_run",
]  # fmt: skip

log = logging.getLogger(__name__)

Started = Callable[[Run], None]
#: Who is to look at a run that begins; called when its folder stands.
Watched = Callable[[Run, PreparedRun, Sink], tuple[Watcher, ...]]


def start_run(
    project: Project, stack: Stack, request: RunRequest, control: Control | None = None, sink: Sink | None = None,
    on_started: Started | None = None, watched: Watched | None = None,
) -> tuple[Run, Ended]:  # fmt: skip
    """Reconstruct a stack as a new run of a project, from reading the frames to the images on disk. Blocks.

    `on_started` is called once, when the run's folder stands. What goes wrong inside the loop, or in writing the
    result, comes back as Ended with the outcome failed.
    Raises FluoganError for bad input, before anything is written.
    """
    return run_prepared(project, prepare_run(stack, request), control, sink, on_started, watched)


def run_prepared(
    project: Project, prepared: PreparedRun, control: Control | None = None, sink: Sink | None = None,
    on_started: Started | None = None, watched: Watched | None = None,
) -> tuple[Run, Ended]:  # fmt: skip
    """Run what `prepare_run` made, as a new run of a project. Raises ProjectError where the run cannot be written."""
    project.attach(prepared.stack, hashed=True)
    remember(project, prepared.request)
    run = new_run(project, prepared)
    return _execute(run, prepared, None, control, sink, on_started, watched)


def resume_run(
    project: Project, number: int | None = None, control: Control | None = None, sink: Sink | None = None,
    total_steps: int | None = None, stack: Stack | None = None, on_started: Started | None = None,
    watched: Watched | None = None,
) -> tuple[Run, Ended]:  # fmt: skip
    """Go on with a run (the last one) from its checkpoint, or from its beginning where it has none. Blocks.

    A run that did not finish goes on in place. A finished one is never rewritten: more `total_steps` make a new
    run that names it as its parent. Raises FluoganError before anything is written.
    """
    project.check_writable()
    run = project.run(number)
    _check_resumable(run, total_steps)
    opened = stack or _linked_stack(project, run)
    try:
        _check_same_stack(run, opened)
        prepared = prepare_run(opened, _request_of(run.record, total_steps))
        checkpoint, warnings = _checkpoint_of(run)
        _check_steps_left(prepared, checkpoint, run.record)
        if run.record.status is RunStatus.FINISHED:
            run = new_run(project, prepared, parent=run.record)
        return _execute(run, prepared, checkpoint, control, sink, on_started, watched, warnings)
    finally:
        if stack is None:
            opened.close()


def raw_stack(project: Project, number: int | None = None) -> Stack:
    """The raw stack of a run (the last one): the file that it was started on. Raises ReadError, ProjectError."""
    run = project.run(number)
    stack = _linked_stack(project, run)
    try:
        _check_same_stack(run, stack)
    except ProjectError:
        stack.close()
        raise
    return stack


def stack_at(project: Project, number: int | None, path: str | Path) -> Stack:
    """The raw stack of a run (the last one) at a new place, which the project remembers.

    Raises ReadError, and ProjectError where it is another file; the project then stays as it was.
    """
    from fluogan_app.core.readers.open import open_stack

    run = project.run(number)
    if run.record.link is None:
        return project.locate(path)
    stack = open_stack(path, run.record.link.selection)
    try:
        _check_same_stack(run, stack)
        current = project.document.link
        if current is None or not links.differences(current, stack):
            project.attach(stack, hashed=True)
    except FluoganError:
        stack.close()
        raise
    return stack


def _execute(
    run: Run, prepared: PreparedRun, start: Checkpoint | None, control: Control | None, sink: Sink | None,
    on_started: Started | None, watched: Watched | None, warnings: tuple[str, ...] = (),
) -> tuple[Run, Ended]:  # fmt: skip
    """Run a solver in a run's folder, under its lock and with its log, to the end on disk."""
    with RunLock(run.folder), RunLog(run.log_path):
        before = run.record.seconds if start is not None else 0.0
        _clear_leftovers(run)
        run.write_record(_begun(run.record, prepared, before, start))
        _log_beginning(run, start, (*warnings, *prepared.notes))
        if on_started is not None:
            on_started(run)
        sink = sink or Silent()
        watchers = watched(run, prepared, sink) if watched is not None else ()
        job = Job(prepared.solver, control or Control(), sink, run.checkpoints, watchers=watchers, rest=prepared.rest)
        with Meter(prepared.spent) as meter:
            ended = job.run(start)
        run.record = _with_cost(run.record, prepared, meter, start)
        _log_end(ended)
        ended = replace(ended, result=_with_notes(ended.result, prepared), warnings=(*warnings, *ended.warnings))
        return run, conclude(run, ended)


def _with_cost(record: RunRecord, prepared: PreparedRun, meter: Meter, start: Checkpoint | None) -> RunRecord:
    """Of a run that goes on from a checkpoint, with what came before it."""
    earlier = record.cost if start is not None else None
    device = prepared.environment["device"]
    return record.replace(cost=cost_of(prepared.spent or Spent(0.0, 0.0, None, None), meter.spent, device, earlier))


def _with_notes(result: Result | None, prepared: PreparedRun) -> Result | None:
    return None if result is None else replace(result, notes=(*prepared.notes, *result.notes))


def _begun(
    record: RunRecord, prepared: PreparedRun, seconds_before: float, start: Checkpoint | None
) -> RunRecord:
    environment, total = prepared.environment, prepared.solver.total_steps
    goals = record.earlier_goals if start is not None else ()
    if start is not None and record.total_steps != total:
        goals = (*goals, (start.state.step, record.total_steps))
    return record.replace(
        params=prepared.request.params.model_dump(mode="json"),
        total_steps=total,
        earlier_goals=goals,
        status=RunStatus.RUNNING,
        seconds=seconds_before,
        device=environment["device"],
        device_title=environment["device_title"],
        device_reason=environment["device_reason"],
        environment=environment,
        ended="",
        error="",
        process_id=os.getpid(),
        host=platform.node(),
    )


def _clear_leftovers(run: Run) -> None:
    """Remove half-written files of a process that was killed. Safe: who holds the lock is the only writer."""
    for folder in (run.folder, run.checkpoints.folder):
        for path in folder.glob(".*"):
            if is_temporary(path):
                with suppress(OSError):
                    path.unlink()


def params_with_steps(record: RunRecord) -> type[Params]:
    """The parameters of a run's method, which state a number of steps. Raises UsageError where they state none."""
    method = method_named(record.method)
    if "steps" not in method.params_type.model_fields:
        raise UsageError(
            f"{method.title} has no number of steps to change: it takes as many as the frames ask for.",
            "Resume without --steps.",
        )
    return method.params_type


def _check_resumable(run: Run, total_steps: int | None) -> None:
    record = run.record
    method_to_run(record.method)
    if record.status is RunStatus.RUNNING:
        raise ProjectError(f"Run {run.number} is still going on.", "Wait until it has ended, or cancel it first.")
    takes_steps = "steps" in method_named(record.method).params_type.model_fields
    if total_steps is not None:
        params_with_steps(record)
    if record.status is RunStatus.FINISHED and (total_steps is None or total_steps <= record.steps):
        more = f"Give more than {record.steps} steps in all to go on from there in a new run."
        raise UsageError(
            f"Run {run.number} is finished after {record.steps} steps.",
            more if takes_steps else f"{method_named(record.method).title} has no more to do: start another run.",
        )


def _request_of(record: RunRecord, total_steps: int | None) -> RunRequest:
    values = record.params if total_steps is None else {**record.params, "steps": total_steps}
    params = validated(method_named(record.method).params_type, values)
    settings = record.settings
    if record.status is RunStatus.FINISHED:
        # Who wants more steps wants them all, also of a run that had come to rest.
        settings = settings.replace(stop_when_still=False)
    return RunRequest(
        record.method, params, settings, record.acquisition, record.roi, record.frames, record.drift
    )


def _linked_stack(project: Project, run: Run) -> Stack:
    """The raw stack of a run: where the run noted it, else where the project has located it since. Raises ReadError."""
    from fluogan_app.core.readers.open import open_stack

    own, current = run.record.link, project.document.link
    if own is None:
        return project.open_stack()
    try:
        path = links.find(own, project.folder)
    except ReadError:
        if current is None or current.shape_tyx != own.shape_tyx:
            raise
        path = links.find(current, project.folder)
    return open_stack(path, own.selection)


def _check_same_stack(run: Run, stack: Stack) -> None:
    """A state only goes on against the data that it came from."""
    found = links.differences(run.record.link, stack) if run.record.link is not None else []
    if found:
        raise ProjectError(
            f"{stack.path} is not the file that run {run.number} was started on. {' '.join(found)}",
            "Locate the original file, or start a new run on this one.",
        )


def _checkpoint_of(run: Run) -> tuple[Checkpoint | None, tuple[str, ...]]:
    """Where to go on, and what to tell. Without a readable checkpoint an unfinished run starts again."""
    try:
        checkpoint = run.checkpoints.load()
    except ProjectError as error:
        if run.record.status is RunStatus.FINISHED:
            raise
        return None, (f"{error.message} The run starts again from its first step.",)
    if checkpoint is not None:
        return checkpoint, ()
    if run.record.status is RunStatus.FINISHED:
        raise ProjectError(f"Run {run.number} has no checkpoint to go on from.", "Start a new run.")
    return None, (f"Run {run.number} had no checkpoint yet and starts again from its first step.",)


def _check_steps_left(prepared: PreparedRun, checkpoint: Checkpoint | None, record: RunRecord) -> None:
    in_parts = record.settings.repeats or (checkpoint is not None and checkpoint.state.finished)
    if checkpoint is not None and in_parts and prepared.solver.total_steps != record.total_steps:
        raise UsageError(
            f"Run {record.number} is done in tiles or repeats; finished ones cannot go on with more steps.",
            "Start a new run with that many steps.",
        )
    if checkpoint is not None and prepared.solver.total_steps < checkpoint.state.step:
        raise UsageError(
            f"The run is at step {checkpoint.state.step} already; {prepared.solver.total_steps} in all are fewer.",
            f"Give at least {checkpoint.state.step} steps in all.",
        )


def _log_beginning(run: Run, start: Checkpoint | None, warnings: tuple[str, ...]) -> None:
    record = run.record
    log.info("%s: %s", record.name, "begins" if start is None else f"goes on from step {start.state.step}")
    log.info("parameters %s, seed %d", record.params, record.settings.seed)
    log.info("%s, %s", record.roi, record.frames)
    log.info("device %s (%s): %s", record.device, record.device_title, record.device_reason)
    for warning in warnings:
        log.warning("%s", warning)


def _log_end(ended: Ended) -> None:
    for warning in ended.warnings:
        log.warning("%s", warning)
    if ended.error is not None:
        log.error("%s", ended.error.one_line, exc_info=ended.error)
    log.info("%s at step %d after %.1f s", ended.outcome.value, ended.steps, ended.seconds)
    for note in ended.result.notes if ended.result else ():
        log.info("%s", note)

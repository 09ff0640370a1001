"""The end of a run, put on disk: at once, or later where that fails, as long as the program lives."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

from fluogan_app.core.errors import ProjectError
from fluogan_app.core.files import cannot_write
from fluogan_app.core.jobs.events import Ended, Outcome
from fluogan_app.core.project.lock import RunLock
from fluogan_app.core.project.model import RunStatus, now_text
from fluogan_app.core.project.run import Run, finite
from fluogan_app.core.project.store import Project

log = logging.getLogger(__name__)


def conclude(run: Run, ended: Ended) -> Ended:
    """Put a run's end on disk, the record last. Where that fails the run stays resumable, and its end is still here."""
    before = run.record
    record = before.replace(
        status=RunStatus(ended.outcome.value),
        seconds=round(before.seconds + ended.seconds, 3),
        ended=now_text(),
        error=ended.error.one_line if ended.error else "",
    )
    if ended.result is not None:  # else the images of an earlier stop, if there are any, stay with their numbers
        measures, notes = finite(ended.result.measures), ended.result.notes
        record = record.replace(steps=ended.steps, measures=measures, notes=notes)
    try:
        if ended.result is not None:
            run.write_result(ended.result, ended.steps)
        run.write_curves(ended.curves, ended.result)
        run.write_record(record)
    except ProjectError as error:
        log.error("%s", error.one_line)
        warnings = tuple(dict.fromkeys((*ended.warnings, error.message)))
        unsaved = ProjectError(error.message, _how_to_go_on(run, error))
        return replace(ended, outcome=Outcome.FAILED, error=unsaved, warnings=warnings, unwritten=ended)
    return ended


def write_again(project: Project, run: Run, unwritten: Ended) -> Run:
    """Put the end of a run on disk that could not be written before, in its project or in one that took its place.

    Where the run's folder is gone it is made again, without what only the folder had. Raises ProjectError.
    """
    project.check_writable()
    there = _run_in(project, run)
    with RunLock(there.folder):
        ended = conclude(there, unwritten)
    if ended.unwritten is not None:
        raise ended.error
    return there


def _run_in(project: Project, run: Run) -> Run:
    folder = project.folder / "runs" / run.folder.name
    if not project.folder.is_dir():
        raise ProjectError(
            f"The project {project.folder} is not there any more.",
            "Put it back, or save the project in another place; the image goes along.",
        )
    if _is_another(folder, run):
        return project.add_run(run.record)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    return Run(folder, run.record)


def _is_another(folder: Path, run: Run) -> bool:
    try:
        return Run.open(folder).record.started != run.record.started
    except ProjectError:  # nothing there, or what the failing write left
        return False


def _how_to_go_on(run: Run, error: ProjectError) -> str:
    if not run.folder.is_dir():
        return f"{error.hint} Then resume the run."
    kept = "" if run.checkpoints.step() is None else "; its checkpoint is kept"
    return f"Free some space or mend the folder, then resume the run{kept}."

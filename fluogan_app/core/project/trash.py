"""Runs that were deleted: out of sight in the project's folder `trash` until it is emptied, so that they come back."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from fluogan_app.core.errors import ProjectError
from fluogan_app.core.files import cannot_write, flush_folder
from fluogan_app.core.project.lock import is_running
from fluogan_app.core.project.run import Run
from fluogan_app.core.project.store import TRASH, Project


def discard(project: Project, number: int) -> Path:
    """Move a run out of sight; its number is not given again. Returns where it is now.

    Raises ProjectError for a run that goes on, and where the drive refuses.
    """
    project.check_writable()
    run = project.run(number)
    if is_running(run.folder):
        raise ProjectError(f"Run {number} is going on.", "Cancel it first, or wait until it has ended.")
    place = project.folder / TRASH / run.folder.name
    return _moved(run.folder, place)


def restore(project: Project, place: Path) -> Run:
    """Bring a deleted run back. Raises ProjectError where it is not there any more, or the drive refuses."""
    project.check_writable()
    if not place.is_dir():
        raise ProjectError(f"{place.name} is not in the trash any more.", "It was removed for good.")
    return Run.open(_moved(place, project.folder / "runs" / place.name))


def discarded(project: Project) -> tuple[Path, ...]:
    """The deleted runs that can come back, by their numbers."""
    trash = project.folder / TRASH
    return tuple(sorted(path for path in trash.iterdir() if path.is_dir())) if trash.is_dir() else ()


def empty_trash(project: Project) -> int:
    """Remove the deleted runs for good; how many. Raises ProjectError."""
    project.check_writable()
    places = discarded(project)
    for place in places:
        try:
            shutil.rmtree(place)
        except OSError as error:
            raise cannot_write(place, error) from error
    return len(places)


def _moved(source: Path, target: Path) -> Path:
    if target.exists():
        raise ProjectError(f"{target} exists already.", "Rename or remove it first.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        os.rename(source, target)
    except OSError as error:
        raise cannot_write(target, error) from error
    for folder in (source.parent, target.parent):
        flush_folder(folder)
    return target

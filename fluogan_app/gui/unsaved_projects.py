"""Projects without a place of the user's yet. They stand on disk at once, so that a crash loses nothing."""

from __future__ import annotations

import logging
import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QLockFile

from fluogan_app.core.data.acquisition import Origin
from fluogan_app.core.errors import ProjectError
from fluogan_app.core.files import cannot_write
from fluogan_app.core.folders import recovery_folder
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.project.model import ProjectDocument
from fluogan_app.core.project.store import Project

log = logging.getLogger(__name__)

#: For so long a project may be looked at by another window before it counts as held there.
_MOMENT_MS = 500


@dataclass(frozen=True)
class LeftOver:
    """A project that a crash left behind, with what would come back in words."""

    folder: Path
    words: str


class UnsavedProjects:
    """The folder of unsaved projects. A lock beside each says that a living window holds it."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or recovery_folder()
        self._spare: Path | None = None
        self._locks: dict[Path, QLockFile] = {}

    def create(self, stem: str, document: ProjectDocument) -> Project:
        """A new project for a stack that was opened. Raises ProjectError.

        Where the user's own folder cannot be written it stands in a temporary one: without recovery after a crash, but
        one can work and save elsewhere.
        """
        try:
            project = self._create_in(self._folder, stem, document)
        except ProjectError as error:
            self._spare = self._spare or _temporary_folder(error)
            log.warning("%s Unsaved projects stand in %s.", error.one_line, self._spare)
            project = self._create_in(self._spare, stem, document)
        return project

    def _create_in(self, folder: Path, stem: str, document: ProjectDocument) -> Project:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise cannot_write(folder, error) from error
        path = _free_path(folder, stem)
        # Held before it is there: who looks for what a crash left behind must never find it free.
        self._hold(path)
        try:
            return Project.create(path, document)
        except ProjectError:
            self.release(path)
            raise

    def hold(self, project: Project) -> bool:
        """Mark a project as held by this window; False where another one has it."""
        return self._hold(project.folder)

    def _hold(self, folder: Path) -> bool:
        lock = _lock_of(folder)
        # Who looks whether it is free holds it for a moment.
        held = lock.tryLock(_MOMENT_MS)
        if held:
            self._locks[folder] = lock
        return held

    def contains(self, folder: Path) -> bool:
        """Whether a folder is one of the unsaved projects."""
        return folder.parent.resolve() in [place.resolve() for place in (self._folder, self._spare) if place]

    def left_over(self) -> tuple[Path, ...]:
        """Projects that no living window holds, the newest first: what a crash left behind."""
        if not self._folder.is_dir():
            return ()
        folders = [path for path in self._folder.glob("*.fluogan") if path not in self._locks and _is_free(path)]
        return tuple(sorted(folders, key=lambda path: path.stat().st_mtime, reverse=True))

    def recoverable(self) -> tuple[LeftOver, ...]:
        """What a crash left behind of a user's work, the newest first; what was only looked at is deleted.

        Asks the disk, and is for a thread. Raises ProjectError.
        """
        try:
            for folder in self.left_over():
                _sweep(folder)
            return tuple(_described(folder) for folder in self.left_over())
        except OSError as error:
            raise cannot_write(self._folder, error) from error

    def discard(self, folder: Path) -> None:
        """Delete an unsaved project; any other folder is left alone."""
        if not self.contains(folder):
            return
        shutil.rmtree(folder, ignore_errors=True)
        self.release(folder)
        log.info("discarded the unsaved project %s", folder.name)

    def release(self, folder: Path) -> None:
        """Let go of a project without deleting it."""
        lock = self._locks.pop(folder, None)
        if lock is not None:
            lock.unlock()


def _free_path(folder: Path, stem: str) -> Path:
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    for number in range(1, 1000):
        path = folder / f"{stem[:40]}-{stamp}{'' if number == 1 else f'-{number}'}.fluogan"
        # A lock without its project: another window is about to make it.
        if not path.exists() and not Path(f"{path}.lock").exists():
            return path
    raise ProjectError(f"No free name for an unsaved project in {folder}.", "Save or discard older ones.")


def _temporary_folder(error: ProjectError) -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix="fluogan-unsaved-"))
    except OSError:
        raise error from None


def _holds_work(folder: Path) -> bool:
    try:
        project = Project.open(folder)
    except ProjectError:
        return True  # what cannot be read is not for this program to delete
    document = project.document
    typed = Origin.USER in document.acquisition.origins.values()
    set_by_user = (document.roi, document.frames, document.params, document.settings != RunSettings(), typed)
    return any(set_by_user) or bool(project.runs())


def _described(folder: Path) -> LeftOver:
    when = datetime.fromtimestamp(folder.stat().st_mtime).strftime("%d %b %Y, %H:%M")
    try:
        project = Project.open(folder)
    except ProjectError:
        return LeftOver(folder, f"from {when}: {folder.stem}, which is damaged")
    link, runs = project.document.link, len(project.runs())
    of = f" of {link.path.replace(chr(92), '/').rsplit('/', 1)[-1]}" if link is not None else ""
    with_runs = {0: "its settings", 1: "1 run and its settings"}.get(runs, f"{runs} runs and their settings")
    return LeftOver(folder, f"from {when}: {folder.stem}{of}, with {with_runs}")


def _sweep(folder: Path) -> None:
    """Delete a project without work, unless a window has taken it meanwhile. None can take it while this goes on."""
    lock = _lock_of(folder)
    if not lock.tryLock(0):
        return
    try:
        if not _holds_work(folder):
            shutil.rmtree(folder, ignore_errors=True)
            log.info("discarded the unsaved project %s", folder.name)
    finally:
        lock.unlock()


def _is_free(folder: Path) -> bool:
    lock = _lock_of(folder)
    free = lock.tryLock(0)
    if free:
        lock.unlock()
    return free


def _lock_of(folder: Path) -> QLockFile:
    lock = QLockFile(f"{folder}.lock")
    lock.setStaleLockTime(0)
    return lock

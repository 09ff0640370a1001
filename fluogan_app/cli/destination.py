"""Where a reconstruction's project goes: a new folder, one more run in a project, or in the place of an old one."""

from __future__ import annotations

import os
import shutil
import uuid
from enum import Enum
from pathlib import Path
from typing import Any

from fluogan_app.core.data.stack import Stack
from fluogan_app.core.errors import ProjectError, UsageError
from fluogan_app.core.files import cannot_write
from fluogan_app.core.project.link import differences
from fluogan_app.core.project.folder import SUFFIX, check_free, is_project
from fluogan_app.core.project.open_lock import COMMAND
from fluogan_app.core.project.store import Project


class _Way(Enum):
    NEW = "new"
    APPEND = "append"
    REPLACE = "replace"


class Destination:
    """A project that is only there to stay once a run has started in it.

    Used as a context: where the run could not start, a new project is taken away again, and one that was to be
    replaced stands as before. Raises UsageError at once where something else is in the way, ProjectError where
    a run is going on in what was to be replaced.
    """

    def __init__(self, folder: Path, overwrite: bool) -> None:
        self.folder = folder
        self._way = _way(folder, overwrite)
        self._made = False
        self._aside: Path | None = None
        self._started = False
        self._held: Project | None = None

    def __enter__(self) -> Destination:
        return self

    def __exit__(self, *fault: Any) -> None:
        if self._held is not None:
            self._held.let_go()
        if not self._started:
            self._undo()

    def check_stack(self, stack: Stack) -> None:
        """Raises UsageError where the run would join runs on another stack, ProjectError for a damaged project."""
        if self._way is not _Way.APPEND:
            return
        link = Project.open(self.folder).document.link
        if link is None:
            return
        found = differences(link, stack)
        if link.selection != stack.selection:
            found.append("Another scene, channel, plane or time axis was chosen there.")
        if found:
            raise UsageError(
                f"{self.folder} holds runs on {link.path}; {stack.path} is another stack. {' '.join(found)}",
                "Choose another output (-o), or replace that project with --overwrite.",
            )

    def project(self) -> Project:
        """The project that the run goes into, held as long as this context lasts. Raises ProjectError."""
        if self._way is _Way.APPEND:
            self._held = held(Project.open(self.folder), "Close it there, or choose another output (-o).")
            return self._held
        if self._way is _Way.REPLACE:
            self._set_aside()
        project = Project.create(self.folder)
        self._made = True
        self._held = held(project)
        return project

    def started(self) -> None:
        """A run stands in the project: from now on it stays."""
        self._started = True
        if self._aside is not None:
            shutil.rmtree(self._aside, ignore_errors=True)

    def _set_aside(self) -> None:
        aside = self.folder.with_name(f"{self.folder.stem[:40]}-replaced-{uuid.uuid4().hex[:8]}{SUFFIX}")
        try:
            os.replace(self.folder, aside)
        except OSError as error:
            raise cannot_write(self.folder, error) from error
        self._aside = aside

    def _undo(self) -> None:
        if self._made:
            shutil.rmtree(self.folder, ignore_errors=True)
        if self._aside is not None:
            os.replace(self._aside, self.folder)


def held(project: Project, hint: str = "Close it there first.") -> Project:
    """A project that this process may write into. Raises ProjectError where a window has it open.

    Runs of several command lines may go into one project at the same time: each has its own folder.
    """
    if not project.hold(COMMAND) and project.holder is not None:
        if project.holder.program != COMMAND:
            raise ProjectError(project.read_only, hint)
        project.read_only = ""
    return project


def _way(folder: Path, overwrite: bool) -> _Way:
    if is_project(folder):
        if overwrite:
            check_free(folder, overwrite)
        return _Way.REPLACE if overwrite else _Way.APPEND
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise UsageError(f"{folder} exists and is no FluoGAN project.", "Choose another name for the output (-o).")
    return _Way.NEW

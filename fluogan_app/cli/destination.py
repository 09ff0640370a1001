"""Where the project of a reconstruction goes: a new folder, one more run in a project, or in the place of an old one."""

from __future__ import annotations

import os
import shutil
import uuid
from enum import Enum
from pathlib import Path
from typing import Any

from fluogan_app.core.data.stack import Stack
from fluogan_app.core.errors import ProjectError, UsageError
from fluogan_app.core.project.link import differences
from fluogan_app.core.project.model import ProjectDocument
from fluogan_app.core.project.store import SUFFIX, Project, is_project


class _Way(Enum):
    NEW = "new"
    APPEND = "append"
    REPLACE = "replace"


class Destination:
    """A project that is only there to stay once a run has started in it.

    Used as a context: where the run could not start, a new project is taken away again, and one that was to be
    replaced stands as before.
    """

    def __init__(self, folder: Path, overwrite: bool) -> None:
        self.folder = folder
        self._way = _way(folder, overwrite)
        self._aside: Path | None = None
        self._started = False

    def __enter__(self) -> Destination:
        return self

    def __exit__(self, *fault: Any) -> None:
        if not self._started and self._way is not _Way.APPEND:
            self._undo()

    @property
    def appends(self) -> bool:
        """Whether the run joins those of an existing project."""
        return self._way is _Way.APPEND

    def project(self, stack: Stack, document: ProjectDocument) -> Project:
        """The project, linked to the stack. Raises ProjectError, UsageError where it belongs to another stack."""
        if self.appends:
            project = Project.open(self.folder)
            _check_same_stack(project, stack)
            return project
        if self._way is _Way.REPLACE:
            self._set_aside()
        project = Project.create(self.folder, document)
        project.attach(stack)
        return project

    def started(self) -> None:
        """A run stands in the project: from now on it stays."""
        self._started = True
        if self._aside is not None:
            shutil.rmtree(self._aside, ignore_errors=True)

    def _set_aside(self) -> None:
        aside = self.folder.with_name(f"{self.folder.stem}-replaced-{uuid.uuid4().hex[:8]}{SUFFIX}")
        try:
            os.replace(self.folder, aside)
        except OSError as error:
            raise ProjectError(
                f"{self.folder} could not be replaced: {error.strerror or error}.", "Choose another output."
            ) from error
        self._aside = aside

    def _undo(self) -> None:
        replaced = self._aside is not None
        if self._way is _Way.NEW or replaced:
            shutil.rmtree(self.folder, ignore_errors=True)
        if replaced:
            os.replace(self._aside, self.folder)


def _way(folder: Path, overwrite: bool) -> _Way:
    if is_project(folder):
        return _Way.REPLACE if overwrite else _Way.APPEND
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise UsageError(f"{folder} exists and is no FluoGAN project.", "Choose another name for the output (-o).")
    return _Way.NEW


def _check_same_stack(project: Project, stack: Stack) -> None:
    link = project.document.link
    if link is None:
        project.attach(stack)
    elif link.selection != stack.selection or differences(link, stack):
        raise UsageError(
            f"{project.folder} holds runs on another stack, {link.path}.",
            "Choose another output (-o), or replace that project with --overwrite.",
        )

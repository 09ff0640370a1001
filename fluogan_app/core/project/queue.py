"""Runs that wait: each as it was asked for, in the project's folder, so that closing or a crash loses none."""

from __future__ import annotations

import os
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.data.drift import Drift
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.stack import Selection, Stack
from fluogan_app.core.errors import DataError, ProjectError
from fluogan_app.core.files import write_json_atomic
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.registry import DEFAULT_METHOD, method_named
from fluogan_app.core.params import validated
from fluogan_app.core.project.method_words import method_title
from fluogan_app.core.project.model import Record
from fluogan_app.core.project.prepare import RunRequest
from fluogan_app.core.project.run import read_json
from fluogan_app.core.project.store import Project

QUEUE = "queue.json"


class QueuedRun(Record):
    """A run that waits: what was asked when it was added, which nothing that is set later changes.

    key: names it for as long as it waits. name: what the user calls it. shape_tyx, selection: of the stack that it was
    asked for.
    """

    key: str = Field(default_factory=lambda: uuid.uuid4().hex[:12])
    name: str
    method: str
    params: dict[str, Any]
    settings: RunSettings
    acquisition: Acquisition
    roi: Roi | None = None
    frames: FrameRange | None = None
    drift: Drift | None = None
    shape_tyx: tuple[int, int, int]
    selection: Selection = Selection()

    @classmethod
    def of(cls, name: str, request: RunRequest, stack: Stack) -> QueuedRun:
        """A request on a stack, to be run later."""
        return cls(
            name=name,
            method=request.method,
            params=request.params.model_dump(mode="json"),
            settings=request.settings,
            acquisition=request.acquisition,
            roi=request.roi,
            frames=request.frames,
            drift=request.drift,
            shape_tyx=stack.shape,
            selection=stack.selection,
        )

    @property
    def in_short(self) -> str:
        """What it is called until somebody names it: "Zoom 6, 700 steps", of rivals "Mean, zoom 6"."""
        known = {"zoom": "zoom {}", "steps": "{} steps"}
        parts = [words.format(self.params[name]) for name, words in known.items() if name in self.params]
        named = [] if self.method == DEFAULT_METHOD else [method_title(self.method)]
        words = ", ".join((*named, *parts)) or method_title(self.method)
        return f"{words[0].upper()}{words[1:]}"

    def request(self, stack: Stack) -> RunRequest:
        """What was asked. Raises DataError where the stack is another one now, ParameterError, UsageError."""
        if stack.shape != self.shape_tyx or stack.selection != self.selection:
            raise DataError(
                f"“{self.name}” was asked for another image than the one that is open now.",
                "Choose that image again, or remove the run from the queue.",
            )
        params = validated(method_named(self.method).params_type, self.params)
        return RunRequest(
            self.method, params, self.settings, self.acquisition, self.roi, self.frames, self.drift
        )


Queue = tuple[QueuedRun, ...]


def read_queue(project: Project) -> Queue:
    """The runs that wait in a project, in their order.

    Raises ProjectError for a damaged list, which is put aside: it is refused once, and never overwritten.
    """
    path = project.folder / QUEUE
    if not path.exists():
        return ()
    try:
        return tuple(QueuedRun.model_validate(entry) for entry in read_json(path))
    except (ProjectError, ValidationError, TypeError) as error:
        aside = path.with_name(f"queue-damaged-{uuid.uuid4().hex[:6]}.json")
        with suppress(OSError):
            os.replace(path, aside)
        raise ProjectError(
            f"The list of waiting runs {path} is damaged.",
            f"It was put aside as {aside.name}; add the runs again. Finished runs are not concerned.",
        ) from error


def write_queue(project: Project, queue: Queue) -> None:
    """Put the runs that wait on disk; none leaves no file. Raises ProjectError, also where others hold the project."""
    project.check_writable()
    path = project.folder / QUEUE
    if queue:
        write_json_atomic(path, [entry.content() for entry in queue])
    else:
        _remove(path)


def moved(queue: Queue, key: str, position: int) -> Queue:
    """The queue with one run at another position, counted from 0 and held within the queue."""
    entry = next((entry for entry in queue if entry.key == key), None)
    if entry is None:
        return queue
    others = [other for other in queue if other.key != key]
    others.insert(min(max(position, 0), len(others)), entry)
    return tuple(others)


def renamed(queue: Queue, key: str, name: str) -> Queue:
    """The queue with another name for one run; an empty one changes nothing."""
    name = " ".join(name.split())
    return tuple(entry.replace(name=name) if entry.key == key and name else entry for entry in queue)


def without(queue: Queue, key: str) -> Queue:
    """The queue without one run."""
    return tuple(entry for entry in queue if entry.key != key)


def free_name(queue: Queue, wanted: str) -> str:
    """A name that no waiting run has: the wanted one, or with the next number behind it."""
    taken, name, number = {entry.name for entry in queue}, wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted} ({number})"
    return name


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise ProjectError(f"{path} could not be removed: {error.strerror}.", "Free the folder.") from error

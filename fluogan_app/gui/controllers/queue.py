"""The runs that wait: added as the values stand, kept in the project, and run one after another."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from fluogan_app.core.errors import FluoganError
from fluogan_app.core.project.queue import (
    Queue, QueuedRun, free_name, moved, read_queue, renamed, without, write_queue,
)  # fmt: skip
from fluogan_app.core.project.prepare import RunRequest
from fluogan_app.core.project.run_notes import RunNotes, write_notes
from fluogan_app.core.project.store import Project
from fluogan_app.gui.controllers.context import Context
from fluogan_app.gui.controllers.run import RunController
from fluogan_app.gui.notice_bar import Offer

log = logging.getLogger(__name__)

#: After a run its project may be on its way to another place: so long until the next try to begin.
_AGAIN_MS = 200
#: So many that could not start are told with their reasons at once.
_MOST_TOLD = 3


class QueueController(QObject):
    """Keeps the queue on disk and begins the next run when the one before has ended, however it ended.

    `going`: whether the next one begins by itself. A queue that was found in a project waits to be asked.
    """

    changed = Signal()

    def __init__(self, context: Context, runs: RunController) -> None:
        super().__init__(context.window)
        self._context, self._runs = context, runs
        self.queue: Queue = ()
        self.refused: dict[str, str] = {}
        self.going = False
        self._beginning: QueuedRun | None = None
        self._of = ""
        self._writing = self._unwritten = False
        session = context.session
        session.project_changed.connect(self._take_up)
        runs.queue_wanted.connect(self.add)
        runs.started.connect(self._begun)
        runs.freed.connect(self._freed)
        runs.left.connect(self.hold)

    # What the user asks for

    def add(self) -> None:
        """Add a run with the values as they stand; it begins by itself when a run goes on now."""
        session, request = self._context.session, self._runs.request()
        if request is None:
            return
        entry = QueuedRun.of("", request, session.stack)
        entry = entry.replace(name=free_name(self.queue, entry.in_short))
        self._set((*self.queue, entry))
        if session.busy:
            self.going = True
        self._context.say(f"{entry.name} waits in the queue, at position {len(self.queue)}.")
        self.changed.emit()

    def add_requests(self, requests: Sequence[RunRequest]) -> None:
        """Add several runs on the open stack, each under a name of its own."""
        queue, stack = self.queue, self._context.session.stack
        for request in requests:
            entry = QueuedRun.of("", request, stack)
            queue = (*queue, entry.replace(name=free_name(queue, entry.in_short)))
        self._set(queue)

    def go(self) -> None:
        """Run what waits, one after another; what was refused is tried again."""
        self.going, self.refused = True, {}
        self._context.notices.clear("queue")
        self.changed.emit()
        self._advance()

    def hold(self) -> None:
        """Begin no other run by itself; the one that goes on is left alone."""
        if self.going:
            self.going = False
            self.changed.emit()

    def toggle(self) -> None:
        """Run what waits, or begin no other."""
        self.hold() if self.going else self.go()

    def move(self, key: str, position: int) -> None:
        """Put one run at another position, from 0."""
        self._set(moved(self.queue, key, position))

    def rename(self, key: str, name: str) -> None:
        """Call one run otherwise."""
        self._set(renamed(self.queue, key, name))

    def remove(self, key: str) -> None:
        """Take one run out of the queue."""
        self._set(without(self.queue, key))

    def clear(self) -> None:
        """Take all out."""
        self._set(())

    @property
    def next(self) -> QueuedRun | None:
        """The run that would begin next."""
        return next((entry for entry in self.queue if entry.key not in self.refused), None)

    # One after another

    def _freed(self, why_not: str) -> None:
        entry, self._beginning = self._beginning, None
        if entry is not None and why_not:
            # It is not lost: it waits, with the reason beside it, and the others go on.
            self.refused[entry.key] = why_not
            self.changed.emit()
        self._advance()

    def _advance(self) -> None:
        if self.going and self.next is None:
            self.hold()
            self._tell_refused()
        if self.going and not self._context.session.busy:
            QTimer.singleShot(0, self, self._begin)

    def _tell_refused(self) -> None:
        """All have had their turn: those that could not start are told with their reasons, whoever was away."""
        told = [f"{entry.name}: {self.refused[entry.key]}" for entry in self.queue if entry.key in self.refused]
        if told:
            count = "1 run of the queue" if len(told) == 1 else f"{len(told)} runs of the queue"
            more = f" And {len(told) - _MOST_TOLD} more: the tree says why." if len(told) > _MOST_TOLD else ""
            offers = [Offer("Try again", self.go), Offer("Discard", self.clear)]
            words = f"{count} could not start. {' '.join(told[:_MOST_TOLD])}{more}"
            self._context.notices.show_notice("queue", words, offers)

    def _begin(self) -> None:
        session, entry = self._context.session, self.next
        if not self.going or session.busy or entry is None or session.project is None:
            return
        if self._context.workbench.busy:
            QTimer.singleShot(_AGAIN_MS, self, self._begin)
            return
        if session.stack is None:
            self.hold()
            self._context.say("The queue waits: the raw stack is not at hand.")
            return
        try:
            request = entry.request(session.stack)
        except FluoganError as error:
            self.refused[entry.key] = error.one_line
            self._context.say(error.one_line)
            self.changed.emit()
            self._advance()
            return
        self._beginning = entry
        self._context.say(f"From the queue: {entry.name}.")
        self._runs.start_request(request, unattended=True)

    def _begun(self) -> None:
        """Its folder stands: from now on the run is found among the runs."""
        entry, run = self._beginning, self._context.session.shown_run
        if entry is None:
            return
        self._set(without(self.queue, entry.key))
        if run is not None and not entry.name.startswith(entry.in_short):
            named = partial(write_notes, run.folder, RunNotes(title=entry.name))
            self._context.workbench.do(named, _nothing, log.warning)

    # On disk

    def _take_up(self) -> None:
        """A project was opened, closed, or moved: what waits in it is read on a thread.

        What waits in one that is only for reading belongs to whoever holds it: it is neither shown nor touched.
        """
        project = self._context.session.project
        project = None if project is None or project.read_only else project
        of = project.document.created if project is not None else ""
        if of != self._of:
            self._of, self.going, self.queue, self.refused = of, False, (), {}
            self._context.notices.clear("queue")
            self.changed.emit()
        elif project is not None:
            self._write()
            return
        if project is not None:
            self._context.workbench.do(partial(read_queue, project), partial(self._read, project), self._not_read)

    def _read(self, project: Project, queue: Queue) -> None:
        if project is not self._context.session.project or not queue:
            return
        self.queue = (*queue, *self.queue)
        self.changed.emit()
        count = "A run waits" if len(queue) == 1 else f"{len(queue)} runs wait"
        offers = [Offer("Run the queue", self.go), Offer("Discard", self.clear)]
        self._context.notices.show_notice("queue", f"{count} in this project's queue.", offers)

    def _not_read(self, error: FluoganError) -> None:
        self._context.say(error.one_line)
        self._context.notices.show_notice("queue", error.one_line)

    def _set(self, queue: Queue) -> None:
        if queue != self.queue:
            self.queue = queue
            if not queue:
                self._context.notices.clear("queue")
            self._write()
            self.changed.emit()

    def _write(self) -> None:
        """The newest list goes to disk; while one is being written the next waits."""
        project = self._context.session.project
        if project is None or project.read_only:
            return
        if self._writing:
            self._unwritten = True
            return
        self._writing, self._unwritten = True, False
        work = partial(write_queue, project, self.queue)
        self._context.workbench.do(work, lambda _: self._written(), self._not_written)

    def _written(self) -> None:
        self._writing = False
        if self._unwritten:
            self._write()

    def _not_written(self, error: FluoganError) -> None:
        self._context.say(f"The queue could not be saved. {error.one_line}")
        self._written()


def _nothing(_: object) -> None:
    return None

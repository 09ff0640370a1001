"""Values as they stand, kept aside while the user works, and offered again after a crash."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer

from fluogan_app.core.errors import FluoganError
from fluogan_app.core.project.model import ProjectDocument
from fluogan_app.core.project.store import Project
from fluogan_app.gui.controllers.context import Context
from fluogan_app.gui.drafts import Drafts
from fluogan_app.gui.notice_bar import Offer
from fluogan_app.gui.session import OWNED

#: So long after a change it is on disk, however many more are made meanwhile.
_KEEP_MS = 1500
_WORDS = {
    "roi": "region", "frames": "range of frames", "drift": "correction of the drift", "acquisition": "recording",
    "method": "method", "params": "parameters", "settings": "settings of the run",
    "drawn": "lines and regions drawn on images",
}  # fmt: skip


class KeepingController(QObject):
    """A project without a place of its own is written where it stands; changes to a saved one go into a draft.

    All of it is done on threads, one after the other; what was begun before the user saved does not come after it.
    """

    def __init__(self, context: Context, view_state: Callable[[], dict[str, Any]]) -> None:
        super().__init__(context.window)
        self._context, self._view_state = context, view_state
        self._drafts = Drafts()
        self._order, self._turn, self._pending = threading.Lock(), 0, 0
        self._timer = QTimer(self, singleShot=True, interval=_KEEP_MS)
        self._timer.timeout.connect(self._keep)
        context.session.document_changed.connect(lambda _: self._soon())

    def stop(self) -> None:
        """Nothing is kept any more of what is open now."""
        self._timer.stop()
        self._turn += 1

    def overtaken(self) -> threading.Lock:
        """The user saves now: what was to be kept before is not written any more. Held while a document is written."""
        self._turn += 1
        return self._order

    def forget(self, project: Project) -> None:
        """The changes were saved, or given up."""
        self._do(partial(self._drafts.forget, project.folder))

    def offer(self) -> None:
        """After opening: changes that a crash kept from being saved can be taken up again."""
        project = self._context.session.project
        # What another one who has the project open keeps is not for this window.
        if project is not None and not project.read_only:
            find = partial(self._drafts.find, project.folder, project.document)
            bench = self._context.workbench
            bench.leave_behind(bench.do(find, partial(self._found, project), self._say))

    def _found(self, project: Project, draft: ProjectDocument | None) -> None:
        session = self._context.session
        if draft is None or session.project is not project:
            return
        changed = [_WORDS[name] for name in OWNED if getattr(draft, name) != getattr(project.document, name)]
        if not changed:
            return
        restore = Offer("Restore", lambda: session.change(**{name: getattr(draft, name) for name in OWNED}))
        discard = Offer("Discard", partial(self.forget, project))
        text = f"Changes that were not saved when the program last ended are still there: {', '.join(changed)}."
        self._context.notices.show_notice("draft", text, [restore, discard])

    def _soon(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _keep(self) -> None:
        session = self._context.session
        project = session.project
        if project is None or project.read_only:
            return
        if self._pending:  # the disk takes its time: the newest values follow
            self._timer.start()
        elif session.untitled:
            view = self._view_state()  # first: the features may have work to note
            document = session.document.replace(view=view, link=project.document.link)
            self._do(partial(self._save, project, document, self._turn))
        elif session.unsaved:
            document = session.document.replace(modified=project.document.modified)
            self._do(partial(self._drafts.keep, project.folder, document))
        else:
            self.forget(project)

    def _save(self, project: Project, document: ProjectDocument, turn: int) -> None:
        """On a thread."""
        with self._order:
            if turn == self._turn:
                project.save(document)

    def _do(self, write: Callable[[], object]) -> None:
        turn = self._turn

        def ended(tell: Callable[[Any], None], outcome: Any) -> None:
            self._pending -= 1
            tell(outcome)

        self._pending += 1
        bench = self._context.workbench
        done, failed = partial(ended, lambda _: None), partial(ended, self._say)
        bench.leave_behind(bench.do(lambda: write() if turn == self._turn else None, done, failed))

    def _say(self, error: FluoganError) -> None:
        self._context.say(error.one_line)

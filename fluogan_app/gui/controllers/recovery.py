"""What a crash left behind: projects that were never saved."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from fluogan_app.core.errors import FluoganError
from fluogan_app.gui.controllers.context import Context
from fluogan_app.gui.controllers.files import FilesController
from fluogan_app.gui.notice_bar import Offer
from fluogan_app.gui.unsaved_projects import LeftOver, UnsavedProjects


class RecoveryController(QObject):
    """Offers the newest of them in an empty window. The disk is asked on threads."""

    def __init__(self, context: Context, unsaved: UnsavedProjects, files: FilesController) -> None:
        super().__init__(context.window)
        self._context, self._unsaved, self._files = context, unsaved, files

    def offer(self) -> None:
        """Look for what was left behind, and offer it."""
        self._context.workbench.do(self._unsaved.recoverable, self._found, self._say)

    def _found(self, left: tuple[LeftOver, ...]) -> None:
        if not left or self._context.session.project is not None:
            return
        newest, count = left[0], len(left) - 1
        older = {0: "", 1: " (An older one is there too.)"}.get(count, f" ({count} older ones are there too.)")
        text = f"A project that was never saved is left {newest.words}.{older}"
        offers = [
            Offer("Open it", partial(self._files.open_path, newest.folder)),
            Offer("Discard", partial(self._discard, newest)),
        ]
        self._context.notices.show_notice("recovery", text, offers)

    def _discard(self, left: LeftOver) -> None:
        work = partial(self._unsaved.discard, left.folder)
        self._context.workbench.do(work, lambda _: self.offer(), self._say)

    def _say(self, error: FluoganError) -> None:
        self._context.say(error.one_line)

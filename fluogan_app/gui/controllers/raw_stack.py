"""The raw stack of the open project: linked to it, compared with what was linked before, and found again."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from fluogan_app.core.data.stack import Stack
from fluogan_app.core.errors import FluoganError
from fluogan_app.core.project.link import doubts
from fluogan_app.core.project.model import InputLink
from fluogan_app.core.project.store import Project
from fluogan_app.gui.background import Background
from fluogan_app.gui.controllers.context import Context
from fluogan_app.gui.dialogs.file_dialogs import choose_stack
from fluogan_app.gui.notice_bar import Offer
from fluogan_app.gui.unsaved_projects import UnsavedProjects


class RawStackController(QObject):
    """Whatever asks the raw file's drive is done in the background, and nobody waits for it."""

    busy_changed = Signal(str)
    missed = Signal()
    search_wanted = Signal()

    def __init__(self, context: Context, unsaved: UnsavedProjects) -> None:
        super().__init__(context.window)
        self._context, self._unsaved = context, unsaved
        self._attaching: tuple[Project, Background] | None = None

    def locate(self) -> None:
        """Ask where the raw stack is now."""
        title = f"Where is {self._context.session.stack_name or 'the raw stack'} now?"
        choose_stack(self._context.window, self._context.settings.folder("open"), self.locate_at, title)

    def tell_trouble(self, trouble: FluoganError) -> None:
        """Say why the raw stack of a project is not at hand, and offer to find it."""
        self._context.say(trouble.one_line)
        text = f"{trouble.message} Everything that was computed can be seen and exported without it."
        offers = [Offer("Locate…", self.locate), Offer("Search a folder…", self.search_wanted.emit)]
        self._context.notices.show_notice("locate", text, offers)
        self.missed.emit()

    def compare(self, link: InputLink, stack: Stack) -> None:
        """Find out whether the raw file is still the one that the project was made with. Nobody waits for it."""

        def done(found: tuple[str, ...]) -> None:
            if found and self._context.session.stack is stack:
                text = f"{' '.join(found)} Images and runs that were there before are of the former one."
                self._context.say(found[0])
                self._context.notices.show_notice("stack", text, [Offer("Locate…", self.locate)])

        bench = self._context.workbench
        bench.leave_behind(bench.do(partial(doubts, link, stack), done, self._say_error))

    def attach(self, project: Project, stack: Stack) -> None:
        """Write link and mean image, so that the project opens without the raw file from now on."""

        def failed(error: FluoganError) -> None:
            if self._attached(project, stack):
                self._context.fail("The stack could not be read to its end", error)

        def done(_: object) -> None:
            if self._attached(project, stack):
                self._context.session.note_saved(project.document)

        if self._attaching is not None:
            self._context.workbench.leave_behind(self._attaching[1])
        self._attaching = project, self._context.workbench.do(partial(project.attach, stack, hashed=True), done, failed)

    def _attached(self, project: Project, stack: Stack) -> bool:
        """Whether the project is still the open one; one that was left in the meantime is cleared away now."""
        if self.is_being_attached(project):
            self._attaching = None
        session, bench = self._context.session, self._context.workbench
        if session.project is project:
            return True
        bench.leave_behind(
            bench.do(partial(self._unsaved.discard, project.folder), lambda _: None, self._say_error)
        )
        if session.project is not None and session.stack is stack and session.project.document.link is None:
            # It was saved in another place before its stack was linked.
            self.attach(session.project, stack)
        return False

    def is_being_attached(self, project: Project) -> bool:
        """Whether the link of a project is still being written: its folder must not go before."""
        return self._attaching is not None and self._attaching[0] is project

    def locate_at(self, path: Path) -> None:
        """Take the raw stack from another place, if it is the one."""
        session = self._context.session
        project = session.project
        if project is None:
            return

        def found(stack: Stack) -> None:
            self.busy_changed.emit("")
            if session.project is not project:
                self.close(stack)
                return
            session.set_stack(stack)
            session.note_saved(project.document)
            self._context.notices.clear("locate")
            self._context.say(f"The raw stack is {path}")
            if stack.warnings:
                self._context.notices.show_notice("stack", " ".join(stack.warnings))

        def failed(error: FluoganError) -> None:
            self.busy_changed.emit("")
            self._context.fail(f"{path.name} does not serve", error)

        self._context.settings.set_folder("open", path.parent)
        self.busy_changed.emit(f"Comparing {path.name} with the raw stack…")
        self._context.workbench.do(partial(project.locate, path), found, failed)

    def close(self, stack: Stack) -> None:
        """Close a stack that nobody needs, which asks the drive too."""
        bench = self._context.workbench
        bench.leave_behind(bench.do(stack.close, lambda _: None, self._say_error))

    def _say_error(self, error: FluoganError) -> None:
        self._context.say(error.one_line)

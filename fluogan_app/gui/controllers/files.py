"""Opening stacks, projects and samples; finding raw data again; what a crash left behind."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.stack import Selection, Stack
from fluogan_app.core.errors import FluoganError, ProjectError
from fluogan_app.core.project.model import ProjectDocument
from fluogan_app.core.project.store import Project, is_project
from fluogan_app.core.data.description import FileDescription
from fluogan_app.core.readers.open import describe, open_stack
from fluogan_app.core.samples import sample
from fluogan_app.gui.controllers.context import Context
from fluogan_app.gui.dialogs.file_dialogs import choose_project, choose_stack
from fluogan_app.gui.notice_bar import Offer
from fluogan_app.gui.unsaved_projects import UnsavedProjects

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Opened:
    """What came of opening a path. `trouble` says why the raw stack of a project is not at hand.

    An untitled project is `fresh` if it was made just now; else a crash left it behind, with what the user did in it.
    """

    project: Project
    stack: Stack | None
    untitled: bool
    trouble: FluoganError | None = None
    fresh: bool = False

    @property
    def saved(self) -> ProjectDocument | None:
        """What counts as saved: of a project that was left behind, nothing but what its file states."""
        if not self.untitled or self.fresh:
            return None
        return ProjectDocument(acquisition=self.stack.acquisition if self.stack is not None else Acquisition())


class FilesController(QObject):
    """Puts what the user opens into the session. Reading is done in the background; the newest request wins."""

    opened = Signal()
    described = Signal(object)
    busy_changed = Signal(str)

    def __init__(self, context: Context, unsaved: UnsavedProjects, leave: Callable[[Callable[[], None]], None]) -> None:
        super().__init__(context.window)
        self._context, self._unsaved, self._leave = context, unsaved, leave
        self._request = 0
        self._attaching: Project | None = None

    # What the user asks for

    def choose_stack(self) -> None:
        """Ask for a stack and open it."""
        choose_stack(self._context.window, self._context.settings.folder("open"), self.open_path)

    def choose_project(self) -> None:
        """Ask for a project and open it."""
        choose_project(self._context.window, self._context.settings.folder("save"), self.open_path)

    def open_path(self, path: Path) -> None:
        """Open a stack or a project, once what is open now has been seen to."""
        self._leave(lambda: self._open(partial(self._read, path), path))

    def open_sample(self, name: str) -> None:
        """Open one of the stacks that come with the program."""
        try:
            chosen = sample(name)
        except FluoganError as error:
            self._context.fail("The sample could not be opened", error)
            return
        self._leave(lambda: self._open(partial(self._read_stack, chosen.path, chosen.acquisition), chosen.path))

    def select(self, selection: Selection) -> None:
        """Take another scene, channel or plane of the same file."""
        stack = self._context.session.stack
        if stack is not None and selection != stack.selection:
            read = partial(self._read_stack, stack.path, self._set_by_user(), selection)
            self._leave(lambda: self._open(read, stack.path))

    def _set_by_user(self) -> Acquisition:
        """What the user has typed holds for the other images of the file too."""
        acquisition = self._context.session.document.acquisition
        typed = [name for name, origin in acquisition.origins.items() if origin is Origin.USER]
        return Acquisition().with_values(Origin.USER, **{name: getattr(acquisition, name) for name in typed})

    def recover(self, folder: Path) -> None:
        """Open a project that a crash left behind."""
        self._leave(lambda: self._open(partial(self._read, folder), folder))

    def locate(self) -> None:
        """Ask where the raw stack is now."""
        title = f"Where is {self._context.session.stack_name or 'the raw stack'} now?"
        choose_stack(self._context.window, self._context.settings.folder("open"), self._locate_at, title)

    # Opening

    def _open(self, read: Callable[[], Opened], path: Path) -> None:
        self._request += 1
        request = self._request
        self.busy_changed.emit(f"Opening {path.name}…")
        done = partial(self._opened, request, path)
        self._context.workbench.do(read, done, partial(self._not_opened, request, path))

    def _read(self, path: Path) -> Opened:
        """On a thread: a project, or a stack for which one is made."""
        if not is_project(path):
            return self._read_stack(path)
        project = Project.open(path)
        untitled = self._unsaved.contains(project.folder)
        if untitled and not self._unsaved.hold(project):
            raise ProjectError(f"The project {project.folder.name} is open in another window.", "Close it there first.")
        if project.document.link is None:
            return Opened(project, None, untitled)
        try:
            return Opened(project, project.open_stack(), untitled)
        except FluoganError as error:
            return Opened(project, None, untitled, error)

    def _read_stack(self, path: Path, known: Acquisition = Acquisition(), selection: Selection = Selection()) -> Opened:
        """On a thread: a stack, and a project for it that stands on disk at once."""
        stack = open_stack(path, selection)
        # Read here and not by the viewer: what cannot show its first frame is no stack to work on.
        stack.frame(0)
        acquisition = _with_known(stack.acquisition, known)
        project = self._unsaved.create(path.stem.removesuffix(".ome"), ProjectDocument(acquisition=acquisition))
        return Opened(project, stack, untitled=True, fresh=True)

    def _opened(self, request: int, path: Path, opened: Opened) -> None:
        if request != self._request:
            self._give_up(opened)
            return
        self.busy_changed.emit("")
        self._context.notices.clear("locate")
        session = self._context.session
        former = session.project if session.untitled else None
        session.show_project(opened.project, opened.stack, opened.untitled, opened.saved)
        if former is not None and former is not self._attaching:
            self._unsaved.discard(former.folder)
        self._remember(path, opened)
        self._tell(opened)
        self.opened.emit()
        if opened.stack is not None:
            self._describe(opened.stack)
            if opened.project.document.link is None:
                self._attach(opened.project, opened.stack)

    def _not_opened(self, request: int, path: Path, error: FluoganError) -> None:
        if request == self._request:
            self.busy_changed.emit("")
            self._context.settings.forget_recent(str(path))
            self._context.fail(f"{path.name} could not be opened", error)

    def _give_up(self, opened: Opened) -> None:
        if opened.stack is not None:
            opened.stack.close()
        if opened.fresh:
            self._unsaved.discard(opened.project.folder)
        else:
            self._unsaved.release(opened.project.folder)

    def _remember(self, path: Path, opened: Opened) -> None:
        if self._unsaved.contains(opened.project.folder) and is_project(path):
            return
        self._context.settings.add_recent(path)
        self._context.settings.set_folder("save" if is_project(path) else "open", path.parent)

    def _tell(self, opened: Opened) -> None:
        name = opened.stack.path.name if opened.stack and opened.untitled else opened.project.folder.name
        self._context.say(f"Opened {name}")
        for warning in opened.stack.warnings if opened.stack else ():
            self._context.say(warning)
        if opened.trouble is not None:
            self._tell_without_stack(opened.trouble)

    def _tell_without_stack(self, trouble: FluoganError) -> None:
        self._context.say(trouble.one_line)
        text = f"{trouble.message} Everything that was computed can be seen and exported without it."
        self._context.notices.show_notice("locate", text, [Offer("Locate…", self.locate)])

    def _describe(self, stack: Stack) -> None:
        """Find out what else the file holds; the first frame does not wait for it."""

        def done(description: FileDescription) -> None:
            if self._context.session.stack is stack:
                self.described.emit(description)

        self._context.workbench.do(partial(describe, stack.path), done, lambda error: self._context.say(error.one_line))

    # Link and mean image

    def _attach(self, project: Project, stack: Stack) -> None:
        """Write link and mean image, so that the project opens without the raw file from now on."""

        def failed(error: FluoganError) -> None:
            if self._attached(project):
                self._context.fail("The stack could not be read to its end", error)

        def done(_: object) -> None:
            if self._attached(project):
                self._context.session.note_saved(project.document)

        self._attaching = project
        self._context.workbench.do(partial(project.attach, stack), done, failed)

    def _attached(self, project: Project) -> bool:
        """Whether the project is still the open one; one that was left in the meantime is cleared away now."""
        self._attaching = None
        if self._context.session.project is project:
            return True
        self._unsaved.discard(project.folder)
        return False

    def _locate_at(self, path: Path) -> None:
        session = self._context.session
        project = session.project
        if project is None:
            return

        def found(stack: Stack) -> None:
            if session.project is not project:
                stack.close()
                return
            session.set_stack(stack)
            session.note_saved(project.document)
            self._context.notices.clear("locate")
            self._context.say(f"The raw stack is {path}")
            if stack.warnings:
                self._context.notices.show_notice("stack", " ".join(stack.warnings))

        self._context.settings.set_folder("open", path.parent)
        fail = partial(self._context.fail, f"{path.name} does not serve")
        self._context.workbench.do(partial(project.locate, path), found, fail)

    # What a crash left behind

    def offer_recovery(self) -> None:
        """Offer the newest project that was never saved, if a crash left one."""
        self._unsaved.clear_untouched()
        left = self._unsaved.left_over()
        if not left:
            return
        folder = left[0]
        when = datetime.fromtimestamp(folder.stat().st_mtime).strftime("%d %b %Y, %H:%M")
        more = f" ({len(left) - 1} older ones are there too.)" if len(left) > 1 else ""
        text = f"A project that was never saved is left from {when}: {folder.stem}.{more}"
        offers = [Offer("Open it", lambda: self.recover(folder)), Offer("Discard", lambda: self._discard_left(folder))]
        self._context.notices.show_notice("recovery", text, offers)

    def _discard_left(self, folder: Path) -> None:
        self._unsaved.discard(folder)
        self.offer_recovery()


def _with_known(stated: Acquisition, known: Acquisition) -> Acquisition:
    """What the file states, completed by what is known of a sample."""
    values = {name: getattr(known, name) for name in known.origins}
    return stated.replace(**values, origins={**stated.origins, **known.origins})

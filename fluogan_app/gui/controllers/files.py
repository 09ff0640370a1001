"""Opening stacks, projects and samples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.description import FileDescription
from fluogan_app.core.data.roi import FrameRange
from fluogan_app.core.data.stack import Selection, Stack
from fluogan_app.core.errors import FluoganError
from fluogan_app.core.project.model import ProjectDocument
from fluogan_app.core.project.store import Project
from fluogan_app.core.project.unpack import is_packed
from fluogan_app.core.samples import sample
from fluogan_app.gui.background import Background
from fluogan_app.gui.controllers.choosing import ChoosingController
from fluogan_app.gui.controllers.context import Context
from fluogan_app.gui.controllers.raw_stack import RawStackController
from fluogan_app.gui.dialogs.file_dialogs import choose_folder, choose_project, choose_stack
from fluogan_app.gui.opening import Opened, Opener
from fluogan_app.gui.patience import Patience
from fluogan_app.gui.unsaved_projects import UnsavedProjects


class FilesController(QObject):
    """Puts what the user opens into the session. Reading is done in the background; the newest request wins."""

    opened = Signal()
    packed_wanted = Signal(Path)
    busy_changed = Signal(str)

    def __init__(self, context: Context, unsaved: UnsavedProjects, leave: Callable[[Callable[[], None]], None]) -> None:
        super().__init__(context.window)
        self._context, self._unsaved, self._leave = context, unsaved, leave
        self._opener = Opener(unsaved, lambda: context.session.project)
        self._choosing = ChoosingController(context)
        self._patience = Patience(context.notices, "drive", self)
        self._request = 0
        self._thread: Background | None = None
        self.raw_stack = RawStackController(context, unsaved)
        self.raw_stack.busy_changed.connect(self.busy_changed)
        context.session.stack_left.connect(lambda _: self._choosing.close())

    # What the user asks for

    def choose_stack(self) -> None:
        """Ask for a stack and open it."""
        choose_stack(self._context.window, self._context.settings.folder("open"), self.open_path)

    def choose_folder(self) -> None:
        """Ask for a folder that is one recording, and open it."""
        folder = self._context.settings.folder("open")
        choose_folder(self._context.window, "Open a folder as one stack", folder, self.open_path)

    def choose_project(self) -> None:
        """Ask for a project and open it."""
        choose_project(self._context.window, self._context.settings.folder("save"), self.open_path)

    def open_path(self, path: Path) -> None:
        """Open a stack or a project, once what is open now has been seen to."""
        self.open_paths([path])

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open the first of several; those that do not belong to it are named."""
        first, *others = paths
        if is_packed(first):
            self.packed_wanted.emit(first)
            return
        self._leave(lambda: self._open(partial(self._opener.path, first), first, others))

    def open_again(self, project: Project, force: bool = False) -> None:
        """Open a project anew; `force` takes it from a holder that has not been heard of for long."""
        read = partial(self._opener.path, project.folder, force)
        self._leave(lambda: self._open(read, project.folder))

    def open_sample(self, name: str) -> None:
        """Open one of the stacks that come with the program."""
        try:
            chosen = sample(name)
        except FluoganError as error:
            self._context.fail("The sample could not be opened", error)
            return
        self._leave(lambda: self._open(partial(self._opener.stack, chosen.path, chosen.acquisition), chosen.path))

    def select(self, selection: Selection) -> None:
        """Take another scene, channel or plane of the same file, with what holds for it too."""
        session = self._context.session
        stack = session.stack
        if stack is not None and selection != stack.selection:
            self._take_image(stack, selection, session.document.for_another_image(stack.selection, selection))

    def _take_image(self, stack: Stack, selection: Selection, kept: ProjectDocument) -> None:
        read = partial(self._opener.another_image, stack.path, self._set_by_user(), selection, kept)
        self._leave(lambda: self._open(read, stack.path))

    def choose_again(self) -> None:
        """Let the user choose another image, time axis or range of frames of the file that is open."""
        session = self._context.session
        stack = session.stack
        if stack is not None and stack.description is not None:
            self._choosing.ask_again(stack.description, stack.selection, session.document.frames, self._choose_again)

    def _choose_again(self, selection: Selection, frames: FrameRange | None) -> None:
        session = self._context.session
        stack = session.stack
        if stack is not None and selection == stack.selection:
            session.change(frames=frames)
        elif stack is not None:
            kept = session.document.for_another_image(stack.selection, selection)
            self._take_image(stack, selection, kept.replace(frames=frames))

    def _set_by_user(self) -> Acquisition:
        """What the user has typed holds for the other images of the file too."""
        acquisition = self._context.session.document.acquisition
        typed = [name for name, origin in acquisition.origins.items() if origin is Origin.USER]
        return Acquisition().with_values(Origin.USER, **{name: getattr(acquisition, name) for name in typed})

    # Opening

    def _open(self, read: Callable[[], Opened | FileDescription], path: Path, others: Sequence[Path] = ()) -> None:
        self._wait_no_longer()
        request = self._request
        self.busy_changed.emit(f"Opening {path.name}…")
        self._patience.begin(path.name, partial(self._give_up, path))
        done = partial(self._arrived, request, path, others)
        self._thread = self._context.workbench.do(read, done, partial(self._not_opened, request, path))

    def _wait_no_longer(self) -> None:
        """What was asked for before is not wanted any more. Its thread ends when the drive lets it."""
        self._request += 1
        self._choosing.close()
        self._ended()
        if self._thread is not None:
            self._context.workbench.leave_behind(self._thread)
            self._thread = None

    def stop(self) -> None:
        """The program ends: nobody waits for what is being opened, nor for a chooser's pictures."""
        self._wait_no_longer()

    def _ended(self) -> None:
        self._patience.end()
        self.busy_changed.emit("")

    def _give_up(self, path: Path) -> None:
        self._wait_no_longer()
        self._context.say(f"{path.name} is not opened: its drive did not answer.")

    def _arrived(self, request: int, path: Path, others: Sequence[Path], found: Opened | FileDescription) -> None:
        if request != self._request:
            if isinstance(found, Opened):
                self._drop(found)
            return
        self._thread = None
        self._ended()
        if isinstance(found, Opened):
            self._take(path, others, found)
        else:
            self._choosing.ask(found, partial(self._open_choice, path, others))

    def _open_choice(
        self, path: Path, others: Sequence[Path], selection: Selection, frames: FrameRange | None
    ) -> None:
        kept = ProjectDocument(frames=frames)
        self._open(partial(self._opener.stack, path, selection=selection, kept=kept), path, others)

    def _take(self, path: Path, others: Sequence[Path], opened: Opened) -> None:
        self._context.notices.clear("locate")
        session = self._context.session
        former = session.project if session.untitled else None
        session.show_project(opened.project, opened.stack, opened.untitled, opened.saved, opened.runs)
        if former is not None and not self.raw_stack.is_being_attached(former):
            self._on_disk(partial(self._unsaved.discard, former.folder))
        self._remember(path, opened)
        self._tell(path, others, opened)
        self.opened.emit()
        link = opened.project.document.link
        if opened.stack is not None and link is None:
            self.raw_stack.attach(opened.project, opened.stack)
        elif opened.stack is not None:
            self.raw_stack.compare(link, opened.stack)

    def _not_opened(self, request: int, path: Path, error: FluoganError) -> None:
        if request == self._request:
            self._thread = None
            self._ended()
            self._context.settings.forget_recent(str(path))
            self._context.fail(f"{path.name} could not be opened", error)

    def _drop(self, opened: Opened) -> None:
        if opened.stack is not None:
            self.raw_stack.close(opened.stack)
        if opened.fresh:
            self._on_disk(partial(self._unsaved.discard, opened.project.folder))
        else:
            self._unsaved.release(opened.project.folder)
            self._on_disk(opened.project.let_go)

    def _on_disk(self, work: Callable[[], None]) -> None:
        """Do something that nobody waits for."""
        bench = self._context.workbench
        bench.leave_behind(bench.do(work, lambda _: None, lambda error: self._context.say(error.one_line)))

    def _remember(self, path: Path, opened: Opened) -> None:
        # No question to the drive here: whether this is a project is known from how it was opened.
        if opened.untitled and not opened.fresh:
            return
        self._context.settings.add_recent(path)
        self._context.settings.set_folder("open" if opened.fresh else "save", path.parent)

    def _tell(self, path: Path, others: Sequence[Path], opened: Opened) -> None:
        name = opened.stack.path.name if opened.stack and opened.untitled else opened.project.folder.name
        self._context.say(f"Opened {name}")
        if not set(others) <= set(opened.stack.files if opened.stack else ()):
            count = len(others) + 1
            self._context.say(f"One stack is open at a time: of the {count} dropped files, {path.name} is opened.")
        for sentence in (*(opened.stack.warnings if opened.stack else ()), opened.kept):
            if sentence:
                self._context.say(sentence)
        if opened.trouble is not None:
            self.raw_stack.tell_trouble(opened.trouble)

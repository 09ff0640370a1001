"""Saving a project, and what has to be seen to before one is left."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from fluogan_app.core.errors import FluoganError
from fluogan_app.core.files import GoneError
from fluogan_app.core.project.model import ProjectDocument
from fluogan_app.core.project.store import Project, Run
from fluogan_app.gui.background import Background
from fluogan_app.gui.controllers.context import Context
from fluogan_app.gui.controllers.keeping import KeepingController
from fluogan_app.gui.dialogs.file_dialogs import choose_new_project
from fluogan_app.gui.dialogs.questions import ask_cancel_run, ask_end_work, ask_unsaved
from fluogan_app.gui.notice_bar import Offer
from fluogan_app.gui.patience import Patience
from fluogan_app.gui.session import Session
from fluogan_app.gui.unsaved_projects import UnsavedProjects

#: For so long leaving waits until the view is kept; the place one looked at is not worth more.
_VIEW_MS = 2000
Next = Callable[[], None]
#: A project at its new place, its runs, and what could not go along in a sentence.
Copied = tuple[Project, tuple[Run, ...], str]


class SavingController(QObject):
    """Writes the session's document, asks before work would be lost, and keeps unsaved projects safe meanwhile.

    `view_state` gives what the window remembers of its views; `cancel_run` ends a run and calls back when it ended;
    `run_kept` says what is kept of it, and `going_on` what else would end with the project, in sentences.
    """

    saved = Signal()

    def __init__(self, context: Context, unsaved: UnsavedProjects, view_state: Callable[[], dict[str, Any]]) -> None:
        super().__init__(context.window)
        self._context, self._unsaved, self._view_state = context, unsaved, view_state
        self.keeping = KeepingController(context, view_state)
        self._patience = Patience(context.notices, "saving", self)
        self._asking = False
        self._after_run: tuple[Path, Next] | None = None
        self.cancel_run: Callable[[Next], None] = lambda then: then()
        self.run_kept: Callable[[], str] = str
        self.going_on: Callable[[], list[str]] = list
        context.session.job_changed.connect(self._save_after_run)

    # Saving

    def save(self, then: Next = lambda: None) -> None:
        """Save where the project is, or ask for a place where it has none."""
        session = self._context.session
        if session.project is None:
            return
        if session.untitled or session.project.read_only:
            self.save_as(then)
        else:
            self._write(session.project, partial(self._saved_in_place, session.project, then))

    def _saved_in_place(self, project: Project, then: Next) -> None:
        self._context.say(f"Saved {project.folder}")
        self.saved.emit()
        then()

    def save_as(self, then: Next = lambda: None) -> None:
        """Ask for a place and save there."""
        session = self._context.session
        if session.project is None:
            return
        name = session.project.folder.stem if not session.untitled else Path(session.stack_name or "project").stem
        folder = self._context.settings.folder("save")
        choose_new_project(self._context.window, folder, name, lambda path: self._save_at(path, then))

    def _save_at(self, path: Path, then: Next) -> None:
        if self._context.session.busy:
            # The run writes into the project where it is now; moving it meanwhile would tear the two apart.
            self._after_run = path, then
            text = f"The project will be saved as {path} as soon as the run has ended."
            self._context.notices.show_notice("save", text)
            return
        self._copy_to(path, then)

    def _save_after_run(self) -> None:
        if self._after_run is not None and not self._context.session.busy:
            (path, then), self._after_run = self._after_run, None
            self._context.notices.clear("save")
            self._copy_to(path, then)

    def _copy_to(self, path: Path, then: Next) -> None:
        session = self._context.session
        project = session.project
        if project is None:
            return
        former = project if session.untitled else None
        self._context.say(f"Saving {path}…")
        # Where the project stands now nothing is written: this is the way out when it cannot be.
        copy = partial(_copy, project, path, self._document(project), self.keeping.overtaken())
        self._on_thread(path.name, copy, partial(self._copied, project, former, then))

    def _copied(self, source: Project, former: Project | None, then: Next, copied: Copied) -> None:
        project, runs, trouble = copied
        self._context.session.moved_to(project, runs)
        self.keeping.forget(source)
        if former is not None:
            bench = self._context.workbench
            bench.do(partial(self._unsaved.discard, former.folder), lambda _: None, self._say_error)
        self._context.settings.add_recent(project.folder)
        self._context.settings.set_folder("save", project.folder.parent)
        self._context.say(f"Saved {project.folder}")
        self._context.notices.clear("save")
        if trouble:
            self._context.notices.show_notice("save", trouble)
        self.saved.emit()
        then()

    def _document(self, project: Project) -> ProjectDocument:
        view = self._view_state()  # first: the features may have work to note
        return self._context.session.document.replace(view=view, link=project.document.link)

    def _write(self, project: Project, then: Next) -> None:
        """Put the document on disk, then go on. A drive may take its time, and the window does not wait for it."""
        document, order = self._document(project), self.keeping.overtaken()

        def write() -> None:
            with order:
                project.save(document)

        def done(_: object) -> None:
            if self._context.session.project is project:
                self._context.session.note_saved(project.document)
                self.keeping.forget(project)
            then()

        self._on_thread(project.folder.name, write, done)

    def _on_thread(self, name: str, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        def told(tell: Callable[[Any], None], outcome: Any) -> None:
            self._patience.end()
            tell(outcome)

        bench = self._context.workbench
        thread = bench.do(work, partial(told, done), partial(told, self._not_saved))
        self._patience.begin(name, lambda: self._give_up(thread))

    def _give_up(self, thread: Background) -> None:
        """What is being written may still come to its end; what was to follow does not."""
        self._patience.end()
        self._context.workbench.forsake(thread)
        offers = [Offer("Save elsewhere…", self.save_as)]
        self._context.notices.show_notice("save", "The project is not saved: its drive did not answer.", offers)

    def _not_saved(self, error: FluoganError) -> None:
        self._context.fail("The project could not be saved", error)
        offers = [Offer("Save elsewhere…", self.save_as)]
        self._context.notices.show_notice("save", "The project could not be saved where it is.", offers)

    def _say_error(self, error: FluoganError) -> None:
        self._context.say(error.one_line)

    # Leaving

    def leave(self, then: Next) -> None:
        """See to what is going on and to changes that are not saved, then go on with `then`, or not at all."""
        if self._asking:
            return
        if self._context.session.busy:
            detail = "\n\n".join([self.run_kept(), *self.going_on()])
            answers = {"stop": lambda: self._stop(then)}
            self._ask(partial(ask_cancel_run, self._context.window, detail), answers)
        else:
            self._see_to_work(then)

    def _see_to_work(self, then: Next, answered: Sequence[str] = ()) -> None:
        """Ask for what goes on beside a run, but for what the user has answered to already."""
        going = [words for words in self.going_on() if words not in answered]
        if going:
            ways = {"stop": lambda: self._see_to_changes(then)}
            self._ask(partial(ask_end_work, self._context.window, "\n\n".join(going)), ways)
        else:
            self._see_to_changes(then)

    def _see_to_changes(self, then: Next) -> None:
        session = self._context.session
        self._view_state()  # the features may have work to note
        if session.unsaved:
            ask = partial(ask_unsaved, self._context.window, session.title, _loss(session))
            save = partial(self.save, partial(self._left, then))
            self._ask(ask, {"save": save, "discard": partial(self._discard, then)})
        else:
            self._keep_view(partial(self._left, then))

    def _ask(self, ask: Callable[[Callable[[str], None]], object], ways: dict[str, Next]) -> None:
        def answered(answer: str) -> None:
            self._asking = False
            ways.get(answer, lambda: None)()

        self._asking = True
        ask(answered)

    def _stop(self, then: Next) -> None:
        """End the run first. One that does not answer in time must not keep the window from closing."""

        told = self.going_on()

        def stopped() -> None:
            self._asking = False
            self._see_to_work(then, told)

        self._asking = True
        self.cancel_run(stopped)

    def _discard(self, then: Next) -> None:
        self.keeping.stop()
        self.keeping.forget(self._context.session.project)
        self._left(then)

    def _left(self, then: Next) -> None:
        self.keeping.stop()
        then()

    def _keep_view(self, then: Next) -> None:
        """Where the view looks belongs to the project, but is not worth a question; nor is a failure to keep it."""
        session = self._context.session
        project = session.project
        view = self._view_state()
        if project is None or session.untitled or project.read_only or view == project.document.view:
            then()
            return
        go_on = _Once(self._asked_for(then))
        document = project.document.replace(view=view)
        bench = self._context.workbench

        def failed(error: FluoganError) -> None:
            self._context.say(error.one_line)
            go_on()

        bench.do(partial(project.save, document), lambda _: go_on(), failed)
        QTimer.singleShot(_VIEW_MS, self, go_on)

    def _asked_for(self, then: Next) -> Next:
        """Until it comes to that, nothing else is left."""

        def go_on() -> None:
            self._asking = False
            then()

        self._asking = True
        return go_on


class _Once:
    """The first call counts."""

    def __init__(self, act: Next) -> None:
        self._act: Next | None = act

    def __call__(self) -> None:
        act, self._act = self._act, None
        if act is not None:
            act()


def _copy(project: Project, path: Path, document: ProjectDocument, order: threading.Lock) -> Copied:
    """A copy at another place, with its runs, held by this window. On a thread. Raises ProjectError."""
    trouble = ""
    with order:
        try:
            copied = project.save_as(path, document=document)
        except GoneError:
            # Its drive has vanished: what the user set is still here, and is kept.
            copied = Project.create(path, document)
            trouble = f"Only what was set could be saved: the runs are in {project.folder}, which is not there now."
    copied.hold()
    return copied, tuple(copied.runs()), trouble


def _loss(session: Session) -> str:
    """What leaving without saving costs."""
    if not session.untitled:
        return "Without saving, the changes since the last save are lost."
    runs = {0: "", 1: "its run and "}.get(len(session.runs), f"its {len(session.runs)} runs and ")
    return f"This project has never been saved. Without saving, {runs}its settings are lost."

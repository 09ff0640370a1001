"""Deleting runs: into the project's trash after a question, back from it, and out of it for good."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox

from fluogan_app.core.errors import FluoganError
from fluogan_app.gui.controllers.context import Context
from fluogan_app.gui.dialogs.questions import ask
from fluogan_app.gui.notice_bar import Offer

if TYPE_CHECKING:
    from fluogan_app.core.project.store import Project


class DeletingController(QObject):
    """Nothing is lost before the trash is emptied."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._context = context

    def ask_delete(self, marked: Sequence[int]) -> None:
        """Delete some runs, after a question."""
        session = self._context.session
        if not marked or session.running_number in marked or session.project is None or session.project.read_only:
            return
        what = _runs_text(marked)
        ask(
            self._context.window, "delete_question", f"Delete {what}?",
            "It goes into the project's trash, from where it can be brought back until that is emptied.",
            {
                "delete": ("&Delete", QMessageBox.ButtonRole.DestructiveRole),
                "cancel": ("&Keep", QMessageBox.ButtonRole.RejectRole),
            },
            "cancel", lambda answer: self._delete(marked) if answer == "delete" else None,
        )  # fmt: skip

    def _delete(self, numbers: Sequence[int]) -> None:
        session = self._context.session
        if session.shown_run is not None and session.shown_run.number in numbers:
            left = [run.number for run in session.runs if run.number not in numbers]
            session.show_run(left[-1] if left else None)
        work = partial(_discard, session.project, numbers)
        self._context.workbench.do(work, partial(self._deleted, numbers), partial(self._not_moved, "be deleted"))

    def _deleted(self, numbers: Sequence[int], places: tuple[Path, ...]) -> None:
        self._context.session.refresh_runs()
        text = f"{_runs_text(numbers)} {'was' if len(numbers) == 1 else 'were'} deleted.".capitalize()
        self._context.say(text)
        self._context.notices.show_notice("trash", text, [Offer("Undo", partial(self.bring_back, places))])

    def bring_back(self, places: Sequence[Path] | None = None) -> None:
        """Deleted runs come back: these, or all that are in the trash."""
        project = self._context.session.project
        if project is not None:
            self._context.notices.clear("trash")
            done = self._brought_back
            self._context.workbench.do(
                partial(_restore, project, places), done, partial(self._not_moved, "be brought back")
            )

    def _brought_back(self, numbers: tuple[int, ...]) -> None:
        self._context.session.refresh_runs()
        if not numbers:
            self._context.say("There is no deleted run.")
            return
        self._context.session.show_run(numbers[-1])
        self._context.say(f"{_runs_text(numbers)} {'is' if len(numbers) == 1 else 'are'} back.".capitalize())

    def _not_moved(self, what: str, error: FluoganError) -> None:
        self._context.session.refresh_runs()
        self._context.fail(f"A run could not {what}", error)

    def ask_empty_trash(self) -> None:
        """Remove the deleted runs for good, after a question."""
        if self._context.session.project is None:
            return
        ask(
            self._context.window, "trash_question", "Remove the deleted runs for good?",
            "They cannot be brought back then. The other runs stay as they are.",
            {
                "remove": ("&Remove for good", QMessageBox.ButtonRole.DestructiveRole),
                "cancel": ("&Keep them", QMessageBox.ButtonRole.RejectRole),
            },
            "cancel", lambda answer: self._empty_trash() if answer == "remove" else None,
        )  # fmt: skip

    def _empty_trash(self) -> None:
        def done(count: int) -> None:
            self._context.notices.clear("trash")
            self._context.say("The trash was empty." if not count else f"{count} deleted runs were removed for good.")

        failed = partial(self._context.fail, "The trash could not be emptied")
        self._context.workbench.do(partial(_empty, self._context.session.project), done, failed)


def _runs_text(numbers: Sequence[int]) -> str:
    words = [str(number) for number in sorted(numbers)]
    return f"run {words[0]}" if len(words) == 1 else f"runs {', '.join(words[:-1])} and {words[-1]}"


def _discard(project: Project, numbers: Sequence[int]) -> tuple[Path, ...]:
    from fluogan_app.core.project.trash import discard

    return tuple(discard(project, number) for number in numbers)


def _restore(project: Project, places: Sequence[Path] | None) -> tuple[int, ...]:
    from fluogan_app.core.project.trash import discarded, restore

    return tuple(restore(project, place).number for place in (discarded(project) if places is None else places))


def _empty(project: Project) -> int:
    from fluogan_app.core.project.trash import empty_trash

    return empty_trash(project)

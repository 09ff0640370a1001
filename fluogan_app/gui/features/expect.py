"""What can I expect? Lines simulated as the stack was recorded, reconstructed as the form says, in the background."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fluogan_app.core.data.stack import Stack
from fluogan_app.core.errors import FluoganError, ParameterError, ProjectError
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.params import validated
from fluogan_app.core.project.expect_params import ExpectParams
from fluogan_app.gui.asked import run_request
from fluogan_app.gui.command import Command
from fluogan_app.gui.features.feature import Feature
from fluogan_app.gui.latest_work import LatestWork, Notepad, Wish
from fluogan_app.gui.run_state import reason_against
from fluogan_app.gui.wording import without_flags

if TYPE_CHECKING:
    from fluogan_app.core.project.expect import Expectation, ExpectStage
    from fluogan_app.core.project.prepare import RunRequest
    from fluogan_app.gui.dialogs.expect_dialog import ExpectDialog
    from fluogan_app.gui.main_window import MainWindow


class ExpectFeature(Feature):
    """Joins the dialog, the session and the thread that simulates; what came out stays in the project's folder."""

    name = "expect"
    commands = (
        Command("expect", "R&un", "What can I e&xpect?…", ("Ctrl+F7",),
                "Simulate lines as this stack was recorded, and see how finely they come out", needs="stack"),
    )  # fmt: skip

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._params = ExpectParams()
        self._found: Expectation | None = None
        self._dialog: ExpectDialog | None = None
        self._work = LatestWork(window.workbench, self)
        self.session.stack_left.connect(lambda _: self._leave())
        self.session.job_changed.connect(self._show_whether_free)
        self.session.document_changed.connect(lambda _: self._show_whether_former())
        self.session.problems_changed.connect(self._show_whether_former)

    @property
    def found(self) -> Expectation | None:
        """What the last simulation gave."""
        return self._found

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """See Feature.handlers."""
        return {"expect": self.ask}

    def gather(self) -> dict[str, Any]:
        """See Feature.gather."""
        values = self._params.model_dump(mode="json")
        return {name: value for name, value in values.items() if value != ExpectParams.model_fields[name].default}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """See Feature.restore."""
        try:
            self._params = validated(ExpectParams, kept)
        except ParameterError:
            self._params = ExpectParams()

    def going_on(self) -> str:
        """See Feature.going_on."""
        return "“What can I expect?” is being answered: nothing of it is kept yet." if self._work.busy else ""

    def stop(self, seconds: float) -> bool:
        """See Feature.stop."""
        self._work.stop()
        return True

    def ask(self) -> None:
        """Open the dialog with what was found last."""
        if self.session.stack is None or self.session.project is None:
            return
        if self._dialog is not None:
            self._dialog.raise_()
            self._dialog.activateWindow()
            return
        # Brings the library that draws diagrams, which the window's start does not need.
        from fluogan_app.gui.dialogs.expect_dialog import ExpectDialog

        dialog = self._dialog = ExpectDialog(self.session.stack_name, self.window)
        dialog.show_values(self._params)
        dialog.edited.connect(self._edit)
        dialog.start_requested.connect(self._start)
        dialog.cancel_requested.connect(self._cancel)
        dialog.left.connect(lambda: self._forget(dialog))
        dialog.show()
        self._show_whether_free()
        self._show_last()

    def _show_last(self) -> None:
        if self._found is not None:
            self._show_found(self._found)
            return
        project = self.session.project

        def show(found: Expectation | None) -> None:
            if found is not None and self._found is None and self.session.project is project and self._dialog:
                self._show_found(found)

        self.context.workbench.do(partial(_last, project.folder), show, lambda error: self.context.say(error.one_line))

    # What the user asks for

    def _edit(self, name: str, value: Any) -> None:
        self._params = self._params.replace(**{name: value})
        self._show_whether_former()

    def _start(self) -> None:
        session, dialog = self.session, self._dialog
        why_not = reason_against(session)
        wrong = next((row.problem for row in dialog.rows.values() if row.problem), "")
        if why_not or wrong:
            dialog.set_message(why_not or wrong, wrong=True)
            self._show_whether_former()
            return
        dialog.set_message("")
        dialog.show_progress("Looking at the light of the frames", 0.0)
        folder = None if session.project.read_only else session.project.folder
        work = partial(_simulated, session.stack, run_request(session), self._params, folder)
        self._work.ask(Wish(work, self._show_stage, self._show, self._fail))

    def _cancel(self) -> None:
        self._work.stop()
        if self._dialog is not None:
            self._dialog.show_end()
            self._dialog.set_message("Cancelled: nothing new was found.")
            self._show_whether_free()

    # What comes of it

    def _show_stage(self, stage: ExpectStage) -> None:
        if self._dialog is not None:
            self._dialog.show_progress(stage.words, stage.fraction)

    def _show(self, outcome: tuple[Expectation, ProjectError | None] | None) -> None:
        if outcome is None or self._dialog is None:
            return
        found, unkept = outcome
        self._dialog.show_end()
        self._show_found(found)
        self._dialog.set_message(f"It was not kept: {unkept.message}" if unkept is not None else "", wrong=True)
        self._show_whether_free()

    def _show_found(self, found: Expectation) -> None:
        self._found = found
        self._dialog.show_expectation(found)
        self._show_whether_former()

    def _show_whether_former(self) -> None:
        """What was found speaks of the values that it was found with."""
        dialog, session = self._dialog, self.session
        if dialog is None or self._found is None or session.stack is None:
            return
        from fluogan_app.core.project.expect_asked import changed_since

        changed = changed_since(self._found.asked, run_request(session), self._params)
        wrong = [row.spec.label for row in dialog.rows.values() if row.problem]
        wrong += ["a value that is not valid"] if session.problems else []
        dialog.show_former((*changed, *(label for label in wrong if label not in changed)))

    def _fail(self, error: FluoganError) -> None:
        if self._dialog is not None:
            self._dialog.show_end()
            self._dialog.set_message(without_flags(error.one_line), wrong=True)
            self._show_whether_free()

    def _show_whether_free(self) -> None:
        """A run has the machine to itself."""
        if self._dialog is None or self._work.busy:
            return
        busy = self.session.busy
        self._dialog.start_button.setEnabled(not busy)
        self._dialog.start_button.setToolTip(
            "A run is going on: wait until it has ended" if busy else "Simulate the lines and reconstruct them"
        )

    def _leave(self) -> None:
        """Another stack: what was found is not of it."""
        self._found = None
        if self._dialog is not None:
            self._dialog.close()

    def _forget(self, dialog: ExpectDialog) -> None:
        if self._dialog is dialog:
            self._dialog = None
            self._work.stop()


def _simulated(
    stack: Stack, request: RunRequest, params: ExpectParams, folder: Path | None, notepad: Notepad
) -> tuple[Expectation, ProjectError | None] | None:
    """On the thread: what was found, and why it could not be kept where it could not."""
    from fluogan_app.core.project.expect import expect
    from fluogan_app.core.project.expectations import keep_expectation

    control = Control()

    def tell(stage: ExpectStage) -> None:
        notepad.tell(stage)
        if notepad.stopped():
            control.cancel()

    found = expect(stack, request, params, tell, control)
    if found is None or notepad.stopped():
        return None
    try:
        if folder is not None:
            keep_expectation(folder, found)
    except ProjectError as error:
        return found, error
    return found, None


def _last(folder: Path) -> Expectation | None:
    """On the thread."""
    from fluogan_app.core.project.expectations import last_expectation

    return last_expectation(folder)

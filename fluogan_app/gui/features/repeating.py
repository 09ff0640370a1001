"""Any run of the window as a command line or a script, which give the same numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from fluogan_app.core.errors import FluoganError
from fluogan_app.core.project.repeating import Recipe, command_of, recipe_of, script_of
from fluogan_app.gui.command import Command
from fluogan_app.gui.features.feature import Feature

if TYPE_CHECKING:
    from fluogan_app.gui.main_window import MainWindow

_COPIED = {
    command_of: "The command line of run {} is in the clipboard: paste it into a terminal.",
    script_of: "The Python script of run {} is in the clipboard: paste it into a file.",
}


class Repeating(Feature):
    """Copies how to compute a run again."""

    name = "repeating"
    commands = (
        Command("copy_command", "R&un", "Copy as comma&nd", ("Ctrl+Alt+C",),
                "Copy the command line that computes the shown run again, number for number", needs="run",
                starts_section=True),
        Command("copy_script", "R&un", "Copy as P&ython", ("Ctrl+Alt+P",),
                "Copy a Python script that computes the shown run again, number for number", needs="run"),
    )  # fmt: skip

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        tree = window.workspace.tree
        tree.add_run_action("Copy as command", partial(self._copy, command_of))
        tree.add_run_action("Copy as Python", partial(self._copy, script_of))

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """See Feature.handlers."""
        return {"copy_command": partial(self._copy, command_of), "copy_script": partial(self._copy, script_of)}

    def _copy(self, form: Callable[[Recipe], str], number: int | None = None) -> None:
        """Copy a run (the shown one). Where its raw file is now is asked of the drive, which may take its time."""
        session = self.session
        run = session.shown_run if number is None else next(run for run in session.runs if run.number == number)
        if session.project is None or run is None:
            return
        bench = self.context.workbench
        work = partial(recipe_of, session.project, run)
        bench.leave_behind(bench.do(work, partial(self._copied, form, run.number), self._failed))

    def _copied(self, form: Callable[[Recipe], str], number: int, recipe: Recipe) -> None:
        QGuiApplication.clipboard().setText(form(recipe))
        self.context.say(_COPIED[form].format(number))
        if recipe.cautions:
            self.context.notices.show_notice("repeating", " ".join(recipe.cautions))
        else:
            self.context.notices.clear("repeating")
        if recipe.drift and self.session.untitled:
            self.context.say("Its drift is read from this project: save the project before you close it.")

    def _failed(self, error: FluoganError) -> None:
        self.context.fail("The run could not be copied", error)

"""The project's stack and runs as a tree: what is there, which run is shown, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import QObject

from fluogan_app.core.project.method_words import run_title
from fluogan_app.core.project.model import RunStatus
from fluogan_app.core.project.run import Run
from fluogan_app.core.units import seconds_text
from fluogan_app.gui.controllers.context import Context
from fluogan_app.gui.controllers.results import status_text
from fluogan_app.gui.views.project_tree import ProjectTree, RunRow


class TreeController(QObject):
    """Keeps the tree equal to the session, and lets it choose the shown run."""

    def __init__(self, context: Context, tree: ProjectTree) -> None:
        super().__init__(context.window)
        self._context, self._tree = context, tree
        session = context.session
        for signal in (session.project_changed, session.stack_changed, session.runs_changed, session.job_changed):
            signal.connect(self.refresh)
        session.shown_run_changed.connect(self._show_selection)
        tree.run_selected.connect(session.show_run)
        self.refresh()

    def refresh(self) -> None:
        """Show stack and runs as they are."""
        session = self._context.session
        title = session.stack_name if session.project is not None else ""
        if title and session.stack is None:
            title = f"{title} (not at hand)"
        self._tree.set_content(title, [self._row(run) for run in session.runs])
        self._show_selection()

    def _row(self, run: Run) -> RunRow:
        record = run.record
        running = run.number == self._context.session.running_number
        status = RunStatus.RUNNING if running else record.status
        detail = status_text(record.replace(status=status))
        if not running and record.seconds:
            detail = f"{detail}, {seconds_text(record.seconds)}"
        return RunRow(run.number, run_title(record), status.value, detail)

    def _show_selection(self) -> None:
        shown = self._context.session.shown_run
        self._tree.select(shown.number if shown is not None else None)

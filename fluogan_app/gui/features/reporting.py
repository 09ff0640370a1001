"""The page on a run: asked for, written in the background, and shown in the browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from fluogan_app.core.errors import FluoganError
from fluogan_app.core.project.run import Run
from fluogan_app.core.project.store import Project
from fluogan_app.gui.command import Command
from fluogan_app.gui.dialogs.file_dialogs import choose_new_file
from fluogan_app.gui.features.feature import Feature
from fluogan_app.gui.notice_bar import Offer
from fluogan_app.gui.watched_work import Watch, WatchedWork

if TYPE_CHECKING:
    from fluogan_app.gui.main_window import MainWindow

_TOPIC = "report"


class Reporting(Feature):
    """Writes a report of the shown run, or of one of the tree."""

    name = "reporting"
    commands = (
        Command("report", "&File", "O&ne-page report…", ("Ctrl+R",),
                "Write one page on the shown run: image, trust, parameters, methods, sources and hashes", needs="run",
                before="locate"),
    )  # fmt: skip

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._work = WatchedWork(window.workbench, self)
        window.workspace.tree.add_run_action("Report…", self.ask)

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """See Feature.handlers."""
        return {"report": self.ask}

    def stop(self, seconds: float) -> bool:
        """See Feature.stop."""
        self._work.stop()
        return True

    def ask(self, number: int | None = None) -> None:
        """Ask where the report of a run (the shown one) is to go."""
        session = self.session
        run = session.shown_run if number is None else next(run for run in session.runs if run.number == number)
        if session.project is None or run is None:
            return
        stem = Path(session.stack_name).stem if session.untitled else session.project.folder.stem
        folder = self.context.settings.folder("export")
        name, kind = f"{stem}-run{run.number}-report.html", "Pages (*.html)"
        write = partial(self._write, session.project, run)
        choose_new_file(self.window, "choose_report", "Write the report as", folder, name, kind, write)

    def _write(self, project: Project, run: Run, path: Path) -> None:
        self.context.settings.set_folder("export", path.parent)
        self.context.say(f"Writing the report of run {run.number}…")
        text = f"The report of run {run.number} is being written. The frames are looked at for it."
        self.context.notices.show_notice(_TOPIC, text, [Offer("Cancel", self._give_up)])
        self._work.start(partial(write_one, project, run, path), partial(self._written, path), self._failed)

    def _give_up(self) -> None:
        self._work.stop()
        self.context.say("The report is not written.")

    def _written(self, path: Path, outcome: Path | None) -> None:
        if outcome is None:
            return
        self.context.say(f"The report is {path}")
        offers = [
            Offer("Open", lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))),
            Offer("Show in folder", lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))),
        ]
        self.context.notices.show_notice(_TOPIC, f"The report is {path}", offers)

    def _failed(self, error: FluoganError) -> None:
        self.context.notices.clear(_TOPIC)
        self.context.fail("The report could not be written", error)


def write_one(project: Project, run: Run, path: Path, watch: Watch) -> Path | None:
    """Write a report; None where it was given up. On a thread. Raises UsageError, ProjectError."""
    # Drawing figures needs an image library that the window's start does not.
    from fluogan_app.core.project.report import write_report

    return write_report(project, run, path, cancelled=watch.cancelled)

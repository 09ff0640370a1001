"""When something went wrong: the log files, what a crash left behind, and an archive for somebody who helps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication

from fluogan_app.core.errors import FluoganError
from fluogan_app.core.project.diagnostics import write_diagnostics
from fluogan_app.gui.command import Command
from fluogan_app.gui.dialogs.file_dialogs import choose_new_file
from fluogan_app.gui.features.feature import Feature
from fluogan_app.gui.notice_bar import Offer

if TYPE_CHECKING:
    from fluogan_app.gui.main_window import MainWindow

_ARCHIVE = "fluogan-diagnostics.zip"


class Troubleshooting(Feature):
    """Shows logs, tells of a crash of an earlier start, and saves diagnostics."""

    name = "troubleshooting"
    commands = (
        Command("show_logs", "&Help", "Show the &log files", ("Ctrl+Shift+F1",),
                "Open the folder with the log of this start and of those before", starts_section=True),
        Command("save_diagnostics", "&Help", "Save &diagnostics…", ("Ctrl+Alt+F1",),
                "Gather logs, versions and settings in one archive, without images, for somebody who helps"),
    )  # fmt: skip

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        if window.crashes:
            # Not before the window stands: what it opens first would sweep the notice away.
            QTimer.singleShot(0, self, self._tell_of_crash)

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """See Feature.handlers."""
        return {"show_logs": self.show_logs, "save_diagnostics": self.save_diagnostics}

    def show_logs(self) -> None:
        """Show the folder of the log files."""
        path = self.window.log_path
        if path is None:
            self.context.say("No log is written: the folder for logs cannot be written.")
            return
        self.context.say(f"The log of this start is {path}.")
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))

    def save_diagnostics(self) -> None:
        """Ask where the archive is to go, then write it in the background."""
        folder = self.context.settings.folder("export")
        choose_new_file(
            self.window, "save_diagnostics", "Save diagnostics", folder, _ARCHIVE, "Archives (*.zip)", self._write
        )

    def _write(self, path: Path) -> None:
        self.context.settings.set_folder("export", path.parent)
        project = self.session.project.folder if self.session.project is not None else None
        self.context.say("Gathering diagnostics…")
        work = partial(write_diagnostics, path, project, _screens())
        self.context.workbench.do(work, self._written, self._not_written)

    def _written(self, path: Path) -> None:
        self.context.say(f"Diagnostics are in {path}. They hold logs, versions and settings, and no images.")

    def _not_written(self, error: FluoganError) -> None:
        self.context.fail("The diagnostics could not be saved", error)

    def _tell_of_crash(self) -> None:
        trace = self.window.crashes[-1]
        self.context.say(f"FluoGAN crashed the last time. Its trace is in {trace}.")
        offers = [
            Offer("Save diagnostics…", self.save_diagnostics),
            Offer("Show the trace", lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(trace)))),
        ]
        text = "FluoGAN crashed the last time. What was saved is untouched, and a trace of the crash was kept."
        self.context.notices.show_notice("crash", text, offers)


def _screens() -> str:
    """Sizes and scales of the screens: what a picture that looks wrong may come from."""
    lines = [f"platform: {QGuiApplication.platformName()}"]
    for screen in QGuiApplication.screens():
        size = screen.geometry().size()
        lines.append(f"screen: {size.width()} × {size.height()} at {screen.devicePixelRatio():g}")
    return "\n".join(lines)

"""What stands side by side as files: the figure, the table, and the table on the clipboard."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication

from fluogan_app.core.files import write_text_atomic
from fluogan_app.core.project.comparison_table import comparison_table
from fluogan_app.gui.controllers.comparing import ComparingController
from fluogan_app.gui.controllers.context import Context
from fluogan_app.gui.dialogs.file_dialogs import choose_new_file
from fluogan_app.gui.notice_bar import Offer
from fluogan_app.gui.views.comparing_page import ComparingPage

_FIGURES, _TABLES = "Figures (*.png *.svg *.pdf)", "Table (*.csv)"


class ComparingFiles(QObject):
    """Asks where, and writes on a thread."""

    def __init__(self, context: Context, page: ComparingPage, controller: ComparingController) -> None:
        super().__init__(context.window)
        self._context, self._page, self._controller = context, page, controller
        page.copy_requested.connect(self.copy)
        page.table_requested.connect(self.ask_table)
        page.figure_requested.connect(self.ask_figure)

    def copy(self) -> None:
        """The ticked lines to the clipboard."""
        QGuiApplication.clipboard().setText(self._page.list.text())
        self._context.say("The ticked lines are on the clipboard.")

    def ask_table(self) -> None:
        """Ask where the table is to go."""
        entries = self._controller.measures.entries(self._runs)
        if not entries:
            self._context.say("Nothing of what is ticked is measured yet.")
            return
        text = comparison_table(entries).csv_text()
        self._ask("choose_comparison_table", "Write the table as", "csv", _TABLES, partial(_write_text, text))

    def ask_figure(self) -> None:
        """Ask where the figure is to go; it shows what is ticked."""
        work = self._controller.figure()
        if work is None:
            self._context.say("There is no image of what is ticked yet.")
            return
        self._ask("choose_comparison_figure", "Write the figure as", "png", _FIGURES, work)

    @property
    def _runs(self) -> list:
        return [one.run for one in self._controller.chosen if one.run is not None]

    def _ask(self, name: str, title: str, ending: str, kind: str, work: Callable[[Path], Path]) -> None:
        folder = self._context.settings.folder("export")
        file_name = f"{Path(self._context.session.stack_name).stem}-compared.{ending}"
        write = partial(self._write, work)
        choose_new_file(self._context.window, name, title, folder, file_name, kind, write)

    def _write(self, work: Callable[[Path], Path], path: Path) -> None:
        self._context.settings.set_folder("export", path.parent)
        failed = partial(self._context.fail, "The comparison could not be written")
        self._context.workbench.do(partial(work, path), self._written, failed)

    def _written(self, path: Path) -> None:
        words = f"The comparison is in {path}"
        self._context.say(words)
        show = Offer("Show in folder", lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent))))
        self._context.notices.show_notice("export", words, [show])


def _write_text(text: str, path: Path) -> Path:
    """On a thread. Raises ProjectError."""
    write_text_atomic(path, text)
    return path



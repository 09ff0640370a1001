"""Comparing: methods of one project side by side, run together, and results of other programs among them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtGui import QImage

from fluogan_app.core.benchmark.comparison import comparison_folder, read_comparison
from fluogan_app.core.benchmark.comparison_page import ComparisonPage, comparison_page
from fluogan_app.core.errors import ReadError
from fluogan_app.core.project.queue import Queue
from fluogan_app.gui.command import Command
from fluogan_app.gui.compared import run_key
from fluogan_app.gui.controllers.comparing import ComparingController
from fluogan_app.gui.controllers.comparing_files import ComparingFiles
from fluogan_app.gui.controllers.comparing_methods import ComparingMethods
from fluogan_app.gui.controllers.importing import ImportingController
from fluogan_app.gui.controllers.queue import QueueController
from fluogan_app.gui.dialogs.methods_compared import MethodsComparedDialog
from fluogan_app.gui.features.feature import Feature
from fluogan_app.gui.features.queueing import Queueing
from fluogan_app.gui.views.comparing_page import ComparingPage

if TYPE_CHECKING:
    from fluogan_app.gui.main_window import MainWindow

log = logging.getLogger(__name__)


class Comparing(Feature):
    """The centre tab “Compare”."""

    name: ClassVar[str] = "comparing"
    commands: ClassVar[tuple[Command, ...]] = (
        Command("show_comparison", "&View", "Methods side by side", ("Ctrl+8",),
                "Images and measures of several methods and runs beside each other", needs="project"),
        Command("compare_methods", "R&un", "C&ompare methods…", ("Ctrl+Shift+8",),
                "Run several methods on the same region and frames, and show them side by side", needs="stack"),
        Command("import_result", "&File", "Import another pro&gram's result…", ("Ctrl+Alt+I",),
                "Place an image that another program made in the field, and compare it", needs="project",
                before="locate"),
        Command("methods_compared", "&Help", "&Methods compared", ("Ctrl+F1",),
                "What was measured of every method on known samples, and what each is for", before="about"),
    )  # fmt: skip

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.page = ComparingPage()
        window.workspace.add_page("centre", "page_compare", "C&ompare", self.page)
        self.controller = ComparingController(window.context, self.page, self._waiting)
        self.files = ComparingFiles(window.context, self.page, self.controller)
        self.asking = ComparingMethods(window.context, lambda: self.queue)
        self.asking.asked.connect(self._follow)
        self.importing = ImportingController(window.context)
        self.importing.imported.connect(lambda run: (self.controller.add(run_key(run.number)), self.show_page()))
        self.page.methods_requested.connect(self.asking.ask)
        window.workspace.add_viewers(self.page, self.page.grid, "comparing")
        window.workspace.centre.currentChanged.connect(self._page_chosen)
        self.session.project_changed.connect(self._leave)
        self._project = None
        self._explaining: MethodsComparedDialog | None = None

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """See Feature.handlers."""
        self.queue.changed.connect(self.controller.refresh)
        return {
            "show_comparison": self.show_page, "compare_methods": self.asking.ask,
            "import_result": self.importing.ask, "methods_compared": self.explain,
        }  # fmt: skip

    @property
    def queue(self) -> QueueController:
        """What waits in the queue; it is there once all features are made."""
        return next(one.queue for one in self.window.features if isinstance(one, Queueing))

    def _waiting(self) -> tuple[Queue, Mapping[str, str], bool]:
        """The runs that wait, why some of them were refused, and whether they begin one after another."""
        return self.queue.queue, self.queue.refused, self.queue.going

    def show_page(self) -> None:
        """Bring the page to the front."""
        self.window.workspace.show_page(self.page)

    def show_runs(self, numbers: Sequence[int]) -> None:
        """Let these runs alone stand side by side."""
        self.controller.choose([run_key(number) for number in numbers])
        self.show_page()

    def explain(self) -> None:
        """Show what was measured of every method."""
        dialog = MethodsComparedDialog(self.window)
        self._explaining = dialog
        dialog.destroyed.connect(lambda: self._explained(dialog))
        dialog.show()

        def show(found: tuple[ComparisonPage, dict[str, QImage]]) -> None:
            if self._explaining is dialog:
                dialog.show_page(*found)

        self.context.workbench.do(_page_read, show, lambda error: self.context.say(error.one_line))

    def _explained(self, dialog: MethodsComparedDialog) -> None:
        if self._explaining is dialog:
            self._explaining = None

    def gather(self) -> dict[str, Any]:
        """See Feature.gather."""
        return self.controller.gather()

    def restore(self, kept: Mapping[str, Any]) -> None:
        """See Feature.restore."""
        self.controller.restore(kept)

    def stop(self, seconds: float) -> bool:
        """See Feature.stop. The window's workbench waits for the thread."""
        self.controller.stop()
        return True

    def _follow(self, methods: Sequence[str]) -> None:
        """Several methods are compared: see them come."""
        self.controller.follow(methods)
        self.show_page()

    def _page_chosen(self, _index: int) -> None:
        if self.window.workspace.centre.currentWidget() is self.page:
            self.controller.page_shown()

    def _leave(self) -> None:
        """Another project is open. One that was saved elsewhere is still the same."""
        project = self.session.project
        of = project.document.created if project is not None else ""
        if of != self._project:
            self._project = of
            self.controller.forget()


def _page_read() -> tuple[ComparisonPage, dict[str, QImage]]:
    """The page on all methods, and its figures by light. On a thread."""
    folder = comparison_folder()
    try:
        found = read_comparison(folder)
    except ReadError as error:
        log.info("%s", error.one_line)
        found = None
    page = comparison_page(found, folder)
    figures = {part.title: QImage(str(part.figure)) for part in page.lights if part.figure is not None}
    return page, {title: image for title, image in figures.items() if not image.isNull()}

"""All runs of the project in a table: compared, named, noted on, judged, deleted and brought back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fluogan_app.gui.command import Command
from fluogan_app.gui.controllers.deleting import DeletingController
from fluogan_app.gui.controllers.runs_table import RunsTableController
from fluogan_app.gui.features.comparing import Comparing
from fluogan_app.gui.features.feature import Feature
from fluogan_app.gui.views.runs_page import RunsPage
from fluogan_app.gui.workspace import RESULT

if TYPE_CHECKING:
    from fluogan_app.gui.main_window import MainWindow

_STILL = "still run"


class RunsTableFeature(Feature):
    """The centre tab “Runs”."""

    name = "runs"
    commands = (
        Command("show_runs", "&View", "Ta&ble of runs", ("Ctrl+7",),
                "All runs side by side, with what differs and what came of it", needs="project"),
        Command("compare_runs", "&Judge", "Co&mpare the marked runs", ("Ctrl+Shift+7",),
                "Show the estimates of two to nine runs beside each other, of more than four on the page “Compare”",
                needs="run", starts_section=True),
        Command("judge_all", "&Judge", "Judge &all runs", (), "Judge the runs that are not judged yet", needs="run"),
        Command("delete_run", "R&un", "Delete t&he run…", (),
                "Move the shown or marked runs into the project's trash", needs=_STILL, starts_section=True),
        Command("restore_runs", "R&un", "&Bring deleted runs back", (),
                "Take all runs out of the project's trash", needs="idle"),
        Command("empty_trash", "R&un", "Remove deleted runs for &good…", (),
                "Empty the project's trash", needs="idle"),
    )  # fmt: skip

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.page = RunsPage()
        window.workspace.add_page("centre", "page_runs", "Ru&ns", self.page)
        self.controller = RunsTableController(window.context, self.page)
        self.deleting = DeletingController(window.context)
        self.page.delete_requested.connect(self._delete)
        self.controller.shown_wanted.connect(lambda: window.workspace.centre.setCurrentIndex(RESULT))
        self.controller.compare_wanted.connect(self._compare)
        window.workspace.centre.currentChanged.connect(self._page_chosen)
        self._project = None
        self.session.project_changed.connect(self._leave)

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """See Feature.handlers."""
        control = self.controller
        return {
            "show_runs": self.show_page,
            "compare_runs": control.compare,
            "judge_all": lambda: (self.show_page(), control.judge_all()),
            "delete_run": self._delete,
            "restore_runs": lambda: self.deleting.bring_back(),
            "empty_trash": self.deleting.ask_empty_trash,
        }

    def needs_met(self) -> set[str]:
        """What goes on is not deleted."""
        shown = self.session.shown_run
        return {_STILL} if shown is not None and shown.number != self.session.running_number else set()

    def show_page(self) -> None:
        """Bring the page to the front."""
        self.window.workspace.show_page(self.page)

    def gather(self) -> dict[str, Any]:
        """Order and columns."""
        name, descending = self.page.list.order
        return {"order": name, "descending": descending, "hidden": list(self.page.hidden)}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """See Feature.restore."""
        hidden = kept.get("hidden", [])
        self.page.set_hidden([name for name in hidden if isinstance(name, str)] if isinstance(hidden, list) else [])
        self.page.list.set_order(str(kept.get("order", "number")), bool(kept.get("descending", False)))

    def stop(self, seconds: float) -> bool:
        """See Feature.stop. The window's workbench waits for the thread."""
        self.controller.stop()
        return True

    def _page_chosen(self, _index: int) -> None:
        if self.window.workspace.centre.currentWidget() is self.page:
            self.controller.page_shown()

    def _delete(self) -> None:
        self.deleting.ask_delete(self.controller.marked)

    def _leave(self) -> None:
        """Another project is open."""
        if self.session.project is not self._project:
            self._project = self.session.project
            self.controller.forget()

    def _compare(self, numbers: Sequence[int]) -> None:
        """The estimate of each run in a viewer of its own."""
        panes, pictures = self.window.workspace.panes, self.window.results.pictures
        if len(numbers) > len(panes.panes):
            next(one for one in self.window.features if isinstance(one, Comparing)).show_runs(numbers)
            return
        viewers = tuple(panes.panes)[: len(numbers)]
        for viewer, number in zip(viewers, numbers):
            pictures.choose(viewer, "estimate", number)
        panes.set_shown(viewers)
        self.window.workspace.centre.setCurrentIndex(RESULT)

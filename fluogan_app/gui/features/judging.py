"""Judging a run: a page of sentences, numbers, maps and curves on what of it can be trusted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from fluogan_app.gui.command import Command
from fluogan_app.gui.controllers.quality import QualityController
from fluogan_app.gui.features.feature import Feature
from fluogan_app.gui.quality_pictures import quality_kinds
from fluogan_app.gui.views.quality_page import QualityPage
from fluogan_app.gui.workspace import RESULT

if TYPE_CHECKING:
    from fluogan_app.gui.main_window import MainWindow

_ENDED = "ended run"


class Judging(Feature):
    """The centre tab “Quality”."""

    name = "quality"
    commands = (
        Command("show_quality", "&View", "&Quality", ("Ctrl+6",),
                "What of the shown run can be trusted", needs="project", starts_section=True),
        Command("judge_halves", "&Judge", "&Odd and even frames", ("Ctrl+Shift+6",),
                "Reconstruct odd and even frames separately and compare them", needs=_ENDED),
        Command("judge_repeat", "&Judge", "&Repeat the run", ("Ctrl+Alt+6",),
                "Make the run again and tell which pixels vary", needs=_ENDED),
        Command("judge_variance", "&Judge", "&Variance of the frames", (),
                "Read the frames and compare their variance with the model's", needs=_ENDED),
        Command("judge_cancel", "&Judge", "&Cancel what is computed", (),
                "End it; repeats that are done are kept", needs=_ENDED),
        Command("judge_save", "&Judge", "&Save numbers and maps", (),
                "Write them into the run's folder, for other programs", needs=_ENDED, starts_section=True),
    )  # fmt: skip

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.page = QualityPage()
        window.workspace.add_page("centre", "page_quality", "&Quality", self.page)
        self.controller = QualityController(window.context, self.page)
        window.workspace.centre.currentChanged.connect(self._page_chosen)
        self.session.project_changed.connect(self._leave)
        self._project = None
        self.page.picture.viewer_wanted.connect(self._show_in_viewer)
        for kind in quality_kinds(self.controller.judgement_with):
            window.results.pictures.register(kind)

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """See Feature.handlers."""
        return {
            "show_quality": self.show_page,
            "judge_halves": lambda: (self.show_page(), self.controller.compute_halves()),
            "judge_repeat": lambda: (self.show_page(), self.controller.compute_repeats(*self.page.costs.asked)),
            "judge_variance": lambda: (self.show_page(), self.controller.compute_variance()),
            "judge_cancel": self.controller.cancel,
            "judge_save": lambda: (self.show_page(), self.controller.save()),
        }

    def needs_met(self) -> set[str]:
        """Judged is what has ended."""
        return {_ENDED} if self.controller.run is not None and not self.session.busy else set()

    def show_page(self) -> None:
        """Bring the page to the front."""
        self.window.workspace.show_page(self.page)

    def gather(self) -> dict[str, Any]:
        """Which picture is in sight, what counts as doubtful, and which repeats are asked for."""
        kind, count = self.page.costs.asked
        kept = {"picture": self.page.picture.shown, "variation": self.controller.variation}
        return kept | {"repeats": kind, "count": count}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """See Feature.restore."""
        variation, count = kept.get("variation"), kept.get("count")
        self.controller.choose_variation(float(variation) if _is_number(variation, 0.01, 10.0) else 0.5)
        self.page.costs.set_asked(str(kept.get("repeats", "")), int(count) if _is_number(count, 3, 1000) else 8)
        self.page.picture.wish(str(kept.get("picture", "")))

    def going_on(self) -> str:
        """See Feature.going_on."""
        return self.controller.going_on

    def stop(self, seconds: float) -> bool:
        """See Feature.stop. The window's workbench waits for the thread."""
        self.controller.stop()
        return True

    def _page_chosen(self, _index: int) -> None:
        if self.window.workspace.centre.currentWidget() is self.page:
            self.controller.page_shown()

    def _show_in_viewer(self, name: str) -> None:
        self.window.results.pictures.show(name)
        self.window.workspace.centre.setCurrentIndex(RESULT)

    def _leave(self) -> None:
        """What is computed belongs to the project that was open."""
        if self.session.project is not self._project:
            self._project = self.session.project
            self.controller.stop()


def _is_number(value: object, low: float, high: float) -> bool:
    return isinstance(value, int | float) and low <= value <= high

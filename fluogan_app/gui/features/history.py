"""The scrubber: the image of the shown run after any earlier step, also while the run goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from fluogan_app.core.errors import FluoganError
from fluogan_app.core.methods.base import Preview
from fluogan_app.core.project.history import HistoryGrew, Moment, load_moment, moments_of
from fluogan_app.core.project.run import Run
from fluogan_app.gui.command import Command
from fluogan_app.gui.features.feature import Feature
from fluogan_app.gui.views.history_bar import HistoryBar

if TYPE_CHECKING:
    from fluogan_app.gui.main_window import MainWindow


class History(Feature):
    """Joins the bar below the viewers, the snapshots in the run's folder and the viewers. All reading is on threads."""

    name = "history"
    commands = (
        Command("history_older", "&View", "&Older step of the run", ("Ctrl+Shift+Left",),
                "The image after an earlier step", needs="run", starts_section=True),
        Command("history_newer", "&View", "Newer s&tep of the run", ("Ctrl+Shift+Right",),
                "The image after a later step", needs="run"),
        Command("history_play", "&View", "Play the run as a mo&vie", ("Ctrl+Shift+Space",),
                "Show as a film how the image came about", needs="run"),
        Command("history_newest", "&View", "N&ewest step of the run", ("Ctrl+Shift+End",),
                "Back to the newest image", needs="run"),
    )  # fmt: skip

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.bar = HistoryBar()
        window.workspace.result_footer.addWidget(self.bar)
        self._moments: dict[int, Moment] = {}
        self._wish, self._wanted, self._reading = 0, None, False
        self.bar.moment_wanted.connect(self._go_to)
        self.session.shown_run_changed.connect(self._take_up)
        window.runs.seen.connect(self._note)
        window.runs.ended.connect(lambda _: self._take_up())

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """See Feature.handlers."""
        return {
            "history_older": lambda: self.bar.move_by(-1),
            "history_newer": lambda: self.bar.move_by(1),
            "history_play": self.bar.toggle,
            "history_newest": self.bar.go_to_newest,
        }

    def show_step(self, step: int) -> int | None:
        """Show the kept image that is nearest to a step; which that is, None where none was kept."""
        return self.bar.go_to(step)

    def _take_up(self) -> None:
        """Another run is shown, or it has ended: its snapshots are listed anew."""
        self._wish += 1
        self._wanted, self._reading = None, False
        run = self.session.shown_run
        self.bar.stop()
        self.bar.set_shown(None)
        self._show_moments(())
        if run is not None:
            done = partial(self._listed, self._wish)
            self.context.workbench.do(partial(moments_of, run), done, lambda _: None)

    def _listed(self, wish: int, moments: tuple[Moment, ...]) -> None:
        if wish == self._wish:
            self._show_moments(moments)

    def _show_moments(self, moments: tuple[Moment, ...]) -> None:
        self._moments = {moment.step: moment for moment in moments}
        self.bar.set_steps(sorted(self._moments))

    def _note(self, insight: object) -> None:
        """The run that goes on has a snapshot more."""
        run = self.session.shown_run
        if isinstance(insight, HistoryGrew) and run is not None and run.number == insight.number:
            # The image in sight stays: only what can be chosen has grown.
            self.context.workbench.do(partial(moments_of, run), partial(self._grown, run), lambda _: None)

    def _grown(self, run: Run, moments: tuple[Moment, ...]) -> None:
        shown = self.session.shown_run
        if shown is not None and shown.number == run.number:
            self._show_moments(moments)

    def _go_to(self, step: int | None) -> None:
        self._wanted = step
        if step is None:
            self._wish += 1
            self._reading = False
            self.window.results.show_moment(None)
        elif not self._reading:
            self._read(step)

    def _read(self, step: int) -> None:
        """One image after the other: what was passed over while a drive was slow is never read."""
        self._wish += 1
        self._reading = True
        done, failed = partial(self._loaded, self._wish), partial(self._not_loaded, self._wish, step)
        self.context.workbench.do(partial(load_moment, self._moments[step]), done, failed)

    def _loaded(self, wish: int, preview: Preview) -> None:
        if wish == self._wish:
            self.window.results.show_moment(preview)
            self._has_read(preview.step)

    def _not_loaded(self, wish: int, step: int, error: FluoganError) -> None:
        if wish == self._wish:
            self.context.say(error.one_line)
            # A film goes on behind a damaged image.
            self._has_read(step)

    def _has_read(self, step: int) -> None:
        self._reading = False
        if self._wanted == step:
            self.bar.set_shown(step)
        elif self._wanted in self._moments:
            self._read(self._wanted)

"""The adversarial view: of the run that goes on, and of any run that was watched when it was made."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QElapsedTimer

from fluogan_app.core.data.critic_view import CriticView, FramePair
from fluogan_app.core.errors import FluoganError
from fluogan_app.core.metrics.blind_game import BlindGame
from fluogan_app.core.methods.registry import DEFAULT_METHOD
from fluogan_app.core.project.critic_file import read_critic_view
from fluogan_app.core.project.method_words import method_title
from fluogan_app.core.project.run import Run
from fluogan_app.gui.command import Command
from fluogan_app.gui.dialogs.reading_dialog import ReadingDialog
from fluogan_app.gui.features.feature import Feature
from fluogan_app.gui.views.critic_help import HELP
from fluogan_app.gui.views.critic_panel import SIDES, CriticPanel

if TYPE_CHECKING:
    from fluogan_app.gui.main_window import MainWindow

#: While a run goes on, another pair comes by itself this often at most: frames that flicker cannot be compared.
_PAIR_MS = 5000
_NO_VIEW = "Of this run no frames were kept: it was made before the program kept them, or ended before its first step."


class CriticFeature(Feature):
    """Joins the page at the bottom with the run that is shown, and keeps the score of the blind game."""

    name = "critic"
    commands = (
        Command("show_critic", "&Live", "&Recorded beside simulated", ("Ctrl+F12",),
                "Frames, the critic's scores, and where it sees a difference", needs="project", starts_section=True),
        Command("critic_pair", "&Live", "&New pair of frames", ("F12",),
                "Other frames, recorded and simulated", needs="critic"),
        Command("critic_blind", "&Live", "&Which is real?", ("Shift+F12",),
                "A game: tell the recorded frame from the simulated one", needs="critic", checkable=True),
        Command("critic_left", "&Live", "The &left frame is real", ("Alt+Left",), needs="blind"),
        Command("critic_right", "&Live", "The ri&ght frame is real", ("Alt+Right",), needs="blind"),
        Command("critic_help", "&Live", "What recorded beside simulated s&hows", ("Alt+F12",)),
    )  # fmt: skip

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.panel = CriticPanel()
        window.workspace.add_page("bottom", "critic_page", "Cr&itic", self.panel)
        self._view: CriticView | None = None
        self._why_none, self._drawn = "", False
        self._pair, self._pair_step, self._next = None, 0, 0
        self._blind, self._asking, self._game = False, False, BlindGame()
        self._recorded_side = SIDES[0]
        self._wish, self._shown_for = 0, QElapsedTimer()
        self._connect()

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """See Feature.handlers."""
        return {
            "show_critic": self._come_up,
            "critic_pair": self.new_pair,
            "critic_blind": lambda: self.play_blind(not self._blind),
            "critic_left": lambda: self.answer("left"),
            "critic_right": lambda: self.answer("right"),
            "critic_help": self.explain,
        }

    def needs_met(self) -> set[str]:
        """See Feature.needs_met."""
        so = {"critic": self._view is not None, "blind": self._asking}
        return {name for name, met in so.items() if met}

    def gather(self) -> dict[str, Any]:
        """See Feature.gather."""
        return {"asked": self._game.asked, "right": self._game.right} if self._game.asked else {}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """See Feature.restore."""
        asked = max(int(kept.get("asked", 0)), 0)
        self._game = BlindGame(asked, min(max(int(kept.get("right", 0)), 0), asked))
        self._tell_game()

    # What the user asks for

    def new_pair(self) -> None:
        """Show other frames of the newest view."""
        if self._view is not None:
            self._come_up()
            self._take_pair()

    def play_blind(self, on: bool) -> None:
        """Begin the game, or end it and say which frame is which."""
        self._blind = on and self._view is not None
        self._take_pair()

    def answer(self, side: str) -> None:
        """The user takes the frame at a side for the recorded one; then it is told."""
        if not self._asking:
            return
        rightly = side == self._recorded_side
        self._game, self._asking = self._game.answered(rightly), False
        self._show_pair()
        self._tell_game(f"{'Right' if rightly else 'Wrong'}: the {self._recorded_side} one was recorded. ")

    def explain(self) -> None:
        """What the page shows, beside the window."""
        ReadingDialog("critic_help_dialog", "Recorded beside simulated", HELP, self.window).show()

    # What there is to see

    def _show_run(self) -> None:
        """Another run is shown: its kept view, unless it goes on just now."""
        self._wish += 1
        run = self.session.shown_run
        self._take_view(None, _why_none(run) if run is not None else "")
        if run is not None and run.number != self.session.running_number:
            loaded, failed = (partial(done, self._wish) for done in (self._loaded, self._not_loaded))
            self.context.workbench.do(partial(read_critic_view, run), loaded, failed)

    def _loaded(self, wish: int, view: CriticView | None) -> None:
        if wish == self._wish:
            self._take_view(view, _why_none(self.session.shown_run))

    def _not_loaded(self, wish: int, error: FluoganError) -> None:
        if wish == self._wish:
            self._take_view(None, error.one_line)

    def _see(self, insight: object) -> None:
        run = self.session.shown_run
        if isinstance(insight, CriticView) and run is not None and run.number == self.session.running_number:
            self._take_view(insight, "")

    def _take_view(self, view: CriticView | None, why_none: str) -> None:
        had = self._view is not None
        self._view, self._why_none, self._drawn = view, why_none, False
        if had != (view is not None):
            self._enable()
        if self.panel.isVisible():
            self._draw()

    def _draw(self) -> None:
        """Only what is in sight is drawn."""
        if self._drawn:
            return
        self._drawn = True
        self.panel.show_view(self._view, self._why_none) if self._why_none else self.panel.show_view(self._view)
        if self._view is None:
            self._blind, self._asking, self._pair = False, False, None
            self._tell_game()
        elif self._pair is None or (not self._blind and self._shown_for.elapsed() > _PAIR_MS):
            self._take_pair()

    def _take_pair(self) -> None:
        """The next frames of the newest view; in the game at sides that chance decides."""
        view = self._view
        if view is None or not view.pairs:
            return
        self._pair, self._pair_step = view.pairs[self._next % len(view.pairs)], view.step
        self._next += 1
        self._recorded_side = random.choice(SIDES) if self._blind else SIDES[0]
        self._asking = self._blind
        self._shown_for.start()
        self._show_pair()
        self._tell_game()

    def _show_pair(self) -> None:
        pair: FramePair | None = self._pair
        if pair is not None:
            self.panel.show_pair(pair, self._pair_step, self._recorded_side, told=not self._asking)

    def _tell_game(self, before: str = "") -> None:
        self.panel.show_game(self._blind, before + self._game.words, self._asking)
        self._enable()

    def _enable(self) -> None:
        """Commands follow what there is to see."""
        actions = getattr(self.window, "actions_", None)
        if actions is None:
            return
        met = self.needs_met()
        for command in self.commands:
            if command.needs in ("critic", "blind"):
                actions[command.name].setEnabled(command.needs in met)
        actions["critic_blind"].setChecked(self._blind)

    def _come_up(self) -> None:
        self.window.workspace.show_page(self.panel)

    def _connect(self) -> None:
        self.session.shown_run_changed.connect(self._show_run)
        self.window.runs.seen.connect(self._see)
        self.window.runs.ended.connect(lambda _: self._show_run())
        self.panel.came_in_sight.connect(self._draw)
        self.panel.pair_wanted.connect(self.new_pair)
        self.panel.blind_chosen.connect(self.play_blind)
        self.panel.answered.connect(self.answer)
        self.panel.help_wanted.connect(self.explain)


def _why_none(run: Run) -> str:
    """Why a run has nothing to show here."""
    if run.record.method != DEFAULT_METHOD:
        return f"{method_title(run.record.method)} has no critic: it simulates no frames that could be compared."
    return _NO_VIEW

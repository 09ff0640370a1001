"""Recorded beside simulated: a pair of frames, histograms of the critic's scores, and where it sees a difference."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetricsF, QShowEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from fluogan_app.core.data.critic_view import CriticView, FramePair
from fluogan_app.core.metrics.separation import separation_words
from fluogan_app.core.metrics.shares import (
    RECORDED, SIMULATED, gap_words, residual_diagram, score_diagram, separated,
)  # fmt: skip
from fluogan_app.core.metrics.standardised import residual_words, spread_words
from fluogan_app.gui.icons import IconButton
from fluogan_app.gui.style import small_font
from fluogan_app.gui.views.controls import (
    SHOW_SHEET, QuietLabel, WordButton, number_text, row_of, toggle_button,
)  # fmt: skip
from fluogan_app.gui.views.image_pane import ImagePane
from fluogan_app.gui.views.pane_links import PaneLinks
from fluogan_app.gui.views.shared_levels import share_levels
from fluogan_app.gui.views.shift_layer import ShiftLayer, ShiftScale

UNIT = "photons/px"
SIDES = ("left", "right")
_EMPTY = "Of a run, recorded frames are shown here beside frames that its simulator draws."
_NO_CRITIC = "No critic takes part in this run (δ = 0)."
_NOT_YET = "The critic has not begun yet."
#: How the panel's width is shared between the pair, the diagram and the map.
_SHARES = (430, 210, 230)


class CriticPanel(QWidget):
    """Setters never emit. What is recorded is at the left, unless the user is asked which one it is."""

    pair_wanted = Signal()
    blind_chosen = Signal(bool)
    answered = Signal(str)  # the side that the user takes for the recorded one
    help_wanted = Signal()
    came_in_sight = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view: CriticView | None = None
        self._plot = None
        self.words, self._game = _two_lines("critic_words"), ""
        self.empty = QuietLabel(_EMPTY, "critic_empty")
        self.panes = {side: ImagePane(name=f"critic_{side}") for side in SIDES}
        self.map = ImagePane(name="critic_map")
        self.layer, self.scale = ShiftLayer(), ShiftScale()
        self._links = PaneLinks({side: pane.canvas for side, pane in self.panes.items()}, lambda: SIDES)
        self.pair_button = WordButton("New pair", "reset", "critic_pair", "Other frames, recorded and simulated (F12)")
        self.blind_button = toggle_button(
            "Which is real?", "critic_blind", "A game: the pair comes in an order that chance decides (Shift+F12)"
        )
        self.answers = {side: self._make_answer(side) for side in SIDES}
        self.score_button, self.residual_button = self._make_choices()
        self.help_button = IconButton("help", "critic_help", "What this shows", "What this page shows, and what not")
        self._lay_out()
        self._connect()
        self.show_view(None)

    # Setters

    def show_view(self, view: CriticView | None, words: str = _EMPTY) -> None:
        """Take up scores, residuals and map of a view; without one, words say why there is none."""
        self._view = view
        self.pages.setCurrentIndex(int(view is not None))
        self.empty.setText(words)
        for part in (self.pair_button, self.blind_button):
            part.setEnabled(view is not None)
        self._write()
        if view is None:
            return
        has_scores = view.scores is not None
        for button in (self.score_button, self.residual_button):
            button.setVisible(has_scores)
        self._show_diagram()
        self._show_map(view)

    def show_pair(self, pair: FramePair, step: int, recorded_side: str, told: bool) -> None:
        """Show a pair, recorded at that side, at one colour scale; `told` says which is which."""
        size_nm = self._view.pixel_size_nm if self._view is not None else None
        origin = (pair.place.y0 * (size_nm or 1.0), pair.place.x0 * (size_nm or 1.0))
        for side, pane in self.panes.items():
            recorded = side == recorded_side
            pane.set_image(pair.recorded if recorded else pair.simulated, size_nm, UNIT, origin)
            frame = f"frame {pair.frame + 1}" if recorded else f"step {number_text(step)}"
            title = (RECORDED if recorded else SIMULATED) if told else f"{side.capitalize()} one"
            pane.set_title(title, frame if told else "")
        share_levels(self.panes.values(), True)
        self._links.restore()

    def show_game(self, on: bool, words: str, asking: bool) -> None:
        """The state of the game: its words, and whether an answer is awaited."""
        self.blind_button.setChecked(on)
        self._game = words if on else ""
        self._write()
        for button in self.answers.values():
            button.setVisible(on)
            button.setEnabled(asking)

    @property
    def view(self) -> CriticView | None:
        """What is shown."""
        return self._view

    @property
    def diagram(self):
        """The diagram of shares, None before the first view was in sight."""
        return self._plot

    def showEvent(self, event: QShowEvent) -> None:
        """What was not drawn while nobody saw it is drawn now."""
        super().showEvent(event)
        self.came_in_sight.emit()

    # Inside

    def _write(self) -> None:
        """What the critic says, or how the game stands."""
        about = _about(self._view) if self._view is not None else ""
        self.words.setText(self._game or about)
        self.words.setToolTip(self.words.text())

    def _show_diagram(self) -> None:
        if self._view is None:
            return
        if self._plot is None:
            # Made when first needed: loading pyqtgraph takes a quarter of a second that the start does not pay.
            from fluogan_app.gui.views.shares_plot import SharesPlot

            self._plot = SharesPlot()
            self._diagram_column.addWidget(self._plot, 1)
        scores = self._view.scores
        if scores is not None and self.score_button.isChecked():
            self._plot.show_diagram(score_diagram(scores))
            self.gap.setText(gap_words(separated(scores)))
        else:
            self._plot.show_diagram(residual_diagram(self._view.residual))
            self.gap.setText(spread_words(self._view.residual))

    def _show_map(self, view: CriticView) -> None:
        self._map_page.setVisible(view.shift is not None)
        if view.shift is None:
            return
        size_nm, place = view.pixel_size_nm, view.place
        self.map.set_image(view.mean, size_nm, UNIT, (place.y0 * size_nm, place.x0 * size_nm), keep_levels=True)
        self.layer.show_shift(view.shift, self.map.extent)
        self.scale.show_limit(self.layer.limit, UNIT)
        self.map.canvas.update()

    def _choose_diagram(self, scores: bool) -> None:
        self.score_button.setChecked(scores)
        self.residual_button.setChecked(not scores)
        self._show_diagram()

    def _make_answer(self, side: str) -> WordButton:
        keys = {"left": "Alt+Left", "right": "Alt+Right"}[side]
        button = WordButton(
            f"{side.capitalize()} is real", "done", f"critic_{side}_is_real",
            f"The {side} frame was recorded ({keys})",
        )  # fmt: skip
        button.clicked.connect(lambda: self.answered.emit(side))
        return button

    def _make_choices(self):
        of_patches, of_pixels = "The critic's scores of patches", "The residuals of the mean frame's pixels"
        scores = toggle_button("Scores", "critic_scores", of_patches, SHOW_SHEET)
        residuals = toggle_button("Residuals", "critic_residuals", of_pixels, SHOW_SHEET)
        scores.setChecked(True)
        scores.clicked.connect(lambda: self._choose_diagram(True))
        residuals.clicked.connect(lambda: self._choose_diagram(False))
        return scores, residuals

    def _lay_out(self) -> None:
        for button in (self.pair_button, *self.answers.values()):
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        head = row_of((self.words, self.pair_button, self.blind_button, self.help_button))
        head.setStretchFactor(self.words, 1)
        game = row_of((self.answers["left"], None, self.answers["right"]))
        pair = QWidget()
        beside = QSplitter(Qt.Orientation.Horizontal)
        beside.setChildrenCollapsible(False)
        for pane in self.panes.values():
            beside.addWidget(pane)
        column = QVBoxLayout(pair)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(game)
        column.addWidget(beside, 1)
        body = QSplitter(Qt.Orientation.Horizontal)
        body.setChildrenCollapsible(False)
        for part in (pair, self._diagram_page(), self._map_view()):
            body.addWidget(part)
        body.setSizes(list(_SHARES))
        self.pages = QStackedWidget()
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.pages.addWidget(self.empty)
        self.pages.addWidget(body)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(head)
        whole.addWidget(self.pages, 1)

    def _diagram_page(self) -> QWidget:
        page, self.gap = QWidget(), QuietLabel(object_name="critic_gap")
        self.gap.setWordWrap(True)
        self.gap.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.gap.setContentsMargins(4, 0, 4, 0)
        self._diagram_column = QVBoxLayout(page)
        self._diagram_column.setContentsMargins(0, 0, 0, 0)
        self._diagram_column.setSpacing(1)
        self._diagram_column.addLayout(row_of((self.score_button, self.residual_button, None)))
        self._diagram_column.addWidget(self.gap)
        return page

    def _map_view(self) -> QWidget:
        self._map_page = QWidget()
        self.map.set_title("Critic's pull")
        self.map.canvas.add_layer(self.layer)
        column = QVBoxLayout(self._map_page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.map, 1)
        column.addWidget(self.scale)
        return self._map_page

    def _connect(self) -> None:
        self.pair_button.clicked.connect(lambda: self.pair_wanted.emit())
        self.blind_button.clicked.connect(self.blind_chosen)
        self.help_button.clicked.connect(lambda: self.help_wanted.emit())


def _two_lines(object_name: str) -> QLabel:
    """Words in small letters that break into a second line before they would be cut off."""
    label = QLabel(objectName=object_name)
    label.setFont(small_font(label))
    label.setWordWrap(True)
    label.setMaximumHeight(int(2.2 * QFontMetricsF(label.font()).height()))
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return label


def _about(view: CriticView) -> str:
    """What the view says, in a sentence or two, the step first. The pair has its own step in its title."""
    if not view.has_critic:
        said = f"{_NO_CRITIC} {residual_words(view.residual)}"
    elif view.scores is None:
        said = f"{_NOT_YET} {residual_words(view.residual)}"
    else:
        return f"Scores of step {number_text(view.step)}: {separation_words(separated(view.scores))}"
    return f"Step {number_text(view.step)}. {said}"

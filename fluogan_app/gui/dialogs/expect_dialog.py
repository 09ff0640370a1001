"""What can I expect? The simulated lines beside what comes out of them, and what it says in words."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog, QGridLayout, QHBoxLayout, QProgressBar, QPushButton, QScrollArea, QVBoxLayout, QWidget,
)  # fmt: skip

from fluogan_app.core.data.claims import LIGHT
from fluogan_app.core.params import specs
from fluogan_app.core.project.expect import Expectation
from fluogan_app.core.project.expect_params import ExpectParams
from fluogan_app.core.project.expect_words import (
    LIMITS, conditions, facts, headline, line_places, share_curve, spread_words,
)  # fmt: skip
from fluogan_app.core.units import CAMERA_UNIT, FINE_UNIT
from fluogan_app.gui.style import problem_colour, quiet_colour, set_colour, small_font
from fluogan_app.gui.views.controls import QuietLabel, WordButton, WrappedLabel, row_of
from fluogan_app.gui.views.distance_labels import DistanceLabels
from fluogan_app.gui.views.evidence_plot import EvidencePlot
from fluogan_app.gui.views.image_pane import ImagePane
from fluogan_app.gui.views.parameter_row import ParameterRow
from fluogan_app.gui.views.preview_panel import Veil
from fluogan_app.gui.views.shared_levels import share_levels

_TITLES = {"truth": "Truth", "mean": "Mean of the simulated frames", "estimate": "Reconstruction"}
_LEFT_WIDTH, _STRIP_HEIGHT = 330, 84
_ABOUT = (
    "Known lines are simulated as this stack was recorded: its pixel size, PSF, light, fluctuation and number of "
    "frames. They are reconstructed with the parameters of the form, and what comes out is held against what went in."
)


class ExpectDialog(QDialog):
    """Stays beside the window. Setters never emit; `left` says that nobody waits for an answer any more."""

    edited = Signal(str, object)  # name, value of ExpectParams
    start_requested = Signal()
    cancel_requested = Signal()
    left = Signal()

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("expect_dialog")
        self.setWindowTitle(f"What can I expect of {title}?")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(1120, 660)
        self.rows = {spec.name: ParameterRow(ExpectParams, spec, self) for spec in specs(ExpectParams)}
        self.headline, self.message, self.facts = WrappedLabel(), WrappedLabel(), WrappedLabel()
        self.former, self._said = WrappedLabel(), ""
        self.distances, self._veil = DistanceLabels(), Veil()
        self.limits = WrappedLabel("What it does not say: " + "\n".join(LIMITS))
        self.panes = {name: ImagePane(name=f"expect_{name}") for name in _TITLES}
        self.plot = EvidencePlot()
        self.progress, self.stage = QProgressBar(), QuietLabel(object_name="expect_stage")
        self.start_button = WordButton(
            "&Simulate", "play", "expect_start", "Simulate the lines and reconstruct them", primary=True
        )
        self.cancel_button, self.close_button = _button("Cancel", "expect_cancel"), _button("Close", "expect_close")
        self._lay_out()
        self._connect()
        self.show_end()
        self.show_expectation(None)

    # Setters

    def show_values(self, params: ExpectParams) -> None:
        """Show what is set."""
        for name, row in self.rows.items():
            row.show_value(getattr(params, name))

    def show_progress(self, words: str, fraction: float) -> None:
        """Something goes on."""
        self.stage.setText(words)
        self.progress.setValue(round(1000 * fraction))
        for part in (self.stage, self.progress, self.cancel_button):
            part.show()
        self.start_button.setEnabled(False)

    def show_end(self) -> None:
        """Nothing goes on any more."""
        for part in (self.stage, self.progress, self.cancel_button):
            part.hide()
        self.start_button.setEnabled(True)

    def set_message(self, sentence: str, wrong: bool = False) -> None:
        """Say something above the images; "" takes it away."""
        self.message.setText(sentence)
        self.message.setVisible(bool(sentence))
        set_colour(self.message, problem_colour(self.palette()) if wrong else self.palette().windowText().color())

    def show_expectation(self, found: Expectation | None) -> None:
        """Show what came out; None before the first."""
        self._said = headline(found) if found is not None else ""
        self.distances.set_places(line_places(found) if found is not None else ())
        self.plot.show_evidence(share_curve(found) if found is not None else None)
        self.facts.setText(_facts_text(found) if found is not None else "")
        self.limits.setVisible(found is not None)
        for name, pane in self.panes.items():
            pane.set_placeholder("" if found is not None else "Shown when the lines are simulated")
            camera = name == "mean"
            pane.set_title(_title(name, found))
            size_nm = None if found is None else found.pixel_size_nm / (1 if camera else found.zoom)
            pane.set_image(getattr(found, name, None), size_nm, CAMERA_UNIT if camera else _unit(name, found))
        share_levels(self.panes.values(), same=True)
        self.show_former(())

    def show_former(self, changed: Sequence[str]) -> None:
        """Grey what is shown and say which values are others now than those that it was found with; none takes it back.

        changed: labels of values.
        """
        former = bool(changed) and bool(self._said)
        self.headline.setText(f"With other values: {self._said[0].lower()}{self._said[1:]}" if former else self._said)
        self.former.setText(f"Others now: {', '.join(changed)}. Simulate again to see what comes of them.")
        self.former.setVisible(former)
        palette = self.palette()
        set_colour(self.headline, quiet_colour(palette) if former else palette.windowText().color())
        self._veil.drawn = former
        for pane in self.panes.values():
            pane.canvas.update()

    # Inside

    def _lay_out(self) -> None:
        self.headline.setFont(small_font(self, 1.25, bold=True))
        for name, label in (("headline", self.headline), ("former", self.former), ("message", self.message),
                            ("facts", self.facts), ("limits", self.limits)):  # fmt: skip
            label.setObjectName(f"expect_{name}")
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        for label in (self.facts, self.limits):
            label.setFont(small_font(self))
        self.progress.setRange(0, 1000)
        self.progress.setAccessibleName("Working")
        row = QHBoxLayout(self)
        row.addWidget(self._make_left())
        row.addLayout(self._make_right(), 1)

    def _make_left(self) -> QWidget:
        left = QWidget()
        left.setFixedWidth(_LEFT_WIDTH)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(WrappedLabel(_ABOUT))
        column.addWidget(self._make_form(), 1)
        column.addWidget(self.stage)
        column.addWidget(self.progress)
        column.addLayout(row_of((self.start_button, self.cancel_button, None, self.close_button), (0, 0, 0, 0)))
        return left

    def _make_form(self) -> QScrollArea:
        fields = QWidget()
        grid = QGridLayout(fields)
        grid.setContentsMargins(0, 0, 4, 0)
        grid.setColumnStretch(1, 1)
        for number, parameter in enumerate(self.rows.values()):
            parameter.put(grid, 2 * number)
        grid.setRowStretch(2 * len(self.rows), 1)
        return _scrolled(fields)

    def _make_right(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.addWidget(self.headline)
        column.addWidget(self.former)
        column.addWidget(self.message)
        for name, pane in self.panes.items():
            pane.set_title(_TITLES[name])
            pane.drop_fit_button()
            pane.alone_button.hide()
            pane.canvas.setMinimumHeight(_STRIP_HEIGHT)
            # The finest lines stand at the right.
            pane.canvas.bar_at_left = True
            for layer in (self.distances, self._veil):
                pane.canvas.add_layer(layer)
            column.addWidget(pane, 3)
        below = QHBoxLayout()
        below.addWidget(self.plot, 1)
        below.addWidget(self._make_words(), 1)
        column.addLayout(below, 5)
        return column

    def _make_words(self) -> QScrollArea:
        words = QWidget()
        column = QVBoxLayout(words)
        column.setContentsMargins(0, 0, 4, 0)
        for label in (self.facts, self.limits):
            column.addWidget(label)
        column.addStretch(1)
        return _scrolled(words)

    def _connect(self) -> None:
        for name, parameter in self.rows.items():
            parameter.edited.connect(lambda value, name=name: self.edited.emit(name, value))
        for pane in self.panes.values():
            others = [other for other in self.panes.values() if other is not pane]
            pane.view_changed.connect(lambda view, others=others: [other.zoom_to_nm(view) for other in others])
            pane.fit_requested.connect(lambda others=others: [other.fit() for other in others])
            pane.pointer_moved.connect(lambda x, y, _, others=others: [other.set_marker((x, y)) for other in others])
            pane.pointer_left.connect(lambda others=others: [other.set_marker(None) for other in others])
        self.start_button.clicked.connect(self.start_requested)
        self.cancel_button.clicked.connect(self.cancel_requested)
        self.close_button.clicked.connect(self.close)
        self.finished.connect(lambda _: self.left.emit())


def _title(name: str, found: Expectation | None) -> str:
    own = name == "estimate" and found is not None and found.claims != LIGHT
    return found.claims.title if own else _TITLES[name]


def _unit(name: str, found: Expectation | None) -> str:
    return found.claims.unit if name == "estimate" and found is not None else FINE_UNIT


def _facts_text(found: Expectation) -> str:
    lines = [f"<b>{escape(name)}</b>: {escape(value)}" for name, value in (*facts(found), *conditions(found))]
    lines += [escape(sentence) for sentence in (spread_words(found), *found.notes)]
    return "<br>".join(lines)


def _scrolled(page: QWidget) -> QScrollArea:
    """Where there is too little height, what is below can be scrolled to."""
    area = QScrollArea()
    area.setWidget(page)
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return area


def _button(text: str, name: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    button.setAutoDefault(False)
    return button



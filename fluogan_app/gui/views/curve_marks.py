"""Upright lines in a diagram: where phases begin, where the cursor is, which step is the best."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPen
from PySide6.QtWidgets import QApplication

from fluogan_app.core.data.result import PhaseMark
from fluogan_app.gui.style import quiet_colour, severity_colour, small_font

#: Room in pixels that stays free beside a phase's name.
_GAP = 6
#: How high names stand, of the diagram's height; that of the best step below those of the phases.
_HEIGHT, _BEST_HEIGHT = 0.98, 0.8
#: Of the names' letters, in those of the window.
_SIZE = 0.8


class StepMarks:
    """The marks of one pyqtgraph plot."""

    def __init__(self, plot) -> None:
        import pyqtgraph

        self._pyqtgraph, self._plot = pyqtgraph, plot
        self._phases: tuple[PhaseMark, ...] = ()
        self._lines: list = []
        self._cursor, self._best = self._upright(""), self._upright("best", _BEST_HEIGHT)

    def show_phases(self, phases: Sequence[PhaseMark]) -> None:
        """A dashed line with its name where each phase begins; the first needs no line."""
        if tuple(phases) == self._phases:
            return
        self._phases = tuple(phases)
        for line in self._lines:
            self._plot.removeItem(line)
        # A run of one phase has nothing to tell apart.
        self._lines = [self._upright(phase.name) for phase in self._phases] if len(self._phases) > 1 else []
        for line, phase in zip(self._lines, self._phases):
            line.setValue(phase.step)
            line.setVisible(True)
        self.recolour()

    def place_names(self) -> None:
        """Names as far as there is room for them before the next line, in full or in short; the cursor tells all."""
        box = self._plot.plotItem.vb
        width, right = box.viewPixelSize()[0], box.viewRange()[0][1]
        metrics = QFontMetricsF(small_font(self._plot, _SIZE))
        following = [phase.step for phase in self._phases[1:]] + [right]
        for line, phase, end in zip(self._lines, self._phases, following):
            room = (min(end, right) - phase.step) / width - _GAP
            fitting = [name for name in _names(phase.name) if metrics.horizontalAdvance(name) <= room]
            if fitting and line.label.format != fitting[0]:
                line.label.setFormat(fitting[0])
            line.label.setVisible(bool(fitting))

    def show_cursor(self, step: int | None) -> None:
        """A line at a step, or none."""
        _place(self._cursor, step)

    def show_best(self, step: int | None, words: str) -> None:
        """A line at the best step, or none."""
        _place(self._best, step)
        self._best.setToolTip(words)

    def recolour(self) -> None:
        """Follow a change between light and dark."""
        palette = QApplication.palette()
        quiet, good = quiet_colour(palette), severity_colour("fine", palette)
        for line in self._lines:
            line.setPen(_pen(quiet, Qt.PenStyle.DashLine))
            if hasattr(line, "label"):
                line.label.setColor(quiet)
                line.label.fill = QBrush(_faint(palette.base().color()))
            line.setToolTip("Here a part of the run begins; values before and after are not to be compared")
        self._cursor.setPen(_pen(palette.text().color(), Qt.PenStyle.SolidLine))
        self._best.setPen(_pen(good, Qt.PenStyle.SolidLine))
        self._best.label.setColor(good)

    def _upright(self, words: str, height: float = _HEIGHT):
        """A line that is not there yet, with words beside it."""
        options = {"anchors": [(0, 0), (0, 0)], "position": height, "movable": False}
        text = {"label": words, "labelOpts": options} if words else {}
        line = self._pyqtgraph.InfiniteLine(angle=90, movable=False, **text)
        if text:
            line.label.setFont(small_font(self._plot, _SIZE))
        line.setVisible(False)
        # What marks a step must not widen the range.
        self._plot.addItem(line, ignoreBounds=True)
        return line


def _names(name: str) -> tuple[str, ...]:
    """A phase's name, and what of it tells it from the others: "Mean fit, coarse", "coarse"."""
    return (name, name.replace(",", " ").split()[-1]) if name.split() else (name,)


def _faint(colour: QColor) -> QColor:
    """Lets curves be seen behind words that stay readable."""
    return QColor(colour.red(), colour.green(), colour.blue(), 190)


def _place(line, step: int | None) -> None:
    if line.isVisible() != (step is not None):
        line.setVisible(step is not None)
    if step is not None and line.value() != step:
        line.setValue(step)


def _pen(colour: QColor, style: Qt.PenStyle) -> QPen:
    pen = QPen(colour, 1, style)
    pen.setCosmetic(True)
    return pen

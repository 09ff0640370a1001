"""The axes of a diagram: their words, and a second one at the right for curves of another unit."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication

from fluogan_app.core.data.result import Metric
from fluogan_app.gui.style import small_font
from fluogan_app.gui.views.curve_legend import NO_UNIT, units_of


def label_axes(plot, metrics: Sequence[Metric]) -> None:
    """Step below, and the units of the values at the sides."""
    text, font = QApplication.palette().text().color().name(), small_font(plot, 0.9)
    style = {"color": text, "font-size": f"{font.pointSizeF():.1f}pt"}
    plot.setLabel("bottom", "step", **style)
    left, *right = units_of(metrics)
    # That numbers have no unit stands with the title; along the axis it would only take room.
    left = left.removesuffix(NO_UNIT)
    plot.setLabel("left", left, **style)
    plot.getAxis("left").showLabel(bool(left))
    if right:
        plot.setLabel("right", right[0].replace(NO_UNIT, "no unit"), **style)
    # pyqtgraph reserves room for a label of twice the height.
    plot.getAxis("bottom").setHeight(int(2.3 * QFontMetricsF(font).height()))


class SecondAxis:
    """A view of its own over a pyqtgraph plot, with the same steps. Nothing is there until it is used."""

    def __init__(self, plot) -> None:
        self._plot, self._view = plot, None

    def set_used(self, used: bool) -> None:
        """Whether there is a second unit."""
        if used and self._view is None:
            self._make()
        self._plot.showAxis("right", used)

    def addItem(self, line) -> None:  # noqa: N802 - as pyqtgraph names it
        """Draw a curve on this axis."""
        self._view.addItem(line)

    def remove(self, line) -> None:
        """Take a curve away, if it is here."""
        if self._view is not None and line in self._view.addedItems:
            self._view.removeItem(line)

    def fit(self) -> None:
        """Show all values."""
        if self._view is not None:
            self._view.enableAutoRange(axis=self._view.YAxis)

    def follow(self) -> None:
        """Lie exactly over the plot."""
        if self._view is not None:
            self._view.setGeometry(self._plot.plotItem.vb.sceneBoundingRect())

    def _make(self) -> None:
        import pyqtgraph

        item = self._plot.plotItem
        self._view = pyqtgraph.ViewBox(enableMenu=False)
        self._view.setZValue(-50)
        # The mouse belongs to the plot below; this view follows its steps.
        self._view.setMouseEnabled(False, False)
        self._view.setAcceptedMouseButtons(self._view.acceptedMouseButtons() & ~self._view.acceptedMouseButtons())
        item.scene().addItem(self._view)
        item.getAxis("right").linkToView(self._view)
        self._view.setXLink(item.vb)
        item.vb.sigResized.connect(lambda _: self.follow())

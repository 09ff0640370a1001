"""A second axis of values at the right, for curves of another unit in the same diagram."""

from __future__ import annotations


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

"""A diagram of how often values occur in two samples: the first filled, the second a line, each with its mean."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QApplication, QLabel, QSizePolicy, QVBoxLayout, QWidget

from fluogan_app.core.metrics.shares import SharesDiagram
from fluogan_app.gui.style import PaletteWatcher, curve_colours, is_dark, quiet_colour, small_font
from fluogan_app.gui.views.controls import number_text

#: Colours by their place in the set of curves, and the signs of the legend: a filled square, a line.
_SIGNS = ("&#9632;", "&#9644;")


class SharesPlot(QWidget):
    """A pyqtgraph diagram with its legend above it."""

    def __init__(self) -> None:
        super().__init__()
        import pyqtgraph

        self._pyqtgraph = pyqtgraph
        self._diagram: SharesDiagram | None = None
        self.setObjectName("shares_plot")
        self.legend = QLabel()
        self.legend.setWordWrap(True)
        self.legend.setFont(small_font(self.legend))
        self.legend.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.plot = pyqtgraph.PlotWidget()
        self.plot.setMenuEnabled(False)
        self.plot.setMouseEnabled(False, False)
        self.plot.setFrameShape(self.plot.Shape.NoFrame)
        self.plot.hideButtons()
        self.plot.setMinimumSize(120, 70)
        for side in ("left", "bottom"):
            axis = self.plot.getAxis(side)
            axis.setStyle(tickFont=small_font(self, 0.85), autoExpandTextSpace=True)
            axis.enableAutoSIPrefix(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 0, 4, 0)
        column.setSpacing(1)
        column.addWidget(self.legend)
        column.addWidget(self.plot, 1)
        PaletteWatcher(self).changed.connect(lambda: self.show_diagram(self._diagram))
        self.show_diagram(None)

    def show_diagram(self, diagram: SharesDiagram | None) -> None:
        """Draw a diagram, or nothing."""
        self._diagram = diagram
        palette = QApplication.palette()
        self.plot.clear()
        self.plot.setBackground(palette.base().color())
        self.plot.setVisible(diagram is not None)
        self.legend.setText("")
        if diagram is None:
            return
        self._label(diagram)
        words = []
        colours = curve_colours(palette)
        for index, sample in enumerate(diagram.samples):
            self._draw(diagram.edges, sample.percent, sample.mean, colours[index], filled=index == 0)
            sign = f'<span style="color:{colours[index].name()}">{_SIGNS[min(index, 1)]}</span>'
            words.append(f"{sign}&nbsp;{sample.name.replace(' ', '&nbsp;')}")
        self.legend.setText(f"<b>{diagram.title}</b><br>{'&ensp; '.join(words)}")
        means = ", ".join(f"{sample.name} with mean {number_text(sample.mean)}" for sample in diagram.samples)
        self.plot.setAccessibleName(diagram.title)
        self.plot.setAccessibleDescription(f"{diagram.x_label}: {means}")
        self.plot.setToolTip(f"{diagram.title}: {diagram.x_label}. Dashed lines are the means. {means}.")

    @property
    def diagram(self) -> SharesDiagram | None:
        """What is drawn."""
        return self._diagram

    def _draw(self, edges, percent, mean: float, colour: QColor, filled: bool) -> None:
        shade = QColor(colour)
        shade.setAlpha(110)
        options = {"fillLevel": 0, "brush": shade} if filled else {}
        self.plot.plot(edges, percent, stepMode="center", pen=_pen(colour), **options)
        self.plot.addItem(self._pyqtgraph.InfiniteLine(mean, 90, _pen(colour, Qt.PenStyle.DashLine)))

    def _label(self, diagram: SharesDiagram) -> None:
        palette = QApplication.palette()
        style = {"color": palette.text().color().name(), "font-size": f"{small_font(self, 0.9).pointSizeF():.1f}pt"}
        for side, words in (("bottom", diagram.x_label), ("left", "%")):
            axis = self.plot.getAxis(side)
            axis.setPen(quiet_colour(palette))
            axis.setTextPen(palette.text().color())
            self.plot.setLabel(side, words, **style)
        self.plot.showGrid(x=False, y=True, alpha=0.2 if is_dark(palette) else 0.15)


def _pen(colour: QColor, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    pen = QPen(colour, 1, style)
    pen.setCosmetic(True)
    return pen

"""The light of places over the frames: one curve each, the frame in sight marked, a click goes to a frame."""

from __future__ import annotations

import html
from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QPen
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from fluogan_app.gui.style import PaletteWatcher, curve_colours, is_dark, quiet_colour, small_font
from fluogan_app.gui.views.controls import WrappedLabel
from fluogan_app.gui.views.curve_lines import thinned

_FEWEST, _HEADROOM = 400, 8
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class TracePlot(QWidget):
    """Setters never emit; `frame_wanted` tells that the user clicked, or pressed an arrow."""

    frame_wanted = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        import pyqtgraph

        self._pyqtgraph = pyqtgraph
        self._traces: dict[str, np.ndarray] = {}
        self._first, self._frame, self._step_s, self._unit = 0, 0, None, ""
        self.setObjectName("trace_plot")
        self.setAccessibleName("Light over the frames")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.legend = WrappedLabel()
        self.legend.setFont(small_font(self.legend))
        self.plot = pyqtgraph.PlotWidget()
        self.plot.setFocusProxy(self)
        self.plot.setAccessibleName("Light over the frames")
        self.plot.setToolTip("A click goes to the frame, arrows to the next; the wheel zooms, a double-click shows all")
        self.plot.setMenuEnabled(False)
        self.plot.setFrameShape(self.plot.Shape.NoFrame)
        self.plot.hideButtons()
        self.plot.getPlotItem().layout.setContentsMargins(1, _HEADROOM, 1, 1)
        self.plot.scene().sigMouseClicked.connect(self._clicked)
        for side in ("left", "bottom"):
            self.plot.getAxis(side).enableAutoSIPrefix(False)
            self.plot.getAxis(side).setStyle(tickFont=small_font(self, 0.85), autoExpandTextSpace=True)
        self.marker = pyqtgraph.InfiniteLine(0, 90)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addWidget(self.legend)
        column.addWidget(self.plot, 1)
        PaletteWatcher(self).changed.connect(self._draw)
        self._draw()

    def show_traces(
        self, traces: Mapping[str, np.ndarray], first: int, unit: str, time_step_ms: float | None, words: str = ""
    ) -> None:
        """Draw traces (T,) from frame `first` on, by name; `words` stand where there is none."""
        self._traces, self._first, self._unit = dict(traces), first, unit
        self._step_s = None if time_step_ms is None else time_step_ms / 1000.0
        self._words = words
        self._draw()

    def show_frame(self, frame: int) -> None:
        """Mark the frame in sight."""
        self._frame = frame
        self.marker.setValue(self._place(frame))

    @property
    def traces(self) -> Mapping[str, np.ndarray]:
        """What is drawn."""
        return self._traces

    _words = ""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go from frame to frame."""
        if self._traces and event.key() in _STEPS:
            self._want(self._frame + _STEPS[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def _place(self, frame: float) -> float:
        return frame if self._step_s is None else frame * self._step_s

    def _clicked(self, event) -> None:
        if event.double():
            self.plot.enableAutoRange()
        elif self._traces and event.button() == Qt.MouseButton.LeftButton:
            at = self.plot.getPlotItem().vb.mapSceneToView(event.scenePos()).x()
            self._want(round(at if self._step_s is None else at / self._step_s))

    def _want(self, frame: int) -> None:
        last = self._first + max(len(trace) for trace in self._traces.values()) - 1
        self.frame_wanted.emit(min(max(frame, self._first), last))

    def _draw(self) -> None:
        palette = QApplication.palette()
        colours, quiet = curve_colours(palette), quiet_colour(palette)
        self.plot.clear()
        self.plot.setBackground(palette.base().color())
        self.plot.showGrid(x=False, y=True, alpha=0.2 if is_dark(palette) else 0.15)
        for side, text in (("bottom", "frame" if self._step_s is None else "time in s"), ("left", self._unit)):
            self.plot.getAxis(side).setPen(quiet)
            self.plot.getAxis(side).setTextPen(palette.text().color())
            size = f"{small_font(self, 0.9).pointSizeF():.1f}pt"
            self.plot.setLabel(side, html.escape(text), **{"color": palette.text().color().name(), "font-size": size})
        words = []
        for index, (name, trace) in enumerate(self._traces.items()):
            colour = colours[index % len(colours)]
            frames, values = thinned(self._first + np.arange(len(trace)), trace, max(_FEWEST, self.plot.width()))
            self.plot.plot(self._place(frames), values, pen=_pen(colour))
            sample = f'<span style="color:{colour.name()}">&#9644;</span>'
            words.append(f"{sample}&nbsp;{html.escape(name).replace(' ', '&nbsp;')}")
        if self._traces:
            self.marker.setPen(QPen(palette.text().color(), 0, Qt.PenStyle.DashLine))
            self.plot.addItem(self.marker, ignoreBounds=True)
            self.show_frame(self._frame)
        self.legend.setText("&ensp; ".join(words) if words else html.escape(self._words))
        self.plot.enableAutoRange()


def _pen(colour) -> QPen:
    # One device pixel wide: Qt draws wider lines ten times slower.
    pen = QPen(colour, 1)
    pen.setCosmetic(True)
    return pen

"""Profiles along a line as a diagram: one axis of values for each of two units, or all from 0 to 1."""

from __future__ import annotations

import html
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from fluogan_app.core.project.line_profiles import MeasuredProfile
from fluogan_app.gui.style import PaletteWatcher, curve_colours, is_dark, quiet_colour, small_font
from fluogan_app.gui.views.controls import WrappedLabel

#: Curves differ by their line as well as by their colour.
_DASHES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DashDotLine, Qt.PenStyle.DotLine)
_SAMPLES = ("━━", "╍╍", "━•", "••")
_HEADROOM = 8
#: The legend tells the units of at most so many.
_WITH_UNITS = 3


class ProfilePlot(QWidget):
    """Shows what it is given; tells nothing."""

    def __init__(self) -> None:
        super().__init__()
        import pyqtgraph

        self._pyqtgraph = pyqtgraph
        self._profiles: tuple[MeasuredProfile, ...] = ()
        self._unit, self._normalised, self._words = "nm", False, ""
        self.legend = WrappedLabel()
        self.legend.setFont(small_font(self.legend))
        self.plot = pyqtgraph.PlotWidget()
        self.plot.setMenuEnabled(False)
        self.plot.setFrameShape(self.plot.Shape.NoFrame)
        self.plot.hideButtons()
        self.plot.setAccessibleName("Profiles along the line")
        self.plot.setToolTip("The wheel zooms, a double-click shows all. Marks: peaks, and bars of their width")
        self.plot.scene().sigMouseClicked.connect(lambda event: self._show_all() if event.double() else None)
        self.plot.getPlotItem().layout.setContentsMargins(1, _HEADROOM, 1, 1)
        # Values of a second unit stand in a view of their own over the first, which the right axis measures.
        self._second = pyqtgraph.ViewBox()
        self.plot.scene().addItem(self._second)
        self.plot.getAxis("right").linkToView(self._second)
        self._second.setXLink(self.plot.getPlotItem())
        self.plot.getPlotItem().vb.sigResized.connect(self._fit_second)
        for side in ("left", "bottom", "right"):
            axis = self.plot.getAxis(side)
            axis.enableAutoSIPrefix(False)
            axis.setStyle(tickFont=small_font(self, 0.85), autoExpandTextSpace=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addWidget(self.legend)
        column.addWidget(self.plot, 1)
        PaletteWatcher(self).changed.connect(self._draw)
        self._draw()

    def show_profiles(
        self, profiles: Sequence[MeasuredProfile], length_unit: str = "nm", normalised: bool = False, words: str = ""
    ) -> None:
        """Draw profiles; `words` stand where there is none. length_unit: nm, or px."""
        self._profiles, self._unit = tuple(profiles), length_unit
        self._normalised, self._words = normalised, words
        self._draw()

    @property
    def profiles(self) -> tuple[MeasuredProfile, ...]:
        """What is drawn."""
        return self._profiles

    @property
    def units(self) -> tuple[str, ...]:
        """Units with an axis: at most two, none where values are shown from 0 to 1."""
        units = tuple(dict.fromkeys(one.unit for one in self._profiles))
        return () if self._normalised or len(units) > 2 else units

    def _draw(self) -> None:
        palette, units = QApplication.palette(), self.units
        self.plot.clear()
        self._second.clear()
        self.plot.setBackground(palette.base().color())
        self.plot.showGrid(x=True, y=True, alpha=0.2 if is_dark(palette) else 0.15)
        self.plot.getAxis("right").setGrid(False)
        self._label("bottom", f"Distance in {'pixels' if self._unit == 'px' else self._unit}")
        self._label("left", units[0] if units else "0 to 1" if self._profiles else "")
        self.plot.showAxis("right", len(units) == 2)
        if len(units) == 2:
            self._label("right", units[1])
        colours = curve_colours(palette)
        for index, one in enumerate(self._profiles):
            view = self._second if len(units) == 2 and one.unit == units[1] else self.plot
            self._draw_one(one, view, colours[index % len(colours)], _DASHES[index % len(_DASHES)], not units)
        self._write_legend(colours)
        self._show_all()

    def _draw_one(self, one: MeasuredProfile, view, colour: QColor, dash: Qt.PenStyle, normalised: bool) -> None:
        make, at = self._pyqtgraph, one.profile.distance_nm
        values = one.profile.normalised if normalised else one.profile.values
        view.addItem(make.PlotCurveItem(at, values, pen=_pen(colour, 2.0, dash), connect="finite"))
        if normalised:
            return
        if one.fit is not None:
            view.addItem(make.PlotCurveItem(at, one.fit.curve, pen=_pen(colour, 1.0, Qt.PenStyle.SolidLine)))
        for peak in one.found.peaks:
            view.addItem(make.ScatterPlotItem([peak.place_nm], [peak.height], size=7, pen=None, brush=colour))
            if np.isfinite(peak.fwhm_nm):
                half = (peak.height + one.found.base) / 2
                ends = np.array([peak.left_nm, peak.right_nm])
                view.addItem(make.PlotCurveItem(ends, np.full(2, half), pen=_pen(colour, 1.4, Qt.PenStyle.SolidLine)))

    def _label(self, side: str, text: str) -> None:
        axis, palette = self.plot.getAxis(side), QApplication.palette()
        axis.setPen(quiet_colour(palette))
        axis.setTextPen(palette.text().color())
        size = f"{small_font(self, 0.9).pointSizeF():.1f}pt"
        self.plot.setLabel(side, html.escape(text), **{"color": palette.text().color().name(), "font-size": size})

    def _write_legend(self, colours: Sequence[QColor]) -> None:
        if not self._profiles:
            self.legend.setText(html.escape(self._words))
            return
        # Of many the units would take the room of the curves: they are in the tip.
        parts, many = [], len(self._profiles) > _WITH_UNITS
        for index, one in enumerate(self._profiles):
            colour, dashes = colours[index % len(colours)].name(), _SAMPLES[index % len(_SAMPLES)]
            sample = f'<span style="color:{colour}">{dashes}</span>'
            words = one.title if many else f"{one.title} ({one.unit})"
            parts.append(f"{sample}&nbsp;{html.escape(words).replace(' ', '&nbsp;')}")
        self.legend.setText("&ensp; ".join(parts))
        self.legend.setToolTip("\n".join(f"{one.title}: {one.unit}" for one in self._profiles))

    def _show_all(self) -> None:
        self.plot.enableAutoRange()
        self._second.enableAutoRange()
        self._fit_second()

    def _fit_second(self) -> None:
        first = self.plot.getPlotItem().vb
        self._second.setGeometry(first.sceneBoundingRect())
        self._second.linkedViewChanged(first, self._second.XAxis)


def _pen(colour: QColor, width: float, dash: Qt.PenStyle) -> QPen:
    pen = QPen(colour, width, dash)
    pen.setCosmetic(True)
    return pen

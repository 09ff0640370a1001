"""The small panel in which contrast, colours, scale and gamma of one viewer are chosen."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox, QComboBox, QDoubleSpinBox, QFormLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget,
)  # fmt: skip

from fluogan_app.core.metrics.histogram import histogram_of
from fluogan_app.gui.style import problem_colour, set_colour
from fluogan_app.gui.views.display import COLOUR_MAPS, SCALES, DisplaySettings, colour_table
from fluogan_app.gui.views.histogram_plot import HistogramPlot

#: Percentiles that are offered by name.
CONTRASTS = {
    "Smallest to largest": (0.0, 100.0),
    "0.1 to 99.9 %": (0.1, 99.9),
    "0.5 to 99.5 %": (0.5, 99.5),
    "1 to 99 %": (1.0, 99.0),
    "5 to 95 %": (5.0, 95.0),
}
_FIXED = "Fixed values"


class DisplayMenu(QWidget):
    """Histogram, contrast by percentiles or fixed values, colour map, scale, gamma.

    `changed` carries what the user chose. The histogram is counted when it is looked at.
    """

    changed = Signal(object)  # DisplaySettings

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings, self._levels, self._unit = DisplaySettings(), (0.0, 1.0), ""
        self._image: np.ndarray | None = None
        self._counted: np.ndarray | None = None
        self.plot, self.log_counts = HistogramPlot(), _log_counts_box()
        self.colours = _combo("display_colormap", "Colour map", "Colours from dark to bright", COLOUR_MAPS)
        self.contrast = _combo(
            "display_contrast", "Contrast", "Which pixels are shown darkest and brightest; "
            "in mostly empty images, counted among the pixels that are not zero", {**CONTRASTS, _FIXED: None},
        )  # fmt: skip
        self.low, self.high = _level_field("low", "darkest"), _level_field("high", "brightest")
        self.scale = _combo(
            "display_scale", "Scale", "How colours are shared out between the two levels: evenly, or so that each "
            "power of ten has its share, which shows faint structure beside bright", SCALES,
        )  # fmt: skip
        self.gamma = _gamma_field()
        self.auto = _button("auto", "Automatic", "Levels from 0.1 and 99.9 % of the values again")
        self.reset = _button("reset", "Reset", "Back to 0.1 to 99.9 %, gray, linear, gamma 1")
        self._unit_label, self.problem = QLabel(), QLabel()
        self._lay_out()
        self._connect()
        self.show_settings(self._settings, self._levels, self._unit)

    def show_settings(self, settings: DisplaySettings, levels: tuple[float, float], unit: str) -> None:
        """Show what is in use; `levels` are the values in the image's unit."""
        self._settings, self._levels, self._unit = settings, levels, unit
        blocked = [QSignalBlocker(field) for field in (self.colours, self.contrast, self.scale, self.gamma)]
        self.colours.setCurrentIndex(self.colours.findText(COLOUR_MAPS[settings.colormap]))
        self.contrast.setCurrentIndex(self._contrast_index(settings))
        self.scale.setCurrentIndex(self.scale.findText(SCALES[settings.scale]))
        self.gamma.setValue(settings.gamma)
        for field, level in zip((self.low, self.high), levels, strict=True):
            if not field.hasFocus():
                field.setText(f"{level:.5g}")
        self._unit_label.setText(unit)
        self.problem.setVisible(False)
        del blocked
        self._show_plot()

    def show_image(self, image: np.ndarray | None) -> None:
        """The image whose values are counted."""
        self._image = image
        self._show_plot()

    def showEvent(self, event: QShowEvent) -> None:
        """Now the histogram is looked at."""
        super().showEvent(event)
        self._show_plot()

    def _show_plot(self) -> None:
        if not self.isVisible():
            return
        if self._image is not self._counted:
            self._counted = self._image
            self.plot.show_histogram(None if self._image is None else histogram_of(self._image))
        settings = self._settings
        table = colour_table(settings.colormap, settings.gamma, settings.scale)
        self.plot.show_levels(self._levels, table, self._unit)

    def _contrast_index(self, settings: DisplaySettings) -> int:
        if settings.levels is not None:
            return self.contrast.findText(_FIXED)
        wanted = (settings.low_percent, settings.high_percent)
        for index, percents in enumerate(CONTRASTS.values()):
            if percents == wanted:
                return index
        return -1

    def _lay_out(self) -> None:
        values = QHBoxLayout()
        for part in (self.low, QLabel("to"), self.high, self._unit_label):
            values.addWidget(part)
        form = QFormLayout(self)
        form.setContentsMargins(12, 10, 12, 10)
        form.addRow(self.plot)
        form.addRow("", self.log_counts)
        form.addRow("Colours", self.colours)
        form.addRow("Contrast", self.contrast)
        form.addRow("Values", values)
        form.addRow("", self.problem)
        form.addRow("Scale", self.scale)
        form.addRow("Gamma", self.gamma)
        buttons = QHBoxLayout()
        buttons.addWidget(self.auto)
        buttons.addWidget(self.reset)
        form.addRow("", buttons)
        self.problem.setWordWrap(True)

    def _connect(self) -> None:
        self.colours.currentTextChanged.connect(lambda _: self._change(colormap=_key(COLOUR_MAPS, self.colours)))
        self.contrast.currentTextChanged.connect(self._choose_contrast)
        self.scale.currentTextChanged.connect(lambda _: self._change(scale=_key(SCALES, self.scale)))
        self.gamma.valueChanged.connect(lambda gamma: self._change(gamma=gamma))
        self.low.editingFinished.connect(self._choose_levels)
        self.high.editingFinished.connect(self._choose_levels)
        self.plot.levels_chosen.connect(lambda low, high: self._change(levels=(low, high)))
        self.log_counts.toggled.connect(self.plot.set_log_counts)
        usual = DisplaySettings()
        self.auto.clicked.connect(
            lambda: self._change(levels=None, low_percent=usual.low_percent, high_percent=usual.high_percent)
        )
        self.reset.clicked.connect(lambda: self._emit(DisplaySettings()))

    def _choose_contrast(self, text: str) -> None:
        if text == _FIXED:
            self._change(levels=self._levels)
        elif text in CONTRASTS:
            low, high = CONTRASTS[text]
            self._change(low_percent=low, high_percent=high, levels=None)

    def _choose_levels(self) -> None:
        if not (self.low.isModified() or self.high.isModified()):
            return
        try:
            low, high = (float(field.text().replace(",", ".")) for field in (self.low, self.high))
        except ValueError:
            return self._complain("Give two numbers.")
        if not (math.isfinite(low) and math.isfinite(high)):
            return self._complain("Give two numbers.")
        if not low < high:
            return self._complain("The first value must be smaller than the second.")
        self._change(levels=(low, high))

    def _complain(self, sentence: str) -> None:
        set_colour(self.problem, problem_colour(self.palette()))
        self.problem.setText(f"⚠ {sentence}")
        self.problem.setVisible(True)

    def _change(self, **changes) -> None:
        self._emit(replace(self._settings, **changes))

    def _emit(self, settings: DisplaySettings) -> None:
        self.low.setModified(False)
        self.high.setModified(False)
        self.changed.emit(settings)


def _button(name: str, words: str, tooltip: str) -> QPushButton:
    button = QPushButton(words)
    button.setObjectName(f"display_{name}")
    button.setToolTip(tooltip)
    # Enter in a field takes its value; it must not press a button besides.
    button.setAutoDefault(False)
    return button


def _log_counts_box() -> QCheckBox:
    box = QCheckBox("Counts on a logarithmic scale")
    box.setObjectName("display_log_counts")
    box.setToolTip("So that a few bright pixels are seen beside many dark ones")
    box.setChecked(True)
    return box


def _combo(object_name: str, words: str, tooltip: str, entries: dict) -> QComboBox:
    combo = QComboBox()
    combo.setObjectName(object_name)
    combo.setAccessibleName(words)
    combo.setToolTip(tooltip)
    combo.addItems([title if isinstance(title, str) else key for key, title in entries.items()])
    return combo


def _key(entries: dict[str, str], combo: QComboBox) -> str:
    return next(key for key, title in entries.items() if title == combo.currentText())


def _level_field(which: str, words: str) -> QLineEdit:
    field = QLineEdit()
    field.setObjectName(f"display_{which}")
    field.setAccessibleName(f"Value shown {words}")
    field.setToolTip(f"The value that is shown {words}, in the image's unit")
    field.setMaximumWidth(90)
    return field


def _gamma_field() -> QDoubleSpinBox:
    field = QDoubleSpinBox()
    field.setObjectName("display_gamma")
    field.setAccessibleName("Gamma")
    field.setToolTip("Below 1 lifts the dark parts, above 1 sinks them; the colour bar follows")
    field.setRange(0.2, 3.0)
    field.setSingleStep(0.1)
    field.setDecimals(2)
    return field

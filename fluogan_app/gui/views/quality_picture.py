"""The maps and curves of a judgement, one in sight, with its sentence below."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QLabel, QStackedWidget, QVBoxLayout, QWidget

from fluogan_app.core.project.quality_map import Diagram, QualityMap
from fluogan_app.core.units import CAMERA_UNIT, FINE_UNIT
from fluogan_app.gui.style import small_font
from fluogan_app.gui.views.controls import CalmComboBox, WordButton, WrappedLabel, row_of
from fluogan_app.gui.views.display import DisplaySettings
from fluogan_app.gui.views.image_pane import ImagePane

TWO_SIDED, _PLAIN, _ESTIMATE = "blue_red", "viridis", "gray"
#: The same colours for all runs: so far residuals reach, in sd, and from nothing to all, in %.
REACH_SD, ALL_PERCENT = (-5.0, 5.0), (0.0, 100.0)
#: What is shown first where it is there.
_FIRST = "residual"
#: Units as they stand beside an image.
UNITS = {"photons per frame per camera pixel": CAMERA_UNIT, "photons per frame per fine pixel": FINE_UNIT,
         "standard deviations": "sd"}  # fmt: skip


class QualityPicture(QWidget):
    """Setters never emit; `chosen` carries the name of the picture that the user picked."""

    chosen = Signal(str)
    variation_chosen = Signal(float)
    viewer_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("quality_picture")
        self._pictures: dict[str, QualityMap | Diagram] = {}
        self._origin_nm, self._wish = (0.0, 0.0), _FIRST
        self.choice = CalmComboBox()
        self.choice.setObjectName("quality_choice")
        self.choice.setAccessibleName("Map or curve that is shown")
        self.choice.setToolTip("Which map or curve is shown")
        self.threshold = _threshold()
        self._rule = QLabel("Doubtful from")
        self.viewer_button = WordButton("In a viewer", "link", "quality_viewer", "Show this map beside the images")
        self.pane, self.meaning = ImagePane(name="quality"), WrappedLabel()
        self.plot = None
        self._places = QStackedWidget()
        self._places.addWidget(QLabel())
        self._places.addWidget(self.pane)
        self._lay_out()
        self.choice.activated.connect(self._pick)
        self.threshold.valueChanged.connect(lambda value: self.variation_chosen.emit(value / 100.0))
        self.viewer_button.clicked.connect(lambda: self.viewer_wanted.emit(self.shown))

    def set_pictures(
        self, pictures: Sequence[QualityMap | Diagram], origin_nm: tuple[float, float], variation: float
    ) -> None:
        """Show these; the one in sight stays in sight if there is one of its name.

        origin_nm: (y, x) of the run's region in the whole frame. variation: from which on a pixel is doubtful.
        """
        self._wish = self.shown or self._wish
        self._pictures, self._origin_nm = {one.name: one for one in pictures}, origin_nm
        blocked = [QSignalBlocker(self.choice), QSignalBlocker(self.threshold)]
        self.choice.clear()
        for one in pictures:
            self.choice.addItem(one.title, one.name)
        self.threshold.setValue(100.0 * variation)
        del blocked
        self.show_picture(self._wish if self._wish in self._pictures else _FIRST)

    def wish(self, name: str) -> None:
        """Bring this picture into sight, now or when there is one of its name."""
        self._wish = name or _FIRST
        if name in self._pictures:
            self.show_picture(name)

    def show_picture(self, name: str) -> None:
        """Bring one into sight, the first where there is none of that name."""
        at = max(self.choice.findData(name), 0)
        self.choice.setCurrentIndex(at)
        one = self._pictures.get(self.choice.itemData(at))
        is_map = isinstance(one, QualityMap)
        doubt = is_map and one.name.startswith("trusted")
        for part in (self._rule, self.threshold):
            part.setVisible(doubt)
        self.viewer_button.setVisible(is_map)
        self.meaning.setText(one.meaning if one is not None else "")
        if one is None:
            self._places.setCurrentIndex(0)
        else:
            self._show_map(one) if is_map else self._show_diagram(one)

    @property
    def shown(self) -> str:
        """Name of the picture in sight, "" without one."""
        return self.choice.currentData() or ""

    def _pick(self, _index: int) -> None:
        self.show_picture(self.shown)
        self.chosen.emit(self.shown)

    def _show_map(self, one: QualityMap) -> None:
        origin = tuple(first + own for first, own in zip(self._origin_nm, one.origin_nm))
        self.pane.set_title(one.title)
        self.pane.set_display(display_of(one))
        self.pane.set_image(one.image, one.pixel_size_nm, UNITS.get(one.unit, one.unit), origin)
        self._places.setCurrentWidget(self.pane)

    def _show_diagram(self, one: Diagram) -> None:
        if self.plot is None:
            # Brings the library that draws diagrams, which the window's start does not need.
            from fluogan_app.gui.views.evidence_plot import EvidencePlot

            self.plot = EvidencePlot()
            self._places.addWidget(self.plot)
        self.plot.show_evidence(one.evidence)
        self._places.setCurrentWidget(self.plot)

    def _lay_out(self) -> None:
        self._rule.setFont(small_font(self._rule))
        self.meaning.setObjectName("quality_meaning")
        self.meaning.setContentsMargins(6, 0, 6, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 0)
        column.setSpacing(2)
        column.addLayout(row_of((self.choice, self._rule, self.threshold, None, self.viewer_button)))
        column.addWidget(self._places, 1)
        column.addWidget(self.meaning)


def display_of(one: QualityMap) -> DisplaySettings:
    """Colours of a map: 0 in the middle where both sides mean something; estimates as estimates are shown."""
    if one.two_sided:
        return DisplaySettings(TWO_SIDED, levels=REACH_SD)
    if one.name.startswith("variation"):
        return DisplaySettings(_PLAIN, levels=ALL_PERCENT)
    return DisplaySettings(_ESTIMATE if one.name.startswith("trusted") else _PLAIN)


def _threshold() -> QDoubleSpinBox:
    field = QDoubleSpinBox()
    field.setObjectName("quality_threshold")
    field.setAccessibleName("Doubtful from which variation on, in percent of the value")
    field.setToolTip("A pixel is left out where its standard deviation exceeds this share of its value")
    field.setRange(1.0, 1000.0)
    field.setDecimals(0)
    field.setSingleStep(10.0)
    field.setSuffix(" %")
    field.setKeyboardTracking(False)
    return field

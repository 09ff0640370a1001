"""The picture behind a finding: a curve over the frames, or where on the camera the pixels are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from fluogan_app.core.check.result import PixelMap
from fluogan_app.core.estimate.result import Evidence
from fluogan_app.gui.views.controls import QuietLabel, toggle_button
from fluogan_app.gui.views.display import DisplaySettings
from fluogan_app.gui.views.image_pane import ImagePane

IN_THE_MEAN, COUNTS = "In the mean", "counts"
#: Up to so many pixels are circled; more are seen without.
_MOST_CIRCLES = 200
#: Few pixels in a large frame are lost in gray; this map goes from black to bright in one direction.
_COLOURS = "inferno"


class FindingPicture(QWidget):
    """Shows one picture at a time, with a button for each where there are several."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("finding_picture")
        self._pictures: Sequence[Evidence | PixelMap] = ()
        self._circled: tuple[tuple[int, int], ...] = ()
        self._pixel_size_nm: float | None = None
        self.pane = ImagePane(name="finding")
        self.none = QuietLabel("There is no picture to this finding.")
        self.none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.plot = None
        self._places = QStackedWidget()
        self._places.addWidget(self.none)
        self._places.addWidget(self.pane)
        self._choice, self._group = QHBoxLayout(), QButtonGroup(self)
        self._choice.addStretch(1)
        self._group.idClicked.connect(self._show)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(self._choice)
        column.addWidget(self._places, 1)

    def set_pictures(
        self, pictures: Sequence[Evidence | PixelMap], pixel_size_nm: float | None, mean: np.ndarray | None = None
    ) -> None:
        """Show the first of these pictures. Few pixels are also shown in the mean [y, x] of the frames, in counts."""
        maps = [picture for picture in pictures if isinstance(picture, PixelMap)]
        self._circled = _few_pixels(maps[0].image) if maps else ()
        if self._circled and mean is not None and mean.shape == maps[0].image.shape:
            pictures = (*pictures, PixelMap(IN_THE_MEAN, mean, COUNTS))
        self._pictures, self._pixel_size_nm = tuple(pictures), pixel_size_nm
        for button in self._group.buttons():
            self._group.removeButton(button)
            button.hide()
            button.deleteLater()
        if len(pictures) > 1:
            for index, picture in enumerate(pictures):
                button = toggle_button(picture.title, f"finding_picture_{index}", f"Show “{picture.title}”")
                self._group.addButton(button, index)
                self._choice.insertWidget(index, button)
        self._show(0)

    @property
    def shown(self) -> Evidence | PixelMap | None:
        """The picture in sight."""
        current = self._group.checkedId() if len(self._pictures) > 1 else 0
        return self._pictures[current] if self._pictures else None

    def _show(self, index: int) -> None:
        if not self._pictures:
            self._places.setCurrentWidget(self.none)
            return
        if len(self._pictures) > 1:
            self._group.button(index).setChecked(True)
        picture = self._pictures[index]
        self._show_map(picture) if isinstance(picture, PixelMap) else self._show_curve(picture)

    def _show_map(self, picture: PixelMap) -> None:
        self.pane.set_title(picture.title)
        self.pane.colour_bar.set_kinds(picture.kinds)
        self.pane.set_display(_display_of(picture))
        self.pane.set_image(picture.image, self._pixel_size_nm, "" if picture.kinds else picture.unit)
        self.pane.canvas.set_circled(self._circled)
        self._places.setCurrentWidget(self.pane)

    def _show_curve(self, picture: Evidence) -> None:
        if self.plot is None:
            # Brings the library that draws diagrams, which the window's start does not need.
            from fluogan_app.gui.views.evidence_plot import EvidencePlot, with_nm

            self.plot, self._scaled = EvidencePlot(), with_nm
            self._places.addWidget(self.plot)
        self.plot.show_evidence(*self._scaled(picture, self._pixel_size_nm))
        self._places.setCurrentWidget(self.plot)


def _display_of(picture: PixelMap) -> DisplaySettings:
    """An image as images are shown; a map of pixels from its least value to its largest."""
    if picture.unit == COUNTS:
        return DisplaySettings()
    low, high = float(np.nanmin(picture.image)), float(np.nanmax(picture.image))
    if picture.kinds:
        low, high = 0.0, float(len(picture.kinds) - 1)
    return DisplaySettings(_COLOURS, levels=(low, high if high > low else low + 1.0))


def _few_pixels(image: np.ndarray) -> tuple[tuple[int, int], ...]:
    """(y, x) of the pixels that stand out of an even ground, where they are few."""
    ground = np.median(image)
    marked = np.argwhere(image != ground)
    return tuple((int(y), int(x)) for y, x in marked) if 0 < len(marked) <= _MOST_CIRCLES else ()

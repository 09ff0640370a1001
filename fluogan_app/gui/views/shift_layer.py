"""Where the critic sees a difference, over the mean frame: orange where it wants more light, blue where less."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from fluogan_app.gui.style import quiet_colour, small_font
from fluogan_app.gui.views.display import area_means, percentile_levels
from fluogan_app.gui.views.view_range import Extent, Screen

#: Told apart by colour-blind eyes, and from a gray image below.
LESS, MORE = QColor("#2f8fff"), QColor("#ff8a00")
#: The strongest colour still shows the image below.
_STRONGEST = 210
#: Pixels along a side that a map is drawn with at most.
_FINEST = 768


class ShiftLayer:
    """A CanvasLayer."""

    def __init__(self) -> None:
        self._image: QImage | None = None
        self._extent: Extent | None = None
        self.limit = 1.0

    def show_shift(self, shift: np.ndarray | None, extent: Extent | None) -> None:
        """A map (Y, X) in photons on a rectangle of the sample, or nothing."""
        self._extent = extent
        if shift is None:
            self._image = None
            return
        factor = -(-max(shift.shape) // _FINEST)
        # Of a large field no screen shows every pixel; blocks that reach beyond its border would not fit the rectangle.
        shown = area_means(shift, factor) if factor > 1 and not any(side % factor for side in shift.shape) else shift
        self.limit = percentile_levels(np.abs(shown), 0.0, 99.5)[1] or 1.0
        self._image = _coloured(shown, self.limit)

    def paint(self, painter: QPainter, screen: Screen) -> None:
        """Draw it, pixel by pixel as the camera has them."""
        if self._image is not None and self._extent is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            painter.drawImage(screen.rectangle(self._extent), self._image)


class ShiftScale(QWidget):
    """The scale of the colours, from less to more light, with its unit."""

    def __init__(self) -> None:
        super().__init__()
        self._limit, self._unit = 1.0, ""
        self.setFont(small_font(self, 0.9))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_limit(self, limit: float, unit: str) -> None:
        """From −limit to +limit, in that unit."""
        self._limit, self._unit = limit, unit
        words = f"Blue: the critic wants less light, to −{limit:.2g} {unit}; orange: more, to +{limit:.2g} {unit}"
        self.setAccessibleName(words)
        self.setToolTip(f"{words}: how far it alone would move the simulated mean")
        self.update()

    def sizeHint(self) -> QSize:
        """A line of text."""
        return QSize(140, int(QFontMetricsF(self.font()).height()) + 4)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Numbers at the ends, the bar between them."""
        painter = QPainter(self)
        painter.setFont(self.font())
        metrics = QFontMetricsF(self.font())
        ends = f"−{self._limit:.2g}", f"+{self._limit:.2g} {self._unit}"
        widths = [metrics.horizontalAdvance(words) + 6 for words in ends]
        area = QRectF(self.rect())
        painter.setPen(self.palette().windowText().color())
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, ends[0])
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, ends[1])
        bar = area.adjusted(widths[0], 4, -widths[1], -4)
        ramp = QLinearGradient(bar.topLeft(), QPointF(bar.right(), bar.top()))
        for place, colour in ((0.0, LESS), (0.5, QColor("#808080")), (1.0, MORE)):
            ramp.setColorAt(place, colour)
        painter.setPen(quiet_colour(self.palette()))
        painter.setBrush(ramp)
        painter.drawRect(bar)
        painter.end()


def _coloured(shift: np.ndarray, limit: float) -> QImage:
    """Colours whose strength is the shift's: clear where there is none."""
    strength = np.clip(np.abs(shift) / limit, 0.0, 1.0)
    pixels = np.empty((*shift.shape, 4), np.uint8)
    for channel, (less, more) in enumerate(zip(LESS.getRgb()[:3], MORE.getRgb()[:3])):
        pixels[..., channel] = np.where(shift < 0, less, more)
    pixels[..., 3] = np.round(_STRONGEST * strength)
    height, width = shift.shape
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()

"""Which part of the sample a viewer shows, in nanometres: what linked viewers share and a project remembers."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF


@dataclass(frozen=True)
class ViewRange:
    """The point in the middle of a viewer and how many nm one screen pixel covers; the same along x and y.

    Where the pixel size is not known, read camera pixels for nm.
    """

    x_nm: float
    y_nm: float
    nm_per_pixel: float

    def moved(self, right_nm: float, down_nm: float) -> ViewRange:
        """The same scale around another point."""
        return ViewRange(self.x_nm + right_nm, self.y_nm + down_nm, self.nm_per_pixel)

    def zoomed(self, factor: float, x_nm: float, y_nm: float) -> ViewRange:
        """Enlarged by a factor, with the point (x, y) staying where it is on the screen."""
        scale = self.nm_per_pixel / factor
        keep = 1.0 / factor
        return ViewRange(x_nm + (self.x_nm - x_nm) * keep, y_nm + (self.y_nm - y_nm) * keep, scale)


@dataclass(frozen=True)
class Extent:
    """A rectangle of the sample in nm."""

    left_nm: float
    top_nm: float
    right_nm: float
    bottom_nm: float

    @property
    def width_nm(self) -> float:
        """Along x."""
        return self.right_nm - self.left_nm

    @property
    def height_nm(self) -> float:
        """Along y, which points down."""
        return self.bottom_nm - self.top_nm

    def united(self, other: Extent) -> Extent:
        """The smallest rectangle that holds both."""
        return Extent(
            min(self.left_nm, other.left_nm), min(self.top_nm, other.top_nm),
            max(self.right_nm, other.right_nm), max(self.bottom_nm, other.bottom_nm),
        )  # fmt: skip

    def fitted(self, width_pixels: float, height_pixels: float) -> ViewRange:
        """The view of a viewer of that size that shows the whole rectangle."""
        scale = max(self.width_nm / max(width_pixels, 1), self.height_nm / max(height_pixels, 1))
        return ViewRange((self.left_nm + self.right_nm) / 2, (self.top_nm + self.bottom_nm) / 2, scale)


@dataclass(frozen=True)
class Screen:
    """How a viewer of some size, in screen pixels, shows a view: from nm to pixels and back."""

    view: ViewRange
    width: float
    height: float

    def pixels(self, length_nm: float) -> float:
        """A length on the screen."""
        return length_nm / self.view.nm_per_pixel

    def point(self, x_nm: float, y_nm: float) -> QPointF:
        """Where a point of the sample is drawn."""
        across, down = self.pixels(x_nm - self.view.x_nm), self.pixels(y_nm - self.view.y_nm)
        return QPointF(self.width / 2 + across, self.height / 2 + down)

    def rectangle(self, extent: Extent) -> QRectF:
        """Where a rectangle of the sample is drawn."""
        return QRectF(self.point(extent.left_nm, extent.top_nm), self.point(extent.right_nm, extent.bottom_nm))

    def sample(self, point: QPointF) -> tuple[float, float]:
        """Which point (x, y) of the sample is drawn there, in nm."""
        x_nm = self.view.x_nm + (point.x() - self.width / 2) * self.view.nm_per_pixel
        return x_nm, self.view.y_nm + (point.y() - self.height / 2) * self.view.nm_per_pixel

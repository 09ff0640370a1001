"""Drawing, moving and resizing a region with the mouse, snapped to camera pixels. Geometry only, no widget."""

from __future__ import annotations

from dataclasses import dataclass

from fluogan_app.core.data.roi import Roi

#: A grip names the sides that it moves: "top left", "bottom", "inside" for all four, "new" for a fresh rectangle.
_MIDDLE = "inside"


@dataclass(frozen=True)
class RegionDrag:
    """One drag in progress. Positions are (y, x) in camera pixels, fractions allowed."""

    grip: str
    begun_yx: tuple[float, float]
    before: Roi | None
    shape_yx: tuple[int, int]

    def region_at(self, y: float, x: float) -> Roi | None:
        """The region when the pointer has come to (y, x); None while a new one has no area."""
        if self.grip == "new" or self.before is None:
            return _spanned(self.begun_yx, (y, x), self.shape_yx)
        if self.grip == _MIDDLE:
            return _moved(self.before, y - self.begun_yx[0], x - self.begun_yx[1], self.shape_yx)
        return _resized(self.before, self.grip, y, x, self.shape_yx)


def grip_at(region: Roi | None, y: float, x: float, reach: float) -> str:
    """What lies under (y, x): "new" outside a region, "inside", or the sides within `reach` camera pixels."""
    if region is None:
        return "new"
    bottom, right = region.y0 + region.height, region.x0 + region.width
    if not (region.y0 - reach <= y <= bottom + reach and region.x0 - reach <= x <= right + reach):
        return "new"
    # On a region of few pixels the grips must leave some inside to take hold of.
    near_y, near_x = min(reach, region.height / 3), min(reach, region.width / 3)
    across = _side(x, region.x0, right, near_x, ("left", "right"))
    along = _side(y, region.y0, bottom, near_y, ("top", "bottom"))
    return f"{along} {across}".strip() or _MIDDLE


def _side(position: float, low: float, high: float, reach: float, names: tuple[str, str]) -> str:
    if position <= low + reach:
        return names[0]
    return names[1] if position >= high - reach else ""


def _spanned(begin: tuple[float, float], end: tuple[float, float], shape_yx: tuple[int, int]) -> Roi | None:
    """The whole pixels between two corners, nearest to what was drawn."""
    y0, y1 = _interval(begin[0], end[0], shape_yx[0])
    x0, x1 = _interval(begin[1], end[1], shape_yx[1])
    return Roi(y0, x0, y1 - y0, x1 - x0) if y1 > y0 and x1 > x0 else None


def _interval(first: float, second: float, size: int) -> tuple[int, int]:
    low, high = sorted((first, second))
    return _within(round(low), 0, size), _within(round(high), 0, size)


def _moved(region: Roi, down: float, right: float, shape_yx: tuple[int, int]) -> Roi:
    y0 = _within(region.y0 + round(down), 0, shape_yx[0] - region.height)
    x0 = _within(region.x0 + round(right), 0, shape_yx[1] - region.width)
    return Roi(y0, x0, region.height, region.width)


def _resized(region: Roi, grip: str, y: float, x: float, shape_yx: tuple[int, int]) -> Roi:
    top, left, bottom, right = region.y0, region.x0, region.y0 + region.height, region.x0 + region.width
    if "top" in grip:
        top = _within(round(y), 0, bottom - 1)
    if "bottom" in grip:
        bottom = _within(round(y), top + 1, shape_yx[0])
    if "left" in grip:
        left = _within(round(x), 0, right - 1)
    if "right" in grip:
        right = _within(round(x), left + 1, shape_yx[1])
    return Roi(top, left, bottom - top, right - left)


def _within(value: int, low: int, high: int) -> int:
    return max(low, min(value, high))

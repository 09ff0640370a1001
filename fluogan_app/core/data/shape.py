"""What a user draws on an image to measure: a line with a width, a rectangle, an ellipse, a polygon, a point."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fluogan_app.core.errors import DataError

#: How many points each kind has, least and most. Rectangle and ellipse: two opposite corners of their frame.
KINDS: Mapping[str, tuple[int, int]] = {
    "line": (2, 2), "rectangle": (2, 2), "ellipse": (2, 2), "polygon": (3, 1000), "point": (1, 1),
}  # fmt: skip
AREAS = ("rectangle", "ellipse", "polygon")
#: No image is larger: 1 m. What is beyond was damaged or mistyped.
_FARTHEST_NM = 1e9


@dataclass(frozen=True)
class Shape:
    """Points (x, y) in nm of the sample, y downward; in camera pixels where the pixel size is not known.

    width_nm: of a line, over which is averaged across; 0 is a line without width. Raises DataError for what is none.
    """

    kind: str
    points_nm: tuple[tuple[float, float], ...]
    width_nm: float = 0.0

    def __post_init__(self) -> None:
        least, most = KINDS.get(self.kind, (0, 0))
        numbers = [number for point in self.points_nm for number in point] + [self.width_nm]
        sound = all(math.isfinite(number) and abs(number) <= _FARTHEST_NM for number in numbers)
        if not (least <= len(self.points_nm) <= most and sound and self.width_nm >= 0):
            raise DataError(f"{self.points_nm} of width {self.width_nm} is no {self.kind}.", "Draw it anew.")

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> Shape:
        """What `plain` gave. Raises DataError, or TypeError, ValueError, KeyError for what is nothing like it."""
        points = tuple((float(x), float(y)) for x, y in values["points_nm"])
        return cls(str(values["kind"]), points, float(values.get("width_nm", 0.0)))

    @property
    def plain(self) -> dict[str, Any]:
        """As values for JSON."""
        points = [list(point) for point in self.points_nm]
        return {"kind": self.kind, "points_nm": points, "width_nm": self.width_nm}

    @property
    def has_area(self) -> bool:
        """Whether something lies inside."""
        return self.kind in AREAS

    @property
    def length_nm(self) -> float:
        """Of a line: from end to end; of others: from the first point to the last."""
        return math.dist(self.points_nm[0], self.points_nm[-1])

    @property
    def angle_degrees(self) -> float:
        """Of a line against the horizontal, counter-clockwise as it is seen, above −180 and up to 180."""
        (x0, y0), (x1, y1) = self.points_nm[0], self.points_nm[-1]
        return math.degrees(math.atan2(y0 - y1, x1 - x0)) + 0.0

    @property
    def bounds_nm(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of its points."""
        xs, ys = zip(*self.points_nm, strict=True)
        return min(xs), min(ys), max(xs), max(ys)

    @property
    def middle_nm(self) -> tuple[float, float]:
        """(x, y) half-way between its outermost points."""
        left, top, right, bottom = self.bounds_nm
        return (left + right) / 2, (top + bottom) / 2

    @property
    def area_nm2(self) -> float:
        """0 of lines and points; of polygons by the shoelace formula, ½|Σ(xᵢyᵢ₊₁ − xᵢ₊₁yᵢ)|."""
        left, top, right, bottom = self.bounds_nm
        if self.kind == "rectangle":
            return (right - left) * (bottom - top)
        if self.kind == "ellipse":
            return math.pi / 4 * (right - left) * (bottom - top)
        if self.kind == "polygon":
            x, y = (np.array(self.points_nm) - self.points_nm[0]).T
            return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)
        return 0.0

    @property
    def crosses_itself(self) -> bool:
        """Whether sides of a polygon that are no neighbours cross: then it has no area."""
        points = self.points_nm
        count = len(points)
        if self.kind != "polygon":
            return False
        sides = [(points[index], points[(index + 1) % count]) for index in range(count)]
        pairs = ((i, j) for i in range(count) for j in range(i + 2, count) if (i, j) != (0, count - 1))
        return any(_cross(*sides[i], *sides[j]) for i, j in pairs)

    def contains(self, x_nm: np.ndarray, y_nm: np.ndarray) -> np.ndarray:
        """Whether points lie inside, as an array of truths; nothing lies inside a line or a point."""
        left, top, right, bottom = self.bounds_nm
        if self.kind == "rectangle":
            return (x_nm >= left) & (x_nm < right) & (y_nm >= top) & (y_nm < bottom)
        if self.kind == "ellipse" and right > left and bottom > top:
            across, down = 2 * (x_nm - left) / (right - left) - 1, 2 * (y_nm - top) / (bottom - top) - 1
            return across**2 + down**2 < 1
        if self.kind == "polygon":
            return _inside_polygon(self.points_nm, x_nm, y_nm)
        return np.zeros(np.broadcast_shapes(np.shape(x_nm), np.shape(y_nm)), bool)

    def moved(self, right_nm: float, down_nm: float) -> Shape:
        """The same elsewhere."""
        return replace(self, points_nm=tuple((x + right_nm, y + down_nm) for x, y in self.points_nm))

    def with_point(self, index: int, point_nm: tuple[float, float]) -> Shape:
        """With one of its points elsewhere."""
        return replace(self, points_nm=(*self.points_nm[:index], point_nm, *self.points_nm[index + 1 :]))

    def scaled(self, factor: float) -> Shape:
        """On the same pixels after their size was corrected."""
        points = tuple((x * factor, y * factor) for x, y in self.points_nm)
        return replace(self, points_nm=points, width_nm=self.width_nm * factor)


Point = tuple[float, float]


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    def side(p: Point, q: Point, r: Point) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0


def _inside_polygon(points: tuple[Point, ...], x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """By the number of sides that a ray to the right crosses."""
    inside = np.zeros(np.broadcast_shapes(np.shape(x), np.shape(y)), bool)
    for (x0, y0), (x1, y1) in zip(points, (*points[1:], points[0]), strict=True):
        if y0 != y1:
            beside = (y0 > y) != (y1 > y)
            inside ^= beside & (x < x0 + (y - y0) / (y1 - y0) * (x1 - x0))
    return inside

"""The part of a stack that is reconstructed: a rectangle of pixels and a range of frames."""

from __future__ import annotations

from dataclasses import dataclass

from fluogan_app.core.errors import DataError


@dataclass(frozen=True)
class Roi:
    """A rectangle of camera pixels: first row and column, height and width."""

    y0: int
    x0: int
    height: int
    width: int

    @classmethod
    def whole(cls, shape_yx: tuple[int, int]) -> Roi:
        """The full frame."""
        return cls(0, 0, shape_yx[0], shape_yx[1])

    @property
    def slices(self) -> tuple[slice, slice]:
        """Index of the rectangle in an array [y, x]."""
        return slice(self.y0, self.y0 + self.height), slice(self.x0, self.x0 + self.width)

    def __str__(self) -> str:
        return f"{self.height} × {self.width} pixels at row {self.y0}, column {self.x0}"

    def grown(self, pixels: int, limits: Roi) -> Roi:
        """This rectangle with so many more pixels on each side, as far as they lie within another one."""
        y0, x0 = max(limits.y0, self.y0 - pixels), max(limits.x0, self.x0 - pixels)
        y1 = min(limits.y0 + limits.height, self.y0 + self.height + pixels)
        x1 = min(limits.x0 + limits.width, self.x0 + self.width + pixels)
        return Roi(y0, x0, y1 - y0, x1 - x0)

    def inside(self, other: Roi) -> Roi:
        """This rectangle in the rows and columns of another one, counted from its first."""
        return Roi(self.y0 - other.y0, self.x0 - other.x0, self.height, self.width)

    def common(self, other: Roi) -> Roi:
        """The part that lies in both rectangles. Raises DataError where there is none."""
        y0, x0 = max(self.y0, other.y0), max(self.x0, other.x0)
        height = min(self.y0 + self.height, other.y0 + other.height) - y0
        width = min(self.x0 + self.width, other.x0 + other.width) - x0
        if min(height, width) < 1:
            raise DataError(f"The region {self} lies outside {other}.", "Choose a region that reaches into it.")
        return Roi(y0, x0, height, width)

    def checked(self, shape_yx: tuple[int, int]) -> Roi:
        """This rectangle, if it lies inside a frame of that shape. Raises DataError."""
        height, width = shape_yx
        inside = (
            min(self.y0, self.x0) >= 0
            and min(self.height, self.width) >= 1
            and self.y0 + self.height <= height
            and self.x0 + self.width <= width
        )
        if not inside:
            raise DataError(
                f"The region {self} does not lie in a frame of {height} × {width} pixels.",
                f"Rows run from 0 to {height - 1} and columns from 0 to {width - 1}.",
            )
        return self


@dataclass(frozen=True)
class FrameRange:
    """Frames start, start + 1, …, stop − 1."""

    start: int
    stop: int

    @classmethod
    def whole(cls, frame_count: int) -> FrameRange:
        """Every frame."""
        return cls(0, frame_count)

    def __len__(self) -> int:
        return self.stop - self.start

    @property
    def indices(self) -> range:
        """The frames' numbers."""
        return range(self.start, self.stop)

    def __str__(self) -> str:
        return f"frames {self.start} to {self.stop - 1}"

    def checked(self, frame_count: int) -> FrameRange:
        """This range, if it lies inside a stack of that many frames. Raises DataError."""
        if not 0 <= self.start < self.stop <= frame_count:
            raise DataError(
                f"The frame range {self.start}:{self.stop} does not lie in a stack of {frame_count} frames.",
                f"Choose start and stop with 0 ≤ start < stop ≤ {frame_count}.",
            )
        return self

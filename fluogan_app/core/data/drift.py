"""Where the sample lies in each frame: the path that it took over the camera while it was recorded."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.errors import DataError

#: Decimals to which a path is kept: a thousandth of what can be measured, and the same number in every file.
DECIMALS = 4
#: No camera has so many pixels along a side.
FURTHEST = 1e6
#: Drift in pixels that matters: a fine pixel of an estimate at zoom 4.
VISIBLE_PIXELS = 0.25
#: The longest distance on a path is looked for among this many of its frames; between them it hardly grows.
MOST_COMPARED = 512


@dataclass(frozen=True)
class Drift:
    """The sample's position in each frame in camera pixels, relative to its position in the first one.

    y_pixels, x_pixels: (T,) to four decimals; positive where the sample went to higher rows and columns. how: in words
    for the user, where the path comes from. uncertainty_pixels: one standard deviation of a frame's position along an
    axis; None where nobody stated it. defects_yx: the camera's hot and dead pixels, which do not move with the sample:
    they are mended in each frame before it is moved. None where nobody looked for them.
    """

    y_pixels: tuple[float, ...]
    x_pixels: tuple[float, ...]
    how: str = ""
    uncertainty_pixels: float | None = None
    defects_yx: tuple[tuple[int, int], ...] | None = None

    def __post_init__(self) -> None:
        if len(self.y_pixels) != len(self.x_pixels):
            raise ValueError(f"{len(self.y_pixels)} rows and {len(self.x_pixels)} columns are no path")
        if not all(math.isfinite(value) and abs(value) <= FURTHEST for value in (*self.y_pixels, *self.x_pixels)):
            raise ValueError("a position of a drift is not a number of pixels")

    @classmethod
    def of(cls, positions: np.ndarray, how: str = "", uncertainty_pixels: float | None = None,
           defects_yx: tuple[tuple[int, int], ...] | None = None) -> Drift:  # fmt: skip
        """The path through positions (T, 2) y, x, counted from the first of them and rounded."""
        path = np.round(np.asarray(positions, float) - positions[0], DECIMALS) + 0.0
        return cls(*(tuple(float(value) for value in axis) for axis in path.T), how, uncertainty_pixels, defects_yx)

    def __len__(self) -> int:
        return len(self.y_pixels)

    @property
    def positions(self) -> np.ndarray:
        """(T, 2) y, x in camera pixels."""
        return np.stack([self.y_pixels, self.x_pixels], axis=1)

    @property
    def span_pixels(self) -> float:
        """The largest distance between two of the positions: how far the sample moved in all."""
        every = max(1, -(-len(self) // MOST_COMPARED))
        some = np.concatenate([self.positions[::every], self.positions[-1:]])
        return float(np.sqrt(((some[:, None] - some[None]) ** 2).sum(axis=2).max()))

    def at(self, frames: np.ndarray | range) -> Drift:
        """The path at some of the frames alone, still counted from the first frame of all."""
        rows, columns = (tuple(axis[frame] for frame in frames) for axis in (self.y_pixels, self.x_pixels))
        return replace(self, y_pixels=rows, x_pixels=columns)

    def checked(self, shape_tyx: tuple[int, int, int]) -> Drift:
        """This path, if it is one of a stack of that shape. Raises DataError."""
        if len(self) != shape_tyx[0]:
            raise DataError(
                f"The drift has positions for {len(self)} frames, and the stack holds {shape_tyx[0]}.",
                "Estimate the drift of this stack, or choose the table that was made of it.",
            )
        if any(not (0 <= y < shape_tyx[1] and 0 <= x < shape_tyx[2]) for y, x in self.defects_yx or ()):
            raise DataError(
                f"The drift was estimated in frames of another size than {shape_tyx[1]} × {shape_tyx[2]} pixels.",
                "Estimate the drift of this stack.",
            )
        return self

    def seen(self, shape_yx: tuple[int, int], frames: FrameRange | None = None) -> Roi:
        """The part of the first frame's view that the camera saw in all frames of a range. Raises DataError.

        A pixel p of the corrected frame t was recorded at p + position(t).
        """
        part = self.positions[frames.start : frames.stop] if frames is not None else self.positions
        first = np.maximum(np.ceil(-part.min(axis=0) - 1e-9), 0).astype(int)
        last = np.minimum(shape_yx, np.floor(shape_yx - part.max(axis=0) + 1e-9)).astype(int)
        height, width = (last - first).tolist()
        if min(height, width) < 1:
            raise DataError(
                f"The sample moved by {self.span_pixels:.1f} pixels: no part of it is in all frames.",
                "Choose fewer frames, or check the drift.",
            )
        return Roi(int(first[0]), int(first[1]), height, width)

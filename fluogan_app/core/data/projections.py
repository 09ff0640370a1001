"""Mean, maximum and standard deviation over time, taken frame by frame so that no stack is too large."""

from __future__ import annotations

import numpy as np

#: What a projection is called in code and in project files.
PROJECTIONS = ("mean", "max", "std", "sum")


class Projections:
    """Gathers frames (Y, X) one at a time; `image` may be asked at any moment.

    Sums are kept as float64 deviations from the first frame, so that a large offset costs no precision.
    """

    def __init__(self, shape_yx: tuple[int, int]) -> None:
        self.count = 0
        self._first = np.zeros(shape_yx)
        self._sum = np.zeros(shape_yx)
        self._squares = np.zeros(shape_yx)
        self._largest = np.full(shape_yx, -np.inf)

    def add(self, frame: np.ndarray) -> None:
        """Take one more frame in."""
        values = np.asarray(frame, np.float64)
        if self.count == 0:
            self._first = values.copy()
        deviation = values - self._first
        self._sum += deviation
        self._squares += deviation**2
        np.maximum(self._largest, values, out=self._largest)
        self.count += 1

    def image(self, kind: str) -> np.ndarray:
        """One projection of the frames so far, (Y, X) float32, in the frames' unit. Raises ValueError without frames.

        "std" is the spread over time, √(Σ(y − ȳ)² / T).
        """
        if self.count == 0:
            raise ValueError("no frame was added yet")
        shift = self._sum / self.count
        if kind == "mean":
            image = self._first + shift
        elif kind == "sum":
            image = self._first * self.count + self._sum
        elif kind == "max":
            image = self._largest
        elif kind == "std":
            image = np.sqrt(np.maximum(self._squares / self.count - shift**2, 0.0))
        else:
            raise ValueError(f"no projection is called {kind!r}")
        return image.astype(np.float32)

"""Which pixels of an estimate come back when it is made again, from other random numbers or from other frames."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fluogan_app.core.errors import DataError

#: A pixel is doubtful where its standard deviation exceeds this part of its value: less than two deviations from 0.
DOUBTFUL_VARIATION = 0.5
#: No pixel counts as darker than this part of the brightest ones: what flickers in the dark is told by its size.
DARKEST_SHARE = 0.01
#: What is bright is told by this percentile of the lit pixels: one pixel alone may be anything.
_BRIGHT_PERCENTILE = 99.0
#: Fewer repeats have no standard deviation worth the name.
LEAST_REPEATS = 3


@dataclass(frozen=True)
class Repeatability:
    """An estimate and how it scatters, (zoom·Y, zoom·X), all in one unit. count: repeats; 0 where it is not known.

    Values below zero, of methods whose images have them, count by their size.
    """

    estimate: np.ndarray
    deviation: np.ndarray
    count: int

    @property
    def variation(self) -> np.ndarray:
        """Standard deviation over value, without unit; values below the floor count as the floor."""
        return self.deviation / np.maximum(self._size, self.floor)

    @property
    def _size(self) -> np.ndarray:
        return np.abs(self.estimate)

    @property
    def floor(self) -> float:
        """The least value against which a deviation is held."""
        lit = self._size[self._size > 0]
        return DARKEST_SHARE * float(np.percentile(lit, _BRIGHT_PERCENTILE)) if lit.size else 1.0

    @property
    def scatter_percent(self) -> float:
        """100 Σ deviation / Σ estimate: how much of the light scatters from pixel to pixel."""
        light = float(self._size.sum(dtype=float))
        return 100.0 * float(self.deviation.sum(dtype=float)) / light if light > 0 else 0.0

    def doubtful(self, variation: float = DOUBTFUL_VARIATION) -> np.ndarray:
        """(zoom·Y, zoom·X) bool: pixels whose standard deviation exceeds so many times their value."""
        return self.variation > variation

    def doubtful_percent(self, variation: float = DOUBTFUL_VARIATION) -> float:
        """How much of the estimate's light lies in doubtful pixels, in %."""
        light = float(self._size.sum(dtype=float))
        doubtful = float(self._size[self.doubtful(variation)].sum(dtype=float))
        return 100.0 * doubtful / light if light > 0 else 0.0

    def trusted(self, variation: float = DOUBTFUL_VARIATION) -> np.ndarray:
        """The estimate with NaN at doubtful pixels, so that no number of theirs is taken for one."""
        return np.where(self.doubtful(variation), np.nan, self.estimate)


def repeatability(estimate: np.ndarray, deviation: np.ndarray, count: int = 0) -> Repeatability:
    """Raises DataError where the two do not fit, are not finite, or come from too few repeats."""
    if estimate.shape != deviation.shape:
        raise DataError(
            f"The estimate has {estimate.shape} pixels and its deviation {deviation.shape}.", "Repeat the run again."
        )
    if not (np.isfinite(estimate).all() and np.isfinite(deviation).all()) or deviation.min() < 0:
        raise DataError("The deviation holds values that are no deviations.", "Repeat the run again.")
    if 0 < count < LEAST_REPEATS:
        raise DataError(f"{count} repeats tell no deviation; {LEAST_REPEATS} are the least.", "Repeat it further.")
    return Repeatability(estimate, deviation, count)


class Spread:
    """Mean and standard deviation of images that come one after the other (Welford, Technometrics 4, 419, 1962)."""

    def __init__(self, count: int = 0, mean: np.ndarray | None = None, deviation: np.ndarray | None = None) -> None:
        """Go on from so many images with that mean and deviation; from none if left out."""
        self.count = count
        self._mean = None if mean is None else mean.astype(float)
        self._squares = None if deviation is None else deviation.astype(float) ** 2 * max(count - 1, 0)

    def add(self, image: np.ndarray) -> None:
        """Take in one more. Raises DataError where it is not finite or of another shape."""
        image = np.asarray(image, float)
        if not np.isfinite(image).all() or (self._mean is not None and image.shape != self._mean.shape):
            raise DataError("A repeat gave an image that does not fit the others.", "Repeat the run again.")
        if self._mean is None:
            self._mean, self._squares = np.zeros_like(image), np.zeros_like(image)
        self.count += 1
        change = image - self._mean
        self._mean = self._mean + change / self.count
        self._squares = self._squares + change * (image - self._mean)

    @property
    def mean(self) -> np.ndarray:
        """(Y, X) float32."""
        return self._mean.astype(np.float32)

    @property
    def deviation(self) -> np.ndarray:
        """(Y, X) float32; 0 for a single image."""
        return np.sqrt(np.maximum(self._squares, 0.0) / max(self.count - 1, 1)).astype(np.float32)

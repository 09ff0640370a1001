"""What a model leaves unexplained: the residual in standard deviations, and the spots that chance does not make."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import label
from scipy.special import ndtr, ndtri

from fluogan_app.core.errors import DataError

#: Chance that noise alone lifts any pixel of the field above the level (Bonferroni's bound), and the least level.
FALSE_ALARM, LEAST_LEVEL = 0.05, 4.0
#: Bins of the histogram, which reaches so many standard deviations to either side.
BIN_SD, REACH_SD = 0.25, 6.0
#: Neighbours that touch by a corner belong to one spot.
_TOUCHING = np.ones((3, 3), int)


@dataclass(frozen=True)
class Spot:
    """Adjacent pixels above the level. y, x: its strongest pixel. deviation_sd: its residual there, with its sign."""

    y: int
    x: int
    deviation_sd: float
    pixels: int


@dataclass(frozen=True)
class Unexplained:
    """A residual (Y, X) in standard deviations of its noise, NaN where it is not told, and what stands out of it.

    level_sd: what noise alone exceeds anywhere in the field in one of twenty fields only. spots: the strongest first.
    rms_sd: 1 where the model explains all but the noise. beyond_two_percent: pixels beyond 2 sd; 4.55 % by chance.
    """

    residual: np.ndarray
    level_sd: float
    spots: tuple[Spot, ...]
    rms_sd: float
    mean_sd: float
    beyond_two_percent: float

    def histogram(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Middles of the bins in sd, the share of pixels in each, and what N(0, 1) has there; the last bins are open.

        Both sum to 1.
        """
        edges = np.arange(-REACH_SD, REACH_SD + BIN_SD / 2, BIN_SD)
        values = np.clip(self.residual[np.isfinite(self.residual)], edges[0], edges[-1])
        counts = np.histogram(values, edges)[0] / values.size
        edges[0], edges[-1] = -np.inf, np.inf
        middles = -REACH_SD + BIN_SD * (np.arange(counts.size) + 0.5)
        return middles, counts, np.diff(ndtr(edges))


def standardised(difference: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """difference / √variance, (Y, X) in standard deviations. Raises DataError where a variance is not positive."""
    if difference.shape != variance.shape or not np.all(variance > 0):
        raise DataError("The noise of some pixels is not known.", "Check read noise and gain, and the region.")
    return difference / np.sqrt(variance)


def unexplained(residual_sd: np.ndarray) -> Unexplained:
    """What stands out of a residual (Y, X) in sd; NaN pixels are left out. Raises DataError where none is a number."""
    known = residual_sd[np.isfinite(residual_sd)]
    if known.size == 0:
        raise DataError("No pixel of the residual is a number.", "Choose another run.")
    level = max(LEAST_LEVEL, -float(ndtri(FALSE_ALARM / (2 * known.size))))
    return Unexplained(
        residual_sd, level, _spots(residual_sd, level), float(np.sqrt(np.mean(known**2))), float(known.mean()),
        100.0 * float(np.mean(np.abs(known) > 2.0)),
    )  # fmt: skip


def _spots(residual: np.ndarray, level: float) -> tuple[Spot, ...]:
    """Too bright and too dark pixels are told apart, even where they touch."""
    found = []
    for sign in (1, -1):
        names, count = label(np.nan_to_num(sign * residual) > level, _TOUCHING)
        for number in range(1, count + 1):
            places = np.argwhere(names == number)
            y, x = max(places, key=lambda place: abs(residual[tuple(place)]))
            found.append(Spot(int(y), int(x), float(residual[y, x]), len(places)))
    return tuple(sorted(found, key=lambda spot: -abs(spot.deviation_sd)))

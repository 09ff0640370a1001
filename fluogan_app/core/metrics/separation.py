"""How well one number tells two kinds of things apart: the area under the ROC curve, and what it means in words."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

#: From so many standard deviations on a difference is taken for one.
SURE = 3.0
#: An area from here on means that hardly one is mistaken for the other.
_CLEARLY, _MOSTLY = 0.95, 0.75


@dataclass(frozen=True)
class Separation:
    """Of two samples of scores.

    area: chance that one of the first scores higher than one of the second, ties counted half (Mann and Whitney 1947):
    0.5 where they cannot be told apart. spread: its standard deviation by chance if they are alike. gap: difference of
    the means. overlap_percent: common part of the two histograms.
    """

    area: float
    spread: float
    first_mean: float
    second_mean: float
    overlap_percent: float

    @property
    def gap(self) -> float:
        """First mean less second."""
        return self.first_mean - self.second_mean

    @property
    def sigmas(self) -> float:
        """By how many standard deviations the area differs from one half."""
        return (self.area - 0.5) / self.spread


def separation(first: np.ndarray, second: np.ndarray) -> Separation:
    """Of scores (N,) and (M,), at least one each."""
    one, other = np.asarray(first, float), np.asarray(second, float)
    _, shares_one, shares_other = paired_histogram(one, other)
    return Separation(
        area=area_between(one, other),
        spread=math.sqrt((one.size + other.size + 1) / (12.0 * one.size * other.size)),
        first_mean=float(one.mean()),
        second_mean=float(other.mean()),
        overlap_percent=float(np.minimum(shares_one, shares_other).sum()),
    )


def area_between(first: np.ndarray, second: np.ndarray) -> float:
    """Chance that one of the first is larger than one of the second; half of the ties."""
    ordered = np.sort(second)
    below, up_to = np.searchsorted(ordered, first, "left"), np.searchsorted(ordered, first, "right")
    return float(np.mean(below + up_to) / (2.0 * len(ordered)))


def paired_histogram(
    first: np.ndarray, second: np.ndarray, bins: int = 24
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Edges (B + 1,) over both samples, and the share of each in every bin, (B,) in percent."""
    low, high = (float(found) for found in (min(first.min(), second.min()), max(first.max(), second.max())))
    if not high > low:
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, bins + 1)
    counts = (np.histogram(values, edges)[0] for values in (first, second))
    shares = [100.0 * count / max(count.sum(), 1) for count in counts]
    return edges, *shares


def separation_words(found: Separation) -> str:
    """What a critic's scores of recorded (first) and simulated patches mean, in one sentence with its number."""
    number = f"AUC {found.area:.2f}, by chance 0.50 ± {found.spread:.2f}"
    if abs(found.sigmas) < SURE:
        return f"The critic cannot tell recorded from simulated patches apart ({number})."
    if found.area < 0.5:
        return f"The critic takes simulated patches for recorded ones ({number}): it is not trained yet, or misled."
    if found.area < _MOSTLY:
        return f"The critic tells recorded from simulated patches slightly better than chance ({number})."
    if found.area < _CLEARLY:
        return f"The critic tells most recorded patches from simulated ones ({number})."
    return f"The critic tells recorded from simulated patches clearly apart ({number})."

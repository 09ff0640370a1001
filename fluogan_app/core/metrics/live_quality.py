"""What is measured of an estimate while it forms: how fine it is, and whether it still explains the recording."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fluogan_app.core.data.result import Curves, Metric
from fluogan_app.core.data.snapshot import Snapshot
from fluogan_app.core.errors import DataError
from fluogan_app.core.metrics.decorrelation import decorrelation
from fluogan_app.core.metrics.spectrum import LEAST_SIDE
from fluogan_app.core.units import length_text

RESOLUTION, DISCREPANCY, PEARSON = "decorrelation_nm", "shown_discrepancy", "pearson"
QUALITY_METRICS = (
    Metric(RESOLUTION, "Resolution of x", "nm", "quality"),
    Metric(PEARSON, "Pearson to mean", "", "quality"),
    # Not that of the step: shown is a mean over steps, and of a region the part without its margin.
    Metric(DISCREPANCY, "Discrepancy, shown", "", "quality"),
)
#: Side of the part of a large estimate that is looked at, in fine pixels: a megapixel.
_WINDOW = 1024
#: A step explains the recording as well as the best one where its discrepancy is at most so many times as large.
TOLERANCE = 1.1
#: Resolutions that differ by less than this are one.
_ALIKE = 1.01
RULE = (
    "Best step: the finest decorrelation resolution among the steps whose discrepancy is within 10 % of the lowest "
    "that was measured; of several that are equally fine the first."
)
CAUTION = (
    "Decorrelation tells which detail the estimate holds, not which is true: a sparse estimate always looks sharp, and "
    "noise that was sharpened looks fine too. Judge by repeats and ring correlation before you believe it."
)


@dataclass(frozen=True)
class BestStep:
    """The step at which an estimate was finest without explaining the recording worse."""

    step: int
    resolution_nm: float
    discrepancy: float

    @property
    def words(self) -> str:
        """In one sentence."""
        found = f"finest at step {self.step}: {length_text(self.resolution_nm)}"
        return f"{found} at a discrepancy of {self.discrepancy:.3g}"


def live_quality(snapshot: Snapshot) -> dict[str, float]:
    """Resolution of x in nm, discrepancy, and Pearson correlation of Ψx + b with the recorded mean, where defined."""
    inner = snapshot.inner
    residual = snapshot.residual
    counted = np.isfinite(residual)
    found = {}
    if counted.any():
        found[DISCREPANCY] = float(np.mean(residual[counted] ** 2))
    if np.count_nonzero(counted) > 2:
        pair = (image[inner.slices][counted] for image in (snapshot.simulated, snapshot.recorded))
        found |= _pearson(*pair)
    zoom = snapshot.zoom
    rows, columns = (_middle(zoom * side.start, zoom * side.stop) for side in inner.slices)
    return found | _resolution(snapshot.estimate[rows, columns], snapshot.pixel_size_nm / zoom)


def best_step(curves: Curves) -> BestStep | None:
    """By RULE; None where no step has both measures."""
    if not {RESOLUTION, DISCREPANCY} <= set(curves.columns):
        return None
    finest, misfit = curves.columns[RESOLUTION], curves.columns[DISCREPANCY]
    known = np.flatnonzero(np.isfinite(finest) & np.isfinite(misfit))
    if not known.size:
        return None
    lowest = float(np.min(misfit[known]))
    fair = known[misfit[known] <= TOLERANCE * lowest]
    best = fair[finest[fair] <= _ALIKE * float(finest[fair].min())][0]
    return BestStep(int(curves.steps[best]), float(finest[best]), float(misfit[best]))


def _pearson(one: np.ndarray, other: np.ndarray) -> dict[str, float]:
    if not (np.ptp(one) > 0 and np.ptp(other) > 0):
        return {}
    return {PEARSON: float(np.corrcoef(one.astype(float), other.astype(float))[0, 1])}


def _resolution(estimate: np.ndarray, fine_pixel_nm: float) -> dict[str, float]:
    if min(estimate.shape) < LEAST_SIDE:
        return {}
    try:
        found = decorrelation(estimate, fine_pixel_nm).resolution_nm
    except DataError:  # an estimate that is still dark has none
        return {}
    return {} if found is None else {RESOLUTION: found}


def _middle(start: int, stop: int) -> slice:
    """The middle of a stretch, where it is longer than the window."""
    begin = start + max(0, stop - start - _WINDOW) // 2
    return slice(begin, min(stop, begin + _WINDOW))

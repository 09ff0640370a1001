"""Whether the frames scatter as the model says: their variance over time against shot noise, read noise and blinking.

A pixel i that collects Σ ψ_ik x_k from molecules that blink by themselves, κ photons an event, has the variance

    v_i = p (Ψx + b)_i + c + κ Σ_k ψ_ik² x_k        (the diagonal of Cachia et al. 2024, eq. 1)

with p = 1 where the gain is right and c the read noise squared. The three are fitted, none below 0: the map of what is
left over then needs no setting of the camera. The variance of each pixel comes from differences of successive frames,
δ²/2, which slow trends leave alone; of Gaussian noise its own variance is v² (3T − 4) / (T − 1)² (von Neumann, Ann.
Math. Statist. 12, 153, 1941).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from fluogan_app.core.data.survey import FRAMES_FOR_VARIANCE
from fluogan_app.core.errors import DataError

#: Weights follow from a fit and change it; after so many rounds both stand still.
_ROUNDS = 5


@dataclass(frozen=True)
class VarianceMatch:
    """The fit of the variance over time, everything in photons.

    shot: p, variance per photon; 1 where the gain is right. constant: c in photons². photons_per_event: κ.
    recorded, modelled: (Y, X) in photons². residual: (Y, X), their difference in sd of the recorded one.
    """

    shot: float
    constant: float
    photons_per_event: float
    recorded: np.ndarray
    modelled: np.ndarray
    residual: np.ndarray


def variance_match(
    recorded: np.ndarray, simulated: np.ndarray, blinking: np.ndarray, frames: int
) -> VarianceMatch:
    """Fit the variance (Y, X) of so many frames. simulated: Ψx + b in photons; blinking: Σ_k ψ_ik² x_k in photons.

    Raises DataError for few frames, or values that are not finite.
    """
    if frames < FRAMES_FOR_VARIANCE:
        raise DataError(
            f"{frames} frames are too few to tell the variance of each pixel; {FRAMES_FOR_VARIANCE} are needed.",
            "Choose a run on more frames.",
        )
    parts = np.stack([simulated.ravel(), np.ones(simulated.size), blinking.ravel()], axis=1).astype(float)
    values = recorded.ravel().astype(float)
    if not (np.isfinite(parts).all() and np.isfinite(values).all()):
        raise DataError("The variance or the model holds values that are not finite.", "Choose another region.")
    relative = np.sqrt((3.0 * frames - 4.0)) / (frames - 1.0)
    expected = np.full(values.size, max(values.mean(), np.finfo(float).tiny))
    for _ in range(_ROUNDS):
        fitted = _fitted(parts / expected[:, None], values / expected)
        expected = np.maximum(parts @ fitted, 1e-3 * values.mean() + np.finfo(float).tiny)
    modelled = expected.reshape(recorded.shape)
    shot, constant, event = (float(value) for value in fitted)
    return VarianceMatch(shot, constant, event, recorded, modelled, (recorded - modelled) / (relative * modelled))


def _fitted(parts: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Least squares with no coefficient below 0; columns of any size."""
    sizes = np.linalg.norm(parts, axis=0)
    scale = np.where(sizes > 0, sizes, 1.0)
    return nnls(parts / scale, values)[0] / scale

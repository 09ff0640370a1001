"""How well a simulated mean frame explains the recorded one, for every method that claims photons."""

from __future__ import annotations

import numpy as np

from fluogan_app.core.data.problem import Problem
from fluogan_app.core.methods.frames import blur_pixels
from fluogan_app.core.methods.weights import Noise
from fluogan_app.core.metrics.residual import residual_measures


def explained(noise: Noise, simulated: np.ndarray, problem: Problem) -> dict[str, float]:
    """Balance of photons in percent, and what the residual over its noise is like, both without the margin.

    simulated: (Y, X) photons per frame. discrepancy: mean of (ȳ − simulated)² / var(ȳ), 1 where only noise is left.
    """
    wanted = problem.inner.slices
    recorded, missing = float(noise.mean[wanted].sum()), float((simulated - noise.mean)[wanted].sum())
    residual = ((noise.mean - simulated) / np.sqrt(noise.mean_variance))[wanted]
    return {
        # Only the margin may have light: then there is nothing to compare with.
        "photon_balance_percent": 100.0 * missing / recorded if recorded > 0 else float("nan"),
        "discrepancy": float(np.mean(residual**2)),
        **residual_measures(residual, blur_pixels(problem)),
    }

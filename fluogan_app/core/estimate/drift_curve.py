"""The path of the sample as a diagram."""

from __future__ import annotations

import numpy as np

from fluogan_app.core.data.drift import Drift
from fluogan_app.core.estimate.result import Evidence, Series


def drift_curve(drift: Drift, time_step_ms: float | None = None) -> Evidence:
    """Rows and columns over the frames, or over the time where that is known, with the uncertainty as their spread."""
    frames = np.arange(len(drift), dtype=float)
    along = frames if time_step_ms is None else frames * time_step_ms / 1000.0
    spread = None if drift.uncertainty_pixels is None else np.full(len(drift), drift.uncertainty_pixels)
    axes = (("y (rows)", drift.y_pixels), ("x (columns)", drift.x_pixels))
    series = tuple(Series(label, along, np.array(path), spread, "line") for label, path in axes)
    return Evidence("Drift", "Frame" if time_step_ms is None else "Time in s", "Position in camera pixels", series)

"""A path as a diagram."""

from __future__ import annotations

import numpy as np

from fluogan_app.core.data.drift import Drift
from fluogan_app.core.estimate.drift_curve import drift_curve

PATH = np.outer(np.arange(5.0), (0.5, -0.25))


def test_rows_and_columns_over_frames_or_time():
    frames = drift_curve(Drift.of(PATH, uncertainty_pixels=0.1))
    assert [list(series.y) for series in frames.series] == [list(PATH[:, 0]), list(PATH[:, 1])]
    assert list(frames.series[0].x) == [0, 1, 2, 3, 4] and frames.x_label == "Frame"
    assert all((series.spread == 0.1).all() for series in frames.series)
    seconds = drift_curve(Drift.of(PATH), 20.0)
    assert list(seconds.series[1].x) == [0.0, 0.02, 0.04, 0.06, 0.08] and seconds.x_label == "Time in s"
    assert seconds.series[0].spread is None

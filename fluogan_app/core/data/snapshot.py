"""What a reconstruction has come to at one step, for those who measure it while it goes on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fluogan_app.core.data.roi import Roi


@dataclass(frozen=True)
class Snapshot:
    """Images on the solver's whole field, with its margin.

    estimate: x, (zoom·Y, zoom·X), photons per frame per fine pixel. simulated, recorded: Ψx + b and the mean frame,
    (Y, X), photons per frame. deviation: (Y, X), standard deviation of the recorded mean, ∞ where pixels do not count.
    inner: the wanted part, in the field's own rows and columns. place: where the field lies in the whole frame.
    """

    step: int
    estimate: np.ndarray
    simulated: np.ndarray
    recorded: np.ndarray
    deviation: np.ndarray
    inner: Roi
    place: Roi
    pixel_size_nm: float

    @property
    def zoom(self) -> int:
        """Fine pixels per camera pixel along an axis."""
        return self.estimate.shape[0] // self.recorded.shape[0]

    @property
    def residual(self) -> np.ndarray:
        """ȳ − Ψx − b in standard deviations of the mean, (Y, X) of the wanted part; NaN where pixels do not count."""
        counted = np.where(np.isfinite(self.deviation), self.deviation, np.nan)
        return ((self.recorded - self.simulated) / counted)[self.inner.slices]

"""The noise of a run's mean frame: the scatter of its frames, and a fixed pattern of the camera."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fluogan_app.core.data.result import Result
from fluogan_app.core.project.run import Run

#: No pixel is taken to be less noisy than one with this share of the brightest one's light.
_DARKEST = 1e-3
#: Parts of the noise are told with their size where the pattern is so much of it.
_NAMED_SHARE = 0.1


@dataclass(frozen=True)
class MeanNoise:
    """variance: (Y, X), photons² per frame, of the mean. in_time: the mean of its part from the scatter of the frames.

    fixed_pattern: the part that does not go away with more frames, the same in all pixels; 0 where none was found.
    is_told: whether the variance is the run's own.
    """

    variance: np.ndarray
    in_time: float
    fixed_pattern: float
    is_told: bool = False

    @property
    def has_pattern(self) -> bool:
        """Whether the fixed pattern is so much of the noise that it is to be said."""
        return self.fixed_pattern >= _NAMED_SHARE * self.in_time

    @property
    def words(self) -> str:
        """What counts as noise, with its standard deviations where a fixed pattern is a part of it."""
        if not self.has_pattern:
            return "the scatter of the frames"
        time, pattern = np.sqrt((self.in_time, self.fixed_pattern))
        return (
            f"the scatter of the frames, {time:.2g} photons, and {pattern:.2g} photons of differences between "
            "neighbouring pixels that stay over time, a fixed pattern of the camera"
        )


def mean_noise(run: Run, result: Result, simulated: np.ndarray) -> MeanNoise:
    """As the run itself took it; of one that did not tell it (in tiles, repeated, older) as far as its images do.

    simulated: Ψx + b, (Y, X), photons per frame; shot noise is then that of this light.
    """
    from fluogan_app.core.methods.weights import BLUR_TELLS_PATTERN, fixed_pattern_variance

    camera = run.record.acquisition.complete()
    light = np.maximum(simulated, _DARKEST * max(float(simulated.max()), 1e-12))
    # Molecules that stay bright over several frames leave fewer independent ones.
    frames = len(run.record.frames) / max(run.record.measures.get("correlation_time_frames", 1.0), 1.0)
    variance = (light + camera.read_noise**2) / frames
    told = result.mean_deviation
    if told is not None and told.shape == variance.shape and np.all(told > 0) and np.isfinite(told).any():
        known = np.square(told.astype(float))
        pattern = run.record.measures.get("fixed_pattern_photons", 0.0) ** 2
        return MeanNoise(known, max(float(known[np.isfinite(known)].mean()) - pattern, 0.0), pattern, is_told=True)
    pattern = 0.0
    if camera.fwhm_nm / camera.pixel_size_nm >= BLUR_TELLS_PATTERN:
        pattern = fixed_pattern_variance(result.mean.astype(float), variance)
    return MeanNoise(variance + pattern, float(variance.mean()), pattern)


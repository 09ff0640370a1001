"""The noise of a run's mean frame, told from its images: shot and read noise of the frames, and the fixed pattern."""

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
    """variance: (Y, X), photons² per frame, of the mean. in_time: its mean part from shot and read noise.

    fixed_pattern: the part that does not go away with more frames, the same in all pixels; 0 where none was found.
    """

    variance: np.ndarray
    in_time: float
    fixed_pattern: float

    @property
    def has_pattern(self) -> bool:
        """Whether the fixed pattern is so much of the noise that it is to be said."""
        return self.fixed_pattern >= _NAMED_SHARE * self.in_time

    @property
    def words(self) -> str:
        """What counts as noise, with its standard deviations where a fixed pattern is a part of it."""
        if not self.has_pattern:
            return "shot and read noise"
        time, pattern = np.sqrt((self.in_time, self.fixed_pattern))
        return (
            f"shot and read noise, {time:.2g} photons, and {pattern:.2g} photons of differences between neighbouring "
            "pixels that stay over time, a fixed pattern of the camera"
        )


def mean_noise(run: Run, result: Result, simulated: np.ndarray) -> MeanNoise:
    """As the run itself took it, as far as its images tell. simulated: Ψx + b, (Y, X), photons per frame.

    Shot noise is that of the simulated light; the run knew the scatter of the frames.
    """
    from fluogan_app.core.methods.fluogan.weights import BLUR_TELLS_PATTERN, fixed_pattern_variance

    camera = run.record.acquisition.complete()
    light = np.maximum(simulated, _DARKEST * max(float(simulated.max()), 1e-12))
    # Molecules that stay bright over several frames leave fewer independent ones.
    frames = len(run.record.frames) / max(run.record.measures.get("correlation_time_frames", 1.0), 1.0)
    variance = (light + camera.read_noise**2) / frames
    pattern = 0.0
    if camera.fwhm_nm / camera.pixel_size_nm >= BLUR_TELLS_PATTERN:
        pattern = fixed_pattern_variance(result.mean.astype(float), variance)
    return MeanNoise(variance + pattern, float(variance.mean()), pattern)

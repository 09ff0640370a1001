"""How bright a recording is: what a simulated one has to be like."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.problem import Field
from fluogan_app.core.data.roi import FrameRange
from fluogan_app.core.errors import DataError
from fluogan_app.core.estimate.recording import Findings, estimate_recording, with_estimates
from fluogan_app.core.project.expect_params import Light

#: The mean over so many frames, evenly spread, tells light from background.
_FRAMES = 60
#: The sample's brighter pixels, and the darker ones between structures, as percentiles of the mean frame.
_BRIGHT_PERCENT, _DARK_PERCENT = 99.5, 2.0
_LEAST_SIGNAL = 1e-3


def light_of(field: Field, stopped: Callable[[], bool] = lambda: False) -> Light | None:
    """The light of a field in photons, by the stated or estimated gain; None when stopped. Raises FluoganError."""
    mean = _mean_counts(field, stopped)
    if mean is None or stopped():
        return None
    found = _findings(field)
    camera = field.acquisition if found is None else with_estimates(field.acquisition, found.estimates)
    dark, bright = (float(np.percentile(mean, percent)) for percent in (_DARK_PERCENT, _BRIGHT_PERCENT))
    signal = (bright - dark) / camera.gain
    if not signal > _LEAST_SIGNAL:
        raise DataError(
            "The mean frame of the region is even: there is no sample in it whose light could be taken over.",
            "Choose another region, or give signal and background in photons.",
        )
    kappa = found.estimate("kappa") if found is not None else None
    background = max(0.0, (dark - camera.offset) / camera.gain)
    notes = _notes(camera, kappa.value if kappa is not None else 0.0)
    return Light(signal, background, kappa.value if kappa else 0.0, camera.gain, camera.read_noise, notes)


def _findings(field: Field) -> Findings | None:
    """What the frames tell of gain and fluctuation; None where they tell nothing."""
    try:
        return estimate_recording(field.stack, field.acquisition, field.roi, field.frame_range)
    except DataError:
        return None


def _notes(camera: Acquisition, kappa: float) -> tuple[str, ...]:
    origin = camera.origin("gain")
    how = {
        Origin.ASSUMED: "assumed: photons, and with them the noise, may be wrong by that factor",
        Origin.ESTIMATED: "estimated from the frames",
    }.get(origin, "as stated")
    gain = f"Camera gain {camera.gain:.3g} counts per photon, {how}."
    if kappa > 0:
        return gain, f"The molecules fluctuate, {kappa:.2g} photons per event, estimated from the frames."
    return gain, "No fluctuation of the molecules was found that stands out: they are simulated steady."


def _mean_counts(field: Field, stopped: Callable[[], bool]) -> np.ndarray | None:
    """Mean over evenly spread frames, (Y, X) float64, in counts."""
    rows, columns = field.roi.slices
    chosen = _spread(field.frame_range)
    total = np.zeros((field.roi.height, field.roi.width))
    for index in chosen:
        if stopped():
            return None
        total += np.nan_to_num(field.stack.frame(index)[rows, columns].astype(np.float64))
    return total / len(chosen)


def _spread(frames: FrameRange) -> list[int]:
    count = min(_FRAMES, len(frames))
    return [frames.start + (2 * part + 1) * len(frames) // (2 * count) for part in range(count)]

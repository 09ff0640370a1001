"""What can be set of "What can I expect?", and which recording is simulated for it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.params import Params, param, validated

if TYPE_CHECKING:  # a twentieth of a second that the window's start does not pay
    from fluogan_app.core.simulate.params import LinesParams

#: The pattern's measures as parts of the PSF's width: those of the phantom that the method was published with, whose
#: lines of 100 nm stand 390 to 30 nm apart under a PSF of 324 nm.
_STEP, _WIDTH, _GAP, _PITCH = 30 / 324, 100 / 324, 660 / 324, 2730 / 324
_WIDEST_STEPS = 13
#: More frames than this are not simulated.
MOST_FRAMES = 3000
#: Counts of the brightest pixel may come so near to what 16 bits hold.
_MOST_COUNTS = 40_000.0
_ROUND = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


class ExpectParams(Params):
    """Light, lines and repetitions of the simulated pattern. What is left empty is taken from the recording."""

    signal_photons: float | None = param(
        None, label="Signal", unit="photons per frame", gt=0, le=1e6, group="Light", none_text="from the frames",
        logarithmic=True, help="Light of the sample at its brighter camera pixels, above the background.",
    )  # fmt: skip
    background_photons: float | None = param(
        None, label="Background", unit="photons per frame", ge=0, le=1e6, group="Light", none_text="from the frames",
        logarithmic=True, help="Smooth light between the structures, per camera pixel.",
    )  # fmt: skip
    frame_count: int | None = param(
        None, label="Frames", ge=1, le=MOST_FRAMES, group="Light", none_text="as many as are used", logarithmic=True,
        help="Number of exposures: more of them lower the noise.",
    )  # fmt: skip
    photons_per_event: float | None = param(
        None, label="Photons per event κ", unit="photons", ge=0, le=1e6, group="Light",
        none_text="from the frames", logarithmic=True,
        help="How strongly the molecules fluctuate; 0 for steady ones, which are taken too where the frames show none. "
        "Each frame is drawn anew.",
    )  # fmt: skip
    line_width_nm: float | None = param(
        None, label="Line width", unit="nm", gt=0, le=100_000, group="Pattern", none_text="3/10 of the PSF's width",
        help="Width of every line of the pattern. Thinner structures can be told apart at smaller distances.",
    )  # fmt: skip
    rows: int = param(
        24, label="Rows", unit="pixels", ge=4, le=256, group="Pattern", advanced=True,
        help="Height of the pattern in camera pixels. In each row it is looked whether two lines are seen.",
    )  # fmt: skip
    tries: int = param(
        1, label="Repetitions", ge=1, le=20, group="Pattern",
        help="Times that the pattern is recorded anew, each with its own noise. Three show how much is chance.",
    )  # fmt: skip
    with_critic: bool = param(
        False, label="With the critic", group="Pattern", advanced=True,
        help="Go on against the critic where the parameters ask for it (δ = 1). Without, the mean is fitted alone, "
        "which is quick.",
    )  # fmt: skip


@dataclass(frozen=True)
class Light:
    """How bright a recording is, in photons per frame and camera pixel, and κ; with words on where that comes from."""

    signal_photons: float
    background_photons: float
    photons_per_event: float
    gain: float
    read_noise: float
    notes: tuple[str, ...] = ()


def lines_for(params: ExpectParams, camera: Acquisition, light: Light, frame_count: int, zoom: int) -> LinesParams:
    """The line pattern at a recording's pixel size, PSF, light and number of frames. `camera` is complete.

    Raises ParameterError where values contradict each other.
    """
    from fluogan_app.core.simulate.params import LinesParams

    width_nm, pixel_nm = float(camera.fwhm_nm), float(camera.pixel_size_nm)
    step_nm = rounded(_STEP * width_nm)
    line_nm = params.line_width_nm or rounded(_WIDTH * width_nm)
    signal, background = light.signal_photons, light.background_photons
    # What a camera of 16 bits could not hold is recorded with a smaller gain: that changes nothing but the counts.
    gain = min(light.gain, _MOST_COUNTS / (1.5 * signal + background))
    fluctuating = light.photons_per_event > 0
    widest_nm = max(_WIDEST_STEPS * step_nm, math.ceil(2 * line_nm / step_nm) * step_nm)
    finest_nm = min((math.floor(line_nm / step_nm) + 1) * step_nm, widest_nm)
    gap_nm = _GAP * width_nm + max(0.0, line_nm - _WIDTH * width_nm)
    return validated(LinesParams, {
        "rows": params.rows, "frames": frame_count, "pixel_size_nm": pixel_nm, "fwhm_nm": width_nm, "zoom": zoom,
        "psf": "airy" if camera.psf == "airy" else "gaussian",
        "signal_photons": signal, "background_photons": background, "bleaching_frames": 0.0,
        "emission": "poisson" if fluctuating else "steady",
        "photons_per_event": light.photons_per_event if fluctuating else 1.0,
        "gain": gain, "offset": 5.0 * light.read_noise * gain, "read_noise": light.read_noise,
        "line_width_nm": line_nm, "spacing_from_nm": widest_nm, "spacing_to_nm": finest_nm, "spacing_step_nm": step_nm,
        "outer_gap_nm": gap_nm, "set_pitch_nm": max(_PITCH * width_nm, widest_nm + 2 * gap_nm + line_nm + width_nm),
        "margin_nm": 0.5 * width_nm,
    })  # fmt: skip


def rounded(length_nm: float) -> float:
    """The nearest round length: 30 for 28.3, 150 for 163."""
    power = 10.0 ** math.floor(math.log10(length_nm))
    return power * min(_ROUND, key=lambda figure: abs(figure - length_nm / power))

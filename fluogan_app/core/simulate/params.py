"""What can be set of a simulated line pattern, declared once, and the light levels to measure a method on."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from fluogan_app.core.errors import ParameterError
from fluogan_app.core.params import Params, param

Emission = Literal["steady", "poisson", "blinking"]
Light = Literal["bright", "dim", "blinking", "slow-blinking"]

MOST_SETS = 200

_DIM = {
    "signal_photons": 60.0, "background_photons": 15.0, "gain": 1.0, "read_noise": 1.0,
    "bleaching_frames": 2000.0, "emission": "steady", "photons_per_event": 1.0,
}  # fmt: skip

#: The values behind each light level. Photons are per frame at the brightest camera pixel, before bleaching.
LIGHT_LEVELS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "bright": {
            "signal_photons": 2760.0, "background_photons": 1240.0, "gain": 7.0, "read_noise": 0.0,
            "bleaching_frames": 0.0, "emission": "steady", "photons_per_event": 1.0,
        },
        "dim": _DIM,
        "blinking": {**_DIM, "emission": "poisson", "photons_per_event": 20.0},
        "slow-blinking": {**_DIM, "emission": "blinking", "photons_per_event": 20.0},
    }
)  # fmt: skip


class LinesParams(Params):
    """A target of line sets that come ever closer, its light, its molecules and the camera that records it."""

    light: Light = param(
        "dim", label="Light level", group="Light",
        help="Sets photons, gain, read noise, bleaching and emission together; each may still be given by itself. "
        "“blinking” has independent frames, “slow-blinking” molecules that stay on and off over several frames.",
    )  # fmt: skip
    frames: int = param(500, label="Frames", ge=1, le=100_000, group="Camera", help="Number of exposures.")
    rows: int = param(50, label="Rows", unit="pixels", ge=1, le=1024, group="Pattern", help="Height of the field.")
    pixel_size_nm: float = param(
        100.0, label="Pixel size", unit="nm", ge=1, le=10_000, group="Optics",
        help="Side of one camera pixel in the sample.",
    )  # fmt: skip
    fwhm_nm: float = param(
        324.0, label="PSF width FWHM", unit="nm", ge=10, le=100_000, group="Optics", equation="σ = FWHM / 2.3548",
        help="Full width at half maximum of the Gaussian blur.",
    )  # fmt: skip
    zoom: int = param(
        6, label="Zoom L", ge=1, le=12, group="Optics", help="Fine pixels of the truth per camera pixel along an axis."
    )
    line_width_nm: float = param(
        100.0, label="Line width", unit="nm", gt=0, le=10_000, group="Pattern",
        help="Lines 100 nm wide merge at a spacing of 100 nm, so the truth itself shows no more than 120 nm; "
        "lines 40 nm wide show 60 nm.",
    )  # fmt: skip
    spacing_from_nm: float = param(
        390.0, label="Widest spacing", unit="nm", gt=0, le=100_000, group="Pattern",
        help="Distance of the middle lines in the first set.",
    )  # fmt: skip
    spacing_to_nm: float = param(
        30.0, label="Narrowest spacing", unit="nm", gt=0, le=100_000, group="Pattern",
        help="Distance of the middle lines in the last set.",
    )  # fmt: skip
    spacing_step_nm: float = param(
        30.0, label="Spacing step", unit="nm", gt=0, le=100_000, group="Pattern",
        help="How much closer the middle lines are from one set to the next.",
    )  # fmt: skip
    outer_gap_nm: float = param(
        660.0, label="Outer line gap", unit="nm", gt=0, le=100_000, group="Pattern", advanced=True,
        help="Distance from a middle line to its outer neighbour.",
    )  # fmt: skip
    set_pitch_nm: float = param(
        2730.0, label="Set pitch", unit="nm", gt=0, le=1_000_000, group="Pattern", advanced=True,
        help="Distance from the centre of one set to the next.",
    )  # fmt: skip
    margin_nm: float = param(
        150.0, label="Margin", unit="nm", ge=0, le=100_000, group="Pattern", advanced=True,
        help="Least dark space between the outermost lines and the left and right border.",
    )  # fmt: skip
    signal_photons: float | None = param(
        None, label="Signal", unit="photons per frame", gt=0, le=1e6, group="Light", none_text="from the light level",
        help="Light of the lines at the brightest camera pixel, in the first frame.",
    )  # fmt: skip
    background_photons: float | None = param(
        None, label="Background", unit="photons per frame", ge=0, le=1e6, group="Light",
        none_text="from the light level", help="Smooth out-of-focus light at its brightest camera pixel.",
    )  # fmt: skip
    bleaching_frames: float | None = param(
        None, label="Bleaching time", unit="frames", ge=0, le=1e9, group="Light", none_text="from the light level",
        equation="light ∝ exp(−t / bleaching time)",
        help="Frames after which all light has fallen to 37 %; 0 for none.",
    )  # fmt: skip
    emission: Emission | None = param(
        None, label="Emission", group="Light", none_text="from the light level",
        help="steady: every molecule shines evenly. poisson: light comes in independent events. "
        "blinking: molecules switch on and off and remember it from frame to frame.",
    )  # fmt: skip
    photons_per_event: float | None = param(
        None, label="Photons per event κ", unit="photons", gt=0, le=1e6, group="Light",
        none_text="from the light level", equation="κ = variance / mean of the light of one fine pixel",
        help="Strength of the fluctuation where emission is poisson or blinking.",
    )  # fmt: skip
    duty_cycle: float = param(
        0.1, label="Duty cycle", gt=0, lt=1, group="Light", advanced=True,
        help="Share of the time that a blinking molecule is on.",
    )  # fmt: skip
    on_frames: float = param(
        5.0, label="Mean on-time", unit="frames", gt=0, le=1e6, group="Light", advanced=True,
        help="How long a blinking molecule stays on; the mean off-time follows from the duty cycle.",
    )  # fmt: skip
    gain: float | None = param(
        None, label="Camera gain", unit="counts/photon", gt=0, le=100_000, group="Camera",
        none_text="from the light level", help="Counts that the camera reports per detected photon.",
    )  # fmt: skip
    offset: float = param(
        0.0, label="Camera offset", unit="counts", ge=0, le=65_535, group="Camera",
        help="Counts that the camera reports in the dark.",
    )  # fmt: skip
    read_noise: float | None = param(
        None, label="Read noise", unit="photons rms", ge=0, le=100_000, group="Camera",
        none_text="from the light level", help="Standard deviation of the camera's own noise.",
    )  # fmt: skip
    saturation_counts: int = param(
        65_535, label="Saturation", unit="counts", ge=1, le=65_535, group="Camera", advanced=True,
        help="The highest count that the camera reports.",
    )  # fmt: skip
    time_step_ms: float = param(
        10.0, label="Time step", unit="ms", gt=0, le=1e7, group="Camera", advanced=True,
        help="Time from one frame to the next, written into the file.",
    )  # fmt: skip

    @property
    def off_frames(self) -> float:
        """Mean time in frames that a blinking molecule stays off."""
        return self.on_frames * (1.0 - self.duty_cycle) / self.duty_cycle

    @property
    def set_count(self) -> int:
        """Number of line sets from the widest to the narrowest spacing."""
        # A step that does not divide the range must not lose its last set to rounding.
        return int((self.spacing_from_nm - self.spacing_to_nm) / self.spacing_step_nm + 1e-9) + 1

    def complete(self) -> LinesParams:
        """A copy in which the light level's values are written out. Raises ParameterError where the sets do not fit."""
        self._check_pattern()
        missing = {name: value for name, value in LIGHT_LEVELS[self.light].items() if getattr(self, name) is None}
        return self.replace(**missing)

    def _check_pattern(self) -> None:
        if self.spacing_to_nm > self.spacing_from_nm:
            sentence = (
                f"Narrowest spacing (spacing_to_nm) is {self.spacing_to_nm:g} nm; "
                f"allowed is at most the widest spacing, {self.spacing_from_nm:g} nm."
            )
            raise ParameterError({"spacing_to_nm": sentence})
        if self.set_count > MOST_SETS:
            sentence = (
                f"Spacing step (spacing_step_nm) is {self.spacing_step_nm:g} nm, which makes {self.set_count} sets; "
                f"allowed are at most {MOST_SETS}."
            )
            raise ParameterError({"spacing_step_nm": sentence})
        widest = self.spacing_from_nm + 2 * self.outer_gap_nm + self.line_width_nm
        if self.set_pitch_nm < widest and self.set_count > 1:
            sentence = (
                f"Set pitch (set_pitch_nm) is {self.set_pitch_nm:g} nm; "
                f"the widest set takes {widest:g} nm, and allowed is no less."
            )
            raise ParameterError({"set_pitch_nm": sentence})

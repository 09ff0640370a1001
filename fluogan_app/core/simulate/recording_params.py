"""How a simulated sample is lit, imaged and recorded: declared once, and inherited by every phantom."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, Self

from fluogan_app.core.errors import ParameterError
from fluogan_app.core.params import Params, param
from fluogan_app.core.units import fwhm_from_aperture_nm

Emission = Literal["steady", "poisson", "blinking"]
Light = Literal["bright", "dim", "blinking", "slow-blinking"]
Bleaching = Literal["common", "molecules"]
Psf = Literal["gaussian", "airy"]

#: Used where neither a width nor NA and wavelength are given.
DEFAULT_FWHM_NM = 324.0
#: FWHM of the Airy pattern in λ/NA: (2 J₁(v) / v)² = 1/2 at v = 1.61633995 = π · FWHM · NA / λ.
AIRY_FWHM = 0.514496985
#: Widths that agree within this share are one: a completed set of parameters states width, NA and wavelength.
SAME_WIDTH = 1e-6

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


class RecordingParams(Params):
    """Light, molecules, optics and camera of a simulated recording."""

    light: Light = param(
        "dim", label="Light level", group="Light",
        help="Sets photons, gain, read noise, bleaching and emission together; each may still be given by itself. "
        "“blinking” has independent frames, “slow-blinking” molecules that stay on and off over several frames.",
    )  # fmt: skip
    frames: int = param(500, label="Frames", ge=1, le=100_000, group="Camera", help="Number of exposures.")
    pixel_size_nm: float = param(
        100.0, label="Pixel size", unit="nm", ge=1, le=10_000, group="Optics",
        help="Side of one camera pixel in the sample.",
    )  # fmt: skip
    psf: Psf = param(
        "gaussian", label="PSF", group="Optics", equation="Airy: PSF ∝ (2 J₁(v) / v)², v = 2π NA r / λ",
        help="Shape of the blur: a Gaussian, or the Airy pattern of a perfect objective, with its rings.",
    )  # fmt: skip
    fwhm_nm: float | None = param(
        None, label="PSF width FWHM", unit="nm", ge=10, le=100_000, group="Optics", equation="σ = FWHM / 2.3548",
        none_text="from NA and wavelength, else 324 nm", help="Full width at half maximum of the blur.",
    )  # fmt: skip
    numerical_aperture: float | None = param(
        None, label="Numerical aperture", gt=0, le=1.7, group="Optics", none_text="not used",
        equation="FWHM ≈ 0.51 λ / NA", help="Sets the width of the blur, together with the wavelength.",
    )  # fmt: skip
    emission_nm: float | None = param(
        None, label="Emission wavelength", unit="nm", ge=200, le=2000, group="Optics", none_text="not used",
        equation="FWHM ≈ 0.51 λ / NA", help="Sets the width of the blur, together with the numerical aperture.",
    )  # fmt: skip
    zoom: int = param(
        6, label="Zoom L", ge=1, le=12, group="Optics", help="Fine pixels of the truth per camera pixel along an axis."
    )
    signal_photons: float | None = param(
        None, label="Signal", unit="photons per frame", gt=0, le=1e6, group="Light", none_text="from the light level",
        help="Light of the sample at the brightest camera pixel, in the first frame.",
    )  # fmt: skip
    background_photons: float | None = param(
        None, label="Background", unit="photons per frame", ge=0, le=1e6, group="Light",
        none_text="from the light level", help="Smooth out-of-focus light at its brightest camera pixel.",
    )  # fmt: skip
    background_variation: float = param(
        0.25, label="Background variation", ge=0, le=0.9, group="Light", advanced=True,
        help="How far the background rises and falls around its middle, as a share of it; 0 makes it even.",
    )  # fmt: skip
    bleaching_frames: float | None = param(
        None, label="Bleaching time", unit="frames", ge=0, le=1e9, group="Light", none_text="from the light level",
        equation="light ∝ exp(−t / bleaching time)",
        help="Frames after which all light has fallen to 37 %; 0 for none.",
    )  # fmt: skip
    bleaching: Bleaching = param(
        "common", label="Bleaching", group="Light", advanced=True,
        help="common: all light fades evenly. molecules: blinking molecules go out for good one by one, at random "
        "times, and the background fades evenly.",
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
        help="How long a blinking molecule stays on; the mean off-time follows from the duty cycle. A molecule keeps "
        "its state during a frame.",
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
    em_register: bool = param(
        False, label="EM register", group="Camera", advanced=True,
        help="An electron-multiplying camera: its register doubles the variance of the photons.",
    )  # fmt: skip
    saturation_counts: int = param(
        65_535, label="Saturation", unit="counts", ge=1, le=65_535, group="Camera", advanced=True,
        help="The highest count that the camera reports.",
    )  # fmt: skip
    hot_pixel_share: float = param(
        0.0, label="Hot pixels", ge=0, le=0.5, group="Camera", advanced=True,
        help="Share of the camera's pixels that report light in the dark; which ones, the seed decides.",
    )  # fmt: skip
    hot_pixel_photons: float = param(
        100.0, label="Hot pixel level", unit="photons per frame", gt=0, le=1e6, group="Camera", advanced=True,
        help="Mean dark light of a hot pixel, with its own Poisson noise; it does not bleach.",
    )  # fmt: skip
    time_step_ms: float = param(
        10.0, label="Time step", unit="ms", gt=0, le=1e7, group="Camera", advanced=True,
        help="Time from one frame to the next, written into the file.",
    )  # fmt: skip

    @property
    def off_frames(self) -> float:
        """Mean time in frames that a blinking molecule stays off."""
        return self.on_frames * (1.0 - self.duty_cycle) / self.duty_cycle

    def complete(self) -> Self:
        """A copy in which the light level's values and the width are written out.

        Raises ParameterError where values contradict each other.
        """
        self.check()
        missing = {name: value for name, value in LIGHT_LEVELS[self.light].items() if getattr(self, name) is None}
        filled = self.replace(**missing, fwhm_nm=self._width_nm())
        if filled.bleaching == "molecules" and filled.emission != "blinking":
            sentence = "Bleaching (bleaching) is molecules; allowed with emission blinking alone, "
            raise ParameterError({"bleaching": f"{sentence}and emission is {filled.emission}."})
        return filled

    def check(self) -> None:
        """What a phantom has to ask of its own values together. Raises ParameterError."""

    def _width_nm(self) -> float:
        aperture, wavelength = self.numerical_aperture, self.emission_nm
        if aperture is None and wavelength is None:
            return DEFAULT_FWHM_NM if self.fwhm_nm is None else self.fwhm_nm
        if aperture is None or wavelength is None:
            name, words = ("emission_nm", "Emission wavelength") if wavelength is None else (
                "numerical_aperture", "Numerical aperture")  # fmt: skip
            sentence = f"{words} ({name}) is missing: numerical aperture and wavelength set the width together."
            raise ParameterError({name: sentence})
        width_nm = _fwhm_nm(self.psf, aperture, wavelength)
        if self.fwhm_nm is not None and abs(self.fwhm_nm - width_nm) > SAME_WIDTH * width_nm:
            sentence = (
                f"PSF width FWHM (fwhm_nm) is {self.fwhm_nm:g} nm, but numerical aperture and wavelength "
                f"make it {width_nm:.4g} nm; give one of the two."
            )
            raise ParameterError({"fwhm_nm": sentence})
        return width_nm


def _fwhm_nm(psf: Psf, numerical_aperture: float, emission_nm: float) -> float:
    """The Gaussian takes the rule of thumb that a reconstruction takes, the Airy pattern its own width."""
    if psf == "airy":
        return AIRY_FWHM * emission_nm / numerical_aperture
    return fwhm_from_aperture_nm(numerical_aperture, emission_nm)


class FieldParams(RecordingParams):
    """A sample in a field whose size is given."""

    rows: int = param(64, label="Rows", unit="pixels", ge=1, le=4096, group="Field", help="Height of the field.")
    columns: int = param(64, label="Columns", unit="pixels", ge=1, le=4096, group="Field", help="Width of the field.")


class ScatteredParams(FieldParams):
    """A sample whose places are drawn at random."""

    layout_seed: int | None = param(
        None, label="Seed of the places", ge=0, le=2**31 - 1, group="Field", none_text="from the seed of the recording",
        help="The same sample for every recording: with it, the seed decides about molecules, photons and camera "
        "alone.",
    )  # fmt: skip

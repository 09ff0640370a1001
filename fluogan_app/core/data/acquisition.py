"""How a stack was recorded: sampling, optics and camera, each value with where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar, Literal

from pydantic import Field

from fluogan_app.core.errors import ParameterError
from fluogan_app.core.params import Params, param, validated
from fluogan_app.core.units import fwhm_from_aperture_nm


class Origin(StrEnum):
    """Where a value comes from; the window shows each with its own colour and word."""

    FILE = "file"
    USER = "user"
    ESTIMATED = "estimated"
    ASSUMED = "assumed"
    MISSING = "missing"


#: The narrower end of what high-aperture objectives give (0.51 · 600 nm / 1.4); used, and called assumed, where nothing
#: is known. A width taken too narrow leaves some blur; one taken too wide invents spots beside every edge.
ASSUMED_FWHM_NM = 220.0
#: A PSF narrower than this many camera pixels is not sampled well enough to be deconvolved; the assumption stays above.
ASSUMED_FWHM_PIXELS = 2.0
#: Why nothing can be measured or reconstructed.
NO_PIXEL_SIZE = "Pixel size (pixel_size_nm) is missing: the file does not state it."


class Acquisition(Params):
    """Sampling, optics and camera of a recording. `origins` names where each value comes from."""

    group_help: ClassVar[Mapping[str, str]] = {
        "Optics": "How large a camera pixel is in the sample, and how the microscope blurs a point of light. The width "
        "of the blur is stated as it is, or follows from numerical aperture and wavelength. A width taken too small "
        "leaves some blur; one taken too large invents spots beside every edge.",
        "Camera": "How the camera turns light into counts. With gain and offset everything is told in photons, and "
        "the weights mean the same at every light level.",
    }
    pixel_size_nm: float | None = param(
        None, label="Pixel size", unit="nm", ge=1, le=100_000, group="Optics", none_text="not known",
        equation="pixel size = sensor pixel / magnification",
        help="Side of one camera pixel in the sample: the sensor's pixel divided by the magnification.",
    )  # fmt: skip
    fwhm_nm: float | None = param(
        None, label="PSF width FWHM", unit="nm", ge=10, le=100_000, group="Optics", none_text="from NA and wavelength",
        equation="FWHM = 2 √(2 ln 2) σ = 2.3548 σ",
        help="Full width at half maximum of the microscope's blur, as a small bead shows it. "
        "Leave empty to have it computed from numerical aperture and wavelength.",
    )  # fmt: skip
    numerical_aperture: float | None = param(
        None, label="Numerical aperture", gt=0, le=1.7, group="Optics", none_text="not known",
        equation="FWHM ≈ 0.51 λ / NA", help="Written on the objective, for example 63×/1.40.",
    )  # fmt: skip
    emission_nm: float | None = param(
        None, label="Emission wavelength", unit="nm", ge=200, le=2000, group="Optics", none_text="not known",
        equation="FWHM ≈ 0.51 λ / NA", help="Centre of the emission filter's band.",
    )  # fmt: skip
    psf: Literal["gaussian", "airy", "measured"] = param(
        "gaussian", label="PSF shape", group="Optics", advanced=True,
        equation="h(r) ∝ exp(−r² / 2σ²),  or  (2 J_1(v) / v)², v = 2π NA r / λ",
        help="Form of the blur: a Gaussian of that width; “airy”, the rings that a perfect lens makes, of that "
        "width or from NA and wavelength; or “measured”, the image of a small bead in a file, whose width then counts.",
    )  # fmt: skip
    psf_file: str | None = param(
        None, label="PSF file", group="Optics", advanced=True, none_text="none",
        help="TIFF or NPY image of a bead much smaller than the PSF, in focus, with dark pixels around it. Its "
        "background is taken off, and its centroid is its middle. Used where the PSF shape is “measured”.",
    )  # fmt: skip
    psf_pixel_size_nm: float | None = param(
        None, label="PSF pixel size", unit="nm", ge=1, le=100_000, group="Optics", advanced=True,
        none_text="from the file",
        help="Side of the PSF image's pixels in the sample, where its file does not state it.",
    )  # fmt: skip
    gain: float = param(
        1.0, label="Camera gain", unit="counts/photon", gt=0, le=100_000, group="Camera",
        equation="photons = (counts − offset) / gain", source="Cachia et al. 2023, eq. (4): α",
        help="Counts that the camera reports per detected photon.",
    )  # fmt: skip
    offset: float = param(
        0.0, label="Camera offset", unit="counts", ge=-1e6, le=1e6, group="Camera",
        equation="photons = (counts − offset) / gain", help="Counts that the camera reports in the dark.",
    )  # fmt: skip
    read_noise: float = param(
        0.0, label="Read noise", unit="photons rms", ge=0, le=10_000, group="Camera",
        equation="e ~ N(0, (gain · read noise)²)", source="Cachia et al. 2023, eq. (4)",
        help="Standard deviation of the camera's own noise, in photons.",
    )  # fmt: skip
    origins: Mapping[str, Origin] = Field(default_factory=dict)

    def origin(self, name: str) -> Origin:
        """Where a value comes from: what was noted for it, else missing where empty and assumed where preset."""
        if name in self.origins:
            return self.origins[name]
        return Origin.MISSING if getattr(self, name) is None else Origin.ASSUMED

    def with_values(self, origin: Origin, **values: Any) -> Acquisition:
        """A checked copy with some values set, all from one origin. Raises ParameterError."""
        origins = {**self.origins, **{name: origin for name in values}}
        return validated(Acquisition, {**self.model_dump(), **values, "origins": origins})

    def with_origins(self, origins: Mapping[str, str]) -> Acquisition:
        """A copy with other origins of values: "file", "user", "estimated" or "assumed". Raises ParameterError."""
        known = [origin.value for origin in Origin if origin is not Origin.MISSING]
        for name, origin in origins.items():
            if name not in Acquisition.model_fields or name == "origins" or origin not in known:
                raise ParameterError(
                    {name: f"“{name}={origin}” names no origin of a value."},
                    f"Write for example pixel_size_nm=file; a value comes from: {', '.join(known)}.",
                )
        return self.model_copy(update={"origins": {**self.origins, **{n: Origin(o) for n, o in origins.items()}}})

    @property
    def psf_fwhm_nm(self) -> float | None:
        """The width in use: as given, else from NA and wavelength, else assumed; None without a pixel size."""
        if self.fwhm_nm is not None:
            return self.fwhm_nm
        if self.numerical_aperture is not None and self.emission_nm is not None:
            return fwhm_from_aperture_nm(self.numerical_aperture, self.emission_nm)
        if self.pixel_size_nm is None:
            return None
        return max(ASSUMED_FWHM_NM, ASSUMED_FWHM_PIXELS * self.pixel_size_nm)

    @property
    def psf_origin(self) -> Origin:
        """Where the width in use comes from."""
        if self.fwhm_nm is not None:
            return self.origin("fwhm_nm")
        if self.numerical_aperture is not None and self.emission_nm is not None:
            origins = {self.origin("numerical_aperture"), self.origin("emission_nm")}
            return origins.pop() if len(origins) == 1 else Origin.USER
        return Origin.MISSING if self.pixel_size_nm is None else Origin.ASSUMED

    def complete(self) -> Acquisition:
        """A copy in which everything that a reconstruction needs is set. Raises ParameterError for what is missing."""
        if self.pixel_size_nm is None:
            raise ParameterError(
                {"pixel_size_nm": NO_PIXEL_SIZE},
                "Give the side of one camera pixel in the sample, in nm (--pixel-size-nm).",
            )
        if self.psf == "measured" and not self.psf_file:
            raise ParameterError(
                {"psf_file": "PSF file (psf_file) is missing: the PSF shape is “measured”."},
                "Name the image of a bead (--psf-file), or choose another PSF shape (--psf).",
            )
        return self.with_values(self.psf_origin, fwhm_nm=self.psf_fwhm_nm)

"""What a file says of its recording, in nm and ms; None, "" or () where it says nothing that can be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from fluogan_app.core.data.acquisition import NO_PIXEL_SIZE, Acquisition, Origin
from fluogan_app.core.errors import ParameterError

#: Side lengths that differ by less are one length, written with few digits.
SQUARE_TOLERANCE = 0.01
#: The least and the most that a recording of light has; what a file states beyond is not meant. 1 µs to a day, 1 nm
#: to 1 mm. Of what Acquisition holds, it declares the limits itself.
LIMITS: Mapping[str, tuple[float, float]] = {
    "time_step_ms": (0.001, 86_400_000.0),
    "exposure_ms": (0.001, 86_400_000.0),
    "plane_step_nm": (1.0, 1_000_000.0),
}


@dataclass(frozen=True)
class Recording:
    """Calibration as a file states it. `channels` and `emissions_nm` go by channel.

    gain is in counts per photon, offset in counts; bits_in_use are those of a pixel's that the camera fills.
    `metadata` holds the file's own words for display, nested as in the file: mappings, sequences and plain values.
    `warnings` are sentences for the user.
    """

    pixel_size_y_nm: float | None = None
    pixel_size_x_nm: float | None = None
    time_step_ms: float | None = None
    numerical_aperture: float | None = None
    channels: tuple[str, ...] = ()
    emissions_nm: tuple[float | None, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    exposure_ms: float | None = None
    plane_step_nm: float | None = None
    objective: str = ""
    camera: str = ""
    gain: float | None = None
    offset: float | None = None
    bits_in_use: int | None = None

    @property
    def pixel_size_origin(self) -> Origin:
        """FILE where both sides are stated, else MISSING."""
        known = self.pixel_size_y_nm is not None and self.pixel_size_x_nm is not None
        return Origin.FILE if known else Origin.MISSING

    @property
    def pixel_size_nm(self) -> float | None:
        """The side of a pixel where both sides are stated and equal, else None."""
        height, width = self.pixel_size_y_nm, self.pixel_size_x_nm
        if height is None or width is None or abs(height - width) > SQUARE_TOLERANCE * max(height, width):
            return None
        return width if height == width else (height + width) / 2

    @property
    def oblong_text(self) -> str:
        """The sides of pixels that are not square: "100 nm wide and 200 nm high"; "" of square and unknown ones."""
        if self.pixel_size_origin is Origin.MISSING or self.pixel_size_nm is not None:
            return ""
        return f"{self.pixel_size_x_nm:.6g} nm wide and {self.pixel_size_y_nm:.6g} nm high"

    @property
    def no_pixel_size(self) -> str:
        """The sentence on why there is none."""
        if not self.oblong_text:
            return NO_PIXEL_SIZE
        return (
            f"Pixel size (pixel_size_nm) is missing: by the file, pixels are {self.oblong_text}, and square ones "
            "are needed. Resample the stack, for example in Fiji, or state the side if the file is wrong."
        )

    def completed(self, acquisition: Acquisition) -> Acquisition:
        """What is in use, with all that a reconstruction needs. Raises ParameterError with the reason why not."""
        if acquisition.pixel_size_nm is None and self.oblong_text:
            raise ParameterError({"pixel_size_nm": self.no_pixel_size}, "Give it in nm (--pixel-size-nm).")
        return acquisition.complete()

    def emission_nm(self, channel: int) -> float | None:
        """Emission wavelength of a channel, None where the file does not state it."""
        return self.emissions_nm[channel] if channel < len(self.emissions_nm) else None

    def filled_from(self, other: Recording) -> Recording:
        """This recording with its gaps filled by another source in the same file; words of both are kept."""
        mine = {each.name: getattr(self, each.name) for each in fields(self)}
        merged = {name: value if value not in (None, (), "") else getattr(other, name) for name, value in mine.items()}
        if self.pixel_size_origin is Origin.MISSING and other.pixel_size_origin is Origin.FILE:
            merged |= {"pixel_size_y_nm": other.pixel_size_y_nm, "pixel_size_x_nm": other.pixel_size_x_nm}
        merged["metadata"] = {**other.metadata, **self.metadata}
        merged["warnings"] = (*self.warnings, *other.warnings)
        return Recording(**merged)

"""What a file says of its recording, brought to nm and ms; zero and absurd values count as not said."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.errors import ParameterError

#: Side lengths that differ by less are one length, written with few digits.
SQUARE_TOLERANCE = 0.01

_NM_PER_UNIT = {
    "m": 1e9, "meter": 1e9, "metre": 1e9, "cm": 1e7, "centimeter": 1e7, "mm": 1e6, "millimeter": 1e6,
    "µm": 1e3, "um": 1e3, "micron": 1e3, "microns": 1e3, "micrometer": 1e3, "micrometre": 1e3,
    "nm": 1.0, "nanometer": 1.0, "nanometre": 1.0, "pm": 1e-3, "å": 0.1, "angstrom": 0.1, "inch": 2.54e7, "in": 2.54e7,
}  # fmt: skip
_MS_PER_UNIT = {
    "s": 1e3, "sec": 1e3, "second": 1e3, "seconds": 1e3, "ms": 1.0, "msec": 1.0, "millisecond": 1.0,
    "milliseconds": 1.0, "µs": 1e-3, "us": 1e-3, "microsecond": 1e-3, "ns": 1e-6,
    "min": 6e4, "minute": 6e4, "minutes": 6e4, "h": 3.6e6, "hr": 3.6e6, "hour": 3.6e6, "hours": 3.6e6,
}  # fmt: skip


@dataclass(frozen=True)
class Recording:
    """Calibration as a file states it; None where it states nothing. `emissions_nm` goes by channel.

    `metadata` holds the file's own words for display; `warnings` are sentences for the user.
    """

    pixel_size_y_nm: float | None = None
    pixel_size_x_nm: float | None = None
    time_step_ms: float | None = None
    numerical_aperture: float | None = None
    channels: tuple[str, ...] = ()
    emissions_nm: tuple[float | None, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def pixel_size_origin(self) -> Origin:
        """FILE where both sides are stated, else MISSING."""
        known = self.pixel_size_y_nm is not None and self.pixel_size_x_nm is not None
        return Origin.FILE if known else Origin.MISSING

    def filled_from(self, other: Recording) -> Recording:
        """This recording with its gaps filled by another source in the same file; words of both are kept."""
        mine = {each.name: getattr(self, each.name) for each in fields(self)}
        merged = {name: value if value not in (None, ()) else getattr(other, name) for name, value in mine.items()}
        if self.pixel_size_origin is Origin.MISSING:
            merged |= {"pixel_size_y_nm": other.pixel_size_y_nm, "pixel_size_x_nm": other.pixel_size_x_nm}
        merged["metadata"] = {**other.metadata, **self.metadata}
        merged["warnings"] = (*self.warnings, *other.warnings)
        return Recording(**merged)


def length_nm(value: Any, unit: str) -> float | None:
    """A length in nm, or None where the number or its unit says nothing."""
    return _scaled(value, unit, _NM_PER_UNIT)


def duration_ms(value: Any, unit: str) -> float | None:
    """A duration in ms, or None where the number or its unit says nothing."""
    return _scaled(value, unit, _MS_PER_UNIT)


def positive(value: Any) -> float | None:
    """A finite number above zero, or None."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) and number > 0 else None


def acquisition_of(recording: Recording, channel: int) -> Acquisition:
    """The recording's values that a reconstruction can use, each with origin FILE.

    Pixels that are not square leave the pixel size open: blur and sampling are taken equal along y and x.
    """
    emissions = recording.emissions_nm
    stated = {
        "pixel_size_nm": square_pixel_size_nm(recording),
        "numerical_aperture": recording.numerical_aperture,
        "emission_nm": emissions[channel] if channel < len(emissions) else None,
    }
    acquisition = Acquisition()
    for name, value in stated.items():
        if value is not None and plausible(name, value):
            acquisition = acquisition.with_values(Origin.FILE, **{name: value})
    return acquisition


def square_pixel_size_nm(recording: Recording) -> float | None:
    """The side of a pixel in nm where both sides are stated and equal, else None."""
    height, width = recording.pixel_size_y_nm, recording.pixel_size_x_nm
    if height is None or width is None or abs(height - width) > SQUARE_TOLERANCE * max(height, width):
        return None
    return width if height == width else (height + width) / 2


def plausible(name: str, value: float) -> bool:
    """Whether a value lies in the limits that Acquisition declares for it."""
    try:
        Acquisition().with_values(Origin.FILE, **{name: value})
    except ParameterError:
        return False
    return True


def checked(recording: Recording) -> Recording:
    """A recording without values that no microscope has, and with a word on each, and on pixels that are not square."""
    warnings = list(recording.warnings)
    recording, one_sided = _both_sides(recording)
    warnings += one_sided
    sides = (recording.pixel_size_y_nm, recording.pixel_size_x_nm)
    if recording.pixel_size_origin is Origin.FILE and not all(plausible("pixel_size_nm", side) for side in sides):
        stated = f"{sides[1]:.6g} × {sides[0]:.6g} nm"
        warnings.append(f"The file states a pixel of {stated}, which cannot be; it is ignored.")
        sides = (None, None)
    cleaned = replace(recording, pixel_size_y_nm=sides[0], pixel_size_x_nm=sides[1], warnings=tuple(warnings))
    if cleaned.pixel_size_origin is Origin.FILE and square_pixel_size_nm(cleaned) is None:
        sentence = f"Pixels are {sides[1]:.6g} nm wide and {sides[0]:.6g} nm high; square pixels are needed."
        cleaned = replace(cleaned, warnings=(*warnings, sentence))
    return cleaned


def _both_sides(recording: Recording) -> tuple[Recording, tuple[str, ...]]:
    known = [side for side in (recording.pixel_size_y_nm, recording.pixel_size_x_nm) if side is not None]
    if len(known) != 1:
        return recording, ()
    square = replace(recording, pixel_size_y_nm=known[0], pixel_size_x_nm=known[0])
    return square, (f"The file states one side of a pixel only, {known[0]:.6g} nm; the other is taken as equal.",)


def _scaled(value: Any, unit: str, table: Mapping[str, float]) -> float | None:
    number = positive(value)
    # Files write the micro sign as U+00B5, as the Greek letter, or escaped as Java does.
    word = unit.strip().lower().replace("\\u00b5", "µ").replace("μ", "µ")
    factor = table.get(word)
    # Twelve digits are more than any file means, and 5.2304 µm is then 5230.4 nm.
    return None if number is None or factor is None else float(f"{number * factor:.12g}")

"""What a file says of its recording brought to nm and ms; zero and absurd values count as not said."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.recording import LIMITS, Recording
from fluogan_app.core.errors import ParameterError
from fluogan_app.core.units import milliseconds_text

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

#: What may lie beyond all limits: how it is called, and its value in words.
_LIMITED: Mapping[str, tuple[str, Callable[[float], str]]] = {
    "time_step_ms": ("time step", milliseconds_text),
    "exposure_ms": ("exposure time", milliseconds_text),
    "plane_step_nm": ("step between planes", "{:.6g} nm".format),
    "numerical_aperture": ("numerical aperture", "{:.6g}".format),
    "gain": ("gain", "{:.6g} counts per photon".format),
    "offset": ("camera offset", "{:.6g} counts".format),
}
#: Steps in time that are off their median by more are told.
_UNEVEN = 0.2


def length_nm(value: Any, unit: str) -> float | None:
    """A length in nm, or None where the number or its unit says nothing."""
    return _scaled(value, unit, _NM_PER_UNIT)


def duration_ms(value: Any, unit: str) -> float | None:
    """A duration in ms, or None where the number or its unit says nothing."""
    return _scaled(value, unit, _MS_PER_UNIT)


def positive(value: Any) -> float | None:
    """A finite number above zero, or None."""
    number = finite(value)
    return number if number is not None and number > 0 else None


def finite(value: Any) -> float | None:
    """A finite number, or None."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def names_of(stated: Iterable[str | None]) -> tuple[str, ...]:
    """The names of channels, "" for one without; () where none has a name."""
    names = tuple((name or "").strip() for name in stated)
    return names if any(names) else ()


def uneven(steps_ms: Iterable[float]) -> tuple[str, ...]:
    """A sentence on the times between frames where they are not alike."""
    steps = np.asarray(tuple(steps_ms), np.float64)
    usual = np.median(steps) if steps.size and np.isfinite(steps).all() else 0.0
    if usual <= 0 or np.abs(steps - usual).max() <= _UNEVEN * usual:
        return ()
    least, most = milliseconds_text(steps.min()), milliseconds_text(steps.max())
    least = least.removesuffix(" ms") if most.endswith(" ms") else least
    return (f"The time between frames varies from {least} to {most}.",)


def acquisition_of(recording: Recording, channel: int) -> Acquisition:
    """The recording's values that a reconstruction can use, each with origin FILE.

    Pixels that are not square leave the pixel size open: blur and sampling are taken equal along y and x.
    """
    stated = {
        "pixel_size_nm": recording.pixel_size_nm,
        "numerical_aperture": recording.numerical_aperture,
        "emission_nm": recording.emission_nm(channel),
        "gain": recording.gain,
        "offset": recording.offset,
    }
    acquisition = Acquisition()
    for name, value in stated.items():
        if value is not None and plausible(name, value):
            acquisition = acquisition.with_values(Origin.FILE, **{name: value})
    return acquisition


def plausible(name: str, value: float) -> bool:
    """Whether a value lies in the limits that are declared for it."""
    if name in LIMITS:
        return LIMITS[name][0] <= value <= LIMITS[name][1]
    try:
        Acquisition().with_values(Origin.FILE, **{name: value})
    except ParameterError:
        return False
    return True


def checked(recording: Recording, stored_bits: int = 64) -> Recording:
    """A recording without values that no microscope has, with a word on each, and on pixels that are not square.

    stored_bits: as many as a pixel has in the file.
    """
    recording, one_sided = _both_sides(recording)
    recording, absurd = _without_absurd(recording)
    warnings = (*recording.warnings, *one_sided, *absurd)
    if recording.bits_in_use is not None and not 0 < recording.bits_in_use <= stored_bits:
        said = f"The file states {recording.bits_in_use} bits in use of {stored_bits}, which cannot be; it is ignored."
        recording, warnings = replace(recording, bits_in_use=None), (*warnings, said)
    if recording.oblong_text:
        advice = "resample the stack, or state the side of a pixel if the file is wrong"
        warnings = (*warnings, f"Pixels are {recording.oblong_text}; square pixels are needed: {advice}.")
    return replace(recording, warnings=warnings)


def _without_absurd(recording: Recording) -> tuple[Recording, list[str]]:
    """The recording with what lies outside the declared limits taken out, and a sentence on each."""
    taken_out, sentences = {}, []
    sides = (recording.pixel_size_y_nm, recording.pixel_size_x_nm)
    if None not in sides and not all(plausible("pixel_size_nm", side) for side in sides):
        taken_out |= {"pixel_size_y_nm": None, "pixel_size_x_nm": None}
        stated = f"{sides[1]:.6g} × {sides[0]:.6g} nm"
        sentences.append(f"The file states a pixel of {stated}, which cannot be; it is ignored.")
    for name, (called, text) in _LIMITED.items():
        value = getattr(recording, name)
        if value is not None and not plausible(name, value):
            taken_out[name] = None
            article = "an" if called[0] in "aeiou" else "a"
            sentences.append(f"The file states {article} {called} of {text(value)}, which cannot be; it is ignored.")
    emissions = recording.emissions_nm
    kept = tuple(value if value is None or plausible("emission_nm", value) else None for value in emissions)
    for value in sorted({value for value in emissions if value is not None} - set(kept)):
        sentences.append(f"The file states an emission of {value:.6g} nm, which cannot be; it is ignored.")
    return replace(recording, emissions_nm=kept, **taken_out), sentences


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
    return None if number is None or factor is None else positive(f"{number * factor:.12g}")

"""What is known of one image of a file, value by value, each with its unit and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.description import SceneDescription
from fluogan_app.core.params import spec
from fluogan_app.core.units import milliseconds_text

#: What the window and the command line write where nothing states a value.
MISSING_TEXT = "not stated"


@dataclass(frozen=True)
class Fact:
    """One line of what is known: "Pixel size", "80 nm", FILE.

    `name` is the parameter's own where the value is one of Acquisition's, so that it can be set there. `text` carries
    the unit, and is MISSING_TEXT where the origin is MISSING. `note` is a sentence, or "".
    """

    name: str
    label: str
    text: str
    origin: Origin
    note: str = ""


def facts(scene: SceneDescription, acquisition: Acquisition, channel: int = 0) -> tuple[Fact, ...]:
    """All that is known of one channel of a scene, and what is missing, in the order of a recording's life.

    `acquisition` is what is in use for it: what the file states, and what was set or estimated since.
    """
    return (
        _pixel_size(scene, acquisition),
        *_sampling(scene),
        _channel(scene, channel),
        _declared(acquisition, "emission_nm"),
        _declared(acquisition, "numerical_aperture"),
        _psf_width(acquisition),
        _words("objective", "Objective", scene.recording.objective),
        _words("camera", "Camera", scene.recording.camera),
        *(_declared(acquisition, name) for name in ("gain", "offset", "read_noise")),
        Fact("pixel_type", "Pixel type", _pixel_type(np.dtype(scene.dtype)), Origin.FILE),
        _bits_in_use(scene),
    )


def _declared(acquisition: Acquisition, name: str) -> Fact:
    declared, value = spec(Acquisition, name), getattr(acquisition, name)
    text = MISSING_TEXT if value is None else f"{value:.6g} {declared.unit}".strip()
    return Fact(name, declared.label, text, acquisition.origin(name))


def _pixel_size(scene: SceneDescription, acquisition: Acquisition) -> Fact:
    fact = _declared(acquisition, "pixel_size_nm")
    height, width = scene.pixel_size_y_nm, scene.pixel_size_x_nm
    if acquisition.pixel_size_nm is not None or height is None or width is None:
        return fact
    sides = f"{width:.6g} nm wide, {height:.6g} nm high"
    note = "A run needs square pixels: resample the stack, or state the side if the file is wrong."
    return Fact(fact.name, fact.label, sides, Origin.FILE, note)


def _sampling(scene: SceneDescription) -> tuple[Fact, ...]:
    recording = scene.recording
    step, exposure, depth = recording.time_step_ms, recording.exposure_ms, recording.plane_step_nm
    rate = "" if step is None else f", {1000 / step:.3g} frames/s"
    times = (
        _stated("time_step_ms", "Time step", None if step is None else milliseconds_text(step) + rate),
        _stated("exposure_ms", "Exposure time", None if exposure is None else milliseconds_text(exposure)),
    )
    if depth is None and scene.sizes["Z"] == 1:
        return times
    return (_stated("plane_step_nm", "Plane step", None if depth is None else f"{depth:.6g} nm"), *times)


def _channel(scene: SceneDescription, channel: int) -> Fact:
    names = scene.channels
    return _words("channel_name", "Channel", names[channel] if channel < len(names) else "")


def _psf_width(acquisition: Acquisition) -> Fact:
    label, width = spec(Acquisition, "fwhm_nm").label, acquisition.psf_fwhm_nm
    if width is None:
        return Fact("fwhm_nm", label, MISSING_TEXT, Origin.MISSING, "Follows from emission and numerical aperture.")
    follows = acquisition.fwhm_nm is None and acquisition.psf_origin is not Origin.ASSUMED
    sentence = f"0.51 × {acquisition.emission_nm:g} nm / {acquisition.numerical_aperture:g}." if follows else ""
    return Fact("fwhm_nm", label, f"{float(f'{width:.4g}'):g} nm", acquisition.psf_origin, sentence)


def _bits_in_use(scene: SceneDescription) -> Fact:
    bits, stored = scene.recording.bits_in_use, 8 * np.dtype(scene.dtype).itemsize
    return _stated("bits_in_use", "Bits in use", None if bits is None else f"{bits} of {stored}")


def _pixel_type(dtype: np.dtype) -> str:
    if dtype.kind not in "iu":
        return dtype.name
    limits = np.iinfo(dtype)
    return f"{dtype.name}, {limits.min:,} to {limits.max:,}".replace("-", "−")


def _stated(name: str, label: str, text: str | None) -> Fact:
    """What only the file can state."""
    return Fact(name, label, text or MISSING_TEXT, Origin.FILE if text else Origin.MISSING)


def _words(name: str, label: str, text: str) -> Fact:
    return _stated(name, label, " ".join(text.split()) or None)

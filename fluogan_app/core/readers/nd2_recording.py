"""Calibration and settings as an ND2 file states them."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from fluogan_app.core.data.recording import Recording
from fluogan_app.core.readers.nd2_description import Nd2Description
from fluogan_app.core.readers.recording import duration_ms, length_nm, names_of, positive, uneven

_NO_METADATA = "The description of its calibration is damaged; pixel size, channels and optics are not known."
#: As many entries of a list, and letters of a text, are shown; an experiment can have thousands of positions.
_SHOWN = 200
_LONGEST_TEXT = 20_000


def recording_of(
    description: Nd2Description, sequences: np.ndarray, axes: str, times_ms: np.ndarray, metadata: Mapping[str, Any]
) -> Recording:
    """What a file states of one position. sequences: numbers of its frames (loops…), axes: the loops' letters.

    times_ms: when each frame of the file was taken; empty where it does not say. metadata: of all positions.
    """
    step, words = _time_step(description, sequences, axes, times_ms)
    bits = description.attributes.get("bitsPerComponentSignificant") or None
    if description.metadata is None:
        notes = (_NO_METADATA, *words)
        return Recording(time_step_ms=step, metadata=metadata, bits_in_use=bits, warnings=notes)
    channels = description.metadata.channels or []
    side, side_words = _side_nm(channels, description.picture)
    microscope = channels[0].microscope if channels else None
    depth = next((loop.parameters for loop in description.loops if loop.letter == "Z"), None)
    return Recording(
        pixel_size_y_nm=side,
        pixel_size_x_nm=side,
        plane_step_nm=None if depth is None else length_nm(depth.stepUm, "µm"),
        time_step_ms=step,
        numerical_aperture=positive(microscope.objectiveNumericalAperture) if microscope else None,
        objective=(microscope.objectiveName or "") if microscope else "",
        camera=_camera(description.picture),
        channels=names_of(each.channel.name for each in channels),
        emissions_nm=tuple(positive(each.channel.emissionLambdaNm) for each in channels),
        exposure_ms=_exposure_ms(description.picture),
        metadata=metadata,
        bits_in_use=bits,
        warnings=(*side_words, *words),
    )


def _side_nm(channels: list[Any], picture: Mapping[str, Any]) -> tuple[float | None, tuple[str, ...]]:
    """The side of a pixel where the file is calibrated; the library puts 1 µm where the file states 0."""
    if not channels:
        return None, ()
    volume = channels[0].volume
    if "time" in volume.axesInterpretation[:2]:
        return None, ("A side of its frames is time: they are scans of a line, not images.",)
    side = length_nm(picture.get("dCalibration", volume.axesCalibration[0]), "µm")
    filled_in = side == 1000.0 and not (volume.axesCalibrated[0] and "dCalibration" in picture)
    if side is None or filled_in:
        return None, ()
    if volume.axesCalibrated[0]:
        return side, ()
    return None, (f"The file gives a pixel of {side:.6g} nm, but says that it is not calibrated; it is ignored.",)


def _time_step(
    description: Nd2Description, sequences: np.ndarray, axes: str, times_ms: np.ndarray
) -> tuple[float | None, tuple[str, ...]]:
    """Median time from frame to frame by the frames' own times; else as the loop was planned, or turned out."""
    if "T" not in axes:
        return None, ()
    along = np.moveaxis(sequences, axes.index("T"), 0).reshape(sequences.shape[axes.index("T")], -1)[:, 0]
    steps = np.diff(times_ms[along]) if along.max(initial=-1) < len(times_ms) else np.empty(0)
    if steps.size and np.isfinite(steps).all() and (steps > 0).all():
        return duration_ms(statistics.median(steps), "ms"), uneven(steps)
    parameters = next(loop.parameters for loop in description.loops if loop.letter == "T")
    phases = getattr(parameters, "periods", None) or [parameters]
    counts = [getattr(each, "count", 1) for each in phases]
    planned = np.repeat([_planned_step_ms(each) or 0.0 for each in phases], counts)
    return duration_ms(statistics.median(planned), "ms"), uneven(planned[planned > 0])


def _planned_step_ms(phase: Any) -> float | None:
    """The step of a loop or one of its phases; real time-lapses state 0 and note what came of it."""
    noted = getattr(getattr(phase, "periodDiff", None), "avg", None)
    return duration_ms(noted, "ms") or duration_ms(getattr(phase, "periodMs", None), "ms")


def _settings(picture: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The camera settings of the channels, one entry where they share them."""
    planes = picture.get("sPicturePlanes", {})
    found = planes.get("sSampleSetting", {}) if isinstance(planes, Mapping) else {}
    return [each for each in found.values() if isinstance(each, Mapping)] if isinstance(found, Mapping) else []


def _camera(picture: Mapping[str, Any]) -> str:
    cameras = (each.get("pCameraSetting", {}) for each in _settings(picture))
    return next((str(each["CameraUserName"]) for each in cameras if each.get("CameraUserName")), "")


def _exposure_ms(picture: Mapping[str, Any]) -> float | None:
    """Exposure where it is the same in all channels."""
    found = {duration_ms(each.get("dExposureTime"), "ms") for each in _settings(picture)}
    return found.pop() if len(found) == 1 else None


def metadata_of(description: Nd2Description) -> dict[str, Any]:
    """The file's own words, nested as in the file."""
    channels = description.metadata.channels if description.metadata is not None else None
    groups: dict[str, Any] = {
        "Text": _plain(description.text),
        "Attributes": _plain(description.attributes),
        "Loops": [
            {"axis": loop.letter, "count": loop.count, "parameters": _plain(loop.parameters)}
            for loop in description.loops
        ],
        "Channels": [_plain(each) for each in channels or []],
        "Camera": [
            {"settings": str(each.get("sSpecSettings", "")).strip(), "exposure ms": _plain(each.get("dExposureTime"))}
            for each in _settings(description.picture)
        ],
    }
    return {name: group for name, group in groups.items() if group}


def _plain(value: Any) -> Any:
    """A value of the library in mappings, lists and plain values, without what it leaves open."""
    if hasattr(value, "__dataclass_fields__"):
        value = asdict(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items() if each is not None}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value[:_SHOWN]]
    return value if isinstance(value, bool | int | float) or value is None else str(value)[:_LONGEST_TEXT]

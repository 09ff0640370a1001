"""Calibration and settings as a LIF image states them."""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

import numpy as np

from fluogan_app.core.data.recording import Recording
from fluogan_app.core.readers.recording import duration_ms, length_nm, names_of, positive, uneven

_SETTINGS = ("ATLConfocalSettingDefinition", "ATLCameraSettingDefinition")
#: As many attributes of one element, and as many elements of a kind, are shown; no file has more that matter.
_SHOWN = 200
#: Leica counts time in steps of 100 ns.
_STEPS_PER_MS = 10_000


def recording_of(image: ElementTree.Element, counts: Mapping[str, int], sides: str, axes: str) -> Recording:
    """What an image states. sides: letters of width and height; axes: of its leading axes, channels as C.

    counts: lengths of all dimensions, as stated.
    """
    settings = _settings(image)
    channels = image.findall("./ImageDescription/Channels/ChannelDescription")
    fields = _widefield(image, len(channels))
    steps = _steps_between_stamps_ms(image, {**counts, "C": len(channels)}, axes)
    return Recording(
        pixel_size_x_nm=_step_nm(image, sides[0]),
        pixel_size_y_nm=_step_nm(image, sides[1]),
        plane_step_nm=next((_step_nm(image, each) for each in axes if each in "XYZ"), None),
        time_step_ms=_median_ms(steps) or _time_step_ms(image),
        numerical_aperture=_numerical_aperture(image, settings),
        objective=" ".join((settings.get("ObjectiveName") or _record(image, "Objective")).split()),
        camera=_camera(image),
        channels=names_of(_channel_name(each, fields[i]) for i, each in enumerate(channels)),
        emissions_nm=tuple(positive(each.get("EmissionWavelength")) for each in fields),
        exposure_ms=_exposure_ms(fields),
        bits_in_use=_bits_in_use(channels),
        metadata=_metadata(image, settings),
        warnings=uneven(steps) if _median_ms(steps) else (),
    )


def _dimension(image: ElementTree.Element, letter: str) -> ElementTree.Element | None:
    wanted = str({"X": 1, "Y": 2, "Z": 3, "T": 4}[letter])
    elements = image.findall("./ImageDescription/Dimensions/DimensionDescription")
    return next((each for each in elements if each.get("DimID") == wanted), None)


def _step(image: ElementTree.Element, letter: str) -> tuple[float | None, str]:
    """The distance between two places of a dimension, and its unit; files state that from the first to the last."""
    element = _dimension(image, letter)
    count, length = (None, None) if element is None else (element.get("NumberOfElements"), element.get("Length"))
    try:
        step = abs(float(length or 0)) / (int(count or 0) - 1)
    except (ValueError, ZeroDivisionError):
        return None, ""
    return positive(step), element.get("Unit", "") if element is not None else ""


def _step_nm(image: ElementTree.Element, letter: str) -> float | None:
    return length_nm(*_step(image, letter))


def _time_step_ms(image: ElementTree.Element) -> float | None:
    return duration_ms(*_step(image, "T"))


def _median_ms(steps_ms: np.ndarray) -> float | None:
    # Twelve digits hold microseconds over a day.
    return positive(float(f"{statistics.median(steps_ms):.12g}")) if steps_ms.size else None


def _steps_between_stamps_ms(image: ElementTree.Element, counts: Mapping[str, int], axes: str) -> np.ndarray:
    """Distances in time of the planes that follow each other in time, by the planes' own times."""
    if "T" not in axes:
        return np.empty(0)
    stamps = _stamps(image)
    for letters in (axes, axes.replace("C", "")):
        shape = tuple(counts[each] for each in letters)
        if math.prod(shape) == len(stamps):
            times = np.array(stamps, np.float64).reshape(shape)
            first = np.moveaxis(times, letters.index("T"), 0).reshape(shape[letters.index("T")], -1)[:, 0]
            return np.diff(first) / _STEPS_PER_MS
    return np.empty(0)


def _stamps(image: ElementTree.Element) -> list[int]:
    """The planes' times in steps of 100 ns, in the order of the planes; [] where they are not plain."""
    stamps = image.find("./TimeStampList")
    if stamps is None:
        return []
    try:
        if stamps.find("./TimeStamp") is not None:
            return [(int(each.get("HighInteger", "")) << 32) + int(each.get("LowInteger", "")) for each in stamps]
        return [int(word, 16) for word in (stamps.text or "").split()]
    except ValueError:
        return []


def _settings(image: ElementTree.Element) -> Mapping[str, str]:
    """Attributes of the first settings of the confocal or the camera."""
    hardware = image.find("./Attachment[@Name='HardwareSetting']")
    if hardware is None:
        return {}
    return next((each.attrib for name in _SETTINGS for each in hardware.iter(name)), {})


def _widefield(image: ElementTree.Element, count: int) -> list[Mapping[str, str]]:
    """Settings of each channel of a camera; empty ones where the file does not have one for each channel."""
    found: list[Mapping[str, str]] = [each.attrib for each in image.iter("WideFieldChannelInfo")]
    active = [each for each in found if each.get("Active", "1") != "0"]
    return next((each for each in (found, active) if len(each) == count), [{}] * count)


def _numerical_aperture(image: ElementTree.Element, settings: Mapping[str, str]) -> float | None:
    return positive(settings.get("NumericalAperture") or _record(image, "NumericalAperture"))


def _record(image: ElementTree.Element, attribute: str) -> str:
    """A value as the older LAS AF writes it, "" where it does not."""
    records = image.iter("FilterSettingRecord")
    return next((each.get("Variant", "") for each in records if each.get("Attribute") == attribute), "")


def _camera(image: ElementTree.Element) -> str:
    elements = image.iter("WideFieldChannelConfigurator")
    return next((each.get("CameraName", "").strip() for each in elements if each.get("CameraName")), "")


def _channel_name(channel: ElementTree.Element, field: Mapping[str, str]) -> str:
    named = {each.findtext("Key"): each.findtext("Value") for each in channel.findall("./ChannelProperty")}
    candidates = (
        named.get("DyeName"),
        field.get("UserDefName"),
        field.get("FluoCubeName"),
        channel.get("LUTName"),
    )
    return next((name.strip() for name in candidates if name and name.strip()), "")


def _exposure_ms(fields: list[Mapping[str, str]]) -> float | None:
    """Exposure of a camera's frames where it is the same in all channels."""
    found = {_duration(each.get("ExposureTime", "")) for each in fields}
    return found.pop() if len(found) == 1 else None


def _bits_in_use(channels: list[ElementTree.Element]) -> int | None:
    """Bits of a pixel that are filled, where they are the same in all channels."""
    found = {each.get("Resolution", "") for each in channels}
    return int(text) if len(found) == 1 and (text := found.pop()).isdecimal() else None


def _duration(text: str) -> float | None:
    """A duration with or without its unit, which is seconds."""
    match = re.fullmatch(r"\s*([-+.\deE]+)\s*([a-zµμ]*)\s*", text)
    return duration_ms(match[1], match[2] or "s") if match else None


def _metadata(image: ElementTree.Element, settings: Mapping[str, str]) -> dict[str, Any]:
    described = image.find("./ImageDescription")
    hardware = image.find("./Attachment[@Name='HardwareSetting']")
    groups = {
        "Hardware": dict(hardware.attrib) if hardware is not None else {},
        "Settings": dict(list(settings.items())[:_SHOWN]),
        "Detectors": list(_active(image, "Detector")),
        "Bands": list(_attributes(image, "MultiBand")),
        "Camera channels": list(_attributes(image, "WideFieldChannelInfo")),
        "Dimensions": list(_attributes(described, "DimensionDescription")),
        "Channels": list(_attributes(described, "ChannelDescription")),
    }
    return {name: group for name, group in groups.items() if group}


def _attributes(element: ElementTree.Element | None, name: str) -> Iterator[dict[str, str]]:
    found = element.iter(name) if element is not None else ()
    return (dict(list(each.attrib.items())[:_SHOWN]) for each, _ in zip(found, range(_SHOWN), strict=False))


def _active(image: ElementTree.Element, name: str) -> Iterator[dict[str, str]]:
    return (each for each in _attributes(image, name) if each.get("IsActive") == "1")

"""MetaMorph's dialects of TIFF: STK files, whose planes stand behind one directory, and XML with every page."""

from __future__ import annotations

import re
import struct
from datetime import datetime
from xml.etree import ElementTree

import numpy as np

from fluogan_app.core.data.recording import Recording
from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.recording import duration_ms, length_nm, positive
from fluogan_app.core.readers.tiff_bytes import Directory
from fluogan_app.core.readers.tiff_frames import TiffContainer
from fluogan_app.core.readers.tiff_pages import contiguous_run, frame_pages
from fluogan_app.core.readers.tiff_scenes import DESCRIPTION, TiffLayout, single_scene

_UIC1, _UIC2 = 33628, 33629
#: Entries of the first tag: whether calibrated, the sides of a pixel, their unit, the stack's name.
_CALIBRATED, _SIDE_X, _SIDE_Y, _UNIT, _NAME = 3, 4, 5, 6, 7
_MAX_PAIRS, _MAX_PLANES = 1000, 1_000_000
_DAY_MS = 86_400_000
_EXPOSURE = re.compile(r"Exposure: ([\d.]+) (\w+)")
_MAX_XML = 1_000_000


def is_stk(container: TiffContainer) -> bool:
    """Whether MetaMorph's count of planes is there."""
    return _UIC2 in container.first.entries


def stk_layout(container: TiffContainer, recording: Recording) -> TiffLayout | None:
    """All planes of an STK file, or None for one with a directory for each. Raises ReadError for one that ends early.

    Planes at distances are depth, planes at times are time; where both stand still the axis has no name.
    """
    frames = frame_pages(container.bytes, container.pages)
    count = container.first.entries[_UIC2].count
    if len(frames) > 1 or not 0 < count <= _MAX_PLANES:
        return None
    pages = frames if count == 1 else contiguous_run(container.bytes, frames[0], count)
    if pages is None:
        message = f"{container.path.name} is a compressed MetaMorph stack, which cannot be read."
        raise ReadError(message, "Save it again without compression.")
    distances, clocks = _planes(container, count)
    axis = "Z" if (distances > 0).all() else "T" if (np.diff(clocks) > 0).all() else "I"
    step = (clocks[-1] - clocks[0]) / (count - 1) if count > 1 and axis == "T" else None
    own = Recording(
        time_step_ms=positive(step), plane_step_nm=length_nm(distances[0], "µm") if axis == "Z" else None
    ).filled_from(_calibration(container))
    return single_scene(container, "MetaMorph STK", axis, (count,), pages, own.filled_from(recording), axis != "I")


def metamorph_recording(container: TiffContainer, description: str) -> Recording | None:
    """Calibration from the XML that newer versions write with every page, or None where there is none."""
    first = _properties(description)
    if not first:
        return None
    calibrated = first.get("spatial-calibration-state", "on") == "on"
    unit = first.get("spatial-calibration-units", "") if calibrated else ""
    exposure = _EXPOSURE.search(first.get("Description", ""))
    last = _properties(_description(container, container.last))
    return Recording(
        pixel_size_y_nm=length_nm(first.get("spatial-calibration-y"), unit),
        pixel_size_x_nm=length_nm(first.get("spatial-calibration-x"), unit),
        numerical_aperture=positive(first.get("_MagNA_")),
        objective=first.get("_MagSetting_", ""),
        exposure_ms=duration_ms(exposure[1], exposure[2]) if exposure else None,
        time_step_ms=_step_ms(first, last, len(container.pages)),
        metadata={"MetaMorph": first},
    )


def _planes(container: TiffContainer, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Distance in µm and time in ms of each plane, zeros where the table is damaged."""
    offset = container.bytes.pointer_of(container.first.entries[_UIC2])
    try:
        table = np.frombuffer(container.bytes.read(offset, 24 * count), "<u4").reshape(count, 6).astype(np.float64)
    except ReadError:
        return np.zeros(count), np.zeros(count)
    distances = np.divide(table[:, 0], table[:, 1], out=np.zeros(count), where=table[:, 1] > 0)
    return distances, table[:, 2] * _DAY_MS + table[:, 3]


def _calibration(container: TiffContainer) -> Recording:
    """Side of a pixel from the pairs of numbers and values, or offsets of values, in MetaMorph's first tag."""
    entry = container.first.entries.get(_UIC1)
    if entry is None or entry.type != 4 or not 1 < entry.count <= _MAX_PAIRS:
        return Recording()
    try:
        raw = container.bytes.read(container.bytes.pointer_of(entry), 8 * entry.count)
        values = dict(struct.iter_unpack("<II", raw))
        unit = _text(container, values.get(_UNIT, 0))
        sides = [length_nm(_quotient(container, values.get(side, 0)), unit) for side in (_SIDE_Y, _SIDE_X)]
        name = _text(container, values.get(_NAME, 0))
    except ReadError:
        return Recording()
    if not values.get(_CALIBRATED, 1):
        return Recording()
    return Recording(*sides, metadata={"MetaMorph": {"Name": name, "Calibration unit": unit}})


def _quotient(container: TiffContainer, offset: int) -> float | None:
    top, bottom = struct.unpack("<II", container.bytes.read(offset, 8)) if offset else (0, 0)
    return top / bottom if bottom else None


def _text(container: TiffContainer, offset: int) -> str:
    if not offset:
        return ""
    length = int.from_bytes(container.bytes.read(offset, 4), "little")
    return container.bytes.read(offset + 4, min(length, 256)).split(b"\0")[0].decode("latin-1").strip()


def _description(container: TiffContainer, directory: Directory) -> str:
    try:
        return container.bytes.text(directory.entries.get(DESCRIPTION))
    except ReadError:
        return ""


def _properties(description: str) -> dict[str, str]:
    """The properties in a page's XML by name, {} where it is none."""
    if not description.startswith("<MetaData") or len(description) > _MAX_XML or "<!" in description:
        return {}
    try:
        root = ElementTree.fromstring(description)
    except ElementTree.ParseError:
        return {}
    named = ((element.get("id"), element.get("value")) for element in root.iter() if element.get("id"))
    return {name: value for name, value in named if name and value is not None}


def _step_ms(first: dict[str, str], last: dict[str, str], count: int) -> float | None:
    try:
        texts = [notes["acquisition-time-local"] for notes in (first, last)]
        clocks = [datetime.strptime(text, "%Y%m%d %H:%M:%S.%f") for text in texts]
    except (KeyError, ValueError):
        return None
    seconds = (clocks[1] - clocks[0]).total_seconds()
    return duration_ms(seconds / (count - 1), "s") if count > 1 else None

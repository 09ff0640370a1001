"""Micro-Manager's notes in JSON: a summary in the head of its TIFF files, and what it knows of every page."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any

from fluogan_app.core.errors import ReadError
from fluogan_app.core.data.recording import Recording
from fluogan_app.core.readers.camera import camera_recording
from fluogan_app.core.readers.recording import length_nm, positive
from fluogan_app.core.readers.tiff_bytes import Directory, TiffBytes
from fluogan_app.core.readers.tiff_frames import TiffContainer

_PAGE_NOTES = 51123
#: Before the length of the summary: in MMStack files at byte 32, in NDTiff files at 16 or 20.
_SUMMARY_MARK = 2355492
_MAX_NOTES_BYTES = 1_000_000
_LONGEST_WORDS = 200


def micromanager_recording(container: TiffContainer) -> Recording:
    """What the notes of the first and the last page, and the summary in the file's head, say."""
    first, last = page_notes(container, container.first), page_notes(container, container.last)
    return notes_recording(first, last, file_summary(container.bytes) if first else {})


def notes_recording(first: Mapping[str, Any], last: Mapping[str, Any], summary: Mapping[str, Any]) -> Recording:
    """Calibration from the notes of the first and the last frame, then from the summary of what was asked for."""
    size = length_nm(_value(first, "PixelSizeUm", "PixelSize_um") or _value(summary, "PixelSize_um"), "µm")
    step = _time_step_ms(first, last)
    names = summary.get("ChNames")
    words = {"Summary": dict(summary), "First frame": dict(first)}
    settings = ((name, _value(first, name)) for name in first)
    camera = _text(first, "Core-Camera")
    return Recording(
        pixel_size_y_nm=size,
        pixel_size_x_nm=size,
        time_step_ms=positive(summary.get("Interval_ms")) if step is None else step,
        channels=tuple(map(str, names)) if isinstance(names, list) else (),
        exposure_ms=positive(_value(first, "Exposure-ms", "Exposure")),
        plane_step_nm=length_nm(summary.get("z-step_um"), "µm"),
        objective=_text(first, "Objective-Label", "Nosepiece-Label", "NosePiece-Label"),
        camera=camera,
        bits_in_use=_bits(first),
        metadata={"Micro-Manager": {name: part for name, part in words.items() if part}} if first or summary else {},
    ).filled_from(camera_recording(settings, camera))


def _bits(notes: Mapping[str, Any]) -> int | None:
    bits = positive(_value(notes, "BitDepth"))
    return int(bits) if bits is not None and bits <= 64 else None


def _value(notes: Mapping[str, Any], *names: str) -> Any:
    """The first of some entries that is there; some versions wrap a value in an object."""
    value = next((notes[name] for name in names if name in notes), None)
    return value.get("PropVal") if isinstance(value, dict) else value


def _text(notes: Mapping[str, Any], *endings: str) -> str:
    """The words of the first entry whose name ends so."""
    name = next((name for name in notes if name.endswith(endings)), "")
    value = _value(notes, name)
    return value[:_LONGEST_WORDS] if isinstance(value, str) else ""


def file_summary(file: TiffBytes) -> dict[str, Any]:
    """The summary that stands in the file's head, {} where there is none or it is damaged."""
    head = file.read_up_to(0, 40)
    for start in (8, 32, 20, 16):
        mark, length = struct.unpack_from(file.order + "II", head.ljust(start + 8, b"\0"), start)
        if mark == _SUMMARY_MARK and 0 < length <= _MAX_NOTES_BYTES:
            return json_object(file.read_up_to(start + 8, length))
    return {}


def page_notes(container: TiffContainer, directory: Directory) -> dict[str, Any]:
    """The JSON of one page, {} where there is none or it is damaged."""
    return json_object(page_text(container, directory))


def page_text(container: TiffContainer, directory: Directory) -> str:
    """The notes of one page as they are written, "" where there are none or they lie outside the file."""
    entry = directory.entries.get(_PAGE_NOTES)
    if entry is None or entry.count > _MAX_NOTES_BYTES:
        return ""
    try:
        return container.bytes.text(entry)
    except ReadError:
        return ""


def json_object(text: str | bytes) -> dict[str, Any]:
    """The object that a text in JSON holds, {} where it holds none or is damaged."""
    try:
        notes = json.loads(text.rstrip(b"\0") if isinstance(text, bytes) else text)
    except (ValueError, RecursionError):
        return {}
    return notes if isinstance(notes, dict) else {}


def _time_step_ms(first: Mapping[str, Any], last: Mapping[str, Any]) -> float | None:
    """Mean step from the clock of the first and last page, by their time points; what was asked for can be zero."""
    clocks = [positive(notes.get("ElapsedTime-ms")) for notes in (first, last)]
    times = [_time_point(notes) for notes in (first, last)]
    if None in clocks or None in times or times[1] <= times[0]:
        return None
    return positive((clocks[1] - clocks[0]) / (times[1] - times[0]))


def _time_point(notes: Mapping[str, Any]) -> int | None:
    axes = notes.get("Axes")
    time = axes.get("time") if isinstance(axes, dict) else notes.get("FrameIndex", notes.get("Frame"))
    return time if isinstance(time, int) else None

"""Dialects of TIFF that microscopes and cameras write: Olympus FluoView, ScanImage, Andor."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Mapping

from fluogan_app.core.data.recording import Recording
from fluogan_app.core.readers.recording import duration_ms, length_nm, positive
from fluogan_app.core.readers.tiff_frames import TiffContainer
from fluogan_app.core.readers.tiff_pages import frame_pages
from fluogan_app.core.readers.tiff_scenes import TiffLayout, plain_layout, single_scene

_FLUOVIEW = 34361
#: Ten dimensions of name, size, origin, resolution and unit, behind the head of Olympus' header.
_DIMENSIONS_AT, _DIMENSIONS = 284, 10
_FLUOVIEW_LETTERS = {"Z": "Z", "T": "T", "TIME": "T", "CH": "C", "WAVELENGTH": "C"}
_SOFTWARE = 305
#: Andor's own tags: exposure and cycle time in s, the camera's model.
_ANDOR, _ANDOR_EXPOSURE, _ANDOR_CYCLE, _ANDOR_MODEL = 4864, 4876, 4878, 4914


def is_fluoview(container: TiffContainer) -> bool:
    """Whether Olympus' own header is there."""
    return _FLUOVIEW in container.first.entries


def fluoview_layout(container: TiffContainer, recording: Recording) -> TiffLayout | None:
    """Axes and calibration as Olympus' header names them, or None where it is damaged."""
    raw = container.bytes.value(container.first.entries[_FLUOVIEW])
    dimension = struct.Struct(container.bytes.order + "16si2d64s")
    if len(raw) < _DIMENSIONS_AT + _DIMENSIONS * dimension.size:
        return None
    named = {}
    for number in range(_DIMENSIONS):
        name, size, _, resolution, unit = dimension.unpack_from(raw, _DIMENSIONS_AT + number * dimension.size)
        name, unit = (text.split(b"\0")[0].decode("latin-1").strip() for text in (name, unit))
        if name and size > 0:
            named[name.upper()] = (size, resolution, unit)
    axes = [(_FLUOVIEW_LETTERS.get(name, "Q"), size) for name, (size, *_) in named.items() if name not in ("X", "Y")]
    axes.reverse()
    own = _fluoview_recording(named).filled_from(recording)
    frames = frame_pages(container.bytes, container.pages)
    counts = tuple(size for _, size in axes)
    letters = "".join(letter for letter, _ in axes)
    if math.prod(counts) != len(frames) or len(set(letters)) != len(letters):
        stated = " × ".join(map(str, counts))
        sentence = f"Olympus' description ({stated} planes) does not fit the file's {len(frames)} pages"
        return plain_layout(container, own, (f"{sentence}; the pages are believed.",))
    return single_scene(container, "Olympus FluoView", letters, counts, frames, own, stated=True)


def _fluoview_recording(named: Mapping[str, tuple[int, float, str]]) -> Recording:
    def step(name: str) -> tuple[float | None, str]:
        return named[name][1:] if name in named else (None, "")

    time = step("T") if "T" in named else step("TIME")
    words = {f"{name} resolution": f"{value:g} {unit}".strip() for name, (_, value, unit) in named.items()}
    return Recording(
        pixel_size_y_nm=length_nm(*step("Y")),
        pixel_size_x_nm=length_nm(*step("X")),
        plane_step_nm=length_nm(*step("Z")),
        time_step_ms=duration_ms(*time),
        metadata={"Olympus FluoView": words},
    )


def scanimage_notes(container: TiffContainer, description: str) -> dict[str, str]:
    """The lines "SI.name = value" that ScanImage writes, by name; {} of other files."""
    software = container.bytes.text(container.first.entries.get(_SOFTWARE))
    text = software if software.startswith("SI.") else description if description.startswith("SI.") else ""
    lines = (line.partition("=") for line in text.splitlines())
    return {name.strip(): value.strip() for name, sign, value in lines if sign}


def scanimage_layout(container: TiffContainer, notes: Mapping[str, str], recording: Recording) -> TiffLayout:
    """Times, planes of a fast volume and channels, the last ones fastest."""
    frames = frame_pages(container.bytes, container.pages)
    channels = len(re.findall(r"\d+", notes.get("SI.hChannels.channelSave", ""))) or 1
    fast = notes.get("SI.hFastZ.enable", "") in ("true", "1")
    depth = int(positive(notes.get("SI.hFastZ.numFramesPerVolume")) or 1) if fast else 1
    rate = positive(notes.get("SI.hRoiManager.scanVolumeRate" if depth > 1 else "SI.hRoiManager.scanFrameRate"))
    words = {"ScanImage": dict(notes)}
    own = Recording(time_step_ms=1000 / rate if rate else None, metadata=words).filled_from(recording)
    times, rest = divmod(len(frames), depth * channels)
    if not times:
        sentence = f"ScanImage's {channels} channels of {depth} planes do not fit the file's {len(frames)} pages"
        return plain_layout(container, own, (f"{sentence}; the pages are believed.",))
    sentence = f"The last {rest} pages are no complete time point; they are left out."
    counts = (times, depth, channels)
    kept = frames[: len(frames) - rest]
    return single_scene(container, "ScanImage TIFF", "TZC", counts, kept, own, True, (sentence,) if rest else ())


def andor_recording(container: TiffContainer) -> Recording:
    """What Andor's own tags say; nothing of other files."""
    entries = container.first.entries
    if _ANDOR not in entries:
        return Recording()

    def seconds(tag: int) -> float | None:
        values = container.bytes.numbers(entries.get(tag))
        return duration_ms(values[0], "s") if values else duration_ms(container.bytes.text(entries.get(tag)), "s")

    model = container.bytes.text(entries.get(_ANDOR_MODEL))
    camera = model if model.lower().startswith("andor") else f"Andor {model}".strip()
    return Recording(exposure_ms=seconds(_ANDOR_EXPOSURE), time_step_ms=seconds(_ANDOR_CYCLE), camera=camera)

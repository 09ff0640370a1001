"""Micro-Manager's dialect of TIFF: JSON with every page, which names the axes of NDTiff files and the pixel size."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.recording import Recording, length_nm, positive
from fluogan_app.core.readers.tiff_bytes import Directory
from fluogan_app.core.readers.tiff_frames import TiffContainer
from fluogan_app.core.readers.tiff_pages import frame_pages
from fluogan_app.core.readers.tiff_scenes import TiffLayout, TiffScene

PAGE_NOTES = 51123
#: Bytes 8 to 11 of an NDTiff file hold the version, after a summary's mark.
_NDTIFF_MARK = 483729
_LETTERS = {"time": "T", "channel": "C", "z": "Z"}
_MAX_NOTES_BYTES = 1_000_000


def micromanager_recording(container: TiffContainer) -> Recording:
    """Pixel size and time step from the notes of the first and the last page."""
    first, last = page_notes(container, container.first), page_notes(container, container.last)
    size = length_nm(first.get("PixelSizeUm", first.get("PixelSize_um")), "µm")
    return Recording(size, size, _time_step_ms(first, last))


def is_ndtiff(container: TiffContainer) -> bool:
    """Whether the pages carry the names of their axes, as in NDTiff."""
    mark = np.frombuffer(container.bytes.read_up_to(8, 4).ljust(4, b"\0"), container.bytes.order + "u4")
    return int(mark[0]) == _NDTIFF_MARK


def ndtiff_layout(container: TiffContainer, recording: Recording) -> TiffLayout | None:
    """The layout that the pages' own axes give, or None where they do not fill a grid of time, channel and plane."""
    frames = frame_pages(container.bytes, container.pages)
    places = [_place(page_notes(container, directory)) for directory in container.bytes.directories()]
    if len(places) != len(frames) or any(set(place) != set(places[0]) for place in places) or not places[0]:
        return None
    axes = "".join(letter for letter in "TCZ" if letter in places[0])
    steps = {letter: sorted({place[letter] for place in places}, key=_sort_key) for letter in axes}
    counts = tuple(len(steps[letter]) for letter in axes)
    planes = np.full((*counts, 2), -1, np.int64)
    for number, place in enumerate(places):
        planes[tuple(steps[letter].index(place[letter]) for letter in axes)] = (0, number)
    if len(places) != int(np.prod(counts)) or (planes < 0).any():
        return None
    channels = tuple(str(name) for name in steps.get("C", ())) or recording.channels
    named = Recording(channels=channels).filled_from(recording)
    scene = TiffScene(container.path.stem, axes, planes, named, stated=True)
    return TiffLayout("NDTiff", (scene,), frames, (container.path,))


def page_notes(container: TiffContainer, directory: Directory) -> dict[str, Any]:
    """The JSON of one page, {} where there is none or it is damaged."""
    entry = directory.entries.get(PAGE_NOTES)
    if entry is None or entry.count > _MAX_NOTES_BYTES:
        return {}
    try:
        notes = json.loads(container.bytes.text(entry))
    except (ReadError, ValueError, RecursionError):
        return {}
    return notes if isinstance(notes, dict) else {}


def _place(notes: Mapping[str, Any]) -> dict[str, Any]:
    axes = notes.get("Axes")
    if not isinstance(axes, dict):
        return {}
    places = {_LETTERS[name]: place for name, place in axes.items() if name in _LETTERS}
    return places if len(places) == len(axes) and all(isinstance(p, int | str) for p in places.values()) else {}


def _sort_key(place: int | str) -> tuple[bool, int, str]:
    return isinstance(place, str), place if isinstance(place, int) else 0, str(place)


def _time_step_ms(first: Mapping[str, Any], last: Mapping[str, Any]) -> float | None:
    """Mean step from the clock of the first and last page, by their time points; what was asked for can be zero."""
    clocks = [positive(notes.get("ElapsedTime-ms")) for notes in (first, last)]
    times = [_time_point(notes) for notes in (first, last)]
    if None in clocks or None in times or times[1] <= times[0]:
        return None
    return positive((clocks[1] - clocks[0]) / (times[1] - times[0]))


def _time_point(notes: Mapping[str, Any]) -> int | None:
    place = _place(notes).get("T", notes.get("FrameIndex"))
    return place if isinstance(place, int) else None

"""Micro-Manager's dialect of TIFF: JSON with every page, which names the axes of NDTiff files and the pixel size."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.base import damaged
from fluogan_app.core.data.recording import Recording
from fluogan_app.core.readers.recording import length_nm, positive
from fluogan_app.core.readers.tiff_bytes import Directory
from fluogan_app.core.readers.tiff_frames import TiffContainer
from fluogan_app.core.readers.tiff_pages import frame_pages
from fluogan_app.core.readers.tiff_scenes import TiffLayout, TiffScene, recorded_times, without_single_axes

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
    """The layout that the pages' own axes give, or None where no page names its axes.

    Axes other than time, channel and plane, such as the position on the stage, part the file into scenes.
    Raises ReadError where only some pages name their axes.
    """
    frames = frame_pages(container.bytes, container.pages)
    places = [page_notes(container, directory).get("Axes") for directory in container.bytes.directories()]
    named = [isinstance(axes, dict) and len(axes) > 0 for axes in places]
    if not any(named) or len(places) != len(frames):
        return None
    if not all(named):
        raise damaged(container.path, f"page {named.index(False) + 1} does not say to which axes it belongs")
    positions: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for number, axes in enumerate(places):
        others = ", ".join(f"{name} {axes[name]}" for name in sorted(axes) if name not in _LETTERS)
        place = {letter: axes[name] for name, letter in _LETTERS.items() if name in axes}
        positions.setdefault(others, []).append((number, place))
    scenes = [_scene(container, name, pages, recording) for name, pages in positions.items()]
    if None in scenes:
        return None
    return TiffLayout("NDTiff", tuple(scene for scene in scenes if scene), frames, (container.path,))


def _scene(
    container: TiffContainer, position: str, pages: list[tuple[int, dict[str, Any]]], recording: Recording
) -> TiffScene | None:
    axes = "".join(letter for letter in "TCZ" if letter in pages[0][1])
    if any(sorted(place) != sorted(axes) or not _is_place(place) for _, place in pages):
        return None
    steps = {letter: sorted({place[letter] for _, place in pages}, key=_sort_key) for letter in axes}
    counts = tuple(len(steps[letter]) for letter in axes)
    index = {letter: {step: at for at, step in enumerate(steps[letter])} for letter in axes}
    planes = np.full((*counts, 2), -1, np.int64)
    for number, place in pages:
        planes[tuple(index[letter][place[letter]] for letter in axes)] = (0, number)
    name = f"{container.path.stem} {position}".strip()
    planes, warnings = recorded_times(planes, axes, name)
    axes, planes = without_single_axes(axes, planes)
    channels = tuple(str(step) for step in steps.get("C", ())) or recording.channels
    return TiffScene(name, axes, planes, Recording(channels=channels).filled_from(recording), True, warnings)


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


def _is_place(place: Mapping[str, Any]) -> bool:
    return all(isinstance(step, int | str) for step in place.values())


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
    axes = notes.get("Axes")
    time = axes.get("time") if isinstance(axes, dict) else notes.get("FrameIndex", notes.get("Frame"))
    return time if isinstance(time, int) else None

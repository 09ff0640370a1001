"""NDTiff: frames whose axes are named one by one, in the pages of a file or in the index of a dataset of files."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fluogan_app.core.data.recording import Recording
from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.base import MAX_PLANES, check_frame, damaged
from fluogan_app.core.readers.recorded import recorded_part
from fluogan_app.core.readers.recording import names_of
from fluogan_app.core.readers.tiff_bytes import TiffBytes
from fluogan_app.core.readers.tiff_frames import TiffContainer
from fluogan_app.core.readers.tiff_micromanager import (
    file_summary,
    json_object,
    notes_recording,
    page_notes,
    page_text,
)
from fluogan_app.core.readers.tiff_pages import frame_pages
from fluogan_app.core.readers.tiff_scenes import TiffLayout, TiffScene, without_single_axes

INDEX = "NDTiff.index"
#: Bytes 8 to 11 of an NDTiff file; the version follows.
_MARK = 483729
_COUNTERS = {"time": "FrameIndex", "channel": "ChannelIndex", "z": "SliceIndex", "position": "PositionIndex"}
_LETTERS = {"time": "T", "channel": "C", "z": "Z"}
#: Of the index: pixel offset, width, height, pixel type, compression, then offset, length and compression of the notes.
_FIELDS = struct.Struct("<IiiiiIii")
_DTYPES = {0: "u1", 1: "u2", 3: "u2", 4: "u2", 5: "u2", 6: "u2"}
_COLOUR = 2
_MAX_INDEX_BYTES = 2_000_000_000
_LONGEST_NAME = 100_000

Axes = Mapping[str, Any]


def is_ndtiff(container: TiffContainer) -> bool:
    """Whether the pages carry the names of their axes, as in NDTiff."""
    mark = np.frombuffer(container.bytes.read_up_to(8, 4).ljust(4, b"\0"), container.bytes.order + "u4")
    return int(mark[0]) == _MARK


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
    addressed = [((0, number), axes) for number, axes in enumerate(places)]
    scenes = placed_scenes(container.path.stem, addressed, recording)
    return None if scenes is None else TiffLayout("NDTiff", scenes, frames, (container.path,))


def micromanager_layout(container: TiffContainer, recording: Recording) -> TiffLayout | None:
    """The layout that counters in every page's notes give, where no description does; None where a page has none."""
    if not any(counter in page_notes(container, container.first) for counter in _COUNTERS.values()):
        return None
    frames = frame_pages(container.bytes, container.pages)
    places = [_counted(page_text(container, directory)) for directory in container.bytes.directories()]
    if not all(places) or len(places) != len(frames):
        return None
    addressed = [((0, number), axes) for number, axes in enumerate(places)]
    scenes = placed_scenes(container.path.stem, addressed, recording)
    if scenes is None or sum(len(scene.planes.reshape(-1, 2)) for scene in scenes) < len(frames):
        return None
    return TiffLayout("Micro-Manager TIFF", scenes, frames, (container.path,))


def _counted(notes: str) -> dict[str, int]:
    """The counters in a page's notes by axis; looked for by their names, which is quicker than to read all notes."""
    found = ((axis, re.search(f'"{counter}": ?(\\d+)', notes)) for axis, counter in _COUNTERS.items())
    return {axis: int(match[1]) for axis, match in found if match}


def placed_scenes(
    stem: str, frames: list[tuple[tuple[int, int], Axes]], recording: Recording
) -> tuple[TiffScene, ...] | None:
    """The scenes of frames that each name their place; None where the names are no places or differ in kind."""
    positions: dict[str, list[tuple[tuple[int, int], Axes]]] = {}
    for address, axes in frames:
        others = ", ".join(f"{name} {axes[name]}" for name in sorted(axes) if name not in _LETTERS)
        place = {letter: axes[name] for name, letter in _LETTERS.items() if name in axes}
        positions.setdefault(others, []).append((address, place))
    scenes = [_scene(f"{stem} {name}".strip(), placed, recording) for name, placed in positions.items()]
    return None if None in scenes else tuple(scene for scene in scenes if scene)


def _scene(name: str, frames: list[tuple[tuple[int, int], Axes]], recording: Recording) -> TiffScene | None:
    axes = "".join(letter for letter in "TCZ" if letter in frames[0][1])
    if any(sorted(place) != sorted(axes) or not _is_place(place) for _, place in frames):
        return None
    steps = {letter: sorted({place[letter] for _, place in frames}, key=_sort_key) for letter in axes}
    counts = tuple(len(steps[letter]) for letter in axes)
    if np.prod(counts, dtype=np.float64) > MAX_PLANES:
        return None
    index = {letter: {step: at for at, step in enumerate(steps[letter])} for letter in axes}
    planes = np.full((*counts, 2), -1, np.int64)
    for address, place in frames:
        planes[tuple(index[letter][place[letter]] for letter in axes)] = address
    twice = len(frames) - int((planes[..., 0] >= 0).sum())
    planes, warnings = recorded_part(planes, axes, name)
    if twice:
        warnings += (f"{twice} frames of “{name}” name the place of another one; the last one written is taken.",)
    # A channel that has a number only has no name here.
    channels = names_of(step if isinstance(step, str) else "" for step in steps.get("C", ()))
    axes, planes = without_single_axes(axes, planes)
    return TiffScene(name, axes, planes, Recording(channels=channels).filled_from(recording), True, warnings)


def _is_place(place: Axes) -> bool:
    return all(isinstance(step, int | str) for step in place.values())


def _sort_key(place: int | str) -> tuple[bool, int, str]:
    return isinstance(place, str), place if isinstance(place, int) else 0, str(place)


@dataclass(frozen=True)
class IndexedFrame:
    """One frame of a dataset: the file that it is in, where its pixels and its notes are, and how it is stored."""

    axes: Axes
    file: str
    offset: int
    width: int
    height: int
    type: int
    packed: int
    notes: tuple[int, int]


def dataset_files(folder: Path) -> list[Path]:
    """The files that a dataset's index names and that are there, in its order. Raises ReadError."""
    names = dict.fromkeys(frame.file for frame in read_index(folder / INDEX)[0])
    files = [folder / name for name in names if (folder / name).is_file()]
    if not files:
        raise ReadError(f"{folder} is a folder with an NDTiff index, but without its files.", "Copy them all.")
    return files


def read_index(path: Path) -> tuple[list[IndexedFrame], bool]:
    """The frames of an index, and whether it ends within one, as after a crash. Raises ReadError, OSError."""
    if path.stat().st_size > _MAX_INDEX_BYTES:
        raise damaged(path, "it is too large for an index")
    frames: dict[str, IndexedFrame] = {}
    data = path.read_bytes()
    for key, frame in _entries(path, data):
        if frame is None:
            return list(frames.values()), True
        # A frame that was written twice counts as it was written last.
        frames[key] = frame
    return list(frames.values()), False


def _entries(path: Path, data: bytes) -> Iterator[tuple[str, IndexedFrame | None]]:
    at = 0
    while at < len(data):
        texts = []
        for _ in range(2):
            length = int.from_bytes(data[at : at + 4], "little")
            if length > _LONGEST_NAME:
                raise damaged(path, f"at byte {at} it claims a name of {length} bytes")
            texts.append(data[at + 4 : at + 4 + length].decode("utf-8", errors="replace"))
            at += 4 + length
        if at + _FIELDS.size > len(data):
            yield "", None
            return
        offset, width, height, kind, packed, notes_at, notes_bytes, notes_packed = _FIELDS.unpack_from(data, at)
        at += _FIELDS.size
        axes = json_object(texts[0])
        name = Path(texts[1].replace("\\", "/")).name
        if not axes or not name:
            raise damaged(path, f"before byte {at} it does not say which frame is meant")
        notes = (notes_at, 0 if notes_packed else max(0, notes_bytes))
        yield texts[0], IndexedFrame(axes, name, offset, width, height, kind, packed, notes)


def dataset_recording(folder: Path, frames: list[IndexedFrame]) -> Recording:
    """What the notes of the first and the last frame, and the summary in the first file, say. Raises ReadError."""
    ends = []
    for frame in (frames[0], frames[-1]):
        if not (folder / frame.file).is_file():
            ends.append({})
            continue
        with closing(TiffBytes(folder / frame.file)) as file:
            ends.append(json_object(file.read_up_to(*frame.notes)))
            summary = file_summary(file)
    return notes_recording(*ends, summary) if any(ends) else Recording()


def frame_dtype(path: Path, frame: IndexedFrame) -> np.dtype:
    """Type of a frame's pixels. Raises ReadError for colours, compressed pixels and what is not known."""
    if frame.type == _COLOUR:
        raise ReadError(f"{path.name} is of colour pictures (RGB), not a fluorescence stack.", "Record grey frames.")
    if frame.type not in _DTYPES or frame.packed:
        raise damaged(path, f"its index names pixels of type {frame.type}, compression {frame.packed}")
    dtype = np.dtype(_DTYPES[frame.type])
    check_frame(path, frame.height, frame.width, dtype)
    return dtype

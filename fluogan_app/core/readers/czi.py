"""The reader of Zeiss CZI files: every scene of its own size, mosaics put together, pixels at full size only.

Structure and pixels are read here and not by Zeiss's library: that one opens a file that was cut short without a word,
and a damaged one may end the process from within native code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from fluogan_app.core.readers.base import Scene
from fluogan_app.core.readers.czi_directory import check_compression, read_tiles
from fluogan_app.core.readers.czi_layout import CziImage, PlaneTable, read_images
from fluogan_app.core.readers.czi_notes import CziNotes, read_notes
from fluogan_app.core.readers.czi_pixels import read_rows
from fluogan_app.core.readers.czi_segments import is_czi, read_header
from fluogan_app.core.readers.czi_times import RecordingTimes, read_times
from fluogan_app.core.readers.file_bytes import FileBytes

_WORDS = {
    "H": "phases (axis H)", "R": "rotations (axis R)", "I": "illuminations (axis I)", "V": "views (axis V)",
    "B": "blocks (axis B)",
}  # fmt: skip


class CziReader:
    """Reads the files that Zeiss ZEN saves."""

    name = "CZI"

    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether these are the first bytes of a CZI file."""
        return is_czi(head)

    def open(self, path: Path) -> CziFile:
        """The file with its scenes. Raises ReadError."""
        file = FileBytes(path)
        try:
            return CziFile(file)
        except BaseException:
            file.close()
            raise


class CziFile:
    """An open CZI; an address is a plane's number in the directory, and y and x of its first pixel in the whole."""

    dialect = "CZI"

    def __init__(self, file: FileBytes) -> None:
        self._file = file
        self.files: tuple[Path, ...] = (file.path,)
        header = read_header(file)
        tiles, lost = read_tiles(file, header)
        check_compression(file, tiles)
        notes = read_notes(file, header)
        several = len(np.unique(tiles.starts.get("S", 0))) > 1

        def name_of(scene: int) -> str:
            return notes.scene_name(scene) or (f"scene {scene}" if several else file.path.stem)

        self._table, images, left_out = read_images(file, tiles, name_of)
        times = read_times(file, header, notes, self._table)
        words = (*lost, *left_out, *times.warnings, *_disagreements(notes, self._table))
        images_of = Counter(image.scene for image in images)
        self.scenes: tuple[Scene, ...] = tuple(
            _scene(image, notes, times, name_of(image.scene), images_of[image.scene] > 1, words) for image in images
        )

    def source(self, scene: Scene, addresses: np.ndarray) -> CziSource:
        """The frames at some addresses (T, 3). Raises ReadError."""
        return CziSource(self._file, self._table, scene, addresses)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


class CziSource:
    """The frames of one scene, channel and plane. May be used from any thread."""

    def __init__(self, file: FileBytes, table: PlaneTable, scene: Scene, addresses: np.ndarray) -> None:
        self._file, self._table, self._addresses = file, table, addresses
        self.shape: tuple[int, int, int] = (len(addresses), scene.height, scene.width)
        self.dtype: np.dtype = scene.dtype

    def frame(self, index: int) -> np.ndarray:
        """One frame (Y, X). Raises ReadError, or ValueError with what is wrong with its pixels."""
        return self.rows(index, 0, self.shape[1])

    def rows(self, index: int, start: int, stop: int) -> np.ndarray:
        """Some rows of a frame, of unpacked pictures without reading the others. Raises as `frame`."""
        plane, top, left = (int(number) for number in self._addresses[index])
        tiles = self._table.of_plane(plane)
        if len(tiles) == 1 and (tiles[0].height, tiles[0].width) == self.shape[1:]:
            return read_rows(self._file, tiles[0], start, stop)
        # What no picture covers is zero, as in Zeiss's own program.
        frame = np.zeros((stop - start, self.shape[2]), self.dtype)
        for tile in tiles:
            y, x = tile.y - top, tile.x - left
            first, end = max(start, y), min(stop, y + tile.height)
            if first < end:
                frame[first - start : end - start, x : x + tile.width] = read_rows(self._file, tile, first - y, end - y)
        return frame

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def _scene(
    image: CziImage, notes: CziNotes, times: RecordingTimes, name: str, split: bool, words: tuple[str, ...]
) -> Scene:
    """An image with all that is said of it; `split`: its scene's channels differ, so that each kind has its own."""
    counts = dict(zip(image.axes, image.planes.shape[:-1], strict=True))
    recording = replace(notes.recording(image.channels), time_step_ms=times.step_ms(image))
    remarks = [*_remarks(counts, notes), *times.words(image)]
    if split:
        names = recording.channels or [""] * len(image.channels)
        channels = [named or f"channel {channel}" for named, channel in zip(names, image.channels, strict=True)]
        remarks.append(f"The channels of “{name}” differ in type, size or depth; those that are alike are one image.")
        name = f"{name}, {', '.join(channels)}"
    return Scene(
        name=name,
        axes=image.axes,
        planes=image.planes,
        height=image.height,
        width=image.width,
        dtype=image.dtype,
        recording=recording,
        warnings=(*image.warnings, *remarks, *words),
    )


def _remarks(counts: Mapping[str, int], notes: CziNotes) -> tuple[str, ...]:
    remarks = []
    others = [_WORDS.get(letter, f"places along axis {letter}") for letter in counts if letter not in "TCZ"]
    if others:
        remarks.append(f"The file's {' and '.join(others)} are told apart as planes.")
    stated, found = notes.stated_count("T"), counts.get("T", 1)
    if stated is not None and stated != found:
        remarks.append(f"The file's description states {stated} time points, but {found} are used.")
    return tuple(remarks)


def _disagreements(notes: CziNotes, table: PlaneTable) -> tuple[str, ...]:
    """Words on an axis of which the file holds more or less than its description says."""
    words = []
    for letter, name in (("S", "scenes"), ("C", "channels"), ("Z", "planes in depth")):
        stated, found = notes.stated_count(letter), len(np.unique(table.places[letter]))
        if stated is not None and stated != found:
            words.append(f"The file's description states {stated} {name}, but {found} are in it.")
    return tuple(words)

"""The reader of Nikon ND2 files: every stage position is a scene, its frames read one at a time."""

from __future__ import annotations

import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np

from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.base import MAX_PLANES, OpenFile, Scene, damaged
from fluogan_app.core.readers.file_bytes import FileBytes
from fluogan_app.core.readers.nd2_chunks import Nd2Chunks
from fluogan_app.core.readers.nd2_description import Nd2Frames, read_description
from fluogan_app.core.readers.nd2_legacy import JPEG_2000, LegacyNd2File, is_legacy_nd2
from fluogan_app.core.readers.nd2_scenes import nd2_scenes

_MODERN = b"\xda\xce\xbe\x0a"
#: Each frame's chunk begins with its time, a number of so many bytes.
_TIME_BYTES = 8


class Nd2Reader:
    """Reads what Nikon's NIS-Elements records."""

    name = "ND2"

    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether these are the first bytes of an ND2 file; the oldest begin as any JPEG 2000 picture does."""
        return head.startswith(_MODERN) or (head.startswith(JPEG_2000) and is_legacy_nd2(path))

    def open(self, path: Path) -> OpenFile:
        """The file with its stage positions. Raises ReadError."""
        file = FileBytes(path)
        try:
            return LegacyNd2File(file) if file.read_up_to(0, len(JPEG_2000)) == JPEG_2000 else Nd2File(file)
        except BaseException:
            file.close()
            raise


class Nd2File:
    """An open ND2 with its stage positions; an address is (number of the frame, number of the channel)."""

    dialect = "ND2"

    def __init__(self, file: FileBytes) -> None:
        self._chunks = Nd2Chunks(file)
        self.files: tuple[Path, ...] = (file.path,)
        self._offsets = self._chunks.frames()
        if not self._offsets:
            raise damaged(file.path, "it holds no frames")
        if len(self._offsets) > MAX_PLANES:
            raise damaged(file.path, f"it claims {len(self._offsets)} frames")
        description = read_description(self._chunks)
        self._frames = description.frames
        words = self._size_words()
        held = np.fromiter(self._offsets, np.int64, len(self._offsets))
        scenes = nd2_scenes(file.path, description, held, self._chunks.times_ms())
        self.scenes: tuple[Scene, ...] = tuple(replace(each, warnings=(*each.warnings, *words)) for each in scenes)

    def source(self, scene: Scene, addresses: np.ndarray) -> Nd2Source:
        """The frames at some addresses (T, 2). Raises ReadError."""
        return Nd2Source(self._chunks, self._frames, self._offsets, addresses)

    def close(self) -> None:
        """Let go of the file."""
        self._chunks.file.close()

    def _size_words(self) -> tuple[str, ...]:
        """A word where the first frame is larger than described. Raises ReadError where it is smaller."""
        first = min(self._offsets)
        _, length = self._chunks.frame_place(first, self._offsets[first])
        there, described = length - _TIME_BYTES, self._frames.bytes
        if self._frames.packed or there == described:
            return ()
        if there < described:
            raise short_frame(self._chunks.file.path, self._frames, first, there)
        return (f"A frame is described as {described} bytes, but the file keeps {there}; it may be damaged.",)


class Nd2Source:
    """The frames of one position, channel and plane, each cut out of its chunk; for any thread."""

    def __init__(
        self, chunks: Nd2Chunks, frames: Nd2Frames, offsets: dict[int, int], addresses: np.ndarray
    ) -> None:
        self._chunks, self._frames, self._offsets, self._addresses = chunks, frames, offsets, addresses
        self.shape: tuple[int, int, int] = (len(addresses), frames.height, frames.width)
        self.dtype: np.dtype = frames.dtype

    def frame(self, index: int) -> np.ndarray:
        """One frame (Y, X) in the file's own type. Raises ReadError for a damaged chunk."""
        return self.rows(index, 0, self.shape[1])

    def rows(self, index: int, start: int, stop: int) -> np.ndarray:
        """Some rows of a frame, of a plain one without reading the others. Raises as `frame`."""
        number, channel = (int(value) for value in self._addresses[index])
        begin, length = self._chunks.frame_place(number, self._offsets[number])
        pixels, row_bytes = begin + _TIME_BYTES, self._frames.row_bytes
        if self._frames.packed:
            raw = self._unpacked(number, self._chunks.file.read(pixels, max(0, length - _TIME_BYTES)))
            raw = raw[start * row_bytes : stop * row_bytes]
        elif length - _TIME_BYTES < self._frames.bytes:
            raise short_frame(self._chunks.file.path, self._frames, number, length - _TIME_BYTES)
        else:
            raw = self._chunks.file.read(pixels + start * row_bytes, (stop - start) * row_bytes)
        return self._channel(raw, stop - start, channel)

    def close(self) -> None:
        """Let go of the file."""
        self._chunks.file.close()

    def _channel(self, raw: bytes, rows: int, channel: int) -> np.ndarray:
        frames, item = self._frames, self._frames.dtype.itemsize
        shape, steps = (rows, frames.width), (frames.row_bytes, frames.components * item)
        stored = np.ndarray(shape, frames.dtype.newbyteorder("<"), raw, channel * item, steps)
        return np.ascontiguousarray(stored, dtype=frames.dtype)

    def _unpacked(self, number: int, packed: bytes) -> bytes:
        try:
            raw = zlib.decompressobj().decompress(packed, self._frames.bytes + 1)
        except zlib.error as error:
            raise damaged(self._chunks.file.path, f"its frame {number} cannot be unpacked ({error})") from error
        if len(raw) != self._frames.bytes:
            raise short_frame(self._chunks.file.path, self._frames, number, len(raw))
        return raw


def short_frame(path: Path, frames: Nd2Frames, number: int, there: int) -> ReadError:
    """The error for a frame that has fewer bytes than it should."""
    size = f"{frames.height} × {frames.width} pixels of {frames.dtype}"
    if frames.components > 1:
        size += f" in {frames.components} channels"
    return damaged(path, f"its frame {number} should have {size}, but has {max(there, 0)} bytes")

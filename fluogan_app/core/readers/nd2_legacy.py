"""ND2 files of the years before 2010: boxes of JPEG 2000 pictures, one for each frame and channel."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from fluogan_app.core.readers.base import MAX_PLANES, Scene, damaged
from fluogan_app.core.readers.file_bytes import FileBytes
from fluogan_app.core.readers.nd2_chunks import has_entities
from fluogan_app.core.readers.nd2_description import Nd2Frames, described
from fluogan_app.core.readers.nd2_scenes import nd2_scenes

JPEG_2000 = b"\x00\x00\x00\x0cjP  "
_TABLE_END = b"LABORATORY IMAGING ND BOX MAP 00"
_TAIL = struct.Struct("<32sQ")
_BOX = struct.Struct(">I4s")
#: An entry of the table: the box's type, its meaning, where it is.
_ENTRY = struct.Struct("<4s4sQ")
_PICTURE, _DESCRIPTION_OF_FRAME = b"LUNK", b"VIMD"
#: A picture's size stands behind these first bytes: right and lower end, then left and upper.
_CODESTREAM = b"\xff\x4f\xff\x51"
_SIZE = struct.Struct(">8x4I")


def is_legacy_nd2(path: Path) -> bool:
    """Whether a JPEG 2000 file is an ND2: by the table at its end, or, where it is cut off, by its name."""
    file = FileBytes(path)
    try:
        tail = file.read_up_to(max(0, file.size - _TAIL.size), _TAIL.size)
    finally:
        file.close()
    return tail.startswith(_TABLE_END) or path.suffix.lower() == ".nd2"


class LegacyNd2File:
    """An open ND2 of the old kind; an address is (number of the frame, number of the channel)."""

    dialect = "ND2 (before 2010)"

    def __init__(self, file: FileBytes) -> None:
        self._file = file
        self.files: tuple[Path, ...] = (file.path,)
        boxes = _boxes(file)
        self._pictures = boxes.get(_PICTURE, [])
        if not self._pictures or _DESCRIPTION_OF_FRAME not in boxes:
            raise damaged(file.path, "it holds no frames")
        _check_descriptions(file, boxes)
        description = described(file)
        self._frames: Nd2Frames = description.frames
        held = np.arange(len(self._pictures) // self._frames.components)
        if not len(held):
            raise damaged(file.path, f"it should have {self._frames.components} channels, but has fewer pictures")
        self.scenes: tuple[Scene, ...] = nd2_scenes(file.path, description, held, np.empty(0))

    def source(self, scene: Scene, addresses: np.ndarray) -> LegacyNd2Source:
        """The frames at some addresses (T, 2). Raises ReadError."""
        return LegacyNd2Source(self._file, self._frames, self._pictures, addresses)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


class LegacyNd2Source:
    """The frames of one position, channel and plane, each a picture of its own; for any thread."""

    def __init__(self, file: FileBytes, frames: Nd2Frames, pictures: list[int], addresses: np.ndarray) -> None:
        self._file, self._frames, self._pictures, self._addresses = file, frames, pictures, addresses
        self.shape: tuple[int, int, int] = (len(addresses), frames.height, frames.width)
        self.dtype: np.dtype = frames.dtype

    def frame(self, index: int) -> np.ndarray:
        """One frame (Y, X) in the file's own type. Raises ReadError for a damaged picture."""
        import imagecodecs

        number, channel = (int(value) for value in self._addresses[index])
        content = _content(self._file, self._pictures[number * self._frames.components + channel])
        self._check_size(content, number)
        return np.ascontiguousarray(imagecodecs.jpeg2k_decode(content))

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _check_size(self, content: bytes, number: int) -> None:
        """Raises ReadError for a picture of another size than the frames', before it is unpacked."""
        if not content.startswith(_CODESTREAM) or len(content) < _SIZE.size:
            raise damaged(self._file.path, f"its frame {number} is no JPEG 2000 picture")
        right, lower, left, upper = _SIZE.unpack_from(content)
        if (lower - upper, right - left) != (self._frames.height, self._frames.width):
            size, expected = f"{lower - upper} × {right - left}", f"{self.shape[1]} × {self.shape[2]}"
            raise damaged(self._file.path, f"its frame {number} has {size} pixels, not {expected}")


def _boxes(file: FileBytes) -> dict[bytes, list[int]]:
    """Where the boxes of each meaning begin, by the table at the end of the file. Raises ReadError."""
    end, back = _TAIL.unpack(file.read(max(0, file.size - _TAIL.size), _TAIL.size))
    if end != _TABLE_END:
        raise damaged(file.path, "the table of its frames, which stands at the end, is missing: it was cut short")
    start = file.size - back
    if start < 0 or back < _TAIL.size + 4:
        raise damaged(file.path, f"the table of its frames claims {back} bytes")
    count = int.from_bytes(file.read(start, 4), "big")
    if count > MAX_PLANES or count * _ENTRY.size > back:
        raise damaged(file.path, f"the table of its frames claims {count} boxes")
    boxes: dict[bytes, list[int]] = {}
    for kind, meaning, offset in _ENTRY.iter_unpack(file.read(start + 4, count * _ENTRY.size)):
        boxes.setdefault(meaning.strip(b"\0") or kind, []).append(offset)
    return boxes


def _content(file: FileBytes, offset: int) -> bytes:
    length, _ = _BOX.unpack(file.read(offset, _BOX.size))
    if length < _BOX.size:
        raise damaged(file.path, f"the box at byte {offset} claims {length} bytes")
    return file.read(offset + _BOX.size, length - _BOX.size)


def _check_descriptions(file: FileBytes, boxes: dict[bytes, list[int]]) -> None:
    """Raises ReadError for descriptions that could unfold to more than they are."""
    for offsets in (each for meaning, each in boxes.items() if meaning != _PICTURE):
        content = _content(file, offsets[0])
        if has_entities(content):
            raise damaged(file.path, "its description is not the plain text of an ND2 file")

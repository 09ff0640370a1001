"""The chunks of an ND2 file: named pieces, found through the table at its end, and never larger than the file."""

from __future__ import annotations

import struct
import zlib

import numpy as np

from fluogan_app.core.readers.base import damaged
from fluogan_app.core.readers.file_bytes import FileBytes

MAGIC = 0x0ABECEDA
_CHUNK = struct.Struct("<IIQ")
_TAIL = struct.Struct("<32sQ")
_PLACE = struct.Struct("<QQ")
_FIRST_NAME = b"ND2 FILE SIGNATURE CHUNK NAME01!"
_TABLE_NAME = b"ND2 FILEMAP SIGNATURE NAME 0001!"
_TABLE_END = b"ND2 CHUNK MAP SIGNATURE 0000001!"
_FRAME_NAME = b"ImageDataSeq|"
_TIMES = b"CustomData|AcqTimesCache!"
#: The name of a chunk is padded to a multiple of a disc's block.
_LONGEST_NAME = 1 << 16
#: Descriptions of the largest experiments, with thousands of positions, stay below; so they do when unpacked.
_MAX_DESCRIPTION_BYTES = 64_000_000
#: The table of a million frames.
_MAX_TABLE_BYTES = 36_000_000
#: A description that begins with this letter is packed; the packed bytes begin behind its header.
_PACKED, _PACKED_BEGIN = b"L", 12


class Nd2Chunks:
    """The chunks of an open ND2 file by name. Raises ReadError for a file that was cut short or is no ND2 file."""

    def __init__(self, file: FileBytes) -> None:
        self.file = file
        magic, length, _ = _CHUNK.unpack(file.read(0, _CHUNK.size))
        if magic != MAGIC or length != len(_FIRST_NAME) or file.read(_CHUNK.size, length) != _FIRST_NAME:
            raise damaged(file.path, "it begins like a Nikon ND2 file, but its first chunk is not one of these")
        end, start = _TAIL.unpack(file.read(max(0, file.size - _TAIL.size), _TAIL.size))
        if end != _TABLE_END:
            raise damaged(file.path, "the table of its frames, which stands at the end, is missing: it was cut short")
        self._offsets = self._table(self._content(start, _TABLE_NAME, _MAX_TABLE_BYTES))

    def __contains__(self, name: bytes) -> bool:
        return name in self._offsets

    def frames(self) -> dict[int, int]:
        """Where the chunk of each frame begins, by the frame's number; those that the file does not hold left out."""
        found = {}
        for name, offset in self._offsets.items():
            number = name[len(_FRAME_NAME) : -1]
            if name.startswith(_FRAME_NAME) and number.isdigit() and offset + _CHUNK.size < self.file.size:
                found[int(number)] = offset
        return found

    def frame_place(self, number: int, offset: int) -> tuple[int, int]:
        """Where the bytes of a frame begin, and how many there are. Raises ReadError where another chunk is there."""
        return self._place(offset, b"%s%d!" % (_FRAME_NAME, number))

    def read(self, name: bytes) -> bytes:
        """The content of a chunk, b"" where there is none. Raises ReadError."""
        return self._content(self._offsets[name], name) if name in self._offsets else b""

    def times_ms(self) -> np.ndarray:
        """When each frame was taken, by its number; empty where the file does not say. Raises ReadError."""
        content = self.read(_TIMES)
        return np.frombuffer(content[: len(content) // 8 * 8], "<f8")

    def check_description(self, name: bytes) -> None:
        """Raises ReadError for a description that is no ND2 text, or would unpack to more than any file needs."""
        content = self.read(name)
        if has_entities(content):
            raise damaged(self.file.path, f"its {_shown(name)} is not the plain text of an ND2 file")
        if content[:1] == _PACKED:
            unpacked = zlib.decompressobj().decompress(content[_PACKED_BEGIN:], _MAX_DESCRIPTION_BYTES)
            if len(unpacked) == _MAX_DESCRIPTION_BYTES or unpacked[:1] == _PACKED:
                raise damaged(self.file.path, f"its {_shown(name)} unpacks to more than any experiment needs")

    def _content(self, offset: int, name: bytes, most: int = _MAX_DESCRIPTION_BYTES) -> bytes:
        begin, length = self._place(offset, name)
        if length > most:
            raise damaged(self.file.path, f"its {_shown(name)} claims {length} bytes")
        return self.file.read(begin, length)

    def _place(self, offset: int, name: bytes) -> tuple[int, int]:
        magic, name_length, length = _CHUNK.unpack(self.file.read(offset, _CHUNK.size))
        if magic != MAGIC or name_length > _LONGEST_NAME:
            raise damaged(self.file.path, f"{_shown(name)} should begin at byte {offset}, but no chunk does")
        found = self.file.read(offset + _CHUNK.size, min(name_length, len(name)))
        if found != name:
            raise damaged(self.file.path, f"{_shown(name)} should begin at byte {offset}, but {_shown(found)} does")
        begin = offset + _CHUNK.size + name_length
        if begin + length > self.file.size:
            raise self.file.cut_short(f"its {_shown(name)} runs to byte {begin + length}")
        return begin, length

    def _table(self, content: bytes) -> dict[bytes, int]:
        """Where each chunk begins, by its name."""
        offsets: dict[bytes, int] = {}
        position = 0
        while (end := content.find(b"!", position) + 1) > 0:
            name = content[position:end]
            if name == _TABLE_END:
                return offsets
            position = end + _PLACE.size
            if position > len(content):
                break
            offsets[name], _ = _PLACE.unpack_from(content, end)
        raise damaged(self.file.path, "the table of its frames, which stands at the end, breaks off")


class Nd2Bytes:
    """What the library reads descriptions from: the file, without a memory map and without a read beyond its end."""

    def __init__(self, file: FileBytes) -> None:
        self._file = file
        self._position = 0
        self.closed = False

    def read(self, size: int | None = -1) -> bytes:
        """At most `size` bytes from here on, all where it is negative."""
        wanted = self._file.size if size is None or size < 0 else size
        data = self._file.read_up_to(self._position, min(wanted, _MAX_DESCRIPTION_BYTES))
        self._position += len(data)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move, counted from the beginning, from here or from the end."""
        self._position = max(0, offset + (0, self._position, self._file.size)[whence])
        return self._position

    def close(self) -> None:
        """Nothing to let go of: the file stays open for its frames."""
        self.closed = True


def has_entities(content: bytes) -> bool:
    """Whether a description in XML has entities, which can blow a small text up to gigabytes; ND2 has none."""
    words = ("<!DOCTYPE", "<!ENTITY")
    return any(word.encode(code) in content for word in words for code in ("ascii", "utf-16-le", "utf-16-be"))


def _shown(name: bytes) -> str:
    text = name.rstrip(b"!\0").decode("ascii", errors="replace")
    return text if text.isascii() and text.isprintable() and text else "another chunk"

"""The bytes of a TIFF file: header, directories and tag values, read one at a time and never past the file's end."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.base import damaged
from fluogan_app.core.readers.file_bytes import FileBytes
from fluogan_app.core.units import bytes_text

#: Bytes per value of each TIFF field type.
TYPE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_TYPE_CODES = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 11: "f", 12: "d", 13: "I", 16: "Q", 17: "q", 18: "Q"}
_RATIONALS = {5: "I", 10: "i"}
_TEXTS = (2, 7)

#: No recording has more pages; a file that claims more would only keep the program busy.
MAX_PAGES = 1_000_000
_MAX_ENTRIES = 4096
#: The descriptions of recordings with half a million planes stay below.
_MAX_VALUE_BYTES = 128_000_000
#: A directory of a usual page fits in one read of this size.
_DIRECTORY_READ = 512
#: Directories that lie closer together than `_DENSE` are read many at once.
_DENSE, _DENSE_READ = 4096, 65536


class Entry(NamedTuple):
    """One tag of a directory: its type, how many values, and the bytes that hold them or say where they are."""

    type: int
    count: int
    field: bytes


@dataclass(frozen=True, slots=True)
class Directory:
    """The tags of one page, by number, and where the next page's directory begins (0: none)."""

    offset: int
    entries: dict[int, Entry]
    following: int


class TiffBytes(FileBytes):
    """One open TIFF file: its bytes, its directories and the values of their tags. May be used from any thread."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        try:
            self._read_header()
        except ReadError:
            self.close()
            raise

    def directories(self) -> Iterator[Directory]:
        """The pages' directories in their order. Raises ReadError where the chain is broken or runs in a circle."""
        return (self.directory(offset, block) for offset, block in self.chain())

    def chain(self) -> Iterator[tuple[int, bytes]]:
        """Where each page's directory is, and its bytes with the closing pointer. Raises as `directories`."""
        seen: set[int] = set()
        offset, ahead, ahead_at = self._first, b"", 0
        while offset:
            if offset in seen:
                raise damaged(self.path, f"after page {len(seen)} its pages lead back to an earlier page")
            if len(seen) == MAX_PAGES:
                raise damaged(self.path, f"it claims more than {MAX_PAGES} pages")
            seen.add(offset)
            if not ahead_at <= offset <= ahead_at + len(ahead) - _DIRECTORY_READ:
                count = _DENSE_READ if abs(offset - ahead_at) < _DENSE else _DIRECTORY_READ
                ahead = self.read_up_to(offset, count) if offset < self.size else b""
                ahead_at = offset
            block = self._block(offset, ahead[offset - ahead_at : offset - ahead_at + _DIRECTORY_READ], len(seen))
            yield offset, block
            offset = self._pointer.unpack(block[-self._pointer.size :])[0]

    def directory(self, offset: int, block: bytes) -> Directory:
        """The tags of a page from its directory's bytes."""
        entries: dict[int, Entry] = {}
        end = len(block) - self._pointer.size
        for tag, kind, values, raw in self._entry.iter_unpack(block[self._count.size : end]):
            # Micro-Manager writes two descriptions; the first is the one that counts.
            entries.setdefault(tag, Entry(kind, values, raw))
        return Directory(offset, entries, self._pointer.unpack(block[end:])[0])

    def pointer_at(self, block: bytes, tag: int) -> tuple[int, int] | None:
        """Where in a directory's bytes the one whole number of a tag stands, and its size; None for any other tag."""
        start, step = self._count.size, self._entry.size
        for at in range(start, len(block) - self._pointer.size, step):
            number, kind, count, _ = self._entry.unpack_from(block, at)
            if number == tag:
                size = TYPE_BYTES.get(kind, 0)
                whole = kind in (3, 4, 13, 16) and count == 1
                return (at + step - self._pointer.size, size) if whole else None
        return None

    def numbers(self, entry: Entry | None) -> tuple[float, ...]:
        """The values of a numeric tag; rationals as quotients (0 for x / 0). Raises ReadError."""
        if entry is None or (entry.type not in _TYPE_CODES and entry.type not in _RATIONALS):
            return ()
        data = self.value(entry)
        if entry.type in _RATIONALS:
            parts = struct.unpack(f"{self.order}{2 * entry.count}{_RATIONALS[entry.type]}", data)
            return tuple(top / bottom if bottom else 0.0 for top, bottom in zip(parts[::2], parts[1::2], strict=True))
        return struct.unpack(f"{self.order}{entry.count}{_TYPE_CODES[entry.type]}", data)

    def text(self, entry: Entry | None) -> str:
        """The value of a text tag, "" where there is none. Raises ReadError."""
        if entry is None or entry.type not in (*_TEXTS, 1):
            return ""
        data = self.value(entry)
        if data.startswith((b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")):
            return _wide(data)
        data = data.split(b"\0", 1)[0]
        try:
            return data.decode("utf-8").strip()
        except UnicodeDecodeError:
            return data.decode("latin-1").strip()

    def value(self, entry: Entry) -> bytes:
        """The bytes of a tag's values. Raises ReadError where they lie outside the file, or are more than can be."""
        count = TYPE_BYTES.get(entry.type, 0) * entry.count
        if count > _MAX_VALUE_BYTES:
            raise damaged(self.path, f"one of its tags claims {bytes_text(count)}")
        if count <= len(entry.field):
            return entry.field[:count]
        return self.read(self.pointer_of(entry), count)

    def pointer_of(self, entry: Entry) -> int:
        """Where the values of a tag stand that do not fit into the directory."""
        return self._pointer.unpack(entry.field)[0]

    def _read_header(self) -> None:
        head = self.read_up_to(0, 16)
        self.order = "<" if head[:2] == b"II" else ">"
        self.big = head[2:4] in (b"+\0", b"\0+")
        self._pointer = struct.Struct(self.order + ("Q" if self.big else "I"))
        self._entry = struct.Struct(self.order + ("HHQ8s" if self.big else "HHI4s"))
        self._count = struct.Struct(self.order + ("Q" if self.big else "H"))
        start, length = (8, 8) if self.big else (4, 4)
        if len(head) < start + length:
            raise self.cut_short("a TIFF header is wanted")
        self._first = self._pointer.unpack(head[start : start + length])[0]

    def _block(self, offset: int, block: bytes, page: int) -> bytes:
        """The bytes of a whole directory, of which the first are there already. Raises ReadError."""
        if len(block) < self._count.size:
            raise self.cut_short(f"page {page} should be described at byte {offset}")
        count = self._count.unpack_from(block)[0]
        if not 0 < count <= _MAX_ENTRIES:
            raise damaged(self.path, f"page {page} claims {count} tags")
        end = self._count.size + count * self._entry.size
        if len(block) < end + self._pointer.size:
            block = self.read_up_to(offset, end + self._pointer.size)
        if len(block) < end:
            raise self.cut_short(f"the description of page {page} runs to byte {offset + end}")
        # Some programs leave out the closing pointer at the very end of the file.
        return block[: end + self._pointer.size].ljust(end + self._pointer.size, b"\0")


def _wide(data: bytes) -> str:
    """Text of two bytes per letter, in the order that its first letter or its mark shows."""
    order = "le" if data[:1] == b"\xff" or data[1:2] == b"\0" else "be"
    text = data[: len(data) // 2 * 2].decode(f"utf-16-{order}", errors="replace")
    return text.split("\0", 1)[0].strip("\ufeff \r\n\t")

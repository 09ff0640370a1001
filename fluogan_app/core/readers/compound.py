"""Compound documents, files that hold files: the container of OIB. Every claim is held against the file's size."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fluogan_app.core.readers.base import damaged
from fluogan_app.core.readers.file_bytes import FileBytes

_HEADER_BYTES, _ENTRY_BYTES = 512, 128
_LAST_SECTOR = 0xFFFFFFFA
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_NOTHING = 0xFFFFFFFF
#: More files than a recording has frames.
_MOST_ENTRIES = 2_000_000


@dataclass(frozen=True)
class _Entry:
    """A file or folder in the document: its kind, neighbours and child in the tree, first sector and size in bytes."""

    name: str
    kind: int
    left: int
    right: int
    child: int
    start: int
    size: int


class CompoundDocument:
    """The files in an open compound document, by their path in it. May be used from any thread."""

    def __init__(self, content: FileBytes) -> None:
        self._content = content
        head = content.read(0, _HEADER_BYTES)
        shift, small_shift = struct.unpack_from("<HH", head, 30)
        if shift not in (9, 12) or not 3 <= small_shift <= shift:
            raise damaged(content.path, "the sizes of its sectors cannot be")
        self._sector, self._small = 1 << shift, 1 << small_shift
        directory, _, self._cutoff, first_small, small_count = struct.unpack_from("<5I", head, 48)
        self._table = self._sector_table(head)
        entries = _entries(self._chain(directory))
        if not entries or entries[0].kind != _ROOT:
            raise damaged(content.path, "it has no list of its files")
        self._small_table = np.frombuffer(self._chain(first_small) if small_count else b"", "<u4")
        self._small_content = (entries[0].start, entries[0].size)
        self._files = dict(_walk(entries))

    @property
    def names(self) -> list[str]:
        """The paths of all files, parts joined by "/"."""
        return list(self._files)

    def read(self, name: str) -> bytes:
        """The content of a file. Raises ReadError where it is cut short."""
        entry = self._files[name]
        if entry.size > self._content.size:
            raise damaged(self._content.path, f"{name} in it claims {entry.size} bytes")
        data = self._small_file(entry) if entry.size < self._cutoff else self._chain(entry.start, entry.size)
        if len(data) < entry.size:
            raise damaged(self._content.path, f"{name} in it is cut short")
        return data[: entry.size]

    def _sector_table(self, head: bytes) -> np.ndarray:
        """For each sector the number of the one that follows it."""
        count = struct.unpack_from("<I", head, 44)[0]
        if count * self._sector > self._content.size:
            raise damaged(self._content.path, f"it claims {count} sectors for its table")
        places = list(struct.unpack_from("<109I", head, 76))
        following, more = struct.unpack_from("<2I", head, 68)
        while len(places) < count and following < _LAST_SECTOR and more > 0:
            *further, following = struct.unpack(f"<{self._sector // 4}I", self._sector_at(following))
            places += further
            more -= 1
        return np.frombuffer(b"".join(self._sector_at(place) for place in places[:count]), "<u4")

    def _sector_at(self, number: int, count: int = 1) -> bytes:
        """Some sectors in a row; the last one of a file may be shorter. Raises ReadError outside the file."""
        offset = (number + 1) * self._sector
        if offset >= self._content.size:
            raise self._content.cut_short(f"sector {number} is wanted")
        return self._content.read_up_to(offset, count * self._sector)

    def _chain(self, start: int, size: int | None = None) -> bytes:
        """The sectors that follow each other from one on, read in as long runs as they lie in the file."""
        numbers = _followed(self._content.path, self._table, start, None if size is None else -(-size // self._sector))
        if not len(numbers):
            return b""
        runs = np.split(numbers, np.flatnonzero(np.diff(numbers) != 1) + 1)
        return b"".join(self._sector_at(int(run[0]), len(run)) for run in runs)

    def _small_file(self, entry: _Entry) -> bytes:
        """A file that is shorter than a sector is worth lies in pieces of a file of its own."""
        pieces = _followed(self._content.path, self._small_table, entry.start, -(-entry.size // self._small))
        start, size = self._small_content
        content = self._chain(start, min(size, self._content.size))
        return b"".join(content[piece * self._small :][: self._small] for piece in pieces.tolist())


def _followed(path: Path, table: np.ndarray, start: int, most: int | None) -> np.ndarray:
    """The numbers from one on as a table leads from each to the next. Raises ReadError where it leads in a circle."""
    most = len(table) if most is None else min(most, len(table))
    numbers: list[int] = []
    while start < len(table) and len(numbers) < most:
        numbers.append(start)
        start = int(table[start])
    if len(numbers) == len(table) and start < len(table):
        raise damaged(path, "the list of its sectors leads in a circle")
    return np.array(numbers, np.int64)


def _entries(data: bytes) -> list[_Entry]:
    entries = []
    for at in range(0, min(len(data), _MOST_ENTRIES * _ENTRY_BYTES) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
        length, kind = struct.unpack_from("<HB", data, at + 64)
        left, right, child = struct.unpack_from("<3I", data, at + 68)
        start, size = struct.unpack_from("<IQ", data, at + 116)
        name = data[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        entries.append(_Entry(name, kind, left, right, child, start, size))
    return entries


def _walk(entries: list[_Entry]) -> list[tuple[str, _Entry]]:
    """Every file with its path, each entry once whatever the tree claims."""
    found, seen, waiting = [], set(), [(entries[0].child, "")]
    while waiting:
        number, folder = waiting.pop()
        if number == _NOTHING or number >= len(entries) or number in seen:
            continue
        seen.add(number)
        entry = entries[number]
        waiting += [(entry.left, folder), (entry.right, folder)]
        if entry.kind == _STORAGE:
            waiting.append((entry.child, f"{folder}{entry.name}/"))
        elif entry.kind == _STREAM:
            found.append((folder + entry.name, entry))
    return found

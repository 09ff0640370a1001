"""The directory of a CZI file: of every picture in it, where it is stored and where it belongs."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.base import MAX_PLANES, damaged
from fluogan_app.core.readers.czi_chain import MIN_SUBBLOCK_HEAD, entries_along_the_way
from fluogan_app.core.readers.czi_segments import SEGMENT, CziHeader, read_segment
from fluogan_app.core.readers.file_bytes import FileBytes

GRAY_TYPES = {0: np.dtype(np.uint8), 1: np.dtype(np.uint16), 2: np.dtype(np.float32)}
PIXEL_TYPES = {
    0: "Gray8", 1: "Gray16", 2: "Gray32Float", 3: "Bgr24", 4: "Bgr48", 8: "Bgr96Float", 9: "Bgra32",
    10: "Gray64ComplexFloat", 11: "Bgr192ComplexFloat", 12: "Gray32", 13: "Gray64",
}  # fmt: skip
UNCOMPRESSED, JPEG_XR, ZSTD, ZSTD_BYTES_APART = 0, 4, 5, 6
_PIXEL_BYTES = np.array([GRAY_TYPES[kind].itemsize if kind in GRAY_TYPES else 1 for kind in range(14)])
_COMPRESSIONS = {1: "JPEG", 2: "LZW"}
_ENTRY = np.dtype(
    [
        ("schema", "S2"), ("pixel_type", "<i4"), ("position", "<i8"), ("part", "<i4"), ("compression", "<i4"),
        ("spare", "V6"), ("dimensions", "<i4"),
    ]
)  # fmt: skip
_DIMENSION = np.dtype([("letter", "S4"), ("start", "<i4"), ("size", "<i4"), ("coordinate", "<f4"), ("stored", "<i4")])
_DIMENSIONS_AT = _ENTRY.itemsize - 4
_ENTRIES_AT = 128
_MAX_DIMENSIONS = 26


class Tile(NamedTuple):
    """One picture: where its sub-block begins, how it is packed, its place in pixels of the whole and on T, C, Z."""

    position: int
    pixel_type: int
    compression: int
    y: int
    x: int
    height: int
    width: int
    place: tuple[tuple[str, int], ...] = ()

    @property
    def dtype(self) -> np.dtype:
        """Type of its pixels."""
        return GRAY_TYPES[self.pixel_type]


@dataclass(frozen=True)
class Tiles:
    """The pictures of a CZI at full size, one row each (n,): position in the file, kind of pixels, and their place.

    x, y, height, width in pixels of the whole; starts: the place along every other axis of the file, by its letter.
    cut: whether the file ends before the picture does.
    """

    position: np.ndarray
    pixel_type: np.ndarray
    compression: np.ndarray
    x: np.ndarray
    y: np.ndarray
    height: np.ndarray
    width: np.ndarray
    starts: dict[str, np.ndarray]
    cut: np.ndarray

    def __len__(self) -> int:
        return len(self.position)

    def each(self) -> list[Tile]:
        """All of them, one by one."""
        columns = zip(*(getattr(self, name) for name in Tile._fields if name != "place"), strict=True)
        letters = [letter for letter in "TCZ" if letter in self.starts]
        places = zip(*(self.starts[letter].tolist() for letter in letters), strict=True) if letters else iter(())
        return [Tile(*map(int, row), place=tuple(zip(letters, next(places, ()), strict=True))) for row in columns]

    def rows(self, chosen: np.ndarray | slice) -> Tiles:
        """Some of them, by a mask or by numbers."""
        columns = {name: column[chosen] for name, column in vars(self).items() if isinstance(column, np.ndarray)}
        starts = {letter: column[chosen] for letter, column in self.starts.items()}
        return replace(self, starts=starts, **columns)


def read_tiles(file: FileBytes, header: CziHeader) -> tuple[Tiles, tuple[str, ...]]:
    """All pictures at full size, and a word where the directory is lost. Raises ReadError for whatever cannot be."""
    raw, count, warnings = _directory(file, header)
    if not 0 <= count <= MAX_PLANES:
        raise damaged(file.path, f"its directory claims {count} pictures")
    if count == 0:
        raise ReadError(f"{file.path.name} holds no image.", "Open the file that holds the frames.")
    groups = [_columns(file, entries, dimensions) for entries, dimensions in _entries(file, raw, count)]
    letters = {letter for group in groups for letter in group.starts}
    tiles = _joined(groups, letters)
    return replace(tiles, cut=_cut(file, tiles)), warnings


def _directory(file: FileBytes, header: CziHeader) -> tuple[bytes, int, tuple[str, ...]]:
    """The entries, how many they should be, and a sentence where they were gathered from the pictures themselves."""
    try:
        raw = read_segment(file, header.directory, b"ZISRAWDIRECTORY", "its directory")
    except ReadError:
        entries, end = entries_along_the_way(file)
        if not entries:
            raise
        lost = "The file's directory is lost: the recording was not finished, or the file is damaged"
        sentence = f"{lost}. The {len(entries)} pictures up to byte {end} of {file.size} are used."
        return b"".join(entries), len(entries), (sentence,)
    if len(raw) < _ENTRIES_AT:
        raise damaged(file.path, f"its directory has {len(raw)} bytes")
    return raw[_ENTRIES_AT:], struct.unpack_from("<i", raw)[0], ()


def _entries(file: FileBytes, raw: bytes, count: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Entries (n,) and their dimensions (n, d), those with equally many dimensions together."""
    by_dimensions: dict[int, list[bytes]] = {}
    offset = 0
    for number in range(count):
        head_end = offset + _ENTRY.itemsize
        dimensions = struct.unpack_from("<i", raw, offset + _DIMENSIONS_AT)[0] if head_end <= len(raw) else 0
        end = head_end + dimensions * _DIMENSION.itemsize
        if not 2 <= dimensions <= _MAX_DIMENSIONS or end > len(raw):
            raise damaged(file.path, f"entry {number + 1} of the {count} in its directory is not sound")
        by_dimensions.setdefault(dimensions, []).append(raw[offset:end])
        offset = end
    groups = []
    for dimensions, entries in by_dimensions.items():
        layout = np.dtype([("entry", _ENTRY), ("dimensions", _DIMENSION, (dimensions,))])
        rows = np.frombuffer(b"".join(entries), layout)
        groups.append((rows["entry"], rows["dimensions"]))
    return groups


def _columns(file: FileBytes, entries: np.ndarray, dimensions: np.ndarray) -> Tiles:
    """Pictures at full size of one group of entries. Raises ReadError."""
    starts: dict[str, np.ndarray] = {}
    sizes, stored = {}, {}
    for name in np.unique(dimensions["letter"]):
        letter = name.decode("latin-1")
        here = dimensions["letter"] == name
        if not (len(letter) == 1 and letter.isascii() and letter.isupper() and (here.sum(axis=1) <= 1).all()):
            raise damaged(file.path, f"its directory names an axis {letter!r}")
        column = here.argmax(axis=1)[:, None]
        known = here.any(axis=1)
        for field, target in (("start", starts), ("size", sizes), ("stored", stored)):
            values = np.take_along_axis(dimensions[field], column, axis=1)[:, 0].astype(np.int64)
            target[letter] = np.where(known, values, 0 if field == "start" else 1)
    _check_entries(file, entries, sizes)
    full = np.ones(len(entries), bool)
    for side in "XY":
        # Zero says that a picture is stored at its size; smaller ones are copies for a quick look.
        full &= (stored[side] == sizes[side]) | (stored[side] == 0)
    return Tiles(
        position=entries["position"].astype(np.int64),
        pixel_type=entries["pixel_type"].astype(np.int64),
        compression=entries["compression"].astype(np.int64),
        x=starts.pop("X"),
        y=starts.pop("Y"),
        height=sizes["Y"],
        width=sizes["X"],
        starts=starts,
        cut=np.zeros(len(entries), bool),
    ).rows(full)


def _check_entries(file: FileBytes, entries: np.ndarray, sizes: dict[str, np.ndarray]) -> None:
    if not {"X", "Y"} <= set(sizes):
        raise damaged(file.path, "its directory has pictures without width or height")
    if (entries["schema"] != b"DV").any() or (entries["position"] < SEGMENT.size).any():
        raise damaged(file.path, "its directory has entries that are not sound")
    if (entries["part"] != 0).any():
        hint = "Save it as one file with ZEN, and open that."
        raise ReadError(f"{file.path.name} is a recording in several files.", hint)
    for letter, column in sizes.items():
        wrong = (column < 1) if letter in "XY" else (column > 1)
        if wrong.any():
            raise damaged(file.path, f"a picture in its directory measures {column[wrong.argmax()]} along {letter}")
    for value in np.unique(entries["pixel_type"]):
        if value not in PIXEL_TYPES:
            raise damaged(file.path, f"a picture in its directory has pixels of the unknown type {value}")


def check_compression(file: FileBytes, tiles: Tiles) -> None:
    """Raises ReadError for pictures that are packed in a way that is not opened here."""
    for scheme in np.unique(tiles.compression):
        if scheme not in (UNCOMPRESSED, JPEG_XR, ZSTD, ZSTD_BYTES_APART):
            name = _COMPRESSIONS.get(int(scheme), f"scheme {scheme}")
            hint = "Save it without compression with ZEN, and open that."
            raise ReadError(f"{file.path.name} is compressed in a way that is not opened here ({name}).", hint)


def _joined(groups: list[Tiles], letters: set[str]) -> Tiles:
    """All groups in one table; a picture that names no place along an axis stands at its beginning."""
    columns = {
        name: np.concatenate([getattr(group, name) for group in groups])
        for name in vars(groups[0]) if name != "starts"
    }  # fmt: skip
    starts = {
        letter: np.concatenate([group.starts.get(letter, np.zeros(len(group), np.int64)) for group in groups])
        for letter in sorted(letters)
    }
    return Tiles(starts=starts, **columns)


def _cut(file: FileBytes, tiles: Tiles) -> np.ndarray:
    """Which pictures the file's end cuts off (n,)."""
    pixel_bytes = _PIXEL_BYTES[tiles.pixel_type]
    # In floating point: sizes of a damaged file may multiply to more than an integer holds.
    needed = np.where(tiles.compression == UNCOMPRESSED, 1.0 * tiles.height * tiles.width * pixel_bytes, 1.0)
    cut = tiles.position + MIN_SUBBLOCK_HEAD + needed > file.size
    if cut.any() and not cut.all():
        # Of compressed pictures, the last one that begins within the file may end outside it.
        last = np.flatnonzero(~cut)[tiles.position[~cut].argmax()]
        cut[last] |= _end(file, int(tiles.position[last])) > file.size
    return cut


def _end(file: FileBytes, position: int) -> int:
    """Where the segment of a picture ends, as it says itself."""
    _, allocated, used = SEGMENT.unpack(file.read(position, SEGMENT.size))
    return position + SEGMENT.size + (used or allocated)


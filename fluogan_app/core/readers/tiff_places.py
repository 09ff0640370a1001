"""Where the pixels of a TIFF file lie: what each page says of it, and whether it can be so."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.base import damaged
from fluogan_app.core.readers.tiff_bytes import TYPE_BYTES, Directory, TiffBytes
from fluogan_app.core.readers.tiff_format import WHOLE_BITS, PageFormat
from fluogan_app.core.units import bytes_text

STRIP_OFFSETS, ROWS_PER_STRIP, STRIP_BYTES = 273, 278, 279
TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_BYTES = 322, 323, 324, 325
#: Resolutions, the program's name, and where the pixels are: these are of the length that they say.
_SURE_TAGS = (282, 283, 305, STRIP_OFFSETS, STRIP_BYTES, TILE_OFFSETS, TILE_BYTES)

#: Above this size a frame must not have shrunk more than `_MAX_SHRINKING` times: constant frames are small.
_SUSPICIOUS_FRAME_BYTES = 64_000_000
_MAX_SHRINKING = 5_000
#: No packing makes noise larger than this many times, and the tables of a small picture.
_MAX_GROWING, _ROOM_FOR_TABLES = 2, 65_536
_LARGEST_TILE_SIDE = 4096
#: Strips or tiles of a page; the largest frame has no more rows.
_MAX_PIECES = 1_000_000
#: A place and a length take no fewer bytes, and each page has its own.
_BYTES_PER_PIECE = 6
#: Pieces begin at round places; no directory fits between two of them.
_PADDING = 16
_HEADER = -1
_USUAL_DIRECTORY = 120
#: Some programs round the length of a piece up to words.
_ALIGNMENT = 3


class Pieces(NamedTuple):
    """The strips or tiles of a page: where each begins, how many bytes it has, and how many rows and columns."""

    offsets: tuple[int, ...]
    counts: tuple[int, ...]
    rows: int
    columns: int

    def run_offset(self, format: PageFormat) -> int | None:
        """Where a plain page's pixels begin, None where they must be decoded or put together."""
        offsets, counts = self.offsets, self.counts
        follow_on = all(offsets[i] + counts[i] == offsets[i + 1] for i in range(len(offsets) - 1))
        return offsets[0] if format.plain and follow_on else None


def pieces_of(tiff: TiffBytes, directory: Directory, format: PageFormat, number: int) -> Pieces:
    """The pieces that a page claims. Raises ReadError where they lie outside the file, or cannot be its pixels."""
    tags = (TILE_OFFSETS, TILE_BYTES) if format.tiled else (STRIP_OFFSETS, STRIP_BYTES)
    offsets, counts = (_pointers(tiff, directory, tag, number) for tag in tags)
    rows, columns = _sides(tiff, directory, format, number)
    if len(offsets) == 1 and format.plain and (not counts or counts[0] == 0):
        counts = (format.page_bytes,)
    pieces = Pieces(offsets, counts, rows, columns)
    if not offsets or len(offsets) != len(counts) or 0 in offsets or (0 in counts and not format.zeiss):
        raise damaged(tiff.path, f"page {number + 1} does not say where its pixels are")
    end = max(offset + count for offset, count in zip(offsets, counts, strict=True))
    # LSM files state the length of compressed pixels as if they were none.
    if end > tiff.size and not (format.zeiss and format.compression != 1 and max(offsets) < tiff.size):
        raise tiff.cut_short(f"the pixels of page {number + 1} run to byte {end}")
    _check_amount(tiff, format, pieces, number)
    return pieces


class Places:
    """The bytes of a file that the pixels and the descriptions of its pages take, to see whether they are apart."""

    def __init__(self, tiff: TiffBytes) -> None:
        self._tiff = tiff
        self._descriptions: list[tuple[int, int, int]] = [(0, 16 if tiff.big else 8, _HEADER)]
        self._values: list[tuple[int, int, int]] = []
        self._pixels: list[tuple[int, int, int]] = []
        self._pieces = 0

    def add_description(self, number: int, start: int, length: int) -> None:
        """A page's directory."""
        self._descriptions.append((start, start + length, number))

    def add_values(self, number: int, directory: Directory) -> None:
        """The values of a page's tags that stand apart from its directory."""
        for tag, entry in directory.entries.items():
            count = TYPE_BYTES.get(entry.type, 0) * entry.count
            if count > len(entry.field) and (start := self._tiff.pointer_of(entry)) + count <= self._tiff.size:
                # Of many a private tag it is not sure that it is as long as it says.
                place = self._descriptions if tag in _SURE_TAGS else self._values
                place.append((start, start + count, number))

    def add_run(self, number: int, start: int, length: int) -> None:
        """A page's pixels in one piece."""
        self._pixels.append((start, start + length, number))

    def add_pieces(self, number: int, pieces: Pieces) -> None:
        """A page's pixels in some pieces, those that follow each other joined. Raises ReadError for too many."""
        self._pieces += len(pieces.offsets)
        if len(pieces.offsets) > 1 and self._pieces > self._tiff.size // _BYTES_PER_PIECE:
            raise damaged(self._tiff.path, f"up to page {number + 1} it claims {self._pieces} pieces")
        order = np.argsort(pieces.offsets, kind="stable")
        starts = np.array(pieces.offsets, np.int64)[order]
        ends = starts + np.array(pieces.counts, np.int64)[order]
        gaps = starts[1:] - ends[:-1]
        breaks = np.flatnonzero((gaps < 0) | (gaps >= _PADDING))
        first = starts[np.concatenate([[0], breaks + 1])]
        last = ends[np.concatenate([breaks, [len(ends) - 1]])]
        self._pixels += ((int(start), int(end), number) for start, end in zip(first, last, strict=True))

    def check(self) -> tuple[str, ...]:
        """A sentence on pages whose pixels are the very same bytes. Raises ReadError where pixels overlap otherwise."""
        places = np.array(self._descriptions + self._pixels, np.int64)
        is_pixels = np.arange(len(places)) >= len(self._descriptions)
        order = np.lexsort((places[:, 1], places[:, 0]))
        places, is_pixels = places[order], is_pixels[order]
        furthest = np.maximum.accumulate(places[:, 1])
        # Of all that begin before, the one that ends last.
        before = np.maximum.accumulate(np.where(places[:, 1] == furthest, np.arange(len(places)), 0))[:-1]
        later = np.flatnonzero(places[1:, 0] < furthest[:-1]) + 1
        earlier = before[later - 1]
        touched = is_pixels[later] | is_pixels[earlier]
        same = is_pixels[later] & is_pixels[earlier] & (places[later, :2] == places[earlier, :2]).all(axis=1)
        for one, other in zip(earlier[touched & ~same], later[touched & ~same], strict=True):
            raise self._overlap(places, is_pixels, int(one), int(other))
        return self._shared(places[:, 2], earlier[same], later[same])

    def room(self) -> int:
        """How many more pages the longest stretch of the file could hold that belongs to no page."""
        if not self._pixels:
            return 0
        places = np.array(sorted([*self._descriptions, *self._values, *self._pixels]), np.int64)
        begins = np.append(places[1:, 0], self._tiff.size)
        longest = int((begins - np.maximum.accumulate(places[:, 1])).max())
        pixels = np.array(self._pixels, np.int64)
        usual = int((pixels[:, 1] - pixels[:, 0]).sum()) // len(np.unique(pixels[:, 2]))
        # The directory of a page has ten tags or so.
        return longest // (usual + _USUAL_DIRECTORY)

    def _overlap(self, places: np.ndarray, is_pixels: np.ndarray, one: int, other: int) -> ReadError:
        pixels, taken = (one, other) if is_pixels[one] else (other, one)
        page, place = int(places[pixels, 2]) + 1, int(places[other, 0])
        other_page = int(places[taken, 2]) + 1
        if is_pixels[taken]:
            owner = "each other" if other_page == page else f"those of page {other_page}"
        else:
            owner = f"the description of page {other_page}" if other_page > 0 else "the file's header"
        return damaged(self._tiff.path, f"the pixels of page {page} overlap {owner} at byte {place}")

    @staticmethod
    def _shared(pages: np.ndarray, earlier: np.ndarray, later: np.ndarray) -> tuple[str, ...]:
        if not len(later):
            return ()
        pairs = sorted({tuple(sorted((int(pages[one]), int(pages[other])))) for one, other in zip(earlier, later)})
        one, other = pairs[0]
        which = f"Pages {one + 1} and {other + 1} have" if one != other else f"Parts of page {one + 1} have"
        more = f", and {len(pairs) - 1} more such pairs" if len(pairs) > 1 else ""
        return (f"{which} the very same pixels in the file{more}; it may be damaged.",)


def _check_amount(tiff: TiffBytes, format: PageFormat, pieces: Pieces, number: int) -> None:
    needed, stored = format.page_bytes, sum(pieces.counts)
    page = f"page {number + 1}"
    least, most = _raw_bytes(format, pieces)
    if format.compression == 1 and stored < least:
        raise damaged(tiff.path, f"{page} has {format}, {least} bytes, but only {stored} are there")
    if needed > _SUSPICIOUS_FRAME_BYTES and stored * _MAX_SHRINKING < needed:
        raise damaged(tiff.path, f"{page} claims {bytes_text(needed)} of pixels, made of {stored} bytes")
    if stored > _MAX_GROWING * most + _ROOM_FOR_TABLES:
        raise damaged(tiff.path, f"{page} has {format}, but says that they are packed into {bytes_text(stored)}")
    wanted = _pieces_across(format, pieces)
    if pieces.run_offset(format) is None and len(pieces.offsets) != wanted and not format.zeiss:
        raise damaged(tiff.path, f"{page} should be in {wanted} pieces, but is in {len(pieces.offsets)}")


def check_not_more(tiff: TiffBytes, format: PageFormat, pieces: Pieces, number: int) -> None:
    """Raises ReadError for pixels that are said to be as they are, and to be more bytes than they can be."""
    (least, _), stored = _raw_bytes(format, pieces), sum(pieces.counts)
    row = _whole_bytes(pieces.columns * (1 if format.separate else format.samples) * format.bits)
    # The last piece may be whole although the page ends within it; some programs do not say how many rows each has.
    most = max(pieces.rows * row, -(-least // len(pieces.counts))) + _ALIGNMENT
    # Programs may keep 12 bits in 16 without a word.
    if format.compression == 1 and max(pieces.counts) > most and format.bits in WHOLE_BITS and not format.zeiss:
        raise damaged(tiff.path, f"page {number + 1} has {format}, {least} bytes, but says that they are {stored}")


def _raw_bytes(format: PageFormat, pieces: Pieces) -> tuple[int, int]:
    """The fewest and the most bytes of a page's pixels if they are not compressed: with its last pieces whole."""
    beside, pictures = (1, format.samples) if format.separate else (format.samples, 1)
    least = pictures * format.height * _whole_bytes(format.width * beside * format.bits)
    row = _whole_bytes(pieces.columns * beside * format.bits)
    return least, max(least, len(pieces.offsets) * (pieces.rows * row + _ALIGNMENT))


def _pieces_across(format: PageFormat, pieces: Pieces) -> int:
    pictures = format.samples if format.separate else 1
    return pictures * -(-format.height // pieces.rows) * -(-format.width // pieces.columns)


def _whole_bytes(bits: int) -> int:
    return -(-bits // 8)


def _sides(tiff: TiffBytes, directory: Directory, format: PageFormat, number: int) -> tuple[int, int]:
    """Rows and columns of a strip or tile."""
    if not format.tiled:
        stated = number_of(tiff, directory, ROWS_PER_STRIP, format.height)
        return stated if 0 < stated < format.height else format.height, format.width
    sides = [number_of(tiff, directory, tag, 0) for tag in (TILE_HEIGHT, TILE_WIDTH)]
    # A tile may be larger than the page, but not without end: the decoder fills it whole.
    most = max(_LARGEST_TILE_SIDE, 2 * max(format.height, format.width))
    if not all(0 < side <= most for side in sides):
        raise damaged(tiff.path, f"page {number + 1} claims tiles of {sides[0]} × {sides[1]} pixels")
    return sides[0], sides[1]


def number_of(tiff: TiffBytes, directory: Directory, tag: int, default: int) -> int:
    """The first number of a tag, or what it is without the tag. Raises ReadError."""
    values = tiff.numbers(directory.entries.get(tag))
    return int(values[0]) if values else default


def _pointers(tiff: TiffBytes, directory: Directory, tag: int, number: int) -> tuple[int, ...]:
    entry = directory.entries.get(tag)
    if entry is not None and entry.count > _MAX_PIECES:
        raise damaged(tiff.path, f"page {number + 1} claims {entry.count} pieces")
    return tuple(int(value) for value in tiff.numbers(entry))

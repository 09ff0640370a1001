"""The pages of a TIFF file: how each is stored, where its pixels are, and whether they can be there at all."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Literal, NamedTuple

from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.base import damaged
from fluogan_app.core.readers.tiff_bytes import MAX_PAGES, Directory, Entry, TiffBytes
from fluogan_app.core.readers.tiff_format import (
    MIN_IS_BLACK,
    PACKED_BITS,
    RGB,
    WHOLE_BITS,
    PageFormat,
    check_format,
    check_packing,
    same_frame,
)
from fluogan_app.core.readers.tiff_places import STRIP_OFFSETS, TILE_WIDTH, Places, check_not_more, number_of, pieces_of

SUBFILE, WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = 254, 256, 257, 258, 259, 262
FILL_ORDER, SAMPLES, PLANAR, PREDICTOR, EXTRA_SAMPLES, SAMPLE_FORMAT = 266, 277, 284, 317, 338, 339
SUB_PAGES = 330
#: Zeiss' own tag, which marks an LSM file.
LSM_INFO = 34412
_FORMAT_TAGS = (
    WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER, SAMPLES, PLANAR, PREDICTOR, TILE_WIDTH, EXTRA_SAMPLES,
    SAMPLE_FORMAT,
)  # fmt: skip

_SEPARATE = 2
#: So many pages are named where all of some kind are.
_SHOWN_PAGES = 5
_TRANSPARENCY = (1, 2)


class Page(NamedTuple):
    """One page: its place in the file's chain, its format, and where its pixels begin if they lie in one plain run.

    `reduced` marks a smaller copy of another page, such as a thumbnail. `directory` is where its tags are.
    """

    number: int
    format: PageFormat
    run_offset: int | None
    reduced: bool
    directory: int


class PageTable(NamedTuple):
    """All pages of a file, the tags of the first and of the last, and sentences on what is odd about them.

    room: how many more pages could stand in one stretch that belongs to none.
    """

    first: Directory
    last: Directory
    pages: list[Page]
    remarks: tuple[str, ...]
    room: int


def read_pages(tiff: TiffBytes) -> PageTable:
    """The pages of a file. Raises ReadError for a broken chain, or pixels that lie where they cannot."""
    pages: list[Page] = []
    # Thousands of pages are stored alike: their format is worked out once.
    formats: dict[tuple[Entry | None, ...], PageFormat] = {}
    places = Places(tiff)
    twin: _Twin | None = None
    first = last = None
    for number, (offset, block) in enumerate(tiff.chain()):
        last = offset, block
        places.add_description(number, offset, len(block))
        run_offset = twin.run_offset(tiff, block) if twin is not None else None
        if twin is not None and run_offset is not None:
            pages.append(Page(number, twin.page.format, run_offset, twin.page.reduced, offset))
            places.add_run(number, run_offset, twin.stored)
            continue
        directory = tiff.directory(offset, block)
        first = first or directory
        places.add_values(number, directory)
        key = tuple(directory.entries.get(tag) for tag in _FORMAT_TAGS)
        if key not in formats:
            formats[key] = _format(tiff, directory, LSM_INFO in first.entries)
        # Of a page that is unlike the first, this is what will be said, and no more.
        alike = not pages or same_frame(formats[key], pages[0].format)
        pages.append(_page(tiff, directory, formats[key], number, places if alike else None))
        twin = _Twin.of(tiff, block, pages[-1])
    if first is None or last is None:
        raise damaged(tiff.path, "it holds no page")
    pages = _without_false_copies(pages)
    remarks = (*places.check(), *_packing_remarks(pages))
    # Pyramids have pages that stand in no row.
    room = 0 if SUB_PAGES in first.entries else places.room()
    return PageTable(first, tiff.directory(*last), pages, remarks, room)


def _without_false_copies(pages: list[Page]) -> list[Page]:
    """The pages, those that are as large as the others no longer marked as smaller copies."""
    whole = {(page.format.height, page.format.width) for page in pages if not page.reduced}
    return [
        page._replace(reduced=page.reduced and (page.format.height, page.format.width) not in whole) for page in pages
    ]


def _packing_remarks(pages: list[Page]) -> tuple[str, ...]:
    """A sentence on the pages that are packed otherwise than most pages like them."""
    kinds: dict[tuple[int, ...], dict[str, list[int]]] = {}
    for page in pages:
        form = page.format
        if not page.reduced and form.readable:
            packings = kinds.setdefault((form.height, form.width, form.bits, form.kind, form.samples), {})
            packings.setdefault(form.packing, []).append(page.number + 1)
    remarks = []
    for packings in kinds.values():
        usual = max(packings, key=lambda packing: len(packings[packing]))
        for packing, numbers in packings.items():
            if packing != usual:
                what = f"{'Page' if len(numbers) == 1 else 'Pages'} {_listed(numbers)}"
                are = "is" if len(numbers) == 1 else "are"
                remarks.append(f"{what} {are} {packing}, the others are {usual}; the file may be damaged.")
    return tuple(remarks)


def _listed(numbers: list[int]) -> str:
    """Page numbers in words, the first few of many."""
    shown = [str(number) for number in numbers[:_SHOWN_PAGES]]
    if len(numbers) > _SHOWN_PAGES:
        return f"{', '.join(shown)} and {len(numbers) - _SHOWN_PAGES} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


class _Twin:
    """A plain page in one piece. Pages whose tags differ from its own only in where their pixels are, are its twins."""

    def __init__(self, tiff: TiffBytes, page: Page, block: bytes, at: int, size: int) -> None:
        self.page = page
        self._at, self._behind = at, at + size
        self._byteorder: Literal["little", "big"] = "little" if tiff.order == "<" else "big"
        # The pointer to the next page closes a directory; it differs from page to page.
        self._end = len(block) - (8 if tiff.big else 4)
        self._before, self._after = block[:at], block[at + size : self._end]
        self._length = len(block)
        self.stored = page.format.page_bytes

    @classmethod
    def of(cls, tiff: TiffBytes, block: bytes, page: Page) -> _Twin | None:
        """None for a page in several pieces, or one that must be decoded."""
        place = tiff.pointer_at(block, STRIP_OFFSETS) if page.run_offset is not None else None
        if place is None or place[1] < 4:
            return None
        return cls(tiff, page, block, *place)

    def run_offset(self, tiff: TiffBytes, block: bytes) -> int | None:
        """Where the pixels of a twin begin, None for a page of another kind, or one whose pixels are not there."""
        if len(block) != self._length or block[: self._at] != self._before:
            return None
        if block[self._behind : self._end] != self._after:
            return None
        offset = int.from_bytes(block[self._at : self._behind], self._byteorder)
        return offset if offset and offset + self.stored <= tiff.size else None


def frame_pages(tiff: TiffBytes, pages: Sequence[Page]) -> list[Page]:
    """The pages that are frames, all alike, thumbnails left out. Raises ReadError for pages that differ."""
    frames = [page for page in pages if not page.reduced] or list(pages)
    first = frames[0]
    other = next((page for page in frames if not same_frame(page.format, first.format)), None)
    if other is not None:
        raise ReadError(
            f"{tiff.path.name} is no stack of equal frames: page {first.number + 1} has {first.format}, "
            f"page {other.number + 1} has {other.format}.",
            "If it should be one, the file is damaged: copy it again from where it was recorded.",
        )
    check_format(tiff, first.format)
    return frames


def contiguous_run(tiff: TiffBytes, first: Page, count: int) -> list[Page] | None:
    """`count` pages that follow the first without directories of their own, as ImageJ and tifffile write large stacks.

    None where the first page's pixels are not one plain run. Raises ReadError where the file is too short for them.
    """
    if first.run_offset is None:
        return None
    size = first.format.page_bytes
    complete = (tiff.size - first.run_offset) // size
    if complete < count or count > MAX_PAGES:
        raise damaged(tiff.path, f"it should hold {count} frames, but ends after {complete}")
    if 0 <= first.directory - first.run_offset < count * size:
        before = (first.directory - first.run_offset) // size
        raise damaged(tiff.path, f"it should hold {count} frames, but {before} of them fit before its description")
    return [first._replace(number=index, run_offset=first.run_offset + index * size) for index in range(count)]


def _page(tiff: TiffBytes, directory: Directory, format: PageFormat, number: int, places: Places | None) -> Page:
    reduced = bool(number_of(tiff, directory, SUBFILE, 0) & 1)
    if not format.readable:
        return Page(number, format, None, reduced, directory.offset)
    if places is not None:
        check_packing(tiff, format, f"Page {number + 1} of ")
    pieces = pieces_of(tiff, directory, format, number)
    run_offset = pieces.run_offset(format)
    # Thumbnails may share pixels with other pages; the lengths that compressed LSM files state are wrong.
    if places is not None and not reduced and not (format.zeiss and format.compression != 1):
        check_not_more(tiff, format, pieces, number)
        if run_offset is None:
            places.add_pieces(number, pieces)
        else:
            places.add_run(number, run_offset, format.page_bytes)
    return Page(number, format, run_offset, reduced, directory.offset)


def _format(tiff: TiffBytes, directory: Directory, zeiss: bool) -> PageFormat:
    def number(tag: int, default: int) -> int:
        return number_of(tiff, directory, tag, default)

    bits = set(_bits(tiff, directory.entries.get(BITS), zeiss)) or {1}
    photometric = number(PHOTOMETRIC, 1)
    if zeiss and photometric == RGB:
        # LSM files call their two or three channels colours.
        photometric = MIN_IS_BLACK
    extra = tiff.numbers(directory.entries.get(EXTRA_SAMPLES))
    return PageFormat(
        number(HEIGHT, 0), number(WIDTH, 0), int(bits.pop()) if len(bits) == 1 else 0, number(SAMPLE_FORMAT, 1),
        number(SAMPLES, 1), number(COMPRESSION, 1), photometric, number(PREDICTOR, 1), number(FILL_ORDER, 1),
        TILE_WIDTH in directory.entries, number(PLANAR, 1) == _SEPARATE, any(kind in _TRANSPARENCY for kind in extra),
        zeiss,
    )  # fmt: skip


def _bits(tiff: TiffBytes, entry: Entry | None, zeiss: bool) -> tuple[float, ...]:
    """Bits of each sample. LSM files write two of them elsewhere, although the directory has room for both."""
    bits = tiff.numbers(entry)
    if zeiss and entry is not None and len(bits) == 2 and not set(bits) <= set(WHOLE_BITS + PACKED_BITS):
        return struct.unpack(tiff.order + "HH", tiff.read(tiff.pointer_of(entry), 4))
    return bits

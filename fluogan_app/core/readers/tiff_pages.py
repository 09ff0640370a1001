"""The pages of a TIFF file: how each is stored, where its pixels are, and whether they can be there at all."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.base import MAX_FRAME_BYTES, damaged
from fluogan_app.core.readers.tiff_bytes import MAX_PAGES, Directory, Entry, TiffBytes
from fluogan_app.core.units import bytes_text

SUBFILE, WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = 254, 256, 257, 258, 259, 262
FILL_ORDER, STRIP_OFFSETS, SAMPLES, STRIP_BYTES, PLANAR, PREDICTOR = 266, 273, 277, 279, 284, 317
TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_BYTES, EXTRA_SAMPLES, SAMPLE_FORMAT = 322, 323, 324, 325, 338, 339
#: Zeiss' own tag, which marks an LSM file.
LSM_INFO = 34412
_FORMAT_TAGS = (
    WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER, SAMPLES, PLANAR, PREDICTOR, TILE_WIDTH, EXTRA_SAMPLES,
    SAMPLE_FORMAT,
)  # fmt: skip

MIN_IS_WHITE, MIN_IS_BLACK, PALETTE = 0, 1, 3
_RGB, _SEPARATE = 2, 2
_TRANSPARENCY = (1, 2)
_COLOUR = {2: "RGB", 5: "CMYK", 6: "YCbCr", 8: "Lab", 9: "Lab", 10: "Lab", 32803: "camera raw"}
#: What the decoder knows, without the schemes that only fax machines use.
_COMPRESSIONS = {
    1: "none", 5: "LZW", 6: "JPEG", 7: "JPEG", 8: "deflate", 32773: "PackBits", 32946: "deflate", 33003: "JPEG 2000",
    33004: "JPEG 2000", 33005: "JPEG 2000", 33007: "JPEG", 34712: "JPEG 2000", 34887: "LERC", 34892: "JPEG",
    34925: "LZMA", 34926: "Zstandard", 34927: "WebP", 34933: "PNG", 34934: "JPEG XR", 22610: "JPEG XR",
    48124: "Jetraw", 50000: "Zstandard", 50001: "WebP", 50002: "JPEG XL", 50013: "Pixtiff",
}  # fmt: skip
_KINDS = {1: "u", 2: "i", 3: "f", 4: "u"}
_WHOLE_BITS = (8, 16, 32, 64)
_PACKED_BITS = (10, 12, 14)

#: Above this size a frame must not have shrunk more than `_MAX_SHRINKING` times: constant frames are small.
_SUSPICIOUS_FRAME_BYTES = 64_000_000
_LARGEST_TILE_SIDE = 4096
#: Strips or tiles of a page; the largest frame has no more rows.
_MAX_PIECES = 1_000_000
#: Spectral detectors give some thirty values per pixel.
_MAX_SAMPLES = 256
_MAX_SHRINKING = 5_000


@dataclass(frozen=True)
class PageFormat:
    """How a page's pixels are stored. Frames of one stack have equal formats.

    separate: whether the samples are pictures one behind the other. transparent: whether a sample is opacity.
    zeiss: whether the file is Zeiss' LSM.
    """

    height: int
    width: int
    bits: int
    kind: int
    samples: int
    compression: int
    photometric: int
    predictor: int
    fill_order: int
    tiled: bool
    separate: bool = False
    transparent: bool = False
    zeiss: bool = False

    @property
    def dtype(self) -> np.dtype:
        """Type of the pixels in memory, in the machine's own byte order."""
        size = next(bits for bits in _WHOLE_BITS if bits >= self.bits) // 8
        return np.dtype(f"{_KINDS[self.kind]}{size}")

    @property
    def frame_bytes(self) -> int:
        """Memory of one frame; a page of several samples holds as many."""
        return self.height * self.width * self.dtype.itemsize

    @property
    def page_bytes(self) -> int:
        """Memory of all samples of a page."""
        return self.frame_bytes * self.samples

    @property
    def plain(self) -> bool:
        """Whether the bytes in the file are the pixels as they are."""
        packed = self.bits not in _WHOLE_BITS
        return self.compression == 1 and self.predictor == 1 and self.fill_order == 1 and not self.tiled and not packed

    def __str__(self) -> str:
        kind = {1: "unsigned", 2: "signed", 3: "float", 4: ""}.get(self.kind, "unknown")
        samples = f", {self.samples} values each" if self.samples > 1 else ""
        return f"{self.height} × {self.width} pixels of {self.bits} bit {kind}".rstrip() + samples


class Page(NamedTuple):
    """One page: its place in the file's chain, its format, and where its pixels begin if they lie in one plain run.

    `reduced` marks a smaller copy of another page, such as a thumbnail. `directory` is where its tags are.
    """

    number: int
    format: PageFormat
    run_offset: int | None
    reduced: bool
    directory: int


def read_pages(tiff: TiffBytes) -> tuple[Directory, Directory, list[Page]]:
    """The first and the last page's directory, and all pages.

    Raises ReadError for a broken chain, or pixels that lie outside the file.
    """
    pages: list[Page] = []
    # Thousands of pages are stored alike: their format is worked out once.
    formats: dict[tuple[Entry | None, ...], PageFormat] = {}
    twin: _Twin | None = None
    first = last = None
    for number, (offset, block) in enumerate(tiff.chain()):
        last = offset, block
        run_offset = twin.run_offset(tiff, block) if twin is not None else None
        if twin is not None and run_offset is not None:
            pages.append(Page(number, twin.page.format, run_offset, twin.page.reduced, offset))
            continue
        directory = tiff.directory(offset, block)
        first = first or directory
        key = tuple(directory.entries.get(tag) for tag in _FORMAT_TAGS)
        if key not in formats:
            formats[key] = _format(tiff, directory, LSM_INFO in first.entries)
        pages.append(_page(tiff, directory, formats[key], number))
        twin = _Twin.of(tiff, block, pages[-1])
    if first is None or last is None:
        raise damaged(tiff.path, "it holds no page")
    return first, tiff.directory(*last), pages


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
        self._stored = page.format.page_bytes

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
        return offset if offset and offset + self._stored <= tiff.size else None


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


def same_frame(one: PageFormat, other: PageFormat) -> bool:
    """Whether two pages can be frames of one stack: equal size and type, whatever their compression."""
    return one is other or (one.height, one.width, one.bits, one.kind, one.samples) == (
        other.height, other.width, other.bits, other.kind, other.samples,
    )  # fmt: skip


def check_format(tiff: TiffBytes, format: PageFormat) -> None:
    """Raises ReadError for pages that are no frames of a camera, or that are too large to be true."""
    if min(format.height, format.width) < 1:
        raise damaged(tiff.path, f"its frames have {format.height} × {format.width} pixels")
    hint = "Open a stack of grey frames, as the camera recorded them."
    if format.photometric in _COLOUR or format.transparent or not 1 <= format.samples <= _MAX_SAMPLES:
        otherwise = "with transparency" if format.transparent else "many values per pixel"
        colours = _COLOUR.get(format.photometric, otherwise)
        raise ReadError(f"{tiff.path.name} is a colour picture ({colours}), not a fluorescence stack.", hint)
    if format.bits == 1:
        message = f"{tiff.path.name} holds black-and-white pages (1 bit per pixel), not a fluorescence stack."
        raise ReadError(message, hint)
    _check_coding(tiff, format, hint)
    if format.page_bytes > MAX_FRAME_BYTES:
        raise damaged(tiff.path, f"a frame of {format} would take {bytes_text(format.frame_bytes)}")


def _check_coding(tiff: TiffBytes, format: PageFormat, hint: str) -> None:
    known_bits = _WHOLE_BITS + _PACKED_BITS if format.kind in (1, 4) else _WHOLE_BITS
    if format.kind not in _KINDS or format.bits not in known_bits or (format.kind == 3 and format.bits == 8):
        message = f"{tiff.path.name} has pixels of a type that cannot be read: {format}, format {format.kind}."
        raise ReadError(message, hint)
    if format.compression not in _COMPRESSIONS:
        message = f"{tiff.path.name} is compressed in a way that cannot be read (scheme {format.compression})."
        raise ReadError(message, hint)


def compression_name(format: PageFormat) -> str:
    """The name of a page's compression."""
    return _COMPRESSIONS.get(format.compression, str(format.compression))


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
    return [first._replace(number=index, run_offset=first.run_offset + index * size) for index in range(count)]


def _page(tiff: TiffBytes, directory: Directory, format: PageFormat, number: int) -> Page:
    reduced = bool(_number(tiff, directory, SUBFILE, 0) & 1)
    usable = format.kind in _KINDS and 0 < format.bits <= _WHOLE_BITS[-1] and 1 <= format.samples <= _MAX_SAMPLES
    usable = usable and format.photometric not in _COLOUR
    if not usable or format.height * format.width == 0 or format.bits == 1:
        return Page(number, format, None, reduced, directory.offset)
    return Page(number, format, _run_offset(tiff, directory, format, number), reduced, directory.offset)


def _format(tiff: TiffBytes, directory: Directory, zeiss: bool) -> PageFormat:
    def number(tag: int, default: int) -> int:
        return _number(tiff, directory, tag, default)

    bits = set(_bits(tiff, directory.entries.get(BITS), zeiss)) or {1}
    photometric = number(PHOTOMETRIC, 1)
    if zeiss and photometric == _RGB:
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
    if zeiss and entry is not None and len(bits) == 2 and not set(bits) <= set(_WHOLE_BITS + _PACKED_BITS):
        return struct.unpack(tiff.order + "HH", tiff.read(tiff.pointer_of(entry), 4))
    return bits


def _run_offset(tiff: TiffBytes, directory: Directory, format: PageFormat, number: int) -> int | None:
    """Where a plain page's pixels begin, or None where they must be decoded. Raises ReadError for missing pixels."""
    tags = (TILE_OFFSETS, TILE_BYTES) if format.tiled else (STRIP_OFFSETS, STRIP_BYTES)
    offsets, counts = (_pointers(tiff, directory, tag, number) for tag in tags)
    if format.tiled:
        _check_tile(tiff, directory, format, number)
    if len(offsets) == 1 and format.plain and (not counts or counts[0] == 0):
        counts = (format.page_bytes,)
    if not offsets or len(offsets) != len(counts) or 0 in offsets:
        raise damaged(tiff.path, f"page {number + 1} does not say where its pixels are")
    end = max(offset + count for offset, count in zip(offsets, counts, strict=True))
    # LSM files state the length of compressed pixels as if they were none.
    if end > tiff.size and not (format.zeiss and format.compression != 1 and max(offsets) < tiff.size):
        raise tiff.cut_short(f"the pixels of page {number + 1} run to byte {end}")
    _check_amount(tiff, format, sum(counts), number)
    follow_on = all(offsets[i] + counts[i] == offsets[i + 1] for i in range(len(offsets) - 1))
    return offsets[0] if format.plain and follow_on else None


def _check_tile(tiff: TiffBytes, directory: Directory, format: PageFormat, number: int) -> None:
    sides = [_number(tiff, directory, tag, 0) for tag in (TILE_HEIGHT, TILE_WIDTH)]
    # A tile may be larger than the page, but not without end: the decoder fills it whole.
    most = max(_LARGEST_TILE_SIDE, 2 * max(format.height, format.width))
    if not all(0 < side <= most for side in sides):
        raise damaged(tiff.path, f"page {number + 1} claims tiles of {sides[0]} × {sides[1]} pixels")


def _check_amount(tiff: TiffBytes, format: PageFormat, stored: int, number: int) -> None:
    needed = format.page_bytes
    if format.plain and stored < needed:
        raise damaged(tiff.path, f"page {number + 1} has {format}, {needed} bytes, but only {stored} are there")
    if needed > _SUSPICIOUS_FRAME_BYTES and stored * _MAX_SHRINKING < needed:
        raise damaged(tiff.path, f"page {number + 1} claims {bytes_text(needed)} of pixels, made of {stored} bytes")


def _number(tiff: TiffBytes, directory: Directory, tag: int, default: int) -> int:
    values = tiff.numbers(directory.entries.get(tag))
    return int(values[0]) if values else default


def _pointers(tiff: TiffBytes, directory: Directory, tag: int, number: int) -> tuple[int, ...]:
    entry = directory.entries.get(tag)
    if entry is not None and entry.count > _MAX_PIECES:
        raise damaged(tiff.path, f"page {number + 1} claims {entry.count} pieces")
    return tuple(int(value) for value in tiff.numbers(entry))

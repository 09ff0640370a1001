"""The pages of a TIFF file: how each is stored, where its pixels are, and whether they can be there at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.base import MAX_FRAME_BYTES, damaged
from fluogan_app.core.readers.tiff_bytes import MAX_PAGES, Directory, Entry, TiffBytes
from fluogan_app.core.units import bytes_text

SUBFILE, WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = 254, 256, 257, 258, 259, 262
FILL_ORDER, STRIP_OFFSETS, SAMPLES, STRIP_BYTES, PREDICTOR = 266, 273, 277, 279, 317
TILE_WIDTH, TILE_OFFSETS, TILE_BYTES, SAMPLE_FORMAT = 322, 324, 325, 339
_FORMAT_TAGS = (
    WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER, SAMPLES, PREDICTOR, TILE_WIDTH, SAMPLE_FORMAT,
)  # fmt: skip

MIN_IS_WHITE, PALETTE = 0, 3
_COLOUR = {2: "RGB", 5: "CMYK", 6: "YCbCr", 8: "Lab", 9: "Lab", 10: "Lab"}
#: What the decoder knows, without the schemes that only fax machines use.
_COMPRESSIONS = {
    1: "none", 5: "LZW", 7: "JPEG", 8: "deflate", 32773: "PackBits", 32946: "deflate", 33003: "JPEG 2000",
    33005: "JPEG 2000", 34712: "JPEG 2000", 34887: "LERC", 34925: "LZMA", 34926: "Zstandard", 34933: "PNG",
    34934: "JPEG XR", 22610: "JPEG XR", 50000: "Zstandard", 50001: "WebP", 50002: "JPEG XL", 52546: "JPEG XL",
}  # fmt: skip
_KINDS = {1: "u", 2: "i", 3: "f", 4: "u"}
_WHOLE_BITS = (8, 16, 32, 64)
_PACKED_BITS = (10, 12, 14)

#: Above this size a frame must not have shrunk more than `_MAX_SHRINKING` times: constant frames are small.
_SUSPICIOUS_FRAME_BYTES = 64_000_000
_MAX_SHRINKING = 5_000


@dataclass(frozen=True)
class PageFormat:
    """How a page's pixels are stored. Frames of one stack have equal formats."""

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

    @property
    def dtype(self) -> np.dtype:
        """Type of the pixels in memory, in the machine's own byte order."""
        size = next(bits for bits in _WHOLE_BITS if bits >= self.bits) // 8
        return np.dtype(f"{_KINDS[self.kind]}{size}")

    @property
    def frame_bytes(self) -> int:
        """Memory of one frame."""
        return self.height * self.width * self.dtype.itemsize

    @property
    def plain(self) -> bool:
        """Whether the bytes in the file are the pixels as they are."""
        packed = self.bits not in _WHOLE_BITS
        return self.compression == 1 and self.predictor == 1 and self.fill_order == 1 and not self.tiled and not packed

    def __str__(self) -> str:
        kind = {1: "unsigned", 2: "signed", 3: "float", 4: ""}.get(self.kind, "unknown")
        return f"{self.height} × {self.width} pixels of {self.bits} bit {kind}".rstrip()


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its place in the file's chain, its format, and where its pixels begin if they lie in one plain run.

    `reduced` marks a smaller copy of another page, such as a thumbnail.
    """

    number: int
    format: PageFormat
    run_offset: int | None
    reduced: bool


def read_pages(tiff: TiffBytes) -> tuple[Directory, Directory, list[Page]]:
    """The first and the last page's directory, and all pages.

    Raises ReadError for a broken chain, or pixels that lie outside the file.
    """
    pages: list[Page] = []
    # Thousands of pages are stored alike: their format is worked out once.
    formats: dict[tuple[Entry | None, ...], PageFormat] = {}
    first = last = None
    for number, directory in enumerate(tiff.directories()):
        first, last = first or directory, directory
        key = tuple(directory.entries.get(tag) for tag in _FORMAT_TAGS)
        if key not in formats:
            formats[key] = _format(tiff, directory)
        pages.append(_page(tiff, directory, formats[key], number))
    if first is None or last is None:
        raise damaged(tiff.path, "it holds no page")
    return first, last, pages


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
    return (one.height, one.width, one.bits, one.kind, one.samples) == (
        other.height, other.width, other.bits, other.kind, other.samples,
    )  # fmt: skip


def check_format(tiff: TiffBytes, format: PageFormat) -> None:
    """Raises ReadError for pages that are no frames of a camera, or that are too large to be true."""
    if min(format.height, format.width) < 1:
        raise damaged(tiff.path, f"its frames have {format.height} × {format.width} pixels")
    hint = "Open a stack of grey frames, as the camera recorded them."
    if format.samples != 1 or format.photometric in _COLOUR:
        colours = _COLOUR.get(format.photometric, "several values per pixel")
        raise ReadError(f"{tiff.path.name} is a colour picture ({colours}), not a fluorescence stack.", hint)
    if format.bits == 1:
        message = f"{tiff.path.name} holds black-and-white pages (1 bit per pixel), not a fluorescence stack."
        raise ReadError(message, hint)
    _check_coding(tiff, format, hint)
    if format.frame_bytes > MAX_FRAME_BYTES:
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
    size = first.format.frame_bytes
    complete = (tiff.size - first.run_offset) // size
    if complete < count or count > MAX_PAGES:
        raise damaged(tiff.path, f"it should hold {count} frames, but ends after {complete}")
    return [replace(first, number=index, run_offset=first.run_offset + index * size) for index in range(count)]


def _page(tiff: TiffBytes, directory: Directory, format: PageFormat, number: int) -> Page:
    reduced = bool(_number(tiff, directory, SUBFILE, 0) & 1)
    usable = format.kind in _KINDS and format.bits <= _WHOLE_BITS[-1] and format.samples == 1
    if not usable or format.height * format.width == 0 or format.bits == 1:
        return Page(number, format, None, reduced)
    return Page(number, format, _run_offset(tiff, directory, format, number), reduced)


def _format(tiff: TiffBytes, directory: Directory) -> PageFormat:
    def number(tag: int, default: int) -> int:
        return _number(tiff, directory, tag, default)

    return PageFormat(
        number(HEIGHT, 0), number(WIDTH, 0), number(BITS, 1), number(SAMPLE_FORMAT, 1), number(SAMPLES, 1),
        number(COMPRESSION, 1), number(PHOTOMETRIC, 1), number(PREDICTOR, 1), number(FILL_ORDER, 1),
        TILE_WIDTH in directory.entries,
    )  # fmt: skip


def _run_offset(tiff: TiffBytes, directory: Directory, format: PageFormat, number: int) -> int | None:
    """Where a plain page's pixels begin, or None where they must be decoded. Raises ReadError for missing pixels."""
    tags = (TILE_OFFSETS, TILE_BYTES) if format.tiled else (STRIP_OFFSETS, STRIP_BYTES)
    offsets, counts = (_pointers(tiff, directory, tag, number) for tag in tags)
    if len(offsets) == 1 and format.plain and (not counts or counts[0] == 0):
        counts = (format.frame_bytes,)
    if not offsets or len(offsets) != len(counts) or 0 in offsets:
        raise damaged(tiff.path, f"page {number + 1} does not say where its pixels are")
    end = max(offset + count for offset, count in zip(offsets, counts, strict=True))
    if end > tiff.size:
        raise tiff.cut_short(f"the pixels of page {number + 1} run to byte {end}")
    _check_amount(tiff, format, sum(counts), number)
    follow_on = all(offsets[i] + counts[i] == offsets[i + 1] for i in range(len(offsets) - 1))
    return offsets[0] if format.plain and follow_on else None


def _check_amount(tiff: TiffBytes, format: PageFormat, stored: int, number: int) -> None:
    needed = format.frame_bytes
    if format.plain and stored < needed:
        raise damaged(tiff.path, f"page {number + 1} has {format}, {needed} bytes, but only {stored} are there")
    if needed > _SUSPICIOUS_FRAME_BYTES and stored * _MAX_SHRINKING < needed:
        raise damaged(tiff.path, f"page {number + 1} claims {bytes_text(needed)} of pixels, made of {stored} bytes")


def _number(tiff: TiffBytes, directory: Directory, tag: int, default: int) -> int:
    values = tiff.numbers(directory.entries.get(tag))
    return int(values[0]) if values else default


def _pointers(tiff: TiffBytes, directory: Directory, tag: int, number: int) -> tuple[int, ...]:
    entry = directory.entries.get(tag)
    if entry is not None and entry.count > tiff.size:
        raise damaged(tiff.path, f"page {number + 1} claims {entry.count} pieces")
    return tuple(int(value) for value in tiff.numbers(entry))

"""Whole pictures inside a TIFF's strips and tiles: the size that each states is checked before a decoder sees it.

A strip of a few bytes may hold a picture of any size, for which its decoder asks for memory. Headers: ISO/IEC 10918-1
B.2.2 (JPEG), 15444-1 A.5.1 and I.4 (JPEG 2000), 15948 11.2.2 (PNG), 18181-1 D.2 and D.3 (JPEG XL), ITU-T T.832
(JPEG XR), Esri's Lerc2.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

import numpy as np

from fluogan_app.core.readers.czi_jpegxr import check_jpegxr, jpegxr_size

_JPEG_XR = (22610, 34934)
_START_OF_SCAN = 0xDA
#: Markers of JPEG that state a size: all from the first to the last but tables, extensions and arithmetic conditioning.
_SIZE_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_MOST_TILES = 16_384
_JXL_RATIOS = {1: (1, 1), 2: (6, 5), 3: (4, 3), 4: (3, 2), 5: (16, 9), 6: (5, 4), 7: (2, 1)}
_JXL_SIDES = ((9, 1), (13, 1), (18, 1), (30, 1))


def check_picture(compression: int, data: bytes, rows: int, columns: int, dtype: np.dtype) -> None:
    """Raises ValueError with the reason where a strip or tile holds a larger picture than belongs there.

    data: what stands in the file. rows, columns, dtype: of the strip or tile. Other packings than pictures pass.
    """
    if compression not in PICTURES:
        return
    try:
        height, width = _SIZES[compression](data)
    except (struct.error, IndexError) as error:
        raise ValueError("its header is cut short") from error
    # Pieces at the edge of a page are whole, or cut off there.
    if not (0 < height <= rows and 0 < width <= columns):
        raise ValueError(f"it states {height} × {width} pixels, where {rows} × {columns} belong")
    if compression in _JPEG_XR:
        _check_jpegxr(data, height, width, dtype)


def _check_jpegxr(data: bytes, height: int, width: int, dtype: np.dtype) -> None:
    if dtype.name not in ("uint8", "uint16", "float32"):
        raise ValueError(f"no pixels of type {dtype.name} are packed so")
    check_jpegxr(data, height, width, dtype)


def _jpeg_size(data: bytes) -> tuple[int, int]:
    at = 2
    while True:
        if data[at] != 0xFF:
            raise ValueError("its header is not sound")
        marker = data[at + 1]
        if marker in _SIZE_MARKERS:
            return struct.unpack_from(">HH", data, at + 5)
        if marker == _START_OF_SCAN:
            raise ValueError("it states no size")
        # Fill bytes, and markers that stand alone: start and end of an image.
        alone = marker == 0xFF or 0xD0 <= marker <= 0xD9
        at += (1 if marker == 0xFF else 2) if alone else 2 + struct.unpack_from(">H", data, at + 2)[0]


def _jpeg2000_size(data: bytes) -> tuple[int, int]:
    start = 0
    if data[:2] != b"\xff\x4f":
        boxes = {kind: begin for kind, begin, _ in reversed(list(_boxes(data)))}
        start = boxes.get(b"jp2c", len(data))
        if b"pclr" in data[:start]:
            raise ValueError("its pixels are colours of a table")
    if data[start : start + 4] != b"\xff\x4f\xff\x51":
        raise ValueError("its header is not sound")
    right, bottom, left, top, tile_width, tile_height = struct.unpack_from(">6I", data, start + 8)
    tiles = -(-right // max(1, tile_width)) * -(-bottom // max(1, tile_height))
    if tiles > _MOST_TILES or struct.unpack_from(">H", data, start + 40)[0] > 4:
        raise ValueError(f"it claims {tiles} tiles, or more colours than there are")
    return bottom - top, right - left


def _png_size(data: bytes) -> tuple[int, int]:
    if data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR":
        raise ValueError("its header is not sound")
    width, height = struct.unpack_from(">II", data, 16)
    return height, width


def _lerc_size(data: bytes) -> tuple[int, int]:
    if data[:6] != b"Lerc2 ":
        raise ValueError("it is of an older kind of LERC")
    version = struct.unpack_from("<i", data, 6)[0]
    # Behind the version: a check sum, height, width, values per pixel; each only from some version on.
    at = 10 if version < 3 else 14
    height, width = struct.unpack_from("<ii", data, at)
    depth = struct.unpack_from("<i", data, at + 8)[0] if version >= 4 else 1
    length = struct.unpack_from("<i", data, at + (20 if version >= 4 else 16))[0]
    if depth != 1 or length < len(data) - 16:
        raise ValueError("it holds more than one picture")
    return height, width


def _jpegxl_size(data: bytes) -> tuple[int, int]:
    if data[:2] != b"\xff\x0a":
        parts = [(kind, begin) for kind, begin, _ in _boxes(data) if kind in (b"jxlc", b"jxlp")]
        if not parts:
            raise ValueError("it holds no picture")
        kind, begin = parts[0]
        data = data[begin + (4 if kind == b"jxlp" else 0) :]
    if data[:2] != b"\xff\x0a":
        raise ValueError("its header is not sound")
    bits = _Bits(data[2:])
    size = _jpegxl_sides(bits)
    _check_jpegxl_is_one(bits)
    return size


class _Bits:
    """The first bits of some bytes, the lowest of each byte first."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data[:64], "little")
        self._at = 0

    def take(self, count: int) -> int:
        value = self._value >> self._at & ((1 << count) - 1)
        self._at += count
        return value

    def one_of(self, *choices: tuple[int, int]) -> int:
        """A number of as many bits as two bits choose, and what is added to it."""
        count, more = choices[self.take(2)]
        return self.take(count) + more


def _jpegxl_sides(bits: _Bits) -> tuple[int, int]:
    small = bits.take(1)

    def side() -> int:
        return 8 * (bits.take(5) + 1) if small else bits.one_of(*_JXL_SIDES)

    height = side()
    ratio = bits.take(3)
    if not ratio:
        return height, side()
    over, under = _JXL_RATIOS[ratio]
    return height, height * over // under


def _check_jpegxl_is_one(bits: _Bits) -> None:
    """Raises ValueError for a film, a preview, or pictures beside the picture."""
    if bits.take(1):
        return
    if bits.take(1):
        bits.take(3)
        if bits.take(1):
            _jpegxl_sides(bits)
        if bits.take(1) or bits.take(1):
            raise ValueError("it is a film, or has a preview")
    if bits.take(1):
        bits.one_of((0, 32), (0, 16), (0, 24), (6, 1))
        bits.take(4)
    else:
        bits.one_of((0, 8), (0, 10), (0, 12), (6, 1))
    bits.take(1)
    if bits.one_of((0, 0), (0, 1), (4, 2), (12, 1)):
        raise ValueError("it holds more than one picture")


def _boxes(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Kind, begin and end of the contents of each box. Raises struct.error where one is cut short."""
    at = 0
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        begin = at + 8
        if length == 1:
            length, begin = struct.unpack_from(">Q", data, at + 8)[0], at + 16
        end = len(data) if length == 0 else at + length
        if not begin <= end <= len(data):
            raise ValueError("one of its parts is not there")
        yield kind, begin, end
        at = end


_SIZES: dict[int, Callable[[bytes], tuple[int, int]]] = {
    **dict.fromkeys((6, 7, 33007, 34892), _jpeg_size),
    **dict.fromkeys((33003, 33004, 33005, 34712), _jpeg2000_size),
    34933: _png_size,
    34887: _lerc_size,
    50002: _jpegxl_size,
    **dict.fromkeys(_JPEG_XR, jpegxr_size),
}
#: The schemes whose strips and tiles are pictures with a header of their own.
PICTURES = frozenset(_SIZES)

"""JPEG XR as CZI files hold it: the header of a picture is checked before the decoder sees it.

The decoder ends the whole process on headers with colour formats that do not fit, so only what a grey picture of the
expected size and type says is handed on. Header of the container and of the coded picture: ITU-T T.832, A.7 and 8.3.
"""

from __future__ import annotations

import struct

import numpy as np

_WIDTH, _HEIGHT, _FORMAT, _OFFSET, _ALPHA = 0xBC80, 0xBC81, 0xBC01, 0xBCC0, 0xBCC2
_ENTRY = struct.Struct("<HHII")
_MOST_TAGS = 64
_FAMILY = bytes.fromhex("24c3dd6f034efe4bb1853d77768dc9")
#: By type of pixels: last byte of the format's name in the container; format in the coded picture (grey, bit depth).
_FORMATS = {"uint8": (0x08, 0x01), "uint16": (0x0B, 0x02), "float32": (0x11, 0x07)}


def check_jpegxr(data: bytes, height: int, width: int, dtype: np.dtype) -> None:
    """Raises ValueError with the reason where this is no grey picture of this size and type."""
    tags = _tags(data)
    if (tags.get(_HEIGHT), tags.get(_WIDTH)) != (height, width):
        raise ValueError(f"it is said to be {tags.get(_HEIGHT)} × {tags.get(_WIDTH)} pixels")
    container, coded = _FORMATS[dtype.name]
    name = tags.get(_FORMAT, len(data))
    if data[name : name + 16] != _FAMILY + bytes([container]) or _ALPHA in tags:
        raise ValueError("its pixels are of another type")
    _check_coded(data[tags.get(_OFFSET, len(data)) :], height, width, coded)


def jpegxr_size(data: bytes) -> tuple[int, int]:
    """Height and width as the container states them, 0 where it does not. Raises ValueError."""
    tags = _tags(data)
    return tags.get(_HEIGHT, 0), tags.get(_WIDTH, 0)


def _tags(data: bytes) -> dict[int, int]:
    """Numbers by tag. Raises ValueError."""
    if len(data) < 32 or data[:3] != b"II\xbc":
        raise ValueError("it does not begin as JPEG XR does")
    start = struct.unpack_from("<I", data, 4)[0]
    count = struct.unpack_from("<H", data, start)[0] if start + 2 <= len(data) else 0
    end = start + 2 + count * _ENTRY.size
    if not 0 < count <= _MOST_TAGS or end > len(data):
        raise ValueError("its tags are not sound")
    entries = _ENTRY.iter_unpack(data[start + 2 : end])
    # Short numbers stand in the low half; what else stands in the high half is not meant.
    return {tag: value & 0xFFFF if kind == 3 else value for tag, kind, _, value in entries}


def _check_coded(coded: bytes, height: int, width: int, wanted: int) -> None:
    if len(coded) < 24 or coded[:8] != b"WMPHOTO\0":
        raise ValueError("its pixels do not begin as they should")
    tiled, short, windowed, alpha = coded[9] & 0x80, coded[10] & 0x80, coded[10] & 0x20, coded[10] & 0x01
    if coded[8] >> 4 != 1 or coded[11] != wanted or alpha:
        raise ValueError("its pixels are coded in another way than they should")
    size = struct.Struct(">HH" if short else ">II")
    last_column, last_row = size.unpack_from(coded, 12)
    if (last_row + 1, last_column + 1) != (height, width):
        raise ValueError(f"its pixels are {last_row + 1} × {last_column + 1}")
    at = 12 + size.size
    if tiled:
        columns = coded[at] << 4 | coded[at + 1] >> 4
        rows = (coded[at + 1] & 0x0F) << 8 | coded[at + 2]
        at += 3 + (columns + rows) * (1 if short else 2)
    at += 3 if windowed else 0
    # The first three bits of what follows are the colours inside: none.
    if at >= len(coded) or coded[at] >> 5:
        raise ValueError("its pixels are coded in colour")

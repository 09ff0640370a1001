"""The pixels of one picture in a CZI file, whichever way they are packed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fluogan_app.core.readers.czi_chain import (
    DIMENSION_BYTES,
    ENTRY_AT,
    ENTRY_BYTES,
    MIN_SUBBLOCK_HEAD,
    SUBBLOCK_SIZES,
    entry_length,
)
from fluogan_app.core.readers.czi_directory import JPEG_XR, UNCOMPRESSED, ZSTD, ZSTD_BYTES_APART, Tile
from fluogan_app.core.readers.czi_jpegxr import check_jpegxr
from fluogan_app.core.readers.czi_segments import SEGMENT
from fluogan_app.core.readers.file_bytes import FileBytes


class SubBlock(NamedTuple):
    """Where the parts of a sub-block are: its notes and its packed pixels, in bytes of the file."""

    notes: int
    notes_bytes: int
    pixels: int
    pixel_bytes: int


def read_rows(file: FileBytes, tile: Tile, start: int, stop: int) -> np.ndarray:
    """Rows `start` to `stop` − 1 of a picture (Y, X). Raises ReadError, or ValueError with the reason."""
    block = find_parts(file, tile)
    row_bytes = tile.width * tile.dtype.itemsize
    if tile.compression == UNCOMPRESSED:
        if block.pixel_bytes < tile.height * row_bytes:
            raise ValueError(f"the picture at byte {tile.position} holds {block.pixel_bytes} bytes of pixels")
        raw = file.read(block.pixels + start * row_bytes, (stop - start) * row_bytes)
        return np.frombuffer(raw, tile.dtype.newbyteorder("<")).reshape(-1, tile.width).astype(tile.dtype, copy=False)
    return _unpacked(file.read(block.pixels, block.pixel_bytes), tile)[start:stop]


def find_parts(file: FileBytes, tile: Tile) -> SubBlock:
    """Where notes and pixels of a picture are. Raises ReadError, or ValueError where this is another picture."""
    head = file.read(tile.position, MIN_SUBBLOCK_HEAD)
    name, allocated, used = SEGMENT.unpack_from(head)
    if name.rstrip(b"\0") != b"ZISRAWSUBBLOCK":
        raise ValueError(f"no picture begins at byte {tile.position}, where one should")
    notes_bytes, rest_bytes, pixel_bytes = SUBBLOCK_SIZES.unpack_from(head, SEGMENT.size)
    entry = head[ENTRY_AT : ENTRY_AT + ENTRY_BYTES]
    pixel_type, compression = int.from_bytes(entry[2:6], "little"), int.from_bytes(entry[18:22], "little")
    if (pixel_type, compression) != (tile.pixel_type, tile.compression):
        raise ValueError(f"the picture at byte {tile.position} is of another kind than the directory says")
    own = _own_place(head)
    if any(own.get(letter, start) != start for letter, start in tile.place):
        raise ValueError(f"the picture at byte {tile.position} belongs elsewhere than the directory says")
    notes = tile.position + max(MIN_SUBBLOCK_HEAD, ENTRY_AT + entry_length(entry))
    pixels = notes + notes_bytes
    end = tile.position + SEGMENT.size + (used or allocated)
    if min(notes_bytes, rest_bytes, pixel_bytes) < 0 or pixels + pixel_bytes > min(end, file.size):
        raise ValueError(f"the parts of the picture at byte {tile.position} do not fit in it")
    return SubBlock(notes, notes_bytes, pixels, pixel_bytes)


def _own_place(head: bytes) -> dict[str, int]:
    """Where a picture itself says that it belongs, by the letters of the axes."""
    first = ENTRY_AT + ENTRY_BYTES
    end = min(ENTRY_AT + entry_length(head[ENTRY_AT:first]), len(head) - DIMENSION_BYTES + 1)
    axes = (head[at : at + DIMENSION_BYTES] for at in range(first, end, DIMENSION_BYTES))
    return {
        axis[:4].rstrip(b"\0").decode("latin-1"): int.from_bytes(axis[4:8], "little", signed=True) for axis in axes
    }


def _unpacked(data: bytes, tile: Tile) -> np.ndarray:
    import imagecodecs

    shape, dtype = (tile.height, tile.width), tile.dtype
    if tile.compression == JPEG_XR:
        check_jpegxr(data, *shape, dtype)
        return imagecodecs.jpegxr_decode(data, out=np.empty(shape, dtype))
    apart = False
    if tile.compression == ZSTD_BYTES_APART:
        apart, header_bytes = _bytes_apart(data, dtype)
        data = data[header_bytes:]
    elif tile.compression != ZSTD:
        raise ValueError(f"the picture at byte {tile.position} is packed in an unknown way ({tile.compression})")
    # Room for exactly the pixels: a damaged picture that claims more is an error, not an allocation.
    room = np.empty(tile.height * tile.width * dtype.itemsize, np.uint8)
    unpacked = imagecodecs.zstd_decode(data, out=room)
    if unpacked.size != room.size:
        raise ValueError(f"the picture at byte {tile.position} unpacks to {unpacked.size} bytes, not {room.size}")
    if apart:
        room = np.ascontiguousarray(room.reshape(dtype.itemsize, -1).T)
    return room.view(dtype.newbyteorder("<")).reshape(shape).astype(dtype, copy=False)


def _bytes_apart(data: bytes, dtype: np.dtype) -> tuple[bool, int]:
    """Whether all low bytes stand before all high ones, and the length of the small header that says so."""
    if data[:1] == b"\x01":
        return False, 1
    if data[:3] in (b"\x03\x01\x00", b"\x03\x01\x01") and (data[2] == 0 or dtype.itemsize == 2):
        return data[2] == 1, 3
    raise ValueError(f"its pixels begin with the bytes {data[:4].hex(' ')}")

"""A TIFF byte by byte, for dialects that no library writes."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np

CODES = {1: "B", 2: "s", 3: "H", 4: "I", 5: "II", 11: "f", 12: "d"}
Tag = tuple[int, int, int, bytes]


def numbers(tag: int, kind: int, *values: float) -> Tag:
    """A tag of whole numbers."""
    return tag, kind, len(values), struct.pack(f"<{len(values)}{CODES[kind]}", *values)


def text(tag: int, words: str) -> Tag:
    """A tag of text."""
    raw = words.encode("latin-1") + b"\0"
    return tag, 2, len(raw), raw


def page_tags(frame: np.ndarray, samples: int = 1, separate: bool = False) -> list[Tag]:
    """The tags of a plain page of grey pixels (Y, X), (Y, X, samples) or (samples, Y, X)."""
    height, width = (frame.shape[-2:] if samples == 1 or separate else frame.shape[:2])
    tags = [numbers(256, 4, width), numbers(257, 4, height), numbers(258, 3, *[8 * frame.itemsize] * samples)]
    tags += [numbers(259, 3, 1), numbers(262, 3, 1), numbers(277, 3, samples), numbers(278, 4, height)]
    return [*tags, numbers(284, 3, 2 if separate else 1)]


def tiff(pages: Sequence[tuple[np.ndarray, Sequence[Tag]]], behind: bytes = b"") -> bytes:
    """A little-endian classic TIFF of plain pages; `behind` follows the last page's pixels, where no other does."""
    out = bytearray(struct.pack("<2sHI", b"II", 42, 8))
    for number, (frame, tags) in enumerate(pages):
        tags = sorted([*tags, numbers(273, 4, 0), numbers(279, 4, frame.nbytes)])
        start = len(out)
        values_at = start + 2 + 12 * len(tags) + 4
        values, entries = bytearray(), b""
        pixels_at = values_at + sum(len(raw) for _, _, _, raw in tags if len(raw) > 4)
        for tag, kind, count, raw in tags:
            raw = struct.pack("<I", pixels_at) if tag == 273 else raw
            place = raw.ljust(4, b"\0") if len(raw) <= 4 else struct.pack("<I", values_at + len(values))
            entries += struct.pack("<HHI4s", tag, kind, count, place)
            values += raw if len(raw) > 4 else b""
        pixels = frame.tobytes() + (behind if number == len(pages) - 1 else b"")
        following = pixels_at + len(pixels) if number < len(pages) - 1 else 0
        out += struct.pack("<H", len(tags)) + entries + struct.pack("<I", following) + values + pixels
    return bytes(out)

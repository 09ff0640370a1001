"""A small writer of CZI files: what Zeiss's own library cannot be made to write, and damage in chosen places.

The layout is that of Zeiss's published description (ZISRAW); Zeiss's library reads what this writes, which is tested.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import imagecodecs
import numpy as np

KINDS = {np.dtype(np.uint8): 0, np.dtype(np.uint16): 1, np.dtype(np.float32): 2}
COLOUR = 3
_HEADER_BYTES = 544


@dataclass(frozen=True)
class Picture:
    """One picture: its pixels (Y, X), place along the axes by their letters, and (y, x) in the whole.

    packed: the bytes to store in place of the pixels, with their compression. covers: (height, width) where the
    pixels are a reduced copy of a larger picture. notes: its own small XML.
    """

    pixels: np.ndarray
    place: Mapping[str, int] = field(default_factory=dict)
    at: tuple[int, int] = (0, 0)
    compression: int = 0
    packed: bytes | None = None
    covers: tuple[int, int] | None = None
    kind: int | None = None
    notes: str = ""

    def entry(self, position: int) -> bytes:
        """Its entry in the directory."""
        stored = self.pixels.shape[:2]
        logical = self.covers or stored
        sides = {"X": (self.at[1], logical[1], stored[1]), "Y": (self.at[0], logical[0], stored[0])}
        dimensions = [(letter, *numbers) for letter, numbers in sides.items()]
        dimensions += [(letter, start, 1, 1) for letter, start in self.place.items()]
        kind = KINDS[self.pixels.dtype] if self.kind is None else self.kind
        head = struct.pack("<2siqiiB5xi", b"DV", kind, position, 0, self.compression, 0, len(dimensions))
        return head + b"".join(
            struct.pack("<4siifi", letter.encode(), start, size, float(start), kept)
            for letter, start, size, kept in dimensions
        )


def czi_bytes(pictures: Sequence[Picture], xml: str = "<ImageDocument/>", time_stamps_s: Sequence[float] = ()) -> bytes:
    """A whole file: header, pictures, description, attached times, directory."""
    content = bytearray(_HEADER_BYTES)
    entries = b""
    for picture in pictures:
        entry = picture.entry(len(content))
        packed = picture.pixels.tobytes() if picture.packed is None else picture.packed
        notes = picture.notes.encode()
        head = (struct.pack("<iiq", len(notes), 0, len(packed)) + entry).ljust(256, b"\0")
        entries += entry
        content += _segment(b"ZISRAWSUBBLOCK", head + notes + packed)
    text = xml.encode()
    metadata = len(content)
    content += _segment(b"ZISRAWMETADATA", struct.pack("<ii", len(text), 0).ljust(256, b"\0") + text)
    attachments = 0
    if time_stamps_s:
        times = struct.pack(f"<ii{len(time_stamps_s)}d", 0, len(time_stamps_s), *time_stamps_s)
        entry = struct.pack("<2s10sqi16s8s80s", b"A1", b"", len(content), 0, b"", b"CZTIMS", b"TimeStamps")
        content += _segment(b"ZISRAWATTACH", (struct.pack("<i12x", len(times)) + entry).ljust(256, b"\0") + times)
        attachments = len(content)
        content += _segment(b"ZISRAWATTDIR", struct.pack("<i", 1).ljust(256, b"\0") + entry)
    directory = len(content)
    content += _segment(b"ZISRAWDIRECTORY", struct.pack("<i", len(pictures)).ljust(128, b"\0") + entries)
    fields = struct.pack("<4i16x16xiqqiq", 1, 0, 0, 0, 0, directory, metadata, 0, attachments)
    content[:_HEADER_BYTES] = _segment(b"ZISRAWFILE", fields.ljust(512, b"\0"))
    return bytes(content)


def written(path: Path, pictures: Sequence[Picture], **options) -> Path:
    """The same as a file."""
    path.write_bytes(czi_bytes(pictures, **options))
    return path


def described(below_image: str = "", scaling_m: Mapping[str, float] | None = None, instrument: str = "") -> str:
    """A description with a pixel size in metres by the axis's letter, and what stands below its image."""
    items = "".join(
        f'<Distance Id="{letter}"><Value>{value}</Value></Distance>' for letter, value in (scaling_m or {}).items()
    )
    information = f"<Image>{below_image}</Image><Instrument>{instrument}</Instrument>"
    scaling = f"<Scaling><Items>{items}</Items></Scaling>"
    return f"<ImageDocument><Metadata><Information>{information}</Information>{scaling}</Metadata></ImageDocument>"


def _segment(name: bytes, content: bytes) -> bytes:
    room = -len(content) % 32
    return struct.pack("<16sqq", name, len(content) + room, len(content)) + content + bytes(room)


def packed(picture: Picture, packing: str) -> Picture:
    """The picture packed without loss in one of the ways that CZI knows."""
    pixels = picture.pixels
    if packing == "jpegxr":
        return replace(picture, compression=4, packed=imagecodecs.jpegxr_encode(pixels, level=1.0))
    if packing == "zstd":
        return replace(picture, compression=5, packed=imagecodecs.zstd_encode(pixels.tobytes()))
    if packing == "zstd, bytes apart":
        apart = pixels.itemsize == 2
        stored = pixels.view(np.uint8).reshape(-1, pixels.itemsize).T if apart else pixels
        header = b"\x03\x01\x01" if apart else b"\x01"
        return replace(picture, compression=6, packed=header + imagecodecs.zstd_encode(stored.tobytes()))
    return picture

"""The reader of SPE: frames of Princeton Instruments' cameras, as WinView (2.x) and LightField (3.0) write them.

A header of 4100 bytes, then the frames one after the other as plain numbers. From version 3.0 on an XML at the end of
the file says how they lie there, and the header's own numbers need not be filled in.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np

from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.base import MAX_PLANES, Scene, check_frame, damaged
from fluogan_app.core.readers.file_bytes import FileBytes
from fluogan_app.core.readers.plain_frames import PlainSource
from fluogan_app.core.readers.recording import duration_ms
from fluogan_app.core.data.recording import Recording
from fluogan_app.core.readers.signatures import is_spe
from fluogan_app.core.readers.spe_footer import Region, regions_of

HEADER_BYTES = 4100
#: Where the header keeps its numbers, and how.
_FIELDS = {
    "exposure_s": (10, "<f"), "width": (42, "<H"), "type": (108, "<h"), "height": (656, "<H"),
    "footer": (678, "<Q"), "frames": (1446, "<i"), "regions": (1510, "<h"), "version": (1992, "<f"),
}  # fmt: skip
_TYPES = {0: "<f4", 1: "<i4", 2: "<i2", 3: "<u2", 5: "<f8", 6: "u1", 8: "<u4"}


class SpeReader:
    """Reads the SPE files of WinView, WinSpec and LightField."""

    name = "SPE"

    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether this is the header of an SPE file."""
        return is_spe(head)

    def open(self, path: Path) -> SpeFile:
        """The file with the regions of the sensor that it holds. Raises ReadError."""
        content = FileBytes(path)
        try:
            return SpeFile(content)
        except BaseException:
            content.close()
            raise


class SpeFile:
    """An open SPE file; addresses are (byte at which the frame begins,)."""

    def __init__(self, content: FileBytes) -> None:
        self._content = content
        header = _header(content)
        regions = regions_of(content, header["footer"]) if header["version"] >= 3 else _region_of(content, header)
        self.dialect = f"SPE {'3.0' if header['version'] >= 3 else '2.x'}"
        self.files = (content.path,)
        self._types = {}
        self.scenes: tuple[Scene, ...] = tuple(self._scene(region, len(regions)) for region in regions)

    def source(self, scene: Scene, addresses: np.ndarray) -> PlainSource:
        """The frames at some addresses (T, 1)."""
        stored = self._types[scene.name]
        return PlainSource(self._content, stored, (scene.height, scene.width), addresses[:, 0])

    def close(self) -> None:
        """Let go of the file."""
        self._content.close()

    def _scene(self, region: Region, count: int) -> Scene:
        path = self._content.path
        check_frame(path, region.height, region.width, region.stored)
        if not 0 < region.frames <= MAX_PLANES:
            raise damaged(path, f"it claims {region.frames} frames")
        name = path.stem if count == 1 else f"Region {region.number + 1}"
        frames, warnings = _recorded(self._content, region)
        starts = region.start + region.stride * np.arange(frames, dtype=np.int64)
        self._types[name] = region.stored
        axes, planes = ("T", starts[:, None]) if frames > 1 else ("", starts[0, None])
        return Scene(
            name, axes, planes, region.height, region.width, region.stored.newbyteorder("="), region.recording,
            warnings=warnings,
        )  # fmt: skip


def _header(content: FileBytes) -> dict[str, Any]:
    data = content.read(0, HEADER_BYTES)
    return {name: struct.unpack_from(code, data, at)[0] for name, (at, code) in _FIELDS.items()}


def _region_of(content: FileBytes, header: dict[str, Any]) -> tuple[Region, ...]:
    """The one region of a file whose header says all. Raises ReadError."""
    if header["type"] not in _TYPES:
        raise damaged(content.path, f"its pixels are of type {header['type']}, which SPE does not have")
    if header["regions"] > 1:
        message = f"{content.path.name} holds {header['regions']} regions of the sensor, which lie there interleaved."
        raise ReadError(message, "Save one region as TIFF with WinView or Fiji.")
    stored, height, width = np.dtype(_TYPES[header["type"]]), header["height"], header["width"]
    recording = Recording(
        exposure_ms=duration_ms(header["exposure_s"], "s"),
        metadata={"Header": {name: value for name, value in header.items() if value}},
    )
    stride = height * width * stored.itemsize
    return (Region(0, header["frames"], height, width, stored, HEADER_BYTES, stride, content.size, recording),)


def _recorded(content: FileBytes, region: Region) -> tuple[int, tuple[str, ...]]:
    """How many frames are whole in the file, and a word where these are not as many as it claims. Raises ReadError."""
    frame_bytes = region.height * region.width * region.stored.itemsize
    room = min(content.size, region.end) - region.start
    whole = 0 if room < frame_bytes else 1 + (room - frame_bytes) // region.stride
    if whole == 0:
        raise content.cut_short(f"the first frame runs to byte {region.start + frame_bytes}")
    if whole < region.frames:
        return whole, (f"The file claims {region.frames} frames, but ends after {whole}; those are taken.",)
    if whole > region.frames:
        return region.frames, (f"The file claims {region.frames} frames, but has room for {whole}.",)
    return whole, ()

"""The reader of DeltaVision files (.dv, .r3d): a header of 1024 bytes, notes on each section, then plain frames."""

from __future__ import annotations

import math
import struct
from pathlib import Path
from typing import Any

import numpy as np

from fluogan_app.core.data.recording import Recording
from fluogan_app.core.readers.base import MAX_PLANES, Scene, check_frame, damaged
from fluogan_app.core.readers.file_bytes import FileBytes
from fluogan_app.core.readers.plain_frames import PlainSource
from fluogan_app.core.readers.recorded import recorded_part
from fluogan_app.core.readers.recording import duration_ms, length_nm
from fluogan_app.core.readers.signatures import is_deltavision

HEADER_BYTES = 1024
#: Where the header keeps its numbers, and how.
_FIELDS = {
    "width": (0, "i"), "height": (4, "i"), "sections": (8, "i"), "type": (12, "i"), "pixel_x_um": (40, "f"),
    "pixel_y_um": (44, "f"), "plane_step_um": (48, "f"), "notes_bytes": (92, "i"), "whole_notes": (128, "h"),
    "real_notes": (130, "h"), "lens": (162, "h"), "times": (180, "h"), "order": (182, "h"), "channels": (196, "h"),
}  # fmt: skip
_WAVELENGTHS = (198, "5h")
_TITLES = (220, 224, 80)
_TYPES = {0: "u1", 1: "i2", 2: "f4", 5: "i2", 6: "u2", 7: "i4"}
#: Axes of the sections, slowest first.
_ORDERS = {0: "CTZ", 1: "TZC", 2: "TCZ"}
#: Among the real numbers that are noted of each section.
_TIME_STAMP_S, _EXPOSURE_S = 1, 8


class DeltavisionReader:
    """Reads what DeltaVision and OMX microscopes write."""

    name = "DeltaVision"

    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether this is the header of a DeltaVision file."""
        return is_deltavision(head)

    def open(self, path: Path) -> DeltavisionFile:
        """The file with its one image. Raises ReadError."""
        content = FileBytes(path)
        try:
            return DeltavisionFile(content)
        except BaseException:
            content.close()
            raise


class DeltavisionFile:
    """An open DeltaVision file; addresses are (byte at which the frame begins,)."""

    dialect = "DeltaVision"

    def __init__(self, content: FileBytes) -> None:
        self._content, self.files = content, (content.path,)
        head = content.read(0, HEADER_BYTES)
        self._order = "<" if head[96:98] == b"\xa0\xc0" else ">"
        header = {name: struct.unpack_from(self._order + code, head, at)[0] for name, (at, code) in _FIELDS.items()}
        if header["type"] not in _TYPES:
            raise damaged(content.path, f"its pixels are of type {header['type']}, which is not that of an image")
        self._stored = np.dtype(self._order + _TYPES[header["type"]])
        check_frame(content.path, header["height"], header["width"], self._stored)
        self.scenes: tuple[Scene, ...] = (self._scene(header, head),)

    def source(self, scene: Scene, addresses: np.ndarray) -> PlainSource:
        """The frames at some addresses (T, 1)."""
        return PlainSource(self._content, self._stored, (scene.height, scene.width), addresses[:, 0])

    def close(self) -> None:
        """Let go of the file."""
        self._content.close()

    def _scene(self, header: dict[str, Any], head: bytes) -> Scene:
        path = self._content.path
        counts = self._counts(header)
        frame_bytes = header["height"] * header["width"] * self._stored.itemsize
        starts = HEADER_BYTES + header["notes_bytes"] + frame_bytes * np.arange(header["sections"], dtype=np.int64)
        starts[starts + frame_bytes > self._content.size] = -1
        axes = "".join(letter for letter, count in counts.items() if count > 1)
        planes = starts.reshape([counts[letter] for letter in axes] + [1])
        planes, warnings = recorded_part(planes, axes, path.stem)
        if planes.reshape(-1)[0] < 0:
            raise self._content.cut_short("the first frame is wanted")
        return Scene(
            path.stem, axes, planes, header["height"], header["width"], self._stored.newbyteorder("="),
            self._recording(header, head, counts), warnings=warnings,
        )  # fmt: skip

    def _counts(self, header: dict[str, Any]) -> dict[str, int]:
        """The lengths of the axes, slowest first. Raises ReadError for numbers that contradict each other."""
        sections, times, channels = header["sections"], max(1, header["times"]), max(1, header["channels"])
        if not 0 < sections <= MAX_PLANES or sections % (times * channels):
            what = f"it claims {sections} frames of {times} time points and {channels} channels"
            raise damaged(self._content.path, what)
        if header["notes_bytes"] < 0 or header["order"] not in _ORDERS:
            raise damaged(self._content.path, "its header cannot be: it says nothing on the order of its frames")
        counts = {"T": times, "C": channels, "Z": sections // times // channels}
        return {letter: counts[letter] for letter in _ORDERS[header["order"]]}

    def _recording(self, header: dict[str, Any], head: bytes, counts: dict[str, int]) -> Recording:
        at, code = _WAVELENGTHS
        emissions = struct.unpack_from(self._order + code, head, at)[: counts["C"]]
        stamps = self._noted(header, _TIME_STAMP_S, counts)
        step = duration_ms((stamps[-1] - stamps[0]) / (len(stamps) - 1), "s") if len(stamps) > 1 else None
        exposures = {duration_ms(value, "s") for value in self._noted(header, _EXPOSURE_S, counts)}
        return Recording(
            pixel_size_y_nm=length_nm(header["pixel_y_um"], "µm"),
            pixel_size_x_nm=length_nm(header["pixel_x_um"], "µm"),
            plane_step_nm=length_nm(header["plane_step_um"], "µm") if counts["Z"] > 1 else None,
            time_step_ms=step,
            exposure_ms=exposures.pop() if len(exposures) == 1 else None,
            emissions_nm=tuple(length_nm(value, "nm") for value in emissions),
            metadata={"Header": dict(header), "Titles": _titles(head, self._order)},
        )

    def _noted(self, header: dict[str, Any], which: int, counts: dict[str, int]) -> list[float]:
        """One of the real numbers that are noted of each section, at the first section of each time point."""
        per_section = 4 * (header["whole_notes"] + header["real_notes"])
        if not 0 <= header["whole_notes"] or which >= header["real_notes"]:
            return []
        letters = list(counts)
        stride = math.prod(counts[letter] for letter in letters[letters.index("T") + 1 :])
        first = HEADER_BYTES + 4 * (header["whole_notes"] + which)
        places = [first + per_section * stride * time for time in range(counts["T"])]
        if places[-1] + 4 > min(self._content.size, HEADER_BYTES + header["notes_bytes"]):
            return []
        return [struct.unpack(self._order + "f", self._content.read(at, 4))[0] for at in places]


def _titles(head: bytes, order: str) -> list[str]:
    count_at, first, length = _TITLES
    count = min(max(0, struct.unpack_from(order + "i", head, count_at)[0]), 10)
    titles = (head[first + length * number :][:length] for number in range(count))
    return [title.split(b"\0")[0].decode("latin-1").strip() for title in titles]

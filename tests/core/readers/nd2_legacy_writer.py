"""A small writer of ND2 files as they were before 2010: boxes of JPEG 2000 pictures, with a table at the end."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import quoteattr

import imagecodecs
import numpy as np

SIGNATURE = b"\x00\x00\x00\x0cjP  \r\n\x87\n"
TABLE_END = b"LABORATORY IMAGING ND BOX MAP 00"


def legacy_nd2_bytes(frames: np.ndarray, axes: str = "T", pixel_um: float = 0.1, planned_ms: float = 20.0) -> bytes:
    """A whole file. frames: (loops…, C, Y, X), with C only where `axes`, the loops' letters, end in it."""
    planes = frames if axes.endswith("C") else frames[..., np.newaxis, :, :]
    channels, height, width = planes.shape[-3:]
    boxes = [(b"jP  ", b"\0" * 4, SIGNATURE[8:]), (b"ftyp", b"\0" * 4, b"jp2 \0\0\0\0jp2 ")]
    inner = struct.pack(">iihBB", height, width, 1, 8 * frames.dtype.itemsize - 1, 7) + b"\0\0"
    boxes.append((b"jp2h", b"\0" * 4, struct.pack(">I4s", 22, b"ihdr") + inner))
    for frame in planes.reshape(-1, channels, height, width):
        boxes.append((b"uuid", b"VCAL", xml({"dCalibration": pixel_um})))
        boxes.append((b"uuid", b"VIMD", xml(picture(channels, pixel_um))))
        pictures = (imagecodecs.jpeg2k_encode(channel, level=0, codecformat="j2k") for channel in frame)
        boxes += [(b"jp2c", b"LUNK", each) for each in pictures]
    boxes.append((b"uuid", b"AIM1", xml(experiment(axes.rstrip("C"), planes.shape, planned_ms))))
    return assembled(boxes)


def assembled(boxes: list[tuple[bytes, bytes, bytes]]) -> bytes:
    """A file of boxes (type, meaning, content), with its table at the end."""
    content, entries = b"", b""
    for kind, meaning, data in boxes:
        entries += struct.pack("<4s4sQ", kind, meaning, len(content))
        content += struct.pack(">I4s", len(data) + 8, kind) + data
    table = len(boxes).to_bytes(4, "big") + entries
    return content + table + TABLE_END + struct.pack("<Q", len(table) + 40)


def picture(channels: int, pixel_um: float) -> dict[str, Any]:
    """The description of a frame."""
    names = {f"a{index}": f"C{index}" for index in range(channels)}
    planes = {key: {"uiCompCount": 1, "sOpticalConfigName": name, "uiColor": 0} for key, name in names.items()}
    return {
        "sPicturePlanes": {"uiCount": channels, "uiCompCount": channels, "sPlane": planes},
        "dCalibration": pixel_um, "bCalibrated": True, "wsObjectiveName": "Plan Apo 60x", "dObjectiveNA": 1.4,
        "dObjectiveMag": 60.0,
    }  # fmt: skip


def experiment(loops: str, shape: tuple[int, ...], planned_ms: float) -> dict[str, Any]:
    """The loops, each within the one before."""
    phase = {"uiCount": shape[0], "dStart": 0.0, "dPeriod": planned_ms, "dDuration": 0.0}
    parameters = {
        "T": {"pPeriod": {"a00000": phase}},
        "Z": {"uiCount": shape[0], "dZHome": 0.0, "dZStep": 0.3, "dZLow": 0.0, "dZHigh": 1.0},
    }
    level = {"eType": {"T": 8, "Z": 4}[loops[0]], "uLoopPars": parameters[loops[0]]}
    if len(loops) > 1:
        level["ppNextLevelEx"] = experiment(loops[1:], shape[1:], planned_ms)
    return level


def xml(content: Mapping[str, Any]) -> bytes:
    """Mappings and plain values as these files write them."""
    inside = "".join(_element(name, value) for name, value in content.items())
    return f'<?xml version="1.0"?><variant version="1.0"><no_name>{inside}</no_name></variant>'.encode()


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        value = {f"i{index:010}": each for index, each in enumerate(value)}
    if isinstance(value, Mapping):
        return f"<{name}>{''.join(_element(*each) for each in value.items())}</{name}>"
    kinds = {bool: "bool", int: "lx_uint32", float: "double", str: "CLxStringW"}
    return f"<{name} runtype={quoteattr(kinds[type(value)])} value={quoteattr(str(value))}/>"

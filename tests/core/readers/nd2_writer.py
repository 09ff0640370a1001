"""A small writer of ND2 files, so that every axis, type and fault can be tested without a microscope."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.core.readers.nd2_legacy_writer import xml

MAGIC = 0x0ABECEDA
#: The name of a frame's chunk is padded so that its pixels begin with a disc's block.
FRAME_NAME_BYTES = 4072
TABLE_END = b"ND2 CHUNK MAP SIGNATURE 0000001!"


@dataclass(frozen=True)
class Nd2Words:
    """What a file states of itself beside its pixels; times_ms: of each frame, in the order of the frames."""

    pixel_um: float = 0.1
    calibrated: bool = True
    numerical_aperture: float = 1.4
    channels: Sequence[str] = ()
    emissions_nm: Sequence[float] = ()
    times_ms: Sequence[float] = ()
    planned_ms: float = 0.0
    noted_ms: float = 0.0
    plane_step_um: float = 0.3
    exposure_ms: float = 20.0
    bits_in_use: int = 16
    positions: Sequence[str] = ()
    phases: Sequence[tuple[int, float]] = ()


def nd2_bytes(
    frames: np.ndarray,
    axes: str = "T",
    words: Nd2Words = Nd2Words(),
    packed: bool = False,
    padding: int = 0,
    skipped: Sequence[int] = (),
    changes: Mapping[str, Any] | None = None,
    older: bool = False,
) -> bytes:
    """A whole file. frames: (loops…, C, Y, X), with C only where `axes`, the loops' letters, end in it.

    packed: by zlib. padding: bytes after each row. skipped: numbers of frames that are left out. changes: attributes
    that are stated otherwise than they are. older: as NIS-Elements wrote before version 3, its descriptions as XML.
    """
    loops = axes.rstrip("C")
    planes = frames if axes.endswith("C") else frames[..., np.newaxis, :, :]
    channels, height, width = planes.shape[-3:]
    stored = np.moveaxis(planes.reshape(-1, channels, height, width), 1, -1)
    attributes = {
        "uiWidth": width, "uiWidthBytes": width * channels * frames.dtype.itemsize + padding, "uiHeight": height,
        "uiComp": channels, "uiBpcInMemory": 8 * frames.dtype.itemsize, "uiBpcSignificant": words.bits_in_use,
        "uiSequenceCount": len(stored), "uiTileWidth": width, "uiTileHeight": height,
        "eCompression": 0 if packed else 2, "dCompressionParam": 0.0,
    } | dict(changes or {})  # fmt: skip
    descriptions = {
        "ImageAttributes": ("", {"SLxImageAttributes": attributes}),
        "ImageMetadataSeq": ("|0", {"SLxPictureMetadata": picture(words, channels)}),
    }
    if loops:
        descriptions["ImageMetadata"] = ("", {"SLxExperiment": experiment(loops, planes.shape, words)})
    chunks = [_description(name, number, content, older) for name, (number, content) in descriptions.items()]
    if len(words.times_ms):
        chunks.append((b"CustomData|AcqTimesCache!", np.asarray(words.times_ms, "<f8").tobytes()))
    for number, frame in enumerate(stored):
        if number not in skipped:
            chunks.append((b"ImageDataSeq|%d!" % number, frame_content(frame, padding, packed)))
    return assembled(chunks, b"Ver2.1" if older else b"Ver3.0")


def _description(name: str, number: str, content: Mapping[str, Any], older: bool) -> tuple[bytes, bytes]:
    (inside,) = content.values()
    return (f"{name}{number}!".encode(), xml(inside)) if older else (f"{name}LV{number}!".encode(), lv(content))


def frame_content(frame: np.ndarray, padding: int, packed: bool) -> bytes:
    """The content of a frame's chunk: its time, then its rows of pixels (Y, X, C)."""
    rows = b"".join(row.tobytes() + bytes(padding) for row in frame.astype(frame.dtype.newbyteorder("<")))
    return struct.pack("<d", 0.0) + (zlib.compress(rows) if packed else rows)


def assembled(chunks: Sequence[tuple[bytes, bytes]], version: bytes = b"Ver3.0") -> bytes:
    """A file of named chunks, with its table at the end."""
    content = bytearray(chunk(b"ND2 FILE SIGNATURE CHUNK NAME01!", version.ljust(64, b"\0")))
    table = bytearray()
    for name, data in chunks:
        table += name + struct.pack("<QQ", len(content), len(data))
        padded = name.ljust(FRAME_NAME_BYTES, b"\0") if name.startswith(b"ImageDataSeq") else name
        content += chunk(padded, data)
    end = TABLE_END + struct.pack("<Q", len(content))
    return bytes(content + chunk(b"ND2 FILEMAP SIGNATURE NAME 0001!", bytes(table) + end))


def chunk(name: bytes, data: bytes) -> bytes:
    """One chunk with its header."""
    return struct.pack("<IIQ", MAGIC, len(name), len(data)) + name + data


def picture(words: Nd2Words, channels: int) -> dict[str, Any]:
    """The description of the first frame."""
    names = list(words.channels) or [f"C{index}" for index in range(channels)]
    emissions = list(words.emissions_nm) or [0.0] * channels
    planes = {f"a{index}": plane(names[index], emissions[index]) for index in range(channels)}
    settings = {"a0": {"pCameraSetting": {"CameraUserName": "Orca"}, "dExposureTime": words.exposure_ms}}
    return {
        "dTimeMSec": 0.0, "dTimeAbsolute": 2460762.5, "dXPos": 0.0, "dYPos": 0.0, "dZPos": 0.0,
        "dCalibration": words.pixel_um, "bCalibrated": words.calibrated, "wsObjectiveName": "Plan Apo 100x",
        "dObjectiveMag": 100.0, "dObjectiveNA": words.numerical_aperture, "dRefractIndex1": 1.515, "dZoom": 1.0,
        "ePictureXAxis": 0, "ePictureYAxis": 1,
        "sPicturePlanes": {
            "uiCount": channels, "uiCompCount": channels, "uiSampleCount": 1, "sPlaneNew": planes,
            "sSampleSetting": settings,
        },
    }  # fmt: skip


def plane(name: str, emission_nm: float) -> dict[str, Any]:
    """The description of one channel."""
    point = {"eType": 1, "dWavelength": emission_nm, "dTValue": 1.0}
    probe = {"m_sName": name, "m_EmissionSpectrum": {"uiCount": 1, "pPoint": {"Point0": point}}}
    return {
        "uiCompCount": 1, "uiSampleIndex": 0, "uiModalityMask": 257, "uiColor": 65280, "sDescription": name,
        "pFluorescentProbe": probe, "pFilterPath": {"m_uiCount": 0, "m_pFilter": {}}, "dPinholeDiameter": -1.0,
    }  # fmt: skip


def experiment(loops: str, shape: Sequence[int], words: Nd2Words) -> dict[str, Any]:
    """The loops, each within the one before."""
    inner = experiment(loops[1:], shape[1:], words) if len(loops) > 1 else None
    types = {"T": 8 if words.phases else 1, "P": 2, "Z": 4, "U": 7}
    level = {"eType": types[loops[0]], "uLoopPars": _parameters(loops[0], shape[0], words)}
    if loops[0] == "P":
        level["pItemValid"] = bytes([1] * shape[0])
    return level | ({"ppNextLevelEx": [inner]} if inner else {})


def _parameters(letter: str, count: int, words: Nd2Words) -> dict[str, Any]:
    if letter == "T" and words.phases:
        periods = [_time(phase_count, step) for phase_count, step in words.phases]
        return {"uiPeriodCount": len(periods), "pPeriod": periods, "pPeriodValid": bytes([1] * len(periods))}
    if letter == "T":
        return _time(count, words.planned_ms, words.noted_ms)
    if letter == "Z":
        height = words.plane_step_um * (count - 1)
        return {"uiCount": count, "dZLow": 0.0, "dZHigh": height, "dZStep": words.plane_step_um, "dZHome": 0.0}
    if letter == "U":
        return {"uiCount": count}
    names = list(words.positions) or [""] * count
    points = [{"dPosX": float(index), "dPosY": 0.0, "dPosZ": 0.0, "dPosName": name} for index, name in enumerate(names)]
    return {"uiCount": count, "bUseZ": False, "bRelativeXY": False, "Points": points}


def _time(count: int, planned_ms: float, noted_ms: float = 0.0) -> dict[str, Any]:
    return {
        "uiCount": count, "dStart": 0.0, "dPeriod": planned_ms, "dDuration": 0.0, "dMinPeriodDiff": noted_ms,
        "dMaxPeriodDiff": noted_ms, "dAvgPeriodDiff": noted_ms,
    }  # fmt: skip


def lv(content: Mapping[str, Any]) -> bytes:
    """Mappings, lists and plain values as ND2 writes them."""
    return b"".join(_record(name, value) for name, value in content.items())


def _record(name: str, value: Any) -> bytes:
    letters = (name + "\0").encode("utf-16-le")
    if isinstance(value, Mapping | list):
        inside = [("", each) for each in value] if isinstance(value, list) else list(value.items())
        body = b"".join(_record(*each) for each in inside)
        length = 2 + len(letters) + 12 + len(body)
        return _header(11, letters) + struct.pack("<IQ", len(inside), length) + body + bytes(8 * len(inside))
    if isinstance(value, bool):
        return _header(1, letters) + struct.pack("<B", value)
    if isinstance(value, int):
        return _header(3, letters) + struct.pack("<I", value)
    if isinstance(value, float):
        return _header(6, letters) + struct.pack("<d", value)
    if isinstance(value, str):
        return _header(8, letters) + (value + "\0").encode("utf-16-le")
    return _header(9, letters) + struct.pack("<Q", len(value)) + value


def _header(kind: int, letters: bytes) -> bytes:
    return struct.pack("<BB", kind, len(letters) // 2) + letters

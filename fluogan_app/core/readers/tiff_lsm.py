"""Zeiss' LSM dialect of TIFF: a page and a thumbnail per plane, channels as samples, everything else in one tag."""

from __future__ import annotations

import re
import struct
from typing import Any

import numpy as np

from fluogan_app.core.data.recording import Recording
from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.recording import duration_ms, length_nm, positive, uneven
from fluogan_app.core.readers.tiff_frames import TiffContainer
from fluogan_app.core.readers.tiff_pages import LSM_INFO, frame_pages
from fluogan_app.core.readers.tiff_scenes import (
    TiffLayout,
    TiffScene,
    plain_layout,
    planes_in_a_row,
    without_single_axes,
)

#: Magic number, structure size, then x, y, z, channels, times, type, thumbnail's x and y; voxel's x, y, z in metres.
_HEAD = struct.Struct("<IiiiiiiiiiddddddHHI")
_INTERVAL, _CHANNEL_COLOURS, _SCAN_INFORMATION, _TIME_STAMPS, _POSITIONS = 112, 108, 124, 132, 264
_MAGICS = (0x0300494C, 0x0400494C)
_MAX_NOTES_BYTES = 1_000_000
#: Behind this, places no longer fit into the 32 bits that Zeiss writes, and begin at 0 again.
_MOST_BYTES = 2**32
#: Entries of the scan information, by their number.
_WORDS = {
    0x10000001: "Name", 0x10000002: "Description", 0x10000003: "Notes", 0x10000004: "Objective",
    0x10000005: "Processing summary", 0x70000026: "Dye", 0x90000003: "Laser wavelength",
}  # fmt: skip
_END = 0xFFFFFFFF
_APERTURE = re.compile(r"/\s?(\d[.,]\d+)")


def is_lsm(container: TiffContainer) -> bool:
    """Whether Zeiss' own tag is there."""
    return LSM_INFO in container.first.entries


def lsm_layout(container: TiffContainer, recording: Recording) -> TiffLayout:
    """Times and planes as Zeiss' tag counts them, positions as scenes. Raises ReadError where it is damaged."""
    if container.bytes.size >= _MOST_BYTES:
        message = f"{container.path.name} is an LSM file above 4 GB, whose pages' places are not told apart."
        raise ReadError(message, "Save it as CZI or OME-TIFF with ZEN or Fiji.")
    info = _info(container)
    frames = frame_pages(container.bytes, container.pages)
    if len(info) < _HEAD.size:
        return plain_layout(container, recording, ("Zeiss' own description is damaged; the pages are believed.",))
    head = _HEAD.unpack_from(info)
    recording = _recording(container, info, head).filled_from(recording)
    positions, times, depth = _positions(info), max(1, head[6]), max(1, head[4])
    recorded = _recorded_times(positions, times, depth, len(frames))
    if recorded is None:
        stated = f"{positions} positions, {times} times and {depth} planes"
        sentence = f"Zeiss' description ({stated}) does not fit the file's {len(frames)} pages; the pages are believed."
        return plain_layout(container, recording, (sentence,))
    sentence = f"The file should have {times} time points; it holds the first {recorded}, and these are used."
    warnings = (sentence,) if recorded < times else ()
    planes = planes_in_a_row(frames, (positions, recorded, depth))
    names = [f"{container.path.stem} position {number + 1}" for number in range(positions)]
    scenes = [
        TiffScene(name, *without_single_axes("TZ", own), recording, True, warnings)
        for name, own in zip(names if positions > 1 else [container.path.stem], planes, strict=True)
    ]
    return TiffLayout("Zeiss LSM", tuple(scenes), frames, (container.path,))


def _recorded_times(positions: int, times: int, depth: int, pages: int) -> int | None:
    """How many of the stated times the pages hold, fewer after a stop at one position; None where they do not fit."""
    if positions * times * depth == pages:
        return times
    complete, rest = divmod(pages, depth)
    return complete if positions == 1 and not rest and 0 < complete < times else None


def _info(container: TiffContainer) -> bytes:
    entry = container.first.entries[LSM_INFO]
    if entry.count > _MAX_NOTES_BYTES:
        return b""
    value = container.bytes.value(entry)
    return value if value[:4] in {magic.to_bytes(4, "little") for magic in _MAGICS} else b""


def _positions(info: bytes) -> int:
    if len(info) < _POSITIONS + 8:
        return 1
    counts = struct.unpack_from("<ii", info, _POSITIONS)
    return max(1, counts[0]) * max(1, counts[1])


def _recording(container: TiffContainer, info: bytes, head: tuple[Any, ...]) -> Recording:
    interval, colours, scan, stamps = _offsets(info)
    words = _scan_words(_block(container, scan))
    steps = _stamped_steps_ms(_block(container, stamps))
    objective = str(words.get("Objective", [""])[0])
    aperture = _APERTURE.search(objective)
    voxel = {"x": head[10], "y": head[11], "z": head[12]}
    sides = {f"Voxel size {side} (m)": value for side, value in voxel.items()}
    return Recording(
        pixel_size_y_nm=length_nm(voxel["y"], "m"),
        pixel_size_x_nm=length_nm(voxel["x"], "m"),
        plane_step_nm=length_nm(voxel["z"], "m"),
        time_step_ms=duration_ms(interval, "s") or (duration_ms(steps.mean(), "ms") if steps.size else None),
        numerical_aperture=positive(aperture[1].replace(",", ".")) if aperture else None,
        objective=objective,
        channels=_channel_names(_block(container, colours)),
        metadata={"Zeiss LSM": {**sides, "Time interval (s)": interval, **words}},
        warnings=uneven(steps),
    )


def _offsets(info: bytes) -> tuple[float, int, int, int]:
    """The time interval in s, and where the channels' names, the scan information and the time stamps are."""
    info = info.ljust(_TIME_STAMPS + 4, b"\0")
    places = (_CHANNEL_COLOURS, _SCAN_INFORMATION, _TIME_STAMPS)
    return struct.unpack_from("<d", info, _INTERVAL)[0], *(struct.unpack_from("<I", info, at)[0] for at in places)


def _block(container: TiffContainer, offset: int) -> bytes:
    """What stands at an offset, as far as it can be needed; nothing where the offset leads nowhere."""
    try:
        return container.bytes.read_up_to(offset, _MAX_NOTES_BYTES) if offset else b""
    except ReadError:
        return b""


def _channel_names(block: bytes) -> tuple[str, ...]:
    if len(block) < 24:
        return ()
    size, _, count, _, start, _ = struct.unpack_from("<6I", block)
    at, end, names = start, min(size, len(block)), []
    while at + 4 < end and len(names) < min(count, 1000):
        length = int.from_bytes(block[at : at + 4], "little")
        names.append(block[at + 4 : min(end, at + 4 + length)].split(b"\0")[0].decode("latin-1"))
        at += 4 + length
    return tuple(names)


def _stamped_steps_ms(block: bytes) -> np.ndarray:
    """Steps between the time stamps, none where there are none or they are damaged."""
    if len(block) < 8:
        return np.empty(0)
    count = int.from_bytes(block[4:8], "little")
    if count < 2 or 8 + 8 * count > len(block):
        return np.empty(0)
    stamps = np.frombuffer(block, "<f8", count, 8)
    return 1e3 * np.diff(stamps) if np.isfinite(stamps).all() else np.empty(0)


def _scan_words(block: bytes) -> dict[str, list[Any]]:
    """What is known by name in the scan information; one entry for each channel, track or laser."""
    words: dict[str, list[Any]] = {}
    at, depth = 0, 0
    while at + 12 <= len(block):
        entry, kind, size = struct.unpack_from("<III", block, at)
        value = block[at + 12 : at + 12 + size]
        at += 12 + size
        depth += -1 if entry == _END else int(kind == 0)
        if entry in _WORDS and (told := _told(kind, value)) is not None:
            words.setdefault(_WORDS[entry], []).append(told)
        if depth <= 0:
            break
    return words


def _told(kind: int, value: bytes) -> str | float | None:
    if kind == 2:
        return value.split(b"\0")[0].decode("latin-1").strip() or None
    if kind == 5 and len(value) == 8:
        return struct.unpack("<d", value)[0]
    return int.from_bytes(value[:4], "little", signed=True) if kind == 4 and len(value) >= 4 else None

"""SPE files as WinView and LightField write them: frames, regions, exposure, and what is cut short."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from fluogan_app.core.data.stack import Selection
from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.open import describe, open_stack
from tests.core.readers.fuzzing import fuzz

FRAMES = np.random.default_rng(3).integers(0, 4000, (5, 7, 9)).astype(np.uint16)
CODES = {"float32": 0, "int32": 1, "int16": 2, "uint16": 3, "float64": 5, "uint8": 6, "uint32": 8}


def header(frames: np.ndarray, count: int | None = None, version: float = 2.5, footer: int = 0) -> bytes:
    """The 4100 bytes at the beginning."""
    data = bytearray(4100)
    for at, code, value in (
        (10, "<f", 0.02), (42, "<H", frames.shape[2]), (108, "<h", CODES[frames.dtype.name]),
        (656, "<H", frames.shape[1]), (678, "<Q", footer), (1446, "<i", len(frames) if count is None else count),
        (1992, "<f", version), (2996, "<I", 0x01234567), (4098, "<H", 0x5555),
    ):  # fmt: skip
        struct.pack_into(code, data, at, value)
    return bytes(data)


def version_2(frames: np.ndarray, count: int | None = None) -> bytes:
    return header(frames, count) + frames.tobytes()


def version_3(left: np.ndarray, right: np.ndarray) -> bytes:
    """Two regions of the sensor, each frame with both and eight bytes of its own notes."""
    pixels = b"".join(a.tobytes() + b.tobytes() + bytes(8) for a, b in zip(left, right, strict=True))
    stride = len(pixels) // len(left)
    regions = "".join(
        f'<DataBlock type="Region" count="1" height="{each.shape[1]}" width="{each.shape[2]}" '
        f'size="{each[0].nbytes}" stride="{each[0].nbytes}"/>'
        for each in (left, right)
    )
    xml = (
        '<SpeFormat version="3.0" xmlns="http://www.princetoninstruments.com/spe/2009"><DataFormat>'
        f'<DataBlock type="Frame" count="{len(left)}" pixelFormat="MonochromeUnsigned16" size="{stride - 8}" '
        f'stride="{stride}">{regions}</DataBlock></DataFormat><DataHistories><Camera model="ProEM: 512B">'
        '<ExposureTime type="Double">20</ExposureTime><FrameRate type="Double">40</FrameRate></Camera>'
        "</DataHistories></SpeFormat>"
    )
    return header(left, version=3.0, footer=4100 + len(pixels)) + pixels + xml.encode()


def read(path: Path, scene: int = 0) -> np.ndarray:
    stack = open_stack(path, Selection(scene=scene))
    try:
        return np.stack([stack.frame(index) for index in range(stack.shape[0])])
    finally:
        stack.close()


@pytest.mark.parametrize("dtype", CODES)
def test_frames_of_every_type_come_back(dtype: str, tmp_path: Path) -> None:
    frames = FRAMES.astype(dtype)
    (tmp_path / "stack.spe").write_bytes(version_2(frames))
    description = describe(tmp_path / "stack.spe")
    (scene,) = description.scenes
    assert (description.reader, scene.axes, scene.dtype) == ("SPE 2.x", "TYX", dtype)
    assert scene.recording.exposure_ms == pytest.approx(20) and description.warnings == ()
    np.testing.assert_array_equal(read(tmp_path / "stack.spe"), frames)
    stack = open_stack(tmp_path / "stack.spe")
    np.testing.assert_array_equal(stack.source.rows(3, 2, 5), frames[3, 2:5])
    stack.close()


def test_regions_of_the_sensor_are_scenes(tmp_path: Path) -> None:
    (tmp_path / "stack.spe").write_bytes(version_3(FRAMES, FRAMES[:, 1:5, 3:]))
    description = describe(tmp_path / "stack.spe")
    assert [scene.name for scene in description.scenes] == ["Region 1", "Region 2"]
    recording = description.scenes[1].recording
    assert (recording.camera, recording.exposure_ms, recording.time_step_ms) == ("ProEM: 512B", 20, 25)
    np.testing.assert_array_equal(read(tmp_path / "stack.spe"), FRAMES)
    np.testing.assert_array_equal(read(tmp_path / "stack.spe", 1), FRAMES[:, 1:5, 3:])


@pytest.mark.parametrize(
    ("cut", "count", "kept", "said"),
    [(-130, None, 3, "ends after 3"), (None, 4, 4, "has room for 5"), (-5 * 126 - 1, None, 0, "the file ends")],
)
def test_fewer_or_more_frames_than_claimed_are_told(
    cut: int | None, count: int | None, kept: int, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "stack.spe"
    path.write_bytes(version_2(FRAMES, count)[:cut])
    if kept:
        assert said in " ".join(describe(path).warnings)
        np.testing.assert_array_equal(read(path), FRAMES[:kept])
        return
    with pytest.raises(ReadError, match="damaged"):
        describe(path)


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"Unsigned16", b"Complex128"), (b'width="9"', b'width="9999999"'), (b'count="5"', b'count="-5"'),
     (b"<DataFormat>", b"<!ENTITY a>"), (b"SpeFormat", b"Spe")],
)  # fmt: skip
def test_a_description_that_cannot_be_is_refused(old: bytes, new: bytes, tmp_path: Path) -> None:
    (tmp_path / "stack.spe").write_bytes(version_3(FRAMES, FRAMES).replace(old, new, 1))
    with pytest.raises(ReadError, match="damaged"):
        describe(tmp_path / "stack.spe")


@pytest.mark.parametrize("version", [2, 3])
def test_damage_by_chance_opens_or_is_refused(version: int, tmp_path: Path) -> None:
    content = version_2(FRAMES) if version == 2 else version_3(FRAMES, FRAMES)
    hot = [(10, 14), (42, 44), (108, 110), (656, 658), (678, 686), (1446, 1450), (1992, 1996)]
    assert [str(failure) for failure in fuzz(content, ".spe", range(200), tmp_path, hot)] == []

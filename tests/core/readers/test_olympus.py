"""OIB and OIF written here: axes from the frames' names, calibration from settings, damage, and what is no OIB."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import pytest
import tifffile

from fluogan_app.core.data.stack import Selection
from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.open import describe, open_stack
from tests.core.readers.compound_writer import compound_document
from tests.core.readers.fuzzing import fuzz

FRAMES = np.random.default_rng(8).integers(0, 4095, (5, 2, 3, 41, 60)).astype(np.uint16)
SETTINGS = """[Acquisition Parameters Common]
Acquisition Device="FV1000"
[Axis 3 Parameters Common]
AxisCode="Z"
Interval=840
MaxSize=2
[Axis 4 Parameters Common]
AxisCode="T"
MaxSize=5
[Channel 1 Parameters]
CH Name="CH1"
DyeName="None"
EmissionWavelength=0
[Channel 2 Parameters]
CH Name="CH2"
DyeName="Alexa Fluor 546"
EmissionWavelength=572
[Reference Image Parameter]
HeightConvertValue=0.177
HeightUnit="um"
ValidBitCounts=12
WidthConvertValue=0.177
WidthUnit="um"
"""
NOTES = """[Acquisition Parameters Common]
ObjectiveLens NAValue=1.35
ObjectiveLens Name="UPLSAPO 60X O NA:1.35"
[Axis 4 Parameters]
AbsPositionUnitName="ms"
AbsPositionValue={:.1f}
"""


def as_text(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode("utf-16")


def frame_files(frames: np.ndarray = FRAMES) -> dict[str, bytes]:
    """Each frame (T, Z, C) as a TIFF, and its notes."""
    files = {}
    for t, z, c in np.ndindex(frames.shape[:3]):
        name, file = f"s_C{c + 1:03}Z{z + 1:03}T{t + 1:03}", io.BytesIO()
        tifffile.imwrite(file, frames[t, z, c], photometric="minisblack", metadata=None)
        files |= {f"{name}.tif": file.getvalue(), f"{name}.pty": as_text(NOTES.format(50.0 * t))}
    return files


def oib(files: dict[str, bytes] | None = None, settings: str = SETTINGS) -> bytes:
    """The one file with everything in it."""
    files = frame_files() if files is None else files
    info, content = ["[OibSaveInfo]", "MainFileName=Stream90000", "Stream90000=cell.oif"], {}
    for number, (name, data) in enumerate(files.items()):
        info.append(f"Stream{number:05}=Storage00001/{name}")
        content[f"Storage00001/Stream{number:05}"] = data
    document = {"Stream90000": as_text(settings), "OibInfo.txt": as_text("\n".join(info) + "\n")}
    return compound_document({**document, **content})


def read(path: Path, channel: int, plane: int) -> np.ndarray:
    stack = open_stack(path, Selection(channel=channel, plane=plane))
    try:
        return np.stack([stack.frame(index) for index in range(stack.shape[0])])
    finally:
        stack.close()


def write(folder: Path, kind: str) -> Path:
    if kind == "oib":
        (folder / "cell.oib").write_bytes(oib())
        return folder / "cell.oib"
    (folder / "cell.oif").write_bytes(as_text(SETTINGS))
    (folder / "cell.oif.files").mkdir()
    for name, data in frame_files().items():
        (folder / "cell.oif.files" / name).write_bytes(data)
    return folder / "cell.oif"


@pytest.mark.parametrize("kind", ["oib", "oif"])
def test_frames_axes_and_calibration_come_back(kind: str, tmp_path: Path) -> None:
    path = write(tmp_path, kind)
    description = describe(path)
    (scene,) = description.scenes
    assert (description.reader, scene.axes, scene.dtype) == (kind.upper(), "TZCYX", "uint16")
    assert scene.sizes == {"T": 5, "C": 3, "Z": 2, "Y": 41, "X": 60}
    recording = scene.recording
    assert recording.pixel_size_nm == 177 and recording.plane_step_nm == 840 and recording.time_step_ms == 50
    assert (recording.channels, recording.emissions_nm) == (("CH1", "Alexa Fluor 546"), (None, 572))
    assert (recording.numerical_aperture, recording.bits_in_use, recording.camera) == (1.35, 12, "FV1000")
    for channel, plane in ((0, 0), (2, 1)):
        np.testing.assert_array_equal(read(path, channel, plane), FRAMES[:, plane, channel])


def test_a_recording_without_its_last_frames_keeps_what_is_whole(tmp_path: Path) -> None:
    files = {name: data for name, data in frame_files().items() if "T005" not in name and name != "s_C003Z002T004.tif"}
    (tmp_path / "cell.oib").write_bytes(oib(files))
    description = describe(tmp_path / "cell.oib")
    assert description.scenes[0].sizes["T"] == 3
    assert "should have 5 time points; the file holds the first 3 complete" in " ".join(description.warnings)
    np.testing.assert_array_equal(read(tmp_path / "cell.oib", 2, 1), FRAMES[:3, 1, 2])


def test_what_is_no_recording_is_refused(tmp_path: Path) -> None:
    (tmp_path / "report.doc").write_bytes(compound_document({"WordDocument": bytes(5000)}))
    with pytest.raises(ReadError, match="compound document.*no OIB"):
        describe(tmp_path / "report.doc")
    (tmp_path / "cell.oif").write_bytes(as_text(SETTINGS))
    with pytest.raises(ReadError, match="in the folder cell.oif.files beside it"):
        describe(tmp_path / "cell.oif")
    (tmp_path / "empty.oib").write_bytes(oib({}))
    with pytest.raises(ReadError, match="holds no frames"):
        describe(tmp_path / "empty.oib")


def test_sectors_that_lead_in_a_circle_end(tmp_path: Path) -> None:
    content = bytearray(oib())
    table = struct.unpack_from("<I", content, 76)[0]
    directory = struct.unpack_from("<I", content, 48)[0]
    struct.pack_into("<I", content, 512 * (table + 1) + 4 * (directory % 127), directory)
    for count in (128, 20_000_000):
        struct.pack_into("<I", content, 44, count)
        (tmp_path / "cell.oib").write_bytes(content)
        with pytest.raises(ReadError, match="damaged"):
            describe(tmp_path / "cell.oib")


def test_damage_by_chance_opens_or_is_refused(tmp_path: Path) -> None:
    content = oib()
    at = content.index("Root Entry".encode("utf-16-le"))
    hot = [(24, 84), (at, at + 2048), (len(content) - 1024, len(content))]
    assert [str(failure) for failure in fuzz(content, ".oib", range(200), tmp_path, hot)] == []

"""DeltaVision files written here byte by byte: every order of axes and type, calibration, and damage."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from fluogan_app.core.data.stack import Selection
from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.open import describe, open_stack
from tests.core.readers.fuzzing import fuzz

TYPES = {"uint8": 0, "int16": 1, "float32": 2, "uint16": 6, "int32": 7}
ORDERS = {"CTZ": 0, "TZC": 1, "TCZ": 2}


def written(frames: np.ndarray, axes: str = "TCZ", order: str = "<", step_s: float = 0.05) -> bytes:
    """A file of frames (…axes, Y, X), 80 nm pixels, 250 nm between planes, emission 525 and 608 nm."""
    counts = dict(zip(axes, frames.shape[:3], strict=True))
    height, width = frames.shape[-2:]
    times = [int(index[axes.index("T")]) for index in np.ndindex(frames.shape[:3])]
    reals = ([0, time * step_s, *[0] * 6, 0.02, *[0] * 23] for time in times)
    notes = b"".join(struct.pack(order + "8i32f", *[0] * 8, *values) for values in reals)
    head = bytearray(1024)
    for at, code, value in (
        (0, "i", width), (4, "i", height), (8, "i", len(times)), (12, "i", TYPES[frames.dtype.name]), (40, "f", 0.08),
        (44, "f", 0.08), (48, "f", 0.25), (92, "i", len(notes)), (96, "h", -16224), (128, "h", 8), (130, "h", 32),
        (180, "h", counts["T"]), (182, "h", ORDERS[axes]), (196, "h", counts["C"]), (198, "h", 525), (200, "h", 608),
        (220, "i", 1), (224, "80s", b"a title"),
    ):  # fmt: skip
        struct.pack_into(order + code, head, at, value)
    return bytes(head) + notes + frames.astype(frames.dtype.newbyteorder(order)).tobytes()


def numbered(shape: tuple[int, ...], dtype: str = "uint16") -> np.ndarray:
    return np.random.default_rng(5).integers(0, 120, (*shape, 6, 7)).astype(dtype)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("axes", ORDERS)
def test_every_order_and_type_comes_back(axes: str, dtype: str, order: str, tmp_path: Path) -> None:
    frames = numbered((4, 3, 2) if axes == "TZC" else (2, 4, 3), dtype)
    path = tmp_path / "cell.dv"
    path.write_bytes(written(frames, axes, order))
    counts = dict(zip(axes, frames.shape[:3], strict=True))
    (scene,) = describe(path).scenes
    assert (scene.axes, scene.dtype) == (axes + "YX", dtype)
    assert {letter: scene.sizes[letter] for letter in "TCZ"} == counts
    in_order = frames.transpose(*(axes.index(letter) for letter in "TCZ"), 3, 4)
    for channel, plane in ((0, 0), (counts["C"] - 1, counts["Z"] - 1)):
        stack = open_stack(path, Selection(channel=channel, plane=plane))
        read = np.stack([stack.frame(index) for index in range(stack.shape[0])])
        np.testing.assert_array_equal(read, in_order[:, channel, plane])
        stack.close()


def test_what_the_file_states_of_its_recording(tmp_path: Path) -> None:
    (tmp_path / "cell.dv").write_bytes(written(numbered((5, 2, 3))))
    recording = describe(tmp_path / "cell.dv").scenes[0].recording
    assert recording.pixel_size_nm == pytest.approx(80) and recording.plane_step_nm == pytest.approx(250)
    assert recording.time_step_ms == pytest.approx(50) and recording.exposure_ms == pytest.approx(20)
    assert recording.emissions_nm == (525, 608)
    assert recording.metadata["Titles"] == ["a title"]


def test_a_recording_that_was_stopped_early_keeps_what_is_whole(tmp_path: Path) -> None:
    frames = numbered((5, 1, 1))
    (tmp_path / "cell.dv").write_bytes(written(frames)[: -frames[0].nbytes - 3])
    description = describe(tmp_path / "cell.dv")
    assert description.scenes[0].sizes["T"] == 3
    assert "5 time points; the file holds the first 3 complete" in " ".join(description.warnings)


@pytest.mark.parametrize(
    ("at", "code", "value"),
    [(0, "<i", -7), (4, "<i", 2**30), (8, "<i", 2**31 - 1), (8, "<i", 7), (12, "<i", 4), (92, "<i", -5), (182, "<h", 9),
     (92, "<i", 2**30)],
)  # fmt: skip
def test_numbers_that_cannot_be_are_refused(at: int, code: str, value: int, tmp_path: Path) -> None:
    content = bytearray(written(numbered((4, 2, 1))))
    struct.pack_into(code, content, at, value)
    (tmp_path / "cell.dv").write_bytes(content)
    with pytest.raises(ReadError, match="damaged"):
        describe(tmp_path / "cell.dv")


def test_damage_by_chance_opens_or_is_refused(tmp_path: Path) -> None:
    content = written(numbered((4, 2, 3)))
    assert [str(failure) for failure in fuzz(content, ".dv", range(300), tmp_path, [(0, 64), (92, 204)])] == []

"""Micro-Manager's page notes: pixel size, time step, and the axes of NDTiff files."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from fluogan_app.core.data.stack import Selection
from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.open import describe, open_stack

FRAMES = np.random.default_rng(6).integers(0, 4000, (3, 2, 5, 7)).astype(np.uint16)


def write_pages(path: Path, pages: list[tuple[np.ndarray, dict[str, Any]]], mark: bool = True) -> Path:
    """Pages with their notes as Micro-Manager writes them; `mark` makes it NDTiff."""
    with tifffile.TiffWriter(path, byteorder="<") as writer:
        for frame, notes in pages:
            text = json.dumps(notes)
            tag = (51123, "s", len(text) + 1, text, True)
            writer.write(frame, contiguous=False, metadata=None, extratags=[tag], photometric="minisblack")
    data = path.read_bytes()
    if mark:
        # Bytes 8 to 11 belong to the first directory here; one more header is put in front of everything.
        first = struct.unpack_from("<I", data, 4)[0]
        path.write_bytes(_moved(data, first, 8))
    return path


def _moved(data: bytes, offset: int, by: int) -> bytes:
    """The same file with `by` more bytes behind its header, the NDTiff mark first among them."""
    moved = bytearray(data)
    struct.pack_into("<I", moved, 4, offset + by)
    while offset:
        count = struct.unpack_from("<H", data, offset)[0]
        for entry in range(offset + 2, offset + 2 + 12 * count, 12):
            tag, kind, values, pointer = struct.unpack_from("<HHII", data, entry)
            size = {2: 1, 3: 2, 4: 4, 5: 8}[kind] * values
            if size > 4 or tag == 273:
                struct.pack_into("<I", moved, entry + 8, pointer + by)
        link = offset + 2 + 12 * count
        offset = struct.unpack_from("<I", data, link)[0]
        struct.pack_into("<I", moved, link, offset + by if offset else 0)
    return bytes(moved[:8]) + struct.pack("<II", 483729, 3) + bytes(moved[8:])


def notes(time: int, channel: str | int, clock_ms: float = 0.0) -> dict[str, Any]:
    """The notes of one page."""
    return {"PixelSizeUm": 0.108, "ElapsedTime-ms": clock_ms, "Axes": {"time": time, "channel": channel}}


def test_ndtiff_pages_go_where_their_axes_say(tmp_path: Path) -> None:
    # Written channel by channel, which page order alone would take for time.
    pages = [(FRAMES[t, c], notes(t, name, 40.0 + 20 * t)) for c, name in enumerate(("DAPI", "GFP")) for t in range(3)]
    path = write_pages(tmp_path / "stack.tif", pages)
    description = describe(path)
    scene = description.scenes[0]
    assert description.reader == "NDTiff"
    assert (scene.axes, scene.channels) == ("TCYX", ("DAPI", "GFP"))
    assert scene.sizes == {"T": 3, "C": 2, "Z": 1, "Y": 5, "X": 7}
    assert (scene.pixel_size_y_nm, scene.time_step_ms) == (108.0, pytest.approx(20.0))
    for channel in (0, 1):
        stack = open_stack(path, Selection(channel=channel))
        for time in range(3):
            np.testing.assert_array_equal(stack.frame(time), FRAMES[time, channel])
        stack.close()


def test_ndtiff_that_was_stopped_early_gives_its_complete_time_points(tmp_path: Path) -> None:
    pages = [(FRAMES[t, c], notes(t, c)) for t in range(3) for c in range(2)][:5]
    path = write_pages(tmp_path / "stack.tif", pages)
    assert describe(path).scenes[0].sizes == {"T": 2, "C": 2, "Z": 1, "Y": 5, "X": 7}
    assert any("should have 3 time points; the file holds the first 2" in s for s in describe(path).warnings)
    stack = open_stack(path, Selection(channel=1))
    np.testing.assert_array_equal(stack.frame(1), FRAMES[1, 1])
    stack.close()


def test_positions_on_the_stage_are_scenes(tmp_path: Path) -> None:
    pages = [(FRAMES[t, p], {"Axes": {"time": t, "position": p}}) for t in range(3) for p in range(2)]
    path = write_pages(tmp_path / "stack.tif", pages)
    assert [scene.name for scene in describe(path).scenes] == ["stack position 0", "stack position 1"]
    stack = open_stack(path, Selection(scene=1))
    assert stack.shape == (3, 5, 7)
    np.testing.assert_array_equal(stack.frame(2), FRAMES[2, 1])
    stack.close()


def test_a_page_that_lost_its_axes_is_damage(tmp_path: Path) -> None:
    pages = [(FRAMES[t, 0], {"Axes": {"time": t}} if t != 1 else {}) for t in range(3)]
    with pytest.raises(ReadError, match="page 2 does not say to which axes it belongs"):
        describe(write_pages(tmp_path / "stack.tif", pages))


@pytest.mark.parametrize("axes", [None, {}, 3, {"time": [1]}, {"time": 0.5}])
def test_pages_that_name_no_axes_are_pages_in_a_row(axes: Any, tmp_path: Path) -> None:
    pages = [(FRAMES[t, 0], {"Axes": axes}) for t in range(3)]
    description = describe(write_pages(tmp_path / "stack.tif", pages))
    assert description.scenes[0].sizes["T"] == 3
    assert any("does not name its axes" in sentence for sentence in description.warnings)


def test_pixel_size_comes_from_the_notes_of_a_plain_micromanager_file(tmp_path: Path) -> None:
    pages = [(FRAMES[t, 0], {"PixelSizeUm": 0.16, "FrameIndex": t, "ElapsedTime-ms": 7 + 30 * t}) for t in range(3)]
    scene = describe(write_pages(tmp_path / "stack.tif", pages, mark=False)).scenes[0]
    assert (scene.pixel_size_x_nm, scene.time_step_ms) == (160.0, 30.0)


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"PixelSizeUm": 0}', '{"PixelSizeUm": "x", "Axes": 3}'])
def test_notes_that_say_nothing_are_no_pixel_size(text: str, tmp_path: Path) -> None:
    path = tmp_path / "stack.tif"
    tag = (51123, "s", len(text) + 1, text, True)
    tifffile.imwrite(path, FRAMES[:, 0], metadata=None, extratags=[tag], photometric="minisblack")
    assert describe(path).scenes[0].pixel_size_x_nm is None

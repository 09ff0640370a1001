"""Some rows of a frame are those of the whole frame, however the file keeps them, and cost no more than themselves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile

from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.open import open_stack
from fluogan_app.core.readers.tiff_bytes import TiffBytes

FRAMES = np.random.default_rng(4).integers(0, 60_000, (4, 33, 21)).astype(np.uint16)


@pytest.mark.parametrize(
    "options",
    [{}, {"byteorder": ">"}, {"imagej": True, "metadata": {"axes": "TYX"}}, {"compression": "zlib"},
     {"tile": (16, 16)}],
    ids=["plain", "big endian", "ImageJ", "compressed", "tiled"],
)  # fmt: skip
def test_a_region_holds_the_rows_of_the_frame(tmp_path: Path, options: dict) -> None:
    path = tmp_path / "stack.tif"
    tifffile.imwrite(path, FRAMES, photometric="minisblack", **options)
    stack = open_stack(path)
    try:
        for roi in (Roi(0, 0, 33, 21), Roi(7, 3, 9, 11), Roi(32, 20, 1, 1)):
            rows, columns = roi.slices
            np.testing.assert_array_equal(stack.read(FrameRange(1, 4), roi), FRAMES[1:4, rows, columns])
    finally:
        stack.close()


def test_of_a_plain_frame_only_the_rows_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "stack.tif"
    tifffile.imwrite(path, FRAMES, photometric="minisblack")
    stack = open_stack(path)
    counts: list[int] = []
    read = TiffBytes.read
    monkeypatch.setattr(TiffBytes, "read", lambda *asked: counts.append(asked[2]) or read(*asked))
    stack.read(FrameRange(0, 4), Roi(7, 3, 9, 11))
    assert counts == [9 * 21 * 2] * 4
    stack.close()


def test_rows_that_the_file_lost_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "stack.tif"
    tifffile.imwrite(path, FRAMES, photometric="minisblack", metadata=None)
    stack = open_stack(path)
    path.write_bytes(path.read_bytes()[:600])
    with pytest.raises(ReadError):
        stack.read(FrameRange(0, 4), Roi(30, 0, 3, 21))
    stack.close()

"""Stacks that hold no image, from the command line: one sentence with a way out, and nothing is written."""

from __future__ import annotations

import numpy as np
import pytest
import tifffile

from tests.cli.conftest import QUICK, two_spots


def with_value(value: float) -> np.ndarray:
    frames = two_spots((12, 14, 16)).astype(np.float32)
    frames[3, 4, 5] = value
    return frames


GOOD = two_spots((12, 14, 16)).astype(np.float32)
SCALE = {"resolution": (10, 10), "metadata": {"unit": "um", "axes": "TYX"}}
STACKS = {
    "NaN": (with_value(np.nan), "", ["1 pixels of the region are not numbers", "without them"]),
    "infinite": (with_value(np.inf), "", ["1 pixels of the region are not numbers"]),
    "constant": (np.full((12, 14, 16), 100, np.uint16), "", ["same value, 100", "another region"]),
    "dark": (np.zeros((12, 14, 16), np.uint16), "", ["same value, 0"]),
    "negative": (GOOD - 200, "", ["offset"]),
    "offset too large": (GOOD, "--offset 90", ["offset of 90 counts no light is left", "Check the camera offset"]),
    "gain 0": (GOOD, "--gain 0", ["Camera gain (gain) is 0", "above 0"]),
    "gain below 0": (GOOD, "--gain -2", ["Camera gain (gain) is -2"]),
    "region smaller than the blur": (GOOD, "--roi 2,2,3,14 --fwhm-nm 400", ["3 × 14 pixels is smaller than the blur"]),
    "a field as small as the blur": (GOOD, "--pixel-size-nm 10", ["14 × 16 pixels is smaller than the blur"]),
    "zoom": (GOOD, "--zoom 13", ["Zoom L (zoom) is 13", "from 1 to 12"]),
}


@pytest.mark.parametrize("name", STACKS)
def test_a_stack_without_an_image_is_refused_in_one_line(fluogan, tmp_path, project_path, name: str) -> None:
    frames, flags, words = STACKS[name]
    tifffile.imwrite(tmp_path / "bad.tif", frames, imagej=True, **SCALE)
    fluogan("reconstruct", tmp_path / "bad.tif", "-o", project_path, *QUICK, *flags.split()).refused(*words)
    assert not project_path.exists()


@pytest.mark.parametrize("count", [1, 2])
def test_one_or_two_frames_are_reconstructed_with_a_word(fluogan, tmp_path, project_path, count: int) -> None:
    tifffile.imwrite(tmp_path / "few.tif", GOOD[:count], imagej=True, **SCALE)
    said = fluogan("reconstruct", tmp_path / "few.tif", "-o", project_path, *QUICK, "--fwhm-nm", 300)
    assert said.code == 0, said.err
    assert f"Only {count} frame" in said.out + said.err

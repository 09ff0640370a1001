"""A numbered series from the command line, as a TIFF: reconstructed whole, whichever of its files is named."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import tifffile

from fluogan_app.core.project.store import Project
from tests.cli.conftest import QUICK, two_spots

KNOWN = ("--fwhm-nm", 300, "--pixel-size-nm", 100)
FRAMES = two_spots((12, 14, 16))


@pytest.fixture
def series(tmp_path: Path) -> Path:
    """A folder of twelve numbered files of one frame each."""
    folder = tmp_path / "recording"
    folder.mkdir()
    for number, frame in enumerate(FRAMES, 1):
        tifffile.imwrite(folder / f"frame_{number}.tif", frame, metadata=None, photometric="minisblack")
    return folder


@pytest.mark.parametrize("opened", ["", "frame_7.tif"])
def test_a_series_is_reconstructed_as_one_stack(fluogan, series: Path, project_path: Path, opened: str) -> None:
    said = fluogan("reconstruct", series / opened, "-o", project_path, *QUICK, *KNOWN)
    assert said.code == 0, said.err
    assert "12 numbered files, frame_1.tif to frame_12.tif, are taken as one stack." in said.err
    content = json.loads(fluogan("info", project_path, "--json").out)
    assert content["stack"]["shape_tyx"] == [12, 14, 16]


def test_one_file_alone_is_one_frame(fluogan, series: Path, project_path: Path) -> None:
    said = fluogan("reconstruct", series / "frame_7.tif", "--alone", "-o", project_path, *QUICK, *KNOWN)
    assert said.code == 0, said.err
    assert "There is one frame only" in said.err and "frames 0 to 0" in said.err


@pytest.mark.parametrize(("named", "chosen", "channel"), [("w2GFP", (), 1), ("w1DAPI", (), 0), ("w2GFP", (0,), 0)])
def test_the_file_that_is_named_chooses_the_channel(
    fluogan, tmp_path: Path, project_path: Path, named: str, chosen: tuple[int, ...], channel: int
) -> None:
    for number, frame in enumerate(FRAMES, 1):
        for factor, name in enumerate(("w1DAPI", "w2GFP"), 1):
            path = tmp_path / f"cell_{name}_t{number}.tif"
            tifffile.imwrite(path, factor * frame, metadata=None, photometric="minisblack")
    flags = ("--channel", *chosen) if chosen else ()
    path = tmp_path / f"cell_{named}_t3.tif"
    said = fluogan("reconstruct", path, "-o", project_path, *QUICK, *KNOWN, *flags, "--json")
    assert said.code == 0, said.err
    which = f"channel 1, that of {path.name}," if channel else "the first one"
    words = f"The file holds 2 channels; {which} is taken. Choose another with --channel."
    assert (words in json.loads(said.out)["warnings"]) is not bool(chosen)
    mean, _ = Project.open(project_path).mean()
    np.testing.assert_allclose(mean, (1 + channel) * FRAMES.mean(axis=0), rtol=1e-5)

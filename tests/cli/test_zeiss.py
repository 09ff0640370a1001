"""Zeiss's files from the command line, as a TIFF: described, and reconstructed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import QUICK, two_spots
from tests.core.readers.czi_files import Picture, described, packed, written

FRAMES = two_spots((12, 14, 16))
BELOW = """<SizeT>12</SizeT><Dimensions><Channels><Channel Name="empty"/><Channel Name="AF568">
<EmissionWavelength>600</EmissionWavelength></Channel></Channels></Dimensions>"""


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """A well without anything, and one whose second channel holds the frames: 100 nm, 20 ms, NA 1.4."""
    empty = [Picture(frame[:5, :5] * 0, {"S": 0, "T": time}) for time, frame in enumerate(FRAMES)]
    wanted = [
        packed(Picture(frame * channel, {"S": 1, "T": time, "C": channel}, at=(0, 9000)), "zstd")
        for time, frame in enumerate(FRAMES) for channel in (0, 1)
    ]  # fmt: skip
    objective = "<Objectives><Objective><LensNA>1.4</LensNA></Objective></Objectives>"
    xml = described(BELOW, {"X": 1e-7, "Y": 1e-7}, objective)
    times = [0.02 * time for time in range(12)]
    return written(tmp_path / "plate.czi", empty + wanted, xml=xml, time_stamps_s=times)


def test_info_tells_every_scene(fluogan, recording: Path) -> None:
    first, second = json.loads(fluogan("info", recording, "--json").out)["scenes"]
    assert first["sizes"] == {"T": 12, "C": 1, "Z": 1, "Y": 5, "X": 5}
    assert second["sizes"] == {"T": 12, "C": 2, "Z": 1, "Y": 14, "X": 16}
    assert second["pixel_size_nm"] == {"y": 100.0, "x": 100.0, "origin": "file"}
    assert (second["time_step_ms"], second["numerical_aperture"]) == (20.0, 1.4)
    assert second["emissions_nm"] == [None, 600.0]
    assert "100 nm (from the file)" in fluogan("info", recording).out


def test_a_reconstruction_runs_from_one_scene_and_channel(fluogan, recording: Path, project_path: Path) -> None:
    choice = ("--scene", 1, "--channel", 1)
    said = fluogan("reconstruct", recording, "-o", project_path, *choice, *QUICK, "--fwhm-nm", 300)
    assert said.code == 0, said.err
    content = json.loads(fluogan("info", project_path, "--json").out)
    assert content["stack"]["shape_tyx"] == [12, 14, 16]
    assert [run["status"] for run in content["runs"]] == ["finished"]


def test_a_file_cut_short_says_so(fluogan, recording: Path, project_path: Path) -> None:
    content = recording.read_bytes()
    recording.write_bytes(content[: len(content) * 2 // 3])
    assert "directory is lost" in fluogan("info", recording).err
    recording.write_bytes(content[:600])
    fluogan("info", recording).refused("plate.czi", "is damaged", "the file ends at byte")
    fluogan("reconstruct", recording, "-o", project_path, *QUICK).refused("plate.czi", "is damaged")
    assert not project_path.exists()

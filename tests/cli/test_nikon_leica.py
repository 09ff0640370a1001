"""Nikon's and Leica's files from the command line, as a TIFF: described, and reconstructed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import QUICK, two_spots
from tests.core.readers.lif_writer import LifPicture, lif_bytes
from tests.core.readers.nd2_writer import Nd2Words, nd2_bytes

FRAMES = two_spots((12, 14, 16))
NAMES = ("stack.nd2", "stack.lif")


@pytest.fixture(params=NAMES)
def recording(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The same frames as either program writes them, of 100 nm and 20 ms, NA 1.4."""
    settings = '<ATLCameraSettingDefinition NumericalAperture="1.4"/>'
    nikon = nd2_bytes(FRAMES, "T", Nd2Words(times_ms=[20.0 * index for index in range(12)], emissions_nm=(600.0,)))
    leica = LifPicture("Series001", FRAMES, "TYX", {"T": 0.02, "Y": 1e-7, "X": 1e-7}, settings=settings)
    path = tmp_path / request.param
    path.write_bytes(nikon if path.suffix == ".nd2" else lif_bytes([leica]))
    return path


def test_info_tells_axes_and_pixel_size(fluogan, recording: Path) -> None:
    (scene,) = json.loads(fluogan("info", recording, "--json").out)["scenes"]
    assert scene["sizes"] == {"T": 12, "C": 1, "Z": 1, "Y": 14, "X": 16}
    assert scene["pixel_size_nm"] == {"y": 100.0, "x": 100.0, "origin": "file"}
    assert (scene["time_step_ms"], scene["numerical_aperture"]) == (20.0, 1.4)
    assert "100 nm (from the file)" in fluogan("info", recording).out


def test_a_reconstruction_runs_from_it(fluogan, recording: Path, project_path: Path) -> None:
    said = fluogan("reconstruct", recording, "-o", project_path, *QUICK, "--fwhm-nm", 300)
    assert said.code == 0, said.err
    content = json.loads(fluogan("info", project_path, "--json").out)
    assert content["stack"]["shape_tyx"] == [12, 14, 16]
    assert [run["status"] for run in content["runs"]] == ["finished"]


def test_a_damaged_file_is_refused_in_one_line(fluogan, recording: Path, project_path: Path) -> None:
    whole = recording.read_bytes()
    recording.write_bytes(whole[: len(whole) // 10])
    fluogan("info", recording).refused(recording.name, "is damaged")
    fluogan("reconstruct", recording, "-o", project_path, *QUICK).refused(recording.name, "is damaged")
    assert not project_path.exists()

"""`fluogan measure profile`: known structures in words, as JSON, as tables, and what is refused."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import tifffile

PIXEL_NM = 50.0


@pytest.fixture
def two_lines(tmp_path: Path) -> Path:
    """Two upright lines of FWHM 150 nm, 400 nm apart, around x = 1500 nm, on pixels of 50 nm."""
    x = (np.arange(60) + 0.5) * PIXEL_NM
    row = sum(100 * np.exp(-4 * np.log(2) * ((x - place) / 150) ** 2) for place in (1300, 1700))
    image = np.tile(row, (40, 1)).astype(np.float32)
    tifffile.imwrite(tmp_path / "two.tif", image, imagej=True, metadata={"unit": "um"}, resolution=(20, 20))
    return tmp_path / "two.tif"


def along(*more: object) -> tuple[object, ...]:
    return ("--from", "500,1000", "--to", "2500,1000", *more)


def test_widths_and_distances_are_told(fluogan, two_lines):
    said = fluogan("measure", "profile", two_lines, *along("--width", 300, "--json", "--fit"))
    assert said.code == 0, said
    found = json.loads(said.out)
    assert found["length_unit"] == "nm" and found["length"] == 2000 and found["width"] == 300
    (profile,) = found["profiles"]
    assert [peak["place"] for peak in profile["peaks"]] == pytest.approx([800, 1200], abs=3)
    assert [peak["fwhm"] for peak in profile["peaks"]] == pytest.approx([150, 150], rel=0.08)
    assert [fit["fwhm"] for fit in profile["gaussians"]] == pytest.approx([150, 150], rel=0.08)
    (pair,) = profile["pairs"]
    assert pair["distance"] == pytest.approx(400, abs=3) and pair["resolved"] is True
    assert len(profile["values"]) == len(found["distance"])
    words = fluogan("measure", "profile", two_lines, *along())
    assert words.code == 0 and "nm apart, resolved" in words.out and "FWHM 15" in words.out


def test_tables_and_figure_are_written(fluogan, two_lines, tmp_path):
    tables = {name: tmp_path / name for name in ("p.csv", "k.csv", "f.png")}
    flags = along("--csv", tables["p.csv"], "--peaks", tables["k.csv"], "--figure", tables["f.png"])
    assert fluogan("measure", "profile", two_lines, *flags).code == 0
    lines = tables["p.csv"].read_text(encoding="utf-8").splitlines()
    assert any("two.tif" in line for line in lines if line.startswith("#"))
    heads, *rows = csv.reader(line for line in lines if not line.startswith("#"))
    assert heads == ["distance_nm", "Image [counts]"]
    values = np.array(rows, float)
    assert values[0, 0] == 0 and values[-1, 0] == 2000 and values[:, 1].max() == pytest.approx(100, rel=0.08)
    peaks = list(csv.DictReader(line for line in tables["k.csv"].open(encoding="utf-8") if not line.startswith("#")))
    assert [peak["resolved"] for peak in peaks] == ["yes", ""]
    assert tables["f.png"].read_bytes().startswith(b"\x89PNG")
    fluogan("measure", "profile", two_lines, *flags).refused("exists already")


def test_a_run_has_three_profiles_in_the_frame_s_coordinates(fluogan, reconstruct, project_path):
    assert reconstruct("--roi", "2,3,8,9").code == 0
    said = fluogan("measure", "profile", project_path, "--from", "300,700", "--to", "1200,700", "--json")
    titles = [one["title"] for one in json.loads(said.out)["profiles"]]
    assert titles == ["Mean", "Estimate", "Background"]
    fluogan("measure", "profile", project_path, "--from", "0,0", "--to", "200,0").refused("outside the image")


def test_without_a_pixel_size_lengths_are_pixels(fluogan, stack_without_scale):
    said = fluogan("measure", "profile", stack_without_scale, "--from", "1,5.5", "--to", "13,5.5")
    assert said.code == 0 and "12 px at 0.0°" in said.out and " nm" not in said.out
    scaled = fluogan(
        "measure", "profile", stack_without_scale, "--from", "100,550", "--to", "1300,550", "--pixel-size-nm", 100
    )
    assert "1200 nm at" in scaled.out


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--from", "1;2", "--to", "3,4"), "no point"),
        (("--from", "nan,2", "--to", "3,4"), "no point"),
        (("--from", "1,2"), "--to"),
        (("--from", "1,2", "--to", "1,2"), "no length"),
        (("--from", "1,2", "--to", "900,2", "--width", "-1"), "no width"),
        (("--from", "1e7,2", "--to", "2e7,2"), "outside"),
        (("--from", "1,2", "--to", "900,2", "--csv", "a.txt"), "no name"),
        (("--from", "1,2", "--to", "900,2", "--run", "1"), "no project"),
    ],
)
def test_what_makes_no_sense_is_refused(fluogan, two_lines, flags, words):
    fluogan("measure", "profile", two_lines, *flags).refused(words)


def test_help_names_the_other_form(fluogan):
    assert "measure profile --help" in fluogan("measure", "--help").out
    assert "--from" in fluogan("measure", "profile", "--help").out

"""The PSF from the command line: its shape, its file, and the width that the run then states."""

from __future__ import annotations

import json

import numpy as np
import pytest

SIGMA_NM = 120.0


@pytest.fixture
def bead(tmp_path):
    y, x = np.mgrid[:49, :49]
    path = tmp_path / "bead.npy"
    np.save(path, 40 + 900 * np.exp(-0.5 * ((y - 24) ** 2 + (x - 24) ** 2) / (SIGMA_NM / 25) ** 2))
    return path


def test_a_psf_file_is_the_psf_and_gives_the_width(reconstruct, bead, monkeypatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    said = reconstruct("--psf-file", "bead.npy", "--psf-pixel-size-nm", 25, "--json")
    assert said.code == 0, said.err
    answer = json.loads(said.out)
    assert answer["parameters"]["psf"] == "measured"
    assert answer["parameters"]["psf_file"] == str(bead)
    assert answer["parameters"]["fwhm_nm"] == pytest.approx(2.3548 * SIGMA_NM, rel=0.01)
    assert (answer["origins"]["psf"], answer["origins"]["fwhm_nm"]) == ("user", "file")
    assert "psf" not in " ".join(answer["assumed"])


def test_airy_light_takes_the_given_width(reconstruct) -> None:
    said = reconstruct("--psf", "airy", "--fwhm-nm", 300, "--json")
    assert said.code == 0, said.err
    assert json.loads(said.out)["parameters"]["psf"] == "airy"
    told = reconstruct("--psf", "airy", "--fwhm-nm", 300)
    assert "PSF shape airy (as given)" in told.out + told.err


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ("--psf measured", ["PSF file (psf_file) is missing", "--psf-file"]),
        ("--psf square", ["PSF shape (psf) is 'square'", "gaussian or airy or measured"]),
        ("--psf gaussian --psf-file bead.npy", ["--psf-file and --psf gaussian", "--psf-file alone"]),
        ("--fwhm-nm 300 --psf-file bead.npy", ["stated twice", "--psf-file alone"]),
        ("--psf-file bead.npy", ["PSF pixel size (psf_pixel_size_nm) is missing", "--psf-pixel-size-nm"]),
        ("--psf-file nowhere.tif", ["There is no file", "nowhere.tif"]),
        ("--psf-file spots.tif", ["spots.tif holds 12 planes or frames", "plane in focus"]),
        ("--psf-file bead.npy --psf-pixel-size-nm 0", ["PSF pixel size (psf_pixel_size_nm) is 0", "from 1"]),
        ("--boundary open", ["Beyond the border (boundary) is 'open'", "reflecting or periodic"]),
    ],
)
def test_what_does_not_fit_is_said_before_anything_is_written(
    fluogan, stack_file, bead, project_path, monkeypatch, tmp_path, flags, words
) -> None:
    monkeypatch.chdir(tmp_path)
    fluogan("reconstruct", stack_file, "-o", project_path, *flags.split()).refused(*words)
    assert not project_path.exists()

"""A measured PSF: what it is after reading, and every fault of its file in a clear word."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile

from fluogan_app.core.errors import DataError, FluoganError, ParameterError, ReadError
from fluogan_app.core.optics.measured import cleaned, read_psf
from fluogan_app.core.optics.pointspread import MeasuredPsf

CAMERA_NM = 100.0


def bead(side: int = 41, sigma: float = 4.0, centre: tuple[float, float] | None = None) -> np.ndarray:
    """A spot of 5000 counts over 100, in pixels of 25 nm."""
    y, x = np.mgrid[:side, :side]
    at_y, at_x = centre or (side / 2 - 0.5, side / 2 - 0.5)
    return 100.0 + 5000.0 * np.exp(-0.5 * ((y - at_y) ** 2 + (x - at_x) ** 2) / sigma**2)


def noisy(image: np.ndarray, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).poisson(image).astype(float)


@pytest.fixture
def written(tmp_path: Path):
    """Write an image as a TIFF or, by its name, as an array."""

    def write(image: np.ndarray, name: str = "bead.tif", pixel_nm: float | None = 25.0, **metadata) -> Path:
        path = tmp_path / name
        if path.suffix == ".npy":
            np.save(path, image)
        else:
            scale = {} if pixel_nm is None else {"resolution": (1000 / pixel_nm,) * 2}
            unit = {} if pixel_nm is None else {"unit": "um"}
            tifffile.imwrite(path, image.astype(np.float32), imagej=True, metadata={**unit, **metadata}, **scale)
        return path

    return write


def test_background_and_noise_around_are_taken_off_and_the_sum_is_one() -> None:
    image = cleaned(noisy(bead()), "bead")
    wanted = bead() - 100.0
    wanted /= wanted.sum()
    assert image.sum() == pytest.approx(1.0, abs=1e-12)
    assert image.min() >= 0
    assert image[0].sum() + image[-1].sum() < 1e-3
    # The peak's own noise is 1.4 %; around it the median of 20 and more pixels of a ring is left.
    np.testing.assert_allclose(image, wanted, atol=0.06 * wanted.max())
    assert abs(image - wanted).sum() < 0.05


@pytest.mark.parametrize("photons", [20_000.0, 500_000.0])
def test_the_rings_that_are_lost_in_the_noise_are_still_light(photons: float) -> None:
    """An Airy pattern, of which 18 % lie where no single pixel stands out of the noise."""
    from fluogan_app.core.optics.pointspread import AiryPsf

    cutoff, waves = 0.08, np.arange(-60, 61) / 121
    places = np.arange(121) - 60
    turns = np.exp(2j * np.pi * np.outer(places, waves))
    light = (turns @ AiryPsf(cutoff).transfer(waves, waves) @ turns.T).real / 121**2
    image = cleaned(np.random.default_rng(1).poisson(20.0 + photons * np.maximum(light, 0)), "bead")
    psf = MeasuredPsf(image, 1.0)
    look = np.linspace(0.1, 0.9, 9) * cutoff
    assert psf.fwhm_pixels == pytest.approx(AiryPsf(cutoff).fwhm_pixels, rel=0.04)
    # A bead of 20,000 photons over 4.5 rms per pixel; its rings beyond the image's border are not seen.
    np.testing.assert_allclose(
        abs(psf.transfer(look, np.zeros(1))[:, 0]), AiryPsf(cutoff).transfer(look, np.zeros(1))[:, 0].real, atol=0.06
    )


def test_a_second_bead_in_the_corner_is_not_part_of_it() -> None:
    lonely = cleaned(noisy(bead()), "bead")
    both = cleaned(noisy(bead() + 0.5 * (bead(sigma=1.5, centre=(6, 6)) - 100)), "bead")
    assert both[3:9, 3:9].sum() < 1e-3
    assert abs(both - lonely).sum() < 0.05


@pytest.mark.parametrize("name", ["bead.tif", "bead.npy"])
def test_width_and_sampling_come_from_the_file_or_are_stated(written, name: str) -> None:
    path = written(bead(), name)
    psf = read_psf(path, None if name == "bead.tif" else 25.0, CAMERA_NM)
    assert psf.spacing_pixels == pytest.approx(0.25, rel=1e-6)
    assert psf.fwhm_pixels == pytest.approx(2.3548 * 4.0 / 4, rel=0.01)
    stated = read_psf(path, 50.0, CAMERA_NM)
    assert stated.fwhm_pixels == pytest.approx(2 * psf.fwhm_pixels, rel=1e-6)


@pytest.mark.parametrize("pixel_nm", [None, 0.0])
def test_without_a_pixel_size_the_flag_is_named(written, pixel_nm) -> None:
    for path in (written(bead(), "bead.npy"), written(bead(), pixel_nm=None)):
        with pytest.raises(ParameterError, match="--psf-pixel-size-nm") as refused:
            read_psf(path, pixel_nm, CAMERA_NM)
        assert set(refused.value.problems) == {"psf_pixel_size_nm"}


def _with(place: tuple[int, int], value: float) -> np.ndarray:
    image = bead()
    image[place] = value
    return image


FAULTS = {
    "a stack of planes": (np.stack([bead()] * 3), DataError, "3 .* where one image is needed.*plane in focus"),
    "NaN": (_with((3, 4), np.nan), DataError, "1 pixels .* not numbers"),
    "infinite": (_with((3, 4), np.inf), DataError, "1 pixels .* not numbers"),
    "even": (np.full((21, 21), 7.0), DataError, "no light above its border"),
    "a hole instead of a spot": (200.0 - bead(), DataError, "no light above its border|peak .* at its border"),
    "the peak at the border": (bead(centre=(1, 20)), DataError, "at its border .row 1, column 20."),
    "too small": (bead(4), DataError, "4 × 4 pixels; allowed are sides of 5 to 1024"),
    "too large": (np.zeros((8, 1025)), DataError, "8 × 1025 pixels"),
    "one pixel": (_with((20, 20), 1e7), DataError, "wide .FWHM.; at least 1.5"),
    "cut off": (bead(15, sigma=5.0), DataError, "cut off"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", ["bead.tif", "bead.npy"])
def test_what_cannot_be_a_psf_is_refused_in_words(written, fault: str, name: str) -> None:
    image, kind, words = FAULTS[fault]
    axes = {"axes": "ZYX"} if image.ndim == 3 else {}
    with pytest.raises(kind, match=words) as refused:
        read_psf(written(image, name, **axes), 25.0, CAMERA_NM)
    assert refused.value.hint


def test_files_that_are_no_images_are_refused(tmp_path: Path, written) -> None:
    text = tmp_path / "psf.txt"
    text.write_text("σ = 120 nm")
    cut = tmp_path / "cut.npy"
    cut.write_bytes(written(bead(), "whole.npy").read_bytes()[:900])
    objects = tmp_path / "objects.npy"
    np.save(objects, np.array([[{}] * 9] * 9), allow_pickle=True)
    waves = written(bead() * 1j, "waves.npy")
    for path, kind in ((text, ReadError), (tmp_path / "absent.tif", ReadError), (tmp_path, ReadError),
                       (cut, DataError), (objects, DataError), (waves, DataError)):  # fmt: skip
        with pytest.raises(kind) as refused:
            read_psf(path, 25.0, CAMERA_NM)
        assert isinstance(refused.value, FluoganError) and refused.value.hint

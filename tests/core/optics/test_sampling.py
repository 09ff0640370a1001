"""What follows from the width of the PSF: against the optics' own definitions, and what is said where it is coarse."""

from __future__ import annotations

import numpy as np
import pytest
import tifffile

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.errors import ReadError
from fluogan_app.core.optics.sampling import (
    GaussianWidth, aperture_width_nm, fwhm_from_sigma, measured_psf, sampling_of, sigma_of,
)  # fmt: skip
from fluogan_app.core.params import problem_with

KNOWN = Acquisition().with_values(Origin.FILE, pixel_size_nm=80.0, numerical_aperture=1.4, emission_nm=608.0)


def test_half_of_the_light_lies_within_the_full_width_of_a_gaussian_seen_along_a_line() -> None:
    """FWHM and σ are one width: a Gaussian of that σ is at half its maximum at half the FWHM."""
    found = sampling_of(KNOWN.with_values(Origin.USER, fwhm_nm=300.0), 6)
    assert np.exp(-0.5 * (150.0 / found.sigma_nm) ** 2) == pytest.approx(0.5)
    assert found.sigma_nm / found.fine_pixel_nm == pytest.approx(6 * found.sigma_nm / 80.0)
    assert fwhm_from_sigma(found.sigma_nm) == pytest.approx(300.0)


def test_sigma_that_was_typed_comes_back_as_it_was() -> None:
    for typed in (94.1, 100.0, 127.35, 4.25, 33.3333):
        assert sigma_of(fwhm_from_sigma(typed)) == typed
    assert sigma_of(None) is None is fwhm_from_sigma(None)


def test_every_sigma_that_is_allowed_gives_a_width_that_is() -> None:
    low = 10.0 / 2.354820045
    for sigma in (low * 1.0001, 42_000.0):
        assert problem_with(GaussianWidth, "sigma_nm", sigma) is None
        assert problem_with(Acquisition, "fwhm_nm", fwhm_from_sigma(sigma)) is None
    for sigma in (0.0, -3.0, low / 2, 50_000.0):
        assert "σ" in problem_with(GaussianWidth, "sigma_nm", sigma)


def test_which_width_is_in_use_is_said() -> None:
    """The stated one, where there is one; the other is known all the same."""
    follows = sampling_of(KNOWN, 6)
    assert follows.from_aperture and follows.fwhm_nm == aperture_width_nm(KNOWN) == pytest.approx(0.51 * 608 / 1.4)
    assert follows.nyquist_nm == pytest.approx(608 / (4 * 1.4))
    stated = sampling_of(KNOWN.with_values(Origin.USER, fwhm_nm=300.0), 6)
    assert not stated.from_aperture and stated.aperture_nm == follows.fwhm_nm and stated.source == "as you set it"
    assert sampling_of(Acquisition(), 6) is None
    assumed = sampling_of(Acquisition().with_values(Origin.USER, pixel_size_nm=160.0), 6)
    assert assumed.source == "assumed" and assumed.fwhm_nm == 320.0 and assumed.warnings == ()


@pytest.mark.parametrize(
    "pixel_nm, zoom, words",
    [(80.0, 6, ()), (80.0, 2, ("take at least 3",)), (130.0, 6, ("larger than the Nyquist limit",)),
     (150.0, 1, ("Nyquist", "at least 5"))],
)  # fmt: skip
def test_what_is_too_coarse_is_said(pixel_nm: float, zoom: int, words: tuple[str, ...]) -> None:
    found = sampling_of(KNOWN.with_values(Origin.USER, pixel_size_nm=pixel_nm), zoom).warnings
    assert len(found) == len(words) and all(word in sentence for word, sentence in zip(words, found))


def test_a_measured_psf_has_its_own_width(tmp_path) -> None:
    y, x = np.mgrid[:31, :31] - 15.0
    spot = 1000 * np.exp(-(y**2 + x**2) / (2 * (250.0 / 40.0 / 2.35482) ** 2)) + 20
    tifffile.imwrite(tmp_path / "bead.tif", spot.astype(np.float32))
    bead = KNOWN.with_values(
        Origin.USER, psf="measured", psf_file=str(tmp_path / "bead.tif"), psf_pixel_size_nm=40.0, fwhm_nm=900.0
    )
    psf = measured_psf(bead)
    assert psf.fwhm_nm == pytest.approx(250.0, rel=0.02) and psf.pixel_nm == pytest.approx(40.0)
    assert psf.image.sum() == pytest.approx(1.0)
    assert sampling_of(bead, 6) is None and sampling_of(bead, 6, psf.fwhm_nm).source == "stated by the file"
    unknown = bead.with_values(Origin.USER, pixel_size_nm=None)
    assert measured_psf(unknown).fwhm_nm == pytest.approx(250.0, rel=0.02), "its width needs no camera"
    with pytest.raises(ReadError):
        measured_psf(bead.with_values(Origin.USER, psf_file=str(tmp_path / "gone.tif")))

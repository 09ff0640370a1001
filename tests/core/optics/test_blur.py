"""From what is known of a recording to its blur: the kind, the width, and where the width comes from."""

from __future__ import annotations

import numpy as np
import pytest

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.optics.blur import optics_of
from fluogan_app.core.optics.pointspread import AiryPsf, GaussianPsf


def acquisition(**values) -> Acquisition:
    return Acquisition().with_values(Origin.USER, pixel_size_nm=100.0, **values).complete()


def test_a_gaussian_has_the_width_that_was_given() -> None:
    optics = optics_of(acquisition(fwhm_nm=324.0))
    assert optics.psf == GaussianPsf(optics.sigma_pixels)
    assert optics.psf.fwhm_pixels == pytest.approx(3.24)
    assert (optics.boundary, optics_of(acquisition(), "periodic").boundary) == ("reflecting", "periodic")


def test_an_airy_pattern_has_the_width_that_was_given_or_the_lens_that_was() -> None:
    given = optics_of(acquisition(psf="airy", fwhm_nm=324.0))
    assert given.psf.fwhm_pixels == pytest.approx(3.24)
    assert given.sigma_pixels == pytest.approx(3.24 / 2.3548, rel=1e-4)
    lens = optics_of(acquisition(psf="airy", numerical_aperture=1.4, emission_nm=600.0))
    assert lens.psf == AiryPsf(2 * 1.4 / 600.0 * 100.0)
    # A width that is given beside a lens counts.
    both = optics_of(acquisition(psf="airy", fwhm_nm=324.0, numerical_aperture=1.4, emission_nm=600.0))
    assert both == given


def test_a_measured_psf_is_read_from_its_file(tmp_path) -> None:
    y, x = np.mgrid[:41, :41]
    np.save(tmp_path / "bead.npy", np.exp(-0.5 * ((y - 20) ** 2 + (x - 20) ** 2) / 16.0))
    recording = acquisition(psf="measured", psf_file=str(tmp_path / "bead.npy"), psf_pixel_size_nm=25.0)
    assert optics_of(recording).psf.fwhm_pixels == pytest.approx(2.3548, rel=0.01)

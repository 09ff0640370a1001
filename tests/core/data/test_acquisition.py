"""What is known of a recording, and from where: nothing that was assumed passes for known."""

from __future__ import annotations

import pytest

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.errors import ParameterError
from fluogan_app.core.units import fwhm_from_aperture_nm


def test_what_nobody_stated_is_missing_or_assumed() -> None:
    unknown = Acquisition()
    assert unknown.origin("pixel_size_nm") is Origin.MISSING
    assert unknown.origin("gain") is Origin.ASSUMED
    assert unknown.psf_origin is Origin.MISSING


def test_a_value_keeps_its_origin_until_another_one_comes() -> None:
    stated = Acquisition().with_values(Origin.FILE, pixel_size_nm=80, gain=2)
    changed = stated.with_values(Origin.USER, gain=3)
    assert (changed.pixel_size_nm, changed.origin("pixel_size_nm")) == (80, Origin.FILE)
    assert (changed.gain, changed.origin("gain")) == (3, Origin.USER)
    assert (stated.gain, stated.origin("gain")) == (2, Origin.FILE)


def test_the_width_is_the_stated_one_else_from_the_aperture_else_assumed() -> None:
    sampled = Acquisition().with_values(Origin.FILE, pixel_size_nm=80)
    assert (sampled.psf_fwhm_nm, sampled.psf_origin) == (220, Origin.ASSUMED)
    half = sampled.with_values(Origin.USER, numerical_aperture=1.4)
    assert (half.psf_fwhm_nm, half.psf_origin) == (220, Origin.ASSUMED)
    pair = half.with_values(Origin.USER, emission_nm=608)
    assert (pair.psf_fwhm_nm, pair.psf_origin) == (fwhm_from_aperture_nm(1.4, 608), Origin.USER)
    stated = pair.with_values(Origin.ESTIMATED, fwhm_nm=231)
    assert (stated.psf_fwhm_nm, stated.psf_origin) == (231, Origin.ESTIMATED)


def test_an_assumed_width_is_never_narrower_than_the_sampling_can_hold() -> None:
    coarse = Acquisition().with_values(Origin.FILE, pixel_size_nm=400)
    assert coarse.psf_fwhm_nm == 800


def test_a_complete_recording_has_a_width_with_its_true_origin() -> None:
    complete = Acquisition().with_values(Origin.FILE, pixel_size_nm=80).complete()
    assert (complete.fwhm_nm, complete.origin("fwhm_nm")) == (220, Origin.ASSUMED)
    assert complete.complete() == complete


def test_without_a_pixel_size_there_is_no_reconstruction() -> None:
    with pytest.raises(ParameterError, match="--pixel-size-nm") as refused:
        Acquisition().complete()
    assert set(refused.value.problems) == {"pixel_size_nm"}


def test_a_recording_comes_back_from_json_with_its_origins() -> None:
    stated = Acquisition().with_values(Origin.FILE, pixel_size_nm=80).with_values(Origin.USER, gain=2)
    assert Acquisition.model_validate_json(stated.model_dump_json()) == stated


def test_a_recording_that_was_written_before_there_were_shapes_of_psfs_has_a_gaussian() -> None:
    older = Acquisition().with_values(Origin.FILE, pixel_size_nm=80, fwhm_nm=240).model_dump(mode="json")
    for name in ("psf", "psf_file", "psf_pixel_size_nm"):
        del older[name]
    read = Acquisition.model_validate(older)
    assert (read.psf, read.psf_file, read.origin("psf")) == ("gaussian", None, Origin.ASSUMED)


def test_a_measured_psf_needs_its_file() -> None:
    measured = Acquisition().with_values(Origin.USER, pixel_size_nm=80, psf="measured")
    with pytest.raises(ParameterError, match="--psf-file") as refused:
        measured.complete()
    assert set(refused.value.problems) == {"psf_file"}
    assert measured.replace(psf_file="bead.tif").complete().psf_file == "bead.tif"

"""FWHM, σ, NA and wavelength as one in the form: what is typed, what follows, which is in use; and the measured PSF."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PySide6.QtWidgets import QLabel

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.gui.features.optics import Optics

DERIVED_NM = 0.51 * 608 / 1.4


@pytest.fixture
def user(open_window: Callable):
    """The sample states NA 1.4 and 608 nm."""
    user = open_window()
    user.opens_sample()
    return user


def panel_of(user):
    return next(each for each in user.window.features if isinstance(each, Optics)).panel


def said(user) -> str:
    return " | ".join(label.text() for label in panel_of(user).findChildren(QLabel) if label.isVisible())


def recording(user) -> Acquisition:
    return user.session.document.acquisition


def test_a_width_that_is_typed_shows_sigma_and_both_in_pixels(user) -> None:
    assert "221.5 nm (from NA and wavelength)" in said(user) and panel_of(user).sigma.editor.text() == ""
    user.types("param_fwhm_nm", "300")
    assert panel_of(user).sigma.editor.text() == "127.398"
    assert "300 nm (as you set it)" in said(user) and "3.75 camera, 22.5 fine" in said(user)
    user.types("param_zoom", "4")
    assert "3.75 camera, 15 fine" in said(user) and "20 nm, so detail from 40 nm" in said(user)


def test_sigma_that_is_typed_sets_the_width(user) -> None:
    user.types("param_sigma_nm", "100")
    assert recording(user).fwhm_nm == pytest.approx(235.482, rel=1e-5)
    assert recording(user).origin("fwhm_nm") is Origin.USER
    assert user.find("param_sigma_nm").text() == "100", "it stays as it was typed"
    assert user.window.workspace.form.row("fwhm_nm").editor.text().startswith("235.48")
    user.types("param_sigma_nm", "0")
    assert recording(user).fwhm_nm is None, "the field was emptied first; no width of 0 comes of it"
    assert "from 4.2467 to 42 466 nm" in user.find("problem_sigma_nm").text()
    user.types("param_sigma_nm", "")
    assert recording(user).fwhm_nm is None


def test_an_empty_width_says_what_it_stands_for_and_the_field_of_view_which_side_is_which(user) -> None:
    form, sigma = user.window.workspace.form, panel_of(user).sigma.editor
    width = form.row("fwhm_nm").editor
    assert width.placeholderText() == "from NA and wavelength" and sigma.placeholderText() == "follows"
    user.types("param_numerical_aperture", "")
    assert width.placeholderText() == "220 (assumed)" and sigma.placeholderText() == "93.43 (assumed)"
    height, across = (side * 80 / 1000 for side in user.session.stack.shape[1:])
    texts = {label.text() for label in form.findChildren(QLabel)}
    assert f"{across:.4g} µm wide, {height:.4g} µm high" in texts
    user.types("param_pixel_size_nm", "")
    assert width.placeholderText() == "not known"


def test_which_width_is_in_use_is_switched_with_one_click(user) -> None:
    panel = panel_of(user)
    assert panel.sources["aperture"].isChecked()
    user.types("param_fwhm_nm", "300")
    assert panel.sources["stated"].isChecked()
    user.click("width_from_aperture")
    assert recording(user).fwhm_nm is None and panel.sources["aperture"].isChecked()
    assert user.session.history.undo_title == "PSF width from NA and wavelength"
    user.click("width_from_stated")
    assert recording(user).fwhm_nm == 300.0, "the width that had been stated"
    user.types("param_numerical_aperture", "")
    assert not panel.sources["aperture"].isVisible()


def test_typing_na_and_wavelength_gives_the_width(user) -> None:
    user.types("param_numerical_aperture", "1.2")
    user.types("param_emission_nm", "520")
    assert f"{0.51 * 520 / 1.2:.4g} nm (from NA and wavelength)" in said(user)
    user.click("width_from_stated")
    assert recording(user).fwhm_nm == 221.0 and panel_of(user).sources["stated"].isChecked()


def test_too_large_a_pixel_and_too_small_a_zoom_are_said(user) -> None:
    warning = panel_of(user).warning
    assert not warning.isVisible()
    user.types("param_zoom", "1")
    assert "⚠ Zoom 1 is too small" in warning.text() and "at least 3" in warning.text()
    user.types("param_pixel_size_nm", "150")
    assert "Nyquist limit of 108.6 nm" in warning.text()


def test_a_measured_psf_is_chosen_shown_and_told(user, tmp_path: Path) -> None:
    y, x = np.mgrid[:31, :31] - 15.0
    spot = 1000 * np.exp(-(y**2 + x**2) / (2 * (250.0 / 40.0 / 2.35482) ** 2)) + 20
    tifffile.imwrite(tmp_path / "bead.tif", spot.astype(np.float32))
    form, panel = user.window.workspace.form, panel_of(user)
    picture = next(each for each in user.window.features if isinstance(each, Optics)).picture
    form.focus("psf_file")
    user.click("browse_psf_file")
    user.names_file("choose_psf", tmp_path / "bead.tif")
    assert recording(user).psf == "measured" and recording(user).psf_file == str(tmp_path / "bead.tif")
    user.sees(picture.isVisible)
    assert "PSF pixel size" in picture.words.text() and "--" not in picture.words.text()
    user.types("param_psf_pixel_size_nm", "40")
    user.sees(picture.image.isVisible)
    assert "FWHM 250" in picture.words.text() and "⚠" not in picture.words.text()
    assert "250" in said(user) and "(stated by the file)" in said(user)
    assert not panel.sigma.editor.isEnabled()
    while user.window.actions_["undo"].isEnabled():
        user.presses("undo")
    assert recording(user).psf == "gaussian" and not picture.isVisible()
    assert "from NA and wavelength" in said(user)

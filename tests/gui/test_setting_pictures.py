"""Pictures of what one sets: form, presets, differences, estimates. Written where FLUOGAN_PICTURES says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PySide6.QtCore import QSize

from fluogan_app.core.data.roi import FrameRange, Roi
from tests.gui.test_differences import button_of
from tests.gui.test_field_estimates import asks
from tests.gui.test_presets import feature_of

LAPTOP, LARGE = QSize(1280, 720), QSize(2560, 1440)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_and_its_panels(open_window: Callable, take: Callable, tmp_path: Path, scheme: str) -> None:
    """Optics, help, presets, a difference list, an estimate, a measured PSF, all with advanced fields."""
    user = open_window()
    window, form = user.window, user.window.workspace.form
    window.set_scheme(scheme)
    window.resize(LAPTOP)
    user.opens_sample()
    form.focus("delta")
    take(window, f"{scheme}-40-form")
    for name, number in (("gain", 43), ("fwhm_nm", 44), ("kappa", 45)):
        panel = asks(user, name)
        take(window, f"{scheme}-{number}-estimate-{name}")
        panel.close()
    user.session.change(roi=Roi(20, 20, 14, 18))
    user.types("param_steps", "20")
    user.click("run")
    user.sees_end()
    user.types("param_zoom", "2")
    user.types("param_gain", "2.1")
    user.types("param_fwhm_nm", "300")
    user.session.change(frames=FrameRange(0, 30))
    user.click("differences")
    take(window, f"{scheme}-41-differences")
    button_of(user).panel.close()
    user.click("presets")
    take(feature_of(user).button.menu_, f"{scheme}-42-presets")
    feature_of(user).button.menu_.close()
    user.presses("save_preset")
    dialog = user.dialog("save_preset_dialog")
    user.types("preset_name", "Andor iXon, EM gain 300", inside=dialog)
    user.click("preset_group_camera", inside=dialog)
    take(dialog, f"{scheme}-46-save-preset")
    user.click("preset_save_button", inside=dialog)
    user.sees(lambda: len(feature_of(user).presets) == 4)
    window.actions_["manage_presets"].trigger()
    dialog = user.dialog("manage_presets_dialog")
    user.sees(lambda: dialog.list.count() == 1)
    take(dialog, f"{scheme}-47-manage-presets")
    dialog.close()
    y, x = np.mgrid[:31, :31] - 15.0
    tifffile.imwrite(tmp_path / "bead.tif", (1000 * np.exp(-(y**2 + x**2) / 14) + 20).astype(np.float32))
    form.focus("psf_file")
    user.types("param_psf_pixel_size_nm", "40")
    user.click("browse_psf_file")
    user.names_file("choose_psf", tmp_path / "bead.tif")
    optics = next(each for each in window.features if each.name == "optics")
    user.sees(optics.picture.image.isVisible)
    form.focus("steps")
    take(window, f"{scheme}-48-measured-psf")
    window.resize(LARGE)
    take(window, f"{scheme}-49-large")
    window.set_scheme("light")

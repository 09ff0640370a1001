"""Pictures of the form with each method, and of its run as the window shows it. Written where FLUOGAN_PICTURES says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QSize

from fluogan_app.core.data.roi import Roi
from fluogan_app.core.methods.registry import METHODS
from fluogan_app.gui.dialogs.about import AboutDialog
from tests.gui.test_method_choice import chooser_of

LAPTOP = QSize(1280, 720)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_of_each_method(open_window: Callable, take: Callable, scheme: str) -> None:
    """The chooser, its list, and the form of every method with what is folded away."""
    user = open_window()
    window, form = user.window, user.window.workspace.form
    window.set_scheme(scheme)
    window.resize(LAPTOP)
    user.opens_sample()
    chooser_of(user).open()
    user.sees(chooser_of(user).list.view().isVisible)
    take(window, f"{scheme}-90-methods")
    take(chooser_of(user).list.view().window(), f"{scheme}-90-methods-list")
    chooser_of(user).list.hidePopup()
    for name in METHODS:
        window.parameters.choose_method(name)
        form.reveal(METHODS[name].params_type)
        take(window, f"{scheme}-91-form-{name}")
        for _, row in form.rows.items():
            if row.spec.advanced and row.params_type is METHODS[name].params_type:
                form.focus(row.spec.name)
        take(form, f"{scheme}-92-folded-{name}")
    dialog = AboutDialog(window)
    dialog.show()
    take(user.dialog("about_dialog"), f"{scheme}-93-about")
    dialog.close()


@pytest.mark.parametrize("method", METHODS)
def test_a_run_of_each_method(open_window: Callable, take: Callable, method: str) -> None:
    """Result, quality and curves of a small run."""
    user = open_window()
    window = user.window
    window.resize(LAPTOP)
    user.opens_sample()
    user.session.change(roi=Roi(20, 20, 40, 48))
    window.parameters.choose_method(method)
    values = {"steps": 30, "support_steps": 12 if "pnp" in method else 60, "light_steps": 30}
    for name, value in values.items():
        if name in METHODS[method].params_type.model_fields:
            user.session.edit(METHODS[method].params_type, name, value)
    user.click("run")
    user.sees_end()
    take(window, f"light-94-run-{method}")
    user.presses("show_quality")
    user.sees(lambda: not window.workbench.busy)
    take(window, f"light-95-quality-{method}")

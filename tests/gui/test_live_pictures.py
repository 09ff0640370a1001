"""Pictures of what is seen of a run as it goes on: curves, critic, game."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QSize

from fluogan_app.core.data.roi import Roi

LAPTOP, LARGE = QSize(1280, 720), QSize(2560, 1440)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_live(open_window: Callable, take: Callable, scheme: str) -> None:
    """A run against the critic, its curves and its page; one without a critic."""
    user = open_window()
    window = user.window
    window.set_scheme(scheme)
    window.resize(LAPTOP)
    user.opens_sample()
    user.session.change(roi=Roi(8, 8, 48, 56))
    user.types("param_steps", "400")
    user.click("run")
    user.sees_end()
    take(window, f"{scheme}-60-curves")
    user.presses("show_critic")
    take(window, f"{scheme}-61-no-critic")
    params = {**user.session.params.model_dump(), "delta": 1, "steps": 400, "warmup_steps": 200}
    params |= {"critic_channels": 4, "batch_size": 8}
    user.session.change(params={"fluogan": params})
    user.click("run")
    user.sees_end()
    user.presses("critic_pair")
    take(window, f"{scheme}-62-critic")
    user.click("critic_blind")
    take(window, f"{scheme}-63-game")
    user.presses("critic_left")
    take(window, f"{scheme}-64-answer")
    user.presses("show_curves")
    window.workspace.plots.references.setCurrentIndex(1)
    window.workspace.plots.references.activated.emit(1)
    user.sees(lambda: window.workspace.plots.reference_title == "run 1")
    take(window, f"{scheme}-65-curves-of-both")
    window.resize(LARGE)
    take(window, f"{scheme}-66-curves-large")
    user.presses("show_critic")
    take(window, f"{scheme}-67-critic-large")
    window.set_scheme("light")

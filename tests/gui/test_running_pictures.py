"""Pictures of running: device and memory, the queue, the scrubber, what does not fit, and a batch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QSlider

from fluogan_app.core.jobs import place


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_running(open_window: Callable, take: Callable, scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before, while and after a run."""
    user = open_window()
    window = user.window
    window.set_scheme(scheme)
    window.resize(QSize(1280, 720))
    user.opens_sample()
    device = window.workspace.run_panel.device
    user.sees(lambda: "needs about" in device.text())
    take(window, f"{scheme}-E1-device")
    for steps in (300, 400):
        user.types("param_steps", str(steps))
        user.click("queue_add")
    take(window, f"{scheme}-E2-queued")
    user.types("param_steps", "100000")
    user.click("run")
    user.sees_step(800)
    bar = user.find("history_bar")
    user.sees(lambda: len(bar.steps) >= 5)
    slider = user.find("history_slider", QSlider)
    QTest.keyClick(slider, Qt.Key.Key_Home)
    QTest.keyClick(slider, Qt.Key.Key_Right)
    user.sees(lambda: bar.chosen is not None)
    user.sees(lambda: "in use" in device.text())
    take(window, f"{scheme}-E3-earlier-step")
    user.presses("queue_go")
    user.presses("queue_hold")
    user.click("cancel")
    user.sees_end()
    take(window, f"{scheme}-E4-held")
    monkeypatch.setattr(place, "free_memory_bytes", lambda: 150_000_000)
    user.types("param_zoom", "8")
    user.sees(lambda: "Too large" in window.workspace.run_panel.message.text())
    take(window, f"{scheme}-E5-too-large")
    window.set_scheme("light")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_batch(open_window: Callable, take: Callable, scheme: str, tmp_path: Path) -> None:
    """Three files, one of them damaged."""
    import numpy as np
    import tifffile

    random = np.random.default_rng(4)
    for name in ("cell 1.tif", "cell 3.tif"):
        frames = random.poisson(60, (9, 14, 16)).astype(np.uint16)
        tifffile.imwrite(tmp_path / name, frames, imagej=True, metadata={"unit": "um"}, resolution=(10.0, 10.0))
    (tmp_path / "cell 2.tif").write_bytes(b"no stack at all")
    user = open_window()
    user.window.set_scheme(scheme)
    user.window.resize(QSize(1280, 720))
    user.opens_sample()
    user.types("param_steps", "30")
    user.presses("batch")
    dialog = user.dialog("batch_dialog")
    user.click("batch_folder", dialog)
    user.names_file("choose_folder", tmp_path)
    user.sees(lambda: len(dialog.items) == 3)
    user.click("batch_start", dialog)
    user.sees(lambda: dialog.start_button.isEnabled())
    take(dialog, f"{scheme}-E6-batch")
    dialog.close()
    user.sees_end()
    user.window.set_scheme("light")

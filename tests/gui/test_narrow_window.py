"""Everything stays in sight in a window of 1079 pixels, however long names and words are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PySide6.QtWidgets import QScrollArea

from fluogan_app.gui.dialogs.stack_chooser import StackChooser
from fluogan_app.gui.main_window import MainWindow

NARROW = 1079


@pytest.fixture
def wordy(tmp_path: Path) -> Path:
    """Images, channels and a file whose names are long."""
    frames = np.random.default_rng(4).poisson(30, (4, 2, 3, 20, 16)).astype(np.uint16)
    path = tmp_path / f"{'a name as long as the day it was recorded on ' * 3}.ome.tif"
    names = [f"{channel}, excited and recorded through the second port" for channel in ("DAPI", "GFP")]
    with tifffile.TiffWriter(path, ome=True) as file:
        for well in ("Well A1 of the plate of Monday", "Well A2 of the plate of Monday"):
            metadata = {"axes": "TCZYX", "Name": well, "Channel": {"Name": names}}
            file.write(frames, metadata=metadata, photometric="minisblack")
    return path


def assert_all_in_sight(window: MainWindow) -> None:
    """No part of the parameters is cut off on the right, and the window is as narrow as it was asked to be."""
    area = window.workspace.form.findChild(QScrollArea)
    assert area.isVisible() and area.widget().width() <= area.viewport().width()
    right = window.workspace.form.mapToGlobal(window.workspace.form.rect().topRight()).x()
    assert area.mapToGlobal(area.rect().topRight()).x() <= right
    assert window.width() == NARROW


def test_the_parameters_are_whole_beside_a_stack(open_window: Callable) -> None:
    user = open_window()
    user.window.resize(NARROW, 700)
    user.opens_sample()
    user.sees(lambda: user.window.checks.check is not None)
    assert_all_in_sight(user.window)


def test_long_names_give_way(open_window: Callable, wordy: Path) -> None:
    user = open_window()
    user.window.resize(NARROW, 700)
    user.drops(wordy)
    dialog = user.dialog("stack_chooser")
    assert isinstance(dialog, StackChooser)
    dialog.resize(dialog.minimumSizeHint())
    shown, area = dialog.scenes.visualItemRect(dialog.scenes.currentItem()), dialog.scenes.viewport().rect()
    assert area.contains(shown.center()) and area.width() > shown.height()
    user.click("chooser_open", inside=dialog)
    user.sees_stack()
    user.sees(lambda: user.window.checks.check is not None)
    assert_all_in_sight(user.window)
    assert user.window.minimumSizeHint().width() <= NARROW

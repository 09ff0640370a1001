"""Choosing among the images of one file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PySide6.QtCore import Qt

from fluogan_app.core.data.acquisition import Origin

FRAMES = np.arange(4 * 3 * 2 * 9 * 8, dtype=np.uint16).reshape(4, 3, 2, 9, 8)


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """Four time points, three planes, two channels."""
    path = tmp_path / "many.ome.tif"
    tifffile.imwrite(path, FRAMES, metadata={"axes": "TZCYX"}, photometric="minisblack")
    return path


def test_one_image_needs_no_choice(open_window: Callable) -> None:
    user = open_window()
    user.opens_sample()
    user.sees(lambda: not user.window.workbench.busy)
    assert not user.window.workspace.selection.isVisible()


def test_another_channel_and_plane(open_window: Callable, many: Path) -> None:
    user = open_window()
    user.drops(many)
    user.click("chooser_open", inside=user.dialog("stack_chooser"))
    user.sees_stack()
    np.testing.assert_array_equal(user.window.workspace.browser.pane.image, FRAMES[0, 0, 0])
    user.types("param_pixel_size_nm", "90")
    for name, index in (("channel", 1), ("plane", 2)):
        box = user.find(f"select_{name}")
        before = user.session.project
        box.setFocus()
        for _ in range(index):
            user.qtbot.keyClick(box, Qt.Key.Key_Down)
            if user.session.unsaved:
                user.answers("unsaved_question", "discard")
            user.sees(lambda: user.session.project is not before)  # noqa: B023
            user.sees_stack()
            before = user.session.project
    selection = user.session.stack.selection
    assert (selection.channel, selection.plane) == (1, 2)
    np.testing.assert_array_equal(user.window.workspace.browser.pane.image, FRAMES[0, 2, 1])
    acquisition = user.session.document.acquisition
    assert acquisition.pixel_size_nm == 90 and acquisition.origin("pixel_size_nm") is Origin.USER

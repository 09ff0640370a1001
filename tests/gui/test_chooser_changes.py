"""Changing one's mind in the chooser: what stays as it was chosen, and where the keys lead."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import tifffile
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QListWidget, QToolButton

from fluogan_app.core.data.stack import Selection

MANY = np.random.default_rng(1).poisson(40, (4, 3, 2, 9, 8)).astype(np.uint16)


def test_what_was_chosen_stays_when_another_image_or_axis_is_taken(open_window: Callable, tmp_path: Path) -> None:
    """Positions of the same name have their numbers; the channel stays, and what is said of the file's faults."""
    path = tmp_path / "positions.ome.tif"
    with tifffile.TiffWriter(path, ome=True) as writer:
        for _ in range(2):
            metadata = {"axes": "TZCYX", "Name": "cell", "Channel": {"Name": ["GFP", "mCherry"]}}
            sides = {"PhysicalSizeX": 0.2, "PhysicalSizeY": 0.1}
            writer.write(MANY, metadata={**metadata, **sides}, photometric="minisblack")
    user = open_window()
    user.drops(path)
    chooser = user.dialog("stack_chooser")
    listed, channels = (user.find(f"chooser_{name}", QListWidget, chooser) for name in ("scenes", "channels"))
    titles = [listed.item(row).text().splitlines()[0] for row in range(2)]
    assert titles == ["cell (image 1)", "cell (image 2)"]
    channels.setFocus()
    user.qtbot.keyClick(channels, Qt.Key.Key_Right)
    listed.setFocus()
    user.qtbot.keyClick(listed, Qt.Key.Key_Down)
    assert chooser.summary.text().endswith("channel mCherry, plane 1 of 3")
    user.click("time_axis_Z", inside=chooser)
    assert "channel mCherry" in chooser.summary.text() and "100 nm high" in chooser.warnings.text()
    user.click("chooser_open", inside=chooser)
    user.sees_stack()
    assert user.session.stack.selection == Selection(scene=1, channel=1, time_axis="Z")
    box = user.find("select_scene", QComboBox)
    assert [box.itemText(row) for row in range(2)] == titles


def test_the_tabulator_goes_from_above_to_below(open_window: Callable, tmp_path: Path) -> None:
    """Also after the buttons of the axes were made anew."""
    path = tmp_path / "many.ome.tif"
    tifffile.imwrite(path, MANY, metadata={"axes": "TZCYX"}, photometric="minisblack")
    user = open_window()
    user.drops(path)
    chooser = user.dialog("stack_chooser")
    for letter in "TZ":
        user.click(f"time_axis_{letter}", inside=chooser)
        assert user.find(f"time_axis_{letter}", QToolButton, chooser).isChecked()
        user.find("chooser_plane", inside=chooser).setFocus()
        visited = []
        for _ in range(4):
            user.qtbot.keyClick(chooser.focusWidget(), Qt.Key.Key_Tab)
            visited.append(chooser.focusWidget().objectName())
        # Of buttons that exclude each other, the keys go to the one that is down.
        assert visited == ["chooser_channels", f"time_axis_{letter}", "chooser_range_first", "chooser_range_last"]
    user.click("chooser_cancel", inside=chooser)

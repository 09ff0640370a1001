"""Pictures of choosing a stack and of what a file states, to be looked at. Written where FLUOGAN_PICTURES says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QSize

LAPTOP = QSize(1280, 720)
CHOOSERS = {
    "lif": "lif/testdata_2channel_xz.lif",
    "channels": "ometiff/multi-channel-time-series.ome.tif",
    "positions": "ometiff/181003_multi_pos_time_course_1_MMStack.ome.tif",
    "planes": "czi/CellDivision_T3_Z5_CH2_X240_Y170.czi",
    "colours": "nd2/example-multichannel.nd2",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", CHOOSERS)
def test_every_chooser(open_window: Callable, take: Callable, shared_data: Path, scheme: str, name: str) -> None:
    """Files of every family that hold several stacks, with all their thumbnails."""
    user = open_window()
    user.window.set_scheme(scheme)
    user.window.resize(LAPTOP)
    user.drops(shared_data / CHOOSERS[name])
    chooser = user.dialog("stack_chooser")
    user.sees(lambda: chooser.pane.image is not None)
    user.sees(lambda: not chooser.scenes.rows_without_picture() and not chooser.channels.rows_without_picture())
    take(chooser, f"{scheme}-20-chooser-{name}")
    if name == "channels":
        user.click("chooser_open", inside=chooser)
        user.sees_stack()
        take(user.window, f"{scheme}-21-chosen")
    else:
        user.click("chooser_cancel", inside=chooser)
    user.window.set_scheme("light")

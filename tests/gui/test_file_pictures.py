"""Pictures of choosing a stack and of what a file states, to be looked at. Written where FLUOGAN_PICTURES says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QSize

from fluogan_app.gui import patience

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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_metadata(open_window: Callable, take: Callable, shared_data: Path, scheme: str) -> None:
    """What is used, and all that the file states, searched."""
    user = open_window()
    user.window.set_scheme(scheme)
    user.window.resize(LAPTOP)
    user.drops(shared_data / "czi" / "bundled_tubes_T361_gray16_zstd.czi")
    user.sees_stack()
    user.types("param_numerical_aperture", "1.46")
    user.presses("metadata")
    dialog = user.dialog("metadata_dialog")
    take(dialog, f"{scheme}-22-metadata-used")
    dialog.tabs.setCurrentIndex(1)
    take(dialog, f"{scheme}-23-metadata-all")
    user.types("metadata_search", "scaling", dialog)
    user.sees(lambda: " of " in dialog.tree.words.text())
    take(dialog, f"{scheme}-24-metadata-search")
    dialog.close()
    user.window.set_scheme("light")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_guess_and_waiting(
    open_window: Callable, take: Callable, shared_data: Path, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A guess above the stack, and a drive that does not answer."""
    user = open_window()
    user.window.set_scheme(scheme)
    user.window.resize(LAPTOP)
    user.drops(shared_data / "stacks" / "mito_014_50x70x70.tif")
    user.sees_stack()
    user.sees(lambda: not user.window.workbench.busy)
    monkeypatch.setattr(patience, "PATIENCE_MS", 0)
    waiting = patience.Patience(user.window.notices, "drive", user.window)
    waiting.begin("cells.tif", lambda: None)
    user.sees(lambda: user.window.notices.text("drive") != "")
    user.window.workspace.browser.set_busy("Reading the frames… 42%")
    take(user.window, f"{scheme}-25-guess-and-waiting")
    waiting.end()
    user.click("select_choose")
    chooser = user.dialog("stack_chooser")
    user.sees(lambda: chooser.pane.image is not None)
    take(chooser, f"{scheme}-26-chooser-guess")
    user.click("chooser_cancel", inside=chooser)
    user.window.set_scheme("light")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_numbered_series(open_window: Callable, take: Callable, shared_data: Path, scheme: str) -> None:
    """Many files as one stack, and the way to one of them alone."""
    user = open_window()
    user.window.set_scheme(scheme)
    user.window.resize(LAPTOP)
    user.drops(shared_data / "numbered_frames")
    user.sees_stack()
    user.sees(lambda: not user.window.workbench.busy)
    take(user.window, f"{scheme}-27-series")
    user.presses("choose_image")
    chooser = user.dialog("stack_chooser")
    user.sees(lambda: chooser.pane.image is not None)
    take(chooser, f"{scheme}-28-chooser-series")
    user.click("chooser_cancel", inside=chooser)
    user.window.set_scheme("light")

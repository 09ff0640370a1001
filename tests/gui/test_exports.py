"""Exporting a run: where to, what is there already, and a drive that takes its time to say so."""

from __future__ import annotations

import base64
import io
import re
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPushButton

from fluogan_app.gui.controllers import export
from fluogan_app.gui.dialogs.export_dialog import ExportDialog, ExportRequest


def test_folder_and_files_are_looked_for_when_the_user_agrees(
    open_window: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []
    look = export.look_at
    monkeypatch.setattr(
        export, "look_at", lambda request: (threads.append(threading.current_thread()), look(request))[1]
    )
    user = open_window()
    user.opens_sample()
    user.types("param_steps", "3")
    user.types("stack_region_height", "12")
    user.click("run")
    user.sees_end()
    user.presses("export")
    dialog = user.dialog("export_dialog")
    user.types("export_name", "out", dialog)
    user.types("export_folder", str(tmp_path / "nowhere"), dialog)
    user.click("export_go", dialog)
    user.sees(lambda: user.find("export_files", inside=dialog).text() == "This folder does not exist.")
    user.types("export_folder", str(tmp_path), dialog)
    (tmp_path / "out-x.tif").write_text("kept")
    user.click("export_go", dialog)
    user.answers("overwrite_question", "cancel")
    assert (tmp_path / "out-x.tif").read_text() == "kept" and dialog.isVisible()
    (tmp_path / "out-curves.csv").mkdir()
    user.click("export_go", dialog)
    user.answers("overwrite_question", "replace")
    assert "out-curves.csv" in user.reads_error()[0]
    dialog = user.dialog("export_dialog")
    assert "out-curves.csv" in user.find("export_files", inside=dialog).text()
    (tmp_path / "out-curves.csv").rmdir()
    user.click("export_go", dialog)
    user.answers("overwrite_question", "replace")
    user.sees(lambda: "Exported" in user.window.notices.text("export"))
    assert (tmp_path / "out-figure.png").exists() and (tmp_path / "out-x.tif").stat().st_size > 1000
    assert len(threads) == 4 and threading.main_thread() not in threads


def test_formats_are_chosen_and_remembered(open_window: Callable, tmp_path: Path) -> None:
    user = open_window()
    user.opens_sample()
    user.types("param_steps", "3")
    user.types("stack_region_height", "40")
    user.click("run")
    user.sees_end()
    user.presses("export")
    dialog = user.dialog("export_dialog")
    assert user.window.settings.kept("export") == ""
    user.types("export_folder", str(tmp_path), dialog)
    user.types("export_name", "out", dialog)
    for name in ("export_curves", "export_background", "export_error_map"):
        user.qtbot.keyClick(user.find(name, QCheckBox, dialog), Qt.Key.Key_Space)
    user.click("export_ome", dialog)
    formats = user.find("export_figure_format", QComboBox, dialog)
    user.qtbot.keyClick(formats, Qt.Key.Key_Down)
    assert "out-figure.svg" in user.find("export_files", inside=dialog).text()
    user.click("export_go", dialog)
    user.sees(lambda: "Exported" in user.window.notices.text("export"))
    assert {path.name for path in tmp_path.iterdir()} == {"out-x.ome.tif", "out-figure.svg", "out-error-map.ome.tif"}
    assert user.find("notice_export_show").isEnabled()
    user.presses("export")
    again = user.dialog("export_dialog")
    assert not user.find("export_curves", QCheckBox, again).isChecked()
    assert user.find("export_error_map", QCheckBox, again).isChecked()
    assert user.find("export_figure_format", QComboBox, again).currentData() == ".svg"
    assert "out" not in user.find("export_name", QLineEdit, again).text()
    again.close()


def test_the_view_is_written_as_it_is_seen(open_window: Callable, tmp_path: Path) -> None:
    user = open_window()
    user.opens_sample()
    user.types("param_steps", "3")
    user.types("param_zoom", "2")
    user.click("run")
    user.sees_end()
    panes = user.window.workspace.panes
    pane = panes.pane("estimate")
    pane.set_colormap("green")
    pane.set_levels(0.0, float(pane.image.max()))
    for name in ("mean", "estimate", "background"):
        view = panes.pane(name).view
        panes.pane(name).zoom_to_nm(view.zoomed(4.0, view.x_nm, view.y_nm))
    user.presses("export_view")
    user.names_file("choose_view", tmp_path / "view.svg")
    user.sees(lambda: "The view is in" in user.window.notices.text("export"))
    text = (tmp_path / "view.svg").read_text(encoding="utf-8")
    assert "80 nm pixels" in text and "40 nm pixels" in text and "photons" in text and "FWHM" in text
    images = [
        np.asarray(Image.open(io.BytesIO(base64.b64decode(data)))).astype(int)
        for data in re.findall(r'base64,([^"]+)"', text)
    ]
    large = [image for image in images if image.shape[0] > 1]
    assert len(large) == 3, "mean, estimate and background are in sight"
    green = [image for image in large if image[..., 1].max() > 2 * image[..., 0].max()]
    assert len(green) == 1, "the colours of one viewer were changed"
    whole = pane.image.shape[0] / pane.image.shape[1]
    assert abs(green[0].shape[0] / green[0].shape[1] - whole) > 0.01, "a part is in sight, not the whole"


@pytest.mark.parametrize("repeated", [True, False])
def test_the_deviation_is_written_where_repeats_have_measured_it(qtbot, tmp_path: Path, repeated: bool) -> None:
    """Who waited for repeats wants what they gave; without them there is nothing to offer."""
    asked: list[ExportRequest] = []
    dialog = ExportDialog("Run 1: finished.", str(tmp_path), "cells", asked.append, repeated)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.mouseClick(dialog.findChild(QPushButton, "export_go"), Qt.MouseButton.LeftButton)
    assert ("deviation" in asked[0].paths) is repeated
    assert (dialog.findChild(QCheckBox, "export_deviation") is not None) is repeated

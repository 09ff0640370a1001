"""Pictures of packing, exporting, searching and of a project that somebody else has open, to be looked at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QSize

from fluogan_app.core.project.store import Project


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_keeping(open_window: Callable, take: Callable, tmp_path: Path, scheme: str) -> None:
    """A run that is packed and exported; then the same project in a second window; then without its raw file."""
    user = open_window()
    window = user.window
    window.set_scheme(scheme)
    window.resize(QSize(1280, 720))
    user.opens_sample()
    user.types("param_steps", "60")
    user.types("stack_region_height", "40")
    user.click("run")
    user.sees_end()
    user.presses("save")
    user.names_file("choose_new_project", tmp_path / "heart muscle.fluogan")
    user.sees(lambda: not user.session.untitled)
    user.presses("pack")
    dialog = user.dialog("pack_dialog")
    take(dialog, f"{scheme}-80-pack")
    user.click("pack_go", dialog)
    user.names_file("choose_archive_name", tmp_path / "heart muscle.fluogan.zip")
    user.sees(lambda: "is packed in" in window.notices.text("pack"))
    user.presses("export")
    dialog = user.dialog("export_dialog")
    take(dialog, f"{scheme}-81-export")
    dialog.close()
    user.presses("report")
    user.names_file("choose_report", tmp_path / "report.html")
    user.sees(lambda: "The report is" in window.notices.text("report"))
    take(window, f"{scheme}-82-packed-and-reported")

    second = open_window()
    second.window.resize(QSize(1280, 720))
    second.drops(tmp_path / "heart muscle.fluogan")
    second.sees_stack()
    take(second.window, f"{scheme}-83-open-elsewhere")

    project = Project.open(tmp_path / "heart muscle.fluogan").save_as(tmp_path / "copy")
    gone = project.document.link.replace(path=str(tmp_path / "gone" / "cells.tif"), relative_path="", sha256="0" * 64)
    project.save(project.document.replace(link=gone))
    third = open_window(tmp_path / "copy.fluogan")
    third.window.resize(QSize(1280, 720))
    third.find("notice_locate_search")
    take(third.window, f"{scheme}-84-raw-file-gone")
    window.set_scheme("light")

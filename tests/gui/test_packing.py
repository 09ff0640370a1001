"""A project packed from the window, opened elsewhere, and reported on."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QCheckBox

from fluogan_app.core.project.store import Project
from fluogan_app.core.project.unpack import look_into
from fluogan_app.gui.features import packing, reporting
from tests.gui.conftest import User


@pytest.fixture
def ran(open_window: Callable, tmp_path: Path) -> User:
    """A window with a saved project of one short run; the raw file lies in a folder of its own."""
    from fluogan_app.core.samples import samples

    raw = tmp_path / "raw" / "cells.tif"
    raw.parent.mkdir()
    shutil.copy(samples()[0].path, raw)
    user = open_window(raw)
    user.sees_stack()
    user.types("param_fwhm_nm", "220")
    user.types("param_steps", "3")
    user.types("stack_region_height", "14")
    user.click("run")
    user.sees_end()
    user.presses("save")
    user.names_file("choose_new_project", tmp_path / "day")
    user.sees(lambda: not user.session.untitled)
    return user


def test_a_project_is_packed_and_opened_where_the_raw_file_is_not(
    ran: User, open_window: Callable, tmp_path: Path
) -> None:
    shown = ran.session.shown_run.result().estimate
    ran.types("param_zoom", "5")
    ran.presses("pack")
    dialog = ran.dialog("pack_dialog")
    box = ran.find("pack_raw", QCheckBox, dialog)
    assert "cells.tif" in box.text() and "kB" in box.text() and not box.isChecked()
    ran.click("pack_raw", dialog)
    ran.click("pack_go", dialog)
    ran.names_file("choose_archive_name", tmp_path / "day.fluogan.zip")
    ran.sees(lambda: "is packed in" in ran.window.notices.text("pack"))
    assert not ran.window.isWindowModified(), "what was changed is in the archive, so it was saved first"
    assert look_into(tmp_path / "day.fluogan.zip").has_raw
    ran.presses("close_project")
    ran.sees(lambda: ran.session.project is None)
    shutil.rmtree(tmp_path / "raw")
    shutil.rmtree(tmp_path / "day.fluogan")

    (tmp_path / "there").mkdir()
    later = open_window()
    later.presses("unpack")
    later.names_file("choose_archive", tmp_path / "day.fluogan.zip")
    later.names_file("choose_folder", tmp_path / "there")
    later.sees(lambda: later.session.stack is not None)
    assert later.session.project.folder == tmp_path / "there" / "day.fluogan" and later.session.params.zoom == 5
    np.testing.assert_array_equal(later.session.shown_run.result().estimate, shown)


def test_an_archive_can_be_dropped_and_a_bad_one_is_told(open_window: Callable, tmp_path: Path) -> None:
    bad = tmp_path / "bad.fluogan.zip"
    bad.write_bytes(b"no archive")
    user = open_window()
    user.drops(bad)
    user.names_file("choose_folder", tmp_path)
    message, hint = user.reads_error()
    assert "no packed project" in message and hint and user.window.notices.text("pack") == ""


def test_packing_tells_how_far_it_is_and_can_be_given_up(
    ran: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(project, path, raw, note, cancelled):
        note(37, 100)
        while not cancelled():
            pass

    monkeypatch.setattr(packing, "pack_project", endless)
    ran.presses("pack")
    ran.click("pack_go", ran.dialog("pack_dialog"))
    ran.names_file("choose_archive_name", tmp_path / "day.fluogan.zip")
    ran.sees(lambda: "Packing day.fluogan: 37 %" in ran.window.notices.text("pack"))
    ran.click("notice_pack_cancel")
    assert ran.window.notices.text("pack") == "" and not (tmp_path / "day.fluogan.zip").exists()


def test_a_report_is_written_of_the_shown_run(ran: User, tmp_path: Path) -> None:
    ran.presses("report")
    ran.names_file("choose_report", tmp_path / "page.html")
    ran.sees(lambda: "The report is" in ran.window.notices.text("report"))
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "220 nm full width at half maximum, set by hand" in text and "Drift" in text
    assert Project.open(ran.session.project.folder).run().record.link.sha256 in text
    assert ran.find("notice_report_open") and ran.find("notice_report_show")


def test_a_report_of_the_tree_can_be_given_up(ran: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(project, run, path, watch):
        while not watch.cancelled():
            pass

    monkeypatch.setattr(reporting, "write_one", endless)
    menu = ran.window.workspace.tree.menu_for(1)
    next(action for action in menu.actions() if action.text() == "Report…").trigger()
    ran.names_file("choose_report", tmp_path / "page.html")
    ran.click("notice_report_cancel")
    assert ran.window.notices.text("report") == "" and not (tmp_path / "page.html").exists()

"""A run of the window in the clipboard: as a command line, and as a script."""

from __future__ import annotations

import ast
import shlex
from collections.abc import Callable

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from fluogan_app.cli.main import run as command_line
from fluogan_app.core.project.model import RunStatus
from fluogan_app.core.project.store import Project
from tests.gui.conftest import User


@pytest.fixture
def ran(open_window: Callable) -> User:
    """A window with a run of three steps on a few rows of a sample."""
    user = open_window()
    user.opens_sample()
    user.types("param_steps", "3")
    user.types("stack_region_y", "4")
    user.types("stack_region_height", "12")
    user.click("run")
    user.sees_end()
    return user


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def test_what_is_copied_from_the_window_gives_the_same_bits(ran, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    QGuiApplication.clipboard().clear()
    ran.presses("copy_command")
    ran.sees(lambda: clipboard().startswith("fluogan reconstruct"))
    words = shlex.split(clipboard())
    assert command_line(words[1:]) == 0
    again = Project.open(words[words.index("-o") + 1]).run().result()
    shown = ran.session.shown_run.result()
    assert (again.estimate == shown.estimate).all() and again.estimate.shape[0] == 12 * shown.zoom


def test_a_run_of_the_tree_is_copied_as_a_script(ran) -> None:
    run = ran.session.shown_run
    run.write_record(run.record.replace(status=RunStatus.CANCELLED, total_steps=5))
    ran.presses("copy_script")
    ran.sees(lambda: "was cancelled at step 3 of 5" in ran.window.notices.text("repeating"))
    run.write_record(run.record.replace(status=RunStatus.FINISHED, total_steps=3))
    QGuiApplication.clipboard().clear()
    menu: QMenu = ran.window.workspace.tree.menu_for(1)
    chosen = {action.text(): action for action in menu.actions()}
    chosen["Copy as Python"].trigger()
    ran.sees(lambda: "api.reconstruct" in clipboard())
    ast.parse(clipboard())
    assert ran.window.notices.text("repeating") == ""
    assert "'steps': 3" in clipboard() and "region=(4, 0, 12, 74)" in clipboard()

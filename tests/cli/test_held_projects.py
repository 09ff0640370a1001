"""The command line leaves a project alone that a window has open."""

from __future__ import annotations

import pytest

from fluogan_app.core.project.lock import OPEN_WORDS
from fluogan_app.core.project.open_lock import COMMAND, WINDOW
from fluogan_app.core.project.store import Project


@pytest.fixture
def in_a_window(reconstruct, project_path):
    assert reconstruct().code == 0
    project = Project.open(project_path)
    assert project.hold(WINDOW)
    yield project
    project.let_go()


def test_a_project_that_a_window_has_open_is_left_alone(fluogan, reconstruct, project_path, in_a_window) -> None:
    before = (project_path / "project.json").read_bytes()
    reconstruct().refused("is open in a window", "Close it there", "-o")
    reconstruct("--overwrite").refused("it is open in a window")
    fluogan("resume", project_path, "--steps", 9).refused("is open in a window")
    assert [run.number for run in in_a_window.runs()] == [1]
    assert (project_path / "project.json").read_bytes() == before
    assert fluogan("info", project_path).code == 0
    in_a_window.let_go()
    assert reconstruct().code == 0 and fluogan("resume", project_path, "--steps", 9).code == 0
    assert not (project_path / OPEN_WORDS).exists()


def test_two_command_lines_may_work_on_one_project(reconstruct, project_path) -> None:
    assert reconstruct().code == 0
    other = Project.open(project_path)
    assert other.hold(COMMAND)
    assert reconstruct().code == 0 and len(other.runs()) == 2
    other.let_go()

"""Many files from the window: chosen, run, cancelled, and told of one by one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile

from fluogan_app.core.project.model import RunStatus
from fluogan_app.core.project.store import Project
from tests.gui.readable import cut_off, nameless


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A folder with two stacks and a file that is none."""
    folder = tmp_path / "raw"
    folder.mkdir()
    random = np.random.default_rng(4)
    for name in ("a.tif", "c.tif"):
        frames = random.poisson(60, (9, 14, 16)).astype(np.uint16)
        tifffile.imwrite(folder / name, frames, imagej=True, metadata={"unit": "um"}, resolution=(10.0, 10.0))
    (folder / "b.tif").write_bytes(b"no stack at all")
    return folder


@pytest.fixture
def user(open_window: Callable, raw: Path, tmp_path: Path):
    """At the batch's window, with a folder chosen and a place for the projects."""
    someone = open_window()
    someone.opens_sample()
    someone.types("param_zoom", "2")
    someone.types("param_steps", "20")
    someone.presses("batch")
    dialog = someone.dialog("batch_dialog")
    someone.click("batch_folder", dialog)
    someone.names_file("choose_folder", raw)
    someone.sees(lambda: len(dialog.items) == 3)
    (tmp_path / "out").mkdir()
    someone.click("batch_place", dialog)
    someone.names_file("choose_folder", tmp_path / "out")
    someone.sees(lambda: len(dialog.items) == 3 and dialog.items[0].project.parent.name == "out")
    someone.batch = dialog
    return someone


def _states(user) -> list[str]:
    table = user.batch.table
    return [table.item(row, 1).text() for row in range(table.rowCount())]


def test_each_file_gets_its_project_and_a_damaged_one_its_reason(user, tmp_path: Path) -> None:
    user.click("batch_start", user.batch)
    user.types("param_steps", "99")
    user.sees(lambda: user.batch.start_button.isEnabled())
    assert _states(user) == ["finished", "failed", "finished"]
    assert "b.tif" in user.batch.table.item(1, 3).text()
    for name in ("a", "c"):
        record = Project.open(tmp_path / "out" / f"{name}.fluogan").run(1).record
        assert record.status is RunStatus.FINISHED and record.steps == 20 and record.params["zoom"] == 2
        assert record.acquisition.pixel_size_nm == pytest.approx(100.0)
    assert (tmp_path / "out" / "batch.csv").exists()
    assert "2 finished, 1 failed" in user.batch.words.text()
    assert nameless(user.batch) == [] and cut_off(user.batch) == []
    user.click("batch_close", user.batch)
    user.sees_end()


def test_cancelling_answers_at_once_and_keeps_what_is_done(user, tmp_path: Path) -> None:
    user.types("param_steps", "100000")
    user.click("batch_start", user.batch)
    user.sees(lambda: "step" in user.batch.words.text())
    user.click("batch_cancel", user.batch)
    assert user.batch.cancel_button.text() == "Cancelling…"
    user.sees(lambda: user.batch.start_button.isEnabled())
    assert _states(user) == ["cancelled", "waiting", "waiting"]
    run = Project.open(tmp_path / "out" / "a.fluogan").run(1)
    assert run.record.status is RunStatus.CANCELLED and run.result().steps > 0
    user.sees_end()


def test_the_window_does_not_close_over_a_batch_without_a_question(user, tmp_path: Path) -> None:
    user.types("param_steps", "100000")
    user.presses("save")
    user.names_file("choose_new_project", tmp_path / "mine")
    user.sees(lambda: not user.session.untitled)
    user.click("batch_start", user.batch)
    user.sees(lambda: "step" in user.batch.words.text())
    user.window.close()
    user.answers("batch_question", "cancel")
    assert user.window.isVisible() and user.batch.cancel_button.isEnabled()
    user.window.close()
    user.answers("batch_question", "stop")
    user.sees(lambda: not user.window.isVisible())
    assert Project.open(tmp_path / "out" / "a.fluogan").run(1).record.status is RunStatus.CANCELLED

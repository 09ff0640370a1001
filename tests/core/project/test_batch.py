"""Many files, one set of parameters: each has its project, and none spoils another's."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tifffile

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.errors import DataError, UsageError
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.events import Silent
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.project.batch import BatchItem, ItemState, batch_items, run_batch, same_for_each
from fluogan_app.core.project.store import Project

FINISHED, FAILED, SKIPPED = ItemState.FINISHED, ItemState.FAILED, ItemState.SKIPPED


@pytest.fixture
def files(tmp_path) -> list[Path]:
    """Three stacks and a file that is none, in one folder."""
    folder = tmp_path / "raw"
    folder.mkdir()
    random = np.random.default_rng(4)
    names = ["a cell.tif", "b cell.tif", "c cell.tif"]
    for name in names:
        tifffile.imwrite(folder / name, random.poisson(40, (9, 8, 10)).astype(np.uint16), imagej=True)
    (folder / "damaged.tif").write_bytes(b"no stack at all")
    (folder / "notes.txt").write_text("not to be read")
    return [*(folder / name for name in names), folder / "damaged.tif"]


@pytest.fixture
def ask(walk, request_for):
    return lambda stack: request_for(steps=5, roi=None, frames=None)


def _run(items, ask, control=None, told=lambda index, item: None, **options) -> tuple[BatchItem, ...]:
    return run_batch(items, ask, control or Control(), Silent(), told, **options)


def test_each_file_has_its_project_and_a_damaged_one_stops_none(files, ask, tmp_path):
    items = batch_items([tmp_path / "raw"], tmp_path / "out")
    assert [item.path for item in items] == files
    heard: list[tuple[int, ItemState]] = []
    done = _run(items, ask, told=lambda index, item: heard.append((index, item.state)))
    assert [item.state for item in done] == [FINISHED, FINISHED, FINISHED, FAILED]
    assert "damaged.tif" in done[3].words and not done[3].project.exists()
    for item, file in zip(done[:3], files, strict=False):
        project = Project.open(item.project)
        assert item.project.parent == tmp_path / "out" and project.document.link.path == str(file)
        assert project.run(1).result().steps == 5 and item.measures["photon_balance_percent"] == 0.5
    assert heard == [(index, state) for index in range(4) for state in (ItemState.RUNNING, done[index].state)]


def test_beside_its_file_where_no_folder_is_named(files, ask):
    (done,) = _run(batch_items(files[:1]), ask)
    assert done.project == files[0].with_name("a cell.fluogan") and done.state is FINISHED


def test_the_table_grows_with_each_file_and_holds_all(files, ask, tmp_path):
    table, seen = tmp_path / "out" / "batch.csv", []

    def look(index: int, item: BatchItem) -> None:
        seen.append(len(list(csv.reader(table.open(encoding="utf-8")))) if table.exists() else 0)

    done = _run(batch_items(files, tmp_path / "out"), ask, told=look, table=table)
    rows = list(csv.DictReader(table.open(encoding="utf-8", newline="")))
    assert seen[0] == 0 and seen[2] == 5
    assert [row["state"] for row in rows] == [item.state.value for item in done]
    assert float(rows[0]["photon_balance_percent"]) == 0.5 and rows[3]["remark"] == done[3].words
    assert [row["file"] for row in rows] == [str(file) for file in files]


def test_a_second_time_only_what_is_not_done_is_run(files, ask, tmp_path, request_for):
    items = batch_items(files[:2], tmp_path / "out")
    _run(items[:1], ask)
    done = _run(items, ask)
    assert [item.state for item in done] == [SKIPPED, FINISHED] and done[0].run == 1
    assert done[0].measures == done[1].measures
    assert _run(items[:1], ask, again=True)[0].run == 2
    other = _run(items[:1], lambda stack: request_for(steps=6, roi=None, frames=None))
    assert other[0].state is FINISHED and other[0].run == 3


def test_cancelling_keeps_what_is_done_and_leaves_the_rest(files, ask, walk, tmp_path, cancelled_at):
    control = Control()

    def stop_in_the_second(index: int, item: BatchItem) -> None:
        if index == 1 and item.state is ItemState.RUNNING:
            walk.options["during"] = cancelled_at(control, 3)

    done = _run(batch_items(files, tmp_path / "out"), ask, control, stop_in_the_second)
    assert [item.state for item in done] == [FINISHED, ItemState.CANCELLED, ItemState.WAITING, ItemState.WAITING]
    assert Project.open(done[1].project).run(1).record.steps == 3


def test_data_that_are_refused_leave_no_empty_project(files, tmp_path):
    def refuse(stack):
        raise DataError("17 pixels are not numbers.", "Choose another region.")

    (done,) = _run(batch_items(files[:1], tmp_path / "out"), refuse)
    assert done.state is FAILED and "17 pixels" in done.words and not done.project.exists()


def test_a_fault_of_the_program_on_one_file_stops_no_other(files, ask, tmp_path):
    def trip(stack):
        if stack.path == files[0]:
            raise ZeroDivisionError("in the middle")
        return ask(stack)

    done = _run(batch_items(files[:2], tmp_path / "out"), trip)
    assert [item.state for item in done] == [FAILED, FINISHED] and "ZeroDivisionError" in done[0].words


def test_a_project_of_another_stack_is_left_alone(files, ask, tmp_path):
    first, second = batch_items(files[:2], tmp_path / "out")
    _run([first], ask)
    (done,) = _run([replace(second, project=first.project)], ask)
    assert done.state is FAILED and "another folder" in done.words
    assert len(Project.open(first.project).runs()) == 1


def test_files_of_one_name_have_projects_of_their_own(tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "cell.tif").touch()
    items = batch_items([tmp_path / "one", tmp_path / "two", tmp_path / "one" / "cell.tif"], tmp_path)
    assert [item.project.name for item in items] == ["cell.fluogan", "cell-2.fluogan"]


def test_what_is_set_here_holds_where_a_file_states_nothing_or_is_overruled(stack, walk):
    method, settings = walk.params_type(), RunSettings()
    here = Acquisition().with_values(Origin.USER, pixel_size_nm=103.5, fwhm_nm=280.0)
    silent = replace(stack, acquisition=Acquisition())
    stating = replace(stack, acquisition=Acquisition().with_values(Origin.FILE, pixel_size_nm=65.0))
    ask = same_for_each("walk", method, settings, here)
    assert ask(silent).acquisition.pixel_size_nm == 103.5 and ask(silent).acquisition.fwhm_nm == 280.0
    assert ask(stating).acquisition.pixel_size_nm == 65.0 and ask(stating).acquisition.fwhm_nm == 280.0
    corrected = same_for_each("walk", method, settings, here, stated=stating.acquisition)
    assert corrected(stating).acquisition.pixel_size_nm == 103.5


def test_nothing_to_do_is_said(tmp_path):
    with pytest.raises(UsageError, match="no stacks"):
        batch_items([tmp_path])

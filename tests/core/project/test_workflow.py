"""From a request to a run on disk, and on from where a run stopped."""

from __future__ import annotations

import errno
import json
import os
import shutil

import numpy as np
import pytest

from fluogan_app.core import files
from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.errors import DataError, DeviceError, OutOfMemoryError, ParameterError, ProjectError
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.events import Outcome
from fluogan_app.core.project.lock import is_running
from fluogan_app.core.project.model import RunStatus
from fluogan_app.core.project.store import Project
from fluogan_app.core.project.workflow import resume_run, start_run


def test_a_run_is_on_disk_as_it_was_in_memory(project, stack, frames, walk, request_for, same_result, same_curves):
    request = request_for(steps=30, zoom=3)
    run, ended = start_run(project, stack, request)
    assert ended.outcome is Outcome.FINISHED and ended.error is None
    opened = Project.open(project.folder).run()
    same_result(opened.result(), ended.result)
    same_curves(opened.curves(), ended.curves)
    record = opened.record
    assert record == run.record and record.status is RunStatus.FINISHED
    assert (record.number, record.name, record.steps, record.total_steps) == (1, "0001-walk", 30, 30)
    assert record.params == {"steps": 30, "zoom": 3} and record.settings.seed == 5
    assert record.roi == Roi(1, 2, 6, 8) and record.frames == FrameRange(2, 12)
    assert record.measures == {"photon_balance_percent": 0.5} and opened.result().notes == ("A note.",)
    assert record.link.sha256 and record.device == "cpu" and record.device_reason
    expected = (frames[2:12, 1:7, 2:10].mean(axis=0) - 10.0) / 2.0
    assert np.allclose(opened.result().mean, expected, rtol=1e-5)


def test_the_folder_holds_what_the_next_person_needs(project, stack, walk, request_for):
    run, _ = start_run(project, stack, request_for(steps=5))
    present = {str(path.relative_to(run.folder)) for path in run.folder.rglob("*") if path.is_file()}
    assert present >= {"run.json", "params.json", "env.json", "x.ome.tif", "background.ome.tif", "mean.ome.tif",
                       "curves.csv", "metrics.json", "run.log", "checkpoint/last.safetensors"}  # fmt: skip
    environment = json.loads((run.folder / "env.json").read_text())
    assert environment["seed"] == "5"
    assert {"python", "torch", "numpy", "platform", "device", "threads"} <= environment.keys()
    log = (run.folder / "run.log").read_text()
    assert "begins" in log and "finished at step 5" in log and "asked for" in log and "A note." in log
    assert json.loads((run.folder / "params.json").read_text())["acquisition"]["fwhm_nm"] == 280.0


def test_the_project_stands_and_remembers_the_request_before_the_first_step(project, stack, walk, request_for):
    seen = []

    def during(step: int) -> None:
        if step == 1:
            opened = Project.open(project.folder)
            run = opened.run()
            seen.append((opened.document, run, is_running(run.folder), run.curves().steps.size))
            with pytest.raises(ProjectError, match="no result yet"):
                run.result()

    walk.options["during"] = during
    request = request_for(steps=3)
    start_run(project, stack, request)
    document, run, running, rows = seen[0]
    assert document.roi == request.roi and document.frames == request.frames
    assert document.acquisition == request.acquisition and document.params["walk"] == {"steps": 3, "zoom": 2}
    assert run.record.status is RunStatus.RUNNING and running and rows == 0


def test_on_started_is_called_once_with_the_run_standing(project, stack, walk, request_for):
    started = []
    run, _ = start_run(project, stack, request_for(steps=3), on_started=lambda run: started.append(run.record.status))
    assert started == [RunStatus.RUNNING] and run.record.status is RunStatus.FINISHED


BAD_REQUESTS = {
    "no pixel size": (dict(acquisition=Acquisition()), ParameterError),
    "a region outside": (dict(roi=Roi(0, 0, 100, 5)), DataError),
    "frames outside": (dict(frames=FrameRange(0, 13)), DataError),
}


@pytest.mark.parametrize(("change", "kind"), BAD_REQUESTS.values(), ids=BAD_REQUESTS.keys())
def test_bad_input_is_refused_before_anything_is_written(project, stack, walk, request_for, change, kind):
    before = sorted(project.folder.rglob("*"))
    with pytest.raises(kind):
        start_run(project, stack, request_for(**change))
    assert sorted(project.folder.rglob("*")) == before


def test_a_missing_device_is_refused_before_anything_is_written(project, stack, walk, request_for, monkeypatch):
    from dataclasses import replace

    from fluogan_app.core import device

    monkeypatch.setattr(device, "_trouble_with_cuda", lambda *_: "none was found.")
    request = request_for()
    request = replace(request, settings=request.settings.replace(device="cuda"))
    with pytest.raises(DeviceError):
        start_run(project, stack, request)
    assert project.runs() == []


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("CUDA out of memory")])
def test_missing_memory_in_preparing_comes_with_advice(project, stack, walk, request_for, monkeypatch, error):
    def failing(*_):
        raise error

    monkeypatch.setattr(walk, "prepare", failing)
    with pytest.raises(OutOfMemoryError) as caught:
        start_run(project, stack, request_for())
    assert "smaller region" in caught.value.hint and project.runs() == []


def test_a_run_that_cannot_fit_is_refused_before_its_frames_are_read(project, stack, walk, request_for, monkeypatch):
    monkeypatch.setattr(walk, "memory_bytes", lambda shape_tyx, params: 10**15 * shape_tyx[0])
    monkeypatch.setattr(stack.source, "frame", lambda index: pytest.fail("a frame was read"))
    with pytest.raises(OutOfMemoryError, match="needs about 1e"):
        start_run(project, stack, request_for())
    assert project.runs() == []


def test_runs_are_numbered_on_and_none_is_touched_by_the_next(project, stack, walk, request_for, same_result):
    first, ended = start_run(project, stack, request_for(steps=4))
    shutil.rmtree(start_run(project, stack, request_for(steps=4))[0].folder)
    start_run(project, stack, request_for(steps=5))
    (project.folder / "runs" / "0007-walk").mkdir()
    last, _ = start_run(project, stack, request_for(steps=6))
    assert [run.number for run in Project.open(project.folder).runs()] == [1, 2, 8] and last.number == 8
    same_result(Project.open(project.folder).run(1).result(), ended.result)


def test_a_cancelled_run_keeps_its_images_and_says_how_far_it_came(
    project, stack, walk, request_for, same_result, start_cancelled
):
    _, ended = start_cancelled(project, stack, request_for(steps=30), 12)
    run = Project.open(project.folder).run()
    assert run.record.status is RunStatus.CANCELLED and run.record.steps == 12
    same_result(run.result(), ended.result)
    assert run.result().notes[0] == "Cancelled at step 12 of 30."


def test_a_failed_run_keeps_its_last_good_state_its_reason_and_the_trace(
    project, stack, walk, request_for, same_result
):
    def during(step: int) -> None:
        if step == 9:
            raise ValueError("the lamp exploded")

    walk.options["during"] = during
    run, ended = start_run(project, stack, request_for(steps=30))
    opened = Project.open(project.folder).run()
    assert ended.outcome is Outcome.FAILED and opened.record.status is RunStatus.FAILED
    assert "the lamp exploded" in opened.record.error
    assert "Traceback" in run.log_path.read_text() and "the lamp exploded" in run.log_path.read_text()
    if ended.result is not None:
        same_result(opened.result(), ended.result)


def test_a_run_that_failed_before_its_first_step_says_why_there_is_no_result(project, stack, walk, request_for):
    def during(step: int) -> None:
        raise ValueError("the lamp exploded")

    walk.options["during"] = during
    start_run(project, stack, request_for())
    with pytest.raises(ProjectError, match="no result") as caught:
        Project.open(project.folder).run().result()
    assert "the lamp exploded" in caught.value.hint


def test_a_killed_run_reads_interrupted_and_shows_its_last_checkpoint(
    project, stack, walk, request_for, same_result, same_curves, start_cancelled, make_killed
):
    run, ended = start_cancelled(project, stack, request_for(steps=30), 12)
    make_killed(run)
    for name in ("x.ome.tif", "background.ome.tif", "curves.csv", "metrics.json"):
        (run.folder / name).unlink()
    opened = Project.open(project.folder).run()
    assert opened.record.status is RunStatus.INTERRUPTED and opened.record.steps == 12
    same_result(opened.result(), ended.result)
    assert opened.result().notes == ("Unfinished: step 12 of 30, from the last checkpoint.",)
    same_curves(opened.curves(), ended.curves)


def test_images_of_an_earlier_stop_do_not_hide_a_newer_checkpoint(
    project, stack, walk, request_for, start_cancelled, cancelled_at, make_killed
):
    run, _ = start_cancelled(project, stack, request_for(steps=30), 5)
    control = Control()
    walk.options["during"] = cancelled_at(control, 20)
    _, ended = resume_run(project, control=control)
    for name in ("x.ome.tif", "background.ome.tif"):
        (run.folder / name).write_bytes(b"of step 5")
    make_killed(run)
    assert Project.open(project.folder).run().result().steps == 20


@pytest.mark.parametrize("name", ["x.ome.tif", "curves.csv", "run.json"])
def test_a_disk_full_at_the_end_loses_neither_result_nor_run(
    project, stack, walk, request_for, monkeypatch, name, same_result
):
    real, ending = os.replace, []

    def failing(source, target):
        if ending and str(target).endswith(name):
            raise OSError(errno.ENOSPC, "No space left on device")
        real(source, target)

    monkeypatch.setattr(files.os, "replace", failing)
    walk.options["during"] = lambda step: ending.append(step)
    run, ended = start_run(project, stack, request_for(steps=20))
    assert ended.outcome is Outcome.FAILED and isinstance(ended.error, ProjectError)
    assert "No space left" in ended.error.message and "resume" in ended.error.hint
    assert ended.result is not None and ended.result.steps == 20
    monkeypatch.undo()
    walk.options.clear()
    reopened = Project.open(project.folder).run()
    assert reopened.record.status is RunStatus.INTERRUPTED
    same_result(reopened.result(), ended.result)
    from fluogan_app.core.methods.registry import METHODS

    monkeypatch.setitem(METHODS, "walk", walk)
    assert resume_run(project)[1].outcome is Outcome.FINISHED


def test_a_run_folder_that_cannot_be_completed_is_taken_away(project, stack, walk, request_for, monkeypatch):
    real = os.replace

    def failing(source, target):
        if str(target).endswith("env.json"):
            raise OSError(errno.ENOSPC, "No space left on device")
        real(source, target)

    monkeypatch.setattr(files.os, "replace", failing)
    with pytest.raises(ProjectError, match="No space left"):
        start_run(project, stack, request_for())
    assert list((project.folder / "runs").iterdir()) == []


def test_one_damaged_run_does_not_hide_the_others(project, stack, walk, request_for):
    start_run(project, stack, request_for(steps=3))
    damaged, _ = start_run(project, stack, request_for(steps=3))
    (damaged.folder / "run.json").write_text("{")
    opened = Project.open(project.folder)
    assert [run.number for run in opened.runs()] == [1]
    with pytest.raises(ProjectError, match="damaged"):
        opened.run(2)
    with pytest.raises(ProjectError, match="no run 9.*1, 2"):
        opened.run(9)


def test_a_project_moved_while_it_runs_is_not_made_again_in_part(tmp_path, project, stack, walk, request_for):
    moved = tmp_path / "moved.fluogan"
    walk.options["during"] = lambda step: project.folder.rename(moved) if step == 9 else None
    _, ended = start_run(project, stack, request_for(steps=20))
    assert ended.outcome is Outcome.FAILED and "not there any more" in ended.error.message
    assert "its new place" in ended.error.hint and "resume" in ended.error.hint
    assert ended.warnings == (ended.error.message,)
    assert ended.result is not None and not project.folder.exists()
    assert Project.open(moved).run().record.status is RunStatus.INTERRUPTED


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"curves": 3}', '{"curves": [{"name": "loss"}]}'])
def test_damaged_names_of_the_curves_are_told_and_leave_the_images(project, stack, walk, request_for, text):
    run, _ = start_run(project, stack, request_for(steps=3))
    (run.folder / "metrics.json").write_text(text)
    with pytest.raises(ProjectError, match="metrics.json is damaged"):
        run.curves()
    assert run.result().steps == 3

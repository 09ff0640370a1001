"""On from where a run stopped: in place, or from a finished run in a new one."""

from __future__ import annotations

import shutil

import pytest

from fluogan_app.core.errors import ProjectError, ReadError, SolverError, UsageError
from fluogan_app.core.jobs.events import Outcome
from fluogan_app.core.methods.registry import METHODS
from fluogan_app.core.project import lock as locks
from fluogan_app.core.project.lock import RunLock, is_running
from fluogan_app.core.project.model import RunStatus
from fluogan_app.core.project.store import Project
from fluogan_app.core.project.workflow import resume_run, start_run


@pytest.mark.parametrize("stop", ["cancelled", "killed"])
def test_a_run_goes_on_in_place_and_equals_an_uninterrupted_one(
    tmp_path, project, stack, walk, request_for, stop, same_result, same_curves, start_cancelled, make_killed
):
    whole, expected = start_run(Project.create(tmp_path / "whole"), stack, request_for(steps=40))
    run, _ = start_cancelled(project, stack, request_for(steps=40), 17)
    if stop == "killed":
        make_killed(run)
    resumed, ended = resume_run(Project.open(project.folder))
    assert resumed.number == 1 and len(project.runs()) == 1
    assert ended.outcome is Outcome.FINISHED and walk.solvers[-1].steps_taken[0] == 18
    opened = Project.open(project.folder).run()
    same_result(opened.result(), expected.result)
    same_curves(opened.curves(), expected.curves)
    assert opened.record.status is RunStatus.FINISHED and opened.record.error == ""
    log = run.log_path.read_text()
    assert "begins" in log and "goes on from step 17" in log


def test_a_run_without_a_checkpoint_starts_again_and_says_so(
    project, stack, walk, request_for, start_cancelled, make_killed
):
    run, _ = start_cancelled(project, stack, request_for(steps=20), 7)
    make_killed(run)
    shutil.rmtree(run.folder / "checkpoint")
    _, ended = resume_run(project)
    assert ended.outcome is Outcome.FINISHED and walk.solvers[-1].steps_taken[0] == 1
    assert any("starts again" in warning for warning in ended.warnings)


def test_a_run_whose_checkpoints_are_all_damaged_starts_again_and_says_so(
    project, stack, walk, request_for, start_cancelled
):
    run, _ = start_cancelled(project, stack, request_for(steps=20), 7)
    for path in (run.folder / "checkpoint").iterdir():
        path.write_bytes(b"damaged")
    _, ended = resume_run(project)
    assert ended.outcome is Outcome.FINISHED and any("damaged" in warning for warning in ended.warnings)


def test_more_steps_of_a_finished_run_make_a_new_one_that_names_its_parent(
    tmp_path, project, stack, walk, request_for, same_result, same_curves
):
    _, expected = start_run(Project.create(tmp_path / "whole"), stack, request_for(steps=40))
    parent, _ = start_run(project, stack, request_for(steps=25))
    before = {path: path.read_bytes() for path in parent.folder.rglob("*") if path.is_file()}
    run, ended = resume_run(project, total_steps=40)
    assert (run.number, run.record.parent, run.record.total_steps) == (2, 1, 40)
    assert run.record.params["steps"] == 40 and walk.solvers[-1].steps_taken == list(range(26, 41))
    same_result(Project.open(project.folder).run().result(), expected.result)
    same_curves(Project.open(project.folder).run().curves(), expected.curves)
    assert {path: path.read_bytes() for path in before} == before, "a finished run is never rewritten"


@pytest.mark.parametrize("total", [None, 10, 25])
def test_a_finished_run_without_more_steps_is_left_alone(project, stack, walk, request_for, total):
    start_run(project, stack, request_for(steps=25))
    with pytest.raises(UsageError, match="finished after 25 steps"):
        resume_run(project, total_steps=total)
    assert len(project.runs()) == 1


def test_an_unfinished_run_takes_a_new_number_of_steps_but_not_fewer_than_it_has(
    project, stack, walk, request_for, start_cancelled
):
    start_cancelled(project, stack, request_for(steps=40), 17)
    with pytest.raises(UsageError, match="step 17"):
        resume_run(project, total_steps=10)
    run, ended = resume_run(project, total_steps=20)
    assert ended.steps == 20 and run.record.total_steps == 20 and run.record.params["steps"] == 20


def test_a_run_that_is_going_on_is_not_started_a_second_time(
    project, stack, walk, request_for, start_cancelled, make_killed
):
    run, _ = start_cancelled(project, stack, request_for(steps=40), 17)
    make_killed(run)
    with RunLock(run.folder):
        assert Project.open(project.folder).run().record.status is RunStatus.RUNNING
        with pytest.raises(ProjectError, match="still going on"):
            resume_run(project)
        with pytest.raises(ProjectError, match="going on"):
            Project.create(project.folder, overwrite=True)
    assert Project.open(project.folder).run().record.status is RunStatus.INTERRUPTED


def test_a_lock_has_one_holder(tmp_path, monkeypatch):
    monkeypatch.setattr(locks, "_PATIENCE_S", 0.02)
    assert not is_running(tmp_path)
    with RunLock(tmp_path):
        assert is_running(tmp_path)
        with pytest.raises(ProjectError, match="another process"), RunLock(tmp_path):
            pass
        assert is_running(tmp_path)
    assert not is_running(tmp_path)
    with RunLock(tmp_path):
        pass


def test_a_run_does_not_go_on_with_other_data(tmp_path, project, stack, walk, request_for, frames, start_cancelled):
    import tifffile

    from fluogan_app.core.readers.open import open_stack

    start_cancelled(project, stack, request_for(steps=40), 17)
    tifffile.imwrite(tmp_path / "other.tif", frames + 1, imagej=True, metadata={"axes": "TYX"})
    other = open_stack(tmp_path / "other.tif")
    with pytest.raises(ProjectError, match="not the file"):
        resume_run(project, stack=other)
    other.close()


def test_a_run_goes_on_once_its_moved_stack_is_located(
    tmp_path, project, stack, raw, walk, request_for, start_cancelled
):
    start_cancelled(project, stack, request_for(steps=40), 17)
    stack.close()
    new = raw.rename(tmp_path / "moved.tif")
    with pytest.raises(ReadError, match="not there"):
        resume_run(Project.open(project.folder))
    opened = Project.open(project.folder)
    opened.locate(new).close()
    _, ended = resume_run(opened)
    assert ended.outcome is Outcome.FINISHED


def test_a_run_that_cannot_take_up_its_state_keeps_what_it_had(
    project, stack, walk, request_for, start_cancelled, same_result, monkeypatch
):
    _, before = start_cancelled(project, stack, request_for(steps=40), 17)

    def refuse(state):
        raise SolverError("The state does not fit.", "Start a new run.")

    real = walk.prepare

    def prepare(*args):
        solver = real(*args)
        solver.restore = refuse
        return solver

    monkeypatch.setattr(walk, "prepare", prepare)
    _, ended = resume_run(project)
    assert ended.outcome is Outcome.FAILED and "does not fit" in ended.error.message
    run = Project.open(project.folder).run()
    assert (run.record.status, run.record.steps) == (RunStatus.FAILED, 17)
    same_result(run.result(), before.result)
    monkeypatch.undo()
    monkeypatch.setitem(METHODS, "walk", walk)
    assert resume_run(project)[1].outcome is Outcome.FINISHED


def test_litter_of_a_killed_process_is_cleared_when_the_run_goes_on(project, stack, walk, request_for, start_cancelled):
    run, _ = start_cancelled(project, stack, request_for(steps=20), 7)
    litter = [run.folder / ".x.ome-0123456789ab.tif", run.folder / "checkpoint" / ".incoming-0123456789ab.safetensors"]
    for path in litter:
        path.touch()
    resume_run(project)
    assert not any(path.exists() for path in litter)


def test_the_real_method_runs_resumes_and_comes_back(tmp_path, project, stack, request_for, same_result, make_killed):
    request = request_for("fluogan", steps=12, zoom=2, delta=0)
    _, expected = start_run(Project.create(tmp_path / "whole"), stack, request)
    assert expected.outcome is Outcome.FINISHED, expected.error
    run, ended = start_run(project, stack, request)
    same_result(Project.open(project.folder).run().result(), expected.result)
    make_killed(run)
    _, ended = resume_run(Project.open(project.folder))
    assert ended.outcome is Outcome.FINISHED
    same_result(ended.result, expected.result)

"""Reconstructions of odd and even frames: each is the run on its own frames, and the run stays as it was."""

from __future__ import annotations

import numpy as np
import pytest
import tifffile

from fluogan_app.core.data.roi import FrameRange
from fluogan_app.core.errors import DataError, ProjectError, SolverError
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.events import Silent
from fluogan_app.core.project.halves import half_reconstructions
from fluogan_app.core.project.store import Project
from fluogan_app.core.project.workflow import raw_stack, start_run


@pytest.fixture
def run(project, stack, walk, request_for):
    start_run(project, stack, request_for(steps=20))
    return Project.open(project.folder).run()


def test_each_half_is_fitted_to_the_mean_of_its_own_frames(run, stack, walk):
    walk.solvers.clear()
    first, second = half_reconstructions(stack, run.record)
    camera = run.record.acquisition
    chosen = range(run.record.frames.start, run.record.frames.stop)
    frames = np.stack([stack.frame(index) for index in chosen]).astype(np.float32)
    for solver, half in zip(walk.solvers, (frames[0::2], frames[1::2])):
        # The margin around the region reaches the border of so small a frame.
        expected = ((half - camera.offset) / camera.gain).mean(axis=0)
        np.testing.assert_allclose(solver.mean, expected, rtol=1e-5)
        assert solver.total_steps == 20 and solver.seed == run.record.settings.seed
    assert first.shape == second.shape == run.result().estimate.shape
    assert not np.array_equal(first, second)


def test_the_critic_is_left_out_and_all_else_kept(run):
    from fluogan_app.core.methods.fluogan.params import FluoganParams
    from fluogan_app.core.project.halves import _without_critic

    asked = FluoganParams(delta=1, lambda1=3.0, steps=77)
    record = run.record.replace(method="fluogan", params=asked.model_dump(mode="json"))
    assert _without_critic(record) == asked.replace(delta=0)


def test_cancelling_gives_nothing(run, stack, walk):
    control = Control()
    walk.options["during"] = lambda step: control.cancel()
    assert half_reconstructions(stack, run.record, control) is None


def test_progress_is_told_for_both_halves(run, stack):
    told = []

    def sink_of(half: str) -> Silent:
        told.append(half)
        return Silent()

    half_reconstructions(stack, run.record, sink_of=sink_of)
    assert told == ["odd", "even"]


def test_what_goes_wrong_is_an_error(run, stack, walk):
    def fail(step: int) -> None:
        raise SolverError("It broke.")

    walk.options["during"] = fail
    with pytest.raises(SolverError, match="broke"):
        half_reconstructions(stack, run.record)
    with pytest.raises(DataError, match="at least two"):
        half_reconstructions(stack, run.record.replace(frames=FrameRange(0, 1)))


def test_the_raw_stack_is_the_file_that_the_run_was_started_on(run, project, stack):
    opened = raw_stack(Project.open(project.folder))
    assert opened.shape == stack.shape
    opened.close()
    other = Project.open(project.folder)
    tifffile.imwrite(run.record.link.path, np.ones((4, 8, 9), np.uint16), imagej=True, metadata={"axes": "TYX"})
    with pytest.raises(ProjectError, match="is not the file"):
        raw_stack(other)

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from fluogan_app.core.data.drift import Drift
from fluogan_app.core.data.drift_table import read_drift_table
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.shifted import corrected
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.events import Outcome
from fluogan_app.core.project.halves import half_reconstructions
from fluogan_app.core.project.store import Project
from fluogan_app.core.project.workflow import prepare_run, raw_stack, resume_run, start_run

DRIFT = Drift.of(np.linspace((0.0, 0.0), (1.3, -0.8), 12), "made for a test", 0.01, ())


@pytest.fixture
def drifting(request_for):
    """Makes a request for a run whose drift is corrected."""
    return lambda **values: replace(request_for(**values), drift=DRIFT)


def test_a_run_keeps_its_drift_and_says_so(project, stack, walk, drifting) -> None:
    run, ended = start_run(project, stack, drifting())
    assert ended.outcome is Outcome.FINISHED
    again = Project.open(project.folder)
    assert again.document.drift == DRIFT and again.run().record.drift == DRIFT
    assert read_drift_table(run.folder / "drift.csv").positions.tolist() == DRIFT.positions.tolist()
    assert "Drift of 1.2 pixels was corrected before (made for a test)" in again.run().record.notes[0]
    assert run.provenance()["drift"]["span_pixels"] == pytest.approx(DRIFT.span_pixels, abs=1e-4)
    assert "was corrected before" in run.log_path.read_text()


def test_the_solver_sees_the_corrected_frames(stack, walk, drifting) -> None:
    prepared = prepare_run(stack, drifting(roi=Roi(2, 2, 4, 6)))
    expected = corrected(stack, DRIFT).read(FrameRange(2, 12), Roi(2, 2, 4, 6)).mean(axis=0)
    assert np.allclose(prepared.mean, (expected - 10.0) / 2.0, rtol=1e-5)
    uncorrected = prepare_run(corrected(stack, DRIFT), replace(drifting(roi=Roi(2, 2, 4, 6)), drift=None))
    assert not np.allclose(uncorrected.mean, prepared.mean) and uncorrected.stack.drift is None


def test_the_region_is_what_all_frames_saw(stack, walk, drifting) -> None:
    """The sample moved to higher rows and lower columns: the last rows and the first columns are lost."""
    whole = prepare_run(stack, drifting(roi=None, frames=None))
    assert whole.field.roi == Roi(0, 1, 7, 10) and "which all frames saw" in whole.notes[1]
    cut = prepare_run(stack, drifting(roi=Roi(0, 0, 9, 5), frames=None))
    assert cut.field.roi == Roi(0, 1, 7, 4) and "cut to 7 × 4 pixels" in cut.notes[1]
    inside = prepare_run(stack, drifting(roi=Roi(1, 2, 3, 3), frames=None))
    assert inside.field.roi == Roi(1, 2, 3, 3) and len(inside.notes) == 1


def test_resuming_repeats_it_bit_for_bit(
    tmp_path, project, stack, walk, drifting, cancelled_at, same_result
) -> None:
    whole, _ = start_run(Project.create(tmp_path / "whole"), stack, drifting())
    control = Control()
    walk.options["during"] = cancelled_at(control, 7)
    start_run(project, stack, drifting(), control)
    walk.options.clear()
    resumed, ended = resume_run(Project.open(project.folder))
    assert ended.outcome is Outcome.FINISHED and resumed.record.drift == DRIFT
    same_result(resumed.result(), whole.result())
    assert np.array_equal(resumed.result().estimate, whole.result().estimate)


def test_runs_with_and_without_share_one_stack(project, stack, walk, drifting, request_for) -> None:
    start_run(project, stack, drifting())
    start_run(project, stack, request_for())
    first, second = project.runs()
    assert (first.record.drift, second.record.drift) == (DRIFT, None)
    assert project.document.drift is None and first.record.link == second.record.link
    assert not (second.folder / "drift.csv").exists()
    raw_stack(project, 1).close()


def test_the_mean_follows_the_correction(project, stack, walk, drifting, request_for) -> None:
    start_run(project, stack, request_for())
    recorded, _ = project.mean()
    start_run(project, stack, drifting())
    moved, _ = project.mean()
    frames = corrected(stack, DRIFT).read(FrameRange(0, 12), Roi(0, 0, 9, 11))
    assert np.allclose(moved, frames.mean(axis=0), rtol=1e-5) and not np.allclose(moved, recorded)


def test_halves_are_corrected_too(project, stack, walk, drifting) -> None:
    run, _ = start_run(project, stack, drifting(roi=None))
    half_reconstructions(stack, run.record)
    odd, even = walk.solvers[-2:]
    frames = corrected(stack, DRIFT).read(FrameRange(2, 12), run.record.roi)
    for half, wanted in ((odd, frames[::2]), (even, frames[1::2])):
        assert np.allclose(half.mean, (wanted.mean(axis=0) - 10.0) / 2.0, rtol=1e-5)


def test_hot_pixels_are_looked_for_where_a_table_does_not_tell(project, stack, walk, drifting) -> None:
    request = drifting()
    request = replace(request, drift=replace(request.drift, defects_yx=None))
    run, _ = start_run(project, stack, request)
    assert run.record.drift.defects_yx == ()


def test_projects_without_a_drift_still_open(project, stack, walk, request_for) -> None:
    start_run(project, stack, request_for())
    for path in (project.folder / "project.json", project.run().folder / "run.json"):
        content = json.loads(path.read_text())
        assert content.pop("drift") is None
        path.write_text(json.dumps(content))
    again = Project.open(project.folder)
    assert again.document.drift is None and again.run().record.drift is None


def test_a_drift_that_does_not_fit_is_dropped_with_a_word(project, stack, walk, drifting, caplog) -> None:
    start_run(project, stack, drifting())
    path = project.folder / "project.json"
    content = json.loads(path.read_text())
    content["drift"]["y_pixels"] = content["drift"]["x_pixels"] = [0.0, 1.0]
    path.write_text(json.dumps(content))
    assert Project.open(project.folder).document.drift is None
    assert "The drift of the project is not used any more" in caplog.text

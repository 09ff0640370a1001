"""A run in tiles on disk: resumed with the tiles it began with, looked at when cut off, refused what it cannot do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fluogan_app.core.data.roi import Roi
from fluogan_app.core.errors import ReadError, UsageError
from fluogan_app.core.jobs.events import Outcome
from fluogan_app.core.methods import mosaic, planning
from fluogan_app.core.project.export import export_run
from fluogan_app.core.project.images import read_image
from fluogan_app.core.project.store import Project
from fluogan_app.core.project.workflow import resume_run, start_run


@pytest.fixture
def frames() -> np.ndarray:
    return np.random.default_rng(3).poisson(40, (12, 60, 80)).astype(np.uint16)


@pytest.fixture
def in_tiles(request_for):
    """A request for a region in four tiles."""

    def make(**params):
        request = request_for(roi=Roi(3, 5, 55, 70), steps=10, **params)
        return replace(request, settings=request.settings.model_copy(update={"tile": 40}))

    return make


@pytest.mark.parametrize("stop", ["cancelled", "killed"])
def test_it_goes_on_in_place_and_equals_an_uninterrupted_one(
    tmp_path, project, stack, walk, in_tiles, stop, same_result, same_curves, cancelled_at, make_killed
) -> None:
    whole, expected = start_run(Project.create(tmp_path / "whole"), stack, in_tiles())
    assert expected.result.mean.shape == (55, 70) and whole.record.total_steps == 40
    run, stopped = _stopped_in_the_third_tile(project, stack, walk, in_tiles())
    assert stopped.outcome is Outcome.CANCELLED and stopped.steps == 24
    if stop == "killed":
        make_killed(run)
    _, ended = resume_run(Project.open(project.folder))
    assert ended.outcome is Outcome.FINISHED
    opened = Project.open(project.folder).run()
    same_result(opened.result(), expected.result)
    same_curves(opened.curves(), expected.curves)


def test_a_run_cut_off_is_shown_in_small_on_its_own_scale(
    project, stack, walk, in_tiles, make_killed, monkeypatch
) -> None:
    monkeypatch.setattr(mosaic, "PREVIEW_PIXELS", 2000)
    run, _ = _stopped_in_the_third_tile(project, stack, walk, in_tiles())
    make_killed(run)
    (run.folder / "x.ome.tif").unlink()
    result = Project.open(project.folder).run().result()
    assert result.estimate.shape == result.background.shape == result.mean.shape == (37, 47)
    # 37 pixels lie where 55 pixels of 103.5 nm do.
    assert result.fine_pixel_size_nm == pytest.approx(55 * 103.5 / 37)
    assert any("Shown in small" in note for note in result.notes)
    half = result.background[:15] / result.mean[:15]
    assert np.abs(half - 0.5).max() < 0.2


def test_more_steps_are_refused_before_a_run_is_made(project, stack, walk, in_tiles) -> None:
    start_run(project, stack, in_tiles())
    with pytest.raises(UsageError, match="in tiles"):
        resume_run(project, total_steps=100)
    assert len(project.runs()) == 1


def test_tiles_that_were_chosen_by_memory_are_kept_when_the_choice_changes(
    project, stack, walk, in_tiles, monkeypatch, same_result, tmp_path
) -> None:
    request = in_tiles()
    automatic = replace(request, settings=request.settings.model_copy(update={"tile": None}))
    monkeypatch.setattr(planning, "WHOLE_BYTES", -1)
    monkeypatch.setattr(planning, "TILE_BYTES", -1)
    monkeypatch.setattr(planning, "SIDES", (40, 38))
    _, expected = start_run(Project.create(tmp_path / "whole"), stack, automatic)
    run, _ = _stopped_in_the_third_tile(project, stack, walk, automatic)
    assert run.record.settings.tile == 38
    monkeypatch.setattr(planning, "SIDES", (50, 45))
    _, ended = resume_run(Project.open(project.folder))
    assert ended.outcome is Outcome.FINISHED
    same_result(ended.result, expected.result)


def test_a_file_that_vanishes_during_the_run_ends_it_and_it_can_be_resumed(project, stack, walk, in_tiles) -> None:
    def close(step: int) -> None:
        if len(walk.solvers) == 2 and step == 5:
            stack.close()

    walk.options["during"] = close
    _, ended = start_run(project, stack, in_tiles())
    walk.options.clear()
    assert ended.outcome is Outcome.FAILED and isinstance(ended.error, ReadError)
    assert resume_run(Project.open(project.folder))[1].outcome is Outcome.FINISHED


def _stopped_in_the_third_tile(project, stack, walk, request):
    """Cancelled in the fourth step of the third tile."""
    from fluogan_app.core.jobs.control import Control

    control, seen = Control(), len(walk.solvers)

    def cancel(step: int) -> None:
        if len(walk.solvers) - seen == 3 and step == 4:
            control.cancel()

    walk.options["during"] = cancel
    ended = start_run(project, stack, request, control)
    walk.options.clear()
    return ended


def test_the_deviation_of_a_repeated_run_is_kept_and_exported(tmp_path, project, stack, walk, in_tiles) -> None:
    request = in_tiles()
    request = replace(request, settings=request.settings.model_copy(update={"repeats": 3}))
    run, ended = start_run(project, stack, request)
    opened = Project.open(project.folder).run()
    np.testing.assert_array_equal(opened.result().deviation, ended.result.deviation)
    assert opened.record.measures["estimate_deviation_percent"] > 0
    export_run(opened, deviation=tmp_path / "s.ome.tif")
    image, size_nm, about = read_image(tmp_path / "s.ome.tif")
    np.testing.assert_array_equal(image, ended.result.deviation)
    assert size_nm == pytest.approx(103.5 / 2) and about["settings"]["repeats"] == 3


def test_without_repeats_there_is_no_deviation_to_export(tmp_path, project, stack, walk, in_tiles) -> None:
    run, _ = start_run(project, stack, in_tiles())
    with pytest.raises(UsageError, match="was not repeated"):
        export_run(run, deviation=tmp_path / "s.tif")
    assert not (tmp_path / "s.tif").exists()

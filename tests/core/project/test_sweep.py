"""A sweep: each cell from its own values alone, kept as it is done, whatever happens to the others."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.stack import ArraySource, Stack
from fluogan_app.core.errors import DataError, ProjectError, UsageError
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.runner import Job
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.project import sweep as sweeping
from fluogan_app.core.project.prepare import RunRequest, prepare_run
from fluogan_app.core.project.sweep import SweepCell, measure_text, placed, run_sweep, suggested
from fluogan_app.core.project.sweep_figure import cell_title, export_sweep, per_camera_pixel
from fluogan_app.core.project.sweep_plan import (
    SweepAxis, SweepPlan, axis_of, checked_plan, sweepable, usual_values, values_text,
)  # fmt: skip
from fluogan_app.core.project.sweeps import KeptSweep, kept_sweeps
from fluogan_app.core.simulate.params import LinesParams
from fluogan_app.core.simulate.scenarios import simulate

CAMERA = Acquisition().with_values(Origin.USER, pixel_size_nm=100.0, fwhm_nm=324.0)
PLACE = Roi(4, 20, 20, 24)


@pytest.fixture(scope="module")
def lines() -> Stack:
    made = simulate(LinesParams(rows=30, frames=40, spacing_to_nm=330.0), 3)
    return Stack("lines", "memory", ArraySource(made.frames))


def plan_for(*axes: SweepAxis, **values) -> SweepPlan:
    params = FluoganParams(**{"zoom": 2, "steps": 30, **values})
    return SweepPlan(RunRequest("fluogan", params, RunSettings(device="cpu"), CAMERA), axes, PLACE)


LAMBDA, ZOOM = axis_of("fluogan", "lambda1", "0.5, 5"), axis_of("fluogan", "zoom", "2,3,4")


def swept(stack: Stack, plan: SweepPlan, **more) -> dict:
    found = {}
    run_sweep(stack, plan, lambda cell, result: found.update({cell.place: (cell, result)}), **more)
    return found


@pytest.mark.parametrize(("name", "text", "values"), [
    ("lambda1", "0.3, 1,3", (0.3, 1.0, 3.0)),
    ("lambda1", "0.1:10:3log", (0.1, 1.0, 10.0)),
    ("zoom", "2:6:3", (2, 4, 6)),
    ("boundary", "reflecting, periodic", ("reflecting", "periodic")),
    ("fwhm_nm", "200;250", (200.0, 250.0)),
    ("lambda1", "1,1,1", (1.0,)),
    ("lambda1", "0, 3", (0.0, 3.0)), ("lambda1", "0;3", (0.0, 3.0)), ("lambda1", "0.3,3", (0.3, 3.0)),
    ("steps", "300, 700", (300, 700)), ("zoom", "2,4", (2, 4)),
])  # fmt: skip
def test_values_are_read_as_a_person_writes_them(name, text, values) -> None:
    assert axis_of("fluogan", name, text).values == values


@pytest.mark.parametrize(("name", "text", "word"), [
    ("lambda1", "-1", "Sparsity"), ("lambda1", "many", "no number"), ("lambda1", "", "no values"),
    ("lambda1", "0:3:3log", "above 0"), ("zoom", "2.5", "whole number"), ("delta", "0,1", "cannot be varied"),
    ("critic", "patch", "cannot be varied"), ("boundary", "open", "reflecting"), ("nonsense", "1", "cannot be varied"),
    ("lambda1", "0,3", "0.3 for one number"), ("lambda1", "0,3, 1", "may be one number"),
    ("lambda1", "1;0,3", ": 0, 3"),
    ("lambda1", "0,1,3", ": 0, 1, 3"), ("steps", "1,500", "1500 for one number"),
])  # fmt: skip
def test_others_are_refused_with_the_reason(name, text, word) -> None:
    with pytest.raises(UsageError) as refused:
        axis_of("fluogan", name, text)
    assert word in f"{refused.value.message} {refused.value.hint}"


def test_usual_values_are_all_allowed() -> None:
    params, camera = FluoganParams(), CAMERA
    for name, (section, item) in sweepable("fluogan").items():
        current = getattr(params if section == "method" else camera, name)
        values = usual_values(item, current)
        assert axis_of("fluogan", name, values_text(values)).values == values


def test_too_many_cells_or_axes_are_refused() -> None:
    many = axis_of("fluogan", "lambda1", "1:11:11")
    with pytest.raises(UsageError, match="110"):
        checked_plan(plan_for(many, axis_of("fluogan", "lambda2", "1:10:10")))
    with pytest.raises(UsageError):
        checked_plan(plan_for(LAMBDA, LAMBDA))
    with pytest.raises(UsageError):
        checked_plan(plan_for())


def test_each_cell_is_what_a_run_with_its_values_gives_to_the_bit(lines) -> None:
    plan = plan_for(LAMBDA, ZOOM)
    found = swept(lines, plan)
    assert list(found) == list(plan.places()) and plan.shape == (3, 2)
    for place in ((0, 1), (1, 0)):
        cell, result = found[place]
        request = replace(plan.request_at(place), roi=PLACE)
        assert (request.params.lambda1, request.params.zoom) == (cell.values["lambda1"], cell.values["zoom"])
        run = Job(prepare_run(lines, request).solver, Control()).run().result
        assert np.array_equal(run.estimate, result.estimate)
        assert cell.measures["residual_sigmas"] == pytest.approx(run.measures["discrepancy"] ** 0.5)
    # The order does not matter: nothing of one cell is left in the next.
    backwards = swept(lines, plan_for(replace(LAMBDA, values=LAMBDA.values[::-1])))
    assert np.array_equal(backwards[0, 0][1].estimate, found[0, 1][1].estimate)


def test_the_recording_can_be_varied_too(lines) -> None:
    found = swept(lines, plan_for(axis_of("fluogan", "fwhm_nm", "200, 324")))
    assert not np.array_equal(found[0, 0][1].estimate, found[0, 1][1].estimate)


def test_a_failing_cell_does_not_end_it(lines) -> None:
    found = swept(lines, plan_for(axis_of("fluogan", "fwhm_nm", "324, 90000, 300")))
    assert [cell.done for cell, _ in found.values()] == [True, False, True]
    assert found[0, 1][1] is None and "smaller than the blur" in found[0, 1][0].error


def test_quick_takes_a_third_of_the_steps_unless_steps_are_varied() -> None:
    quick = replace(plan_for(LAMBDA, steps=900), quick=True)
    assert quick.asked_at((0, 0)).params.steps == 300 and quick.request_at((0, 0)).params.steps == 900
    varied = replace(plan_for(axis_of("fluogan", "steps", "600, 900")), quick=True)
    assert varied.asked_at((0, 1)).params.steps == 900


def test_it_is_kept_cell_by_cell_and_goes_on_after_it_was_cut_short(lines, tmp_path) -> None:
    plan, control = plan_for(LAMBDA, ZOOM), Control()
    kept = KeptSweep.create(tmp_path, plan)

    def tell(cell, result) -> None:
        kept.keep(cell, result)
        if len(kept.cells()) == 2:
            control.cancel()

    run_sweep(lines, plan, tell, control)
    opened = kept_sweeps(tmp_path)[0]
    assert opened.plan == plan and [cell.place for cell in opened.cells()] == [(0, 0), (0, 1)]
    image, size_nm = opened.image(opened.cells()[0])
    assert size_nm == pytest.approx(50.0)
    assert np.array_equal(image, swept(lines, plan_for(SweepAxis("method", "lambda1", (0.5,))))[0, 0][1].estimate)
    more = []
    run_sweep(lines, opened.plan, lambda cell, result: (more.append(cell), opened.keep(cell, result)), None,
              opened.cells())  # fmt: skip
    assert [cell.place for cell in more] == [(1, 0), (1, 1), (2, 0), (2, 1)] and len(opened.cells()) == 6


def test_damaged_cells_count_as_not_done_and_damaged_sweeps_hide_no_other(lines, tmp_path) -> None:
    plan = plan_for(LAMBDA)
    kept = KeptSweep.create(tmp_path, plan)
    run_sweep(lines, plan, kept.keep)
    (kept.folder / "cell-00-00.json").write_text("{")
    (kept.folder / "cell-00-01.ome.tif").unlink()
    assert kept.cells() == []
    (tmp_path / "sweeps" / "0002").mkdir()
    (tmp_path / "sweeps" / "0003").mkdir()
    (tmp_path / "sweeps" / "0003" / "sweep.json").write_text(json.dumps({"axes": 1}))
    assert [sweep.number for sweep in kept_sweeps(tmp_path)] == [1]
    with pytest.raises(ProjectError):
        KeptSweep.open(tmp_path / "sweeps" / "0003")


def test_paused_it_waits_and_cancelled_it_ends(lines) -> None:
    control = Control()
    cells = []

    def tell(cell, _) -> None:
        cells.append(cell)
        control.pause()
        control.cancel()  # a paused sweep ends too

    run_sweep(lines, plan_for(ZOOM), tell, control)
    assert len(cells) == 1


def test_without_a_place_the_most_structured_square_is_taken(lines) -> None:
    plan = replace(plan_for(LAMBDA), place=None)
    assert min(placed(lines, plan).place.height, placed(lines, plan).place.width) == 30
    with pytest.raises(DataError):
        placed(lines, replace(plan, request=replace(plan.request, frames=FrameRange(0, 999))))


def cell(row: int, residual: float, detail_nm: float | None, balance: float = 0.0, error: str = "") -> SweepCell:
    measures = {"residual_sigmas": residual, "photon_balance_percent": balance}
    measures |= {"decorrelation_nm": detail_nm} if detail_nm else {}
    return SweepCell(row, 0, {"lambda1": row}, {} if error else measures, error=error)


def test_the_suggestion_claims_no_more_than_the_frames_ask_for() -> None:
    overfitted, good, blurred = cell(0, 1.0, 80.0), cell(1, 1.05, 120.0), cell(2, 1.4, 300.0)
    assert suggested([overfitted, good, blurred]) is good
    assert suggested([overfitted, cell(1, 1.05, 120.0, balance=-5.0), blurred]) is overfitted
    # Of two with the same detail, the one that follows the noise less.
    assert suggested([cell(0, 1.0, 120.0), good]) is good
    assert suggested([cell(0, 1.0, None, error="It failed.")]) is None
    assert suggested([]) is None


def test_numbers_have_their_units() -> None:
    shown = cell(0, 1.0, 120.0, balance=-0.5)
    assert [measure_text(shown, measure) for measure in sweeping.MEASURES] == ["1.000 σ", "120 nm", "–", "−0.50 %"]


def test_pictures_of_all_zooms_are_drawn_at_one_scale(lines, tmp_path) -> None:
    plan = plan_for(ZOOM)
    found = swept(lines, plan)
    images = {place: per_camera_pixel(result.estimate, result.mean.shape) for place, (_, result) in found.items()}
    # Per camera pixel's area the light is the same, whatever the size of fine pixels.
    means = [image.mean() for image in images.values()]
    assert np.allclose(means, means[0], rtol=0.05)
    cells = [cell for cell, _ in found.values()]
    assert cell_title(plan, cells[1]) == "Zoom L 3"
    export_sweep(tmp_path / "grid.png", plan, cells, images, 100.0)
    assert (tmp_path / "grid.png").stat().st_size > 10_000

"""Cells whose pictures are no light: QnR from detail that repeats and agreement with the mean, each cell its own."""

from __future__ import annotations

import numpy as np
import pytest

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.stack import ArraySource, Stack
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.registry import METHODS
from fluogan_app.core.params import validated
from fluogan_app.core.project.prepare import RunRequest
from fluogan_app.core.project.sweep import (
    MEASURES, RULE, SweepCell, measures_told, rule_told, run_sweep, suggested,
)  # fmt: skip
from fluogan_app.core.project.sweep_figure import levels_of_cells
from fluogan_app.core.project.sweep_plan import SweepPlan, axis_of
from fluogan_app.core.project.sweep_score import normalised, scored, without_pattern
from fluogan_app.core.simulate.params import LinesParams
from fluogan_app.core.simulate.scenarios import simulate

CAMERA = Acquisition().with_values(Origin.USER, pixel_size_nm=100.0, fwhm_nm=324.0)


def cell(row: int, **measures: float) -> SweepCell:
    return SweepCell(row, 0, {"radius": row}, measures)


def test_the_best_resolution_and_the_worst_have_their_places_on_the_scale() -> None:
    assert normalised(80.0, 80.0, 200.0) == pytest.approx(0.925)
    assert normalised(200.0, 80.0, 200.0) == pytest.approx(0.075)
    assert normalised(140.0, 80.0, 200.0) == pytest.approx(0.5) and normalised(90.0, 90.0, 90.0) == 0.5


def test_qnr_is_the_harmonic_mean_and_what_is_not_known_has_none() -> None:
    cells = scored([
        cell(0, rsp=0.9, frc_nm=80.0), cell(1, rsp=0.9, frc_nm=200.0), cell(2, rsp=0.99),
        cell(3, rsp=-0.5, frc_nm=100.0), SweepCell(4, 0, {}, error="failed"),
    ])  # fmt: skip
    assert cells[0].measures["qnr"] == pytest.approx(2 / (1 / 0.9 + 1 / 0.925))
    assert cells[1].measures["qnr"] == pytest.approx(2 / (1 / 0.9 + 1 / 0.075))
    assert [one.measures.get("qnr") for one in cells[2:]] == [None, 0.0, None]
    assert suggested(cells).place == (0, 0) and suggested(cells[2:]) is None
    assert scored([cell(0, rsp=0.9)])[0].measures == {"rsp": 0.9}


def test_a_pattern_of_the_pixels_is_no_detail() -> None:
    random, pattern = np.random.default_rng(4), np.random.default_rng(5).uniform(0.5, 1.5, (1, 4, 1, 4))
    halves = [random.gamma(5.0, 1.0, (12, 4, 12, 4)) for _ in range(2)]
    for factor, agrees in ((pattern, True), (1.0, False)):
        shown = [(half * factor).reshape(48, 48) for half in halves]
        assert (np.corrcoef(shown[0].ravel(), shown[1].ravel())[0, 1] > 0.2) == agrees
    even = [without_pattern((half * pattern).reshape(48, 48), 4) for half in halves]
    assert abs(np.corrcoef(even[0].ravel(), even[1].ravel())[0, 1]) < 0.1
    assert np.array_equal(without_pattern(np.zeros((8, 8)), 4), np.zeros((8, 8)))


def test_light_is_ranked_as_before() -> None:
    light, other = (METHODS[name].claims(METHODS[name].params_type()) for name in ("fluogan", "esrrf"))
    assert measures_told(light) is MEASURES and rule_told(light) is RULE
    assert [one.name for one in measures_told(other)][:2] == ["qnr", "frc_nm"] and "QnR" in rule_told(other)


def test_light_has_one_scale_and_other_pictures_each_their_own() -> None:
    images = {(0, 0): np.linspace(0.0, 1.0, 400).reshape(20, 20), (0, 1): np.linspace(0.0, 50.0, 400).reshape(20, 20)}
    axis = axis_of("esrrf", "sensitivity", "1; 3")
    for name, alike in (("fluogan", True), ("esrrf", False)):
        request = RunRequest(name, METHODS[name].params_type(), RunSettings(), CAMERA)
        levels = levels_of_cells(SweepPlan(request, (axis,)), images)
        assert (levels[0, 0] == levels[0, 1]) == alike and levels[0, 1][1] == pytest.approx(50.0, rel=0.05)


@pytest.fixture(scope="module")
def swept() -> dict:
    made = simulate(LinesParams(rows=30, frames=16, spacing_to_nm=330.0, light="dim"), 3)
    stack = Stack("lines", "memory", ArraySource(made.frames))
    params = validated(METHODS["esrrf"].params_type, {"zoom": 3})
    axes = axis_of("esrrf", "radius", "1.5, 2"), axis_of("esrrf", "sensitivity", "1, 3")
    request = RunRequest("esrrf", params, RunSettings(device="cpu"), CAMERA, frames=FrameRange(2, 14))
    found, plan = {}, SweepPlan(request, axes, Roi(4, 20, 22, 26))
    run_sweep(stack, plan, lambda one, result: found.update({one.place: (one, result)}))
    return found


def test_every_cell_of_a_grid_is_measured_with_its_own_values(swept) -> None:
    """One map that is begun anew for each cell leaves all but the last at nothing."""
    cells = scored([one for one, _ in swept.values()])
    assert len(cells) == 4 and all({"frc_nm", "rsp", "qnr"} <= set(one.measures) for one in cells)
    assert len({one.measures["rsp"] for one in cells}) == 4 and len({one.measures["qnr"] for one in cells}) == 4
    assert all(0.0 < one.measures["qnr"] < 1.0 for one in cells)
    assert suggested(cells).measures["qnr"] == max(one.measures["qnr"] for one in cells)


def test_only_the_frames_that_are_asked_for_are_looked_at(swept) -> None:
    mean = swept[0, 0][1].mean
    made = simulate(LinesParams(rows=30, frames=16, spacing_to_nm=330.0, light="dim"), 3)
    np.testing.assert_allclose(mean, made.frames[2:14, 4:26, 20:46].mean(axis=0), rtol=1e-5)

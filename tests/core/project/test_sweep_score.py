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
    MEASURES, RULE, SweepCell, measure_text, measures_told, rule_told, run_sweep, suggested,
)  # fmt: skip
from fluogan_app.core.project.sweep_figure import levels_of_cells, scale_words, unit_at
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


def test_cells_that_differ_by_less_than_a_ring_or_are_two_have_no_star_and_the_reason() -> None:
    """On a square of 1900 nm a ring is 1.6 nm wide at 56 nm: what lies closer is one resolution."""
    finest = [cell(row, rsp=0.97, frc_nm=nm, frc_ring_nm=nm**2 / 1900.0) for row, nm in enumerate((56.7, 55.9, 56.2))]
    wide = [*finest[:2], cell(2, rsp=0.97, frc_nm=120.0, frc_ring_nm=120.0**2 / 1900.0)]
    assert suggested(wide).place == (1, 0) and suggested(finest) is None and suggested(wide[1:]) is None
    qnr = measures_told(METHODS["esrrf"].claims(METHODS["esrrf"].params_type()))[0]
    assert {measure_text(one, qnr) for one in scored(finest)} == {"– (all within one Fourier ring)"}
    assert {measure_text(one, qnr) for one in scored(wide[1:])} == {"– (fewer than 3 cells to rank)"}
    silent = SweepCell(0, 0, {}, {"rsp": 0.9}, reasons={"frc_nm": "down to the pixels"})
    assert measure_text(scored([silent])[0], qnr) == "– (no period to rank)"


def test_each_cell_has_the_unit_of_its_own_values() -> None:
    request = RunRequest("sofi", METHODS["sofi"].params_type(), RunSettings(), CAMERA)
    plan = SweepPlan(request, (axis_of("sofi", "order", "2;3;4"),))
    assert [unit_at(plan, (0, order))[:8].strip() for order in range(3)] == ["photons²", "photons³", "photons⁴"]
    assert "in its own unit" in scale_words(plan) and "photons²" in scale_words(SweepPlan(request, (axis_of(
        "sofi", "zoom", "2;4"),)))  # fmt: skip


def test_a_pattern_of_signed_values_is_evened_out_without_dividing_by_their_mean() -> None:
    """Means near zero as divisors blow the pattern up instead."""
    random, pattern = np.random.default_rng(4), np.random.default_rng(5).uniform(-1.0, 1.0, (1, 4, 1, 4))
    halves = [(random.normal(0.0, 0.3, (12, 4, 12, 4)) + pattern).reshape(48, 48) for _ in range(2)]
    for signed, agrees in ((False, True), (True, False)):
        shown = [without_pattern(half, 4, signed).ravel() for half in halves]
        assert (abs(np.corrcoef(*shown)[0, 1]) > 0.1) == agrees


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
    for name, varied, alike in (("fluogan", "lambda1", True), ("esrrf", "sensitivity", False)):
        axis = axis_of(name, varied, "1; 3")
        request = RunRequest(name, METHODS[name].params_type(), RunSettings(), CAMERA)
        levels = levels_of_cells(SweepPlan(request, (axis,)), images)
        assert (levels[0, 0] == levels[0, 1]) == alike and levels[0, 1][1] == pytest.approx(50.0, rel=0.05)


@pytest.fixture(scope="module")
def swept() -> dict:
    made = simulate(LinesParams(rows=30, frames=16, spacing_to_nm=330.0, light="dim"), 3)
    stack = Stack("lines", "memory", ArraySource(made.frames))
    params = validated(METHODS["esrrf"].params_type, {"zoom": 3})
    axes = axis_of("esrrf", "radius", "1, 4"), axis_of("esrrf", "sensitivity", "1, 3")
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

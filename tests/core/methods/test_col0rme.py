"""COL0RME's parts and whole: what its λ mean, restarts, resume in every stage, and what it says of itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from fluogan_app.core.data.problem import Problem
from fluogan_app.core.data.result import Result
from fluogan_app.core.errors import SolverError
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.runner import Job
from fluogan_app.core.methods.base import State
from fluogan_app.core.methods.col0rme.method import Col0rmeMethod
from fluogan_app.core.methods.col0rme.params import Col0rmeParams
from fluogan_app.core.methods.col0rme.penalties import make_penalty
from fluogan_app.core.methods.col0rme.restarts import midway
from fluogan_app.core.methods.col0rme.solver import Col0rmeSolver
from fluogan_app.core.methods.covariance_fit import Covariances, CovarianceFit
from fluogan_app.core.optics.blur import Optics, blur_operator
from fluogan_app.core.optics.covariance import CovarianceOperator
from fluogan_app.core.optics.pointspread import GaussianPsf
from tests.core.methods.conftest import KAPPA, ZOOM, cross

QUICK = {"zoom": ZOOM, "support_steps": 60, "light_steps": 160}


def solver_of(problem: Problem, **values: Any) -> Col0rmeSolver:
    return Col0rmeMethod().prepare(problem, Col0rmeParams(**{**QUICK, **values}), "cpu", 0)


def result_of(problem: Problem, **values: Any) -> Result:
    ended = Job(solver_of(problem, **values), Control()).run()
    if ended.error is not None:
        raise ended.error
    return ended.result


@pytest.fixture(scope="module")
def exact() -> tuple[CovarianceFit, torch.Tensor]:
    """Covariances without chance of three places that blink and even noise, and these places' variances."""
    operator = CovarianceOperator(blur_operator(Optics(GaussianPsf(1.2)), (8, 9), 2, dtype=torch.float64))
    places = torch.zeros(operator.fine_shape, dtype=torch.float64)
    places[4, 4], places[11, 5], places[7, 13] = 300.0, 200.0, 250.0
    noise = torch.full((8, 9), 0.5, dtype=torch.float64)
    heard = operator.gram(places) + operator.of_pixel_variances(noise)
    found = Covariances(heard, operator.pixel_variances(places) + noise, 1.0, 1000)
    return CovarianceFit(operator, found, "even", noise), places


@pytest.mark.parametrize("penalty", ["l1", "cel0"])
def test_at_the_largest_weight_nothing_is_left_and_just_below_something_is(exact, penalty) -> None:
    fit, _ = exact
    empty = torch.zeros_like(fit.found.heard)
    for gamma, left in ((0.999, True), (1.001, False)):
        term = make_penalty(Col0rmeParams(penalty=penalty).model_copy(update={"gamma": gamma}), fit.operator, 1.0)
        tensors = {"lambda": term.weight(fit)} | term.begin(empty)
        # One step of the length that a place alone would take: the strongest appears, or none.
        term.metric = fit.operator.column_norms() ** 2 * 1.0000001
        arrived = term.prox(tensors, empty - fit.at(empty).gradient / term.metric)
        assert bool((arrived > 0).any()) is left


@pytest.mark.parametrize(("penalty", "gamma"), [("l1", 1e-3), ("cel0", 1e-3)])
def test_known_places_come_back_without_chance(exact, penalty, gamma) -> None:
    fit, places = exact
    term = make_penalty(Col0rmeParams(penalty=penalty, gamma=gamma), fit.operator, 1.0)
    r = torch.zeros_like(places)
    tensors = {"lambda": term.weight(fit)}
    ahead, momentum = r, 1.0
    for _ in range(800):
        arrived = term.prox(tensors, ahead - fit.at(ahead).gradient / term.metric)
        following = 0.5 * (1.0 + (1.0 + 4.0 * momentum**2) ** 0.5)
        ahead, r, momentum = arrived + (momentum - 1.0) / following * (arrived - r), arrived, following
    strongest = r >= torch.sort(r.flatten()).values[-3]
    assert bool((strongest == (places > 0)).all())
    assert float((r - places).norm() / places.norm()) < 0.25


def test_a_penalty_is_what_its_proximal_map_makes_small(exact) -> None:
    fit, _ = exact
    point = 40.0 * torch.rand(fit.operator.fine_shape, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    for penalty in ("l1", "cel0", "tv"):
        term = make_penalty(Col0rmeParams(penalty=penalty, gamma=0.05), fit.operator, 1.0)
        tensors = {"lambda": term.weight(fit)} | term.begin(point)
        best = term.prox(tensors, point)

        def cost(image: torch.Tensor) -> float:
            return float(0.5 * (term.metric * (image - point).square()).sum() + term.value(tensors, image))

        others = [point, 0.97 * best, 1.03 * best + 0.01, torch.zeros_like(point)]
        assert all(cost(best) <= cost(other) * (1 + 1e-6) for other in others), penalty


def test_the_next_search_begins_midway_between_dots() -> None:
    dots = torch.zeros(20, 30)
    dots[4, 6], dots[4, 12], dots[14, 6] = 2.0, 4.0, 6.0
    begun = midway(dots)
    assert {tuple(place) for place in begun.nonzero().tolist()} == {(4, 9), (9, 6), (9, 9)}
    assert float(begun[4, 9]) == 3.0
    assert not midway(torch.zeros(5, 5)).any()


def test_restarts_only_add_to_the_support(make: Callable, blinking: np.ndarray) -> None:
    once, thrice = (
        result_of(make(blinking), penalty="cel0", gamma=1e-3, restarts=count, light_steps=1) for count in (0, 2)
    )
    assert thrice.measures["support_percent"] > once.measures["support_percent"] > 0.0


@pytest.mark.parametrize("penalty", ["l1", "tv"])
def test_the_cross_is_found_with_its_light_and_its_blinking(make: Callable, blinking: np.ndarray, penalty) -> None:
    result = result_of(make(blinking), penalty=penalty, light_steps=300)
    truth = cross((19, 23))
    near = np.zeros(truth.shape, bool)
    for y, x in np.argwhere(truth > 0):
        near[max(0, y - 2):y + 3, max(0, x - 2):x + 3] = True
    on_it = result.estimate[near].sum()
    assert on_it > 0.9 * result.estimate.sum()
    assert on_it == pytest.approx(truth.sum(), rel=0.2)
    assert result.measures["photons_per_event"] == pytest.approx(KAPPA, rel=0.35)
    assert result.measures["blinking_over_chance"] > 20.0
    assert result.background.mean() == pytest.approx(10.0, rel=0.1)


def test_steady_light_is_said_to_be_steady(make: Callable, recording: np.ndarray) -> None:
    steady = result_of(make(recording))
    assert steady.measures["blinking_over_chance"] < 6.0
    assert any("nothing is seen to blink" in note for note in steady.notes)


def test_a_run_that_is_stopped_early_says_what_it_shows(make: Callable, blinking: np.ndarray) -> None:
    solver = solver_of(make(blinking))
    state = solver.init()
    for _ in range(20):
        state, _ = solver.step(state)
    stopped = solver.result(state)
    assert solver.phase(state).name == "Support" and any("Stopped before" in note for note in stopped.notes)
    assert stopped.estimate.max() > 0.0 and np.isfinite(stopped.estimate).all()


def test_every_stage_resumes_and_refuses_what_is_not_its_own(make: Callable, blinking: np.ndarray) -> None:
    problem = make(blinking)
    values = {"penalty": "tv", "support_steps": 8, "light_steps": 8}
    solver, other = solver_of(problem, **values), solver_of(problem, **values)
    state = solver.init()
    kept = [state.copy()]
    while state.step < solver.total_steps:
        state, _ = solver.step(state)
        kept.append(state.copy())
    for begun in (kept[1], kept[5], kept[12]):
        again = other.restore(State(begun.step, dict(begun.tensors)))
        while again.step < other.total_steps:
            again, _ = other.step(again)
        np.testing.assert_array_equal(other.result(again).estimate, solver.result(state).estimate)
    with pytest.raises(SolverError):
        other.restore(State(5, kept[12].tensors))


def test_a_tile_takes_the_weight_of_its_field() -> None:
    operator = CovarianceOperator(blur_operator(Optics(GaussianPsf(1.2)), (6, 7), 2))
    found = Covariances(torch.rand(12, 14) + 1.0, torch.ones(6, 7), 1.0, 9)
    fit = CovarianceFit(operator, found, "even", torch.ones(6, 7))
    for penalty, power in (("l1", 1), ("cel0", 2)):
        alone, tile = (make_penalty(Col0rmeParams(penalty=penalty), operator, of).weight(fit) for of in (1.0, 3.0))
        assert float(tile / alone) == pytest.approx(3.0**power, rel=1e-5)

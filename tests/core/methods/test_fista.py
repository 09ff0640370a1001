"""Plain proximal gradient fits of the mean against the conditions of their minimum."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from fluogan_app.core.data.problem import Problem
from fluogan_app.core.methods.registry import METHODS
from fluogan_app.core.optimise.total_variation import total_variation
from fluogan_app.core.params import validated

ZOOM = 3


def fitted(problem: Problem, **values: object):
    """The solver and its last state."""
    method = METHODS["fista"]
    solver = method.prepare(problem, validated(method.params_type, {"zoom": ZOOM, "steps": 150, **values}), "cpu", 0)
    state, losses = solver.init(), []
    while state.step < solver.total_steps:
        state, metrics = solver.step(state)
        losses.append(float(metrics["loss_generator"]))
    return solver, state, losses


def test_no_pixel_can_be_changed_for_the_better(make: Callable[..., Problem], recording: np.ndarray) -> None:
    """At the minimum of ½ Σ w r² + λ Σ x the slope is −λ where there is light, and above that in the dark."""
    solver, state, _ = fitted(make(recording[:, 4:14, 2:13]), sparsity=0.02, steps=800)
    terms, x = solver._terms, state.tensors["estimate"]

    def excess(x: torch.Tensor) -> torch.Tensor:
        slope = terms.slope(solver._blur.apply(x), state.tensors["background"])
        return (solver._blur.adjoint(slope) + terms.strength) / terms.strength

    found = excess(x)
    lit = x > 0.02 * x.max()
    assert float(found.min()) > -0.02 and float(found[lit].abs().max()) < 0.02
    assert float(excess(0.9 * x)[lit].abs().max()) > 0.1


@pytest.mark.parametrize("penalty", ["l1", "cel0", "tv"])
def test_the_fit_goes_down_and_explains_the_frames(make: Callable[..., Problem], recording, penalty: str) -> None:
    solver, state, losses = fitted(make(recording), penalty=penalty)
    result = solver.result(state)
    assert losses[-1] < 0.5 * losses[5] and losses[-1] < 1.02 * min(losses)
    assert result.measures["discrepancy"] < 2.0 and abs(result.measures["photon_balance_percent"]) < 1.0
    assert result.background.mean() == pytest.approx(10.0, abs=2.5)


def test_at_the_largest_strength_nearly_nothing_is_left(make: Callable[..., Problem], recording: np.ndarray) -> None:
    light = recording.mean(axis=0).sum()
    shares = [
        float(fitted(make(recording), sparsity=fraction)[1].tensors["estimate"].sum()) / light
        for fraction in (1.0, 0.1)
    ]
    assert shares[0] < 0.02 < shares[1]


def test_each_penalty_makes_less_of_what_it_counts(make: Callable[..., Problem], recording: np.ndarray) -> None:
    images = {
        penalty: fitted(make(recording), penalty=penalty, sparsity=sparsity)[1].tensors["estimate"]
        for penalty, sparsity in (("l1", 1e-3), ("cel0", 1e-3), ("tv", 1e-3))
    }

    def places(image: torch.Tensor) -> int:
        return int((image > 0.01 * image.max()).sum())

    assert places(images["cel0"]) < 0.7 * places(images["l1"])
    assert float(total_variation(images["tv"])) < 0.8 * float(total_variation(images["l1"]))


@pytest.mark.parametrize("name", ["fista", "richardson_lucy"])
def test_an_empty_field_is_said(make: Callable[..., Problem], recording: np.ndarray, name: str) -> None:
    flat = np.random.default_rng(6).poisson(20.0, (60, 20, 24)).astype(np.float32)
    method = METHODS[name]
    for frames, empty in ((flat, True), (recording, False)):
        solver = method.prepare(make(frames), validated(method.params_type, {"zoom": 2, "steps": 2}), "cpu", 0)
        state, _ = solver.step(solver.init())
        assert any("may be empty" in note for note in solver.result(state).notes) is empty

"""Splitting: its one stroke is the solution of its linear system, and its steps end at the least of eq. (14)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from fluogan_app.core.methods.fluogan import splitting
from fluogan_app.core.methods.fluogan.model import Model
from fluogan_app.core.methods.fluogan.splitting import HELD_BACKGROUND, Splitting
from fluogan_app.core.optics.blur import Optics
from fluogan_app.core.optics.pointspread import GaussianPsf, MeasuredPsf
from fluogan_app.core.optics.waves import waves_of
from tests.core.methods.dense_model import (
    FWHM,
    GAUSSIAN,
    PIXELS,
    SHAPE,
    dense_blur,
    flattened,
    least,
    make_explained_model,
    objective,
    roughness,
)

Tensors = dict[str, torch.Tensor]
PERIODIC = Optics(GaussianPsf(FWHM / 2.3548), "periodic")


def lopsided() -> Optics:
    """A measured PSF that is not its own mirror image: in the camera's waves its ΨΨᵀ is not diagonal."""
    places = np.arange(-20, 21) / 4
    spot = np.exp(-0.5 * ((places[:, None] / 1.3) ** 2 + (places[None, :] / 1.1) ** 2))
    beside = np.exp(-0.5 * (((places[:, None] - 1.0) / 1.0) ** 2 + ((places[None, :] - 0.6) / 1.0) ** 2))
    image = spot + 0.25 * beside
    return Optics(MeasuredPsf(image / image.sum(), 0.25))


def fit_of(model: Model) -> Splitting:
    return Splitting(model, waves_of(model.mean, model.boundary))


def mild_prices(model: Model) -> list[torch.Tensor]:
    """Between ½ and 1½, different at every spot."""
    source = torch.Generator().manual_seed(3)
    return [0.5 + torch.rand(pull.shape, generator=source, dtype=pull.dtype) for pull in model.sparsity]


def shaken(fit: Splitting, seed: int = 5) -> Tensors:
    """A state in which nothing is at rest."""
    source = torch.Generator().manual_seed(seed)

    def shake(value: torch.Tensor) -> torch.Tensor:
        return value + torch.randn(value.shape, generator=source, dtype=value.dtype)

    return {name: shake(value) for name, value in fit.start().items()}


def loss(fit: Splitting, model: Model, tensors: Tensors, settled: bool = False) -> float:
    return objective(model, flattened(fit.spots(tensors, settled), tensors["b"]))


# One stroke for spots and background


def dense_stroke(model: Model, fit: Splitting, tensors: Tensors, settled: bool) -> tuple[np.ndarray, np.ndarray]:
    """s, b and Ψs + b of one step: the least of the augmented Lagrangian, from its normal equations.

    ρ/2 ‖ΨKs + b − (z − dual)‖² + Σ_j ρ_j/2 ‖s_j − lean_j‖² + λ2/2 ‖∇b‖² + ρ_b/2 ‖b − (c − dual)‖²
    """
    hold, blur = model.gamma * float(model.weights[model.weights > 0].median()), dense_blur(model)
    stiffness = [stiff * (splitting.SETTLING if settled else 1.0) for stiff in model.stiffness]
    spots = fit.spots(tensors, settled)
    kinds = [texture.kind.name for texture in model.textures]
    leaning = (2 * part - tensors[f"governing.{kind}"] for part, kind in zip(spots, kinds))
    lean = np.concatenate([part.numpy().ravel() for part in leaning])
    held = np.concatenate([np.full(part.numel(), stiff) for part, stiff in zip(spots, stiffness)])
    matrix = hold * blur.T @ blur
    matrix[: len(held), : len(held)] += np.diag(held)
    matrix[-PIXELS:, -PIXELS:] += model.smoothness * roughness(model.boundary)
    matrix[-PIXELS:, -PIXELS:] += HELD_BACKGROUND * hold * np.eye(PIXELS)
    wanted = hold * blur.T @ (tensors["data"] - tensors["data.dual"]).numpy().ravel()
    wanted[: len(held)] += held * lean
    wanted[-PIXELS:] += HELD_BACKGROUND * hold * (tensors["b"] - tensors["b.dual"]).numpy().ravel()
    unknowns = np.linalg.solve(matrix, wanted)
    return unknowns, blur @ unknowns


def strokes_error(model: Model, settled: bool = False) -> float:
    """Largest difference between a step's own spots, background and simulated mean and the dense ones."""
    fit = fit_of(model)
    tensors = shaken(fit)
    unknowns, seen = dense_stroke(model, fit, tensors, settled)
    before = {name: value.clone() for name, value in tensors.items()}
    multipliers = [
        before[f"governing.{texture.kind.name}"] - part
        for texture, part in zip(model.textures, fit.spots(tensors, settled))
    ]
    simulated = fit.step(tensors, settled)
    # Governing is spots plus multiplier, and the background's dual grows by what its held copy misses.
    spots = [tensors[f"governing.{texture.kind.name}"] - part for texture, part in zip(model.textures, multipliers)]
    b = tensors["b"] + tensors["b.dual"] - before["b.dual"]
    found = np.concatenate([flattened(spots, b), simulated.numpy().ravel()])
    return float(np.abs(found - np.concatenate([unknowns, seen.ravel()])).max())


@pytest.mark.parametrize("settled", [False, True])
@pytest.mark.parametrize("detail", [None, 0.25, 0.0])
@pytest.mark.parametrize("optics", [GAUSSIAN, PERIODIC], ids=["reflecting", "periodic"])
def test_one_stroke_solves_for_spots_and_background_together(optics, detail, settled):
    # A spot is cut where it weighs less than 3e-7, and so far is its spectrum from that of what is left.
    assert strokes_error(make_explained_model(optics, masked=True, detail=detail), settled) < 3e-6


def test_that_comparison_sees_a_wrong_spectrum():
    model = make_explained_model()
    wrong = tuple(replace(texture, spectrum=1.05 * texture.spectrum) for texture in model.textures)
    assert strokes_error(replace(model, textures=wrong)) > 1e-3


def test_where_the_blur_is_not_diagonal_a_few_inner_steps_come_near_and_more_arrive(monkeypatch):
    model = make_explained_model(lopsided())
    assert not any(texture.diagonal for texture in model.textures)
    errors = {}
    for count in (0, 4, 40):
        monkeypatch.setattr(splitting, "INNER_STEPS", count)
        errors[count] = strokes_error(model)
    assert errors[0] > 10 * errors[4] > 100 * errors[40] and errors[40] < 1e-8


def test_inner_steps_change_nothing_where_the_blur_is_diagonal():
    model = make_explained_model()
    slow = tuple(replace(texture, diagonal=False) for texture in model.textures)
    assert strokes_error(replace(model, textures=slow)) < 3e-6


# Many steps


CASES = [
    (GAUSSIAN, {}, False, 2500),
    (GAUSSIAN, {"detail": 0.25}, False, 1500),
    (GAUSSIAN, {"masked": True, "gamma": 3.0}, True, 1500),
    (GAUSSIAN, {"lambda2": 0.1}, True, 1000),
    (GAUSSIAN, {"masked": True}, True, 1000),
    (PERIODIC, {"masked": True}, True, 1500),
]


@pytest.mark.parametrize(("optics", "options", "priced", "steps"), CASES)
def test_many_steps_reach_the_least_that_a_quasi_newton_solver_finds(optics, options, priced, steps):
    model = make_explained_model(optics, **options)
    fit, prices = fit_of(model), mild_prices(model)
    asked = model.priced(prices) if priced else model
    tensors, goal = fit.start(), least(asked)
    if priced:
        fit.reprice(tensors, prices)
    for count in range(steps):
        if count == 20:
            assert loss(fit, asked, tensors) > goal * (1 + 1e-3), "twenty steps are not enough"
        fit.step(tensors, settled=False)
    assert loss(fit, asked, tensors) == pytest.approx(goal, rel=1e-6)


@pytest.mark.parametrize("optics", [GAUSSIAN, lopsided()], ids=["as if not diagonal", "lopsided"])
def test_so_they_do_with_inner_steps(optics):
    model = make_explained_model(optics, masked=True)
    slow = replace(model, textures=tuple(replace(texture, diagonal=False) for texture in model.textures))
    fit = fit_of(slow)
    tensors = fit.start()
    for _ in range(2000):
        fit.step(tensors, settled=False)
    assert loss(fit, model, tensors) == pytest.approx(least(model), rel=1e-6)


def test_settling_moves_nothing_and_stays_at_the_least():
    model = make_explained_model(masked=True)
    fit = fit_of(model)
    tensors = fit.start()
    for _ in range(1000):
        fit.step(tensors, settled=False)
    before = fit.spots(tensors, settled=False)
    governing = [tensors[f"governing.{texture.kind.name}"].clone() for texture in model.textures]
    fit.settle(tensors)
    for texture, stiff, part, then, early in zip(
        model.textures, model.stiffness, fit.spots(tensors, settled=True), before, governing
    ):
        torch.testing.assert_close(part, then, rtol=0, atol=1e-12)
        pull = stiff * splitting.SETTLING * (tensors[f"governing.{texture.kind.name}"] - part)
        torch.testing.assert_close(pull, stiff * (early - then), rtol=1e-9, atol=1e-9)
    for _ in range(200):
        fit.step(tensors, settled=True)
    assert loss(fit, model, tensors, settled=True) == pytest.approx(least(model), rel=1e-6)


def test_settled_from_early_on_it_still_gets_there():
    model = make_explained_model(masked=True, detail=0.0)
    fit = fit_of(model)
    tensors = fit.start()
    for count in range(7500):
        if count == 60:
            fit.settle(tensors)
        fit.step(tensors, settled=count >= 60)
    assert loss(fit, model, tensors, settled=True) == pytest.approx(least(model), rel=1e-6)


def test_pixels_that_do_not_count_may_hold_anything():
    model = make_explained_model(masked=True)
    absurd = replace(model, mean=torch.where(model.weights > 0, model.mean, torch.full(SHAPE, 40.0).double()))
    shown = []
    for one in (model, absurd):
        fit = fit_of(one)
        tensors = fit.start()
        for _ in range(1000):
            fit.step(tensors, settled=False)
        shown.append(one.estimate(fit.spots(tensors, settled=False)))
    scale = float(shown[0].max())
    torch.testing.assert_close(shown[0], shown[1], rtol=0, atol=1e-3 * scale)

"""Total variation against closed forms, and its proximal map against its dual problem."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fluogan_app.core.optimise.total_variation import (
    adjoint_slopes,
    slopes,
    total_variation,
    total_variation_prox,
)


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).normal(size=shape))


def test_slopes_and_their_adjoint_belong_together():
    image, field = noise(7, 10), noise(2, 7, 10, seed=1)
    assert float((slopes(image) * field).sum()) == pytest.approx(float((image * adjoint_slopes(field)).sum()))


def test_a_disc_of_one_level_costs_its_border_times_the_step():
    step = torch.zeros(9, 12, dtype=torch.float64)
    step[:, 5:] = 3.0
    assert float(total_variation(step)) == pytest.approx(9 * 3.0)


def test_a_step_between_two_areas_shrinks_by_weight_over_width():
    """½ Σ (u − point)² + w · rows · |difference|: each side moves by w / its width, until they meet."""
    step = torch.zeros(6, 10, dtype=torch.float64)
    step[:, 4:] = 3.0
    found, _ = total_variation_prox(step, 2.0, steps=400)
    assert found[:, :4].numpy() == pytest.approx(2.0 / 4, abs=1e-3)
    assert found[:, 4:].numpy() == pytest.approx(3.0 - 2.0 / 6, abs=1e-3)
    assert total_variation_prox(step, 50.0, steps=2000)[0].numpy() == pytest.approx(1.8, abs=1e-2)


@pytest.mark.parametrize("signed", [True, False])
def test_no_image_is_better_than_the_dual_problem_allows(signed):
    """Weak duality: for |p| ≤ 1, ½‖u − point‖² + w TV(u) ≥ min_v ½‖v − point‖² + w⟨∇v, p⟩; here both agree."""
    point, weight = noise(8, 11) + 0.5, 0.3
    found, field = total_variation_prox(point, weight, steps=600, signed=signed)

    def bound(p: torch.Tensor) -> float:
        best = point - weight * adjoint_slopes(p)
        best = best if signed else best.clamp(min=0.0)
        return float(0.5 * (best - point).square().sum() + weight * (slopes(best) * p).sum())

    cost = float(0.5 * (found - point).square().sum() + weight * total_variation(found))
    assert float(field.norm(dim=0).max()) <= 1.0 + 1e-9
    assert cost == pytest.approx(bound(field), rel=1e-4)
    few, early = total_variation_prox(point, weight, steps=2, signed=signed)
    assert float(0.5 * (few - point).square().sum() + weight * total_variation(few)) > bound(early) + 1e-3


def test_it_goes_on_from_the_dual_field_of_the_problem_before():
    point = noise(8, 11)
    wanted, field = total_variation_prox(point, 0.3, steps=500, signed=True)
    again, _ = total_variation_prox(point, 0.3, field, steps=1, signed=True)
    assert float((again - wanted).abs().max()) < 1e-4
    assert float((total_variation_prox(point, 0.3, steps=1, signed=True)[0] - wanted).abs().max()) > 0.05


def test_without_weight_only_the_sign_is_mended():
    point = noise(4, 5)
    assert torch.equal(total_variation_prox(point, 0.0)[0], point.clamp(min=0.0))

"""Fine or coarse: the coarse fit is shown until the recording speaks against it, beyond what chance does."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from fluogan_app.core.methods.fluogan.choice import PROOF, TRANSITION, WINDOW_SIGMAS, on_grid, share_of_fine

SIGMA = 1.376  # camera pixels
SHAPE = (47, 90)
WINDOW_PIXELS = 2 * math.pi * (WINDOW_SIGMAS * SIGMA) ** 2


def share(better: torch.Tensor) -> torch.Tensor:
    """Where the fine fit's misfit is less by `better`, beside a misfit of 3."""
    return share_of_fine(torch.full_like(better, 3.0), 3.0 - better, SIGMA)


def even(better: float, shape: tuple[int, int] = SHAPE) -> torch.Tensor:
    return torch.full(shape, better, dtype=torch.float64)


def test_equal_fits_are_shown_coarse():
    assert float(share(even(0.0)).max()) < 1e-5
    assert float(share(even(-0.1)).max()) < 1e-9


def test_a_clearly_better_fine_fit_is_shown():
    assert float(share(even(2 * PROOF / WINDOW_PIXELS)).min()) > 1 - 1e-5


@pytest.mark.parametrize("excess", [-2.0, 0.0, 1.0])
def test_the_boundary_is_a_window_that_is_better_by_the_proof(excess):
    better = (PROOF + excess * TRANSITION) / WINDOW_PIXELS
    expected = 1 / (1 + math.exp(-excess))
    np.testing.assert_allclose(share(even(better)).numpy(), expected, rtol=1e-9)


def test_a_field_smaller_than_the_window_must_prove_as_much():
    shape = (6, 7)
    assert float(share(even(PROOF / 42, shape))[3, 3]) == pytest.approx(0.5, abs=1e-9)
    assert float(share(even(PROOF / WINDOW_PIXELS, shape)).max()) < 1e-3


def test_each_half_of_a_field_is_shown_as_it_proves_itself():
    better = even(0.0)
    better[:, :45] = 1.6 * PROOF / WINDOW_PIXELS
    found = share(better)
    # A window wholly on one side: half of 1.6 + 0.8, and half of 0 + 0.8, of what is needed.
    assert float(found[:, :20].min()) > 0.9 and float(found[:, -20:].max()) < 1e-2
    assert bool((found.diff(dim=1) <= 1e-12).all()), "the share falls from the one side to the other"


def test_chance_alone_does_not_prove_anything():
    # χ² of two fits that follow the same data: they differ by some ten degrees of freedom, here as ±0.1 a pixel.
    noise = 0.1 * torch.randn(SHAPE, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    assert float(share(noise).max()) < 1e-3


def test_the_share_keeps_the_type_of_the_misfits():
    single = torch.ones(5, 6)
    assert share_of_fine(single, single, SIGMA).dtype == torch.float32


def test_on_the_finer_grid_the_share_is_the_same_to_the_eye():
    # A ramp stays a ramp: linear in between, level in the outer halves of the border pixels.
    ramp = torch.linspace(0, 1, 9, dtype=torch.float64).expand(5, 9)
    fine = on_grid(ramp, torch.Size((20, 36)))
    places = (torch.arange(36, dtype=torch.float64) + 0.5) / 4 - 0.5
    torch.testing.assert_close(fine, (places.clamp(0, 8) / 8).expand(20, 36), rtol=0, atol=1e-12)

"""What cumulants tell of molecules, against molecules that are known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.special import ndtr

from fluogan_app.core.data.problem import Problem
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.runner import Job
from fluogan_app.core.methods.bsofi.molecules import molecules_of
from fluogan_app.core.methods.registry import METHODS
from fluogan_app.core.params import validated

SIGMA = 300.0 / 100.0 / 2.3548


def cumulants(density: float, brightness: float, ratio: float) -> list[np.ndarray]:
    """N ε^n f_n(ρ) for n = 2, 3, 4 of molecules in two states."""
    blinking = ratio * (1.0 - ratio)
    parts = (1.0, 1.0 - 2.0 * ratio, 1.0 - 6.0 * blinking)
    return [
        np.array([density * brightness**order * blinking * part]) for order, part in zip((2, 3, 4), parts, strict=True)
    ]


@pytest.mark.parametrize("ratio", [0.02, 0.3, 0.5, 0.9])
def test_the_molecules_are_found_again(ratio: float) -> None:
    found = molecules_of(*cumulants(12.0, 40.0, ratio), np.array([True]))
    assert found.on_time_ratio[0] == pytest.approx(ratio)
    assert found.brightness[0] == pytest.approx(40.0) and found.density[0] == pytest.approx(12.0)


def test_what_no_molecules_can_do_is_left_out() -> None:
    second, third, fourth = cumulants(12.0, 40.0, 0.3)
    assert molecules_of(second, third, 10.0 * abs(fourth), np.array([True])).density[0] == 0.0
    assert molecules_of(second, third, fourth, np.array([False])).on_time_ratio[0] == 0.0
    assert molecules_of(*cumulants(12.0, 40.0, 0.001), np.array([True])).density[0] == 0.0


def blinkers(frames: int, ratio: float, photons: float) -> np.ndarray:
    """Counts of two molecules far apart, both bright for a share of the time, without noise of light."""
    random = np.random.default_rng(11)
    images = []
    for at in ((6.3, 5.8), (10.6, 17.2)):
        edges = [
            ndtr((np.arange(side) + 0.5 - place) / SIGMA) - ndtr((np.arange(side) - 0.5 - place) / SIGMA)
            for side, place in zip((17, 24), at)
        ]
        images.append(photons * np.outer(*edges))
    bright = (random.random((frames, 2)) < ratio).astype(float)
    return (np.tensordot(bright, np.array(images), axes=1) + 3.0).astype(np.float32)


def result_of(problem: Problem, **values: object):
    method = METHODS["bsofi"]
    solver = method.prepare(problem, validated(method.params_type, {"zoom": 3, **values}), "cpu", 0)
    ended = Job(solver, Control()).run()
    assert ended.error is None
    return ended.result


def test_maps_of_two_molecules_are_in_their_units(make: Callable[..., Problem]) -> None:
    problem = make(blinkers(800, 0.2, 500.0))
    settings = {"window_frames": 400, "sharpening_steps": 15}
    places = ((20, 19), (33, 53))
    ratio = result_of(problem, quantity="on-time-ratio", **settings)
    light = result_of(problem, quantity="brightness", **settings)
    density = result_of(problem, quantity="density", **settings)
    for place in places:
        # The third and fourth cumulants of 800 frames are known to some 8 %.
        assert ratio.estimate[place] == pytest.approx(0.2, abs=0.05)
        assert light.estimate[place] == pytest.approx(500.0, rel=0.15)
    fine_um2 = (0.1 / 3) ** 2
    assert density.estimate.sum() * fine_um2 == pytest.approx(2.0, rel=0.25)
    assert density.claims.unit == "molecules/µm²" and any("either bright or dark" in note for note in density.notes)


def test_a_single_block_of_noise_holds_no_molecules(make: Callable[..., Problem]) -> None:
    flat = np.random.default_rng(3).poisson(20.0, (140, 16, 20)).astype(np.float32)
    assert (result_of(make(flat), quantity="density", sharpening_steps=5).estimate > 0).mean() < 0.03
    blinking = result_of(make(blinkers(140, 0.2, 500.0)), quantity="density", sharpening_steps=5).estimate
    assert (blinking > 0).mean() > 0.05


@pytest.mark.parametrize("order", [2, 3])
def test_twice_the_light_is_shown_twice_as_bright(make: Callable[..., Problem], order: int) -> None:
    first, other = (
        result_of(make(blinkers(200, 0.2, light)), order=order, sharpening_steps=15).estimate
        for light in (300.0, 600.0)
    )
    np.testing.assert_allclose(other, 2.0 * first, atol=1e-2 * first.max())

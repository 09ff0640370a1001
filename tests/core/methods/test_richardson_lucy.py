"""Richardson–Lucy deconvolution against what its steps must do by definition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from fluogan_app.core.data.problem import Problem
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.runner import Job
from fluogan_app.core.methods.registry import METHODS
from fluogan_app.core.methods.richardson_lucy.counted import CountedLight, cloud_operator
from fluogan_app.core.optics.operators import gaussian_operator
from fluogan_app.core.optimise.total_variation import total_variation
from fluogan_app.core.params import validated

ZOOM, SHAPE, FWHM = 3, (11, 14), 3.0


def result_of(problem: Problem, **values: object):
    method = METHODS["richardson_lucy"]
    params = validated(method.params_type, {"zoom": ZOOM, "steps": 60, **values})
    ended = Job(method.prepare(problem, params, "cpu", 0), Control()).run()
    assert ended.error is None
    return ended.result


@pytest.fixture
def counted() -> CountedLight:
    """A noisy mean of single bright places on a cloud; all pixels count."""
    random = np.random.default_rng(7)
    blur = gaussian_operator(SHAPE, ZOOM, FWHM / 2.3548, dtype=torch.float64)
    clouds = cloud_operator(SHAPE, FWHM, blur.ones())
    light = torch.from_numpy(np.where(random.random(blur.fine_shape) < 0.02, 400.0, 0.0))
    mean = blur.apply(light) + clouds.apply(300.0 * clouds.ones())
    noisy = torch.from_numpy(random.poisson(mean.numpy()).astype(float))
    return CountedLight(noisy, torch.ones_like(mean), blur, clouds, 0.0, 0.0)


def start(counted: CountedLight) -> tuple[torch.Tensor, torch.Tensor]:
    return counted.blur.ones(), 100.0 * counted.clouds.ones()


def test_every_step_makes_the_light_likelier_and_keeps_the_photons(counted: CountedLight) -> None:
    light = start(counted)
    before = counted.misfit(counted.simulated(light))
    for _ in range(30):
        light = counted.stepped(light)
        now = counted.misfit(counted.simulated(light))
        assert float(now) < float(before)
        assert float(counted.simulated(light).sum()) == pytest.approx(float(counted.recorded.sum()), rel=1e-9)
        before = now
    # Twice as far is not a step that could not fail.
    wrong = tuple(part.roll(5, 0) for part in light)
    assert float(counted.misfit(counted.simulated(wrong))) > float(before)


def test_light_that_explains_the_frames_stays_as_it_is(counted: CountedLight) -> None:
    light = counted.stepped(start(counted))
    exact = replace(counted, recorded=counted.simulated(light))
    for part, again in zip(light, exact.stepped(light)):
        assert torch.allclose(part, again, rtol=1e-10)
    assert float(exact.misfit(exact.recorded)) == pytest.approx(0.0, abs=1e-9)


def test_what_is_in_a_pixel_that_does_not_count_is_of_no_effect(counted: CountedLight) -> None:
    hole = counted.counted.clone()
    hole[4, 5] = 0.0
    spoilt = counted.recorded.clone()
    spoilt[4, 5] = 1e6
    one, other = (replace(counted, recorded=each, counted=hole) for each in (counted.recorded, spoilt))
    for part, again in zip(one.stepped(start(one)), other.stepped(start(other))):
        assert torch.equal(part, again)
    assert not torch.equal(counted.stepped(start(one))[0], replace(counted, recorded=spoilt).stepped(start(one))[0])


def test_total_variation_leaves_less_of_it(counted: CountedLight) -> None:
    plain = even = start(counted)
    smoothing = replace(counted, total_variation=0.02)
    for _ in range(40):
        plain, even = counted.stepped(plain), smoothing.stepped(even)
    assert float(total_variation(even[0])) < 0.9 * float(total_variation(plain[0]))


def test_acceleration_gets_further_in_as_many_steps(make: Callable[..., Problem], recording: np.ndarray) -> None:
    quick, plain = (
        result_of(make(recording), steps=30, acceleration=on).measures["discrepancy"] for on in (True, False)
    )
    assert quick < plain


def test_it_stops_where_the_noise_is_reached_and_says_when(make: Callable[..., Problem], recording) -> None:
    stopped = result_of(make(recording), stop="noise")
    assert any("Stopped after" in note for note in stopped.notes)
    assert stopped.measures["discrepancy"] == pytest.approx(1.0, abs=0.1)
    assert result_of(make(recording)).measures["discrepancy"] < stopped.measures["discrepancy"]
    early = result_of(make(recording), stop="noise", steps=2)
    assert any("more steps" in note for note in early.notes)


def test_the_background_is_under_the_cross_or_nowhere(make: Callable[..., Problem], recording: np.ndarray) -> None:
    assert result_of(make(recording)).background.mean() == pytest.approx(10.0, abs=1.5)
    alone = result_of(make(recording), background="none")
    assert not alone.background.any() and not alone.claims.background
    assert alone.estimate.sum() == pytest.approx(recording.mean(axis=0).sum(), rel=1e-3)



def test_an_airy_pattern_is_another_blur(make: Callable[..., Problem], recording) -> None:
    problem = make(recording)
    other = replace(problem, acquisition=problem.acquisition.model_copy(update={"psf": "airy"}))
    one, two = result_of(problem), result_of(other)
    assert abs(one.estimate - two.estimate).max() > 0.02 * one.estimate.max()
    assert abs(two.measures["photon_balance_percent"]) < 1.0

"""PnP-COL0RME: steps down an energy that never rises, from a network that is checked before it is believed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from fluogan_app.core.data.problem import Problem
from fluogan_app.core.errors import ReadError
from fluogan_app.core.methods.covariance_fit import CovarianceFit, Fluctuations, measure_covariances
from fluogan_app.core.methods.learned.network_file import network_path, read_network, write_network
from fluogan_app.core.methods.pnp_col0rme.denoiser import ResidualNetwork, denoised, shapes_of
from fluogan_app.core.methods.pnp_col0rme.descent import HELD, Descent, Prior, blank
from fluogan_app.core.methods.pnp_col0rme.method import PnpCol0rmeMethod
from fluogan_app.core.methods.pnp_col0rme.params import PnpCol0rmeParams
from fluogan_app.core.methods.pnp_col0rme.solver import START_STEPS
from fluogan_app.core.optics.covariance import CovarianceOperator
from fluogan_app.core.optics.operators import gaussian_operator

ZOOM = 3
SHIPPED = network_path("", "denoiser")


def blinking_cross(frames: int = 60, shape_yx: tuple[int, int] = (12, 15)) -> np.ndarray:
    """Photons (T, Y, X) of a cross whose fine pixels blink each by itself."""
    random = np.random.default_rng(4)
    light = np.zeros((ZOOM * shape_yx[0], ZOOM * shape_yx[1]))
    light[17, 6:-6], light[5:-5, 22] = 8.0, 8.0
    blur = gaussian_operator(shape_yx, ZOOM, 1.3, dtype=torch.float64)
    seen = blur.apply(torch.from_numpy(10.0 * random.poisson(light / 10.0, (frames, *light.shape)))).numpy()
    return random.poisson(seen + 5.0).astype(np.float32)


def prepared(problem: Problem, **values: Any) -> Any:
    params = PnpCol0rmeParams(**{"zoom": ZOOM, "support_steps": 30, "light_steps": 10, **values})
    return PnpCol0rmeMethod().prepare(problem, params, "cpu", 0)


@pytest.fixture(scope="module")
def fit() -> CovarianceFit:
    """The data term of a small recording, in double precision."""
    frames = blinking_cross(40, (9, 11)).astype(float)
    operator = CovarianceOperator(gaussian_operator((9, 11), ZOOM, 1.3, dtype=torch.float64))
    found = measure_covariances(Fluctuations(frames - frames.mean(axis=0), 39), operator)
    return CovarianceFit(operator, found, "even", torch.from_numpy(frames.mean(axis=0)))


@pytest.fixture(scope="module")
def network() -> ResidualNetwork:
    return ResidualNetwork.of(read_network(SHIPPED, "denoiser").tensors).double()


def test_the_step_is_down_the_misfit_and_its_curvature_is_one_at_most(fit: CovarianceFit, network: Any) -> None:
    descent = Descent(fit, 30.0, 5.0, Prior(network, 0.04, 1.0, 1.0))
    random = torch.Generator().manual_seed(1)
    image, direction = (torch.randn(27, 33, generator=random, dtype=torch.float64) for _ in range(2))
    _, after = descent.misfit(image)
    forth, back = (descent.misfit(image + step * direction)[0] for step in (1e-4, -1e-4))
    assert float((forth - back) / 2e-4) == pytest.approx(float(((image - after) * direction).sum()), rel=1e-5)
    _, other = descent.misfit(image + direction)
    assert float((direction - (other - after)).norm()) <= float(direction.norm())
    # Negative values are held: without it the same light below zero would cost nothing of its own.
    assert HELD > 0 and float(descent.misfit(-image.abs())[0]) > float(descent.misfit(-0.0 * image)[0])


def test_the_energy_is_that_of_its_definition_and_never_rises(fit: CovarianceFit, network: Any) -> None:
    prior = Prior(network, 0.04, 0.8, 0.9)
    descent, tensors = Descent(fit, 30.0, 5.0, prior), blank(fit.found.heard)
    descent.begin(tensors, torch.rand(27, 33, generator=torch.Generator().manual_seed(3), dtype=torch.float64) * 30.0)
    last = np.inf
    for _ in range(25):
        ahead = tensors["ahead"].clone()
        told = float(descent.step(tensors)["objective"])
        assert told <= last + 1e-5 * abs(last)
        if told != last:
            _, towards = descent.misfit(ahead)
            arrived, energy = denoised(network, towards, 0.04, 0.8, 0.9)
            own = float(energy) - 0.5 * float((towards - arrived).square().sum())
            assert told == pytest.approx(float(descent.misfit(arrived)[0]) + own, rel=1e-9)
        last = told


def test_one_that_is_no_proximal_map_is_weakened_until_it_is(fit: CovarianceFit) -> None:
    wild = ResidualNetwork.drawn(torch.Generator().manual_seed(8)).double().requires_grad_(False)
    with torch.no_grad():
        wild.kernels[-1].mul_(8.0)
    descent, tensors = Descent(fit, 30.0, 0.0, Prior(wild, 0.04, 1.0, 1.0)), blank(fit.found.heard)
    descent.begin(tensors, torch.full((27, 33), 20.0, dtype=torch.float64))
    told = [descent.step(tensors).get("objective") for _ in range(40)]
    assert float(tensors["strength"]) < 1.0 and None in told
    known = [np.inf if one is None else float(one) for one in told]
    # A weakening begins anew; in between nothing rises.
    pairs = [pair for pair in zip(known, known[1:]) if np.isfinite(pair).all()]
    assert pairs and all(after <= before + 1e-5 * abs(before) for before, after in pairs)
    assert np.isfinite(known[-1]) and bool(tensors["image"].isfinite().all())


def test_where_nothing_fluctuates_the_image_stays_empty(network: Any) -> None:
    operator = CovarianceOperator(gaussian_operator((9, 11), ZOOM, 1.3, dtype=torch.float64))
    still = measure_covariances(Fluctuations(np.zeros((5, 9, 11)), 4), operator)
    fit = CovarianceFit(operator, still, "even", torch.ones(9, 11, dtype=torch.float64))
    descent, tensors = Descent(fit, 1.0, 0.0, Prior(network, 0.04, 1.0, 1.0)), blank(still.heard)
    descent.begin(tensors, torch.zeros(27, 33, dtype=torch.float64))
    for _ in range(4):
        descent.step(tensors)
    assert float(tensors["image"].abs().max()) < 1e-12


def test_energy_is_followed_live_and_falls_and_the_image_comes_to_rest(make: Callable[..., Problem]) -> None:
    solver = prepared(make(blinking_cross()))
    state, objectives, changes = solver.init(), [], []
    while state.step < solver.total_steps:
        state, told = solver.step(state)
        assert set(told) <= {metric.name for metric in solver.metrics}
        if "change_percent" in told:
            objectives.append(float(told["loss_denoised"]))
            changes.append(float(told["change_percent"]))
            # Weakened by what its training's record says of its stretching, and here no further.
            assert float(told["denoiser_percent"]) == pytest.approx(95.0 / 1.1601, abs=0.1)
    assert len(changes) == 30 and np.all(np.diff(objectives) <= 1e-5 * np.abs(objectives[:-1]))
    assert objectives[-1] < objectives[0] and max(changes[-5:]) < 0.3 * max(changes[:5])
    assert [solver.phase_after(step).name for step in (0, 2, 2 + START_STEPS)] == ["Covariances", "Start", "Support"]


def test_brighter_light_gives_a_brighter_image_of_the_same_shape(make: Callable[..., Problem]) -> None:
    """Steps of the network on a scale of its own: photons seven times as many leave shapes as they are."""
    images = []
    for factor in (1.0, 7.0):
        solver = prepared(make(factor * blinking_cross()))
        state = solver.init()
        for _ in range(2 + START_STEPS + 10):
            state, _ = solver.step(state)
        images.append(solver.variances(state.tensors))
    assert float(images[0].max()) > 0
    torch.testing.assert_close(images[1], 49.0 * images[0], rtol=0, atol=1e-3 * float(images[1].max()))


def test_a_network_that_cannot_be_used_is_refused_before_the_run(make: Callable[..., Problem], tmp_path: Path) -> None:
    problem, file = make(blinking_cross()), tmp_path / "own.safetensors"
    with pytest.raises(ReadError, match="train-denoiser"):
        prepared(problem, network=str(file))
    file.write_bytes(SHIPPED.read_bytes()[:-7])
    with pytest.raises(ReadError, match="damaged"):
        prepared(problem, network=str(file))
    write_network(file, "unfolding", {"a": torch.zeros(2)}, {})
    with pytest.raises(ReadError, match="another kind"):
        prepared(problem, network=str(file))
    write_network(file, "denoiser", {"a": torch.zeros(2)}, {})
    with pytest.raises(ReadError, match="another way"):
        prepared(problem, network=str(file))


def test_the_shipped_network_says_what_it_was_taught(network: Any) -> None:
    shipped = read_network(SHIPPED, "denoiser", shapes_of(ResidualNetwork()))
    record = shipped.record
    assert {"filaments", "rings", "points", "writing", "straight lines"} <= set(record["lesson"]["patterns"])
    assert record["params"]["pairs"] == 500 and record["params"]["validation"] == 100
    assert record["kept"]["psnr_db"] > 25.0 and len(record["curves"]) > 4
    assert SHIPPED.stat().st_size < 1_000_000

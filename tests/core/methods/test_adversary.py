"""The critic at work: what it is shown, by which generator, and how it pulls."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fluogan_app.core.errors import DataError
from fluogan_app.core.methods.fluogan.adversary import critic_shape
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.methods.fluogan.patches import Places, expected_coverage
from fluogan_app.core.rng import make_generator


def test_expected_coverage_is_what_random_patches_do() -> None:
    side, count, draws = (4, 3), 6, 4000
    expected = expected_coverage(9, 7, side, count)
    seen, source = np.zeros((9, 7)), np.random.default_rng(0)
    for _ in range(draws):
        for row, column in zip(source.integers(0, 6, count), source.integers(0, 5, count)):
            seen[row : row + side[0], column : column + side[1]] += 1
    np.testing.assert_allclose(seen / draws, expected, atol=5 * np.sqrt(expected.max() / draws))


def test_cutting_patches_and_adding_them_up_are_adjoint() -> None:
    source = make_generator(0)
    places = Places(
        torch.tensor([0, 5, 2, 5]), torch.tensor([3, 0, 2, 0]), torch.tensor([0, 1, 1, 0]), (4, 3)
    )
    image = torch.randn(9, 7, generator=source, dtype=torch.float64)
    patches = torch.randn(4, 4, 3, generator=source, dtype=torch.float64)
    cut = places.cut(image)
    assert torch.equal(cut[1], image[5:9, 0:3])
    assert torch.equal(places.cut_frames(torch.stack((image, -image)))[2], -image[2:6, 2:5])
    ahead, back = (cut * patches).sum(), (places.sum_onto(patches, image.shape) * image).sum()
    assert float(ahead) == pytest.approx(float(back), rel=1e-12)


def test_whole_frames_are_patches_too() -> None:
    frames = torch.randn(3, 4, 5, generator=make_generator(0))
    places = Places(torch.zeros(2, dtype=int), torch.zeros(2, dtype=int), torch.tensor([2, 0]), (4, 5))
    assert torch.equal(places.cut_frames(frames), frames[[2, 0]])
    torch.testing.assert_close(places.sum_onto(frames[:2], frames.shape[1:]), frames[0] + frames[1])


def test_standardised_frames_know_neither_light_level_nor_bleaching(make, solver) -> None:
    source = np.random.default_rng(0)
    y, x = np.mgrid[:24, :26]
    mean = 40.0 + 30.0 * np.sin(y / 5.0) * np.cos(x / 4.0)
    fading = np.exp(-np.linspace(0, np.log(4), 200))
    frames = 50.0 * source.poisson(fading[:, None, None] * mean)
    method = solver(make(frames.astype(np.float32)), delta=1, batch_size=64)
    adversary, model = method._adversary, method._model
    batch = adversary.recording.draw((8, 8), 64, make_generator(1))
    simulated = adversary.simulator.draw(batch, model.mean, None, make_generator(2))
    for standardised in (batch.real, simulated):
        assert float(standardised.mean()) == pytest.approx(0.0, abs=0.1)
        assert float(standardised.std()) == pytest.approx(1.0, abs=0.12)


def test_the_pull_is_what_the_critic_says_of_drawn_patches(make, solver, recording) -> None:
    method = solver(make(recording), delta=1, batch_size=64)
    tensors = method.init().tensors
    before = tensors["pull"].clone()
    adversary, model = method._adversary, method._model
    metrics = adversary.train(tensors, model.mean)
    assert not torch.equal(tensors["pull"], before)
    assert torch.isfinite(adversary.pull(tensors)).all()
    assert set(metrics) >= {"loss_critic", "critic_real", "critic_simulated", "gradient_penalty", "loss_adversarial"}


def test_the_sampled_data_term_is_that_of_a_batch_of_frames(make, solver, recording) -> None:
    method = solver(make(recording), delta=1, data_term="sampled", batch_size=4, gamma=1.5)
    adversary, tensors, draws = method._adversary, method.init().tensors, []
    for step in range(800):
        adversary._redraw(tensors, make_generator(step))
        draws.append(tensors["draw"].numpy())
    noise, unit = method._noise, method._model.unit_photons
    # γw (ȳ_sim − ȳ_real) with means of four frames each; the variance of 800 draws is known to 5 %.
    wanted = 1.5**2 * (unit**2 / noise.mean_variance) ** 2 * 2.0 * noise.frame_variance / unit**2 / 4
    found = np.var(draws, axis=0)
    np.testing.assert_allclose(found / wanted, 1.0, atol=5 * 0.05)
    assert float(np.mean(found / wanted)) == pytest.approx(1.0, abs=0.02)
    assert abs(float(np.mean(draws) / np.std(draws))) < 4 / np.sqrt(np.size(draws))


def test_pixels_that_do_not_count_feel_no_pull_and_stop_no_run(make, run, solver, recording) -> None:
    """Two hot pixels, which most cameras have: their weight is 0, and nothing is to be divided by it."""
    frames = recording.copy()
    frames[:, 4, 5] = 5000.0 + np.arange(len(frames))
    frames[:, 12, 3] = 8000.0 - np.arange(len(frames))
    method = solver(make(frames), delta=1, batch_size=64)
    assert method._found.defects.mask.sum() >= 2
    tensors = method.init().tensors
    method._adversary.train(tensors, method._model.mean)
    pull = method._adversary.pull(tensors)
    assert torch.isfinite(pull).all() and not pull[torch.from_numpy(method._found.defects.mask)].any()
    assert np.isfinite(run(make(frames), delta=1).result.estimate).all()


@pytest.mark.parametrize("critic", ["paper-2023", "paper-2024"])
def test_a_region_too_small_for_a_papers_critic_is_refused(critic) -> None:
    least = {"paper-2023": 32, "paper-2024": 18}[critic]
    params = FluoganParams(critic=critic)
    assert min(critic_shape(params, (least, least + 9)).map_yx) >= 1
    with pytest.raises(DataError, match="too small for the critic") as refused:
        critic_shape(params, (least - 1, 100))
    assert f"{least} pixels" in refused.value.hint

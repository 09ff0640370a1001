"""The solver as its users rely on it: the same at every light level, repeatable, resumable, honest."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fluogan_app.core.errors import DataError
from fluogan_app.core.methods.fluogan.method import FluoganMethod
from fluogan_app.core.methods.fluogan.model import gradient_energy
from fluogan_app.core.methods.fluogan.params import FluoganParams, warmup_length
from fluogan_app.core.methods.fluogan.schedule import FULL_FIT, START


@pytest.mark.parametrize("delta", [0, 1])
@pytest.mark.parametrize("factor", [0.1, 7.0, 100.0])
def test_counts_times_c_with_gain_times_c_give_the_same_photons(make, run, recording, delta, factor) -> None:
    plain = run(make(recording, gain=1.0), delta=delta).result
    scaled = run(make(recording * np.float32(factor), gain=factor), delta=delta).result
    # Dividing by the gain rounds each frame by 6e-8; forty steps may carry that on a thousandfold.
    scale = plain.estimate.max()
    np.testing.assert_allclose(scaled.estimate, plain.estimate, atol=1e-3 * scale)
    np.testing.assert_allclose(scaled.background, plain.background, rtol=1e-3)
    assert scaled.measures["discrepancy"] == pytest.approx(plain.measures["discrepancy"], rel=1e-3)
    np.testing.assert_allclose(scaled.mean_deviation, plain.mean_deviation, rtol=1e-3)


@pytest.mark.parametrize("factor", [0.1, 7.0, 100.0])
def test_with_the_gain_left_at_1_only_the_unit_changes(make, run, recording, factor) -> None:
    plain = run(make(recording), delta=0).result
    scaled = run(make(recording * np.float32(factor)), delta=0).result
    scale = plain.estimate.max()
    np.testing.assert_allclose(scaled.estimate / factor, plain.estimate, atol=1e-3 * scale)


def test_a_kept_state_does_not_change_while_the_run_goes_on(make, solver, recording) -> None:
    method = solver(make(recording), delta=1)
    state = method.init()
    for _ in range(30):
        state, _ = method.step(state)
    kept = state.copy()
    before = {name: tensor.clone() for name, tensor in kept.tensors.items()}
    method.step(state)
    assert all(torch.equal(before[name], tensor) for name, tensor in kept.tensors.items())


def test_the_seed_decides_and_only_against_the_critic(make, run, recording) -> None:
    problem = make(recording)
    one, same, other = (run(problem, seed, delta=1).result.estimate for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
    mean_fits = [run(problem, seed, delta=0).result.estimate for seed in (1, 2)]
    assert np.array_equal(*mean_fits)


@pytest.mark.parametrize("delta", [0, 1])
def test_photons_are_kept_and_the_structure_is_found(make, run, recording, delta) -> None:
    ended = run(make(recording), delta=delta, steps=400)
    result = ended.result
    assert result.estimate.shape == (57, 69) and result.background.shape == (19, 23)
    assert result.estimate.min() >= 0 and result.background.min() >= 0
    assert abs(result.measures["photon_balance_percent"]) < 1.0
    total = result.estimate.sum() + result.background.sum()
    assert total == pytest.approx(recording.mean(axis=0).sum(), rel=0.02)
    # The cross holds most of its light within 100 nm of where it is; the field as a whole is eight times as wide.
    row = result.estimate[28 - 3 : 28 + 4, 9:-9].sum() / result.estimate[:, 9:-9].sum()
    assert row > 0.4


def test_curves_hold_what_the_window_plots(make, run, recording) -> None:
    curves = run(make(recording), delta=1).curves
    start = warmup_length(FluoganParams(steps=40, delta=1))
    for name in ("loss_critic", "critic_real", "critic_simulated", "gradient_penalty", "loss_adversarial"):
        assert np.isnan(curves.columns[name][:start]).all(), name
        assert np.isfinite(curves.columns[name][start:]).all(), name
    for name in ("loss_data", "loss_generator", "photons_estimate", "photons_simulated", "discrepancy"):
        assert np.isfinite(curves.columns[name]).all(), name
    recorded = recording.mean(axis=0).sum()
    np.testing.assert_allclose(curves.columns["photons_recorded"], recorded, rtol=1e-5)
    assert {metric.plot for metric in curves.metrics} == {"generator", "critic", "photons", "convergence"}


def test_the_fits_of_the_mean_settle(make, run, recording) -> None:
    curves = run(make(recording), delta=0, steps=2 * FULL_FIT).curves.columns
    loss = curves["loss_generator"]
    assert abs(loss[-1] - loss[-20]) < 1e-3 * loss[-1]
    assert curves["relative_change"][-1] < 1e-4 < curves["relative_change"][10]
    # What the mean frame shows is explained: as many deviations are left as there is noise, less what the fit follows.
    assert 0.8 < curves["discrepancy"][-1] < 1.2


def test_the_picture_is_worth_more_the_longer_a_fit_goes_on(make, solver, recording) -> None:
    method = solver(make(recording), delta=0, steps=2 * FULL_FIT)
    state, values = method.init(), {}
    while state.step < FULL_FIT:
        if state.step in (0, START):
            values[state.step] = eq_14(method, state)
        state, _ = method.step(state)
    assert values[START] < 0.1 * values[0]


def eq_14(method, state) -> float:
    """Eq. (14) at what is shown, at even prices."""
    shown = method._shown(state)
    model, smoothness = shown.model, shown.model.smoothness * gradient_energy(shown.background)
    data = 0.5 * model.gamma * model.misfit(model.light(shown.spots) + shown.background).sum()
    return float(data + model.sparsity_term(shown.spots) + smoothness)


@pytest.mark.parametrize("boundary", ["reflecting", "periodic"])
@pytest.mark.parametrize("psf", ["gaussian", "airy"])
def test_every_blur_and_border_is_fitted(make, run, recording, psf, boundary) -> None:
    result = run(make(recording, psf=psf), delta=0, steps=100, boundary=boundary).result
    # An Airy pattern of the same width is not the blur that made these frames, but nearly so.
    assert result.measures["discrepancy"] < 1.5
    assert abs(result.measures["photon_balance_percent"]) < 1.0


@pytest.mark.parametrize("frames", [1, 2, 5, 13])
def test_few_frames_are_enough(make, run, recording, frames) -> None:
    result = run(make(recording[:frames]), delta=0, steps=150).result
    assert np.isfinite(result.estimate).all() and result.estimate.sum() > 0
    assert abs(result.measures["photon_balance_percent"]) < 5.0
    assert ("Only" in " ".join(result.notes)) == (frames < 10)


def test_bleaching_makes_no_ghost(make, run) -> None:
    # A stack that loses three quarters of its light reconstructs as its mean frame does without bleaching.
    from tests.core.methods.conftest import cross, mean_of

    random, mean = np.random.default_rng(5), mean_of(cross((19, 23)), 10.0)
    fading = np.exp(-np.linspace(0, np.log(4), 200))
    fading /= fading.mean()
    steady = random.poisson(np.broadcast_to(mean, (200, *mean.shape))).astype(np.float32)
    faded = random.poisson(fading[:, None, None] * mean).astype(np.float32)
    one, two = (run(make(frames), delta=1, steps=300).result for frames in (steady, faded))
    assert np.corrcoef(one.estimate.ravel(), two.estimate.ravel())[0, 1] > 0.9
    assert two.estimate.sum() == pytest.approx(one.estimate.sum(), rel=0.05)
    assert any("brightness falls" in note for note in two.notes)


def test_an_even_field_is_background(make, run) -> None:
    frames = np.random.default_rng(1).poisson(75.0, (200, 24, 26)).astype(np.float32)
    result = run(make(frames), delta=0, steps=300).result
    assert result.estimate.sum() < 0.01 * frames.mean(axis=0).sum()


def test_hot_pixels_do_no_harm_and_are_said(make, run, recording) -> None:
    hot = recording.copy()
    hot[:, 5, 7] = 60_000.0
    spoilt, sound = (run(make(frames), delta=0, steps=60).result for frames in (hot, recording))
    assert any(note.startswith("1 hot or dead camera pixel was replaced") for note in spoilt.notes)
    assert not any("hot or dead" in note for note in sound.notes)
    # What the median of the neighbours misses of one pixel is a small part of all light.
    assert np.abs(spoilt.estimate - sound.estimate).sum() < 0.05 * sound.estimate.sum()


def test_a_sum_of_photons_that_is_wrong_is_said(make, run, recording) -> None:
    # A stuck row is too much to be mended from its neighbours, and too thin for the blur to have made it.
    hot = recording.copy()
    hot[:, 5, :] = 60_000.0
    spoilt, sound = (run(make(frames), delta=0, steps=60).result for frames in (hot, recording))
    assert abs(spoilt.measures["photon_balance_percent"]) > 2.0
    assert any("intensities are not to be trusted" in note for note in spoilt.notes)
    assert abs(sound.measures["photon_balance_percent"]) < 2.0
    assert not any("intensities are not to be trusted" in note for note in sound.notes)


def test_notes_say_what_was_assumed(make, run, recording) -> None:
    assumed = run(make(recording), delta=0, steps=3).result.notes
    given = run(make(recording, gain=1.0), delta=0, steps=3).result.notes
    assert any("gain" in note and "assumed" in note for note in assumed)
    assert not any("assumed" in note for note in given)


def test_saturated_pixels_are_counted_and_carry_no_weight(make, solver, run, recording) -> None:
    end = np.percentile(recording, 99.9)
    frames = np.where(recording < end, recording, np.float32(4095.0))
    often = (frames == 4095.0).mean(axis=0) > 0.005
    made = solver(make(frames), delta=0, steps=3)
    np.testing.assert_array_equal(made._model.weights.numpy() == 0, made._found.defects.mask)
    assert (made._found.defects.mask >= often).all() and often.any()
    notes = run(make(frames), delta=0, steps=3).result.notes
    assert any("saturated in more than 1 of 200 frames, and not counted" in note for note in notes)


def test_notes_say_what_without_the_critic_had_no_effect(make, run, recording) -> None:
    asked = run(make(recording), delta=0, steps=3, kappa=20.0, generator="double-poisson").result.notes
    assert any("κ" in note and "no effect" in note for note in asked)
    assert not any("no effect" in note for note in run(make(recording), delta=0, steps=3).result.notes)


def test_a_region_smaller_than_the_blur_is_refused(make, solver, recording) -> None:
    with pytest.raises(DataError, match="smaller than the blur"):
        solver(make(recording[:, :3, :]))


def test_an_offset_above_the_light_is_refused(make, solver, recording) -> None:
    with pytest.raises(DataError, match="offset of 5000"):
        solver(make(recording, offset=5000.0))


def test_the_memory_estimate_grows_with_what_is_asked() -> None:
    method = FluoganMethod()
    small, large = FluoganParams(zoom=4), FluoganParams(zoom=8)
    assert method.memory_bytes((10, 50, 50), small) < method.memory_bytes((500, 50, 50), small)
    assert method.memory_bytes((10, 50, 50), small) < method.memory_bytes((10, 50, 50), large)
    patches = FluoganParams(zoom=4, delta=1)
    whole_frames = FluoganParams(zoom=4, delta=1, critic="paper-2024", batch_size=200)
    more = [method.memory_bytes((10, side, side), whole_frames) - method.memory_bytes((10, side, side), patches)
            for side in (50, 500)]  # fmt: skip
    # Patches cost the same on every field, whole frames as much as the field.
    assert more[1] > 50 * more[0]


def test_with_detail_0_the_estimate_is_that_of_eq_14(make, solver, recording) -> None:
    method = solver(make(recording), delta=0, detail=0.0)
    state = method.init()
    assert not any("wide" in name or "coarse" in name for name in state.tensors)
    while state.step < method.total_steps:
        state, _ = method.step(state)
    # Nothing is laid over them: what is shown are the unknowns themselves.
    assert state.tensors["fine"].shape == (57, 69)
    spots = state.tensors["fine"].numpy() * method._model.unit_photons
    np.testing.assert_array_equal(method.result(state).estimate, spots)

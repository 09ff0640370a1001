"""The unfolded network's training, its file, and what a result says of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
import torch

from fluogan_app.core.data.problem import Problem
from fluogan_app.core.errors import ReadError
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.runner import Job
from fluogan_app.core.methods.learned.network_file import network_path, write_network
from fluogan_app.core.methods.learned.training import train
from fluogan_app.core.methods.lsparcom.fields import SIDE, drawn_params, heard_field, variance_of_sources, width_for
from fluogan_app.core.methods.lsparcom.grid import PIXELS_PER_FWHM, seen_sigma
from fluogan_app.core.methods.lsparcom.lesson import UnfoldingLesson
from fluogan_app.core.methods.lsparcom.method import LsparcomMethod
from fluogan_app.core.methods.lsparcom.network import Unfolding, convolved
from fluogan_app.core.methods.lsparcom.network_file import read_unfolding
from fluogan_app.core.methods.lsparcom.params import LsparcomParams
from fluogan_app.core.methods.lsparcom.training_params import UnfoldingTraining
from fluogan_app.core.simulate.params import LinesParams, PointsParams
from fluogan_app.core.simulate.scenarios import simulate

TINY = {
    "fields": 6, "validation": 3, "fewest_frames": 60, "most_frames": 60, "folds": 2, "patch": 48, "batch": 2,
    "steps": 12, "validate_every": 6,
}  # fmt: skip


class Silent:
    def step(self, step: int, total_steps: int, loss: float) -> None: ...

    def validated(self, step: int, measures: Mapping[str, float], best: bool) -> None: ...


@pytest.fixture(scope="module")
def lesson() -> UnfoldingLesson:
    return UnfoldingLesson(UnfoldingTraining(**TINY), "cpu")


@pytest.fixture(scope="module")
def begun() -> dict[str, torch.Tensor]:
    return Unfolding(blurred=False, folds=2).state_dict()


def test_a_short_training_lowers_the_error_and_one_that_was_cut_off_ends_as_if_it_had_not(
    lesson: UnfoldingLesson, begun: Mapping[str, torch.Tensor], tmp_path: Path
) -> None:
    lesson.network.load_state_dict(begun)
    before, params = lesson.validation()["error"], UnfoldingTraining(**TINY)
    whole = train(lesson, params, Silent())
    assert whole.finished and whole.record["kept"]["error"] < 0.985 * before
    lesson.network.load_state_dict(begun)
    asked = iter(range(7))
    cut = train(lesson, params, Silent(), tmp_path / "cut.safetensors", cancelled=lambda: next(asked, None) is None)
    assert not cut.finished
    lesson.network.load_state_dict(begun)
    resumed = train(lesson, params, Silent(), tmp_path / "cut.safetensors", resume=True)
    for name, tensor in whole.tensors.items():
        assert torch.equal(resumed.tensors[name], tensor), name


def test_the_record_says_what_was_learned_and_what_was_kept_away(lesson: UnfoldingLesson) -> None:
    said = lesson.described()
    assert "line pattern" in said["left_out"] and said["looks_at"] == "pairs" and said["folds"] == 2
    drawn = [drawn_params(np.random.default_rng([seed, 11]), (12, 20)) for seed in range(200)]
    assert not any(isinstance(params, LinesParams) for params in drawn)
    assert len({type(params) for params in drawn}) == 4


@pytest.mark.parametrize("zoom", [2, 4, 6])
def test_fields_to_learn_from_have_the_network_s_pixels(zoom: int) -> None:
    sigma = width_for(zoom) / 100.0 / 2.3548
    assert 2.3548 * seen_sigma(sigma) * zoom == pytest.approx(PIXELS_PER_FWHM, rel=1e-3)


def test_what_is_heard_of_a_field_is_its_truth_through_the_blur() -> None:
    """Bright points over little background: g comes near to M r, M a Gaussian of the PSF's own width."""
    params = PointsParams(
        rows=SIDE // 4, columns=SIDE // 4, zoom=4, fwhm_nm=width_for(4), light="blinking", signal_photons=2000.0,
        background_photons=1.0, bleaching_frames=0.0, frames=400, density_per_um2=0.5, photons_per_event=200.0,
    )  # fmt: skip
    stack = simulate(params, 3)
    field = heard_field(stack, blurred=False)
    np.testing.assert_allclose(field.truth, 200.0 * stack.truth, rtol=1e-5)
    expected = convolved(field.truth, Unfolding(blurred=False).kernels[0]().detach())
    slope = float((field.heard.image * expected).sum() / expected.square().sum())
    assert slope == pytest.approx(1.0, abs=0.2)
    rest = field.heard.image - slope * expected
    assert float(rest.norm()) < 0.4 * float(field.heard.image.norm())


def test_slow_blinkers_vary_by_what_their_number_and_brightness_make() -> None:
    params = PointsParams(rows=24, columns=24, zoom=2, light="slow-blinking", frames=16, density_per_um2=3.0)
    stack = simulate(params, 1)
    variance, mean = variance_of_sources(stack), stack.truth
    # Poisson-like with κ photons an event, but for the rounding of the number of molecules in each pixel.
    lit = mean > 0
    assert np.all(variance[lit] <= 1.5 * stack.params.photons_per_event * mean[lit])


def test_a_network_s_file_is_checked(tmp_path: Path, lesson: UnfoldingLesson) -> None:
    record = {"lesson": dict(lesson.described())}
    weights = Unfolding(blurred=False, folds=2).state_dict()
    good = tmp_path / "good.safetensors"
    write_network(good, "unfolding", weights, record)
    found = read_unfolding(good)
    assert found.network.folds == 2 and not found.blurred
    with pytest.raises(ReadError, match="There is no network file"):
        read_unfolding(tmp_path / "none.safetensors")
    cases = {
        "foreign": ("denoiser", weights, record, "another kind"),
        "unsaid": ("unfolding", weights, {"lesson": {}}, "built in another way"),
        "folds": ("unfolding", weights, {"lesson": {**record["lesson"], "folds": 3}}, "built in another way"),
        "nan": ("unfolding", {**weights, "scale": torch.tensor(float("nan"))}, record, "damaged"),
    }
    for name, (kind, tensors, said, words) in cases.items():
        path = tmp_path / f"{name}.safetensors"
        write_network(path, kind, tensors, said)
        with pytest.raises(ReadError, match=words) as raised:
            read_unfolding(path)
        assert raised.value.hint
    damaged = bytearray(good.read_bytes())
    damaged[-3] ^= 0x40
    good.write_bytes(damaged)
    with pytest.raises(ReadError, match="damaged"):
        read_unfolding(good)


def test_a_psf_that_was_never_learned_is_told(make: Callable[..., Problem], tmp_path: Path) -> None:
    """The PSF is three camera pixels wide (FWHM): learned by one network, not by the other."""
    problem = make(np.random.default_rng(2).poisson(30.0, (12, 14, 15)).astype(np.float32))

    def notes(most: float) -> tuple[str, ...]:
        lesson = {"folds": 1, "looks_at": "variance", "psf_fwhm_pixels": [1.9, most], "pixels_per_fwhm": 12.0}
        network = tmp_path / "own.safetensors"
        write_network(network, "unfolding", Unfolding(blurred=True, folds=1).state_dict(), {"lesson": lesson})
        params = LsparcomParams(zoom=2, network=str(network))
        return Job(LsparcomMethod().prepare(problem, params, "cpu", 0), Control()).run().result.notes

    assert not any("trained for" in note for note in notes(5.9))
    assert any("3.0 camera pixels" in note and "trained for 1.9 to 2.5" in note for note in notes(2.5))


def test_the_network_that_comes_with_the_program_is_sound_and_small() -> None:
    path = network_path("", "unfolding")
    found = read_unfolding(path)
    assert found.network.folds == 10 and path.stat().st_size < 300_000

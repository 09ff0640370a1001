"""The spread over random halves of the frames is the noise of the result on all of them, and leaves that as it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.halves import half_frames
from fluogan_app.core.data.problem import make_field
from fluogan_app.core.data.roi import Roi
from fluogan_app.core.data.stack import ArraySource, Stack
from fluogan_app.core.errors import DataError, SolverError
from fluogan_app.core.jobs.checkpoint import Checkpoint, CheckpointFolder
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.events import Outcome
from fluogan_app.core.jobs.runner import Cadence, Job
from fluogan_app.core.methods.fluogan.method import FluoganMethod
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.methods.planning import make_plan, prepare
from fluogan_app.core.methods.sofi.method import SofiMethod
from fluogan_app.core.methods.sofi.params import SofiParams
from tests.core.methods.conftest import FWHM_NM, PIXEL_NM, ZOOM, cross, mean_of

CAMERA = Acquisition().with_values(Origin.USER, pixel_size_nm=PIXEL_NM, fwhm_nm=FWHM_NM)


def solver_of(method, params, frames, repeats: int, tile: int = 10_000, roi: Roi | None = None):
    field = make_field(Stack(Path("frames"), "memory", ArraySource(frames)), CAMERA, roi)
    plan = make_plan(method, params, CAMERA, len(frames), field.roi, tile)
    return prepare(method, field, plan, params, "cpu", 3, repeats).solver


def noisy(seed: int, frames: int = 64) -> np.ndarray:
    return np.random.default_rng(seed).poisson(100.0, (frames, 30, 34)).astype(np.uint16)


def run(solver, folder: Path | None = None, stop_at: int = 10**9, start: Checkpoint | None = None):
    control = Control()

    class Stop:
        def progress(self, progress) -> None:
            if progress.step >= stop_at:
                control.cancel()

        def preview(self, preview) -> None:
            pass

    checkpoints = CheckpointFolder(folder) if folder else None
    return Job(solver, control, Stop(), checkpoints, Cadence(0.0, 0.0, 0.0, 0.0, 0.0)).run(start)


@pytest.mark.parametrize("count", [8, 9, 31, 64, 500])
def test_a_half_is_one_of_each_two_neighbouring_blocks(count: int) -> None:
    kept = half_frames(count, np.random.default_rng(1))
    assert (np.diff(kept) > 0).all() and abs(len(kept) - count / 2) <= 16
    other = half_frames(count, np.random.default_rng(2))
    assert not np.array_equal(kept, other)
    # A trend stays: no half lies earlier or later than the other by more than a block.
    assert abs(kept.mean() - (count - 1) / 2) <= count / 16 + 1


def test_for_a_mean_the_spread_over_halves_is_its_standard_error() -> None:
    values = np.random.default_rng(5).normal(size=(512, 2000))
    means = [values[half_frames(512, np.random.default_rng(seed))].mean(axis=0) for seed in range(200)]
    # 16 pairs give each variance a relative deviation of √(2/16), averaged over 2000 columns: below 1 %.
    assert np.var(means, axis=0).mean() == pytest.approx(1 / 512, rel=0.03)


def test_the_image_stays_as_it_is_and_the_deviation_is_that_of_the_mean(walk) -> None:
    """The walk ends close to the mean frame, whose standard error is known: √(100/64) photons."""
    frames = noisy(1)
    params = walk.params_type(steps=60)
    plain, repeated = (run(solver_of(walk, params, frames, repeats)).result for repeats in (0, 24))
    np.testing.assert_array_equal(plain.estimate, repeated.estimate)
    np.testing.assert_array_equal(plain.background, repeated.background)
    assert plain.deviation is None and repeated.deviation.shape == repeated.estimate.shape
    assert np.sqrt(np.mean(repeated.deviation**2)) == pytest.approx(np.sqrt(100 / 64), rel=0.05)
    relative = 100 * repeated.deviation.sum() / repeated.estimate.sum()
    assert repeated.measures["estimate_deviation_percent"] == pytest.approx(relative)


@pytest.mark.parametrize(("tile", "stop_at"), [(10_000, 0), (10_000, 20), (10_000, 47), (32, 47), (32, 100)])
def test_stopped_anywhere_and_resumed_gives_the_same_bits(walk, tmp_path: Path, tile: int, stop_at: int) -> None:
    params, frames = walk.params_type(steps=20), noisy(1)[:, :, :33]
    whole = run(solver_of(walk, params, frames, 3, tile))
    stopped = run(solver_of(walk, params, frames, 3, tile), tmp_path / "checkpoint", stop_at)
    assert stopped.outcome is Outcome.CANCELLED
    start = CheckpointFolder(tmp_path / "checkpoint").load()
    resumed = run(solver_of(walk, params, frames, 3, tile), start=start)
    assert resumed.steps == whole.steps
    for name in ("estimate", "deviation", "background", "mean"):
        np.testing.assert_array_equal(getattr(resumed.result, name), getattr(whole.result, name))
    for name, column in whole.curves.columns.items():
        np.testing.assert_array_equal(resumed.curves.columns[name], column)


def test_a_run_cut_off_in_its_repeats_has_the_whole_image(walk) -> None:
    params, frames = walk.params_type(steps=20), noisy(1)
    expected = run(solver_of(walk, params, frames, 0)).result
    stopped = run(solver_of(walk, params, frames, 5), stop_at=70).result
    np.testing.assert_array_equal(stopped.estimate, expected.estimate)
    assert stopped.notes[0].startswith("2 of 5 repeats")


def test_the_deviation_is_cut_to_the_region(walk) -> None:
    params = walk.params_type(steps=20)
    result = run(solver_of(walk, params, noisy(1), 3, roi=Roi(10, 9, 8, 12))).result
    assert result.deviation.shape == result.estimate.shape == (16, 24)


def test_the_curves_are_those_of_the_run_on_all_frames(walk) -> None:
    params, frames = walk.params_type(steps=20), noisy(1)
    plain, repeated = (run(solver_of(walk, params, frames, repeats)).curves for repeats in (0, 2))
    for name, column in plain.columns.items():
        np.testing.assert_array_equal(repeated.columns[name][:20], column)
        assert np.isnan(repeated.columns[name][20:]).all()


def test_in_tiles_photons_still_add_up_over_the_tiles(walk) -> None:
    params, frames = walk.params_type(steps=20), noisy(1)[:, :, :33]
    plain, repeated = (run(solver_of(walk, params, frames, repeats, 32)).curves for repeats in (0, 2))
    alone, among = (each.columns["photons_estimate"] for each in (plain, repeated))
    # The second tile of two begins after 20 steps, or after 60; random numbers differ by 0.023 a pixel at most.
    second = repeated.steps > 60
    assert np.abs(among[second][:20] / alone[20:] - 1).max() < 1e-3


def test_too_few_frames_and_foreign_states_are_refused(walk) -> None:
    params = walk.params_type(steps=20)
    with pytest.raises(DataError, match="at least 8 frames"):
        solver_of(walk, params, noisy(1, 7), 3)
    solver = solver_of(walk, params, noisy(1), 3)
    state = run(solver_of(walk, params, noisy(1), 0)), solver.init()
    state[1].step = 25
    with pytest.raises(SolverError, match="does not belong"):
        solver.restore(state[1])


def test_for_the_real_method_it_is_what_other_recordings_show() -> None:
    """The mean over the field, and along the line alone, as the spread over ten recordings says.

    A spread of ten is known to 1/√18 at one place; the cross has about ten that are independent, so that each of both
    means is known to 8 %, their ratio to 11 %: three times that is allowed.
    """
    mean = mean_of(cross((19, 23)), 10.0)
    params = FluoganParams(zoom=ZOOM, steps=150, delta=0)
    recordings = [np.random.default_rng(seed).poisson(mean, (96, *mean.shape)).astype(np.float32) for seed in range(10)]
    estimates = [run(solver_of(FluoganMethod(), params, frames, 0)).result.estimate for frames in recordings]
    spread = np.std(estimates, axis=0, ddof=1)
    result = run(solver_of(FluoganMethod(), params, recordings[0], 10)).result
    line = np.mean(estimates, axis=0) > 3.0
    assert result.deviation.mean() == pytest.approx(spread.mean(), rel=0.33)
    assert result.deviation[line].mean() == pytest.approx(spread[line].mean(), rel=0.33)


def test_a_method_that_goes_through_the_frames_is_done_with_half_of_them_sooner() -> None:
    """Blocks of frames are steps: half of the frames have half as many."""
    params = SofiParams(zoom=2, window_frames=16, sharpening=False)
    alone = run(solver_of(SofiMethod(), params, noisy(8), repeats=0))
    ended = run(solver_of(SofiMethod(), params, noisy(8), repeats=2))
    assert ended.outcome is Outcome.FINISHED and alone.result.steps == 4
    np.testing.assert_array_equal(ended.result.estimate, alone.result.estimate)
    deviation = ended.result.deviation
    assert np.isfinite(deviation).all() and deviation.mean() > 0

"""A field in tiles runs as one job: paused, killed and resumed bit for bit, its pieces joined without a trace."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.problem import Field, make_field
from fluogan_app.core.data.result import Curves
from fluogan_app.core.data.roi import Roi
from fluogan_app.core.data.stack import ArraySource, Stack
from fluogan_app.core.errors import DataError, SolverError
from fluogan_app.core.jobs.checkpoint import Checkpoint, CheckpointFolder
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.events import Ended, Outcome
from fluogan_app.core.jobs.runner import Cadence, Job
from fluogan_app.core.methods import mosaic
from fluogan_app.core.methods.base import State
from fluogan_app.core.methods.mosaic import Piece, joined_notes
from fluogan_app.core.methods.planning import make_plan, prepare

CAMERA = Acquisition().with_values(Origin.USER, pixel_size_nm=100.0, fwhm_nm=200.0, offset=5.0)
SHAPE = (6, 70, 90)


def recorded() -> np.ndarray:
    return np.random.default_rng(1).integers(10, 200, SHAPE).astype(np.uint16)


def field_of(frames: np.ndarray, roi: Roi | None = None) -> Field:
    return make_field(Stack(Path("frames.tif"), "memory", ArraySource(frames)), CAMERA, roi)


def solver_of(method, field: Field, steps: int = 20, tile: int | None = 32):
    params = method.params_type(steps=steps)
    plan = make_plan(method, params, field.acquisition, field.shape_tyx[0], field.roi, tile)
    return prepare(method, field, plan, params, "cpu", 3).solver


class Stopped:
    """Cancels a job at a step."""

    def __init__(self, control: Control, step: int) -> None:
        self._control, self._step = control, step
        self.phases: list[str] = []
        self.left: list[float | None] = []

    def progress(self, progress) -> None:
        self.phases.append(progress.phase)
        self.left.append(progress.seconds_left)
        if progress.step >= self._step:
            self._control.cancel()

    def preview(self, preview) -> None:
        """Not looked at."""


EVERY_STEP = Cadence(progress=0.0, preview=0.0, keep=0.0, checkpoint=0.0)


def run(solver, folder: Path | None = None, stop_at: int = 10**9, start: Checkpoint | None = None, clock=None):
    control = Control()
    sink = Stopped(control, stop_at)
    checkpoints = CheckpointFolder(folder) if folder is not None else None
    options = {} if clock is None else {"clock": clock}
    return Job(solver, control, sink, checkpoints, EVERY_STEP, **options).run(start), sink


def test_the_joined_image_is_that_of_the_whole_field(walk) -> None:
    """The walk goes pixel by pixel, so tiles differ from the whole by their random numbers alone."""
    frames = recorded()
    ended, _ = run(solver_of(walk, field_of(frames), steps=80))
    assert ended.outcome is Outcome.FINISHED and len(walk.solvers) == 9
    mean = frames.mean(axis=0) - 5.0
    expected = np.kron(mean, np.ones((2, 2))) * (1 - 0.9**80)
    # Steps of noise 0.01, each forgotten at a tenth per step: a deviation of 0.01/√(1 − 0.81) = 0.023.
    assert np.abs(ended.result.estimate - expected).max() < 6 * 0.023
    np.testing.assert_allclose(ended.result.background, mean / 2, rtol=1e-5)
    np.testing.assert_allclose(ended.result.mean, mean, rtol=1e-6)
    assert ended.result.measures["photon_balance_percent"] == pytest.approx(0.5)
    assert ended.result.notes == ("A note.",)


def test_a_region_in_tiles_lies_where_it_was_drawn(walk) -> None:
    frames, roi = recorded(), Roi(11, 7, 50, 70)
    ended, _ = run(solver_of(walk, field_of(frames, roi), steps=80))
    mean = frames.mean(axis=0)[roi.slices] - 5.0
    assert ended.result.mean.shape == (50, 70)
    assert np.abs(ended.result.estimate - np.kron(mean, np.ones((2, 2))) * (1 - 0.9**80)).max() < 6 * 0.023


@pytest.mark.parametrize("stop_at", [0, 7, 20, 47, 179])
def test_stopped_anywhere_and_resumed_gives_the_same_bits(walk, tmp_path: Path, stop_at: int) -> None:
    field = field_of(recorded())
    whole, _ = run(solver_of(walk, field))
    stopped, _ = run(solver_of(walk, field), tmp_path / "checkpoint", stop_at)
    assert stopped.outcome is Outcome.CANCELLED
    start = CheckpointFolder(tmp_path / "checkpoint").load()
    resumed, _ = run(solver_of(walk, field), tmp_path / "checkpoint", start=start)
    assert resumed.steps == whole.steps == 180
    np.testing.assert_array_equal(resumed.result.estimate, whole.result.estimate)
    np.testing.assert_array_equal(resumed.result.background, whole.result.background)
    assert resumed.result.measures.keys() == whole.result.measures.keys()
    for name, column in whole.curves.columns.items():
        np.testing.assert_array_equal(resumed.curves.columns[name], column)


def test_a_finished_tile_is_written_once(walk, tmp_path: Path) -> None:
    field, folder = field_of(recorded()), tmp_path / "checkpoint"
    run(solver_of(walk, field), folder, stop_at=50)
    written = {path.name: path.stat().st_mtime_ns for path in folder.glob("part-*")}
    assert sorted(written) == ["part-0000.safetensors", "part-0001.safetensors"]
    checkpoints = CheckpointFolder(folder)
    control = Control()
    Job(solver_of(walk, field), control, Stopped(control, 110), checkpoints, EVERY_STEP).run(checkpoints.load())
    later = {path.name: path.stat().st_mtime_ns for path in folder.glob("part-*")}
    assert len(later) == 5 and {name: later[name] for name in written} == written


def test_a_damaged_part_falls_back_to_the_checkpoint_before_it(walk, tmp_path: Path) -> None:
    field, folder = field_of(recorded()), CheckpointFolder(tmp_path / "checkpoint")
    solver, state = solver_of(walk, field), State(0)
    while state.step < 40:
        state, _ = solver.step(state)
        if state.step in (39, 40):
            folder.save(Checkpoint(state.copy(), Curves(), solver.image(state)))
    newest = folder.folder / "part-0001.safetensors"
    newest.write_bytes(newest.read_bytes()[:-1] + b"\xff")
    fallen = CheckpointFolder(folder.folder).load()
    assert fallen.state.step == 39 and {name[:4] for name in fallen.state.finished} == {"0000"}
    resumed, _ = run(solver_of(walk, field), folder.folder, start=fallen)
    np.testing.assert_array_equal(resumed.result.estimate, run(solver_of(walk, field))[0].result.estimate)


def test_photons_add_up_over_the_finished_tiles(walk) -> None:
    """The walk sums over its whole block; the last value is the sum over all blocks at their ends."""
    field = field_of(recorded())
    ended, _ = run(solver_of(walk, field))
    photons = ended.curves.columns["photons_estimate"]
    ends = photons[19::20]
    assert (np.diff(ends) > 0).all()
    assert photons[20] > ends[0]


def test_a_tile_without_light_is_passed_over(walk) -> None:
    frames = recorded()
    frames[:, :40, :50] = 5
    ended, _ = run(solver_of(walk, field_of(frames), steps=60))
    assert ended.outcome is Outcome.FINISHED and ended.steps == 540
    assert 3 not in {solver.seed for solver in walk.solvers}
    assert not ended.result.estimate[:40, :40].any()
    assert ended.result.estimate[100:, 120:].min() > 0
    assert not any("not reached" in note for note in ended.result.notes)


def test_a_field_without_any_light_says_what_the_method_says(walk) -> None:
    def refuse(problem, *_):
        raise DataError("No light.", "Check the offset.")

    walk.prepare = refuse
    frames = recorded() // 50
    with pytest.raises(DataError, match="No light"):
        solver_of(walk, field_of(frames))


def test_where_it_was_stopped_the_rest_is_empty_and_said_so(walk) -> None:
    frames = recorded()
    ended, _ = run(solver_of(walk, field_of(frames), steps=80), stop_at=200)
    assert ended.result.notes[0] == "6 of 9 tiles were not reached: the image is empty there."
    expected = frames.mean(axis=0) - 5.0
    # What is there is whole: where the neighbour's share is missing, nothing fades out.
    np.testing.assert_allclose(ended.result.background[:20, :70], expected[:20, :70] / 2, rtol=1e-3)
    assert not ended.result.background[45:].any()


def test_each_tile_draws_other_random_numbers(walk) -> None:
    run(solver_of(walk, field_of(recorded())))
    assert len({solver.seed for solver in walk.solvers}) == 9


def test_previews_grow_tile_by_tile_and_stay_below_a_megapixel(walk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mosaic, "PREVIEW_PIXELS", 1000)
    solver = solver_of(walk, field_of(recorded()), steps=60)
    state, previews = solver.init(), []
    for _ in range(solver.total_steps):
        state, _ = solver.step(state)
        if state.step % 20 == 0:
            previews.append(solver.image(state).estimate)
    assert all(image.size <= 1000 for image in previews)
    filled = [np.count_nonzero(image) for image in previews]
    assert filled == sorted(filled) and filled[0] < filled[-1] == previews[-1].size
    side = int(np.ceil(np.sqrt(140 * 180 / 1000)))
    height, width = 140 // side, 180 // side
    whole = solver.result(state).estimate[: height * side, : width * side]
    expected = whole.reshape(height, side, width, side).mean(axis=(1, 3))
    np.testing.assert_allclose(previews[-1][:height, :width], expected, rtol=1e-5)
    # An older state, as after falling back to a checkpoint, shows its own tiles again and no others.
    older = State(60, {}, {name: part for name, part in state.finished.items() if name.startswith("0000")})
    np.testing.assert_allclose(solver.image(older).estimate, previews[2], rtol=1e-6)


def test_progress_names_the_tile_and_knows_the_time_left_after_the_first(walk) -> None:
    ticks = iter(range(10**9))
    _, sink = run(solver_of(walk, field_of(recorded())), clock=lambda: float(next(ticks)))
    assert sink.phases[0] == "Tile 1 of 9, walking" and sink.phases[-1] == "Tile 9 of 9, walking"
    assert all(left is not None and left > 0 for left in sink.left[5:-1])


def test_with_phases_of_unlike_speed_the_time_left_waits_for_a_whole_tile(walk) -> None:
    walk.options = {"running_from": 10}
    ticks = iter(range(10**9))
    _, sink = run(solver_of(walk, field_of(recorded())), clock=lambda: float(next(ticks)))
    assert all(left is None for left in sink.left[:18])
    assert all(left is not None for left in sink.left[20:])


def test_a_state_of_other_tiles_or_steps_is_refused(walk, tmp_path: Path) -> None:
    field, folder = field_of(recorded()), tmp_path / "checkpoint"
    run(solver_of(walk, field), folder, stop_at=50)
    start = CheckpointFolder(folder).load()
    for other in (solver_of(walk, field, tile=45), solver_of(walk, field, steps=30)):
        with pytest.raises(SolverError, match="does not belong"):
            other.restore(start.state)
    start.state.finished.pop("0000.estimate")
    with pytest.raises(SolverError, match="does not belong"):
        solver_of(walk, field).restore(start.state)


def test_no_tile_is_kept_whose_image_is_not_a_number(walk) -> None:
    walk.options = {"nan_state_at": 20}
    ended: Ended = Job(solver_of(walk, field_of(recorded())), Control()).run()
    assert ended.outcome is Outcome.FAILED and "tile 1 of 9" in ended.error.message


def test_what_all_tiles_say_is_said_once_and_numbers_do_not_make_another_sentence() -> None:
    def saying(*notes: str) -> Piece:
        return Piece(np.zeros((2, 2)), np.zeros((1, 1)), 20, notes=notes)

    pieces = {0: saying("The gain is assumed."), 1: saying("The gain is assumed.", "3 pixels were hot.")}
    pieces[2] = saying("The gain is assumed.", "17 pixels were hot.")
    pieces[3] = Piece(np.zeros((2, 2)), np.zeros((1, 1)))
    assert joined_notes(pieces, 4) == (
        "The gain is assumed.",
        "Tile 2 (and 1 more of 3 tiles alike): 3 pixels were hot.",
    )
    pieces[0] = saying()
    assert "Tile 2 (and 1 more of 3 tiles alike): The gain is assumed." in joined_notes(pieces, 4)


def test_no_more_than_a_tile_of_frames_is_read_at_a_time(walk) -> None:
    class Counting(ArraySource):
        largest = 0

        def rows(self, index: int, start: int, stop: int) -> np.ndarray:
            Counting.largest = max(Counting.largest, stop - start)
            return self.frame(index)[start:stop]

    field = make_field(Stack(Path("frames.tif"), "memory", Counting(recorded())), CAMERA)
    run(solver_of(walk, field))
    shapes = [solver.mean.shape for solver in walk.solvers]
    # A cell of at most 24 × 30, half an overlap of 6 and a margin of 6 on both sides.
    assert max(height for height, _ in shapes) <= 24 + 2 * (3 + 6) and max(width for _, width in shapes) <= 30 + 2 * 9
    assert Counting.largest == max(height for height, _ in shapes)

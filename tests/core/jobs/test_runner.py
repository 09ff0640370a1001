"""The one loop: what it does between two steps, and what it keeps when something goes wrong."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from fluogan_app.core.errors import FluoganError, OutOfMemoryError, ProjectError, SolverError
from fluogan_app.core.jobs.checkpoint import CheckpointFolder
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.events import Ended, Outcome, Progress
from fluogan_app.core.jobs.runner import Cadence, Job

EVERY_STEP = Cadence(progress=0.0, preview=0.0, keep=0.0, first_checkpoint=0.0, checkpoint=0.0)
NEVER = 1e9
ONLY_AT_THE_END = Cadence(progress=NEVER, preview=NEVER, keep=NEVER, first_checkpoint=NEVER, checkpoint=NEVER)


class Listener:
    """Keeps what a job tells, and lets a test wait for it."""

    def __init__(self) -> None:
        self.reports: list[Progress] = []
        self.previews = []
        self.paused = threading.Event()

    def progress(self, progress: Progress) -> None:
        self.reports.append(progress)
        if progress.paused:
            self.paused.set()

    def preview(self, preview) -> None:
        self.previews.append(preview)


class Clock:
    """Time that passes only when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class TimedFolder(CheckpointFolder):
    """Notes when checkpoints are saved."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        super().__init__(folder)
        self.clock, self.times = clock, []

    def save(self, checkpoint) -> None:
        self.times.append(self.clock())
        super().save(checkpoint)


def test_a_run_takes_every_step_once_and_keeps_one_row_for_each(make_walk):
    solver, listener = make_walk(total_steps=50), Listener()
    ended = Job(solver, Control(), listener, cadence=EVERY_STEP).run()
    assert ended.outcome is Outcome.FINISHED and ended.steps == 50 and ended.error is None
    assert solver.steps_taken == list(range(1, 51)) == ended.curves.steps.tolist()
    rare = ended.curves.columns["rare"]
    assert np.array_equal(np.isnan(rare), ended.curves.steps % 3 != 0)
    photons = ended.result.estimate.sum(dtype=np.float64)
    assert np.isclose(ended.curves.columns["photons_estimate"][-1], photons, rtol=1e-5)


def test_reports_and_previews_come_at_their_pace(make_walk):
    clock, listener = Clock(), Listener()

    def during(step: int) -> None:
        clock.now += 0.05

    solver = make_walk(total_steps=100, during=during)
    Job(solver, Control(), listener, cadence=Cadence(progress=0.1, preview=0.2), clock=clock).run()
    assert 40 <= len(listener.reports) <= 51
    assert 20 <= len(listener.previews) <= 26
    last = listener.reports[-1]
    assert last.steps_per_second == pytest.approx(20.0) and last.phase == "Walking"
    assert last.seconds_left == pytest.approx((100 - last.step) / 20.0)


def test_time_left_is_told_when_the_last_phase_has_begun(make_walk):
    """Forty quick steps, then twenty that take twenty times as long: no promise is made from the quick ones."""
    clock, listener = Clock(), Listener()

    def during(step: int) -> None:
        clock.now += 0.05 if step <= 40 else 1.0

    solver = make_walk(total_steps=60, during=during, running_from=40)
    Job(solver, Control(), listener, cadence=Cadence(progress=0.1), clock=clock).run()
    walking = [report for report in listener.reports if report.phase == "Walking"]
    running = [report for report in listener.reports if report.phase == "Running"]
    assert walking and all(report.seconds_left is None for report in walking)
    told = [report for report in running if report.seconds_left is not None]
    assert len(told) >= len(running) - 1
    for report in told:
        assert report.seconds_left == pytest.approx(60 - report.step, rel=0.01)
        assert report.steps_per_second == pytest.approx(1.0, rel=0.01)


def test_previews_of_a_large_image_take_no_more_than_their_share_of_the_time(make_walk):
    clock, listener = Clock(), Listener()
    solver = make_walk(total_steps=1000)
    shown = solver.image

    def during(step: int) -> None:
        clock.now += 0.05

    def slow_image(state):
        clock.now += 0.5
        return shown(state)

    solver.during, solver.image = during, slow_image
    Job(solver, Control(), listener, clock=clock).run()
    assert 2 <= len(listener.previews) and 0.5 * len(listener.previews) < 0.06 * (clock.now - 100.0)


def test_pause_holds_after_the_current_step_and_resume_goes_on(make_walk, tmp_path):
    control, listener = Control(), Listener()
    solver = make_walk(total_steps=30, during=lambda step: control.pause() if step == 7 else None)
    folder, ended = CheckpointFolder(tmp_path), []
    thread = threading.Thread(target=lambda: ended.append(Job(solver, control, listener, folder).run()))
    thread.start()
    assert listener.paused.wait(20)
    assert solver.steps_taken == list(range(1, 8))
    assert folder.load().state.step == 7, "a pause may outlast the machine"
    control.resume()
    thread.join(20)
    assert ended[0].outcome is Outcome.FINISHED and ended[0].steps == 30


def test_time_in_a_pause_does_not_count(make_walk):
    clock, control = Clock(), Control()

    class Resuming(Listener):
        def progress(self, progress: Progress) -> None:
            super().progress(progress)
            if progress.paused:
                clock.now += 1000.0
                control.resume()

    def during(step: int) -> None:
        clock.now += 1.0
        if step == 5:
            control.pause()

    listener = Resuming()
    ended = Job(make_walk(total_steps=10, during=during), control, listener, clock=clock).run()
    assert ended.seconds == pytest.approx(10.0)
    assert listener.reports[-1].steps_per_second == pytest.approx(1.0)


def test_cancel_is_heard_within_one_step(make_walk, tmp_path):
    control = Control()
    solver = make_walk(total_steps=1000, during=lambda step: control.cancel() if step == 7 else None)
    ended = Job(solver, control, checkpoints=CheckpointFolder(tmp_path)).run()
    assert ended.outcome is Outcome.CANCELLED and ended.error is None
    assert ended.steps == 7 and ended.result is not None and ended.result.steps == 7
    assert CheckpointFolder(tmp_path).load().state.step == 7


def test_cancel_is_heard_while_paused(make_walk):
    control, listener, ended = Control(), Listener(), []
    solver = make_walk(total_steps=1000, during=lambda step: control.pause() if step == 3 else None)
    thread = threading.Thread(target=lambda: ended.append(Job(solver, control, listener).run()))
    thread.start()
    assert listener.paused.wait(20)
    control.cancel()
    thread.join(20)
    assert ended[0].outcome is Outcome.CANCELLED and ended[0].steps == 3


def test_cancel_before_the_first_step_leaves_no_result(make_walk):
    control = Control()
    control.cancel()
    ended = Job(make_walk(), control).run()
    assert ended.outcome is Outcome.CANCELLED and ended.steps == 0 and ended.result is None


@pytest.mark.parametrize("where", ["nan_metric_at", "nan_state_at"])
def test_values_that_are_not_finite_end_the_run_with_the_last_good_state(make_walk, tmp_path, where):
    solver = make_walk(total_steps=50, **{where: 12})
    ended = Job(solver, Control(), checkpoints=CheckpointFolder(tmp_path), cadence=EVERY_STEP).run()
    assert ended.outcome is Outcome.FAILED and isinstance(ended.error, SolverError)
    assert "not a finite number" in ended.error.message
    assert ended.steps == 11 and np.isfinite(ended.result.estimate).all()
    assert np.isfinite(CheckpointFolder(tmp_path).load().state.tensors["x"].numpy()).all()
    assert ended.curves.steps.tolist() == list(range(1, 12)) and np.isfinite(ended.curves.columns["distance"]).all()


def test_a_bad_value_is_noticed_at_the_end_at_the_latest(make_walk):
    ended = Job(make_walk(total_steps=50, nan_metric_at=12), Control(), cadence=ONLY_AT_THE_END).run()
    assert ended.outcome is Outcome.FAILED and isinstance(ended.error, SolverError)


def failing_with(error: Exception):
    def during(step: int) -> None:
        if step == 6:
            raise error

    return during


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("CUDA out of memory. Tried to allocate 20.00 MiB"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes."),
        RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 8 bytes."),
    ],
)
def test_missing_memory_comes_with_advice(make_walk, error):
    ended = Job(make_walk(during=failing_with(error)), Control(), cadence=EVERY_STEP).run()
    assert ended.outcome is Outcome.FAILED and isinstance(ended.error, OutOfMemoryError)
    assert "smaller region" in ended.error.hint and ended.error.__cause__ is error
    assert ended.steps == 5 and ended.result is not None


FAULTS = [ValueError("shapes"), RuntimeError("cudnn"), FluoganError("The lamp is off.", "Switch it on.")]


@pytest.mark.parametrize("error", FAULTS)
def test_whatever_a_solver_raises_the_last_good_state_survives(make_walk, error):
    ended = Job(make_walk(during=failing_with(error)), Control(), cadence=EVERY_STEP).run()
    assert ended.outcome is Outcome.FAILED and ended.steps == 5 and ended.result.steps == 5
    assert str(error) in str(ended.error) or ended.error is error


def test_a_failure_on_the_way_out_still_ends_in_words(make_walk):
    solver = make_walk(during=failing_with(RuntimeError("CUDA out of memory")))
    solver.restore = failing_with(RuntimeError("CUDA out of memory"))  # type: ignore[method-assign]
    solver.result = lambda state: (_ for _ in ()).throw(RuntimeError("again"))  # type: ignore[method-assign]
    ended = Job(solver, Control(), cadence=EVERY_STEP).run()
    assert ended.outcome is Outcome.FAILED and isinstance(ended.error, OutOfMemoryError)
    assert ended.steps == 5 and ended.result is None


def checkpoint_complaints(began: float, times: list[float]) -> list[str]:
    """Where saving was later than promised: the first within 5 s, then every 30 s."""
    gaps = np.diff([began, *times])
    late = ["first" for gap in gaps[:1] if gap > 5.0]
    return late + [f"gap of {gap:g} s" for gap in gaps[1:] if gap > 30.0]


@pytest.mark.parametrize("step_seconds", [0.01, 0.7, 3.0])
def test_the_first_checkpoint_comes_within_5_s_and_the_next_within_30(make_walk, tmp_path, step_seconds):
    clock = Clock()

    def during(step: int) -> None:
        clock.now += step_seconds

    folder = TimedFolder(tmp_path, clock)
    steps = int(100 / step_seconds) if step_seconds > 0.1 else 3000
    Job(make_walk(total_steps=steps, during=during), Control(), checkpoints=folder, clock=clock).run()
    assert len(folder.times) >= 2
    assert checkpoint_complaints(100.0, folder.times) == []


def test_the_check_of_the_cadence_notices_a_lazy_one(make_walk, tmp_path):
    clock = Clock()

    def during(step: int) -> None:
        clock.now += 1.0

    folder = TimedFolder(tmp_path, clock)
    lazy = Cadence(first_checkpoint=10.0, checkpoint=60.0)
    Job(make_walk(total_steps=100, during=during), Control(), checkpoints=folder, cadence=lazy, clock=clock).run()
    assert len(checkpoint_complaints(100.0, folder.times)) == 2


def test_a_checkpoint_that_cannot_be_written_does_not_end_the_run_and_is_told_once(make_walk, tmp_path):
    class Full(CheckpointFolder):
        def save(self, checkpoint) -> None:
            raise ProjectError("The disk is full.", "Free some space.")

    listener = Listener()
    ended = Job(make_walk(), Control(), listener, Full(tmp_path), EVERY_STEP).run()
    assert ended.outcome is Outcome.FINISHED and ended.steps == 20 and ended.result is not None
    assert ended.warnings == ("The disk is full.",)
    assert listener.reports[-1].message == "The disk is full."


def test_a_checkpoint_that_is_written_again_ends_the_word_of_a_full_disk(make_walk, tmp_path):
    class FullAtFirst(CheckpointFolder):
        calls = 0

        def save(self, checkpoint) -> None:
            self.calls += 1
            if self.calls < 4:
                raise ProjectError("The disk is full.", "Free some space.")

    listener = Listener()
    ended = Job(make_walk(), Control(), listener, FullAtFirst(tmp_path), EVERY_STEP).run()
    assert {report.message for report in listener.reports[:3]} >= {"The disk is full."}
    assert listener.reports[-1].message == "" and ended.warnings == ("The disk is full.",)


def cancelled_at(make_walk, step: int, folder: CheckpointFolder) -> Ended:
    control = Control()
    solver = make_walk(total_steps=40, during=lambda number: control.cancel() if number == step else None)
    return Job(solver, control, checkpoints=folder).run()


@pytest.mark.parametrize("step", [1, 13, 39])
def test_a_resumed_run_equals_an_uninterrupted_one(make_walk, tmp_path, step):
    whole = Job(make_walk(total_steps=40), Control()).run()
    folder = CheckpointFolder(tmp_path)
    assert cancelled_at(make_walk, step, folder).outcome is Outcome.CANCELLED
    resumed = Job(make_walk(total_steps=40), Control(), checkpoints=folder).run(folder.load())
    assert np.array_equal(resumed.result.estimate, whole.result.estimate)
    assert np.array_equal(resumed.curves.steps, whole.curves.steps)
    for name, column in whole.curves.columns.items():
        assert np.array_equal(resumed.curves.columns[name], column, equal_nan=True)


def test_that_comparison_notices_a_lost_random_state(make_walk, tmp_path):
    whole = Job(make_walk(total_steps=40), Control()).run()
    folder = CheckpointFolder(tmp_path)
    cancelled_at(make_walk, 13, folder)
    kept = folder.load()
    kept.state.tensors["generator"] = make_walk().init().tensors["generator"]
    resumed = Job(make_walk(total_steps=40), Control()).run(kept)
    assert not np.array_equal(resumed.result.estimate, whole.result.estimate)


def test_a_run_that_fails_at_once_after_resuming_keeps_its_curves(make_walk, tmp_path):
    folder = CheckpointFolder(tmp_path)
    cancelled_at(make_walk, 13, folder)
    solver = make_walk(total_steps=40)

    def refuse(state):
        raise SolverError("The state does not fit.")

    solver.restore = refuse  # type: ignore[method-assign]
    ended = Job(solver, Control()).run(folder.load())
    assert ended.outcome is Outcome.FAILED and ended.result is None and len(ended.curves.steps) == 13

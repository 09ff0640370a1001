"""What is said of the time left is near the truth, or nothing is said."""

from __future__ import annotations

import numpy as np
import pytest

from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.events import Outcome, Progress, Silent
from fluogan_app.core.jobs.runner import Cadence, Job
from fluogan_app.core.jobs.time_left import PhasePace, TimeLeft, TimeRange, scaled, whole_run
from fluogan_app.core.methods.base import Phase

#: Names, last steps and seconds per step: a slow last phase, a slow first one, three alike.
RUNS = {
    "slow at the end": (("Coarse", 300, 0.01), ("Fine", 600, 0.03), ("Critic", 1000, 0.2)),
    "slow at the beginning": (("Coarse", 400, 0.2), ("Fine", 500, 0.05), ("Critic", 1000, 0.02)),
    "one phase": (("All", 500, 0.1),),
}

#: Reports as often as ever, and nothing else.
RARELY = Cadence(preview=1e9, keep=1e9, first_checkpoint=1e9, checkpoint=1e9)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Ear(Silent):
    """Notes what was said of the time left at each report."""

    def __init__(self, known=None) -> None:
        self.left = TimeLeft(known)
        self.said: list[tuple[float, TimeRange | None]] = []

    def progress(self, progress: Progress) -> None:
        self.left.note(progress)
        self.said.append((progress.seconds, self.left.left()))


def _run(make_walk, phases, known=None, load=0.2, steps=None, ear=None) -> tuple[Ear, float]:
    """A run by a false clock, on a machine that is now and then slower by a load; and how long it took."""
    clock, random, ear = Clock(), np.random.default_rng(1), ear or Ear(known)
    total = steps or phases[-1][1]
    solver = make_walk(total_steps=total)

    def phase_of(state):
        name, end, _ = next((phase for phase in phases if state.step < phase[1]), phases[-1])
        return Phase(name, total if name == phases[-1][0] else end)

    def pass_time(step):
        seconds = next((phase[2] for phase in phases if step <= phase[1]), phases[-1][2])
        clock.now += seconds * (1.0 + load * random.standard_normal() * 0.5 + load * np.sin(step / 40.0))

    solver.phase, solver.during = phase_of, pass_time
    ended = Job(solver, Control(), ear, cadence=RARELY, clock=clock).run()
    assert ended.outcome is Outcome.FINISHED
    return ear, clock.now


def _worst(said, took: float, after: float = 0.2) -> float:
    """The largest error of the middle of the range after a share of the time, as a share of what is truly left."""
    errors = [
        abs(0.5 * (left.low_s + left.high_s) / (took - at) - 1.0)
        for at, left in said
        if left is not None and after * took <= at < 0.98 * took
    ]
    return max(errors, default=0.0)


@pytest.mark.parametrize("name", RUNS)
def test_a_first_run_says_what_is_near_the_truth_or_nothing(make_walk, name):
    ear, took = _run(make_walk, RUNS[name])
    assert _worst(ear.said, took, after=0.0) < 0.3
    assert ear.said[-2][1] is not None


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("slower", [0.85, 1.2])
def test_a_later_run_says_something_all_along(make_walk, name, slower):
    """The machine is a little slower, or faster, than when the phases were learned."""
    first, _ = _run(make_walk, RUNS[name], load=0.0)
    now = tuple((phase, end, seconds * slower) for phase, end, seconds in RUNS[name])
    ear, took = _run(make_walk, now, first.left.phases)
    told = [left is not None for at, left in ear.said if 0.2 * took <= at < took and left != 0]
    assert sum(told) > 0.98 * len(told)
    assert _worst(ear.said, took) < 0.3


def test_the_check_finds_what_is_said_too_early(make_walk):
    """A rate over all steps, as progress bars have it, is wrong by far where the end is slow."""
    _, took = _run(make_walk, RUNS["slow at the end"], load=0.0)
    ends = 0.0
    said = []
    for _, end, seconds in RUNS["slow at the end"][:2]:
        ends += seconds * 300
        said.append((ends, TimeRange.about((1000 - end) * ends / end, 0.1)))
    assert _worst(said, took, after=0.0) > 0.3


def test_more_steps_lengthen_the_last_phase_only(make_walk):
    ear, took = _run(make_walk, RUNS["slow at the end"], load=0.0)
    expected = whole_run(ear.left.phases, 2000)
    assert expected.low_s < took + 1000 * 0.2 < expected.high_s
    assert abs(0.5 * (expected.low_s + expected.high_s) / (took + 200.0) - 1) < 0.1
    assert whole_run({}, 100) is None
    # Fewer steps than the fits took are all of fits.
    assert whole_run({"a": PhasePace(10, 1.0), "b": PhasePace(5, 9.0)}, 4) == TimeRange.about(4.0, 0.35)


def test_a_larger_field_takes_longer_in_every_phase():
    known = {"Fit": PhasePace(10, 0.5)}
    assert scaled(known, 3.0)["Fit"] == PhasePace(10, 1.5)


@pytest.mark.parametrize("name", RUNS)
def test_a_first_run_says_what_is_left_at_least(make_walk, name):
    """Never more than is truly left, but for the load of the machine, and not beside what is known better."""

    class LeastEar(Ear):
        def __init__(self) -> None:
            super().__init__()
            self.least: list[tuple[float, float | None, TimeRange | None]] = []

        def progress(self, progress: Progress) -> None:
            super().progress(progress)
            self.least.append((progress.seconds, self.left.at_least_s(), self.said[-1][1]))

    ear, took = _run(make_walk, RUNS[name], ear=LeastEar())
    told = [(at, least) for at, least, left in ear.least if least is not None]
    assert all(left is None for _, least, left in ear.least if least is not None)
    assert all(least < 1.1 * (took - at) for at, least in told)
    assert bool(told) == (len(RUNS[name]) > 1)


def test_rounds_to_come_take_no_less_than_the_first_so_far():
    left = TimeLeft()
    for step, seconds in ((0, 0.0), (10, 0.5), (100, 20.0)):
        left.note(Progress(step, 3600, "Tile 1 of 9, coarse", False, seconds, None, None, None, round_steps=400))
    assert left.left() is None and left.at_least_s() == pytest.approx(0.9 * 8 * 20.0)
    left.note(Progress(500, 3600, "Tile 2 of 9, coarse", False, 100.0, None, 620.0, None, round_steps=400))
    assert left.left() is not None and left.at_least_s() is None


def test_an_unknown_phase_says_nothing():
    left = TimeLeft({"Fit": PhasePace(10, 0.5)})
    assert left.left() is None
    left.note(Progress(3, 100, "New", False, 9.0, 1.0, None, None, phase_end=50))
    assert left.left() is None

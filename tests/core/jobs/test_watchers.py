"""Watchers see what they are promised, cost their share, and never end a run."""

from __future__ import annotations

import numpy as np

from fluogan_app.core.data.result import Curves, Metric, PhaseMark
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.runner import Job
from fluogan_app.core.jobs.watchers import SHARE, Watch
from fluogan_app.core.methods.base import State


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Looker:
    every_s = 1.0

    def __init__(self, clock: Clock, takes_s: float = 0.0, fails: bool = False) -> None:
        self.steps: list[int] = []
        self.closed = False
        self._clock, self._takes_s, self._fails = clock, takes_s, fails

    def look(self, solver, state, curves) -> None:
        self.steps.append(state.step)
        self._clock.now += self._takes_s
        if self._fails:
            raise RuntimeError("a fault in the side-show")

    def close(self) -> None:
        self.closed = True


def _watched(watch: Watch, clock: Clock, count: int, step_s: float = 0.25) -> None:
    for step in range(count):
        watch.look(None, State(step), Curves)
        clock.now += step_s


def test_a_watcher_looks_as_often_as_it_wants():
    clock = Clock()
    looker = Looker(clock)
    _watched(Watch((looker,), clock), clock, 12)
    assert looker.steps == [0, 4, 8]


def test_one_that_takes_long_looks_less_often():
    clock = Clock()
    looker = Looker(clock, takes_s=1.0)
    _watched(Watch((looker,), clock), clock, int(2 * SHARE / 0.25))
    assert looker.steps == [0, int(SHARE / 0.25)]


def test_all_are_shown_the_end():
    clock = Clock()
    looker = Looker(clock)
    watch = Watch((looker,), clock)
    watch.look(None, State(1), Curves)
    watch.look(None, State(2), Curves)
    watch.look(None, State(3), Curves, force=True)
    watch.close()
    assert looker.steps == [1, 3] and looker.closed


def test_one_that_fails_is_asked_no_more_and_the_others_go_on():
    clock = Clock()
    bad, good = Looker(clock, fails=True), Looker(clock)
    _watched(Watch((bad, good), clock), clock, 8)
    assert bad.steps == [0] and good.steps == [0, 4]


def test_what_is_measured_becomes_curves_of_the_run(make_walk):
    class Measurer:
        every_s = 0.0
        metrics = (Metric("length", "Length", "nm", "quality"),)

        def look(self, solver, state, curves):
            return {"length": 10.0 * state.step}

        def close(self):
            pass

    solver = make_walk(total_steps=12, running_from=5)
    watched = Job(solver, Control(), watchers=(Measurer(),)).run()
    found = watched.curves.columns["length"]
    assert found[-1] == 120.0 and np.isfinite(found).sum() >= 1
    assert watched.curves.marks == (PhaseMark(0, "Walking"), PhaseMark(5, "Running"))
    plain = Job(make_walk(total_steps=12), Control()).run()
    assert np.array_equal(plain.result.estimate, watched.result.estimate)
    assert "length" not in plain.curves.columns

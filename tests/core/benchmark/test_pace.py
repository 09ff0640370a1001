"""Times and memory are measured right, where the answer is known."""

from __future__ import annotations

import subprocess
import sys

import pytest

from fluogan_app.core.benchmark import pace
from fluogan_app.core.benchmark.pace import anonymous_bytes, paced


class Clock:
    """A clock that only steps move on."""

    def __init__(self, *seconds: float) -> None:
        self.now, self._seconds, self.steps = 0.0, list(seconds), 0

    def step(self) -> None:
        self.now += self._seconds[min(self.steps, len(self._seconds) - 1)]
        self.steps += 1


@pytest.fixture
def run(monkeypatch):
    def run(clock: Clock, budget_s: float, worked: float = 1.0):
        monkeypatch.setattr(pace.time, "perf_counter", lambda: clock.now)
        monkeypatch.setattr(pace.time, "process_time", lambda: worked * clock.now)
        return paced(clock.step, lambda: None, budget_s)

    return run


def test_the_slow_first_steps_do_not_count(run):
    clock = Clock(9.0, 0.5, 0.1, 0.1)
    assert run(clock, 10.0).seconds == pytest.approx(0.1)


def test_the_median_bears_a_slow_step(run):
    assert run(Clock(0.1, 0.1, 0.1, 0.1, 5.0, 0.1, 0.1, 0.1), 5.5).seconds == pytest.approx(0.1)


def test_a_step_beyond_the_budget_is_taken_twice_at_most(run):
    clock = Clock(60.0)
    assert run(clock, 2.0).seconds == 60.0
    assert clock.steps == 2


def test_short_steps_are_timed_together(run):
    clock = Clock(1e-4)
    assert run(clock, 0.1).seconds == pytest.approx(1e-4)
    assert clock.steps == pytest.approx(1000, abs=60)


def test_a_busy_machine_is_noticed(run):
    assert run(Clock(0.1), 1.0).busy == pytest.approx(1.0)
    assert run(Clock(0.1), 1.0, worked=0.5).busy == pytest.approx(0.5)


#: In a process of its own: what other tests leave behind may be given back at any moment, and would be taken off.
_HOLD = """
import gc
import numpy as np
from fluogan_app.core.benchmark.pace import PeakMemory

class Node: pass

def leave_garbage():
    node = Node()
    node.itself, node.held = node, np.ones(50_000_000, np.uint8)

gc.disable()
leave_garbage()
gc.enable()
with PeakMemory() as memory:
    gc.collect()
    held = np.ones(50_000_000, np.uint8)
    for _ in range(200):  # two looks are enough to see it, wherever they fall
        held += 1
    del held
print(memory.bytes)
"""


@pytest.mark.skipif(anonymous_bytes() is None, reason="this system does not tell RssAnon")
def test_the_peak_is_what_was_held_and_neither_what_is_left_nor_what_was_garbage_before():
    printed = subprocess.run([sys.executable, "-c", _HOLD], capture_output=True, text=True, check=True).stdout
    assert 50e6 <= int(printed) < 55e6

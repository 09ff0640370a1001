"""Which step does what: every step has one place, and a fit its reweightings in their order, however short the run."""

from __future__ import annotations

import numpy as np
import pytest

from fluogan_app.core.methods.fluogan.params import FluoganParams, warmup_length
from fluogan_app.core.methods.fluogan.schedule import FULL_FIT, REWEIGHTINGS, Schedule, make_schedule


def events(schedule: Schedule) -> list[tuple[int, str]]:
    found = ((place, schedule.event(place)) for place in range(schedule.fit_steps))
    return [(place, event) for place, event in found if event is not None]


@pytest.mark.parametrize("fits", [1, 2])
@pytest.mark.parametrize("fit_steps", [1, 2, 9, 16, 57, FULL_FIT])
def test_every_step_of_the_fits_has_one_place(fits, fit_steps):
    schedule = Schedule(fits, fit_steps, 1000)
    places = [schedule.place(step) for step in range(schedule.joint_from)]
    assert places == [(number, place) for number in range(fits) for place in range(fit_steps)]


def test_a_fit_begins_is_reweighted_and_settles_in_this_order():
    for fit_steps in range(1, FULL_FIT + 1):
        schedule = Schedule(1, fit_steps, 1000)
        found = events(schedule)
        names = [name for _, name in found]
        reweighted = names.count("reweight")
        assert names == ["begin"] + ["reweight"] * reweighted + ["settle"] * (fit_steps > 1), fit_steps
        assert reweighted == REWEIGHTINGS or (fit_steps < 16 and reweighted < REWEIGHTINGS), fit_steps
        settles = next((place for place, name in found if name == "settle"), fit_steps)
        assert [schedule.settled(place) for place in range(fit_steps)] == [
            place >= settles for place in range(fit_steps)
        ], fit_steps


def test_a_whole_fit_is_reweighted_at_even_distances():
    due = [place for place, name in events(Schedule(1, FULL_FIT, 1000)) if name == "reweight"]
    assert set(np.diff(due)) == {20} and due[0] == 60


@pytest.mark.parametrize("delta", [0, 1])
@pytest.mark.parametrize("kinds", [1, 2, 3])
@pytest.mark.parametrize("steps", [1, 2, 3, 10, 320, 640, 700, 5000])
def test_the_fits_take_no_more_steps_than_the_mean_has(steps, kinds, delta):
    params = FluoganParams(steps=steps, delta=delta)
    schedule = make_schedule(params, kinds)
    assert schedule.fits == (2 if kinds == 3 else 1)
    assert schedule.fit_steps <= FULL_FIT
    unused = warmup_length(params) - schedule.joint_from
    assert 0 <= unused and (unused < schedule.fits or schedule.fit_steps == FULL_FIT)


@pytest.mark.parametrize("detail", [None, 0.0])
@pytest.mark.parametrize("steps", range(1, 10))
def test_tiny_runs_come_to_their_end(make, run, recording, steps, detail):
    problem = make(recording[:6, :9, :11])
    for delta in (0, 1):
        result = run(problem, delta=delta, steps=steps, detail=detail).result
        assert result.steps == steps and np.isfinite(result.estimate).all()
        assert result.estimate.min() >= 0 and result.background.min() >= 0

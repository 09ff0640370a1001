"""What a run costs is kept with it: time, processors, memory; of one that was cut off, both parts."""

from __future__ import annotations

import numpy as np
import pytest

from fluogan_app.core.benchmark.pace import anonymous_bytes
from fluogan_app.core.project.cost import Meter, Spent, cost_of
from fluogan_app.core.project.model import RunCost
from fluogan_app.core.project.store import Project
from fluogan_app.core.project.workflow import resume_run, start_run

MEGABYTE = 1_000_000


@pytest.mark.skipif(anonymous_bytes() is None, reason="this system does not tell a program's memory")
def test_memory_that_was_held_for_a_moment_counts_and_is_told_once() -> None:
    with Meter() as meter:
        held = np.ones(80 * MEGABYTE // 8)
        held += 1.0
        with Meter() as again:
            pass
        del held
    cost = cost_of(meter.spent, meter.spent, "cpu")
    assert 60 * MEGABYTE < cost.peak_memory_bytes < 120 * MEGABYTE
    assert again.spent.peak_bytes - again.spent.before_bytes < 20 * MEGABYTE
    with Meter(meter.spent) as later:
        pass
    assert cost_of(meter.spent, later.spent, "cpu").peak_memory_bytes >= cost.peak_memory_bytes


def test_what_the_system_does_not_tell_is_not_known() -> None:
    unknown = Spent(1.0, 2.0, None, None)
    assert cost_of(unknown, unknown, "cpu").peak_memory_bytes is None
    known = cost_of(unknown, unknown, "cpu", RunCost(prepare_seconds=0.5, processor_seconds=1.0, peak_memory_bytes=7))
    assert known == RunCost(prepare_seconds=1.5, processor_seconds=3.0, peak_memory_bytes=7)


def test_both_parts_of_a_run_that_was_cut_off_count(project, stack, walk, request_for, start_cancelled) -> None:
    run, _ = start_cancelled(project, stack, request_for(steps=6), at=3)
    first = run.record.cost
    assert first.prepare_seconds > 0 and first.processor_seconds > 0
    resumed, _ = resume_run(project, stack=stack)
    whole = Project.open(project.folder).run().record.cost
    assert whole == resumed.record.cost and whole.prepare_seconds > first.prepare_seconds
    run, _ = start_run(project, stack, request_for(steps=2))
    assert run.record.cost.processor_seconds < whole.processor_seconds + 60.0

"""How fast steps and runs are. Slow: asked for with `-m slow`; limits are for one core, in the processor's own time.

    python -m pytest tests/benchmarks/test_speed.py -m slow --benchmark-group-by=group

compares the program's steps with the plain form of the same steps; `fluogan benchmark` does so for all sizes.
"""

from __future__ import annotations

import time

import pytest

from fluogan_app.core.benchmark.cases import Case, make_case_problem
from fluogan_app.core.benchmark.measurement import measure, step_of
from fluogan_app.core.benchmark.runs import FRAMES, first_preview
from fluogan_app.core.benchmark.suite import PHANTOM_YX, PHANTOM_ZOOM, PREVIEW_YX
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.runner import Job
from fluogan_app.core.methods.fluogan.method import FluoganMethod
from fluogan_app.core.methods.fluogan.params import FluoganParams

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("one_torch_thread")]

#: Another core may be half as fast, and what else runs on the machine costs caches.
SLACK = 2.5


@pytest.mark.parametrize(("delta", "limit_s"), [(0, 3.0), (1, 40.0)])
def test_a_default_run_ends_in_time(delta: int, limit_s: float) -> None:
    problem = make_case_problem(PHANTOM_YX, FRAMES)
    began = time.process_time()
    ended = Job(FluoganMethod().prepare(problem, FluoganParams(delta=delta), "cpu", 0), Control()).run()
    seconds = time.process_time() - began
    assert ended.error is None
    assert seconds < SLACK * limit_s, f"{seconds:.0f} s for {ended.steps} steps"


def test_the_first_picture_is_there_within_a_second() -> None:
    problem = make_case_problem(PREVIEW_YX, FRAMES)
    assert min(first_preview(problem, "cpu") for _ in range(3)) < 1.0


@pytest.mark.parametrize("shape_yx", [PREVIEW_YX, PHANTOM_YX], ids=str)
@pytest.mark.parametrize("zoom", [4, PHANTOM_ZOOM])
@pytest.mark.parametrize("critic", ["", "paper-2023"], ids=["mean fit", "published critic"])
@pytest.mark.parametrize("what", ["program", "plain"])
def test_rate_of_steps(benchmark, what, critic, zoom, shape_yx) -> None:
    benchmark.group = f"{critic or 'mean fit'}, {shape_yx[0]} × {shape_yx[1]}, zoom {zoom}"
    step = step_of(Case(what, shape_yx, zoom, critic, "cpu"))
    benchmark.pedantic(step, rounds=5, iterations=1 if critic else 20, warmup_rounds=1)


def test_rate_of_the_default_critic(benchmark) -> None:
    step = step_of(Case("program", PHANTOM_YX, PHANTOM_ZOOM, "patch", "cpu"))
    benchmark.pedantic(step, rounds=10, iterations=1, warmup_rounds=2)
    assert benchmark.stats.stats.min < 0.2


@pytest.mark.parametrize(("critic", "least"), [("", 5.0), ("paper-2023", 1.0)])
def test_steps_are_faster_than_their_plain_form(critic, least) -> None:
    own, plain = (measure(Case(what, PHANTOM_YX, PHANTOM_ZOOM, critic, "cpu"), 3.0) for what in ("program", "plain"))
    assert plain.seconds / own.seconds > least


def test_steps_against_the_published_critic_come_near_the_bare_convolutions() -> None:
    cases = (Case(what, PHANTOM_YX, PHANTOM_ZOOM, "paper-2023", "cpu") for what in ("convolutions", "plain", "program"))
    bare, plain, own = (measure(case, 3.0) for case in cases)
    share = plain.flop / own.seconds / (bare.flop / bare.seconds)
    assert share > 0.7, f"{100 * share:.0f} %"

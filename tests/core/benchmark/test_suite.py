"""Which steps are measured, and which are left out and why."""

from __future__ import annotations

import pytest

from fluogan_app.core.benchmark import suite
from fluogan_app.core.benchmark.cases import Case, make_frames
from fluogan_app.core.benchmark.measurement import Measured, apart, measure
from fluogan_app.core.benchmark.suite import Milestones, Row, Rows, Wanted
from fluogan_app.core.errors import OutOfMemoryError


def wanted(*sizes: int) -> Wanted:
    return Wanted(sizes, (4,), ("cpu",), 0.1)


def per_pixel(seconds: float, count: float = 1.0):
    """A machine whose plain steps take so many seconds and bytes per camera pixel, the program's a tenth."""

    def measured(case: Case, budget_s: float) -> Measured:
        share = 0.1 if case.what == "program" else 1.0
        return Measured(share * seconds * case.pixels, int(share * count * case.pixels), 1.0)

    return measured


def test_each_size_has_the_mean_fit_and_both_critics():
    rows = list(Rows(wanted(64, 128), per_pixel(1e-6)))
    assert [(row.case.shape_yx, row.case.critic) for row in rows] == [
        ((side, side), critic) for side in (64, 128) for critic in ("", "patch", "paper-2023")
    ]
    assert all(row.speed_ratio == pytest.approx(10.0) for row in rows)
    assert all(row.memory_ratio == pytest.approx(10.0, rel=1e-2) for row in rows)


def test_a_plain_step_is_measured_once_for_both_critics():
    seen = []
    rows = Rows(wanted(64), lambda case, budget: seen.append(case) or Measured(1.0, 1, 1.0))
    list(rows)
    assert [case.what for case in seen].count("plain") == 2 and len(set(seen)) == len(seen) == 5


def test_steps_that_would_take_too_long_are_left_out_and_it_is_said():
    rows = list(Rows(wanted(100, 200), per_pixel(1e-3)))
    first, second = (row for row in rows if row.case.critic == "")
    assert first.speed_ratio == pytest.approx(10.0)
    assert second.plain == "a step would take about 40 s"
    assert isinstance(second.program, Measured) and second.speed_ratio is None and second.memory_ratio is None


def test_steps_that_would_not_fit_in_memory_are_left_out(monkeypatch):
    monkeypatch.setattr(suite, "machine_memory_bytes", lambda: 1_000_000_000)
    rows = list(Rows(wanted(100, 200), per_pixel(1e-6, 20_000.0)))
    assert [row.plain for row in rows if row.case.shape_yx == (200, 200)][0] == "it would take about 1 GB of memory"


def test_the_published_critic_needs_its_room():
    *_, published = Rows(wanted(32), per_pixel(1e-6))
    assert "36 pixels" in published.plain and "36 pixels" in published.program


def test_a_step_that_fails_is_a_reason_and_not_the_end():
    def failing(case: Case, budget_s: float) -> Measured:
        if case.what == "plain":
            raise OutOfMemoryError("No room.", "Measure less.")
        return Measured(1.0, None, 1.0)

    rows = list(Rows(wanted(64), failing))
    assert len(rows) == 3 and {row.plain for row in rows} == {"No room. Measure less."}
    assert all(row.memory_ratio is None for row in rows)


def test_the_share_of_the_bare_rate():
    found = Milestones("cpu", 100e9, 2.0, 160e9, 120e9, 0.1, 0.1, 3.0, 500, 1.0)
    assert found.share_of_bare_rate == pytest.approx(0.8)


def test_frames_are_few_on_large_fields_and_the_same_each_time():
    assert make_frames((1024, 1024)).shape == (4, 1024, 1024)
    small = make_frames((16, 20))
    assert small.shape == (100, 16, 20) and (small == make_frames((16, 20))).all()


@pytest.mark.parametrize("what", ["program", "plain"])
def test_a_step_is_measured_in_this_process(what, one_torch_thread):
    measured = measure(Case(what, (16, 17), 2, "", "cpu"), 0.05)
    assert 0 < measured.seconds < 5 and measured.steps_per_second == pytest.approx(1 / measured.seconds)


def test_a_process_apart_hands_back_its_answer_and_its_end():
    assert apart(abs, -3) == 3
    with pytest.raises(OutOfMemoryError, match="ended by the system"):
        apart(_end_at_once)


def _end_at_once() -> None:
    import os

    os._exit(9)


def test_ratios_need_both():
    case = Case("program", (16, 16), 2, "", "cpu")
    assert Row(case, Measured(1.0, 10, 1.0), Measured(2.0, 30, 1.0)).memory_ratio == 3.0
    assert Row(case, "left out", Measured(2.0, 30, 1.0)).speed_ratio is None


def test_the_first_picture_of_a_run_is_timed(one_torch_thread):
    from fluogan_app.core.benchmark.cases import make_case_problem
    from fluogan_app.core.benchmark.runs import first_preview

    assert 0 < first_preview(make_case_problem((16, 17), 10), "cpu") < 20

"""The curves of a run."""

from __future__ import annotations

import numpy as np
import torch

from fluogan_app.core.data.result import Metric, PhaseMark
from fluogan_app.core.jobs.recorder import Recorder

METRICS = (Metric("loss", "Loss", "", "generator"), Metric("rare", "Rare", "", "critic"))


def test_rows_come_in_order_beyond_the_first_table_and_missing_ones_are_nan():
    recorder = Recorder(METRICS)
    for step in range(1, 3001):
        rare = {"rare": torch.tensor(1.0)} if step % 10 == 0 else {}
        recorder.add(step, {"loss": torch.tensor(float(step))} | rare)
        if step % 700 == 0:
            recorder.flush()
    assert recorder.flush() is None
    curves = recorder.curves()
    assert np.array_equal(curves.steps, np.arange(1, 3001)) and np.array_equal(curves.columns["loss"], curves.steps)
    assert np.count_nonzero(np.isfinite(curves.columns["rare"])) == 300


def test_curves_handed_out_do_not_change_when_the_run_goes_on():
    recorder = Recorder(METRICS)
    recorder.add(1, {"loss": torch.tensor(1.0)})
    recorder.flush()
    before = recorder.curves()
    for step in range(2, 2000):
        recorder.add(step, {"loss": torch.tensor(2.0)})
    recorder.flush()
    assert before.steps.tolist() == [1] and before.columns["loss"].tolist() == [1.0]


def test_the_first_value_that_is_not_finite_is_named():
    recorder = Recorder(METRICS)
    recorder.add(1, {"loss": torch.tensor(1.0), "rare": torch.tensor(float("inf"))})
    recorder.add(2, {"loss": torch.tensor(float("nan"))})
    assert recorder.flush() == "rare"
    assert recorder.flush() is None


def test_a_run_that_goes_on_continues_its_curves():
    first = Recorder(METRICS)
    first.add(1, {"loss": torch.tensor(5.0)})
    first.flush()
    second = Recorder(METRICS, first.curves())
    second.add(2, {"loss": torch.tensor(6.0)})
    second.flush()
    assert second.curves().columns["loss"].tolist() == [5.0, 6.0]


def test_what_is_seen_from_outside_stands_in_the_row_of_its_step():
    recorder = Recorder(METRICS)
    recorder.add(1, {"loss": torch.tensor(1.0)})
    recorder.note(1, {"rare": 7.0})
    recorder.add(2, {"loss": torch.tensor(2.0)})
    recorder.flush()
    recorder.note(2, {"rare": 8.0, "loss": float("nan")})  # after its row was written, as when a run is paused
    recorder.note(3, {"rare": 9.0})  # of a step that never comes
    rare, loss = (recorder.curves().columns[name].tolist() for name in ("rare", "loss"))
    assert (rare, loss) == ([7.0, 8.0], [1.0, 2.0])


def test_phases_are_marked_once_and_go_on_with_the_run():
    first = Recorder(METRICS)
    for step, name in ((0, "Mean fit"), (0, "Mean fit"), (5, "Against the critic")):
        first.mark(step, name)
    assert first.curves().marks == (PhaseMark(0, "Mean fit"), PhaseMark(5, "Against the critic"))
    second = Recorder(METRICS, first.curves())
    second.mark(7, "Against the critic")
    assert second.curves().marks == first.curves().marks


def test_what_is_followed_no_more_keeps_its_column():
    first = Recorder((*METRICS, Metric("seen", "Seen", "nm", "quality")))
    first.add(1, {"loss": torch.tensor(5.0)})
    first.note(1, {"seen": 120.0})
    first.flush()
    second = Recorder(METRICS, first.curves())
    second.add(2, {"loss": torch.tensor(6.0)})
    second.flush()
    assert second.curves().columns["seen"][0] == 120.0 and np.isnan(second.curves().columns["seen"][1])

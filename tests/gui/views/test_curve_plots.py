"""Curves: nothing of a peak is lost, gaps are passed over, and drawing stays fast."""

from __future__ import annotations

import sys
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from fluogan_app.core.data.result import Curves, Metric
from fluogan_app.gui.style import apply_scheme
from fluogan_app.gui.views.curve_plot import thinned
from fluogan_app.gui.views.curve_plots import CurvePlots, by_plot

LEFT = Qt.MouseButton.LeftButton
GROUPS = {"generator": 5, "critic": 4, "photons": 4, "convergence": 1}


def curves(count: int, critic: bool = True, seed: int = 0) -> Curves:
    """14 metrics over `count` steps; those of the critic only at every second step of the last half."""
    random = np.random.default_rng(seed)
    metrics, columns = [], {}
    for plot, number in GROUPS.items():
        for index in range(number):
            name = f"{plot}_{index}"
            metrics.append(Metric(name, f"{plot} {index}", "photons" if plot == "photons" else "", plot))
            columns[name] = 5 + index + random.normal(size=count)
            if plot == "critic":
                columns[name][: count // 2] = np.nan
                columns[name][::2] = np.nan
                if not critic:
                    columns[name][:] = np.nan
    return Curves(tuple(metrics), np.arange(1, count + 1), columns)


@pytest.fixture
def plots(shown) -> CurvePlots:
    """Diagrams in a panel as at the bottom of the window."""
    return shown(CurvePlots(), 940, 260)


@given(st.integers(0, 3000), st.integers(1, 300), st.integers(0, 5))
def test_thinning_keeps_every_extreme_and_both_ends(count, buckets, seed):
    values = np.random.default_rng(seed).normal(size=count)
    if count > 3:
        values[count // 3] = np.nan
    steps = np.arange(count) * 3
    kept_steps, kept = thinned(steps, values, buckets)
    finite = values[np.isfinite(values)]
    assert np.all(np.isfinite(kept)) and np.all(np.diff(kept_steps) >= 0)
    if finite.size:
        assert (kept.min(), kept.max(), kept[0], kept[-1]) == (finite.min(), finite.max(), finite[0], finite[-1])
    # Two per bucket, one rest of a bucket, and both ends.
    assert len(kept) <= 2 * buckets + -(-count // buckets) + 2
    lookup = dict(zip(steps.tolist(), values.tolist(), strict=True))
    assert all(lookup[step] == value for step, value in zip(kept_steps.tolist(), kept.tolist(), strict=True))


def test_plain_decimation_would_lose_a_peak():
    """What the check above would catch: taking every tenth value misses a single high one."""
    values = np.zeros(1000)
    values[503] = 1.0
    assert values[::10].max() == 0
    assert thinned(np.arange(1000), values, 100)[1].max() == 1.0


def test_metrics_come_into_the_diagram_they_name(plots):
    plots.set_curves(curves(50))
    assert plots.shown == ("generator", "critic", "photons", "convergence")
    for name, number in GROUPS.items():
        assert len(plots.plots[name]._lines) == number
        assert plots.plots[name].isVisible()
    assert plots.plots["photons"].plot.getAxis("left").labelText == "photons"
    assert plots.plots["generator"].plot.getAxis("bottom").labelText == "step"


def test_diagrams_without_values_are_left_out(plots):
    plots.set_curves(curves(50, critic=False))
    assert "critic" not in plots.shown and not plots.buttons["critic"].isVisible()
    assert "critic" not in by_plot(curves(50, critic=False))
    plots.set_curves(curves(50))
    assert "critic" in plots.shown


def test_gaps_are_passed_over(plots):
    drawn = curves(100)
    plots.set_curves(drawn)
    line = plots.plots["critic"]._lines["critic_0"]
    expected = np.isfinite(drawn.columns["critic_0"])
    assert np.array_equal(line.xData, drawn.steps[expected])
    assert np.array_equal(line.yData, drawn.columns["critic_0"][expected])


def test_logarithmic_axis_leaves_out_what_is_not_positive(plots, listen):
    drawn = curves(100)
    drawn.columns["generator_0"][10:20] = -1.0
    plots.set_curves(drawn)
    ear = listen(plots)
    QTest.mouseClick(plots.log_box, LEFT)
    line = plots.plots["generator"]._lines["generator_0"]
    assert plots.logarithmic and ear.heard == []
    assert set(range(11, 21)).isdisjoint(line.xData.tolist()) and len(line.xData) == 90
    plots.set_logarithmic(False)
    assert len(line.xData) == 100


def test_legend_names_each_curve_with_its_newest_value_and_unit(plots):
    drawn = curves(100)
    drawn.columns["photons_0"][-1] = 123456.0
    plots.set_curves(drawn)
    words = plots.plots["photons"].legend.text()
    assert "<b>Photon sums</b> (photons)" in words and "photons&nbsp;0&nbsp;123&nbsp;456" in words


def test_a_legend_too_long_for_its_line_is_broken(shown):
    """Beside three others a diagram is narrow, and its numbers are to be read to the last digit."""
    plots = shown(CurvePlots(), 800, 200)
    drawn = curves(100)
    metric = Metric("convergence_0", "Relative change of the simulated mean frame", "", "convergence")
    drawn.columns["convergence_0"][-1] = 3.538e-4
    plots.set_curves(Curves((*drawn.metrics[:-1], metric), drawn.steps, drawn.columns))
    QApplication.processEvents()
    legend = plots.plots["convergence"].legend
    assert legend.minimumSizeHint().width() <= legend.width()
    assert "3.538e−04" in legend.text()


def test_convergence_is_drawn_by_powers_of_ten(plots):
    """A change of 1e-4 beside a discrepancy of 1 would lie on the axis."""
    plots.set_curves(curves(100))
    assert plots.plots["convergence"].plot.getAxis("left").logMode
    assert not plots.plots["generator"].plot.getAxis("left").logMode
    plots.set_logarithmic(True)
    plots.set_logarithmic(False)
    assert plots.plots["convergence"].plot.getAxis("left").logMode


def test_diagrams_stand_in_line_when_a_legend_grows(plots):
    plots.set_curves(curves(100))
    QApplication.processEvents()
    longer = curves(100)
    for index in range(5):
        longer.columns[f"generator_{index}"][-1] = -1.2345e-107
    plots.set_curves(longer)
    QApplication.processEvents()
    plots.set_curves(longer)
    QApplication.processEvents()
    assert len({plot.plot.y() for plot in plots.plots.values()}) == 1


def test_numbers_without_a_unit_are_said_to_have_none(plots):
    plots.set_curves(curves(100))
    assert "<b>Generator losses</b> (dimensionless)" in plots.plots["generator"].legend.text()


def test_diagrams_are_hidden_by_the_user(plots, listen):
    plots.set_curves(curves(50))
    ear = listen(plots)
    QTest.mouseClick(plots.buttons["critic"], LEFT)
    assert ear.values("shown_changed") == [(("generator", "photons", "convergence"),)]
    assert not plots.plots["critic"].isVisible()


def test_no_curves_is_no_fault(plots):
    plots.set_curves(curves(50))
    plots.set_curves(Curves())
    assert plots.shown == () and plots.empty.isVisible()


def test_an_update_of_a_long_run_is_fast(plots):
    """14 curves of 5,000 steps in at most 10 ms of computing, so that the window can follow ten times a second.

    Processor time and the best of several, so that a busy machine does not decide.
    """
    long = [curves(5000, seed=seed) for seed in range(2)]
    plots.set_curves(long[0])
    QApplication.processEvents()
    best = min(_cost(plots, long[turn % 2]) for turn in range(6))
    assert best < 0.010
    drawn = sum(plot.point_count for plot in plots.plots.values())
    assert drawn < 14 * 2 * plots.width()


def test_colours_follow_the_scheme(plots, qapp):
    plots.set_curves(curves(50))
    plot = plots.plots["generator"]
    before = plot._lines["generator_0"].opts["pen"].color()
    apply_scheme(qapp, "dark")
    QApplication.processEvents()
    try:
        assert plot._lines["generator_0"].opts["pen"].color() != before
        assert plot.plot.backgroundBrush().color().lightness() < 60
    finally:
        apply_scheme(qapp, "light")


def test_the_window_does_not_load_pyqtgraph_before_there_are_curves():
    import subprocess

    code = "import fluogan_app.gui.views.curve_plots, sys; sys.exit(bool({'pyqtgraph', 'torch'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0


def _cost(plots: CurvePlots, drawn: Curves) -> float:
    begun = time.process_time()
    plots.set_curves(drawn)
    return time.process_time() - begun

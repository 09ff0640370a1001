"""Curves: nothing of a peak is lost, gaps are passed over, and drawing stays fast."""

from __future__ import annotations

import sys
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from fluogan_app.core.data.result import Curves, Metric, PhaseMark
from fluogan_app.core.metrics.live_quality import QUALITY_METRICS
from fluogan_app.gui.style import apply_scheme
from fluogan_app.gui.views.controls import number_text
from fluogan_app.gui.views.curve_lines import drawn_points, thinned
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


# Phases, cursor, terms, another run, what is in sight


def phased(count: int = 400) -> Curves:
    """Two phases, photon sums, and quality at every 40th step."""
    drawn = curves(count)
    columns, random = dict(drawn.columns), np.random.default_rng(1)
    columns["photons_simulated"] = columns.pop("photons_2") + 100
    columns["photons_recorded"] = np.full(count, 100.0)
    metrics = [Metric(name, name, "photons", "photons") for name in ("photons_simulated", "photons_recorded")]
    for metric in QUALITY_METRICS:
        columns[metric.name] = np.full(count, np.nan)
        columns[metric.name][39::40] = 1.0 + random.random(count // 40)
    kept = [metric for metric in drawn.metrics if metric.name != "photons_2"]
    marks = (PhaseMark(0, "Mean fit"), PhaseMark(count // 2, "Against the critic"))
    return Curves((*kept, *metrics, *QUALITY_METRICS), drawn.steps, columns, marks)


@given(st.integers(2, 900), st.integers(0, 900), st.integers(4, 60))
def test_no_line_leads_from_one_phase_to_the_next(count, end, buckets):
    values = np.random.default_rng(0).normal(size=count)
    steps, kept = drawn_points(np.arange(1, count + 1), values, buckets, [0, end])
    for first, second in zip(range(len(steps) - 1), range(1, len(steps))):
        joined = np.isfinite(kept[first]) and np.isfinite(kept[second])
        assert not (joined and steps[first] <= end < steps[second])
    assert np.nanmax(kept) == values.max() and np.nanmin(kept) == values.min()


def test_without_the_gap_the_jump_would_be_drawn():
    """The wrong case that the check above is for."""
    steps, kept = drawn_points(np.arange(1, 11), np.arange(10.0), 100)
    assert np.isfinite(kept).all() and np.any((steps[:-1] <= 5) & (steps[1:] > 5))


def test_zooming_in_shows_what_was_thinned_out(plots):
    drawn = curves(20_000)
    plots.set_curves(drawn)
    line = plots.plots["generator"]._lines["generator_0"]
    assert len(line.xData) < 3000
    plots.set_span((5000.0, 5100.0))
    assert set(range(5000, 5101)) <= set(line.xData.tolist()) and len(line.xData) <= 104
    for plot in plots.plots.values():
        np.testing.assert_allclose(plot.plot.viewRange()[0], (5000, 5100))
    QTest.mouseClick(plots.tools["all"], LEFT)
    assert plots.span is None and line.xData[0] == 1


def test_photons_have_their_difference_in_percent_on_an_axis_of_its_own(plots):
    plots.set_curves(phased())
    plot = plots.plots["photons"]
    assert plot.plot.getAxis("left").labelText == "photons" and plot.plot.getAxis("right").labelText == "%"
    assert "photons" in plot.legend.text() and "&nbsp;%</a>" in plot.legend.text()
    assert plots.plots["quality"].plot.getAxis("left").labelText == "nm"
    assert not plots.plots["generator"].plot.getAxis("right").isVisible()


def test_the_cursor_tells_step_phase_and_all_values(plots, listen):
    drawn = phased()
    plots.set_curves(drawn)
    plot = plots.plots["generator"]
    QTest.keyClick(plot.plot, Qt.Key.Key_Home)
    assert plots.phase.text() == "Step 1: Mean fit (losses of its own)" and "step 1" in plot.legend.text()
    assert number_text(drawn.columns["generator_0"][0]) in plot.legend.text()
    for _ in range(3):
        QTest.keyClick(plot.plot, Qt.Key.Key_Right)
    assert plots.phase.text() == "Step 4: Mean fit (losses of its own)"
    QTest.keyClick(plot.plot, Qt.Key.Key_End)
    assert plots.phase.text() == "Step 400: Against the critic"
    assert all("step 400" in plots.plots[name].legend.text() for name in plots.shown)
    QTest.keyClick(plot.plot, Qt.Key.Key_Escape)
    assert plots.phase.text() == "" and "step" not in plot.legend.text()


def test_pointing_reads_the_nearest_step(plots):
    plots.set_curves(phased())
    QApplication.processEvents()
    plot = plots.plots["generator"]
    box = plot.plot.plotItem.vb
    place = box.mapViewToScene(QPointF(200.2, 5.0))
    plot.plot.scene().sigMouseMoved.emit(place)
    assert plots.phase.text().startswith("Step 200")
    plot.plot.scene().sigMouseMoved.emit(QPointF(-50, -50))
    assert plots.phase.text() == ""


def test_a_term_is_switched_by_its_name_and_by_the_menu(plots, listen):
    plots.set_curves(phased())
    ear, plot = listen(plots), plots.plots["generator"]
    plot.legend.linkActivated.emit("generator_1")
    assert plots.hidden_terms == ("generator_1",) and not plot._lines["generator_1"].isVisible()
    assert ear.values("terms_changed") == [(("generator_1",),)]
    assert "generator_1" not in {metric.name for metric in plots.seen().metrics}
    menu = plot.menu_button.menu()
    menu.aboutToShow.emit()
    action = next(action for action in menu.actions() if action.objectName() == "curve_term_generator_1")
    assert not action.isChecked()
    action.trigger()
    assert plots.hidden_terms == () and plot._lines["generator_1"].isVisible()
    ear.clear()
    plots.set_hidden_terms(["generator_0"])
    assert not ear.values("terms_changed") and not plot._lines["generator_0"].isVisible()


def test_one_diagram_alone_may_be_logarithmic(plots):
    plots.set_curves(phased())
    plot = plots.plots["critic"]
    plot.menu_button.menu().aboutToShow.emit()
    next(action for action in plot.menu_button.menu().actions() if action.text() == "Logarithmic").trigger()
    assert plot.logarithmic and not plots.plots["generator"].logarithmic


def test_another_run_is_drawn_behind_and_named(plots):
    plots.set_curves(phased(400))
    plots.show_reference(phased(200), "run 1")
    plot = plots.plots["generator"]
    assert plot._behind["generator_0"].xData[-1] == 200 and plot._lines["generator_0"].xData[-1] == 400
    assert "run 1" in plot.plot.toolTip()
    plots.show_reference(Curves(), "")
    assert plot._behind["generator_0"].xData is None and "behind" not in plot.plot.toolTip()


def test_phases_are_named_where_there_is_room(plots):
    plots.set_curves(phased(400))
    QApplication.processEvents()
    lines = plots.plots["generator"]._marks._lines
    assert [line.value() for line in lines] == [0, 200] and all(line.label.isVisible() for line in lines)
    crowded = phased(400)
    marks = (PhaseMark(0, "one"), PhaseMark(2, "two"), PhaseMark(4, "three"))
    plots.set_curves(Curves(crowded.metrics, crowded.steps, crowded.columns, marks))
    shown = [line.label.isVisible() for line in plots.plots["generator"]._marks._lines]
    assert shown == [False, False, True]


def test_the_best_step_is_marked(plots, listen):
    drawn = phased()
    drawn.columns["decorrelation_nm"][199] = 0.5
    drawn.columns["shown_discrepancy"][:] = np.where(np.isnan(drawn.columns["decorrelation_nm"]), np.nan, 1.0)
    plots.set_curves(drawn)
    assert plots.best.step == 200
    ear = listen(plots)
    QTest.mouseClick(plots.tools["best"], LEFT)
    assert ear.values("best_wanted") == [(200,)]
    plots.set_curves(curves(50))
    assert plots.best is None and not plots.tools["best"].isVisible()


def test_each_diagram_says_its_newest_values_to_who_hears_it(plots):
    plots.set_curves(phased())
    words = plots.plots["photons"].plot.accessibleDescription()
    assert words.startswith("Photon sums at step 400: ") and "Difference" in words and "%" in words


def test_a_unit_stands_with_the_title_only_where_all_numbers_have_one(plots):
    plots.set_curves(phased())
    assert "(nm)" not in plots.plots["quality"].legend.text() and "nm" in plots.plots["quality"].legend.text()
    assert "(photons)" in plots.plots["photons"].legend.text()


def test_an_update_of_ten_thousand_steps_is_drawn_from_few_points(plots):
    long = [phased(10_000) for _ in range(2)]
    plots.set_curves(long[0])
    QApplication.processEvents()
    assert min(_cost(plots, long[turn % 2]) for turn in range(8)) < 0.010
    assert sum(plot.point_count for plot in plots.plots.values()) < 18 * 2 * plots.width() / 3


def test_without_a_critic_the_first_diagram_is_called_by_what_it_is(plots) -> None:
    plots.set_curves(curves(100))
    plots.set_method(has_critic=False)
    plots.set_curves(curves(100))
    assert "<b>Terms of the fit</b>" in plots.plots["generator"].legend.text()
    assert plots.buttons["generator"].text() == "Fit" and plots.expected
    plots.set_method(has_critic=False, empty="Mean has no curves.")
    plots.set_curves(Curves())
    assert plots.empty.text() == "Mean has no curves." and not plots.expected
    plots.set_method(has_critic=True)
    assert plots.expected and plots.buttons["generator"].text() == "Generator"

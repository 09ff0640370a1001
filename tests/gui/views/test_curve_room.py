"""Diagrams and the names of phases where there is little room: fewer, or shorter, but never cut."""

from __future__ import annotations

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from fluogan_app.core.data.result import Curves, PhaseMark
from fluogan_app.gui.views.curve_plots import CurvePlots
from tests.gui.views.test_curve_plots import LEFT, phased


def test_where_five_are_too_many_some_give_way_until_they_are_asked_for(shown):
    plots = shown(CurvePlots(), 960, 240)
    plots.set_curves(phased())
    assert plots.shown == ("generator", "critic", "photons", "quality") and plots.chosen is None
    plots = shown(CurvePlots(), 860, 240)
    plots.set_curves(phased())
    assert plots.shown == ("generator", "critic", "quality") and plots.chosen is None
    assert not plots.buttons["convergence"].isChecked() and not plots.buttons["photons"].isChecked()
    QTest.mouseClick(plots.buttons["convergence"], LEFT)
    QTest.mouseClick(plots.buttons["photons"], LEFT)
    assert plots.shown == ("generator", "critic", "photons", "convergence", "quality")


def test_a_phase_is_named_in_full_or_by_what_tells_it_from_others_and_never_cut(shown):
    plots = shown(CurvePlots(), 860, 240)
    drawn = phased(400)
    marks = (PhaseMark(0, "Mean fit, coarse"), PhaseMark(80, "Mean fit, fine"), PhaseMark(160, "Against the critic"))
    plots.set_curves(Curves(drawn.metrics, drawn.steps, drawn.columns, marks))
    QApplication.processEvents()
    for name in ("generator", "critic"):
        labels = [line.label for line in plots.plots[name]._marks._lines if line.label.isVisible()]
        assert [label.format for label in labels] == ["coarse", "fine", "Against the critic"]
    # Nearer, there is room for all of a name.
    plots.set_span((70.0, 170.0))
    assert plots.plots["generator"]._marks._lines[1].label.format == "Mean fit, fine"

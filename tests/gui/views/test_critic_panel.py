"""Recorded beside simulated: each under its own name, at one scale, with the critic's scores told apart rightly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from fluogan_app.core.data.critic_view import CriticView, FramePair, Scores
from fluogan_app.core.data.roi import Roi
from fluogan_app.core.metrics.shares import residual_diagram, score_diagram, separated
from fluogan_app.core.metrics.standardised import spread_of
from fluogan_app.gui.style import apply_scheme
from fluogan_app.gui.views.critic_panel import CriticPanel
from fluogan_app.gui.views.shift_layer import LESS, MORE, ShiftLayer
from fluogan_app.gui.views.view_range import Extent, Screen, ViewRange

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def view() -> CriticView:
    """Recorded frames are bright, simulated dark; recorded scores are high; the pull is up at the left."""
    source, place = np.random.default_rng(0), Roi(4, 8, 20, 24)
    pair = FramePair(np.full((20, 24), 90.0, np.float32), np.full((20, 24), 30.0, np.float32), 6, place)
    shift = np.zeros((20, 24))
    shift[:, :12], shift[:, 12:] = 0.5, -0.5
    scores = Scores(source.normal(4, 1, 60), source.normal(0, 1, 60))
    residual = spread_of(source.normal(size=480))
    mean = np.full((20, 24), 60.0)
    return CriticView(300, 100.0, place, (pair,), mean, residual, True, scores, shift, (8, 8))


@pytest.fixture
def panel(shown) -> CriticPanel:
    return shown(CriticPanel(), 900, 260)


def test_titles_are_those_of_what_is_shown(panel, view, listen):
    """The published program wrote “real images” on the simulated ones."""
    ear = listen(panel)
    panel.show_view(view)
    for side, other in (("left", "right"), ("right", "left")):
        panel.show_pair(view.pairs[0], 300, side, told=True)
        assert panel.panes[side].title.text() == "Recorded" and panel.panes[side].image.mean() == 90
        assert panel.panes[other].title.text() == "Simulated" and panel.panes[other].image.mean() == 30
        assert "frame 7" in panel.panes[side].detail.text() and "step 300" in panel.panes[other].detail.text()
    assert not ear.values("answered") and not ear.values("blind_chosen")


def test_a_pair_has_one_scale_and_its_place_in_the_sample(panel, view):
    panel.show_view(view)
    panel.show_pair(view.pairs[0], 300, "left", told=True)
    left, right = panel.panes.values()
    assert left.levels == right.levels and left.levels[0] <= 30 and left.levels[1] >= 90
    assert (left.extent.left_nm, left.extent.top_nm) == (800.0, 400.0) and left.unit == "photons/px"


def test_in_the_game_nothing_tells_which_is_which(panel, view):
    panel.show_view(view)
    words = []
    for side in ("left", "right"):
        panel.show_pair(view.pairs[0], 300, side, told=False)
        panel.show_game(True, "Which of the two was recorded?", True)
        shown = [(pane.title.text(), pane.detail.text(), pane.canvas.accessibleName()) for pane in panel.panes.values()]
        words.append((*shown, panel.words.text(), panel.words.toolTip()))
    assert words[0] == words[1]


def test_answers_are_the_users(panel, view, listen):
    panel.show_view(view)
    panel.show_game(True, "Which?", True)
    ear = listen(panel)
    QTest.mouseClick(panel.answers["right"], LEFT)
    QTest.mouseClick(panel.blind_button, LEFT)
    QTest.mouseClick(panel.pair_button, LEFT)
    assert ear.values("answered") == [("right",)] and ear.values("blind_chosen") == [(False,)]
    assert len(ear.values("pair_wanted")) == 1
    panel.show_game(True, "Right.", False)
    assert not panel.answers["left"].isEnabled()
    panel.show_game(False, "", False)
    assert not panel.answers["left"].isVisible()


def test_scores_are_drawn_under_the_name_of_what_was_scored(panel, view):
    panel.show_view(view)
    drawn = {sample.name: sample for sample in panel.diagram.diagram.samples}
    assert drawn["Recorded"].mean == pytest.approx(view.scores.recorded.mean())
    assert drawn["Simulated"].mean == pytest.approx(view.scores.simulated.mean())
    assert separated(view.scores).gap > 3 and "clearly apart" in panel.words.text()
    # As wide as in a window of 1280 pixels, no word of it is cut.
    assert panel.words.heightForWidth(600) <= panel.words.maximumHeight()
    swapped = replace(view, scores=Scores(view.scores.simulated, view.scores.recorded))
    panel.show_view(swapped)
    assert "takes simulated patches for recorded" in panel.words.text()
    assert "Recorded" in panel.diagram.legend.text() and "Simulated" in panel.diagram.legend.text()


def test_residuals_are_shown_on_demand(panel, view):
    panel.show_view(view)
    QTest.mouseClick(panel.residual_button, LEFT)
    assert panel.diagram.diagram.title == residual_diagram(view.residual).title and "spread" in panel.gap.text()
    QTest.mouseClick(panel.score_button, LEFT)
    assert panel.diagram.diagram.title == score_diagram(view.scores).title and "overlap" in panel.gap.text()


def test_without_a_critic_it_is_said_so_and_residuals_are_shown(panel, view):
    panel.show_view(replace(view, scores=None, shift=None, has_critic=False))
    assert "No critic takes part in this run" in panel.words.text()
    assert panel.diagram.diagram.title == "Residual of each pixel"
    assert not panel.map.isVisible() and not panel.score_button.isVisible()
    panel.show_view(replace(view, scores=None, shift=None))
    assert "has not begun" in panel.words.text()


def test_without_a_view_there_are_words(panel):
    panel.show_view(None, "Nothing was kept.")
    assert panel.empty.isVisible() and panel.empty.text() == "Nothing was kept."
    assert not panel.pair_button.isEnabled() and not panel.blind_button.isEnabled()


def test_the_pull_lies_over_the_mean_with_its_unit(panel, view):
    panel.show_view(view)
    assert panel.map.image.mean() == 60 and panel.map.unit == "photons/px"
    assert panel.layer.limit == pytest.approx(0.5, rel=0.01) and "photons/px" in panel.scale.toolTip()
    assert "−0.5" in panel.scale.accessibleName() and "+0.5" in panel.scale.accessibleName()


def test_more_light_is_orange_and_less_is_blue(view):
    from PySide6.QtGui import QImage, QPainter

    layer, picture = ShiftLayer(), QImage(24, 20, QImage.Format.Format_ARGB32)
    picture.fill(Qt.GlobalColor.transparent)
    layer.show_shift(view.shift, Extent(0, 0, 2400, 2000))
    painter = QPainter(picture)
    layer.paint(painter, Screen(ViewRange(1200, 1000, 100.0), 24, 20))
    painter.end()
    for column, colour in ((3, MORE), (20, LESS)):
        found = picture.pixelColor(column, 10)
        assert all(abs(a - b) <= 2 for a, b in zip(found.getRgb()[:3], colour.getRgb()[:3])) and found.alpha() > 200
    even = ShiftLayer()
    even.show_shift(np.zeros((4, 4)), Extent(0, 0, 4, 4))
    assert even.limit > 0


def test_it_follows_the_scheme(panel, view, qapp):
    panel.show_view(view)
    apply_scheme(qapp, "dark")
    QApplication.processEvents()
    try:
        assert panel.diagram.plot.backgroundBrush().color().lightness() < 60
    finally:
        apply_scheme(qapp, "light")

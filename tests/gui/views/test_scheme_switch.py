"""Turning dark while running gives the very picture that a dark start gives."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.result import Curves, Metric
from fluogan_app.core.data.roi import Roi
from fluogan_app.gui.style import apply_scheme
from fluogan_app.gui.views.critic_panel import CriticPanel
from fluogan_app.gui.views.curve_plots import CurvePlots
from fluogan_app.gui.views.history_bar import HistoryBar
from fluogan_app.gui.views.linked_panes import LinkedPanes, PaneImage
from fluogan_app.gui.views.measure_panel import MeasurePanel
from fluogan_app.gui.views.optics_panel import OpticsPanel
from fluogan_app.gui.views.parameter_form import ParameterForm
from fluogan_app.gui.views.project_tree import ProjectTree, RunRow
from fluogan_app.gui.views.quality_page import QualityPage
from fluogan_app.gui.views.run_panel import RunPanel, RunPanelState
from fluogan_app.gui.views.runs_page import RunsPage
from fluogan_app.gui.views.stack_browser import StackBrowser
from fluogan_app.gui.views.welcome import Welcome

IMAGE = np.random.default_rng(0).gamma(1.0, 10.0, (30, 41)).astype(np.float32)


def form() -> ParameterForm:
    view = ParameterForm([("Recording", Acquisition)])
    origins = {"pixel_size_nm": Origin.FILE, "gain": Origin.ASSUMED}
    view.set_values(Acquisition, {"pixel_size_nm": 80.0, "gain": 2.0}, origins)
    view.set_problem("fwhm_nm", "PSF width is missing.")
    view.set_derived([("σ", "94 nm")])
    return view


def browser() -> StackBrowser:
    view = StackBrowser()
    view.set_stack(5, (30, 41), 100.0, "uint16", "beads.tif")
    view.show_projection("mean", IMAGE)
    view.set_region(Roi(5, 6, 10, 12))
    view.set_drawing(True)
    return view


def panes() -> LinkedPanes:
    view = LinkedPanes()
    view.set_images({"mean": PaneImage(IMAGE, 100.0), "estimate": PaneImage(IMAGE, 100.0)})
    return view


def plots() -> CurvePlots:
    view = CurvePlots()
    view.resize(600, 300)
    metric = Metric("loss_data", "Data term", "", "generator")
    view.set_curves(Curves((metric,), np.arange(50), {"loss_data": np.linspace(5, 1, 50)}))
    return view


def panel() -> RunPanel:
    view = RunPanel()
    view.set_state(RunPanelState(can_run=True, step=3, total_steps=9, phase="Mean fit", device_text="Processor"))
    return view


def tree() -> ProjectTree:
    view = ProjectTree()
    view.set_content("beads.tif", [RunRow(1, "Run 1", "finished"), RunRow(2, "Run 2", "failed")])
    view.select(1)
    return view


def welcome() -> Welcome:
    view = Welcome()
    view.set_samples([("mito", "Mitochondria", "Real")])
    return view


LATER = [OpticsPanel, MeasurePanel, CriticPanel, QualityPage, RunsPage, HistoryBar]


@pytest.mark.parametrize("make", [form, browser, panes, plots, panel, tree, welcome, *LATER])
def test_a_switch_leaves_nothing_of_the_other_scheme(shown, qapp, make: Callable[[], QWidget]):
    switched = shown(without_focus(make()), 600, 400)
    apply_scheme(qapp, "dark")
    try:
        same = picture(switched) == picture_of_new(without_focus(make()))
    finally:
        apply_scheme(qapp, "light")
    assert same


def test_the_comparison_sees_a_colour_that_was_left_behind(shown, qapp):
    """A label that takes its colour once is the fault that the test above is there to find."""
    label = QLabel("left behind")
    palette = label.palette()
    palette.setColor(palette.ColorRole.WindowText, palette.windowText().color())
    label.setPalette(palette)
    shown(label, 600, 400)
    apply_scheme(qapp, "dark")
    try:
        same = picture(label) == picture_of_new(QLabel("left behind"))
    finally:
        apply_scheme(qapp, "light")
    assert not same


def without_focus(view: QWidget) -> QWidget:
    """A view of which no part shows that the keys go there."""
    for part in (view, *view.findChildren(QWidget)):
        part.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return view


def picture(view: QWidget) -> QImage:
    """What is on the screen once everything has settled."""
    for _ in range(5):
        QApplication.processEvents()
    return view.grab().toImage()


def picture_of_new(view: QWidget) -> QImage:
    """The same for a view that was never shown before."""
    view.resize(600, 400)
    view.show()
    try:
        return picture(view)
    finally:
        view.close()
        view.deleteLater()

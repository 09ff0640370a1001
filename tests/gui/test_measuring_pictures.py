"""Pictures of measuring: profiles across viewers, regions, traces. Written where FLUOGAN_PICTURES says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QSize

from fluogan_app.core.data.shape import Shape
from fluogan_app.gui.features.measuring import MeasuringFeature


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_measuring(open_window: Callable, take: Callable, scheme: str) -> None:
    """A stack and a run with lines, regions and a point; every view of the page."""
    user = open_window()
    window = user.window
    window.set_scheme(scheme)
    window.resize(QSize(1280, 720))
    user.opens_sample()
    feature = next(one for one in window.features if isinstance(one, MeasuringFeature))
    shown, page = feature.measurements, feature.panel
    user.types("param_steps", "300")
    user.click("run")
    user.sees_end()
    user.presses("measure_line")
    width, height = window.workspace.panes.pane("mean").extent.width_nm, 1900.0
    shown.add(Shape("line", ((0.12 * width, height), (0.6 * width, height)), 400.0))
    user.sees(lambda: feature.profiles.settled and bool(page.peaks.rows))
    take(window, f"{scheme}-measure-1-profile")
    page.normalise.click()
    page.fit.click()
    user.sees(lambda: feature.profiles.settled)
    take(window, f"{scheme}-measure-2-normalised")
    user.presses("measure_rectangle")
    shown.add(Shape("rectangle", ((0.55 * width, 600.0), (0.75 * width, 1500.0))))
    shown.add(Shape("ellipse", ((0.3 * width, 700.0), (0.5 * width, 1400.0))))
    user.sees(lambda: feature.profiles.settled and len(page.regions.rows) >= 2)
    take(window, f"{scheme}-measure-3-regions")
    user.presses("show_stack")
    user.presses("measure_point")
    shown.add(Shape("point", ((0.45 * width, 1800.0),)))
    user.click("measure_view_traces")
    user.sees(lambda: page.trace_plot is not None and len(page.trace_plot.traces) == 3)
    take(window, f"{scheme}-measure-4-traces")
    window.set_scheme("light")

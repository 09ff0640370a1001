"""The diagram of profiles leaves room for its curves, however many there are."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from fluogan_app.core.project.line_profiles import MeasuredProfile
from fluogan_app.gui.views.profile_plot import ProfilePlot


def profile(title: str, unit: str) -> MeasuredProfile:
    line = SimpleNamespace(distance_nm=np.arange(5.0), values=np.arange(5.0), normalised=np.arange(5.0) / 4)
    return SimpleNamespace(title=title, unit=unit, profile=line, fit=None, found=SimpleNamespace(peaks=(), base=0.0))


def test_of_many_profiles_the_units_stand_in_the_tip(qtbot) -> None:
    plot = ProfilePlot()
    qtbot.addWidget(plot)
    plot.show_profiles([profile("Mean", "photons/frame/px"), profile("SOFI", "photons²")])
    assert "(photons/frame/px)" in plot.legend.text()
    plot.show_profiles([profile(f"Method {n}", "photons/frame/px" if n else "photons²") for n in range(8)])
    assert "photons" not in plot.legend.text() and "Method&nbsp;7" in plot.legend.text()
    assert "Method 7: photons/frame/px" in plot.legend.toolTip()

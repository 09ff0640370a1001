"""Traces from a drive that falls silent or fails: said, given up, read again; and of the whole frame."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from fluogan_app.gui.features.measuring import MeasuringFeature
from tests.gui.slow_drive import FRAMES, Drive


def test_traces_are_given_up_and_read_again(open_window: Callable, drive: Drive, slow: Path) -> None:
    drive.opening.set()
    drive.reading.set()
    user = open_window()
    user.drops(slow)
    user.sees_stack()
    user.sees(lambda: user.window.checks.check is not None)
    page = next(one for one in user.window.features if isinstance(one, MeasuringFeature)).panel
    user.presses("measure_show")
    user.click("measure_view_traces")
    assert "whole frame" in user.find("measure_traces_words").text()
    drive.reading.clear()
    user.click("measure_read")
    user.sees(lambda: "drive of far.slow does not answer" in user.window.notices.text("tracing"))
    user.click("measure_cancel")
    assert "not read" in user.find("measure_traces_words").text()
    assert user.window.notices.text("tracing") == "" and not page.progress.isVisible()
    drive.error = OSError(5, "Input/output error")
    drive.reading.set()
    user.click("measure_read")
    user.sees(lambda: "Input/output error" in user.find("measure_traces_words").text())
    drive.error = None
    user.click("measure_read")
    user.sees(lambda: "Whole frame" in page.trace_plot.traces)
    np.testing.assert_allclose(page.trace_plot.traces["Whole frame"], FRAMES.mean(axis=(1, 2)))
    # The region that was chosen for a reconstruction takes the whole frame's place by itself.
    user.types("stack_region_height", "4")
    user.sees(lambda: list(page.trace_plot.traces) == ["Region to reconstruct"])
    np.testing.assert_allclose(page.trace_plot.traces["Region to reconstruct"], FRAMES[:, :4].mean(axis=(1, 2)))

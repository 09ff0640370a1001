"""The picture behind a finding, where its pixels are of different kinds."""

from __future__ import annotations

import numpy as np

from fluogan_app.core.check.result import PixelMap
from fluogan_app.gui.views.finding_picture import FindingPicture

KINDS = ("sound", "hot", "dead", "stuck")


def test_kinds_of_pixels_are_named_beside_the_bar(qtbot) -> None:
    shown = FindingPicture()
    qtbot.addWidget(shown)
    kinds, amounts = np.zeros((20, 30), np.float32), np.linspace(0, 7, 600, dtype=np.float32).reshape(20, 30)
    kinds[4, 5] = 2
    shown.set_pictures((PixelMap("Defects", kinds, "kind of pixel", KINDS), PixelMap("Saturated", amounts, "%")), 100.0)
    bar = shown.pane.colour_bar
    assert [text for _, text in bar.ticks()] == ["0 sound", "1 hot", "2 dead", "3 stuck"]
    assert shown.pane.display.levels == (0.0, 3.0), "the colours are those of the kinds, not of the ones that are there"
    shown.set_pictures((PixelMap("Saturated", amounts, "%"),), 100.0)
    assert "1 hot" not in [text for _, text in bar.ticks()] and shown.pane.unit == "%"

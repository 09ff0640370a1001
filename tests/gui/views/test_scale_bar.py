"""Round lengths and numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from fluogan_app.gui.views.colour_bar import tick_text
from fluogan_app.gui.views.scale_bar import bar_length, decade_ticks, paint_scale_bar, round_below, round_ticks


@given(st.floats(1e-6, 1e9))
def test_round_length_is_one_two_or_five_and_fills_its_room(limit):
    length = round_below(limit)
    mantissa = length / 10 ** math.floor(math.log10(length) + 1e-9)
    assert min(abs(mantissa - step) for step in (1, 2, 5)) < 1e-6
    # Between two neighbours of 1, 2, 5, 10 lies at most a factor of 2.5.
    assert limit / 2.5 * (1 - 1e-6) <= length <= limit * (1 + 1e-6)


@pytest.mark.parametrize("limit, expected", [(1, 1), (0.2, 0.2), (999, 500), (5, 5), (4.99, 2), (1000, 1000)])
def test_round_lengths_that_can_be_told(limit, expected):
    assert round_below(limit) == pytest.approx(expected)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(2, 8))
@example(0.5, 4.0, 2)  # no multiple of 5 lies between 0.5 and 4.5
def test_ticks_lie_inside_and_are_evenly_spaced(low, span, about):
    ticks = round_ticks(low, low + span, about)
    slack = 1e-6 * (abs(low) + span)
    assert all(low - slack <= tick <= low + span + slack for tick in ticks)
    assert 1 <= len(ticks) <= 2.5 * about
    if len(ticks) > 2:
        assert np.diff(ticks) == pytest.approx(np.full(len(ticks) - 1, ticks[1] - ticks[0]), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(
    "value, step, text", [(0.5, 0.5, "0.5"), (300, 100, "300"), (0, 0.1, "0"), (0.25, 0.05, "0.25")]
)
def test_ticks_are_written_with_the_digits_they_need(value, step, text):
    assert tick_text(value, step) == text


@pytest.mark.parametrize("nm_per_pixel", [0.7, 5.0, 26.7, 400.0])
def test_painted_bar_is_as_long_as_its_text_says(qapp, nm_per_pixel):
    """Measured on the picture: the widest white run of pixels, against the length that is written."""
    canvas = QImage(600, 200, QImage.Format.Format_RGB32)
    canvas.fill(QColor(24, 26, 29))
    painter = QPainter(canvas)
    paint_scale_bar(painter, QRectF(0, 0, 600, 200), nm_per_pixel, calibrated=True)
    painter.end()
    white = np.array([[canvas.pixelColor(x, y).lightness() > 250 for x in range(600)] for y in range(150, 200)])
    assert _longest_run(white) == pytest.approx(bar_length(nm_per_pixel, 600) / nm_per_pixel, abs=1.0)


def _longest_run(rows: np.ndarray) -> int:
    longest = 0
    for row in rows:
        edges = np.flatnonzero(np.diff(np.concatenate([[0], row.astype(int), [0]])))
        longest = max(longest, int((edges[1::2] - edges[::2]).max(initial=0)))
    return longest


@given(st.floats(1e-6, 1e6), st.floats(1.5, 1e9))
def test_a_logarithmic_scale_has_few_numbers_that_stand_apart(low, ratio):
    """At most seven, each at least 1.9 times the one before, all within a third of the ends."""
    ticks = decade_ticks(low, low * ratio)
    assert len(ticks) <= 7 and (ratio < 2.5 or ticks)
    assert all(after / before >= 1.9 for before, after in zip(ticks, ticks[1:]))
    assert all(low / 1.4 <= tick <= low * ratio * 1.4 for tick in ticks)

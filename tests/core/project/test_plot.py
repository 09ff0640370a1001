"""Diagrams: what is drawn stands where its numbers say, and the axes tell the numbers."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from fluogan_app.core.errors import UsageError
from fluogan_app.core.project.axis import axis_for
from fluogan_app.core.project.marks import COLOURS
from fluogan_app.core.project.plot import Band, Line, Plot, Points, Rule, draw_plot, draw_plots, export_plots

FRAME = (60, 60, 60)


def dots_of(picture: Image.Image, colour: tuple[int, int, int]) -> np.ndarray:
    """Rows and columns (N, 2) of the dots of exactly this colour."""
    return np.argwhere(np.all(np.asarray(picture) == colour, axis=2))


def frame_of(picture: Image.Image) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of the axes' frame: its two long rows and columns."""
    inked = np.all(np.asarray(picture) == FRAME, axis=2)
    columns, rows = np.flatnonzero(inked.mean(axis=0) > 0.5), np.flatnonzero(inked.mean(axis=1) > 0.5)
    return columns[0], rows[0], columns[-1], rows[-1]


@pytest.mark.parametrize("logarithmic", [False, True])
def test_a_point_stands_where_its_numbers_say(logarithmic):
    x, y = 30.0, 200.0
    marks = (Points(np.array([x]), np.array([y])),)
    picture = draw_plot(Plot("x", "y", marks, "", (10, 1000), (100, 400), logarithmic, logarithmic))
    left, top, right, bottom = frame_of(picture)
    scaled = np.log if logarithmic else np.asarray
    across = (scaled(x) - scaled(10)) / (scaled(1000) - scaled(10))
    up = (scaled(y) - scaled(100)) / (scaled(400) - scaled(100))
    row, column = dots_of(picture, COLOURS[0]).mean(axis=0)
    assert column == pytest.approx(left + across * (right - left), abs=1.5)
    assert row == pytest.approx(bottom - up * (bottom - top), abs=1.5)


def test_a_wrong_place_would_be_seen():
    picture = draw_plot(Plot("x", "y", (Points(np.array([0.25]), np.array([0.5])),), "", (0, 1), (0, 1)))
    left, _, right, _ = frame_of(picture)
    assert dots_of(picture, COLOURS[0]).mean(axis=0)[1] != pytest.approx((left + right) / 2, abs=50)


def test_a_line_is_interrupted_where_nothing_is_known():
    y = np.ones(11)
    y[4:7] = np.nan
    picture = draw_plot(Plot("x", "y", (Line(np.arange(11.0), y),), y_range=(0, 2)))
    left, _, right, _ = frame_of(picture)
    columns = np.unique(dots_of(picture, COLOURS[0])[:, 1])
    gap = (columns > left + 0.32 * (right - left)) & (columns < left + 0.68 * (right - left))
    assert not gap.any() and (columns < left + 0.3 * (right - left)).any() and columns.max() > right - 10


def test_values_beyond_the_axes_stay_outside_the_frame():
    marks = (Line(np.array([0.0, 1.0]), np.array([-1e12, 1e12])), Rule(1e9, "y"), Band(*np.full((3, 2), [0.0, 1.0])))
    picture = draw_plot(Plot("x", "y", marks, y_range=(0, 1), x_range=(0, 1)))
    left, top, right, bottom = frame_of(picture)
    rows, columns = dots_of(picture, COLOURS[0]).T
    assert rows.min() >= top and rows.max() <= bottom and columns.min() >= left and columns.max() <= right


@pytest.mark.parametrize(
    ("values", "logarithmic", "texts"),
    [
        ([0.0, 1.0], False, ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
        ([-2e6, 2e6], False, ["−2×10⁶", "−10⁶", "0", "10⁶", "2×10⁶"]),
        ([1.0, 3e6], True, ["10⁰", "10¹", "10²", "10³", "10⁴", "10⁵", "10⁶"]),
        ([10.0, 100.0], True, ["10", "20", "50", "100"]),
        ([], False, ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
    ],
)
def test_ticks_are_round_and_written_as_a_person_would(values, logarithmic, texts):
    ticks = [text for _, text in axis_for(np.array(values), None, logarithmic).ticks]
    assert ticks == texts


@pytest.mark.parametrize("values", [[3.0], [0.0], [-5.0, -5.0], [np.nan, 2.0], [np.inf, 1.0, 2.0]])
@pytest.mark.parametrize("logarithmic", [False, True])
def test_every_axis_has_a_length(values, logarithmic):
    axis = axis_for(np.array(values), None, logarithmic)
    assert np.all(np.isfinite(axis.limits)) and axis.limits[0] < axis.limits[1] and len(axis.ticks) >= 2


def test_diagrams_are_written_with_their_caption_and_scale(tmp_path):
    plot = Plot("x", "y in photons", (Line(np.arange(3.0), np.arange(3.0), "counts"),), "Title")
    export_plots(tmp_path / "p.png", [plot, plot, plot], "three of them")
    picture = Image.open(tmp_path / "p.png")
    assert picture.info["Description"] == "three of them" and picture.info["dpi"] == pytest.approx((300, 300), abs=1)
    assert picture.size[0] > draw_plots([plot]).size[0]
    with pytest.raises(UsageError, match="png"):
        export_plots(tmp_path / "p.jpg", [plot])


def test_the_legend_hides_no_point():
    """Points all over the frame: room is made above them."""
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(20.0), np.arange(14.0)))
    plain, named = (draw_plot(Plot("x", "y", (Points(x, y, label),))) for label in ("", "many points in every place"))
    shown = len(dots_of(plain, COLOURS[0]))
    assert len(dots_of(named, COLOURS[0])) >= shown
    within = draw_plot(Plot("x", "y", (Points(x, y, "many points in every place"),), y_range=(-0.3, 13.3)))
    assert len(dots_of(within, COLOURS[0])) < shown, "a range that was asked for is kept"

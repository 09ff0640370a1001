"""The figure of profiles, in dots and as vectors: curves where they belong, words that can be read back."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from fluogan_app.core.data.placement import Placement
from fluogan_app.core.data.shape import Shape
from fluogan_app.core.errors import UsageError
from fluogan_app.core.project.line_profiles import PlacedPicture, measured_profiles
from fluogan_app.core.project.plot import Band, Line, Plot, Points, Rule
from fluogan_app.core.project.plot_page import plots_page
from fluogan_app.core.project.profile_figure import export_profiles
from fluogan_app.core.project.vector_files import svg_of

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def profiles():
    """Two images with units of their own."""
    x = np.arange(60) + 0.5
    bump = np.tile(np.exp(-(((x - 30) / 4) ** 2)), (20, 1))
    pictures = (
        PlacedPicture("Mean <1>", "photons/px", 50 * bump + 5, Placement(100.0)),
        PlacedPicture("Estimate", "photons/fine px", bump, Placement(100.0)),
    )
    return measured_profiles(Shape("line", ((500.0, 1000.0), (5500.0, 1000.0)), 300.0), pictures)


@pytest.mark.parametrize("ending", [".png", ".svg", ".pdf"])
def test_each_kind_of_file_is_written(profiles, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"profile{ending}"
    export_profiles(path, profiles, "nm", caption="cells.tif")
    content = path.read_bytes()
    if ending == ".png":
        assert Image.open(path).width > 1000
    elif ending == ".pdf":
        assert content.startswith(b"%PDF-1.4") and content.endswith(b"%%EOF\n")
    else:
        words = "".join(ElementTree.fromstring(content).itertext())
        for text in ("Distance in nm", "Photons/px", "Photons/fine px", "Mean <1>", "cells.tif"):
            assert text in words


def test_another_ending_is_refused(profiles, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no name"):
        export_profiles(tmp_path / "profile.bmp", profiles, "nm")


def test_points_of_a_curve_lie_where_their_values_say() -> None:
    x, y = np.array([0.0, 5.0, np.nan, 10.0, 10.0]), np.array([0.0, 50.0, 7.0, 100.0, 0.0])
    plot = Plot("x", "y", (Line(x, y, "curve"),), x_range=(0.0, 10.0), y_range=(0.0, 100.0))
    root = ElementTree.fromstring(svg_of(plots_page([plot])))
    lines = [line.get("points").split() for line in root.iter(f"{SVG}polyline")]
    # The two pieces of the curve, the frame, and the curve's sample in the legend come last.
    first, second, frame = (
        np.array([[float(part) for part in point.split(",")] for point in line]) for line in lines[-4:-1]
    )
    (left, top), (right, bottom) = frame.min(axis=0), frame.max(axis=0)
    np.testing.assert_allclose(first, [[left, bottom], [(left + right) / 2, (top + bottom) / 2]], atol=0.02)
    np.testing.assert_allclose(second, [[right, top], [right, bottom]], atol=0.02)


def test_all_marks_come_out_and_stay_in_the_page() -> None:
    x = np.linspace(1, 9, 5)
    marks = (
        Band(x, x - 1, x + 1, "range"), Line(x, x, "line", dashed=True), Points(x, x, "points", 2, np.ones(5)),
        Rule(5.0, "x", "limit"), Rule(1e9, "y", "far"),
    )  # fmt: skip
    page = plots_page([Plot("x", "y", marks, "Title", y_range=(0.0, 10.0))] * 3, ("words below",))
    root = ElementTree.fromstring(svg_of(page))
    points = [point for shape in root.iter() for point in shape.get("points", "").split()]
    places = np.array([[float(part) for part in point.split(",")] for point in points])
    assert places.min() >= 0 and np.all(places.max(axis=0) <= (page.width, page.height))
    assert len(list(root.iter(f"{SVG}polygon"))) >= 3 * 6

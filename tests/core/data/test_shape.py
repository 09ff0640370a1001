"""Drawn shapes: lengths, angles, areas, and what is no shape."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluogan_app.core.data.shape import Shape
from fluogan_app.core.errors import DataError

SQUARE = ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0))


@pytest.mark.parametrize(("end", "angle"), [((5, 0), 0), ((0, -5), 90), ((-5, 0), 180), ((5, 5), -45), ((0, 5), -90)])
def test_angles_count_counter_clockwise_as_seen(end, angle):
    line = Shape("line", ((1.0, 2.0), (1.0 + end[0], 2.0 + end[1])))
    assert line.angle_degrees == pytest.approx(angle) and line.length_nm == pytest.approx(math.hypot(*end))


@given(sides=st.integers(3, 40), radius=st.floats(1, 1e4), x=st.floats(-1e4, 1e4), turn=st.floats(0, 7))
def test_a_regular_polygon_has_its_area_wherever_it_is(sides, radius, x, turn):
    angles = turn + 2 * np.pi * np.arange(sides) / sides
    polygon = Shape("polygon", tuple((x + radius * np.cos(a), radius * np.sin(a)) for a in angles))
    assert polygon.area_nm2 == pytest.approx(sides / 2 * radius**2 * np.sin(2 * np.pi / sides), rel=1e-6)
    assert not polygon.crosses_itself
    assert polygon.contains(np.array(x), np.array(0.0))
    assert not polygon.contains(np.array(x + 1.1 * radius), np.array(0.0))


def test_a_crossed_polygon_is_known_and_neighbours_do_not_count():
    assert Shape("polygon", (SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3])).crosses_itself
    assert not Shape("polygon", SQUARE).crosses_itself


def test_shapes_move_and_scale_and_come_back_from_a_project():
    shape = Shape("line", ((1.0, 2.0), (4.0, 6.0)), 3.0)
    assert shape.moved(1, -1).points_nm == ((2.0, 1.0), (5.0, 5.0)) and shape.moved(1, -1).length_nm == 5.0
    assert shape.scaled(2.0).length_nm == 10.0 and shape.scaled(2.0).width_nm == 6.0
    assert shape.with_point(1, (1.0, 3.0)).length_nm == 1.0
    assert Shape.from_plain(json.loads(json.dumps(shape.plain))) == shape


@pytest.mark.parametrize(
    ("kind", "points", "width"),
    [
        ("star", ((0.0, 0.0), (1.0, 1.0)), 0.0), ("line", ((0.0, 0.0),), 0.0), ("polygon", SQUARE[:2], 0.0),
        ("point", ((0.0, float("nan")),), 0.0), ("line", ((0.0, 0.0), (1.0, 1.0)), -1.0),
        ("line", ((0.0, 0.0), (1e12, 1.0)), 0.0),
    ],
)  # fmt: skip
def test_what_is_no_shape_is_refused(kind, points, width):
    with pytest.raises(DataError):
        Shape(kind, points, width)

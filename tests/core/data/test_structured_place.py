"""Which square of a field is shown first."""

from __future__ import annotations

import numpy as np
import pytest

from fluogan_app.core.data.roi import Roi
from fluogan_app.core.data.stack import ArraySource, Stack
from fluogan_app.core.data.structured_place import place_in_stack, structured_place
from fluogan_app.core.errors import DataError


def field_with(stripes: Roi, shape: tuple[int, int] = (90, 120)) -> np.ndarray:
    image = np.full(shape, 10.0)
    rows, columns = stripes.slices
    image[rows, columns] += 20.0 * (np.arange(stripes.width) // 3 % 2)
    return image


def share_of(stripes: Roi, place: Roi) -> float:
    """The part of the stripes that the square shows."""
    try:
        seen = stripes.common(place)
    except DataError:
        return 0.0
    return seen.height * seen.width / (stripes.height * stripes.width)


@pytest.mark.parametrize("stripes", [Roi(0, 0, 20, 24), Roi(66, 96, 24, 24), Roi(30, 50, 16, 16)])
def test_the_square_lies_where_something_is(stripes: Roi) -> None:
    place = structured_place(field_with(stripes), Roi.whole((90, 120)), 32)
    assert (place.height, place.width) == (32, 32)
    assert share_of(stripes, place) > 0.8
    # The checker, shown once a wrong case: a square that the program would not choose holds less.
    assert share_of(stripes, Roi(58 if stripes.y0 < 40 else 0, 40, 32, 32)) < 0.5


def test_one_hot_pixel_draws_no_attention() -> None:
    image = field_with(Roi(60, 80, 24, 24))
    image[5, 5] = 60_000
    assert structured_place(image, Roi.whole(image.shape), 32).y0 > 30


def test_it_stays_within_the_region_and_gives_way_where_that_is_small() -> None:
    image = field_with(Roi(0, 0, 20, 24))
    assert structured_place(image, Roi(40, 50, 50, 60), 32).inside(Roi(40, 50, 50, 60)).y0 >= 0
    assert structured_place(image, Roi(40, 50, 20, 60), 32) == Roi(40, structured_place(
        image, Roi(40, 50, 20, 60), 32).x0, 20, 32)  # fmt: skip
    assert structured_place(image, Roi(3, 4, 9, 7), 32) == Roi(3, 4, 9, 7)


def test_a_flat_field_and_one_without_numbers_have_a_place_too() -> None:
    assert structured_place(np.ones((40, 40)), Roi.whole((40, 40)), 16) == Roi(0, 0, 16, 16)
    assert structured_place(np.full((40, 40), np.nan), Roi.whole((40, 40)), 16) == Roi(0, 0, 16, 16)


def test_of_a_large_stack_a_picture_in_small_is_looked_at() -> None:
    frame = field_with(Roi(700, 800, 100, 100), (900, 1000)).astype(np.uint16)
    stack = Stack("large", "memory", ArraySource(np.stack([frame] * 3)))
    place = place_in_stack(stack, Roi.whole((900, 1000)), 128, lambda: False)
    assert share_of(Roi(700, 800, 100, 100), place) > 0.8
    assert place_in_stack(stack, Roi.whole((900, 1000)), 128, lambda: True) is None

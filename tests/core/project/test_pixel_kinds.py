"""Kinds of pixels in a figure."""

from __future__ import annotations

import numpy as np
import pytest

from fluogan_app.core.project.pixel_kinds import COLOURS, picture_of_kinds


@pytest.mark.parametrize("side", [40, 2048])
def test_each_pixel_is_drawn_in_the_colour_of_its_kind(side: int) -> None:
    """Of a camera of 2048 pixels, too, where a pixel is less than a dot."""
    image = np.zeros((side, side), np.float32)
    places = {1: (side // 4, side // 4), 2: (side // 2, side // 3), 3: (3 * side // 4, side // 5)}
    for kind, place in places.items():
        image[place] = kind
    dots = np.asarray(picture_of_kinds(image, (900, 900)))
    for kind, (y, x) in places.items():
        row, column = (round((at + 0.5) * 900 / side) for at in (y, x))
        assert tuple(dots[row, column]) == COLOURS[kind]
    assert tuple(dots[5, 5]) == COLOURS[0] and len(set(COLOURS)) == len(COLOURS)
    assert np.mean(np.all(dots == COLOURS[0], axis=2)) > 0.9

"""One part of the sample out of images with different pixels."""

from __future__ import annotations

import numpy as np
import pytest

from fluogan_app.core.project.sight import Placed, cut_alike

CAMERA = np.arange(20 * 30).reshape(20, 30)
FINE = np.kron(CAMERA, np.ones((4, 4), int))


@pytest.mark.parametrize("origin", [(0.0, 0.0), (240.0, -160.0)])
def test_parts_are_of_one_field(origin) -> None:
    camera, fine = Placed(CAMERA, 80.0, origin), Placed(FINE, 20.0, origin)
    low = (origin[0] + 170.0, origin[1] + 250.0)
    high = (origin[0] + 700.0, origin[1] + 1290.0)
    coarse_part, fine_part = cut_alike([camera, fine], low, high)
    np.testing.assert_array_equal(coarse_part, CAMERA[2:9, 3:17])
    np.testing.assert_array_equal(fine_part, np.kron(coarse_part, np.ones((4, 4), int)))


def test_what_is_in_sight_beyond_the_image_is_left_out() -> None:
    whole = cut_alike([Placed(CAMERA, 80.0)], (-1e6, -1e6), (1e6, 1e6))[0]
    np.testing.assert_array_equal(whole, CAMERA)
    smaller = cut_alike([Placed(CAMERA, 80.0), Placed(CAMERA[:10], 80.0)], (-1e6, -1e6), (1e6, 1e6))
    assert [part.shape for part in smaller] == [(10, 30), (10, 30)]


def test_where_nothing_is_in_sight_all_is_shown() -> None:
    assert cut_alike([Placed(CAMERA, 80.0)], (1e6, 1e6), (2e6, 2e6))[0].shape == CAMERA.shape


def test_an_exact_border_takes_no_pixel_more() -> None:
    part = cut_alike([Placed(CAMERA, 0.1)], (0.3, 0.7), (0.9, 1.1))[0]
    np.testing.assert_array_equal(part, CAMERA[3:9, 7:11])

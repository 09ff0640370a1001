"""An image of another program lies where its pixel size says: a point at the same nanometre, the sum kept."""

from __future__ import annotations

import numpy as np
import pytest

from fluogan_app.core.data.roi import Roi
from fluogan_app.core.errors import DataError, ParameterError
from fluogan_app.core.project.placing import on_the_grid, placed_in

CAMERA_NM, WHOLE, ROI = 100.0, (30, 40), Roi(4, 6, 12, 16)
POINT_NM = (987.0, 1312.0)


def spot(shape: tuple[int, int], pixel_nm: float, corner_nm: tuple[float, float], sigma_nm: float = 90.0) -> np.ndarray:
    """A Gaussian at POINT_NM of the frame on some grid."""
    y, x = (corner + (np.arange(n) + 0.5) * pixel_nm for corner, n in zip(corner_nm, shape))
    return np.exp(-((y[:, None] - POINT_NM[0]) ** 2 + (x[None, :] - POINT_NM[1]) ** 2) / (2 * sigma_nm**2))


def centroid_nm(image: np.ndarray, zoom: int) -> tuple[float, float]:
    fine = CAMERA_NM / zoom
    y, x = ((np.arange(n) + 0.5) * fine + first * CAMERA_NM for n, first in zip(image.shape, (ROI.y0, ROI.x0)))
    return float((image.sum(1) * y).sum() / image.sum()), float((image.sum(0) * x).sum() / image.sum())


@pytest.mark.parametrize(
    ("pixel_nm", "zoom"), [(25.0, 4), (20.0, 5), (13.0, 8), (27.3, 4), (100.0, 1), (140.0, 1), (8.0, 12)]
)
def test_a_point_keeps_its_place_and_the_sum_stays(pixel_nm: float, zoom: int) -> None:
    shape = tuple(int(round(side * CAMERA_NM / pixel_nm)) for side in WHOLE)
    image = spot(shape, pixel_nm, (0.0, 0.0), max(90.0, pixel_nm))
    place = placed_in(shape, pixel_nm, None, ROI, WHOLE, CAMERA_NM)
    assert place.zoom == zoom and place.corner_yx_nm == (0.0, 0.0) and place.covered == pytest.approx(1.0, abs=0.01)
    drawn = on_the_grid(image, place, ROI, CAMERA_NM)
    assert drawn.shape == (12 * zoom, 16 * zoom) and drawn.dtype == np.float32
    assert centroid_nm(drawn, zoom) == pytest.approx(POINT_NM, abs=0.5)
    # Splines keep the sum as well as they draw, which they do of what is wider than a pixel.
    assert drawn.sum() == pytest.approx(image.sum(), rel=0.03 if pixel_nm > CAMERA_NM else 1e-3)


def test_an_image_on_the_grid_is_copied_as_it_is() -> None:
    image = np.random.default_rng(0).normal(size=(48, 64)).astype(np.float32)
    place = placed_in((48, 64), 25.0, None, ROI, WHOLE, CAMERA_NM)
    assert place.corner_yx_nm == (400.0, 600.0) and place.notes == ()
    np.testing.assert_array_equal(on_the_grid(image, place, ROI, CAMERA_NM), image)
    shifted = placed_in((48, 64), 25.0, None, ROI, WHOLE, CAMERA_NM, (500.0, 600.0))
    np.testing.assert_array_equal(on_the_grid(image, shifted, ROI, CAMERA_NM)[4:], image[:-4])
    assert shifted.covered == pytest.approx(11 / 12) and "91.7 %" in shifted.notes[0]


def test_an_image_of_neither_size_begins_at_the_region_and_says_so() -> None:
    place = placed_in((10, 10), 50.0, 60.0, ROI, WHOLE, CAMERA_NM)
    assert place.corner_yx_nm == (400.0, 600.0)
    assert "upper left corner" in place.notes[0] and "states pixels of 60 nm" in place.notes[1]
    assert not on_the_grid(np.ones((10, 10)), place, ROI, CAMERA_NM)[10:].any()


def test_what_lies_elsewhere_or_nowhere_is_refused() -> None:
    with pytest.raises(DataError, match="beside the region"):
        placed_in((10, 10), 50.0, None, ROI, WHOLE, CAMERA_NM, (5000.0, 0.0))
    for impossible in (0.0, -3.0, float("nan")):
        with pytest.raises(ParameterError, match="is none"):
            placed_in((10, 10), impossible, None, ROI, WHOLE, CAMERA_NM)


def test_light_is_not_drawn_below_zero_nor_beyond_the_image() -> None:
    image = np.zeros((6, 8))
    image[3, 4] = 5.0
    place = placed_in((6, 8), 150.0, None, ROI, WHOLE, CAMERA_NM, (500.0, 700.0))
    drawn = on_the_grid(image, place, ROI, CAMERA_NM)
    assert drawn.min() == 0.0 and not drawn[0].any() and not drawn[:, 0].any()
    assert on_the_grid(image - 1.0, place, ROI, CAMERA_NM).min() < 0

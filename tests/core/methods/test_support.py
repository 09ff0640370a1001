"""Support along structures: means over straight pieces, in the direction in which a structure runs."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.ndimage import map_coordinates, uniform_filter1d

from fluogan_app.core.methods.fluogan.support import (
    CHEAPEST,
    DEAREST,
    DEAREST_FINE,
    DEAREST_FAINT,
    DEAREST_IN_SOLID,
    prices,
    structure_directions,
    support,
    typical_light,
)
from tests.core.methods.dense_model import ZOOM, make_explained_model

LENGTH = 16


def random_image(shape=(37, 41), seed=0) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def along(spots: torch.Tensor, degrees: float, length: float = LENGTH) -> torch.Tensor:
    """Support with one direction everywhere."""
    return support(spots, torch.full((4, 5), math.radians(degrees), dtype=torch.float64), length)


def softened(spots: torch.Tensor) -> np.ndarray:
    """Half of each spot and a quarter of its neighbours along either axis, by the definition."""
    image = np.pad(spots.numpy(), 1, mode="symmetric")
    for axis in (0, 1):
        image = 0.5 * image + 0.25 * (np.roll(image, 1, axis) + np.roll(image, -1, axis))
    return image[1:-1, 1:-1]


@pytest.mark.parametrize(("degrees", "axis"), [(0, 1), (180, 1), (90, 0)])
def test_along_rows_and_columns_it_is_the_moving_average(degrees, axis):
    spots = random_image()
    expected = uniform_filter1d(softened(spots), LENGTH, axis=axis, mode="reflect")
    np.testing.assert_allclose(along(spots, degrees).numpy(), expected, rtol=0, atol=1e-12)
    other = uniform_filter1d(softened(spots), LENGTH, axis=1 - axis, mode="reflect")
    assert np.abs(along(spots, degrees).numpy() - other).max() > 0.1


def line_mean(spots: torch.Tensor, degrees: float) -> np.ndarray:
    """Mean over a straight piece, sampled between the spots."""
    rows, columns = np.indices(spots.shape, dtype=float)
    steps = np.arange(LENGTH) - (LENGTH - 1) / 2
    angle, image = math.radians(degrees), softened(spots)
    places = ([rows + step * math.sin(angle), columns + step * math.cos(angle)] for step in steps)
    return np.mean([map_coordinates(image, place, order=1, mode="reflect") for place in places], axis=0)


@pytest.mark.parametrize("degrees", [22.5, 45, 67.5, 112.5, 135, 157.5])
def test_in_between_it_is_the_mean_along_the_line_but_for_rounded_shifts(degrees):
    rows, columns = torch.meshgrid(torch.arange(61.0), torch.arange(67.0), indexing="ij")
    wave = (0.11 * rows.double() + 0.17 * columns.double()).sin()
    # Each of four shifts is off by half a spot along an axis at the most, and the piece's middle by a half.
    steepest = math.hypot(0.11, 0.17)
    tolerance = steepest * math.hypot(1.5, 1.5)
    difference = np.abs(along(wave, degrees).numpy() - line_mean(wave, degrees))[16:-16, 16:-16]
    assert difference.max() < tolerance
    across = np.abs(along(wave, degrees).numpy() - line_mean(wave, degrees + 90))[16:-16, 16:-16]
    assert across.max() > tolerance or difference.max() < 0.3 * across.max()


@pytest.mark.parametrize("degrees", range(0, 180, 15))
@pytest.mark.parametrize("shape", [(37, 41), (2, 3), (1, 40), (5, 1)])
def test_an_even_image_supports_itself_even_where_it_is_smaller_than_the_piece(shape, degrees):
    even = torch.full(shape, 0.7, dtype=torch.float64)
    torch.testing.assert_close(along(even, degrees), even, rtol=1e-13, atol=0)


def test_a_line_is_supported_by_its_height_and_a_dot_by_its_share_of_a_piece():
    line, dot = torch.zeros(2, 41, 43, dtype=torch.float64)
    line[19:22, :], dot[20, 21] = 2.0, 2.0
    assert float(along(line, 0)[20, 21]) == pytest.approx(2.0, rel=1e-12)
    assert float(along(line, 90)[20, 21]) == pytest.approx(2.0 * 3 / LENGTH, rel=1e-12)
    # Half of a dot is in its own row after softening, all of it within the piece.
    assert float(along(dot, 0)[20, 21]) == pytest.approx(0.5 * 2.0 / LENGTH, rel=1e-12)


@pytest.mark.parametrize("length", [0.3, 1.0])
def test_a_piece_of_one_spot_is_the_softened_image(length):
    spots = random_image()
    np.testing.assert_allclose(along(spots, 45, length).numpy(), softened(spots), rtol=0, atol=1e-14)


# Directions


def drawn_line(degrees: float, shape=(72, 78), width=2.0) -> torch.Tensor:
    rows, columns = np.indices(shape, dtype=float)
    angle = math.radians(degrees)
    distance = (rows - shape[0] / 2) * math.cos(angle) - (columns - shape[1] / 2) * math.sin(angle)
    return torch.tensor(np.exp(-0.5 * (distance / width) ** 2))


@pytest.mark.parametrize("zoom", [1, 3, 6])
@pytest.mark.parametrize("degrees", [0, 20, 45, 70, 90, 110, 135, 160])
def test_the_direction_of_a_line_is_found(degrees, zoom):
    directions = structure_directions(drawn_line(degrees), zoom, 1.376)
    step = max(1, zoom // 2)
    assert directions.shape == (math.ceil(72 / step), math.ceil(78 / step))
    middle = tuple(side // 2 for side in directions.shape)
    # The pixels' own grid bends a slope taken from neighbours by (sin φ)/φ, less than a degree for so wide a line.
    error = (math.degrees(float(directions[middle])) - degrees + 90) % 180 - 90
    assert abs(error) < 2.0
    assert 0 <= float(directions.min()) and float(directions.max()) <= math.pi + 1e-12


@pytest.mark.parametrize("shape", [(30, 36), (1, 20), (20, 1)])
def test_a_dark_or_narrow_image_has_some_direction(shape):
    directions = structure_directions(torch.zeros(shape, dtype=torch.float64), 1, 1.376)
    assert directions.shape == shape and bool(torch.isfinite(directions).all())


# Prices


def asked(scale: float, judged: bool = False) -> list[torch.Tensor]:
    """Prices of a row of light among the fine, coarse and wide spots of a small field."""
    model = make_explained_model()
    spots = [torch.zeros_like(pull) for pull in model.sparsity]
    spots[0][4, :] = scale
    estimate = model.estimate(spots)
    return prices(model, spots, estimate, typical_light(estimate), ZOOM, 1.274, judged)


@pytest.mark.parametrize("judged", [False, True])
@pytest.mark.parametrize("scale", [0.0, 1e-6, 1.0, 1e6])
def test_prices_stay_within_their_bounds(scale, judged):
    *fine, wide = asked(scale, judged)
    dearest = DEAREST_FINE * (DEAREST_FAINT * DEAREST_IN_SOLID if judged else 1.0)
    for price in fine:
        assert CHEAPEST <= float(price.min()) and float(price.max()) <= dearest
    assert CHEAPEST <= float(wide.min()) and float(wide.max()) <= 1.0


def test_what_nothing_supports_costs_most_and_a_line_little():
    fine, coarse, wide = asked(1.0)
    assert float(coarse.min()) == float(coarse.max()) == DEAREST
    assert float(wide.min()) == 1.0
    assert float(fine[4].max()) < 0.5 * DEAREST_FINE and float(fine[9].min()) == pytest.approx(DEAREST_FINE)


def test_prices_do_not_know_the_unit_of_light():
    # Half price lies at a share of the typical light.
    for one, other in zip(asked(1.0), asked(1e3)):
        torch.testing.assert_close(one, other, rtol=1e-9, atol=0)


def test_typical_light_is_that_in_which_most_of_the_light_stands():
    estimate = torch.zeros(40, 50, dtype=torch.float64)
    assert float(typical_light(estimate)) == 0.0
    estimate[0] = 50.0
    assert float(typical_light(estimate)) == pytest.approx(50.0, rel=1e-12)
    estimate[1:] = 0.01
    # Haze over the rest of the field holds 39 · 0.01 of 50.39 parts of the light, and lowers it by no more than that.
    assert float(typical_light(estimate)) == pytest.approx(50.0, rel=0.008)

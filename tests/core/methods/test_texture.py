"""The spots of the estimate: as wide as they are called, with all their photons, and blurred as their image is."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fluogan_app.core.methods.fluogan.texture import (
    COARSE_WIDTH,
    FINE_WIDTH,
    WIDE,
    Texture,
    coarse_shows,
    make_textures,
)
from fluogan_app.core.optics.blur import Optics
from fluogan_app.core.optics.operators import gaussian_operator
from fluogan_app.core.optics.pointspread import GaussianPsf
from fluogan_app.core.optics.waves import waves_of

SIGMA = 1.376  # camera pixels: FWHM 324 nm at 100 nm
#: What is cut of a spot's light lies within 6σ and weighs less than this part.
CUT = 3e-7


def textures(shape_yx=(7, 11), zoom=3, detail=0.25, boundary="reflecting") -> tuple[Texture, ...]:
    return make_textures(shape_yx, zoom, Optics(GaussianPsf(SIGMA), boundary), detail, "cpu", torch.float64)


def random_spots(texture: Texture, seed: int = 1) -> torch.Tensor:
    return torch.rand(texture.blur.fine_shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def variance_of_middle_spot(operator, cell: float) -> float:
    """Variance along x of the image of the spot nearest the middle, in units of a cell of that width."""
    spots = torch.zeros(operator.fine_shape, dtype=torch.float64)
    spots[tuple(side // 2 for side in spots.shape)] = 1.0
    profile = operator.apply(spots).sum(dim=0).numpy()
    places = cell * np.arange(len(profile))
    mean = places @ profile
    return float((places - mean) ** 2 @ profile)


@pytest.mark.parametrize(("zoom", "detail"), [(3, 0.25), (6, 0.25), (1, 0.5), (4, 0.0), (3, None)])
@pytest.mark.parametrize("shape_yx", [(7, 11), (5, 131)])
def test_what_the_camera_sees_of_spots_is_what_it_sees_of_their_image(shape_yx, zoom, detail):
    camera = gaussian_operator(shape_yx, zoom, SIGMA, dtype=torch.float64)
    for texture in textures(shape_yx, zoom, detail):
        spots = random_spots(texture)
        seen = camera.apply(texture.image(spots))
        torch.testing.assert_close(texture.blur.apply(spots), seen, rtol=1e-12, atol=1e-12)


def test_that_comparison_sees_spots_of_another_width():
    camera = gaussian_operator((7, 11), 3, SIGMA, dtype=torch.float64)
    fine, other = textures(detail=0.25)[0], textures(detail=0.5)[0]
    spots = random_spots(fine)
    assert float((fine.blur.apply(spots) - camera.apply(other.image(spots))).abs().max()) > 1e-2


@pytest.mark.parametrize("detail", [0.25, None])
@pytest.mark.parametrize("zoom", [1, 3, 6])
def test_spots_keep_their_photons_up_to_the_border(zoom, detail):
    for texture in textures(zoom=zoom, detail=detail):
        spots = random_spots(texture)
        for image in (texture.image(spots), texture.blur.apply(spots)):
            assert float(image.sum()) == pytest.approx(float(spots.sum()), rel=1e-12)


@pytest.mark.parametrize("zoom", [1, 2, 6])
def test_even_spots_make_an_even_image(zoom):
    for texture in textures(zoom=zoom):
        image = texture.image(texture.blur.ones())
        spots_per_fine_pixel = np.prod(texture.blur.fine_shape) / image.numel()
        # Wide spots a half pixel apart leave waves of exp(−2π²(2σ)²), nothing; only what is cut shows.
        np.testing.assert_allclose(image.numpy(), spots_per_fine_pixel, rtol=1e-5)


@pytest.mark.parametrize("detail", [0.25, 0.5, 1.0])
def test_spots_are_as_wide_as_they_are_called(detail):
    zoom = 6
    fine, wide = textures((35, 41), zoom, detail)
    for texture, width in ((fine, detail), (wide, max(WIDE.width, detail))):
        sigma_fine = width * SIGMA * zoom
        # A fine pixel adds its own variance of 1/12.
        expected = sigma_fine**2 + 1 / 12
        error = CUT * (6 * sigma_fine) ** 2
        assert variance_of_middle_spot(texture.show, 1.0) == pytest.approx(expected, abs=error)
        # To the camera's eye variances of spot, PSF, fine pixel and camera pixel add.
        seen = (width**2 + 1) * SIGMA**2 + 1 / 12 + 1 / (12 * zoom**2)
        error = CUT * 36 * (width**2 + 1) * SIGMA**2
        assert variance_of_middle_spot(texture.blur, 1.0) == pytest.approx(seen, abs=error)


def test_spots_of_the_fine_kind_lie_on_the_fine_pixels_and_wide_ones_apart():
    fine, wide = textures((5, 7), zoom=6)
    assert fine.blur.fine_shape == fine.show.coarse_shape == wide.show.coarse_shape == (30, 42)
    assert wide.blur.fine_shape == (5 * WIDE.per_pixel, 7 * WIDE.per_pixel)
    assert (fine.kind.name, wide.kind.name) == ("fine", "wide")


def test_wide_spots_never_outnumber_the_fine_pixels():
    fine, wide = textures((5, 7), zoom=1)
    assert wide.blur.fine_shape == fine.blur.fine_shape == (5, 7)


def test_without_detail_single_fine_pixels_stand_alone():
    (texture,) = textures(detail=0.0)
    spots = random_spots(texture)
    assert texture.image(spots) is spots
    camera = gaussian_operator((7, 11), 3, SIGMA, dtype=torch.float64)
    torch.testing.assert_close(texture.blur.apply(spots), camera.apply(spots), rtol=1e-12, atol=1e-12)


def test_left_to_the_data_fine_coarse_and_wide_spots_lie_ready():
    fine, coarse, wide = textures((35, 41), zoom=6, detail=None)
    assert [texture.kind.name for texture in (fine, coarse, wide)] == ["fine", "coarse", "wide"]
    for texture, width in ((fine, FINE_WIDTH), (coarse, COARSE_WIDTH)):
        assert texture.blur.fine_shape == (210, 246)
        sigma_fine = width * SIGMA * 6
        error = CUT * (6 * sigma_fine) ** 2
        # The fine pixels sample a spot finer than themselves: what that adds to its variance is below a tenth.
        expected = sigma_fine**2 + 1 / 12
        assert variance_of_middle_spot(texture.show, 1.0) == pytest.approx(expected, abs=error + 1e-3)


def test_where_the_fine_grid_cannot_tell_them_apart_there_are_coarse_spots_only():
    assert coarse_shows(6, SIGMA) and coarse_shows(3, SIGMA) and not coarse_shows(1, SIGMA)
    fine, wide = textures(zoom=1, detail=None)
    assert (fine.kind.width, wide.kind.width) == (COARSE_WIDTH, WIDE.width)


@pytest.mark.parametrize("boundary", ["reflecting", "periodic"])
@pytest.mark.parametrize("detail", [0.0, None])
def test_the_spectrum_is_that_of_what_spots_bring_into_the_camera_and_back(detail, boundary):
    shape = (5, 7)
    waves = waves_of(torch.zeros(shape, dtype=torch.float64), boundary)
    image = torch.randn(shape, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    for texture in textures(shape, 3, detail, boundary):
        assert texture.diagonal
        seen = texture.blur.apply(texture.blur.adjoint(image))
        torch.testing.assert_close(waves.inverse(texture.spectrum * waves.forward(image)), seen, rtol=0, atol=CUT)


def test_that_comparison_sees_the_spectrum_of_another_width():
    fine, coarse, _ = textures((5, 7), 3, None)
    waves = waves_of(torch.zeros(5, 7, dtype=torch.float64), "reflecting")
    image = torch.randn(5, 7, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    seen = fine.blur.apply(fine.blur.adjoint(image))
    assert float((waves.inverse(coarse.spectrum * waves.forward(image)) - seen).abs().max()) > 1e-3

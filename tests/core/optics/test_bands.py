"""A matrix cut into blocks multiplies as the whole one does, on either axis, into new memory or given memory."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.sparse import csr_array

from fluogan_app.core.optics.bands import GATHERING_ROWS, SPREADING_ROWS, Bands
from fluogan_app.core.optics.psf import banded_spots

SIGMA = 1.376  # camera pixels: FWHM 324 nm at 100 nm
LONG = 9 * GATHERING_ROWS + 1


def blur(pixels: int, boundary: str = "reflecting") -> csr_array:
    return banded_spots(pixels, 3 * pixels, SIGMA, boundary)


def random_image(shape: tuple[int, ...]) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


@pytest.mark.parametrize("boundary", ["reflecting", "periodic"])
@pytest.mark.parametrize("pixels", [1, GATHERING_ROWS, LONG])
@pytest.mark.parametrize("transposed", [False, True])
def test_blocks_multiply_as_the_dense_matrix(pixels, boundary, transposed):
    matrix = csr_array(blur(pixels, boundary).T) if transposed else blur(pixels, boundary)
    bands, dense = Bands(matrix, dtype=torch.float64), matrix.toarray()
    image = random_image((5, matrix.shape[1]))
    np.testing.assert_allclose(bands.along_columns(image).numpy(), image.numpy() @ dense.T, atol=1e-12)
    np.testing.assert_allclose(bands.along_rows(image.T).numpy(), dense @ image.numpy().T, atol=1e-12)


def test_long_axes_are_cut_and_short_ones_are_not():
    assert len(Bands(blur(GATHERING_ROWS)).blocks) == 1
    assert len(Bands(blur(LONG)).blocks) == 10
    spread = Bands(csr_array(blur(LONG).T))
    assert len(spread.blocks) == -(-3 * LONG // SPREADING_ROWS)
    # What the blocks leave out is the point of them: the band is 16 of 145 camera pixels wide.
    assert sum(block.elements.numel() for block in spread.blocks) < 0.3 * 3 * LONG * LONG


def test_blocks_of_a_row_without_elements_are_right():
    matrix = csr_array(np.diag([0.0] * GATHERING_ROWS + [1.0] * (9 * GATHERING_ROWS)))
    image = random_image((3, 10 * GATHERING_ROWS))
    bands = Bands(matrix, dtype=torch.float64)
    assert len(bands.blocks) > 1
    np.testing.assert_array_equal(bands.along_columns(image).numpy(), image.numpy() * matrix.diagonal())


@pytest.mark.parametrize("pixels", [7, LONG])
def test_given_memory_is_filled_and_handed_back(pixels):
    bands, image = Bands(blur(pixels), dtype=torch.float64), random_image((2, 4, 3 * pixels))
    for product, given in (
        (bands.along_columns, image),
        (bands.along_rows, image.transpose(1, 2).contiguous()),
    ):
        expected = product(given)
        memory = torch.full_like(expected, float("nan"))
        assert product(given, memory) is memory
        torch.testing.assert_close(memory, expected, rtol=0, atol=0)


def test_the_check_sees_a_block_that_is_out_of_its_place():
    matrix = blur(LONG)
    bands = Bands(matrix, dtype=torch.float64)
    first, second, *_ = bands.blocks
    moved = (type(first)(second.rows, first.window, first.elements),)
    bands.blocks = (*moved, *bands.blocks[1:])
    image = random_image((5, 3 * LONG))
    result = bands.along_columns(image, torch.zeros(5, LONG, dtype=torch.float64))
    assert float((result - image @ torch.from_numpy(matrix.toarray()).T).abs().max()) > 1e-3

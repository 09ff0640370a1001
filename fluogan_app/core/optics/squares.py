"""Squares of an operator's elements as a short sum of separable operators.

ψ_ik depends on the distance between pixel and spot alone, up to the mirror. What one pixel hears of the spots around
it is split into a few products of a function of y and one of x (its singular vectors); along each axis they are laid
out as a matrix, mirrored or repeated at the ends; and the square of a sum of products is a sum of products.
"""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np
from scipy.sparse import coo_array, csr_array

from fluogan_app.core.optics.psf import Boundary

#: Products that add less than this part of the largest element, or square, are left out.
LEAST_PRODUCT = 1e-4


def squared_matrices(
    around: np.ndarray, boundary: Boundary, coarse_shape: tuple[int, ...], fine_shape: tuple[int, ...]
) -> list[tuple[csr_array, csr_array]]:
    """Pairs of matrices along y and x, (Y, Sy) and (X, Sx), whose products add up to ψ_ik².

    around: what one camera pixel hears of the spots around it, the pixel in the middle; as many spots to a pixel as on
    the field.
    """
    products = _products(around)
    matrices = [
        tuple(_laid_out(part, *sizes, boundary) for part, sizes in zip(product, zip(coarse_shape, fine_shape)))
        for product in products
    ]
    kept = []
    for one, other in combinations_with_replacement(range(len(products)), 2):
        peak = np.prod([abs(first * second).max() for first, second in zip(products[one], products[other])])
        if peak > LEAST_PRODUCT * abs(around).max() ** 2:
            (rows, columns), (more_rows, more_columns) = matrices[one], matrices[other]
            twice = 1.0 if one == other else 2.0
            kept.append(((rows * more_rows * twice).tocsr(), (columns * more_columns).tocsr()))
    return kept


def _products(image: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Functions of y and of x whose products add up to the image, the strongest first."""
    left, values, right = np.linalg.svd(image, full_matrices=False)
    peaks = values * abs(left).max(axis=0) * abs(right).max(axis=1)
    kept = np.flatnonzero(peaks > LEAST_PRODUCT * abs(image).max())
    return [(left[:, at] * values[at], right[at]) for at in kept]


def _laid_out(response: np.ndarray, pixels: int, spots: int, boundary: Boundary) -> csr_array:
    """The matrix (pixels, spots) of a pixel's response along one axis, given from the ring's first spot on."""
    per_pixel = spots // pixels
    first = -(len(response) // per_pixel // 2) * per_pixel
    places = np.arange(len(response)) + first + per_pixel * np.arange(pixels)[:, None]
    if boundary == "periodic":
        columns = places % spots
    else:
        there = places % (2 * spots)
        columns = np.where(there < spots, there, 2 * spots - 1 - there)
    rows = np.broadcast_to(np.arange(pixels)[:, None], columns.shape)
    values = np.broadcast_to(response, columns.shape)
    return coo_array((values.ravel(), (rows.ravel(), columns.ravel())), (pixels, spots)).tocsr()

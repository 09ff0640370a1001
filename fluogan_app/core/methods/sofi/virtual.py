"""From cumulants of each camera pixel's virtual pixels to an image on their grid, and from there to the fine grid."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import distance_transform_edt, map_coordinates

from fluogan_app.core.methods.fine_grid import fine_middles
from fluogan_app.core.methods.sofi.combinations import groups_of

#: A width that is fitted to the cumulants is believed within this factor of the PSF's own.
BELIEVED = 1.6


def flattened(cumulants: np.ndarray, counts: np.ndarray, order: int, sigma_pixels: float) -> np.ndarray:
    """The image of virtual pixels, (n(Y−1)+1, n(X−1)+1), each divided by its distance factor exp(−spread / 2σ²).

    cumulants, counts: (n², Y, X), 0 counts where a virtual pixel has no set inside the field: it gets its nearest
    neighbour's value. Virtual pixel (i, j) lies at (i, j) / n camera pixels.
    """
    height, width = cumulants.shape[1:]
    image, known = np.zeros((order * height, order * width)), np.zeros((order * height, order * width), bool)
    for group, values, count in zip(groups_of(order), cumulants, counts):
        (a, b), factor = group.place, np.exp(-group.spread / (2.0 * sigma_pixels**2))
        image[a::order, b::order] = values / factor
        known[a::order, b::order] = count > 0
    image, known = (each[: order * (height - 1) + 1, : order * (width - 1) + 1] for each in (image, known))
    if not known.any():
        return image
    rows, columns = distance_transform_edt(~known, return_distances=False, return_indices=True)
    return image[rows, columns]


def fitted_sigma(cumulants: np.ndarray, counts: np.ndarray, order: int, sigma_pixels: float) -> float:
    """σ at which the virtual pixels' images have equal sums, in camera pixels; the PSF's where that cannot be told.

    The sums of a blurred image over shifted grids are alike, so their logarithms fall with the spread as −spread / 2σ².
    """
    everywhere = (counts > 0).all(axis=0)
    sums = np.array([values[everywhere].sum() for values in cumulants])
    spreads = np.array([group.spread for group in groups_of(order)])
    if not everywhere.any() or not (np.all(sums > 0) or np.all(sums < 0)):
        return sigma_pixels
    slope = np.polyfit(spreads, np.log(abs(sums)), 1)[0]
    found = np.sqrt(-0.5 / slope) if slope < 0 else np.inf
    return float(found) if sigma_pixels / BELIEVED < found < sigma_pixels * BELIEVED else sigma_pixels


def on_fine_grid(image: np.ndarray, order: int, shape_yx: tuple[int, int], zoom: int) -> np.ndarray:
    """A virtual pixel image at the middles of the fine pixels, by cubic splines; the border's values go on beyond."""
    rows, columns = (order * fine_middles(side, zoom) for side in shape_yx)
    return map_coordinates(image, np.meshgrid(rows, columns, indexing="ij"), order=3, mode="nearest")

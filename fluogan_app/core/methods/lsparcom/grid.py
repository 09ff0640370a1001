"""The network's own grid: pixels of one size in widths of the PSF, so that it is the same task at any zoom and PSF.

Along each axis its pixels lie evenly over the field, at (k + ½) / count of its length, as spots do in psf.py.
"""

from __future__ import annotations

import numpy as np

from fluogan_app.core.units import FWHM_PER_SIGMA

#: Pixels of the network's grid along the FWHM of what a point looks like on the camera.
PIXELS_PER_FWHM = 12.0


def seen_sigma(sigma_pixels: float) -> float:
    """σ in camera pixels of a point's image: a camera pixel sums over its own width, whose variance is 1/12."""
    return float(np.sqrt(sigma_pixels**2 + 1.0 / 12.0))


def inner_pixels(pixels: int, sigma_pixels: float) -> int:
    """How many pixels the network's grid has along an axis of so many camera pixels."""
    return int(np.ceil(pixels * PIXELS_PER_FWHM / (FWHM_PER_SIGMA * seen_sigma(sigma_pixels))))


def spread(inner: int, fine: int) -> np.ndarray:
    """Shares (fine, inner) of what each pixel of one grid gives to those of another over the same length.

    Between the middles of its pixels the image is taken to be straight lines; beyond an end, mirrored. Columns sum
    to 1: nothing is lost, and a point's centroid stays where it is.
    """
    edges = np.arange(fine + 1) * (inner / fine)
    shares = np.zeros((fine, inner))
    for turned in (False, True):
        for whole in (-1, 0, 1):
            middles = np.arange(inner) + 0.5
            places = 2.0 * whole * inner + (-middles if turned else middles)
            shares += np.diff(_below(edges[:, None] - places[None, :]), axis=0)
    return shares


def interpolated_to(image: np.ndarray, counts_yx: tuple[int, int]) -> np.ndarray:
    """A camera image (Y, X) by cubic splines at the middles of another grid's pixels; borders are mirrors."""
    from scipy.ndimage import map_coordinates

    places = [(np.arange(count) + 0.5) * side / count - 0.5 for count, side in zip(counts_yx, image.shape)]
    return map_coordinates(image.astype(float), np.meshgrid(*places, indexing="ij"), order=3, mode="reflect")


def _below(distance: np.ndarray) -> np.ndarray:
    """The part of a hat of half width 1 around 0 that lies below `distance`."""
    near = np.clip(distance, -1.0, 1.0)
    return np.where(near < 0, 0.5 * (1.0 + near) ** 2, 1.0 - 0.5 * (1.0 - near) ** 2)

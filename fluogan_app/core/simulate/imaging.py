"""The microscope of the simulator: Gaussian blur and summing over camera pixels, integrated exactly.

It is written apart from the operators that a method uses, so that each can serve to check the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from fluogan_app.core.units import sigma_from_fwhm

#: Light further away than this many standard deviations is below 1e-15 of the whole.
REACH_SIGMAS = 8.0


def pixel_response(
    camera_pixels: int, zoom: int, sigma_pixels: float, fine_pixels: np.ndarray | None = None, moved_pixels: float = 0.0
) -> np.ndarray:
    """Share of a fine pixel's light that each camera pixel receives along one axis, (pixels, zoom·pixels).

    The source is even over its fine pixel, the blur a Gaussian of `sigma_pixels` camera pixels, the borders mirrors:

        a_ik = zoom Σ_images ∫_k ∫_i N(u; s, σ²) du ds

    Every column sums to 1: mirrors lose no photon. `fine_pixels` picks some of the columns by their indices;
    `moved_pixels` is how far the sample has moved over the camera.
    """
    left = np.arange(camera_pixels)[:, None].astype(float)
    indices = np.arange(zoom * camera_pixels) if fine_pixels is None else fine_pixels
    source, width = indices[None, :] / zoom + moved_pixels, 1.0 / zoom
    response = np.zeros((camera_pixels, len(indices)))
    turns = int(np.ceil(REACH_SIGMAS * sigma_pixels / (2 * camera_pixels))) + 1
    for turn in range(-turns, turns + 1):
        for image in (source, -source - width):
            response += _light_between(left, image + 2 * turn * camera_pixels, width, sigma_pixels)
    return response


@dataclass(frozen=True)
class Microscope:
    """Ψ = U H as two small matrices: `along_y` (Y, zoom·Y) and `along_x` (X, zoom·X)."""

    along_y: np.ndarray
    along_x: np.ndarray

    @classmethod
    def gaussian(
        cls,
        shape_yx: tuple[int, int],
        zoom: int,
        pixel_size_nm: float,
        fwhm_nm: float,
        lit_columns: np.ndarray | None = None,
    ) -> Microscope:
        """A Gaussian PSF over a field of `shape_yx` camera pixels; with `lit_columns`, for light in those alone."""
        sigma = sigma_from_fwhm(fwhm_nm) / pixel_size_nm
        return cls(pixel_response(shape_yx[0], zoom, sigma), pixel_response(shape_yx[1], zoom, sigma, lit_columns))

    def image(self, estimate: np.ndarray) -> np.ndarray:
        """Mean photons per camera pixel, Ψx, of an emission x (zoom·Y, zoom·X)."""
        return self.along_y @ estimate @ self.along_x.T


def _light_between(left: np.ndarray, source: np.ndarray, width: float, sigma: float) -> np.ndarray:
    """Light of a source even over [source, source + width] that falls on [left, left + 1]."""
    near = _integrated_edge(left + 1 - source, sigma) - _integrated_edge(left + 1 - source - width, sigma)
    far = _integrated_edge(left - source, sigma) - _integrated_edge(left - source - width, sigma)
    return (near - far) / width


def _integrated_edge(distance: np.ndarray, sigma: float) -> np.ndarray:
    """∫ Φ(u/σ) du up to `distance`, as u Φ(u/σ) + σ φ(u/σ)."""
    scaled = distance / sigma
    return distance * ndtr(scaled) + sigma * np.exp(-0.5 * scaled**2) / np.sqrt(2 * np.pi)

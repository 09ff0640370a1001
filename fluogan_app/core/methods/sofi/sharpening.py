"""Deconvolution of a cumulant image with its narrowed PSF, whose width is σ / √n."""

from __future__ import annotations

import numpy as np
import torch
from scipy.ndimage import gaussian_filter
from scipy.sparse import csr_array

from fluogan_app.core.methods.fine_grid import fine_middles
from fluogan_app.core.optics.operators import ForwardOperator, separable_operator

#: Below this part of its peak a Gaussian is left out.
LEAST = 1e-9


def narrowed_blur(
    shape_yx: tuple[int, int], zoom: int, order: int, sigma_pixels: float, device: str = "cpu"
) -> ForwardOperator:
    """From the fine grid (zoom·Y, zoom·X) to the virtual pixels of order n, (n(Y−1)+1, n(X−1)+1).

    Along each axis a matrix whose rows sum to 1: what is even stays as it is, and sharpened images have the cumulant's
    own unit. Borders are mirrors.
    """
    axes = tuple(_axis(side, zoom, order, sigma_pixels / order**0.5) for side in shape_yx)
    return separable_operator(axes, device, torch.float64)


def sharpened(image: np.ndarray, blur: ForwardOperator, steps: int) -> np.ndarray:
    """What the narrowed PSF has blurred to an image of virtual pixels, on the fine grid, signs kept.

    What is above zero and what is below are deconvolved apart by Richardson–Lucy steps, and subtracted.
    """
    whole = torch.from_numpy(image).to(blur.ones())
    found = _deconvolved(whole.clamp(min=0.0), blur, steps) - _deconvolved((-whole).clamp(min=0.0), blur, steps)
    return found.cpu().numpy()


def shown_again(fine: np.ndarray, zoom: int, order: int, sigma_pixels: float) -> np.ndarray:
    """Blurred by a PSF that is n times narrower than the microscope's, so that it is an image again."""
    return gaussian_filter(fine, zoom * sigma_pixels / order, mode="reflect")


def _deconvolved(image: torch.Tensor, blur: ForwardOperator, steps: int) -> torch.Tensor:
    heard = blur.adjoint(torch.ones_like(image))
    heard = heard.clamp(min=1e-6 * float(heard.max()))
    found, least = torch.full_like(heard, float(image.mean())), 1e-12 * float(image.max())
    if least == 0.0:
        return found
    for _ in range(steps):
        found = found * blur.adjoint(image / blur.apply(found).clamp(min=least)) / heard
    return found


def _axis(pixels: int, zoom: int, order: int, sigma: float) -> csr_array:
    """Gaussian of each fine pixel at the virtual pixels, with its mirror images at both ends: (n(N−1)+1, zoom·N)."""
    virtual, fine = np.arange(order * (pixels - 1) + 1) / order, fine_middles(pixels, zoom)
    places = fine, -1.0 - fine, 2.0 * pixels - 1.0 - fine
    kernel = sum(np.exp(-0.5 * ((virtual[:, None] - place) / sigma) ** 2) for place in places)
    kernel[kernel < LEAST] = 0.0
    return csr_array(kernel / kernel.sum(axis=1, keepdims=True))

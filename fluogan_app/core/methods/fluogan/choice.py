"""Which of two fits is shown where: the coarse one, unless the recording contradicts it."""

from __future__ import annotations

import math

import torch
from scipy.ndimage import gaussian_filter

#: Side of a neighbourhood that decides together: σ of a Gaussian window, in σ of the PSF.
WINDOW_SIGMAS = 4.4
#: χ² by which the fine fit must be better within a window, and the width of the transition. Two fits that are equally
#: right differ by a few units; lines a quarter as thin as coarse spots, at 60 photons in 500 frames, by 30 and more.
PROOF, TRANSITION = 16.0, 1.25


def share_of_fine(coarse_misfit: torch.Tensor, fine_misfit: torch.Tensor, sigma_pixels: float) -> torch.Tensor:
    """How much of the fine fit to show at each camera pixel, (Y, X) from 0 to 1.

    The misfits are w (Ψx + b − ȳ)², (Y, X). What a window says counts as much as what the whole field says of a window
    of its size: structures of one field are mostly alike.
    """
    window = WINDOW_SIGMAS * sigma_pixels
    better = (coarse_misfit - fine_misfit).cpu().numpy().astype(float)
    pixels = min(2.0 * math.pi * window**2, better.size)
    local = pixels * gaussian_filter(better, window, mode="reflect")
    proof = 0.5 * (local + pixels * better.mean())
    return torch.sigmoid(torch.tensor((proof - PROOF) / TRANSITION)).to(coarse_misfit)


def on_grid(image: torch.Tensor, shape: torch.Size) -> torch.Tensor:
    """A camera image at the spots of a finer grid."""
    return torch.nn.functional.interpolate(image[None, None], shape, mode="bilinear", align_corners=False)[0, 0]

"""Frames between their pixels by their own cosines, which is Fourier interpolation with mirrors at the borders."""

from __future__ import annotations

import math

import torch

from fluogan_app.core.methods.fine_grid import fine_middles


def at_places(pixels: int, places: torch.Tensor) -> torch.Tensor:
    """The matrix (places, pixels) from values in pixels 0, 1, … to those of their cosine series at places.

    Wave k of N pixels is cos(π k (n + ½) / N) at pixel n, and goes on between the pixels.
    """
    order = torch.arange(pixels, dtype=torch.float64)
    shares = torch.full((pixels,), 2.0 / pixels, dtype=torch.float64)
    shares[0] = 1.0 / pixels
    there, here = (torch.cos(math.pi / pixels * torch.outer(where + 0.5, order)) for where in (places.double(), order))
    return (there * shares) @ here.T


def along_both(photons: torch.Tensor, places_y: torch.Tensor, places_x: torch.Tensor) -> torch.Tensor:
    """Frames (b, Y, X) at places in y and x, (b, places_y, places_x)."""
    rows, columns = (
        at_places(side, places).to(photons.device, photons.dtype)
        for side, places in zip(photons.shape[1:], (places_y, places_x))
    )
    return rows @ photons @ columns.T


def continued_brightness(photons: torch.Tensor, zoom: int) -> torch.Tensor:
    """Light per camera pixel around each fine pixel, (zoom², frames, Y, X), never below zero."""
    frames, height, width = photons.shape
    fine = along_both(photons, *(torch.from_numpy(fine_middles(side, zoom)) for side in (height, width)))
    cells = fine.reshape(frames, height, zoom, width, zoom).permute(2, 4, 0, 1, 3)
    return cells.reshape(zoom**2, frames, height, width).clamp_(min=0.0)

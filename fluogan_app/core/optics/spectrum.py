"""Eigenvalues of ΨK(ΨK)ᵀ: how much of each wave of the camera's grid an operator can make."""

from __future__ import annotations

from itertools import product

import numpy as np
from scipy.fft import dct

from fluogan_app.core.optics.psf import Boundary


def camera_waves(pixels: int, boundary: Boundary) -> np.ndarray:
    """Orthonormal waves on an axis of the camera, (pixels, waves): the DCT-II's, or cos + sin in the DFT's order."""
    if boundary == "reflecting":
        return dct(np.eye(pixels), type=2, norm="ortho", axis=0).T
    phase = 2.0 * np.pi * np.outer(np.arange(pixels) + 0.5, np.arange(pixels)) / pixels
    return (np.cos(phase) + np.sin(phase)) / np.sqrt(pixels)


def axis_energies(matrix: np.ndarray, boundary: Boundary) -> np.ndarray:
    """Eigenvalues of AAᵀ along one axis, (pixels,), in the order of the waves; A (pixels, spots)."""
    return np.square(camera_waves(matrix.shape[0], boundary).T @ matrix).sum(axis=1)


def plane_energies(
    syntheses: tuple[np.ndarray, np.ndarray], analyses: tuple[np.ndarray, np.ndarray], factors: np.ndarray,
    boundary: Boundary,
) -> np.ndarray:
    """Eigenvalues of ΨK(ΨK)ᵀ on the plane, (Y, X), for Ψ K s = S_y [H ∘ (F_y s F_xᵀ)] S_xᵀ.

    On the camera's grid a wave beyond its Nyquist frequency looks like one below. The energy of a camera wave is summed
    over the pairs of waves (j, l) that look like it along y, and (k, m) along x:

        Σ H_jk H_lm s_j s_l (F F')_jl s_k s_m (F F')_km
    """
    (waves_y, seen_y), (waves_x, seen_x) = (_folded(synthesis, boundary) for synthesis in syntheses)
    energies = np.zeros((waves_y.shape[0], waves_x.shape[0]))
    common_y, common_x = (_common(*each) for each in zip((waves_y, waves_x), (seen_y, seen_x), analyses))
    for (j, l), (k, m) in product(common_y, common_x):
        light = factors[np.ix_(waves_y[:, j], waves_x[:, k])] * factors[np.ix_(waves_y[:, l], waves_x[:, m])]
        energies += light * np.outer(common_y[j, l], common_x[k, m])
    return np.maximum(energies, 0.0)


def _folded(synthesis: np.ndarray, boundary: Boundary) -> tuple[np.ndarray, np.ndarray]:
    """The waves that look like each camera wave, and how strongly each does, both (camera waves, at most so many)."""
    seen = synthesis.T @ camera_waves(synthesis.shape[0], boundary)
    looks_like = abs(seen).argmax(axis=1)
    groups = [np.flatnonzero(looks_like == wave) for wave in range(synthesis.shape[0])]
    most = max(len(group) for group in groups)
    waves, strength = np.zeros((2, len(groups), most))
    for wave, group in enumerate(groups):
        waves[wave, : len(group)] = group
        strength[wave, : len(group)] = seen[group, wave]
    return waves.astype(int), strength


def _common(waves: np.ndarray, seen: np.ndarray, analysis: np.ndarray) -> dict[tuple[int, int], np.ndarray]:
    """What two waves that look alike have in common on the grid of the spots, for each camera wave."""
    pairs = product(range(waves.shape[1]), repeat=2)
    return {
        (j, l): seen[:, j] * seen[:, l] * np.einsum("ps,ps->p", analysis[waves[:, j]], analysis[waves[:, l]])
        for j, l in pairs
    }

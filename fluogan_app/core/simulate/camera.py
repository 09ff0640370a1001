"""The camera of the simulator: photons to 16-bit counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Camera:
    """gain in counts per photon, offset in counts, read_noise in photons rms, saturation in counts."""

    gain: float = 1.0
    offset: float = 0.0
    read_noise: float = 0.0
    saturation_counts: int = 65_535

    def record(
        self, photons: np.ndarray, photon_rng: np.random.Generator, noise_rng: np.random.Generator
    ) -> np.ndarray:
        """One exposure (Y, X) uint16 of a mean number of photons: y = gain · Poisson(photons) + e + offset.

        e ~ N(0, (gain · read_noise)²) (Cachia et al. 2023, eq. 4). Counts are rounded, then clipped to 0 … saturation.
        Photons and noise have their own generators, so that a noisier camera sees the same photons.
        """
        counts = self.gain * photon_rng.poisson(photons) + self.offset
        if self.read_noise > 0:
            counts = counts + self.gain * self.read_noise * noise_rng.standard_normal(photons.shape)
        return np.clip(np.rint(counts), 0, self.saturation_counts).astype(np.uint16)

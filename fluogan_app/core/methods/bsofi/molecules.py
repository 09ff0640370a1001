"""What the cumulants of orders 2, 3 and 4 tell of molecules that are either bright or dark."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: Molecules that are bright, or dark, for less of the time than this cannot be counted: their number is divided by it.
LEAST_RATIO = 0.01


@dataclass(frozen=True)
class Molecules:
    """Maps of one shape, 0 where they cannot be told.

    on_time_ratio: ρ, from 0 to 1. brightness: ε, photons a frame in the pixel at a bright molecule. density: N,
    molecules per square pixel.
    """

    on_time_ratio: np.ndarray
    brightness: np.ndarray
    density: np.ndarray


def molecules_of(second: np.ndarray, third: np.ndarray, fourth: np.ndarray, told: np.ndarray) -> Molecules:
    """From κ_n = N ε^n f_n(ρ) of each place, f₂ = ρ(1−ρ), f₃ = f₂ (1−2ρ), f₄ = f₂ (1−6ρ+6ρ²).

    K₁ = κ₃/κ₂ = ε (1−2ρ) and K₂ = κ₄/κ₂ = ε² (1−6ρ+6ρ²) give ε² = 3K₁² − 2K₂ and ρ = ½ (1 − K₁/ε) (Geissbuehler et al.
    2012). told: where κ₂ stands out of the noise, bool.
    """
    safe = np.where(told, second, 1.0)
    one, two = third / safe, fourth / safe
    squared = 3.0 * one**2 - 2.0 * two
    known = told & (squared > 0)
    brightness = np.sqrt(np.where(known, squared, 1.0))
    ratio = 0.5 * (1.0 - one / brightness)
    known &= (ratio > LEAST_RATIO) & (ratio < 1.0 - LEAST_RATIO)
    blinking = np.where(known, brightness**2 * ratio * (1.0 - ratio), 1.0)
    return Molecules(*(np.where(known, each, 0.0) for each in (ratio, brightness, second / blinking)))

"""Noise whose spectrum is known exactly: the common ground of the tests on resolution."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

Amplitude = Callable[[np.ndarray], np.ndarray]


@pytest.fixture
def shaped_noise() -> Callable[..., np.ndarray]:
    """White noise (Y, X), variance 1 per pixel, its coefficients multiplied by `amplitude(|f| in cycles per pixel)`."""

    def shaped(shape: tuple[int, int], seed: int, amplitude: Amplitude) -> np.ndarray:
        frequency = np.hypot(np.fft.fftfreq(shape[0])[:, None], np.fft.fftfreq(shape[1])[None, :])
        noise = np.random.default_rng(seed).standard_normal(shape)
        return np.fft.ifft2(np.fft.fft2(noise) * amplitude(frequency)).real

    return shaped

"""The three parts of the variance are found again, and a pixel that scatters by itself stands out."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from fluogan_app.core.errors import DataError
from fluogan_app.core.metrics.variance_match import variance_match

FRAMES = 400


@pytest.fixture
def parts() -> tuple[np.ndarray, np.ndarray]:
    """Ψx + b, and Σ ψ² x of the same x, (60, 70), in photons."""
    light = np.random.default_rng(0).uniform(size=(60, 70)) ** 6 * 300
    return gaussian_filter(light, 1.3) + 5.0 + np.arange(70.0) / 10, gaussian_filter(light, 1.3 / np.sqrt(2)) * 0.075


def recorded(expected: np.ndarray, seed: int = 1) -> np.ndarray:
    """δ²/2 of successive Gaussian frames of that variance."""
    frames = np.random.default_rng(seed).standard_normal((FRAMES, *expected.shape)) * np.sqrt(expected)
    return (np.diff(frames, axis=0) ** 2).mean(axis=0) / 2


@pytest.mark.parametrize(("shot", "constant", "event"), [(1.0, 4.0, 20.0), (2.0, 0.0, 60.0), (1.0, 9.0, 0.0)])
def test_the_parts_are_found(parts, shot, constant, event):
    mean, blinking = parts
    expected = shot * mean + constant + event * blinking
    found = variance_match(recorded(expected), mean, blinking, FRAMES)
    np.testing.assert_allclose(found.modelled, expected, rtol=0.03)
    assert found.shot == pytest.approx(shot, abs=0.12)
    assert found.photons_per_event == pytest.approx(event, abs=2.5)
    # In sd of its own noise what is left over is noise of variance 1: the formula of von Neumann holds.
    assert np.std(found.residual) == pytest.approx(1.0, abs=0.03)


def test_a_pixel_that_flickers_stands_out(parts):
    mean, blinking = parts
    seen = recorded(mean + 4.0)
    seen[30, 20] *= 3.0
    found = variance_match(seen, mean, blinking, FRAMES)
    assert np.unravel_index(np.argmax(found.residual), found.residual.shape) == (30, 20)
    assert found.residual[30, 20] > 8


def test_no_coefficient_is_negative_and_an_empty_one_does_no_harm(parts):
    mean, _ = parts
    found = variance_match(recorded(0.5 * mean), mean, np.zeros_like(mean), FRAMES)
    assert found.photons_per_event == 0 and found.constant >= 0 and np.isfinite(found.residual).all()


def test_too_few_frames_and_values_that_are_no_numbers_are_refused(parts):
    mean, blinking = parts
    with pytest.raises(DataError, match="too few"):
        variance_match(mean, mean, blinking, 5)
    with pytest.raises(DataError, match="not finite"):
        variance_match(np.where(mean > 50, np.nan, mean), mean, blinking, FRAMES)

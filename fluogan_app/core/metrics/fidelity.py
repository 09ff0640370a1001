"""How near an estimate comes to a known truth, and to the light that was recorded."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter

#: Wang et al. 2004: constants that keep the ratios finite, the window's standard deviation in pixels, and its radius.
_K1, _K2, _SIGMA, _RADIUS = 0.01, 0.03, 1.5, 5


def matched_in_photons(estimate: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """The estimate scaled so that its sum is the truth's; unchanged where it has no light to scale."""
    total = float(np.sum(estimate, dtype=float))
    return np.asarray(estimate, float) * (float(np.sum(truth, dtype=float)) / total if total > 0 else 1.0)


def nrmse(estimate: np.ndarray, truth: np.ndarray) -> float:
    """‖s·x − x_true‖ / ‖x_true‖ with s such that the sums agree: 0 is perfect, and a black image gives 1.

    Raises ValueError where the shapes differ or the truth is black.
    """
    _check_pair(estimate, truth)
    return float(np.linalg.norm(matched_in_photons(estimate, truth) - truth) / np.linalg.norm(truth))


def nrmse_fitted(estimate: np.ndarray, truth: np.ndarray) -> float:
    """‖α·x + β − x_true‖ / ‖x_true‖ with the α ≥ 0 and β that make it least: for images that claim no light.

    Never above `nrmse`. Raises ValueError where the shapes differ or the truth is black.
    """
    _check_pair(estimate, truth)
    x, y = np.asarray(estimate, float), np.asarray(truth, float)
    varied = x - x.mean()
    power = float(np.sum(varied**2))
    scale = max(float(np.sum(varied * y)) / power, 0.0) if power > 0 else 0.0
    return float(np.linalg.norm(scale * varied + y.mean() - y) / np.linalg.norm(y))


def psnr_db(estimate: np.ndarray, truth: np.ndarray) -> float:
    """Peak signal-to-noise ratio in dB, 20 log10(max x_true / rms error), after matching the sums; ∞ where equal.

    Raises ValueError where the shapes differ or the truth is black.
    """
    _check_pair(estimate, truth)
    error = float(np.sqrt(np.mean((matched_in_photons(estimate, truth) - truth) ** 2)))
    return float("inf") if error == 0 else float(20 * np.log10(np.max(truth) / error))


def ssim(estimate: np.ndarray, truth: np.ndarray) -> float:
    """Structural similarity after matching the sums: the mean over the image, without its borders, of

    (2 μ_x μ_y + C₁)(2 σ_xy + C₂) / ((μ_x² + μ_y² + C₁)(σ_x² + σ_y² + C₂)), moments in a Gaussian window of 1.5 pixels,
    C = (0.01 R)², (0.03 R)² with R the truth's range (Wang et al., IEEE Trans. Image Process. 2004). 1 where equal.

    Raises ValueError where the shapes differ, the truth is black, or an image is smaller than the window (11 pixels).
    """
    _check_pair(estimate, truth)
    if min(truth.shape) <= 2 * _RADIUS:
        raise ValueError(f"the images must be larger than {2 * _RADIUS} pixels, not {truth.shape}")
    x, y = matched_in_photons(estimate, truth), np.asarray(truth, float)

    def local(image: np.ndarray) -> np.ndarray:
        return gaussian_filter(image, _SIGMA, radius=_RADIUS)

    mean_x, mean_y = local(x), local(y)
    variance_x, variance_y = local(x * x) - mean_x**2, local(y * y) - mean_y**2
    covariance = local(x * y) - mean_x * mean_y
    c1, c2 = ((k * float(np.ptp(y) or np.max(np.abs(y)))) ** 2 for k in (_K1, _K2))
    likeness = (2 * mean_x * mean_y + c1) * (2 * covariance + c2)
    likeness /= (mean_x**2 + mean_y**2 + c1) * (variance_x + variance_y + c2)
    return float(np.mean(likeness[_RADIUS:-_RADIUS, _RADIUS:-_RADIUS]))


def photon_balance_percent(simulated: np.ndarray, recorded: np.ndarray) -> float:
    """How much more light the model holds than was recorded, 100 (Σ(Ψx + b) / Σȳ − 1); 0 where they agree.

    Both are mean frames in photons. Raises ValueError where nothing was recorded.
    """
    total = float(np.sum(recorded, dtype=float))
    if total == 0:
        raise ValueError("the recorded frames hold no light")
    return 100.0 * (float(np.sum(simulated, dtype=float)) / total - 1.0)


def _check_pair(estimate: np.ndarray, truth: np.ndarray) -> None:
    if estimate.shape != truth.shape:
        raise ValueError(f"estimate {estimate.shape} and truth {truth.shape} must have one shape")
    if not np.any(truth):
        raise ValueError("the truth is black")

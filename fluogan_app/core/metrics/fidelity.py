"""How near an estimate comes to a known truth, and to the light that was recorded."""

from __future__ import annotations

import numpy as np


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


def psnr_db(estimate: np.ndarray, truth: np.ndarray) -> float:
    """Peak signal-to-noise ratio in dB, 20 log10(max x_true / rms error), after matching the sums; ∞ where equal.

    Raises ValueError where the shapes differ or the truth is black.
    """
    _check_pair(estimate, truth)
    error = float(np.sqrt(np.mean((matched_in_photons(estimate, truth) - truth) ** 2)))
    return float("inf") if error == 0 else float(20 * np.log10(np.max(truth) / error))


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

"""How strong the signal is, from the mean frame's own waves."""

from __future__ import annotations

import numpy as np
from scipy.fft import dctn

from fluogan_app.core.optics.pointspread import PointSpread

#: Signal to noise that is looked through, per decade.
DECADES, PER_DECADE = (-6.0, 9.0), 24


def noise_to_signal_of(signal: np.ndarray, noise: float, psf: PointSpread) -> float:
    """N/S of a field (Y, X) without its background, whose pixels have the noise variance `noise`."""
    rows, columns = (np.arange(length) / (2.0 * length) for length in signal.shape)
    passed = np.abs(psf.transfer(rows, columns)) * np.outer(np.sinc(rows), np.sinc(columns))
    return likeliest_noise_to_signal(dctn(signal, norm="ortho") ** 2, passed**2, noise)


def likeliest_noise_to_signal(power: np.ndarray, transfer: np.ndarray, noise: float) -> float:
    """N/S for which these waves are likeliest (the maximum of the marginal likelihood).

    power: squares of the field's amplitudes. transfer: the part of a wave's power that the microscope lets through, 1
    at most. noise: variance N of one pixel. Wave k is drawn from a Gaussian of variance S transfer_k + N:

        −2 log p = Σ_k log(S t_k + N) + power_k / (S t_k + N)

    The field's mean, wave 0, is no sign of structure and does not count.
    """
    squares, passed = power.ravel()[1:] / max(noise, 1e-300), transfer.ravel()[1:]
    ratios = 10.0 ** np.linspace(*DECADES, int((DECADES[1] - DECADES[0]) * PER_DECADE) + 1)

    def surprise(ratio: float) -> float:
        variance = ratio * passed + 1.0
        return float(np.sum(np.log(variance) + squares / variance))

    return float(1.0 / ratios[int(np.argmin([surprise(ratio) for ratio in ratios]))])

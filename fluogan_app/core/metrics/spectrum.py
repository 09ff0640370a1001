"""Spectra of images: tapered so that their borders draw no cross, with the frequency of every coefficient."""

from __future__ import annotations

import numpy as np

from fluogan_app.core.errors import DataError

#: The smallest side of an image whose spectrum says anything.
LEAST_SIDE = 16
#: The share of each side over which the taper falls to zero, a half of it at either end.
TAPER = 0.25


def checked_image(image: np.ndarray, what: str = "image") -> np.ndarray:
    """The image as float64 [y, x]. Raises DataError where it is no image, too small, not finite or even."""
    values = np.asarray(image, np.float64)
    if values.ndim != 2 or min(values.shape) < LEAST_SIDE:
        raise DataError(
            f"The {what} has the shape {values.shape}; measured are images of at least {LEAST_SIDE} × {LEAST_SIDE}.",
            "Choose a larger one.",
        )
    bad = int(values.size - np.count_nonzero(np.isfinite(values)))
    if bad:
        raise DataError(f"{bad} pixels of the {what} are not numbers (NaN or infinite).", "Choose another image.")
    if values.min() == values.max():
        raise DataError(
            f"Every pixel of the {what} has the value {values.flat[0]:g}; there is nothing to measure.",
            "Choose another image.",
        )
    return values


def taper(length: int, share: float = TAPER) -> np.ndarray:
    """Tukey's window (length,): 1 in the middle, a cosine to 0 over `share`/2 of the length at each end."""
    edge = np.minimum(np.arange(length) + 0.5, length - np.arange(length) - 0.5) / max(share * length / 2.0, 1e-9)
    return np.where(edge < 1.0, 0.5 - 0.5 * np.cos(np.pi * np.minimum(edge, 1.0)), 1.0)


def window(shape: tuple[int, int], share: float = TAPER) -> np.ndarray:
    """The taper of both axes, (Y, X); 1 everywhere where `share` is 0."""
    rows, columns = (taper(length, share) for length in shape)
    return np.outer(rows, columns)


def independent_share(weights: np.ndarray) -> float:
    """How many coefficients of a windowed image are worth as many independent ones: (Σw²)² / (N Σw⁴), at most 1."""
    squares = weights**2
    return float(squares.sum() ** 2 / (weights.size * np.sum(squares**2)))


def tapered_transform(image: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Half of the Fourier transform, (Y, X // 2 + 1), of the windowed image without its windowed mean.

    The other half are its conjugates; the zero frequency is 0.
    """
    mean = np.sum(image * weights) / np.sum(weights)
    from scipy.fft import rfft2  # not above: the window knows the names of these measures before it loads scipy

    return rfft2((image - mean) * weights)


def frequencies(shape: tuple[int, int]) -> np.ndarray:
    """|f| of every coefficient of that half in cycles per pixel; right for odd and unequal sides."""
    return np.hypot(np.fft.fftfreq(shape[0])[:, None], np.fft.rfftfreq(shape[1])[None, :])


def multiplicity(shape: tuple[int, int]) -> np.ndarray:
    """How often each coefficient of the half stands in the whole transform, (Y, X // 2 + 1): 1 or 2."""
    twice = np.full(shape[1] // 2 + 1, 2.0)
    twice[0] = 1.0
    if shape[1] % 2 == 0:
        twice[-1] = 1.0
    return np.broadcast_to(twice, (shape[0], twice.size))

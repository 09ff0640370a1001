"""Resolution-scaled error: whether a super-resolved image, blurred again, is the picture that the microscope took.

Culley et al., Nat. Methods 15, 263 (2018), "SQUIRREL": the estimate x is brought to the reference's resolution and
brightness by I_RS = (α x + β) ⊗ G(σ), with α, β and σ such that Σ (I_D − I_RS)² is least; then

    RSE = √ mean((I_D − I_RS)²),    RSP = Pearson correlation of I_D and I_RS,    error map |I_D − I_RS|.

The paper enlarges the reference to the estimate's pixels; here the blurred estimate is summed over the pixels of the
reference, as the camera does, which needs no interpolation. Both images must show the same field: a shift between them
counts as error.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar

from fluogan_app.core.errors import DataError
from fluogan_app.core.metrics.spectrum import checked_image
from fluogan_app.core.optics.psf import banded_spots
from fluogan_app.core.units import FWHM_PER_SIGMA

#: Widths that are tried first, in pixels of the reference; the best one is then refined.
_WIDTHS = np.concatenate([[0.0], np.geomspace(0.1, 8.0, 14)])
#: So narrow a Gaussian leaves all light where it is.
_NO_WIDTH = 1e-3


@dataclass(frozen=True)
class ResolutionScaled:
    """The comparison, on the pixels of the reference.

    error: root mean square error in the reference's unit; error_percent: the same as a share of the reference's range
    from its 0.1 to its 99.9 percentile. pearson: −1 to 1. blur_fwhm_pixels: width of the Gaussian that fits best.
    scale, level: α and β. image, error_map: (Y, X), I_RS and |I_D − I_RS|.
    """

    error: float
    error_percent: float
    pearson: float
    blur_fwhm_pixels: float
    scale: float
    level: float
    image: np.ndarray
    error_map: np.ndarray


def binned(image: np.ndarray, factor: int) -> np.ndarray:
    """Sums over factor × factor pixels: photons are kept."""
    height, width = (side // factor for side in image.shape)
    blocks = image[: height * factor, : width * factor].reshape(height, factor, width, factor)
    return blocks.sum(axis=(1, 3), dtype=np.float64)


def resolution_scaled(estimate: np.ndarray, reference: np.ndarray) -> ResolutionScaled:
    """Compare an estimate (k·Y, k·X), k = 1, 2, …, with a diffraction-limited reference (Y, X) of the same field.

    Borders reflect. Raises DataError where the sizes do not fit or an image holds nothing.
    """
    target, fine = checked_image(reference, "reference"), checked_image(estimate, "estimate")
    factor = fine.shape[0] // target.shape[0]
    if factor < 1 or fine.shape != (factor * target.shape[0], factor * target.shape[1]):
        raise DataError(
            f"The estimate has {fine.shape[0]} × {fine.shape[1]} pixels and the reference {target.shape[0]} × "
            f"{target.shape[1]}: one is no whole multiple of the other.",
            "Give two images of the same field.",
        )
    width = _best_width(fine, target, factor)
    blurred = blurred_to(fine, width, factor)
    scale, level = _line(blurred, target)
    image = scale * blurred + level
    rest = target - image
    low, high = np.percentile(target, (0.1, 99.9))
    error = float(np.sqrt(np.mean(rest**2)))
    pearson = float(np.corrcoef(target.ravel(), image.ravel())[0, 1]) if np.ptp(image) > 0 else 0.0
    return ResolutionScaled(
        error=error, error_percent=100.0 * error / float(high - low if high > low else np.ptp(target)), pearson=pearson,
        blur_fwhm_pixels=width * FWHM_PER_SIGMA, scale=scale, level=level, image=image, error_map=np.abs(rest),
    )  # fmt: skip


def _best_width(fine: np.ndarray, target: np.ndarray, factor: int) -> float:
    """The standard deviation in pixels of the reference with the least error."""

    def loss(width: float) -> float:
        blurred = blurred_to(fine, width, factor)
        scale, level = _line(blurred, target)
        return float(np.mean((target - scale * blurred - level) ** 2))

    losses = [loss(width) for width in _WIDTHS]
    best = int(np.argmin(losses))
    bounds = _WIDTHS[max(best - 1, 0)], _WIDTHS[min(best + 1, len(_WIDTHS) - 1)]
    refined = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-3, "maxiter": 30})
    return float(refined.x) if refined.fun < losses[best] else float(_WIDTHS[best])


def blurred_to(fine: np.ndarray, width: float, factor: int) -> np.ndarray:
    """The light of the fine pixels as a Gaussian blur of `width` spreads it over the reference's pixels."""
    rows, columns = (banded_spots(side // factor, side, max(width, _NO_WIDTH)) for side in fine.shape)
    return rows @ (columns @ fine.T).T


def _line(blurred: np.ndarray, target: np.ndarray) -> tuple[float, float]:
    """α ≥ 0 and β of the least squares."""
    centred = blurred - blurred.mean()
    power = float(np.sum(centred**2))
    scale = max(float(np.sum(centred * target)) / power, 0.0) if power > 0 else 0.0
    return scale, float(target.mean() - scale * blurred.mean())

"""How far an image made from blinking can be trusted: whether anything blinks, and what the mean frame says to it."""

from __future__ import annotations

import math

import torch

from fluogan_app.core.methods.covariance_fit import Covariances
from fluogan_app.core.optics.covariance import CovarianceOperator

#: Below this many standard deviations at the strongest place, chance alone makes as much in a field of many pixels.
LEAST_SIGMAS = 6.0
#: The mean frame's residual over its noise from which on something is missing from the image.
MISFIT_SAID = 2.0


def blinking_sigmas(operator: CovarianceOperator, found: Covariances) -> torch.Tensor:
    """How far the strongest blinking stands out of noise that all pixels have alone, in its standard deviations, 0-d.

    At fine pixel k, Σ_{i≠j} ψ_ik ψ_jk R_ij: without blinking its mean is 0 and its variance over T frames at most
    2/T (Σ_i ψ_ik² R_ii)², however noise differs from pixel to pixel.
    """
    alone = operator.of_pixel_variances(found.variance)
    chance = math.sqrt(2.0 / found.degrees) * alone.clamp(min=1e-30)
    return ((found.heard - alone) / chance).max()


def remarks_of(
    sigmas: float | None, misfit: float | None, wanted: float, estimate: torch.Tensor
) -> tuple[str, ...]:
    """Sentences. sigmas: see blinking_sigmas. misfit: of the mean frame, None before the second stage."""
    said = []
    if misfit is None:
        said.append(
            "Stopped before intensities were estimated: the image shows how strongly places blink, scaled to the light "
            "of the mean frame."
        )
    if sigmas is not None and sigmas < LEAST_SIGMAS:
        said.append(
            f"No camera pixels fluctuate together by more than chance makes ({sigmas:.1f} standard deviations at the "
            "most): nothing is seen to blink, and the support rests on noise. Do not trust its details."
        )
    if misfit is not None and not bool((estimate > 0).any()):
        said.append(
            "The support is empty: nothing that blinks stood out. A smaller sparsity γ, or with PnP-COL0RME a smaller "
            "least fluctuation or a weaker denoiser, lets more of it appear."
        )
    elif misfit is not None and misfit > MISFIT_SAID * wanted:
        said.append(
            f"The mean frame is explained to {math.sqrt(misfit):.1f} times its noise only: places that are steady or "
            "faint are missing from the support, or the background is less smooth than β wants it."
        )
    return tuple(said)

"""Fine spots that stand out of the noise are kept as they are; λ1 pulls harder on the others.

Where something solid ends sharper than wide spots can, a fit sets rows of faint fine spots along the edge, and noise
does the same anywhere. Looked at once, well into the mean fit, such spots are far less significant than lines are; at a
dearer price the wide spots take their light over, and lines stay untouched.
"""

from __future__ import annotations

import torch

from fluogan_app.core.methods.fluogan.model import Model

#: The step at which significance is looked at: early enough to converge after it, late enough for lines to stand.
LOOK_AT_STEP = 300
#: The light of a neighbourhood counts as significant from this many standard deviations on.
SIGNIFICANT_SIGMAS = 20.0
#: λ1 pulls on insignificant spots at most so many times as hard.
DEAREST = 2.0
#: Side of the square whose light is taken together, in widths σ of the PSF: a line brings more along than a dot.
NEIGHBOURHOOD = 2.0


def prices(model: Model, fine_spots: torch.Tensor, sigma_fine: float) -> torch.Tensor:
    """By how much λ1 is to pull harder on each fine spot, (LY, LX) from 1 to DEAREST.

    A spot of s photons changes what a matched filter hears by s √(Σ_i ψ_ik² w_i) standard deviations of the noise.
    sigma_fine: σ of the PSF in fine pixels.
    """
    reach = max(0, round(0.5 * (NEIGHBOURHOOD * sigma_fine - 1.0)))
    side = 2 * reach + 1
    average = torch.nn.functional.avg_pool2d(fine_spots[None, None], side, 1, reach, count_include_pad=False)[0, 0]
    deviations = average * side**2 * model.textures[0].blur.squared().adjoint(model.weights).sqrt()
    return (SIGNIFICANT_SIGMAS / deviations.clamp(min=1e-6)).clamp(1.0, DEAREST)

"""Whether frames can be reconstructed, and how far a result can be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fluogan_app.core.data.claims import LIGHT
from fluogan_app.core.data.problem import Problem
from fluogan_app.core.methods.frames import blur_pixels
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.methods.remarks import assumption_remarks, sampling_remarks, series_remarks
from fluogan_app.core.methods.weights import Noise
from fluogan_app.core.metrics.residual import residual_measures
from fluogan_app.core.params import specs

if TYPE_CHECKING:
    import torch

    from fluogan_app.core.methods.fluogan.model import Model

#: A balance of photons worse than this is said.
MISSING_PHOTONS_PERCENT = 2.0
#: An image whose discrepancy is above this does not explain the frames.
UNEXPLAINED_DISCREPANCY = 3.0

def measures(model: Model, noise: Noise, simulated: torch.Tensor, problem: Problem) -> dict[str, float]:
    """Numbers that say how well the simulated mean Ψx + b, (Y, X), explains the frames, without their margin."""
    wanted = problem.inner.slices
    recorded = float(noise.mean[wanted].sum())
    photons = simulated.cpu().numpy().astype(float) * model.unit_photons
    missing = float(photons[wanted].sum()) - recorded
    residual = (noise.mean - photons) / np.sqrt(noise.mean_variance)
    pattern = {"fixed_pattern_photons": float(np.sqrt(noise.fixed_pattern))} if noise.fixed_pattern > 0 else {}
    return {
        # Only the margin may have light: then there is nothing to compare with.
        "photon_balance_percent": 100.0 * missing / recorded if recorded > 0 else float("nan"),
        "discrepancy": float(model.misfit(simulated)[wanted].mean()),
        "correlation_time_frames": noise.correlation_frames,
        **pattern,
        **residual_measures(residual[wanted], blur_pixels(problem)),
    }


def notes(
    problem: Problem, params: FluoganParams, noise: Noise, of_frames: tuple[str, ...], found: dict[str, float]
) -> tuple[str, ...]:
    """Sentences on what was assumed, what was found in the frames (`of_frames`), and what is doubtful."""
    assumed = (*assumption_remarks(problem, LIGHT), *sampling_remarks(problem, params.zoom))
    said = (*assumed, *_without_effect(params), *of_frames)
    return (*said, *series_remarks(problem, noise), *_fit(found))


def moment_note(kappa: float, missing: str | None) -> str:
    """What the second moments had to do with an image; `missing`: why they could not be measured."""
    if kappa > 0:
        events = f"{kappa:,.0f}" if kappa >= 10 else f"{kappa:.2g}"
        return f"Blinking was found, {events} photons per event: second moments were fitted beside the mean frame."
    if missing is not None:
        return f"Second moments were not used: {missing}. The mean frame alone was fitted."
    return (
        "Second moments were not used: no blinking was found that stands out of the noise. "
        "The mean frame alone was fitted."
    )


def _without_effect(params: FluoganParams) -> list[str]:
    """What was asked of the critic without asking for the critic."""
    names = ("generator", "kappa", "critic", "data_term")
    changed = [
        f"“{spec.label}”" for spec in specs(FluoganParams)
        if spec.name in names and getattr(params, spec.name) != spec.default
    ]  # fmt: skip
    if params.delta or not changed:
        return []
    return [f"Without the critic (δ = 0), {' and '.join(changed)} had no effect."]


def _fit(found: dict[str, float]) -> list[str]:
    said, balance = [], found["photon_balance_percent"]
    if abs(balance) > MISSING_PHOTONS_PERCENT:
        said.append(
            f"The photons of the result and of the frames differ by {balance:+.1f} %: its intensities are not to be "
            "trusted. Look for hot pixels or a border that is too bright, and draw the region without them."
        )
    if found["discrepancy"] > UNEXPLAINED_DISCREPANCY:
        said.append(
            f"The image differs from the mean frame by {found['discrepancy'] ** 0.5:.1f} times its noise "
            "(discrepancy far from 1): check FWHM and pixel size; where they are right and the stack is bright, "
            "a smaller λ1 brings them closer."
        )
    return said

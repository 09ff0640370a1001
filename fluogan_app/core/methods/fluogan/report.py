"""Whether frames can be reconstructed, and how far a result can be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fluogan_app.core.data.acquisition import Origin
from fluogan_app.core.data.problem import Problem
from fluogan_app.core.errors import DataError
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.methods.fluogan.weights import Noise
from fluogan_app.core.metrics.residual import residual_measures

if TYPE_CHECKING:
    import torch

    from fluogan_app.core.methods.fluogan.model import Model

#: A balance of photons worse than this is said.
MISSING_PHOTONS_PERCENT = 2.0
#: Counts at which cameras of 8, 10, 12, 14, 15 and 16 bits end.
FULL_SCALES = tuple(2**bits - 1 for bits in (8, 10, 12, 14, 15, 16))


def checked_frames(problem: Problem) -> np.ndarray:
    """The frames in photons, (T, Y, X) float32. Raises DataError where nothing can be reconstructed from them."""
    camera = problem.acquisition
    frames = problem.photons
    height, width = problem.inner.height, problem.inner.width
    fwhm_pixels = blur_pixels(problem)
    if min(height, width) < max(4, fwhm_pixels):
        raise DataError(
            f"The region of {height} × {width} pixels is smaller than the blur "
            f"(FWHM {camera.fwhm_nm:g} nm, {fwhm_pixels:.1f} pixels).",
            f"Choose a region of at least {max(4, int(np.ceil(3 * fwhm_pixels)))} pixels on each side, "
            "or check pixel size and FWHM.",
        )
    if float(frames.mean(dtype=np.float64)) <= 0:
        raise DataError(
            f"After taking off the camera offset of {camera.offset:g} counts no light is left: "
            f"the frames' mean is {float(problem.frames.mean(dtype=np.float64)):g} counts.",
            "Check the camera offset.",
        )
    return frames


def blur_pixels(problem: Problem) -> float:
    """FWHM of the PSF in camera pixels."""
    return problem.acquisition.fwhm_nm / problem.acquisition.pixel_size_nm


def measures(model: Model, noise: Noise, simulated: torch.Tensor, problem: Problem) -> dict[str, float]:
    """Numbers that say how well the simulated mean Ψx + b, (Y, X), explains the frames, without their margin."""
    wanted = problem.inner.slices
    recorded = float(noise.mean[wanted].sum())
    photons = simulated.cpu().numpy().astype(float) * model.unit_photons
    missing = float(photons[wanted].sum()) - recorded
    residual = (noise.mean - photons) / np.sqrt(noise.mean_variance)
    return {
        # Only the margin may have light: then there is nothing to compare with.
        "photon_balance_percent": 100.0 * missing / recorded if recorded > 0 else float("nan"),
        "discrepancy": float(model.misfit(simulated)[wanted].mean()),
        "correlation_time_frames": noise.correlation_frames,
        **residual_measures(residual[wanted], blur_pixels(problem)),
    }


def notes(
    problem: Problem, params: FluoganParams, noise: Noise, defects: int, found: dict[str, float]
) -> tuple[str, ...]:
    """Sentences on what was assumed, what was mended (so many defect pixels), and what is doubtful."""
    return (*_assumptions(problem), *_sampling(problem, params), *_data(problem, noise, defects), *_fit(found))


def _assumptions(problem: Problem) -> list[str]:
    camera, said = problem.acquisition, []
    if camera.origin("gain") is Origin.ASSUMED:
        said.append(
            f"Camera gain {camera.gain:g} counts per photon is assumed: “photons” are right up to that factor; "
            "the shape of the image does not depend on it."
        )
    if camera.origin("fwhm_nm") is Origin.ASSUMED:
        said.append(f"The PSF width of {camera.fwhm_nm:g} nm is assumed; the resolution reached depends on it.")
    return said


def _sampling(problem: Problem, params: FluoganParams) -> list[str]:
    camera, said = problem.acquisition, []
    fwhm_pixels = camera.fwhm_nm / camera.pixel_size_nm
    if fwhm_pixels < 2.0:
        said.append(
            f"The PSF is only {fwhm_pixels:.1f} camera pixels wide (FWHM): it is under-sampled, and details finer than "
            "two camera pixels cannot be trusted."
        )
    if fwhm_pixels * params.zoom > 40:
        said.append(
            f"A fine pixel is {camera.pixel_size_nm / params.zoom:.3g} nm, "
            f"1/{fwhm_pixels * params.zoom:.0f} of the PSF: "
            "a smaller zoom gives the same detail faster."
        )
    return said


def _data(problem: Problem, noise: Noise, defects: int) -> list[str]:
    said, count = [], len(problem.frames)
    if defects:
        said.append(
            f"{defects} hot or dead camera pixel{'s were' if defects > 1 else ' was'} replaced by the median of the "
            "neighbours."
        )
    if count < 10:
        said.append(f"Only {count} frame{'s' if count > 1 else ''}: the noise could only be measured roughly.")
    saturated = saturated_pixels(problem.frames)
    if saturated:
        said.append(f"{saturated} pixels of the region are saturated in some frame: how bright they were is not known.")
    first, last = noise.level[: max(1, count // 10)].mean(), noise.level[-max(1, count // 10) :].mean()
    if last < 0.7 * first:
        said.append(f"The brightness falls to {100 * last / first:.0f} % over the frames; the image is their average.")
    return said


def _fit(found: dict[str, float]) -> list[str]:
    said, balance = [], found["photon_balance_percent"]
    if abs(balance) > MISSING_PHOTONS_PERCENT:
        said.append(
            f"The photons of the result and of the frames differ by {balance:+.1f} %: its intensities are not to be "
            "trusted. Look for hot pixels or a border that is too bright, and draw the region without them."
        )
    if found["discrepancy"] > 3.0:
        said.append(
            f"The image differs from the mean frame by {found['discrepancy'] ** 0.5:.1f} times its noise "
            "(discrepancy far from 1): check FWHM and pixel size; where they are right and the stack is bright, "
            "a smaller λ1 or more steps bring them closer."
        )
    return said


def saturated_pixels(frames: np.ndarray) -> int:
    """Pixels that reach the end of a camera's scale in some frame; 0 where the brightest value is no such end."""
    brightest = float(frames.max())
    if brightest not in FULL_SCALES:
        return 0
    return int(np.count_nonzero((frames == brightest).any(axis=0)))

"""Sentences on how far a result can be trusted that hold for every method: what was assumed, and the recording."""

from __future__ import annotations

from fluogan_app.core.data.acquisition import Origin
from fluogan_app.core.data.claims import Claims
from fluogan_app.core.data.problem import Problem
from fluogan_app.core.methods.weights import Noise

#: The brightness at the end as a part of that at the beginning, below which fading is told.
FADED = 0.7


def recording_remarks(problem: Problem, zoom: int, claims: Claims, noise: Noise) -> tuple[str, ...]:
    """What was assumed of camera and optics, and what the recording is like."""
    return (*assumption_remarks(problem, claims), *sampling_remarks(problem, zoom), *series_remarks(problem, noise))


def assumption_remarks(problem: Problem, claims: Claims) -> tuple[str, ...]:
    """Values that nobody stated."""
    camera, said = problem.acquisition, []
    if "photon" in claims.unit and camera.origin("gain") is Origin.ASSUMED:
        said.append(
            f"Camera gain {camera.gain:g} counts per photon is assumed: “photons” are right up to that factor; "
            "the shape of the image does not depend on it."
        )
    if camera.origin("fwhm_nm") is Origin.ASSUMED:
        said.append(
            f"The PSF width of {camera.fwhm_nm:g} nm is assumed; the resolution reached depends on it, and where the "
            "true width is larger, one line can come out as two."
        )
    return tuple(said)


def sampling_remarks(problem: Problem, zoom: int) -> tuple[str, ...]:
    """Pixels that are too large or needlessly small for the PSF."""
    camera, said = problem.acquisition, []
    fwhm_pixels = camera.fwhm_nm / camera.pixel_size_nm
    if fwhm_pixels < 2.0:
        said.append(
            f"The PSF is only {fwhm_pixels:.1f} camera pixels wide (FWHM): it is under-sampled, and details finer than "
            "two camera pixels cannot be trusted."
        )
    if fwhm_pixels * zoom > 40:
        said.append(
            f"A fine pixel is {camera.pixel_size_nm / zoom:.3g} nm, 1/{fwhm_pixels * zoom:.0f} of the PSF: "
            "a smaller zoom gives the same detail faster."
        )
    return tuple(said)


def series_remarks(problem: Problem, noise: Noise) -> tuple[str, ...]:
    """Few frames, and brightness that fades."""
    said, count = [], len(problem.frames)
    if count < 10:
        said.append(f"Only {count} frame{'s' if count > 1 else ''}: the noise could only be measured roughly.")
    first, last = noise.level[: max(1, count // 10)].mean(), noise.level[-max(1, count // 10) :].mean()
    if last < FADED * first:
        said.append(f"The brightness falls to {100 * last / first:.0f} % over the frames; the image is their average.")
    return tuple(said)

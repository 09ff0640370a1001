"""What is measured of itself: an image, the frames of a stack, or a run."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.data.alternate import alternate_stacks
from fluogan_app.core.data.projections import Projections
from fluogan_app.core.data.result import Result
from fluogan_app.core.data.recording import Recording
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.errors import ParameterError
from fluogan_app.core.metrics.findings import Findings, agreement, detail, faithfulness, left_over
from fluogan_app.core.metrics.resolution_scaled import binned
from fluogan_app.core.metrics.spectrum import LEAST_SIDE
from fluogan_app.core.project.mean_noise import mean_noise
from fluogan_app.core.project.run import Run

_REFERENCE = (
    "RSE and RSP: the reference is the recorded mean without the background of the run; photons are those of one frame "
    "in a camera pixel."
)
_WHOLE_MEAN = (
    "RSE and RSP: the reference is the recorded mean as it is, since this method tells no background apart; the image "
    "is scaled and shifted in level to fit it best, and photons are those of one frame in a camera pixel."
)
_BORDER = "RSE and RSP count the border of the region, into which light from beyond it reaches."
_NARROW = f"the region has fewer than {LEAST_SIDE} camera pixels to a side."


@dataclass(frozen=True)
class Picture:
    """One image [y, x] of a file and the side of its pixels, None where nobody stated it."""

    image: np.ndarray
    pixel_size_nm: float | None


def mean_picture(stack: Stack, frames: FrameRange | None = None, roi: Roi | None = None) -> Picture:
    """The mean of a stack's frames, read one at a time; the frame itself where there is one. Raises DataError."""
    rows, columns = (roi or Roi.whole(stack.shape[1:])).checked(stack.shape[1:]).slices
    wanted = (frames or FrameRange.whole(stack.shape[0])).checked(stack.shape[0])
    mean = Projections((rows.stop - rows.start, columns.stop - columns.start))
    with np.errstate(invalid="ignore", over="ignore"):  # pixels that are no numbers are told by who measures
        for index in range(wanted.start, wanted.stop):
            mean.add(stack.frame(index)[rows, columns])
    return Picture(mean.image("mean"), stack.acquisition.pixel_size_nm)


def measure_stack(
    stack: Stack, pixel_size_nm: float, frames: FrameRange | None, roi: Roi | None
) -> tuple[Picture, Findings]:
    """The mean, its detail, and up to where the means of odd and even frames agree. Raises DataError."""
    halves = [mean_picture(half, roi=roi).image for half in alternate_stacks(stack, frames)]
    mean = mean_picture(stack, frames, roi)
    return mean, detail(mean.image, pixel_size_nm) + agreement(*halves, pixel_size_nm, reconstructed=False)


def measure_image(image: np.ndarray, pixel_size_nm: float) -> Findings:
    """What a single image tells of its own resolution. Raises DataError."""
    return detail(image, pixel_size_nm)


def measure_run(run: Run, result: Result) -> Findings:
    """Of a run: the detail of its estimate, and whether it explains the recorded mean. Raises DataError, ReadError.

    A region of fewer camera pixels than a spectrum needs is measured by its estimate alone. An image that claims no
    photons has no residual.
    """
    if min(result.mean.shape) < LEAST_SIDE:
        found = detail(result.estimate, result.fine_pixel_size_nm)
        what = " × ".join(str(side) for side in result.mean.shape)
        note = f"RSE, RSP and residual are left out: they need {LEAST_SIDE} × {LEAST_SIDE} camera pixels, not {what}."
        return found + Findings(notes=(note,))
    fine_nm = result.fine_pixel_size_nm
    found = detail(result.estimate, fine_nm)
    found += faithfulness(result.estimate, light_of_structure(result), fine_nm, unit="photons")
    reference = _REFERENCE if result.claims.background else _WHOLE_MEAN
    found += Findings(notes=(reference, _BORDER) if border_pixels(run) else (reference,))
    return found + _left_over(run, result) if result.claims.photons else found


def light_of_structure(result: Result) -> np.ndarray:
    """The recorded mean that an estimate is to explain, (Y, X) float64 photons: without the background where the
    method tells one apart."""
    mean = result.mean.astype(float)
    return mean - result.background if result.claims.background else mean


def simulated_mean(run: Run, result: Result) -> np.ndarray:
    """Ψx + b, (Y, X) float64 photons per frame: what the camera would see of a run's images. Raises FluoganError.

    Of an image that is blurred already, the sums over its camera pixels.
    """
    if result.claims.blurred:
        return binned(result.estimate, result.zoom) + result.background
    import torch

    from fluogan_app.core.optics.blur import blur_operator, optics_of

    record = run.record
    optics = optics_of(record.acquisition.complete(), record.params.get("boundary", "reflecting"))
    operator = blur_operator(optics, result.mean.shape, result.zoom)
    estimate = torch.from_numpy(np.ascontiguousarray(result.estimate, np.float32))
    return operator.apply(estimate).numpy().astype(float) + result.background


def border_pixels(run: Run) -> int:
    """How many camera pixels at a region's border are not told of: light from beyond it was in the fit.

    0 for the whole frame.
    """
    from fluogan_app.core.optics.blur import optics_of

    record = run.record
    if record.link is None or record.roi == Roi.whole(record.link.shape_tyx[1:]):
        return 0
    return math.ceil(2 * optics_of(record.acquisition.complete()).psf.fwhm_pixels)


def _left_over(run: Run, result: Result) -> Findings:
    """Whether the residual is noise. What the run told of it itself, who knew what light came from beyond, counts."""
    residual = _residual(run, result)
    if min(residual.shape, default=0) < LEAST_SIDE:
        return Findings(notes=(f"Whether the residual is noise is left out: without the border {_NARROW}",))
    camera = run.record.acquisition.complete()
    found = left_over(residual, camera.fwhm_nm / camera.pixel_size_nm)
    return replace(found, measures=tuple(
        replace(one, value=result.measures.get(one.name, one.value)) for one in found.measures
    ))  # fmt: skip


def _residual(run: Run, result: Result) -> np.ndarray:
    """(ȳ − Ψx − b) over the noise of the mean, (Y, X); of a region without its border, which may leave nothing."""
    simulated = simulated_mean(run, result)
    residual = (result.mean - simulated) / np.sqrt(mean_noise(run, result, simulated).variance)
    border = border_pixels(run)
    return residual[border : residual.shape[0] - border, border : residual.shape[1] - border]


def known_pixel_size(acquisition: Acquisition, recording: Recording) -> float:
    """The side of a pixel in nm. Raises ParameterError where nobody stated it, with the reason in the recording."""
    if acquisition.pixel_size_nm is None:
        raise ParameterError(
            {"pixel_size_nm": recording.no_pixel_size},
            "Give the side of one pixel of the image in the sample, in nm (--pixel-size-nm).",
        )
    return acquisition.pixel_size_nm

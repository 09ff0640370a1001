"""One value at a time, as the frames tell it: the estimator that belongs to each field of the form."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.shifted import seen_in_all
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.estimate.result import Estimate, Finding
from fluogan_app.core.params import Params

if TYPE_CHECKING:
    from fluogan_app.core.estimate.recording import Findings
    from fluogan_app.core.methods.base import Method

#: Values that the frames tell of their recording and molecules, all in one go, in a second or a few.
FROM_FRAMES = ("gain", "offset", "read_noise", "fwhm_nm", "kappa")
#: A value that short reconstructions tell, in some ten seconds.
FROM_FITS = ("lambda1",)


def estimate_from_frames(
    stack: Stack, known: Acquisition, roi: Roi | None = None, frames: FrameRange | None = None
) -> Findings:
    """What the chosen region and frames tell; of a stack whose drift is corrected, within what all frames saw.

    Raises ReadError, DataError.
    """
    from fluogan_app.core.estimate.recording import estimate_recording

    if stack.drift is not None:
        seen = seen_in_all(stack, frames)
        roi = (roi or seen).common(seen)
    return estimate_recording(stack, known, roi, frames)


def estimate_weight(
    stack: Stack,
    known: Acquisition,
    method: Method,
    params: Params,
    roi: Roi | None = None,
    frames: FrameRange | None = None,
    estimates: Iterable[Estimate] = (),
    on_step: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Finding | None:
    """λ1 by the discrepancy principle; None where it was cancelled.

    `estimates` take the place of what nobody stated of the recording. Raises ParameterError without a pixel size, and
    what `make_problem` raises.
    """
    from fluogan_app.core.data.problem import make_problem
    from fluogan_app.core.estimate.recording import part_to_read, with_estimates
    from fluogan_app.core.methods.fluogan.sparsity import estimate_sparsity
    from fluogan_app.core.optics.measured import with_measured_width

    recording = with_measured_width(with_estimates(known, estimates))
    problem = make_problem(stack, recording, *part_to_read(stack, roi, frames))
    return estimate_sparsity(method, problem, params, on_step, cancelled)

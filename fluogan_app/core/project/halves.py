"""Two reconstructions of one run's stack, from its odd and from its even frames, for their Fourier ring correlation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fluogan_app.core.data.alternate import alternate_stacks
from fluogan_app.core.data.shifted import corrected
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.errors import SolverError
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.events import Outcome, Sink
from fluogan_app.core.jobs.runner import Job
from fluogan_app.core.methods.registry import method_named
from fluogan_app.core.params import Params, validated
from fluogan_app.core.project.model import RunRecord
from fluogan_app.core.project.prepare import RunRequest, prepare_run


def half_reconstructions(
    stack: Stack, record: RunRecord, control: Control | None = None, sink_of: Callable[[str], Sink] | None = None
) -> tuple[np.ndarray, np.ndarray] | None:
    """The estimates (zoom·Y, zoom·X) from every second frame of a run's region, as the run was made but with δ = 0.

    The critic is left out: it costs many times as much and follows the mean fit. `sink_of` makes what hears of the
    progress of the "odd" and of the "even" half. None where `control` was cancelled. Blocks; writes nothing.
    Raises DataError for fewer than two frames, and what reconstructing raises.
    """
    control, estimates = control or Control(), []
    for name, half in zip(("odd", "even"), alternate_stacks(corrected(stack, record.drift), record.frames)):
        request = RunRequest(
            record.method, _without_critic(record), record.settings, record.acquisition, record.roi, drift=half.drift
        )
        ended = Job(prepare_run(half, request).solver, control, sink_of(name) if sink_of else None).run()
        if ended.outcome is Outcome.CANCELLED:
            return None
        if ended.outcome is Outcome.FAILED or ended.result is None:
            raise ended.error or SolverError("Half of the frames could not be reconstructed.", "See the log.")
        estimates.append(ended.result.estimate)
    return estimates[0], estimates[1]


def _without_critic(record: RunRecord) -> Params:
    declared = method_named(record.method).params_type
    values = {**record.params, "delta": 0} if "delta" in declared.model_fields else record.params
    return validated(declared, values)

"""A run before its first step: the frames read and checked, the device chosen, the solver made, the folder written."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace

import numpy as np

from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.data.drift import Drift
from fluogan_app.core.data.drift_table import write_drift_table
from fluogan_app.core.data.problem import Field, make_field
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.shifted import corrected
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.errors import ProjectError
from fluogan_app.core.files import write_json_atomic
from fluogan_app.core.jobs.faults import in_words
from fluogan_app.core.jobs.memory import check_fits
from fluogan_app.core.jobs.rest import RestRule
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.base import Solver
from fluogan_app.core.methods.planning import make_plan, prepare
from fluogan_app.core.methods.registry import method_named, method_to_run
from fluogan_app.core.optics.measured import with_measured_width
from fluogan_app.core.params import Params
from fluogan_app.core.project.cost import Meter, Spent, forget_card_peak
from fluogan_app.core.project.environment import describe_environment
from fluogan_app.core.project.images import write_ome
from fluogan_app.core.project.model import InputLink, RunRecord
from fluogan_app.core.project.run import CAMERA_UNIT, DRIFT, MEAN, Run
from fluogan_app.core.project.store import Project


@dataclass(frozen=True)
class RunRequest:
    """What is asked of a run. Region and frames are the whole stack where they are None.

    drift: what the frames are corrected for; None for frames as they were recorded.
    """

    method: str
    params: Params
    settings: RunSettings
    acquisition: Acquisition
    roi: Roi | None = None
    frames: FrameRange | None = None
    drift: Drift | None = None


@dataclass(frozen=True)
class PreparedRun:
    """A request whose data were read and found sound, with its solver on the chosen device; nothing is on disk yet.

    settings: those of the request, with the tiles as they were chosen. notes: what the result stands on,
    as what was done to the frames before. spent: what preparing took.
    """

    stack: Stack
    request: RunRequest
    settings: RunSettings
    field: Field
    mean: np.ndarray
    solver: Solver
    environment: dict[str, str]
    notes: tuple[str, ...] = ()
    spent: Spent | None = None

    @property
    def rest(self) -> RestRule | None:
        """What ends the run before its last step, where that was asked for."""
        return RestRule(self.field.roi.height * self.field.roi.width) if self.settings.stop_when_still else None


def prepare_run(stack: Stack, request: RunRequest) -> PreparedRun:
    """Read and check the frames, choose the device, prepare the solver. Writes nothing. Raises FluoganError."""
    method_to_run(request.method)
    import torch  # noqa: F401 - what the library itself takes is no part of a run's cost

    with Meter() as meter:
        prepared = _prepared(stack, request)
    return replace(prepared, spent=meter.spent)


def _prepared(stack: Stack, request: RunRequest) -> PreparedRun:
    import torch

    from fluogan_app.core.device import choose_device, choose_threads

    method, settings = method_named(request.method), request.settings
    request = _with_defects(stack, request)
    stack = corrected(stack, request.drift)
    field = make_field(stack, with_measured_width(request.acquisition), request.roi, request.frames)
    plan = make_plan(method, request.params, field.acquisition, field.shape_tyx[0], field.roi, settings.tile)
    check_fits(plan.memory_bytes)
    try:
        choice = choose_device(settings.device)
        forget_card_peak(choice.device)
        torch.set_num_threads(choose_threads(plan.piece_pixels))
        prepared = prepare(
            method, field, plan, request.params, choice.device, settings.seed, settings.repeats
        )
    except (MemoryError, RuntimeError) as error:  # torch tells of missing memory with a RuntimeError
        raise in_words(error) from error
    environment = describe_environment(choice.device, choice.title, choice.reason, settings.seed)
    if plan.tiling is not None:  # noted, so that the run goes on with the same tiles wherever it is resumed
        settings = settings.model_copy(update={"tile": plan.tiling.side})
    notes = (*_notes_on_pixels(field), *_notes_on_drift(request, field))
    return PreparedRun(stack, request, settings, field, prepared.mean, prepared.solver, environment, notes)


def _with_defects(stack: Stack, request: RunRequest) -> RunRequest:
    """A path from a table does not say which pixels stand still. Raises ReadError."""
    if request.drift is None or request.drift.defects_yx is not None:
        return request
    from fluogan_app.core.estimate.drift import find_defects

    defects = find_defects(replace(stack.raw, acquisition=request.acquisition), request.frames)
    return replace(request, drift=replace(request.drift, defects_yx=defects))


def _notes_on_pixels(field: Field) -> tuple[str, ...]:
    sides, given = field.stack.recording.oblong_text, field.acquisition.pixel_size_nm
    if not sides:
        return ()
    return (f"By the file, pixels are {sides}; they were taken as squares of {given:.6g} nm, as given.",)


def _notes_on_drift(request: RunRequest, field: Field) -> tuple[str, ...]:
    drift = request.drift
    if drift is None:
        return ()
    span, mended = drift.at(field.frame_range.indices).span_pixels, len(drift.defects_yx or ())
    filled = f"; {mended} hot or dead pixels were filled from their neighbours first" if mended else ""
    said = [
        f"Drift of {span:.2g} pixels was corrected before ({drift.how or 'as given'}): each frame was moved back in "
        f"the Fourier domain, mirrored at its borders{filled}."
    ]
    if request.roi is not None and request.roi != field.roi:
        said.append(f"The region was cut to {field.roi}: beyond, some frames saw nothing of it.")
    elif request.roi is None and field.roi != Roi.whole(field.stack.shape[1:]):
        said.append(f"The image shows {field.roi}, which all frames saw.")
    return tuple(said)


def remember(project: Project, request: RunRequest) -> None:
    """Let the project open next time with what was asked last. Raises ProjectError."""
    document = project.document
    project.save(
        document.replace(
            roi=request.roi,
            frames=request.frames,
            drift=request.drift,
            acquisition=request.acquisition,
            method=request.method,
            params={**document.params, request.method: request.params.model_dump(mode="json")},
            settings=request.settings,
        )
    )


def new_run(project: Project, prepared: PreparedRun, parent: RunRecord | None = None) -> Run:
    """The folder of a new run with all that is known before its first step. Raises ProjectError and leaves none."""
    record = _record_of(prepared, parent.link if parent else project.document.link)
    if parent is not None:
        record = record.replace(parent=parent.number, seconds=parent.seconds, cost=parent.cost)
    run = project.add_run(record)
    try:
        _write_what_is_known(run, prepared)
    except ProjectError:
        shutil.rmtree(run.folder, ignore_errors=True)
        raise
    return run


def _write_what_is_known(run: Run, prepared: PreparedRun) -> None:
    request, field = prepared.request, prepared.field
    asked = {
        "method": request.method,
        "params": run.record.params,
        "settings": prepared.settings.model_dump(mode="json"),
        "acquisition": field.acquisition.model_dump(mode="json"),
    }
    write_json_atomic(run.folder / "params.json", asked)
    write_json_atomic(run.folder / "env.json", prepared.environment)
    about = run.provenance() | {"quantity": "mean"}
    if request.drift is not None:
        write_drift_table(run.folder / DRIFT, request.drift, field.acquisition.pixel_size_nm)
    write_ome(run.folder / MEAN, prepared.mean, field.acquisition.pixel_size_nm, CAMERA_UNIT, about)


def _record_of(prepared: PreparedRun, link: InputLink | None) -> RunRecord:
    request, field, environment = prepared.request, prepared.field, prepared.environment
    return RunRecord(
        number=0,
        name="",
        link=link,
        method=request.method,
        params=request.params.model_dump(mode="json"),
        settings=prepared.settings,
        acquisition=field.acquisition,
        selection=prepared.stack.selection,
        roi=field.roi,
        frames=field.frame_range,
        drift=request.drift,
        total_steps=prepared.solver.total_steps,
        environment=environment,
        claims=prepared.solver.claims,
    )

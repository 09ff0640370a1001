"""A run before its first step: the frames read and checked, the device chosen, the solver made, the folder written."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

import numpy as np

from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.data.problem import Problem, make_problem
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.errors import ProjectError
from fluogan_app.core.files import write_json_atomic
from fluogan_app.core.jobs.faults import in_words
from fluogan_app.core.jobs.memory import check_fits
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.base import Solver
from fluogan_app.core.methods.registry import method_named
from fluogan_app.core.params import Params
from fluogan_app.core.project.environment import describe_environment
from fluogan_app.core.project.images import write_ome
from fluogan_app.core.project.model import InputLink, RunRecord
from fluogan_app.core.project.run import CAMERA_UNIT, MEAN, Run
from fluogan_app.core.project.store import Project


@dataclass(frozen=True)
class RunRequest:
    """What is asked of a run. Region and frames are the whole stack where they are None."""

    method: str
    params: Params
    settings: RunSettings
    acquisition: Acquisition
    roi: Roi | None = None
    frames: FrameRange | None = None


@dataclass(frozen=True)
class PreparedRun:
    """A request whose data were read and found sound, with its solver on the chosen device; nothing is on disk yet."""

    stack: Stack
    request: RunRequest
    problem: Problem
    solver: Solver
    environment: dict[str, str]


def prepare_run(stack: Stack, request: RunRequest) -> PreparedRun:
    """Read and check the frames, choose the device, prepare the solver. Writes nothing. Raises FluoganError."""
    import torch

    from fluogan_app.core.device import choose_device, choose_threads

    method, settings = method_named(request.method), request.settings
    shape = _shape_of(stack, request)
    check_fits(method.memory_bytes(shape, request.params))
    try:
        problem = make_problem(stack, request.acquisition, request.roi, request.frames)
        choice = choose_device(settings.device)
        torch.set_num_threads(choose_threads(shape[1] * shape[2]))
        solver = method.prepare(problem, request.params, choice.device, settings.seed)
    except (MemoryError, RuntimeError) as error:  # torch tells of missing memory with a RuntimeError
        raise in_words(error) from error
    environment = describe_environment(choice.device, choice.title, choice.reason, settings.seed)
    return PreparedRun(stack, request, problem, solver, environment)


def _shape_of(stack: Stack, request: RunRequest) -> tuple[int, int, int]:
    """(T, Y, X) of the frames that are asked for. Raises DataError where they lie outside the stack."""
    region = request.roi.checked(stack.shape[1:]) if request.roi is not None else Roi.whole(stack.shape[1:])
    frames = request.frames.checked(stack.shape[0]) if request.frames is not None else FrameRange.whole(stack.shape[0])
    return len(frames), region.height, region.width


def remember(project: Project, request: RunRequest) -> None:
    """Let the project open next time with what was asked last. Raises ProjectError."""
    document = project.document
    project.save(
        document.replace(
            roi=request.roi,
            frames=request.frames,
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
        record = record.replace(parent=parent.number, seconds=parent.seconds)
    run = project.add_run(record)
    try:
        _write_what_is_known(run, prepared)
    except ProjectError:
        shutil.rmtree(run.folder, ignore_errors=True)
        raise
    return run


def _write_what_is_known(run: Run, prepared: PreparedRun) -> None:
    request, problem = prepared.request, prepared.problem
    asked = {
        "method": request.method,
        "params": run.record.params,
        "settings": request.settings.model_dump(mode="json"),
        "acquisition": problem.acquisition.model_dump(mode="json"),
    }
    write_json_atomic(run.folder / "params.json", asked)
    write_json_atomic(run.folder / "env.json", prepared.environment)
    about = run.provenance() | {"quantity": "mean"}
    write_ome(run.folder / MEAN, _mean_photons(problem), problem.acquisition.pixel_size_nm, CAMERA_UNIT, about)


def _mean_photons(problem: Problem) -> np.ndarray:
    counts = problem.frames.mean(axis=0, dtype=np.float64)
    camera = problem.acquisition
    return ((counts - camera.offset) / camera.gain).astype(np.float32)


def _record_of(prepared: PreparedRun, link: InputLink | None) -> RunRecord:
    request, problem, environment = prepared.request, prepared.problem, prepared.environment
    return RunRecord(
        number=0,
        name="",
        link=link,
        method=request.method,
        params=request.params.model_dump(mode="json"),
        settings=request.settings,
        acquisition=problem.acquisition,
        selection=prepared.stack.selection,
        roi=problem.roi,
        frames=problem.frame_range,
        total_steps=prepared.solver.total_steps,
        environment=environment,
    )

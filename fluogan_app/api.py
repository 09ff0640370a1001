"""Reconstruct from a script: the same computation as in the window and on the command line, number for number.

    from fluogan_app import api

    with api.open_stack("cells.tif") as stack:
        result = api.reconstruct(stack, recording={"fwhm_nm": 280}, parameters={"delta": 0})
    api.save_image("cells-x.tif", result)

Names, units and limits of what `recording`, `parameters` and `settings` take are those of the command line's flags,
with underscores: “fluogan reconstruct --help” lists them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.drift import Drift
from fluogan_app.core.data.result import Result
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.shifted import corrected
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.data.wanted import Wanted
from fluogan_app.core.errors import FluoganError, SolverError
from fluogan_app.core.jobs.events import Ended, Outcome
from fluogan_app.core.jobs.runner import Job
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.base import preset_named
from fluogan_app.core.methods.registry import DEFAULT_METHOD, method_named
from fluogan_app.core.params import validated
from fluogan_app.core.project.export import export_image
from fluogan_app.core.project.recorded_drift import read_drift
from fluogan_app.core.project.store import Project, is_project
from fluogan_app.core.project.workflow import RunRequest, prepare_run, resume_run, run_prepared

__all__ = ["FluoganError", "Result", "open_stack", "reconstruct", "resume", "save_image"]

_PAIR = ("numerical_aperture", "emission_nm")


@contextmanager
def open_stack(
    path: str | Path, scene: int | None = None, channel: int | None = None, plane: int | None = None,
    time_axis: str = "", alone: bool = False,
) -> Iterator[Stack]:  # fmt: skip
    """The stack of a file while the context lasts; of one that holds several images, the one that is named.

    `alone`: this file alone, where it is one of a numbered series. Raises ReadError.
    """
    from fluogan_app.core.readers import open as readers

    stack = readers.open_stack(Path(path), Wanted(scene, channel, plane, time_axis, alone))
    try:
        yield stack
    finally:
        stack.close()


def reconstruct(
    stack: Stack, *, method: str = DEFAULT_METHOD, preset: str = "", frames: tuple[int, int] | None = None,
    region: tuple[int, int, int, int] | None = None, drift: str | Path | None = None,
    recording: Mapping[str, Any] | None = None, parameters: Mapping[str, Any] | None = None,
    origins: Mapping[str, str] | None = None, settings: Mapping[str, Any] | None = None,
    project: str | Path | None = None,
) -> Result:  # fmt: skip
    """Reconstruct a stack and wait for the result: estimate x (zoom·Y, zoom·X) and background (Y, X) in photons.

    frames: first one and end. region: first row, first column, height, width in camera pixels. drift: a table, or the
    run.json of a run that was corrected. recording: what the file does not state, or states wrongly. origins:
    where its values come from, "user" without more. project: the folder that keeps the run, beside those that are
    there; None keeps nothing. Raises FluoganError.
    """
    path = read_drift(Path(drift)).checked(stack.shape) if drift is not None else None
    request = _request(stack, method, preset, frames, region, path, recording or {}, parameters or {}, settings or {})
    request = replace(request, acquisition=request.acquisition.with_origins(origins or {}))
    prepared = prepare_run(corrected(stack, path), request)
    if project is None:
        ended = Job(prepared.solver, rest=prepared.rest).run()
    else:
        kept = Project.open(project) if is_project(project) else Project.create(project)
        _, ended = run_prepared(kept, prepared)
    return _result_of(ended)


def resume(project: str | Path, steps: int, run: int | None = None) -> Result:
    """Go on with a run of a project (the last one) to that many steps in all, and wait. Raises FluoganError.

    One that did not finish goes on in its place; more steps of a finished one are a new run.
    """
    return _result_of(resume_run(Project.open(project), run, total_steps=steps)[1])


def save_image(path: str | Path, result: Result) -> None:
    """Write the estimate as 32-bit TIFF with its pixel size, for ImageJ, or as OME-TIFF by its name (.ome.tif)."""
    about = {"steps": result.steps, "measures": dict(result.measures), "notes": list(result.notes)}
    export_image(Path(path), result.estimate, result.fine_pixel_size_nm, None, about, result.claims.unit_words)


def _request(
    stack: Stack, method: str, preset: str, frames: tuple[int, int] | None, region: tuple[int, int, int, int] | None,
    drift: Drift | None, recording: Mapping[str, Any], parameters: Mapping[str, Any], settings: Mapping[str, Any],
) -> RunRequest:  # fmt: skip
    chosen = method_named(method)
    values = preset_named(chosen, preset or chosen.presets[0].name).values
    return RunRequest(
        method=method,
        params=validated(chosen.params_type, {**values, **parameters}),
        settings=validated(RunSettings, settings),
        acquisition=stack.recording.completed(_recorded(stack.acquisition, recording)),
        roi=None if region is None else Roi(*region).checked(stack.shape[1:]),
        frames=None if frames is None else FrameRange(*frames).checked(stack.shape[0]),
        drift=drift,
    )


def _recorded(known: Acquisition, given: Mapping[str, Any]) -> Acquisition:
    """What the file states, overruled by what is given: a lens or a PSF's file instead of a width that it states."""
    values = dict(given)
    if "fwhm_nm" not in values and any(name in values for name in _PAIR):
        values["fwhm_nm"] = None
    if values.get("psf_file"):
        values.setdefault("psf", "measured")
    return known.with_values(Origin.USER, **values)


def _result_of(ended: Ended) -> Result:
    if ended.outcome is not Outcome.FINISHED or ended.result is None:
        raise ended.error or SolverError("The reconstruction did not come to its end.", "See the log.")
    return ended.result

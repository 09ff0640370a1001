"""What a run was made from and with, in plain values: all that computes it again, and where each value comes from.

Only what differs from the defaults is said, and of the recording all that counts, wherever it came from.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.errors import FluoganError, ProjectError, ReadError
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.base import Method, Preset
from fluogan_app.core.methods.registry import method_to_run
from fluogan_app.core.params import Params, specs
from fluogan_app.core.project import link as links
from fluogan_app.core.project.model import InputLink, RunRecord, RunStatus
from fluogan_app.core.project.run import RECORD, Run
from fluogan_app.core.project.store import Project
from fluogan_app.core.units import fwhm_from_aperture_nm

_CAMERA = ("gain", "offset", "read_noise")
#: What became of a run that did not reach its last step.
_STOPPED = {
    RunStatus.CANCELLED: "was cancelled", RunStatus.FAILED: "failed", RunStatus.INTERRUPTED: "was interrupted",
    RunStatus.RUNNING: "is going on, last noted",
}  # fmt: skip


@dataclass(frozen=True)
class Recipe:
    """What a run was made from and with, in plain values; those that need not be said are left out.

    stack, output: the raw file, and the project that the repetition goes into. drift: a file that holds it, or "".
    origins: where values of the recording come from that the user did not give. more_steps: for a run that went on
    from another one, how far it was continued, one time after the other. cautions: in what the repetition will differ.
    """

    run: str
    stack: str
    output: str
    method: str
    preset: str
    selection: Mapping[str, Any]
    frames: FrameRange | None
    roi: Roi | None
    drift: str
    recording: Mapping[str, Any]
    params: Mapping[str, Any]
    settings: Mapping[str, Any]
    origins: Mapping[str, str] = field(default_factory=dict)
    more_steps: tuple[int, ...] = ()
    cautions: tuple[str, ...] = ()


def recipe_of(project: Project, run: Run) -> Recipe:
    """How to compute a run again, from its first step. Asks the drive where the raw file is now.

    Raises ProjectError for a run of no file, and for one that went on from a run which is not there any more.
    """
    first, *later = lineage(project, run)
    record = first.record
    if record.link is None:
        raise ProjectError(f"Run {run.number} was made of frames in memory.", "Only runs on a file can be repeated.")
    method = method_to_run(record.method)
    preset, params = _preset_and_rest(method, record.params)
    stack, doubts = _raw_file(project, record)
    return Recipe(
        run=f"run {run.number} of {project.folder.name}",
        stack=stack,
        output=f"{project.folder.stem}-run{run.number}-again.fluogan",
        method=record.method,
        preset=preset.name,
        selection=_selection(record),
        frames=_unless_whole(record.frames, FrameRange.whole(record.link.shape_tyx[0])),
        # Of frames that were moved back, the part that all of them saw is found again: saying it does no harm.
        roi=_unless_whole(record.roi, Roi.whole(record.link.shape_tyx[1:])),
        drift=str(first.folder / RECORD) if record.drift is not None else "",
        recording=_recording(record.acquisition),
        params=params,
        settings=_unlike_default(RunSettings, record.settings.model_dump(mode="json")),
        origins=_origins(record.acquisition),
        more_steps=tuple(one.record.params["steps"] for one in later),
        cautions=(*doubts, *(caution for one in (first, *later) for caution in _cautions(one.record))),
    )


def lineage(project: Project, run: Run) -> tuple[Run, ...]:
    """The runs that a run went on from, the first one first, and itself. Raises ProjectError where one is gone."""
    line = [run]
    while (number := line[0].record.parent) is not None:
        try:
            line.insert(0, project.run(number))
        except ProjectError as error:
            raise ProjectError(
                f"Run {run.number} went on from run {number}, which is not in the project any more: how it began is "
                "not known.",
                "Bring it back if it was deleted (Run › Bring deleted runs back), or run these settings anew.",
            ) from error
    return tuple(line)


def _raw_file(project: Project, record: RunRecord) -> tuple[str, tuple[str, ...]]:
    """Where the raw file is now, else where it was, and what makes one doubt that it is the one."""
    own, doubtful = record.link, []
    for link in (own, project.document.link):
        try:
            path = links.find(link, project.folder) if link is not None else None
        except ReadError:
            continue
        doubts = _doubts(own, path) if path is not None else ("",)
        if not doubts:
            return str(path), ()
        doubtful += [(str(path), doubts)] if path is not None else []
    gone = f"The raw stack {own.path} is not there any more: locate it first, or write its new place."
    return doubtful[0] if doubtful else (own.path, (gone,))


def _doubts(link: InputLink, path: Path) -> tuple[str, ...]:
    from fluogan_app.core.readers.open import open_stack

    try:
        with closing(open_stack(path, link.selection)) as stack:
            return tuple(f"{path}: {words}" for words in links.doubts(link, stack))
    except FluoganError as error:
        return (f"The raw stack {path} cannot be opened: {error.message}",)


def _selection(record: RunRecord) -> dict[str, Any]:
    """Which image of the file; of one of several files a zero is said too, for the named file may hold another."""
    chosen, several = vars(record.selection), record.link.files > 1
    said = {name: chosen[name] for name in ("scene", "channel", "plane") if chosen[name] or several}
    said |= {"time_axis": chosen["time_axis"]} if chosen["time_axis"] else {}
    return said | ({"alone": True} if chosen["alone"] else {})


def _recording(camera: Acquisition) -> dict[str, Any]:
    """Pixel size, PSF and camera, as they counted."""
    said = {"pixel_size_nm": camera.pixel_size_nm, **_psf(camera)}
    for name in _CAMERA:
        preset = Acquisition.model_fields[name].default
        if camera.origin(name) is not Origin.ASSUMED or getattr(camera, name) != preset:
            said[name] = getattr(camera, name)
    return said


def _origins(camera: Acquisition) -> dict[str, str]:
    """Where the recording's values come from, but for what the user gave and what the preset is assumed to be."""
    said = {name for name in _recording(camera) if getattr(camera, name) is not None} | {"fwhm_nm"}
    named = {name: camera.origin(name) for name in Acquisition.model_fields if name in said}
    return {name: origin.value for name, origin in named.items() if origin not in (Origin.USER, Origin.MISSING)}


def _cautions(record: RunRecord) -> tuple[str, ...]:
    """Why the numbers of a repetition will not be those of the run: its steps were ended or changed by hand."""
    told = []
    if record.status in _STOPPED:
        told.append(
            f"Run {record.number} {_STOPPED[record.status]} at step {record.steps} of {record.total_steps}; computed "
            "again, it goes to its last step, and its image is another one."
        )
    for step, total in record.earlier_goals:
        told.append(
            f"Run {record.number} was meant to have {total} steps until it was stopped at step {step} and given more. "
            "Step sizes follow from the number of steps: computed again in one go, its image is another one."
        )
    return tuple(told)


def _psf(camera: Acquisition) -> dict[str, Any]:
    if camera.psf == "measured":
        size = camera.psf_pixel_size_nm
        return {"psf_file": camera.psf_file} | ({} if size is None else {"psf_pixel_size_nm": size})
    shape = {} if camera.psf == "gaussian" else {"psf": camera.psf}
    aperture, emission_nm = camera.numerical_aperture, camera.emission_nm
    if aperture is not None and emission_nm is not None:
        if camera.fwhm_nm in (None, fwhm_from_aperture_nm(aperture, emission_nm)):
            return {**shape, "numerical_aperture": aperture, "emission_nm": emission_nm}
    return {**shape, "fwhm_nm": camera.fwhm_nm}


def _preset_and_rest(method: Method, values: Mapping[str, Any]) -> tuple[Preset, dict[str, Any]]:
    """The preset that leaves least to be said, and that."""
    rests = [(preset, _unlike_default(method.params_type, values, preset.values)) for preset in method.presets]
    # What is empty where the preset has a value could not be said.
    sayable = [rest for rest in rests if None not in rest[1].values()]
    return min(sayable or rests[:1], key=lambda rest: len(rest[1]))


def _unlike_default(
    declared: type[Params], values: Mapping[str, Any], preset: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    expected = {spec.name: spec.default for spec in specs(declared)} | dict(preset or {})
    return {name: values[name] for name, value in expected.items() if name in values and values[name] != value}


def _unless_whole(part: Any, whole: Any) -> Any:
    return None if part == whole else part

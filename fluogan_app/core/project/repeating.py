"""A run as one line for a shell, or as a script: both compute the same numbers again on the same machine.

Only what differs from the defaults is written, and of the recording all that counts, wherever it came from.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from fluogan_app import __version__
from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.errors import ProjectError, ReadError
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.base import Method, Preset
from fluogan_app.core.methods.registry import DEFAULT_METHOD, method_named
from fluogan_app.core.params import Params, specs
from fluogan_app.core.project import link as links
from fluogan_app.core.project.model import RunRecord
from fluogan_app.core.project.run import RECORD, Run
from fluogan_app.core.project.store import Project
from fluogan_app.core.units import fwhm_from_aperture_nm

_CAMERA = ("gain", "offset", "read_noise")


@dataclass(frozen=True)
class Recipe:
    """What a run was made from and with, in plain values; those that need not be said are left out.

    stack, output: the raw file, and the project that the repetition goes into. drift: a file that holds it, or "".
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


def recipe_of(project: Project, run: Run) -> Recipe:
    """How to compute a run again. Asks the drive where the raw file is now. Raises ProjectError for one of no file."""
    record = run.record
    if record.link is None:
        raise ProjectError(f"Run {run.number} was made of frames in memory.", "Only runs on a file can be repeated.")
    method = method_named(record.method)
    preset, params = _preset_and_rest(method, record.params)
    return Recipe(
        run=f"run {run.number} of {project.folder.name}",
        stack=_raw_path(project, record),
        output=f"{project.folder.stem}-run{run.number}-again.fluogan",
        method=record.method,
        preset=preset.name,
        selection=_selection(record),
        frames=_unless_whole(record.frames, FrameRange.whole(record.link.shape_tyx[0])),
        # Of frames that were moved back, the part that all of them saw is found again: saying it does no harm.
        roi=_unless_whole(record.roi, Roi.whole(record.link.shape_tyx[1:])),
        drift=str(run.folder / RECORD) if record.drift is not None else "",
        recording=_recording(record.acquisition),
        params=params,
        settings=_unlike_default(RunSettings, record.settings.model_dump(mode="json")),
    )


def command_of(recipe: Recipe, system: str = os.name) -> str:
    """The line for a shell of that system ("posix" or "nt")."""
    return quoted(["fluogan", *_words(recipe)], system)


def quoted(words: Iterable[str], system: str = os.name) -> str:
    """Words as one line that a shell takes apart again as they were."""
    return " ".join(_for_windows(word) for word in words) if system == "nt" else shlex.join(words)


def script_of(recipe: Recipe) -> str:
    """A script that computes the run again through fluogan_app.api and writes the image beside itself."""
    arguments = {
        "method": _unless(recipe.method, DEFAULT_METHOD),
        "preset": _unless(recipe.preset, _first_preset(recipe.method)),
        "frames": (recipe.frames.start, recipe.frames.stop) if recipe.frames is not None else None,
        "region": tuple(vars(recipe.roi).values()) if recipe.roi is not None else None,
        "drift": recipe.drift or None,
        "recording": dict(recipe.recording) or None,
        "parameters": dict(recipe.params) or None,
        "settings": dict(recipe.settings) or None,
        "project": recipe.output,
    }
    chosen = "".join(f", {name}={value!r}" for name, value in recipe.selection.items())
    given = "".join(f"        {name}={value!r},\n" for name, value in arguments.items() if value is not None)
    name = str(PurePosixPath(recipe.output).with_suffix(".tif"))
    return (
        f'"""Computes {_plain(recipe.run)} again, with FluoGAN {__version__}."""\n\n'
        "from fluogan_app import api\n\n"
        'if __name__ == "__main__":\n'
        f"    with api.open_stack({recipe.stack!r}{chosen}) as stack:\n"
        f"        result = api.reconstruct(\n            stack,\n{_indented(given)}        )\n"
        f"    api.save_image({name!r}, result)\n"
    )


def _words(recipe: Recipe) -> list[str]:
    words = ["reconstruct", recipe.stack, "-o", recipe.output]
    words += ["--method", recipe.method] if recipe.method != DEFAULT_METHOD else []
    words += ["--preset", recipe.preset] if recipe.preset != _first_preset(recipe.method) else []
    if recipe.frames is not None:
        words += ["--frames", f"{recipe.frames.start}:{recipe.frames.stop}"]
    if recipe.roi is not None:
        words += ["--roi", ",".join(str(side) for side in vars(recipe.roi).values())]
    words += ["--drift", recipe.drift] if recipe.drift else []
    for name, value in {**recipe.selection, **recipe.recording, **recipe.params, **recipe.settings}.items():
        words += _flag(name, value)
    # A name that begins with a dash would be taken for a flag.
    return [_not_a_flag(words[1]) if index == 1 else word for index, word in enumerate(words)]


def _flag(name: str, value: Any) -> list[str]:
    flag = "--" + name.replace("_", "-")
    if isinstance(value, bool):
        return [flag] if value else [flag.replace("--", "--no-", 1)]
    # Joined, so that a negative number is no flag of its own.
    return [f"{flag}={value}"] if str(value).startswith("-") else [flag, str(value)]


def _not_a_flag(path: str) -> str:
    return f"./{path}" if path.startswith("-") else path


def _raw_path(project: Project, record: RunRecord) -> str:
    """Where the raw file is now, else where it was."""
    for link in (record.link, project.document.link):
        try:
            if link is not None and link.shape_tyx == record.link.shape_tyx:
                return str(links.find(link, project.folder))
        except ReadError:
            continue
    return record.link.path


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


def _first_preset(method: str) -> str:
    return method_named(method).presets[0].name


def _unless(value: str, preset: str) -> str | None:
    return None if value == preset else value


def _unless_whole(part: Any, whole: Any) -> Any:
    return None if part == whole else part


def _indented(lines: str) -> str:
    return "".join(f"    {line}\n" for line in lines.splitlines())


def _plain(text: str) -> str:
    """Text that cannot end a string of a script."""
    return re.sub(r'["\\\x00-\x1f]', "_", text)


def _for_windows(word: str) -> str:
    """A word for the command prompt and PowerShell; names there hold no quotation marks."""
    if word and not re.search(r"[^\w.,:=+\\/-]", word):
        return word
    inner = re.sub(r'(\\*)"', r'\1\1\\"', word)
    at_end = word[len(word.rstrip("\\")) :]
    return f'"{inner}{at_end}"'


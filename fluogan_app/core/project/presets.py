"""Presets: values of the form under a name, in groups, so that a camera or an objective can be set by one choice.

Built-in ones are the method's. One's own are JSON files, one for each, which can be handed on:

    {"fluogan_preset": 1, "name": "Andor, gain 300", "note": "", "method": "fluogan",
     "values": {"camera": {"gain": 15.2, …}, "optics": {…}, "method": {…}, "run": {…}}}
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fluogan_app import __version__
from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.errors import ReadError
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.base import Method
from fluogan_app.core.methods.registry import METHODS
from fluogan_app.core.params import Params, problem_with, specs, validated, value_text
from fluogan_app.core.project.differences import Difference, Settings, as_stated, differences, parameters_of

FORMAT, KEY = 1, "fluogan_preset"
#: What a preset may hold, in the order of the form, and what each is called.
GROUPS = {"optics": "Optics", "camera": "Camera", "method": "Method", "run": "Run"}
LONGEST_NAME, LARGEST_BYTES = 80, 1_000_000


@dataclass(frozen=True)
class Preset:
    """Values by group. `key` is what the command line calls it; `path` its file, None for those that are built in."""

    name: str
    values: Mapping[str, Mapping[str, Any]]
    method: str = ""
    note: str = ""
    key: str = ""
    path: Path | None = field(default=None, compare=False)

    @property
    def groups_text(self) -> str:
        """What it sets: "Camera, Method"."""
        return ", ".join(title for group, title in GROUPS.items() if group in self.values)


def built_in(method: Method) -> tuple[Preset, ...]:
    """The method's own presets; the first is that of its defaults."""
    return tuple(
        Preset(preset.title, {"method": dict(preset.values)}, method.name, preset.help, preset.name)
        for preset in method.presets
    )


def preset_from(current: Settings, name: str, groups: Iterable[str], note: str = "") -> Preset:
    """The values that stand now, of some groups, under a name. What is not known of a recording is left open."""
    chosen = set(groups)
    values = {group: values for group, values in _values_of(current).items() if group in chosen}
    return Preset(name, values, current.method if "method" in chosen else "", note, name)


def applied(preset: Preset, current: Settings) -> dict[str, Any]:
    """The parts of a document that the preset changes, by name. Parameters that it does not name get their defaults."""
    changes: dict[str, Any] = {}
    recording = recording_of(preset, current.acquisition)
    if recording is not current.acquisition:
        changes["acquisition"] = recording
    if "method" in preset.values:
        whole = validated(METHODS[preset.method].params_type, preset.values["method"])
        changes |= {"method": preset.method, "params": {**current.params, preset.method: whole.model_dump()}}
    if "run" in preset.values:
        changes["settings"] = current.settings.replace(**preset.values["run"])
    return changes


def recording_of(preset: Preset, known: Acquisition) -> Acquisition:
    """The recording with the preset's optics and camera.

    Values that are as the preset has them keep the word on where they come from.
    """
    held = {**preset.values.get("optics", {}), **preset.values.get("camera", {})}
    others = {name: value for name, value in held.items() if getattr(known, name) != value}
    return known.with_values(Origin.USER, **others) if others else known


def deviations(preset: Preset, current: Any) -> tuple[Difference, ...]:
    """In what the values of a document differ from a preset, of the groups that the preset holds."""
    return differences(current.replace(**applied(preset, current)), current)


def standing(presets: Iterable[Preset], current: Any, last: str = "") -> Preset | None:
    """The preset that is in force: one from which nothing differs, before all that which was chosen last by name."""
    ordered = sorted(presets, key=lambda preset: preset.name != last)
    return next((preset for preset in ordered if not deviations(preset, current)), None)


def content(preset: Preset) -> dict[str, Any]:
    """What its file holds."""
    return {
        KEY: FORMAT,
        "app_version": __version__,
        "name": preset.name,
        "note": preset.note,
        "method": preset.method,
        "values": {group: dict(values) for group, values in preset.values.items()},
    }


def read_preset(path: Path) -> tuple[Preset, tuple[str, ...]]:
    """A preset from its file, and sentences on what of it this version does not know and leaves out.

    Raises ReadError for what is no preset, is of a newer format, or holds a value that is not allowed.
    """
    held = _read_object(path)
    version = held.get(KEY)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise ReadError(f"{path.name} is no FluoGAN preset.", "Choose a file that “Save as preset” or “Export” wrote.")
    if version > FORMAT:
        raise ReadError(
            f"{path.name} is of a newer format ({version}; this version knows up to {FORMAT}).", "Update FluoGAN."
        )
    name = checked_name(str(held.get("name") or path.stem))
    method, values, notes = _checked_values(path, held)
    return Preset(name, values, method, str(held.get("note") or ""), name, path), notes


def checked_name(name: str) -> str:
    """A preset's name without spaces around it. Raises ReadError where it is empty, too long or of several lines."""
    plain = " ".join(name.split())
    if not plain or len(plain) > LONGEST_NAME or not plain.isprintable():
        shown = plain if len(plain) <= 20 else f"{plain[:20]}…"
        raise ReadError(
            f"“{shown}” is no name for a preset.", f"Give it one of 1 to {LONGEST_NAME} letters that can be seen."
        )
    return plain


def _values_of(current: Settings) -> dict[str, dict[str, Any]]:
    acquisition = as_stated(current.acquisition)
    pair = acquisition.numerical_aperture is not None and acquisition.emission_nm is not None
    # That the width follows from both is a statement of its own.
    open_width = {"fwhm_nm": None} if pair and acquisition.fwhm_nm is None else {}
    optics = {name: value for name, value in _of_group(acquisition, "Optics").items() if value is not None}
    return {
        "optics": {**optics, **open_width},
        "camera": _of_group(acquisition, "Camera"),
        "method": parameters_of(current).model_dump(),
        "run": current.settings.model_dump(),
    }


def _of_group(values: Params, group: str) -> dict[str, Any]:
    return {spec.name: getattr(values, spec.name) for spec in specs(type(values)) if spec.group == group}


def _read_object(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_BYTES + 1)
        held = json.loads(raw.decode("utf-8-sig")) if len(raw) <= LARGEST_BYTES else None
    except OSError as error:
        reason = error.strerror or str(error)
        raise ReadError(f"{path.name} could not be read: {reason}.", "Choose another file.") from error
    except (ValueError, RecursionError):
        held = None
    if not isinstance(held, dict):
        raise ReadError(f"{path.name} is no FluoGAN preset.", "Choose a file that “Save as preset” or “Export” wrote.")
    return held


def _checked_values(path: Path, held: Mapping[str, Any]) -> tuple[str, dict[str, dict[str, Any]], tuple[str, ...]]:
    groups, method = held.get("values"), str(held.get("method") or "")
    if not isinstance(groups, dict) or not all(isinstance(values, dict) for values in groups.values()):
        raise ReadError(f"{path.name} is no FluoGAN preset: it holds no values.", "Restore it, or save it again.")
    if "method" in groups and method not in METHODS:
        raise ReadError(f"{path.name} is for the method “{method}”, which is not known here.", "Update FluoGAN.")
    declared = {"optics": Acquisition, "camera": Acquisition, "run": RunSettings}
    if method in METHODS:
        declared["method"] = METHODS[method].params_type
    notes = [f"The group “{group}” is not known and is left out." for group in groups if group not in declared]
    values: dict[str, dict[str, Any]] = {}
    for group in (group for group in GROUPS if group in groups):
        values[group], unknown = _checked_group(path, declared[group], group, groups[group])
        notes += [f"“{name}” is not known and is left out." for name in unknown]
    if not any(values.values()) and "method" not in values:
        raise ReadError(f"{path.name} holds no value that this version knows.", "Save the preset again.")
    return method if "method" in values else "", values, tuple(notes)


def _checked_group(
    path: Path, declared: type[Params], group: str, held: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """The values that are known, and the names of those that are not. Raises ReadError for what is not allowed."""
    title = GROUPS[group] if declared is Acquisition else None
    known = {spec.name for spec in specs(declared) if title is None or spec.group == title}
    values = {name: value for name, value in held.items() if name in known}
    for name, value in values.items():
        sentence = problem_with(declared, name, value)
        if sentence is not None:
            raise ReadError(f"{path.name} cannot be used: {sentence}", "Mend the value in the file, or leave it out.")
    plain = validated(declared, values)
    return {name: getattr(plain, name) for name in values}, [name for name in held if name not in known]


def values_text(preset: Preset, group: str) -> str:
    """The values of a group in one line: "Camera gain 2.14 counts/photon, Camera offset 100 counts, …"."""
    declared = {"method": METHODS[preset.method].params_type if preset.method else None, "run": RunSettings}
    params_type = declared.get(group, Acquisition)
    held = preset.values.get(group, {})
    known = [spec for spec in specs(params_type) if spec.name in held] if params_type is not None else []
    if group == "method":
        known = [spec for spec in known if held[spec.name] != spec.default]
    return ", ".join(f"{spec.label} {value_text(spec, held[spec.name])}" for spec in known) or "all at their defaults"

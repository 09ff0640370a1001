"""In which values two settings differ, in the words of their declarations: two runs, or what is set now and a run.

Settings are all that a run is asked for: region, frames, drift, recording, method, its parameters, and the run's own.
A run's record and a project's document both hold them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.drift import Drift
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.errors import DataError, FluoganError, ParameterError
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.registry import method_named
from fluogan_app.core.params import Params, ParamSpec, problem_with, specs, validated, value_text
from fluogan_app.core.project.model import InputLink

#: What settings are made of, by the names under which documents and records hold it.
PARTS = ("roi", "frames", "drift", "acquisition", "method", "params", "settings")
#: Relative difference of two widths that come from the same NA and wavelength.
_SAME = 1e-9


class Settings(Protocol):
    """What `differences` compares: a RunRecord or a ProjectDocument. Region or frames None are all of them."""

    @property
    def link(self) -> InputLink | None: ...
    @property
    def roi(self) -> Roi | None: ...
    @property
    def frames(self) -> FrameRange | None: ...
    @property
    def drift(self) -> Drift | None: ...
    @property
    def acquisition(self) -> Acquisition: ...
    @property
    def method(self) -> str: ...
    @property
    def params(self) -> Mapping[str, Any]: ...
    @property
    def settings(self) -> RunSettings: ...


@dataclass(frozen=True)
class Difference:
    """One value in which two settings differ. `section` is the part of PARTS that holds it, `name` its own there.

    `before_text` and `after_text` are the two values with their unit, as a person writes them.
    """

    section: str
    name: str
    label: str
    unit: str
    before: Any
    after: Any
    before_text: str
    after_text: str

    @property
    def text(self) -> str:
        """The whole in one line: "Zoom L 6 → 8 fine pixels per pixel"."""
        return f"{self.label} {self.short_before} → {self.after_text}"

    @property
    def short_before(self) -> str:
        """The value before without its unit, for where the one after stands beside it."""
        with_unit = self.unit and self.after_text.endswith(self.unit)
        return self.before_text.removesuffix(self.unit).rstrip() if with_unit else self.before_text


def differences(before: Settings, after: Settings) -> tuple[Difference, ...]:
    """What was changed from one to the other: region, frames and drift first, then in the order of the form.

    Where values come from is no difference, nor is what a run fills in by itself: a width that follows from NA and
    wavelength, tiles chosen by memory, pixels that were found to stand still.
    """
    found = [*_parts(before, after), *_recording(before.acquisition, after.acquisition)]
    if before.method == after.method:
        pair = parameters_of(before), parameters_of(after)
        found += _declared("params", *pair)
    return tuple(found + _declared("settings", *_with_equal_tiles(before.settings, after.settings)))


def parameters_of(settings: Settings) -> Params:
    """The parameters of its method. What is unknown, or not valid any more, falls to its default. Raises UsageError."""
    stored = settings.params
    # A document holds those of every method, by name.
    values = stored.get(settings.method, {}) if _by_method(settings) else stored
    return fitting(method_named(settings.method).params_type, values)


def fitting(declared: type[Params], values: Mapping[str, Any]) -> Params:
    """A parameter set from stored values: those that are unknown or not valid any more fall to their defaults."""
    known = {spec.name for spec in specs(declared)}
    kept = {name: value for name, value in values.items() if name in known}
    try:
        return validated(declared, kept)
    except ParameterError:
        valid = {name: value for name, value in kept.items() if problem_with(declared, name, value) is None}
        return validated(declared, valid)


def as_stated(acquisition: Acquisition) -> Acquisition:
    """The recording without the width that a run filled in from NA and wavelength, or assumed."""
    origins = {name: origin for name, origin in acquisition.origins.items() if name != "fwhm_nm"}
    open_width = acquisition.model_copy(update={"fwhm_nm": None, "origins": origins})
    derived, width = open_width.psf_fwhm_nm, acquisition.fwhm_nm
    follows = derived is not None and width is not None and abs(width - derived) <= _SAME * derived
    if acquisition.psf == "measured" or (follows and acquisition.origin("fwhm_nm") is not Origin.USER):
        return open_width
    pair = acquisition.numerical_aperture is not None and acquisition.emission_nm is not None
    return open_width if follows and pair else acquisition


def taken_back(current: Settings, source: Settings, chosen: tuple[Difference, ...]) -> dict[str, Any]:
    """Parts of a document in which the chosen differences have gone, by name: `current` with values of `source`."""
    names = {(difference.section, difference.name) for difference in chosen}
    changes: dict[str, Any] = {}
    parts = {"roi": _unless_whole(source.roi, source, 0), "frames": _unless_whole(source.frames, source, 1)}
    for part, value in {**parts, "drift": source.drift, "method": source.method}.items():
        if (part, part) in names:
            changes[part] = value
    recording = [name for section, name in names if section == "acquisition"]
    if recording:
        changes["acquisition"] = _with_recording(current.acquisition, as_stated(source.acquisition), recording)
    values = {name: getattr(parameters_of(source), name) for section, name in names if section == "params"}
    if values or "method" in changes:
        method = changes.get("method", current.method)
        whole = parameters_of(source) if "method" in changes else parameters_of(current).replace(**values)
        changes["params"] = {**current.params, method: whole.model_dump()}
    settings = {name: getattr(source.settings, name) for section, name in names if section == "settings"}
    if settings:
        changes["settings"] = current.settings.replace(**settings)
    return changes


def _with_recording(current: Acquisition, source: Acquisition, names: list[str]) -> Acquisition:
    """Some values of another recording, with the word on where each comes from."""
    origins = {name: origin for name, origin in current.origins.items() if name not in names}
    origins |= {name: origin for name, origin in source.origins.items() if name in names}
    return current.replace(**{name: getattr(source, name) for name in names}, origins=origins)


def _unless_whole(part: Roi | FrameRange | None, settings: Settings, axis: int) -> Roi | FrameRange | None:
    """A region (axis 0) or range of frames (axis 1) as a document holds it: None where it is all."""
    shape = settings.link.shape_tyx if settings.link else None
    whole = None if shape is None else (Roi.whole(shape[1:]), FrameRange.whole(shape[0]))[axis]
    return None if part == whole else part


def _by_method(settings: Settings) -> bool:
    return all(isinstance(values, Mapping) for values in settings.params.values())


def _parts(before: Settings, after: Settings) -> list[Difference]:
    found = []
    old, new = _region(before), _region(after)
    if old != new:
        found.append(_difference("roi", "Region", old, new, _region_words(before, old), _region_words(after, new)))
    old, new = _frames(before), _frames(after)
    if old != new:
        found.append(_difference("frames", "Frames", old, new, _frame_words(before, old), _frame_words(after, new)))
    if _path(before.drift) != _path(after.drift):
        words = _drift_words(before.drift), _drift_words(after.drift)
        found.append(_difference("drift", "Drift correction", before.drift, after.drift, *words))
    if before.method != after.method:
        titles = _title(before.method), _title(after.method)
        found.append(_difference("method", "Method", before.method, after.method, *titles))
    return found


def _difference(part: str, label: str, before: Any, after: Any, before_text: str, after_text: str) -> Difference:
    return Difference(part, part, label, "", before, after, before_text, after_text)


def _recording(before: Acquisition, after: Acquisition) -> list[Difference]:
    return _declared("acquisition", as_stated(before), as_stated(after))


def _declared(section: str, before: Params, after: Params) -> list[Difference]:
    pairs = [(spec, getattr(before, spec.name), getattr(after, spec.name)) for spec in specs(type(before))]
    return [_of_declared(section, spec, old, new) for spec, old, new in pairs if old != new]


def _of_declared(section: str, spec: ParamSpec, old: Any, new: Any) -> Difference:
    digits = 6 if value_text(spec, old) != value_text(spec, new) else 15
    texts = (value_text(spec, value, digits) for value in (old, new))
    return Difference(section, spec.name, spec.label, spec.unit, old, new, *texts)


def _with_equal_tiles(before: RunSettings, after: RunSettings) -> tuple[RunSettings, RunSettings]:
    """A run notes the tiles that memory made it take, so that a number against none says nothing."""
    if None not in (before.tile, after.tile):
        return before, after
    return before.model_copy(update={"tile": None}), after.model_copy(update={"tile": None})


def _region(settings: Settings) -> Roi | None:
    link, drift = settings.link, settings.drift
    region = settings.roi or (Roi.whole(link.shape_tyx[1:]) if link else None)
    if region is None or drift is None or link is None:
        return region
    try:  # a run takes what all frames saw
        return region.common(drift.seen(link.shape_tyx[1:], settings.frames))
    except (DataError, ValueError):
        return region


def _frames(settings: Settings) -> FrameRange | None:
    return settings.frames or (FrameRange.whole(settings.link.shape_tyx[0]) if settings.link else None)


def _path(drift: Drift | None) -> tuple[tuple[float, ...], ...] | None:
    return None if drift is None else (drift.y_pixels, drift.x_pixels)


def _region_words(settings: Settings, region: Roi | None) -> str:
    whole = settings.link is not None and region == Roi.whole(settings.link.shape_tyx[1:])
    return "whole frame" if whole or region is None else str(region)


def _frame_words(settings: Settings, frames: FrameRange | None) -> str:
    whole = settings.link is not None and frames == FrameRange.whole(settings.link.shape_tyx[0])
    return "all" if whole or frames is None else str(frames).removeprefix("frames ")


def _drift_words(drift: Drift | None) -> str:
    return "none" if drift is None else f"over {drift.span_pixels:.2g} pixels"


def _title(method: str) -> str:
    try:
        return method_named(method).title
    except FluoganError:
        return method

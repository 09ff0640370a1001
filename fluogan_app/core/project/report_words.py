"""What a report says of a run in words: a paragraph for a methods section, values with their origins, and sources."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.metrics.findings import Measure
from fluogan_app.core.metrics.run_measures import meaning_of
from fluogan_app.core.methods.fluogan.params import FluoganParams, warmup_length
from fluogan_app.core.methods.registry import DEFAULT_METHOD, IMPORTED, method_named
from fluogan_app.core.params import Params, ParamSpec, spec, specs, validated
from fluogan_app.core.project.method_words import claims_words, method_title
from fluogan_app.core.project.model import InputLink, RunRecord
from fluogan_app.core.project.report_methods import computed_with, imported_paragraph, settings_sentence
from fluogan_app.core.units import fwhm_from_aperture_nm, length_text, seconds_text

_ORIGIN_WORDS = {
    Origin.FILE: "stated by the file", Origin.USER: "given by the user", Origin.ESTIMATED: "estimated from the frames",
    Origin.ASSUMED: "assumed", Origin.MISSING: "not known",
}  # fmt: skip
#: The same as it is said in a paper.
_PAPER_WORDS = _ORIGIN_WORDS | {Origin.FILE: "from the file's metadata", Origin.USER: "set by hand"}
_RECORDING = ("pixel_size_nm", "fwhm_nm", "numerical_aperture", "emission_nm", "psf", "gain", "offset", "read_noise")
#: What of the method decides the image, and is said in a paper.
_NAMED = ("zoom", "steps", "gamma", "lambda1", "lambda2", "delta")
_SYMBOLS = {"zoom": "L", "gamma": "γ", "lambda1": "λ1", "lambda2": "λ2", "delta": "δ"}
_UNITS = (
    ("photons_per_frame", "photons per frame"), ("percent", "%"), ("nm", "nm"), ("sd", "sd"), ("db", "dB"),
    ("photons", "photons"), ("pixels", "pixels"),
)  # fmt: skip

#: Of a smaller chance the digits say nothing.
_LEAST_CHANCE = 1e-6

class Row(NamedTuple):
    """A value in words: what it is called, the value with its unit, and where it comes from or what it means."""

    label: str
    value: str
    about: str


def raw_name(link: InputLink | None) -> str:
    """The raw file's name, whatever system its path is of."""
    return PurePosixPath(link.path.replace("\\", "/")).name if link is not None else "frames in memory"


def methods_paragraph(record: RunRecord, fine_nm: float, before: tuple[RunRecord, ...] = ()) -> str:
    """What was done, for a paper: numbers with their units and the version. before: the runs that it went on from."""
    if record.method == IMPORTED.name:
        return imported_paragraph(record, fine_nm)
    camera = record.acquisition
    corrected = ""
    if record.drift is not None:
        span = length_text(record.drift.span_pixels * camera.pixel_size_nm)
        corrected = f" Sample drift of {span} in all was corrected before, by moving each frame in the Fourier domain."
    repeats = ""
    if record.settings.repeats:
        repeats = (
            f" The standard deviation of each pixel was estimated from {record.settings.repeats} reconstructions of "
            "random halves of the frames."
        )
    return (
        f"Super-resolved images were reconstructed from {_frames_text(record)} of {record.roi.height} × "
        f"{record.roi.width} camera pixels of {length_text(camera.pixel_size_nm)} {computed_with(record)} on a grid "
        f"of {length_text(fine_nm)} ({record.params.get('zoom', 1)} × finer). {_psf_sentence(camera)} "
        f"{_camera_sentence(camera)} "
        f"{_fit_sentence(record, before)}{corrected}{repeats}"
    )


def recording_rows(camera: Acquisition) -> list[Row]:
    """Sampling, optics and camera, each with where it comes from."""
    rows = []
    for name in _RECORDING:
        value, declared = getattr(camera, name), spec(Acquisition, name)
        about = {"psf": "chosen", "fwhm_nm": _width_origin(camera)}.get(name) or _ORIGIN_WORDS[camera.origin(name)]
        shown = float(f"{value:.4g}") if name == "fwhm_nm" and value is not None else value
        rows.append(Row(declared.label, value_text(declared, shown), about))
    return rows


def method_rows(record: RunRecord) -> list[Row]:
    """The parameters of the method and the run's own: all that were changed, and those that a paper names."""
    declared = method_named(record.method).params_type
    plain = tuple(one.name for one in specs(declared) if not one.advanced)
    rows = [Row("Method", method_title(record.method), claims_words(record.claims))]
    rows += _rows(declared, record.params, _NAMED if record.method == DEFAULT_METHOD else plain)
    return rows + _rows(RunSettings, record.settings.model_dump(mode="json"), ("seed", "device"))


def measure_row(one: Measure) -> Row:
    """A measure with its unit and what it means."""
    if one.value is None:
        return Row(one.label, "cannot be told", one.meaning)
    if one.name.endswith("_p_value") and one.value < _LEAST_CHANCE:
        return Row(one.label, "below 0.000001", one.meaning)
    unit = next((unit for ending, unit in _UNITS if one.name == ending or one.name.endswith(f"_{ending}")), "")
    spread = f" ± {one.spread:.2g}" if one.spread is not None else ""
    return Row(one.label, f"{one.value:.4g}{spread} {unit}".strip().replace("-", "−"), one.meaning)


def named_measure(name: str, value: float) -> Row:
    """A measure that is known by its name alone, which ends in its unit."""
    label = name
    for ending, _ in _UNITS:
        label = re.sub(f"_{ending}$", "", label)
    return measure_row(Measure(name, label.replace("_", " ").capitalize(), value, meaning_of(name)))


def value_text(declared: ParamSpec, value: Any) -> str:
    """A parameter's value as a person writes it."""
    if value is None or value == "":
        return declared.none_text or "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return f"{text} {declared.unit}".strip().replace("-", "−", 1 if declared.kind in ("int", "float") else 0)


def standing_text(record: RunRecord, steps: int) -> str:
    """How far the run came, when and where."""
    if not record.total_steps:
        return "Imported."
    took = f" in {seconds_text(record.seconds)}" if record.seconds else ""
    where = f" on {record.device_title or record.device}" if record.device else ""
    return f"{record.status.value.capitalize()} at step {steps} of {record.total_steps}{took}{where}."


def _rows(declared: type[Params], values: Mapping[str, Any], named: tuple[str, ...]) -> list[Row]:
    rows = []
    for one in specs(declared):
        if one.name not in values:
            continue
        changed = values[one.name] != one.default
        if changed or one.name in named:
            about = f"changed; the default is {value_text(one, one.default)}" if changed else "default"
            rows.append(Row(one.label, value_text(one, values[one.name]), about))
    return rows


def time_text(written: str) -> str:
    """A time of a record as a person writes it: day, hour and minute, in UTC."""
    return f"{written[:16].replace('T', ' ')} UTC"


def _frames_text(record: RunRecord) -> str:
    """How many frames, and which of the file's where they are not all."""
    count, frames = len(record.frames), record.frames
    counted = "one frame" if count == 1 else f"{count} frames"
    if record.link is None or frames.start == 0 and frames.stop == record.link.shape_tyx[0]:
        return counted
    return f"{counted} (numbers {frames.start} to {frames.stop - 1} of the file's {record.link.shape_tyx[0]}, from 0)"


def _camera_sentence(camera: Acquisition) -> str:
    said = (
        ("a gain of", "gain", "count per photon" if camera.gain == 1 else "counts per photon"),
        ("an offset of", "offset", "counts"), ("a read noise of", "read_noise", "photons rms"),
    )  # fmt: skip
    gain, offset, noise = (
        f"{what} {getattr(camera, name):.4g} {unit} ({_PAPER_WORDS[camera.origin(name)]})" for what, name, unit in said
    )
    return f"Counts were converted to photons by {gain} and {offset}; {noise} was taken."


def _psf_sentence(camera: Acquisition) -> str:
    shape = {"gaussian": "a Gaussian", "airy": "an Airy pattern", "measured": "measured on a bead"}[camera.psf]
    width = f"{camera.psf_fwhm_nm:.4g} nm full width at half maximum, {_width_origin(camera, _PAPER_WORDS)}"
    return f"The point-spread function was {shape} ({width})."


def _width_origin(camera: Acquisition, words: Mapping[Origin, str] = _ORIGIN_WORDS) -> str:
    aperture, emission_nm = camera.numerical_aperture, camera.emission_nm
    if camera.psf == "measured":
        return "measured on a bead"
    if aperture is not None and emission_nm is not None:
        if camera.fwhm_nm in (None, fwhm_from_aperture_nm(aperture, emission_nm)):
            return "computed from numerical aperture and wavelength"
    return words[camera.psf_origin]


def _fit_sentence(record: RunRecord, before: tuple[RunRecord, ...]) -> str:
    if record.method != DEFAULT_METHOD:
        return settings_sentence(record)
    weights = ", ".join(
        f"{_SYMBOLS[name]} = {record.params[name]:g}" for name in _NAMED if name in _SYMBOLS and name in record.params
    )
    how = "the mean of the frames"
    if record.params.get("delta"):
        first = _warmup_of(record)
        how += f" and{f', after {first} steps' if first else ''}, against a critic network, to the single frames"
    taken = f"in {record.steps} steps{_in_turns(record, before)}"
    return f"The model was fitted to {how} {taken} ({weights}; random seed {record.settings.seed})."


def _warmup_of(record: RunRecord) -> int:
    """Steps on the mean alone before the critic; 0 for a method that has no such phase."""
    declared = method_named(record.method).params_type
    return warmup_length(validated(declared, record.params)) if declared is FluoganParams else 0


def _in_turns(record: RunRecord, before: tuple[RunRecord, ...]) -> str:
    """How the steps came together where they were more than once set: the sizes of steps follow from their number."""
    turns = [turn for one in before for turn in (*one.earlier_goals, (one.steps, one.total_steps))]
    turns += [*record.earlier_goals, (record.steps, record.total_steps)]
    if len(turns) > 1:
        return ", taken in turns: " + ", then ".join(f"to step {step} of {total}" for step, total in turns)
    return "" if record.parent is None else ", the first of them in an earlier run that is not kept any more"

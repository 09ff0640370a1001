"""Sentences and tables of the command line, made from facts. Nothing is printed here."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.stack import Selection
from fluogan_app.core.params import spec, specs
from fluogan_app.core.project.model import ProjectDocument, RunRecord
from fluogan_app.core.readers.roles import NO_TIME
from fluogan_app.core.units import length_text, seconds_text

STOPPING = "\nStopping as soon as this step is done. Ctrl-C again quits at once.\n"

_ORIGIN_WORDS = {
    Origin.FILE: "from the file",
    Origin.USER: "as given",
    Origin.ESTIMATED: "estimated",
    Origin.ASSUMED: "assumed",
    Origin.MISSING: "not known",
}
_UNIT_ENDINGS = {
    "_percent": "%", "_nm": "nm", "_photons": "photons", "_counts": "counts", "_s": "s", "_frames": "frames",
    "_db": "dB", "_pixels": "pixels", "_sd": "sd",
}  # fmt: skip

#: What steers a terminal, turns the direction of writing, or cannot be encoded; a file can have it in its name.
_STEERING = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    """Text that a terminal shows as it is: what would steer it is written as in a program, \\x1b."""
    return _STEERING.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def one_line(text: str) -> str:
    """A sentence without line breaks."""
    return " ".join(text.split())


def internal_error(error: BaseException, log_path: Path) -> str:
    """The sentence for a fault of this program."""
    kind = f"{type(error).__name__}: {error}".removesuffix(": ")
    return one_line(f"An internal error stopped the command ({kind}). Please report it with the log {log_path}.")


def table(rows: Iterable[tuple[str, str]]) -> list[str]:
    """Rows of name and value as aligned lines."""
    rows = list(rows)
    width = max((len(name) for name, _ in rows), default=0)
    return [f"  {name:<{width}}  {value}" for name, value in rows]


def command(*parts: str) -> str:
    """A command line that can be copied into a shell."""
    return shlex.join(["fluogan", *parts])


def assumed(acquisition: Acquisition) -> list[str]:
    """The names of the quantities that nobody stated."""
    measured = (declared.name for declared in specs(Acquisition) if declared.kind in ("int", "float"))
    return [name for name in measured if acquisition.origin(name) is Origin.ASSUMED]


def recording_sentences(acquisition: Acquisition) -> list[str]:
    """What is known of a recording and from where; then what was taken for granted, and the flags that state it."""
    taken = assumed(acquisition)
    known = [item.name for item in specs(Acquisition) if acquisition.origin(item.name) is not Origin.ASSUMED]
    known = [name for name in known if getattr(acquisition, name) is not None]
    origins = [f"{_value(acquisition, name)} ({_ORIGIN_WORDS[acquisition.origin(name)]})" for name in known]
    sentences = [f"Known: {', '.join(origins)}."]
    if taken:
        flags = ", ".join(spec(Acquisition, name).flag for name in taken)
        values = [_value(acquisition, name) for name in taken]
        sentences.append(f"Assumed: {', '.join(values)}. State with {flags}.")
    return sentences


def camera_sentence(acquisition: Acquisition) -> str:
    """What a reconstruction of a simulated stack has to be told, as flags."""
    names = ("fwhm_nm", "gain", "offset", "read_noise")
    shape = "" if acquisition.psf == "gaussian" else f"{spec(Acquisition, 'psf').flag} {acquisition.psf} "
    values = " ".join(f"{spec(Acquisition, name).flag} {getattr(acquisition, name):g}" for name in names)
    return f"Reconstruct with {shape}{values}"


def measure_row(name: str, value: float) -> tuple[str, str]:
    """A measure in words with its unit: "photon_balance_percent" becomes "Photon balance", "0.31 %"."""
    for ending, unit in _UNIT_ENDINGS.items():
        if name.endswith(ending):
            text = f"{value:.4g} {unit}"
            return _sentence_case(name.removesuffix(ending)), "1 frame" if text == "1 frames" else text
    return _sentence_case(name), f"{value:.4g}"


def measure_rows(measures: Mapping[str, float]) -> list[tuple[str, str]]:
    """All measures in words."""
    return [measure_row(name, value) for name, value in measures.items()]


def image_text(shape_yx: tuple[int, int], pixel_size_nm: float | None) -> str:
    """The size of an image in pixels and in the sample."""
    height, width = shape_yx
    if pixel_size_nm is None:
        return f"{height} × {width} pixels"
    sides = f"{length_text(height * pixel_size_nm)} × {length_text(width * pixel_size_nm)}"
    return f"{height} × {width} pixels of {length_text(pixel_size_nm)} ({sides})"


def project_rows(document: ProjectDocument) -> list[tuple[str, str]]:
    """What a project stands on."""
    link = document.link
    if link is None:
        return [("Stack", "none yet")]
    count, height, width = link.shape_tyx
    roi, frames, drift = document.roi, document.frames, document.drift
    rows = [
        ("Stack", link.path),
        ("Image taken", selection_text(link.selection)),
        ("Frames (T)", str(count)),
        ("Frames taken", "all" if frames is None else f"{frames.start} to {frames.stop - 1} ({len(frames)})"),
        ("Frame (Y × X)", image_text((height, width), document.acquisition.pixel_size_nm)),
        ("Region", "the full frame" if roi is None else str(roi)),
    ]
    corrected = "not corrected" if drift is None else f"{drift.span_pixels:.2g} pixels, corrected"
    return [*rows, ("Drift", corrected)]


def selection_text(selection: Selection) -> str:
    """Which image of a file is taken, by its numbers from 0."""
    chosen = f"scene {selection.scene}, channel {selection.channel}, plane {selection.plane}"
    axis = {"": "", NO_TIME: ", no axis as time"}.get(selection.time_axis, f", axis {selection.time_axis} as time")
    return chosen + axis + (", this file alone" if selection.alone else "")


def run_line(record: RunRecord, steps: int) -> str:
    """One run of a project on one line. `steps` are those whose state is on disk."""
    took = f", {duration(record.seconds)} on {record.device}" if record.seconds else ""
    return f"Run {record.number}: {record.method}, {record.status.value} at step {steps} of {record.total_steps}{took}"


def written(targets: Mapping[str, Path]) -> list[str]:
    """What was written where."""
    return [f"{_sentence_case(what)} written to {path}" for what, path in targets.items()]


def duration(seconds: float) -> str:
    """A duration; short ones with tenths."""
    return f"{seconds:.1f} s" if seconds < 10 else seconds_text(seconds)


def _value(acquisition: Acquisition, name: str) -> str:
    declared, value = spec(Acquisition, name), getattr(acquisition, name)
    number = f"{value:.4g}" if isinstance(value, float) else value
    return f"{declared.label} {number} {declared.unit}".strip()


def _sentence_case(name: str) -> str:
    spaced = name.replace("_", " ")
    return spaced[:1].upper() + spaced[1:]

"""Which runs can stand beside each other, what each is called, and in what else they differ.

Loads no numerical library: the window asks at once.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fluogan_app.core.data.claims import LIGHT
from fluogan_app.core.errors import FluoganError
from fluogan_app.core.methods.registry import method_named
from fluogan_app.core.params import specs, value_text
from fluogan_app.core.project.differences import differences, fitting
from fluogan_app.core.project.model import RunRecord, RunStatus
from fluogan_app.core.project.run import ESTIMATE, Run
from fluogan_app.core.project.run_notes import read_notes

#: Differences that a comparison is about, or that change no image.
_NOT_TOLD = {"method", "params", "device", "tile", "seed", "stop_when_still", "repeats"}
#: What a truth is called that lies beside its stack.
_TRUTH_NAMES = ("{stem}.truth.npz", "{stem}-truth.npz", "{stem}_truth.npz", "{stem}.npz")


def why_not_beside(first: RunRecord, other: RunRecord) -> str:
    """Why two runs do not show the same field, in a sentence; "" where they do."""
    if first.link is not None and other.link is not None:
        one, two = (link.sha256 or link.path for link in (first.link, other.link))
        if one != two or first.selection != other.selection:
            return f"Run {other.number} is of another stack, or another image of its file, than run {first.number}."
    if first.roi != other.roi:
        return f"Run {other.number} shows {other.roi}; run {first.number} shows {first.roi}."
    if not math.isclose(first.acquisition.pixel_size_nm or 0.0, other.acquisition.pixel_size_nm or 0.0, rel_tol=1e-6):
        return f"Run {other.number} takes the camera pixels to be of another size than run {first.number}."
    return ""


def remarks_on(runs: Sequence[Run]) -> tuple[str, ...]:
    """In what else runs that are to stand beside each other differ, so that the images are not made from the same."""
    said = []
    for run in runs[1:]:
        found = [one for one in differences(runs[0].record, run.record) if not {one.section, one.name} & _NOT_TOLD]
        if found:
            first = runs[0].number
            said.append(f"Run {run.number} differs from run {first}: {'; '.join(one.text for one in found)}.")
    return tuple(said)


def comparable(runs: Sequence[Run]) -> list[Run]:
    """Those that came to an image."""
    return [run for run in runs if run.has_ended and (run.folder / ESTIMATE).exists()]


def newest_of_each(runs: Sequence[Run]) -> list[Run]:
    """The newest finished run of each method, and all that was imported, in the order of the runs.

    Those that cannot stand beside the newest of all are left out.
    """
    there = [run for run in comparable(runs) if run.record.status is RunStatus.FINISHED]
    if not there:
        return []
    beside = [run for run in there if not why_not_beside(there[-1].record, run.record)]
    return sorted({_kind(run): run for run in beside}.values(), key=lambda run: run.number)


def title_of(run: Run) -> str:
    """What a run is called beside others: the user's name of it, the program it was imported from, or its method."""
    named = read_notes(run.folder).title or str(run.record.params.get("title", ""))
    if named:
        return named
    try:
        title, shows = method_named(run.record.method).title, run.record.claims.title
    except FluoganError:
        return run.record.method
    tells_more = shows != LIGHT.title and title.casefold() not in shows.casefold()
    return f"{title} ({shows[:1].lower()}{shows[1:]})" if tells_more else title


def changed_parameters(method: str, values: Mapping[str, Any]) -> tuple[str, ...]:
    """Parameters that are not the defaults, as a person writes them: "Zoom L 6"."""
    try:
        declared = method_named(method).params_type
    except FluoganError:
        return ()
    chosen, plain = fitting(declared, values), declared()
    pairs = [(one, getattr(chosen, one.name), getattr(plain, one.name)) for one in specs(declared)]
    return tuple(f"{one.label} {value_text(one, value)}" for one, value, default in pairs if value != default)


def truth_beside(stack_path: Path) -> Path | None:
    """The truth of a simulated stack, where it lies beside it under a name that tells so."""
    name = stack_path.name
    ome = name.casefold().endswith((".ome.tif", ".ome.tiff"))
    stem = name.rsplit(".", 2 if ome else 1)[0]
    names = (one.format(stem=stem) for one in _TRUTH_NAMES)
    return next((path for name in names if (path := stack_path.with_name(name)).is_file()), None)


def _kind(run: Run) -> str:
    """By what runs are told apart: of imported ones each is its own."""
    return run.record.method if run.record.total_steps else f"{run.record.method} {run.number}"

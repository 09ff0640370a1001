"""Which runs show the same field, and in what else they differ. Loads no numerical library: the window asks at once."""

from __future__ import annotations

import math
from collections.abc import Sequence

from fluogan_app.core.project.differences import differences
from fluogan_app.core.project.model import RunRecord
from fluogan_app.core.project.run import Run

#: Differences that a comparison is about, or that change no image.
_NOT_TOLD = {"method", "params", "device", "tile", "seed", "stop_when_still", "repeats"}


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

"""What the parts of a judgement will take before they are begun, and whether they would tell anything."""

from __future__ import annotations

from fluogan_app.core.project.model import RunRecord

#: Pixels that are read in a second from a drive that is not slow.
_PIXELS_PER_S = 4e7


def why_no_repeats(record: RunRecord, kind: str) -> str:
    """Why repeats of this kind would tell nothing of such a run; "" where they do."""
    if kind == "seeds" and record.params.get("delta", 1) == 0:
        return "Without the critic (δ = 0) nothing is drawn at random: every seed gives the same image."
    return ""


def seconds_expected(record: RunRecord, what: str, count: int = 1) -> float:
    """About how long "odd-even", so many "halves" or "seeds", or the "variance" will take on the run's machine, in s.

    At most so long for "odd-even" of a run with a critic, whose steps cost more than those without.
    """
    if what == "variance":
        shape = record.link.shape_tyx[1:] if record.link is not None else (record.roi.height, record.roi.width)
        return len(record.frames) * shape[0] * shape[1] / _PIXELS_PER_S
    one = record.seconds / (1 + record.settings.repeats)
    return one * (2 if what == "odd-even" else count)

"""What the parts of a judgement will take before they are begun, and whether they would tell anything."""

from __future__ import annotations

from fluogan_app.core.data.alternate import LEAST_FRAMES
from fluogan_app.core.data.halves import FEWEST_FRAMES
from fluogan_app.core.data.survey import FRAMES_FOR_VARIANCE
from fluogan_app.core.methods.base import draws_lots
from fluogan_app.core.methods.registry import IMPORTED, method_named
from fluogan_app.core.project.model import RunRecord

#: Pixels that are read in a second from a drive that is not slow.
_PIXELS_PER_S = 4e7


NO_LIGHT = "The values of this image are no amounts of light: no photons can be counted in it."
_BLURRED = "The image shows the sample as the microscope does: there is no model of the frames to be tried."


def why_no_repeats(record: RunRecord, kind: str) -> str:
    """Why repeats of this kind would tell nothing of such a run; "" where they do."""
    if record.method == IMPORTED.name:
        return "The image was made elsewhere: it cannot be made again here."
    if kind == "seeds" and record.params.get("delta") == 0:
        return "Without the critic (δ = 0) nothing is drawn at random: every seed gives the same image."
    if kind == "seeds" and not draws_lots(method_named(record.method)):
        return f"{method_named(record.method).title} draws nothing at random: every seed gives the same image."
    return ""


def why_no_model(record: RunRecord) -> str:
    """Why such a run has no model of the frames, of which residual and variance could be told; "" where it has one."""
    if not record.claims.photons:
        return NO_LIGHT
    return _BLURRED if record.claims.blurred else ""


def why_not(record: RunRecord, what: str) -> str:
    """Why "odd-even", repeats over "halves" or "seeds", or the "variance" cannot be had of such a run; "" if it can."""
    least = {"odd-even": LEAST_FRAMES, "halves": FEWEST_FRAMES, "variance": FRAMES_FOR_VARIANCE}.get(what, 1)
    frames = len(record.frames)
    if frames < least:
        return f"The run has {frames} frame{'' if frames == 1 else 's'}; this takes at least {least}."
    return why_no_model(record) if what == "variance" else why_no_repeats(record, what)


def seconds_expected(record: RunRecord, what: str, count: int = 1) -> float:
    """About how long "odd-even", so many "halves" or "seeds", or the "variance" will take on the run's machine, in s.

    At most so long for "odd-even" of a run with a critic, whose steps cost more than those without.
    """
    if what == "variance":
        shape = record.link.shape_tyx[1:] if record.link is not None else (record.roi.height, record.roi.width)
        return len(record.frames) * shape[0] * shape[1] / _PIXELS_PER_S
    one = record.seconds / (1 + record.settings.repeats)
    return one * (2 if what == "odd-even" else count)

"""The drift that a reconstruction is asked to correct: found in the frames, or read from a table."""

from __future__ import annotations

import argparse
from pathlib import Path

from fluogan_app.cli.arguments import frame_range
from fluogan_app.cli.progress import FrameLine
from fluogan_app.cli.report import Report
from fluogan_app.core.data.drift import VISIBLE_PIXELS, Drift
from fluogan_app.core.data.roi import FrameRange
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.errors import UsageError


def chosen_drift(
    arguments: argparse.Namespace, stack: Stack, report: Report
) -> tuple[Drift | None, tuple[str, ...]]:
    """What --drift asks for, and what there is to be told of it. Raises UsageError, ReadError, DataError."""
    wanted = arguments.drift
    frames = frame_range(arguments.frames, stack.shape[0]) or FrameRange.whole(stack.shape[0])
    if wanted == "none":
        return None, _glance(stack, frames)
    if wanted == "correct":
        return _found(stack, frames, report)
    path = Path(wanted)
    if path.suffix.lower() not in (".csv", ".json"):
        raise UsageError(f"--drift {wanted} is none of correct, none and a table.", "Let a table's name end in .csv.")
    from fluogan_app.core.project.recorded_drift import read_drift

    return read_drift(path).checked(stack.shape), ()


def _glance(stack: Stack, frames: FrameRange) -> tuple[str, ...]:
    from fluogan_app.core.estimate.drift import glance_at_drift

    seen = glance_at_drift(stack, frames)
    if seen.drift is None or seen.drift.span_pixels < VISIBLE_PIXELS:
        return ()
    return (f"{seen.words} It blurs the image: correct it with --drift correct.",)


def _found(stack: Stack, frames: FrameRange, report: Report) -> tuple[Drift | None, tuple[str, ...]]:
    from fluogan_app.core.estimate.drift import estimate_drift

    line = FrameLine(report.progress_stream, "Looking for drift")
    try:
        found = estimate_drift(stack, frames, line.frame)
    finally:
        line.done()
    assert found is not None  # nobody could cancel it
    if found.drift is None:
        return None, (f"{found.words} The frames are used as they were recorded.",)
    return found.drift, ()

"""Findings on frames that no exposure made: those whose pixels are all equal, and exact copies of other frames."""

from __future__ import annotations

import numpy as np

from fluogan_app.core.check.brightness import LEAST_FRAMES
from fluogan_app.core.check.frame_facts import FrameFacts
from fluogan_app.core.check.result import CheckFinding, Severity
from fluogan_app.core.estimate.result import Evidence, Series

#: More frames than this part of them make a finding serious.
FEW = 0.1
#: Longer lists of frames end with how many more there are.
MOST_LISTED = 20


def constant_frames(facts: FrameFacts, frames: np.ndarray) -> CheckFinding:
    """Frames whose pixels are all equal; frames: (T,) their numbers."""
    at = facts.constant_frames
    name, label, values = "constant_frames", "Constant frames", {"constant_frames": len(at)}
    if not len(at):
        return CheckFinding(name, label, Severity.FINE, "No frame is empty.", values=values)
    if len(at) == facts.count:
        words = f"Every pixel of all {facts.count} frames is even."
        advice = "There is nothing to reconstruct: choose another channel or region."
        return CheckFinding(name, label, Severity.SERIOUS, words, advice, values)
    some = "" if len(at) == 1 else f"{len(at)} of {facts.count} frames: "
    words = f"All pixels are equal in {some}{_listed(frames[at])}."
    advice = f"They hold no picture, as where frames were lost while recording. {_without(at, frames)}"
    pictures = (_marked(label, facts, frames, at, "all pixels equal"),)
    return CheckFinding(name, label, _by_share(at, facts), words, advice, values | _longest(at, frames), pictures)


def repeated_frames(facts: FrameFacts, frames: np.ndarray) -> CheckFinding:
    """Frames that are exact copies of earlier ones; frames: (T,) their numbers."""
    at = np.array([copy for copy in sorted(facts.copy_of) if facts.spreads[copy] > 0], int)
    name, label, values = "repeated_frames", "Repeated frames", {"repeated_frames": len(at)}
    if not len(at):
        return CheckFinding(name, label, Severity.FINE, "No frame is a copy of another one.", values=values)
    first = f"(frame {frames[at[0]]} of frame {frames[facts.copy_of[int(at[0])]]}"
    words = f"1 of {facts.count} frames is an exact copy of an earlier one {first})."
    if len(at) > 1:
        words = f"{len(at)} of {facts.count} frames are exact copies of earlier ones {first}, first of all): "
        words += f"{_listed(frames[at])}."
    advice = "No two exposures are equal: frames were written twice. They count double and hide noise."
    advice = f"{advice} {_without(at, frames)}"
    pictures = (_marked(label, facts, frames, at, "copies of earlier frames"),)
    return CheckFinding(name, label, _by_share(at, facts), words, advice, values | _longest(at, frames), pictures)


def _by_share(at: np.ndarray, facts: FrameFacts) -> Severity:
    return Severity.SERIOUS if len(at) > FEW * facts.count else Severity.WARNING


def _longest_stretch(at: np.ndarray, frames: np.ndarray) -> tuple[int, int]:
    """The longest stretch of positions without any of those, first and behind the last."""
    ends = [-1, *at.tolist(), len(frames)]
    return max(((one + 1, other) for one, other in zip(ends, ends[1:])), key=lambda part: part[1] - part[0])


def _longest(at: np.ndarray, frames: np.ndarray) -> dict[str, int]:
    start, stop = _longest_stretch(at, frames)
    long_enough = stop - start >= LEAST_FRAMES
    return {"first_frame": int(frames[start]), "last_frame": int(frames[stop - 1])} if long_enough else {}


def _without(at: np.ndarray, frames: np.ndarray) -> str:
    """How to do without the frames at these positions: a reconstruction takes one unbroken stretch of frames."""
    longest = _longest(at, frames)
    if not longest:
        return "No stretch of frames without them is long enough: export the stack without them, or record it again."
    first, last = longest.values()
    rest = "" if last - first + 1 == len(frames) - len(at) else ", or export the stack without them to keep the rest"
    return f"Use frames {first} to {last}, the longest stretch without them{rest} (--frames {first}:{last + 1})."


def _listed(frames: np.ndarray) -> str:
    """Numbers of frames in words, those that follow each other in short: "frames 3, 7 to 9"."""
    if len(frames) == 1:
        return f"frame {frames[0]}"
    runs = np.split(frames, np.flatnonzero(np.diff(frames) > 1) + 1)
    said = [f"{run[0]}" if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs[:MOST_LISTED]]
    left = sum(len(run) for run in runs[MOST_LISTED:])
    return f"frames {', '.join(said)}{f' and {left} more' if left else ''}"


def _marked(title: str, facts: FrameFacts, frames: np.ndarray, at: np.ndarray, words: str) -> Evidence:
    """All frames by their brightness, those at some positions in another colour."""
    means = facts.means[: len(frames)]
    series = (Series("each frame", np.delete(frames, at), np.delete(means, at)), Series(words, frames[at], means[at]))
    return Evidence(title, "Frame", "Mean in counts", series)

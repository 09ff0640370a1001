"""Findings on single pixels: saturated, hot, dead or stuck ones, negative values, and what is no number."""

from __future__ import annotations

import numpy as np

from fluogan_app.core.check.frame_facts import FrameFacts
from fluogan_app.core.check.result import CheckFinding, PixelMap, Severity
from fluogan_app.core.estimate.defects import LEAST_SATURATED
from fluogan_app.core.estimate.saturation import is_end_of_scale

#: A larger part of the pixels than this cannot be lost without losing structure.
MANY_PIXELS = 0.01
#: What a pixel is, by its number in the map.
KINDS = ("sound", "hot", "dead", "stuck")
#: Fewer frames do not tell a hot pixel from noise.
LEAST_FRAMES = 8


def saturation(facts: FrameFacts) -> CheckFinding:
    """Pixels at the end of the camera's scale, by the scales that cameras have or by a pile at the largest value."""
    label = "Saturation"
    times, total = facts.times_at_largest, facts.count
    if not _reaches_the_end(facts):
        largest = f" (the largest value is {facts.largest:.6g})" if np.isfinite(facts.largest) else ""
        words = f"No pixel is saturated{largest}."
        return CheckFinding("saturation", label, Severity.FINE, words, values={"saturated_pixels": 0})
    share = times / total
    pixels, often = int(np.count_nonzero(times)), int(np.count_nonzero(share > LEAST_SATURATED))
    words = (
        f"{_counted(pixels, 'pixel')} reached the end of the camera's scale, {facts.largest:.6g} counts, "
        f"{often} of them in more than {100 * LEAST_SATURATED:g} % of the frames."
    )
    advice = "Light beyond the end of the scale is lost: these pixels are left out. Record with less light or gain."
    severity = Severity.SERIOUS if often > MANY_PIXELS * times.size else Severity.WARNING if often else Severity.NOTE
    if severity is Severity.NOTE:
        advice = "So few frames do not matter: the pixels are used, a little darker than they were."
    picture = PixelMap("Saturated pixels", (100.0 * share).astype(np.float32), "% of the frames")
    values = {"saturated_pixels": pixels, "often_saturated_pixels": often, "full_scale_counts": facts.largest}
    return CheckFinding("saturation", label, severity, words, advice, values, (picture,))


def _reaches_the_end(facts: FrameFacts) -> bool:
    ends = is_end_of_scale(facts.largest, facts.times_at_largest, facts.second_count, facts.count)
    return ends and bool(facts.changes.any())


def _often_saturated(facts: FrameFacts) -> np.ndarray:
    often = facts.times_at_largest > LEAST_SATURATED * facts.count
    return often if _reaches_the_end(facts) else np.zeros_like(often)


def hot_pixels(hot: np.ndarray, dead: np.ndarray, facts: FrameFacts) -> CheckFinding:
    """Pixels that say nothing of the sample; hot, dead (Y, X) bool. Saturated ones are no stuck ones."""
    if facts.count < LEAST_FRAMES:
        frames = "one frame" if facts.count == 1 else f"{facts.count} frames"
        words = f"Hot and dead pixels are not looked for in {frames}, where noise and fine structure look like them."
        return CheckFinding("hot_pixels", "Hot pixels", Severity.FINE, words)
    stuck = facts.stuck & ~hot & ~dead & ~_often_saturated(facts)
    counts = {"hot_pixels": hot, "dead_pixels": dead, "stuck_pixels": stuck}
    values = {name: int(np.count_nonzero(mask)) for name, mask in counts.items()}
    total = sum(values.values())
    if total == 0:
        words = "No hot, dead or stuck pixels were found."
        return CheckFinding("hot_pixels", "Hot pixels", Severity.FINE, words, values=values)
    words = ", ".join(f"{value} {name.split('_')[0]}" for name, value in values.items() if value)
    words = f"{words[0].upper()}{words[1:]} {'pixel was' if total == 1 else 'pixels were'} found."
    many = total > MANY_PIXELS * hot.size
    advice = "They are left out of the fit and filled from their neighbours where frames are moved."
    if many:
        advice = "So many hide structure: take dark frames, or have the camera's pixel correction switched on."
    picture = PixelMap("Hot, dead and stuck pixels", _marked(hot, dead, stuck), "kind of pixel", KINDS)
    severity = Severity.WARNING if many else Severity.NOTE
    return CheckFinding("hot_pixels", "Hot pixels", severity, words, advice, values, (picture,))


def wrong_numbers(facts: FrameFacts) -> CheckFinding:
    """Pixels that are NaN, infinite, or beyond what any camera counts."""
    pixels = int(np.count_nonzero(facts.wrong_numbers))
    values = {"wrong_pixels": pixels, "wrong_values": int(facts.wrong_numbers.sum())}
    if not pixels:
        words = "Every pixel is a number."
        return CheckFinding("numbers", "Numbers", Severity.FINE, words, values=values)
    words = f"{_counted(pixels, 'pixel')} held no count (NaN, infinite, or beyond any camera) in some frames."
    advice = "A reconstruction refuses them: choose a region or frames without them, or export the stack again."
    picture = PixelMap("Pixels without a number", facts.wrong_numbers.astype(np.float32), "frames")
    return CheckFinding("numbers", "Numbers", Severity.SERIOUS, words, advice, values, (picture,))


def negative_values(facts: FrameFacts) -> CheckFinding:
    """Pixels below zero, which no camera reports by itself."""
    label, share = "Negative values", float(facts.negative.sum()) / max(1, facts.count * facts.negative.size)
    values = {"negative_percent": 100.0 * share}
    if share == 0:
        return CheckFinding("negative", label, Severity.FINE, "No value is negative.", values=values)
    words = f"{100 * share:.2g} % of the values are negative."
    advice = (
        "Something was subtracted from what the camera counted. State what is left of the offset (0 if all of it was "
        "taken off), and use the camera's own frames where you have them."
    )
    picture = PixelMap("Negative values", facts.negative.astype(np.float32), "frames")
    severity = Severity.NOTE if share < 0.5 else Severity.WARNING
    return CheckFinding("negative", label, severity, words, advice, values, (picture,))


def _marked(hot: np.ndarray, dead: np.ndarray, stuck: np.ndarray) -> np.ndarray:
    return np.select([hot, dead, stuck], [1, 2, 3]).astype(np.float32)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"

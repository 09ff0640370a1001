"""Findings on the brightness of whole frames: bleaching, jumps, alternation, and frames without light."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import median_filter, uniform_filter1d

from fluogan_app.core.check.frame_facts import FrameFacts
from fluogan_app.core.check.result import CheckFinding, Severity
from fluogan_app.core.estimate.result import Evidence, Mark, Series

LEAST_FRAMES = 10
#: A fall by less is no matter; one by more leaves the last frames with less than half of their light.
LITTLE_FALL, LARGE_FALL = 0.1, 0.5
#: A jump stands out so many times from the changes around it, and is this part of the light.
LEAST_TIMES, LEAST_JUMP = 8.0, 0.05
#: Blank frames have less than the first of these parts of the light of bright ones, and where they end, the light
#: changes by more than the first over the second.
BLANK, LIT = 0.2, 0.5
#: What is bright in fewer frames than half of this is a flash.
FLASH = 5
#: Where there is no light, pixels differ by their read noise alone: less than this part of what they usually do.
BLANK_SPREAD = 0.5
#: The light of bright frames stands above the darkest frames by at least this part of the mean frame's own contrast.
LEAST_RANGE = 0.3
#: Alternate frames differ where their difference is so many times its standard error, and this part of the light.
LEAST_ERRORS, LEAST_ALTERNATION = 6.0, 0.01


def bleaching(light: np.ndarray, frames: np.ndarray, offset_known: bool) -> CheckFinding:
    """How the light (T,) of the frames falls over the recording, in counts above the dark."""
    label = "Bleaching"
    if len(light) < LEAST_FRAMES or light.mean() <= 0:
        words = f"Bleaching is not looked for in {len(light)} frames." if light.mean() > 0 else "The frames are dark."
        return CheckFinding("bleaching", label, Severity.NOTE, words)
    window = max(3, len(light) // 20) | 1
    smooth = uniform_filter1d(light, window, mode="nearest")
    few = max(2, len(light) // 20)
    first, last = max(float(light[:few].mean()), 0.0), max(float(light[-few:].mean()), 0.0)
    pictures = (_curve("Brightness", light, frames, ("smoothed", smooth)),)
    if first == 0.0:
        advice = "The image is the frames' average: choose those that have light (--frames A:B)."
        return CheckFinding("bleaching", label, Severity.NOTE, "The first frames are dark.", advice, {}, pictures)
    fall = 1.0 - last / first
    values = {"fall_percent": 100.0 * fall}
    about = "" if offset_known else "about "
    rests = "" if offset_known else " (the camera's offset is not known)"
    if abs(fall) <= LITTLE_FALL:
        words = f"The brightness changes by {about}{100 * abs(fall):.1f} % from the first frames to the last{rests}."
        return CheckFinding("bleaching", label, Severity.FINE, words, "", values, pictures)
    if fall < 0:
        words = f"The brightness rises by {about}{-100 * fall:.0f} % from the first frames to the last{rests}."
        advice = "The image is the frames' average. Check that the light source had warmed up, and that focus was kept."
        return CheckFinding("bleaching", label, Severity.NOTE, words, advice, values, pictures)
    words = f"The brightness falls by {about}{100 * fall:.0f} % over the frames{rests}: the sample bleaches."
    advice = "The fit follows the common brightness of the frames, and the image is their average."
    if fall > LARGE_FALL:
        half = int(frames[int(np.argmax(smooth < smooth[0] / 2.0)) or len(frames) - 1])
        advice += f" Half of the light is gone by frame {half}; the last frames add more noise than light."
    severity = Severity.WARNING if fall > LARGE_FALL else Severity.NOTE
    return CheckFinding("bleaching", label, severity, words, advice, values, pictures)


def jumps(light: np.ndarray, spreads: np.ndarray, frames: np.ndarray) -> CheckFinding:
    """Frames from one to the next of which the light (T,) changes suddenly; spreads: (T,) between each one's pixels."""
    label, found = "Jumps of the brightness", _jumps(light)
    values = {"jumps": len(found)}
    if not len(found):
        words = "The brightness does not jump from one frame to the next."
        return CheckFinding("jumps", label, Severity.FINE, words, values=values)
    largest = found[int(np.argmax(np.abs(np.diff(light))[found]))]
    percent = 100.0 * (light[largest + 1] / light[largest] - 1.0) if light[largest] > 0 else 100.0
    often = "once," if len(found) == 1 else f"{len(found)} times; most"
    words = f"The brightness jumps {often} after frame {frames[largest]}, by " + f"{percent:+.0f} %.".replace("-", "−")
    start, stop = _best_stretch(light, spreads, found)
    values |= {"first_frame": int(frames[start]), "last_frame": int(frames[stop - 1])}
    advice = (
        "Light or shutter changed during the recording: choose the frames of one stretch; most light is in "
        f"--frames {values['first_frame']}:{values['last_frame'] + 1}."
    )
    marks = tuple(Mark(f"frame {frames[at]}", float(frames[at])) for at in found[:3])
    pictures = (_curve("Brightness", light, frames, marks=marks),)
    return CheckFinding("jumps", label, Severity.WARNING, words, advice, values, pictures)


def _best_stretch(light: np.ndarray, spreads: np.ndarray, jumps: np.ndarray) -> tuple[int, int]:
    """Where most light lies between two jumps; the longest stretch where none of those that are long has any."""
    ends = [0, *(jumps + 1).tolist(), len(light)]
    stretches = list(zip(ends, ends[1:]))
    above = (light - light.min()) * (spreads > 0)
    long = [stretch for stretch in stretches if stretch[1] - stretch[0] >= LEAST_FRAMES] or stretches
    return max(long, key=lambda stretch: (float(above[slice(*stretch)].sum()), stretch[1] - stretch[0]))


def blank_frames(light: np.ndarray, frames: np.ndarray, stretch: tuple[int, int]) -> CheckFinding:
    """Frames without light before and after the lit stretch of positions."""
    label, (start, stop) = "Blank frames", stretch
    count = len(light) - (stop - start)
    values = {"blank_frames": count, "first_frame": int(frames[start]), "last_frame": int(frames[stop - 1])}
    if not count:
        words = "No frames at the start or the end are blank."
        return CheckFinding("blank_frames", label, Severity.FINE, words, values={"blank_frames": 0})
    ends = ((f"the first {start}", start), (f"the last {len(light) - stop}", stop < len(light)))
    where = " and ".join(words for words, some in ends if some)
    words = f"The light was off in {where} of {len(light)} frames."
    end = values["last_frame"] + 1
    advice = f"Leave them out, or they dim the image and look like bleaching: --frames {frames[start]}:{end}."
    pictures = (_curve("Brightness", light, frames),)
    return CheckFinding("blank_frames", label, Severity.WARNING, words, advice, values, pictures)


def lit_stretch(facts: FrameFacts, contrast: float) -> tuple[int, int]:
    """First lit frame and the one after the last, by sudden steps from blank frames to lit ones or back.

    The lit frames are the bright ones, be they ever so few. contrast: of the mean frame, in counts.
    """
    light, spreads, count = facts.light, facts.spreads, facts.count
    floor, usual = float(light.min()), float(median_filter(light, FLASH, mode="nearest").max())
    if count < LEAST_FRAMES or usual <= floor or usual - floor < LEAST_RANGE * contrast:
        return 0, count
    level = (light - floor) / (usual - floor)
    usual_spread = float(median_filter(spreads, FLASH, mode="nearest").max())
    lit = np.flatnonzero((level >= BLANK) | (spreads > BLANK_SPREAD * usual_spread))
    if not len(lit):
        return 0, count
    start, stop = int(lit[0]), int(lit[-1]) + 1
    start = start if _is_sudden(level, start) and not facts.shows_detail(slice(0, start)) else 0
    return start, (stop if _is_sudden(level, stop) and not facts.shows_detail(slice(stop, count)) else count)


def _is_sudden(level: np.ndarray, at: int) -> bool:
    """Whether the frames before a position are far from as bright as those from there on."""
    if not 0 < at < len(level):
        return False
    low, high = sorted((float(level[max(0, at - 3) : at].mean()), float(level[at : at + 3].mean())))
    return low < BLANK / LIT * high


def alternation(light: np.ndarray, frames: np.ndarray, mean: np.ndarray) -> CheckFinding:
    """Odd against even frames, and odd against even rows: two light paths, or two halves of the camera."""
    label = "Alternation"
    in_time, of_time = _alternation(light)
    rows = mean.mean(axis=1)
    in_rows, of_rows = _alternation(rows)
    bright = max(float(light.mean()), 1e-9)
    values = {"frames_percent": 100.0 * abs(in_time) / bright, "rows_percent": 100.0 * abs(in_rows) / bright}
    wrong = [
        (what, percent)
        for what, percent, times in zip(("frames", "rows"), values.values(), (of_time, of_rows))
        if times > LEAST_ERRORS and percent > 100.0 * LEAST_ALTERNATION
    ]
    if not wrong:
        words = "Odd and even frames, and odd and even rows, are equally bright."
        return CheckFinding("alternation", label, Severity.FINE, words, values=values)
    words = " ".join(f"Odd and even {what} differ by {percent:.1f} % in brightness." for what, percent in wrong)
    advice = "Two light paths, channels or camera halves alternate: take them apart before the reconstruction."
    pictures = (_curve("Brightness", light, frames),) if wrong[0][0] == "frames" else ()
    return CheckFinding("alternation", label, Severity.WARNING, words, advice, values, pictures)


def _alternation(values: np.ndarray) -> tuple[float, float]:
    """Half the difference of odd and even values (N,), and its size in standard errors."""
    if len(values) < LEAST_FRAMES:
        return 0.0, 0.0
    bends = values[1:-1] - (values[:-2] + values[2:]) / 2.0
    signed = bends * np.where(np.arange(len(bends)) % 2, -1.0, 1.0)
    error = max(float(signed.std()) / np.sqrt(len(signed)), 1e-12 * max(abs(float(values.mean())), 1e-300))
    return float(signed.mean()), abs(float(signed.mean())) / error


def _jumps(light: np.ndarray) -> np.ndarray:
    """Positions after which the light changes as it does nowhere around."""
    if len(light) < LEAST_FRAMES:
        return np.empty(0, int)
    steps = np.abs(np.diff(light))
    found = []
    for at in np.flatnonzero(steps > LEAST_JUMP * max(float(np.abs(light).mean()), 1e-12)):
        around = np.delete(steps[max(0, at - 6) : at + 7], min(at, 6))
        if steps[at] > LEAST_TIMES * np.median(around) and steps[at] > LEAST_TIMES * np.median(steps):
            found.append(at)
    return np.array(found, int)


def _curve(
    title: str, light: np.ndarray, frames: np.ndarray, smooth: tuple[str, np.ndarray] | None = None,
    marks: tuple[Mark, ...] = (),
) -> Evidence:  # fmt: skip
    series = [Series("each frame", frames, light)]
    if smooth is not None:
        series.append(Series(smooth[0], frames, smooth[1], drawn_as="line"))
    return Evidence(title, "Frame", "Mean above the dark, in counts", tuple(series), marks)

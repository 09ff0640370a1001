"""The progress of a run on a terminal: one line that is written over; elsewhere a line now and then."""

from __future__ import annotations

import shutil
from typing import Any

from fluogan_app.core.jobs.events import Progress
from fluogan_app.core.methods.base import Preview
from fluogan_app.core.units import seconds_text

_LINE_EVERY_PERCENT = 10
#: Letters of the bar: by the terminal and not by the words, so that those behind it stand still.
_LONGEST_BAR, _SHORTEST_BAR = 24, 8
#: Room for the longest words that are usual: "Against the critic: step 1006 of 2000 (50 %), 31 steps/s, 30 s left".
_WORDS = 70


class ProgressLine:
    """Listens to a job and shows phase, step, speed and time left. `stream` None shows nothing."""

    def __init__(self, stream: Any | None) -> None:
        self._stream = stream
        self._live = stream is not None and stream.is_terminal
        self._shown = 0
        self._next_percent = 0.0
        self._phase = ""

    def progress(self, progress: Progress) -> None:
        """Show where the job stands."""
        if self._stream is None:
            return
        if self._live:
            self._overwrite(bar_line(progress, shutil.get_terminal_size().columns - 1, self._stream.encoding))
        elif self._due(progress):
            self._stream.write(plain_line(progress) + "\n")

    def preview(self, preview: Preview) -> None:
        """Images are not shown on a terminal."""

    def insight(self, insight: object) -> None:
        """Ignored."""

    def done(self) -> None:
        """Clear the line, so that the result starts on an empty one."""
        if self._shown:
            self._overwrite("")
            self._stream.write("\r")
            self._shown = 0

    def _overwrite(self, line: str) -> None:
        self._stream.write("\r" + line.ljust(self._shown))
        self._shown = len(line)

    def _due(self, progress: Progress) -> bool:
        percent = _percent(progress)
        due = percent >= self._next_percent or progress.phase != self._phase
        if due:
            self._next_percent = (percent // _LINE_EVERY_PERCENT + 1) * _LINE_EVERY_PERCENT
            self._phase = progress.phase
        return due


class PercentLine:
    """Tells on a terminal how much is done, behind a word for what is done; elsewhere it is silent."""

    def __init__(self, stream: Any | None, doing: str) -> None:
        self._doing = doing
        self._stream = stream if stream is not None and stream.is_terminal else None
        self._percent = -1

    def amount(self, done: int, total: int) -> None:
        """Show which part of the whole is done."""
        self._show(100 * done // max(total, 1), "{percent} %")

    def done(self) -> None:
        """End the line."""
        if self._stream is not None:
            self._stream.write("\n")

    def _show(self, percent: int, words: str) -> None:
        if self._stream is not None and percent != self._percent:
            self._percent = percent
            self._stream.write(f"\r{self._doing}: {words.format(percent=percent)}")


class FrameLine(PercentLine):
    """The same, counted in frames."""

    def __init__(self, stream: Any | None, doing: str = "Simulating") -> None:
        super().__init__(stream, doing)

    def frame(self, done: int, total: int) -> None:
        """Show how many frames are done."""
        self._show(100 * done // total, f"frame {done} of {total} ({{percent}} %)")


def plain_line(progress: Progress) -> str:
    """Phase, step, speed and time left in words."""
    parts = [f"{progress.phase}: step {progress.step} of {progress.total_steps} ({_percent(progress):.0f} %)"]
    if progress.steps_per_second:
        digits = 0 if progress.steps_per_second >= 10 else 1
        parts.append(f"{progress.steps_per_second:.{digits}f} steps/s")
    if progress.seconds_left is not None:
        parts.append(f"{seconds_text(progress.seconds_left)} left")
    return ", ".join(parts)


def bar_line(progress: Progress, width: int, encoding: str) -> str:
    """The same with a bar in front, where there is room for it."""
    words = plain_line(progress)
    bar = min(max(width - _WORDS - 1, _SHORTEST_BAR), _LONGEST_BAR)
    if len(words) + 1 + bar > width:
        return words[:width]
    full, empty = ("━", "─") if _can_show("━─", encoding) else ("#", ".")
    filled = int(bar * _percent(progress) / 100)
    return f"{full * filled}{empty * (bar - filled)} {words}"


def _percent(progress: Progress) -> float:
    return 100.0 * progress.step / max(progress.total_steps, 1)


def _can_show(letters: str, encoding: str) -> bool:
    try:
        letters.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True

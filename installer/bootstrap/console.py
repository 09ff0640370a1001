"""What the person at the terminal sees: numbered steps, one line each, and a log file with all the rest."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

TITLE_WIDTH = 22
LINE_WIDTH = 78
TICK_S = 0.5


class Step:
    """One line of the set-up: its title, what it is at, how long it has taken."""

    def __init__(self, head: str, live: bool) -> None:
        self._head = head
        self._live = live
        self._started = time.monotonic()
        self._over = threading.Event()
        self._ticker = threading.Thread(target=self._tick, daemon=True)
        self.detail = ""

    def begin(self) -> None:
        """On a terminal keep the line moving, twice a second, from a thread; elsewhere print the title once."""
        if self._live:
            self._ticker.start()
        else:
            print(f"{self._head}…", flush=True)

    def close(self, outcome: str) -> None:
        """Replace the moving line by its outcome."""
        self._over.set()
        if self._live:
            self._ticker.join()
        self._draw(f"{outcome} ({self._elapsed})", end="\n")

    def _tick(self) -> None:
        while not self._over.wait(TICK_S):
            self._draw(f"{self.detail or '…'} · {self._elapsed}", end="")

    @property
    def _elapsed(self) -> str:
        return words_for_time(time.monotonic() - self._started)

    def _draw(self, text: str, end: str) -> None:
        line = f"{self._head}{text}"
        if self._live:
            line = f"\r{line[:LINE_WIDTH]:<{LINE_WIDTH}}" if end == "" else f"\r{line:<{LINE_WIDTH}}"
        sys.stdout.write(line + end)
        sys.stdout.flush()


class Console:
    """Numbers the steps and keeps the log."""

    def __init__(self, steps: int, log_path: Path) -> None:
        self.log_path = log_path
        self._steps = steps
        self._number = 0
        self._live = sys.stdout.isatty()
        self._log: TextIO | None = None

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """Show a step while the block runs; set `detail` for its line, which also becomes its outcome."""
        self._number += 1
        self.log(f"== {title}")
        step = Step(f"[{self._number}/{self._steps}] {title:<{TITLE_WIDTH}} ", self._live)
        step.begin()
        try:
            yield step
        except BaseException as error:
            step.close("interrupted" if isinstance(error, KeyboardInterrupt) else "failed")
            raise
        step.close(step.detail or "done")

    def log(self, text: str) -> None:
        """Append a line to the log file, which is made at the first line."""
        if self._log is None:
            self._log = open(self.log_path, "a", encoding="utf-8")
        self._log.write(text.rstrip("\n") + "\n")
        self._log.flush()

    def close(self) -> None:
        """Close the log file."""
        if self._log is not None:
            self._log.close()


def words_for_time(seconds: float) -> str:
    """A duration as people say it: 4 s, 2 min 05 s."""
    whole = int(seconds + 0.5)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60:02d} s"

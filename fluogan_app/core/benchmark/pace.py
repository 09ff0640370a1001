"""How long a step takes, and how much memory it holds at most."""

from __future__ import annotations

import gc
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_STATUS = Path("/proc/self/status")
#: Steps before time is taken: caches fill, routines are chosen, memory is asked for.
WARM_UP_STEPS = 2
#: Steps shorter than this are timed several at once.
SHORTEST_S = 0.005
#: How often the memory is looked at.
LOOK_EVERY_S = 0.002


@dataclass(frozen=True)
class Pace:
    """The median time of a step by the clock, and the processor's time per time by the clock meanwhile.

    With one thread on an idle machine `busy` is 1; less says that other programs took their share.
    """

    seconds: float
    busy: float


def paced(step: Callable[[], Any], wait: Callable[[], None], budget_s: float, least: int = 3) -> Pace:
    """Time steps until the budget is used up, after a warm-up; `wait` waits for the device.

    A step longer than the budget is timed once. Raises whatever the step raises.
    """
    first = _seconds(step, wait, 1)
    if first < budget_s:
        first = min(_seconds(step, wait, 1) for _ in range(WARM_UP_STEPS))
    together = max(1, round(SHORTEST_S / max(first, 1e-6)))
    times, began, worked = [], time.perf_counter(), time.process_time()
    while not times or (times[0] < budget_s and (len(times) < least or time.perf_counter() - began < budget_s)):
        times.append(_seconds(step, wait, together))
    return Pace(statistics.median(times), (time.process_time() - worked) / (time.perf_counter() - began))


def _seconds(step: Callable[[], Any], wait: Callable[[], None], count: int) -> float:
    began = time.perf_counter()
    for _ in range(count):
        step()
    wait()
    return (time.perf_counter() - began) / count


class PeakMemory:
    """The most anonymous memory that this process holds while it is open, beyond what it held before, in bytes.

    It is RssAnon of Linux, looked at every few milliseconds; None where the system does not tell.
    """

    def __init__(self, every_s: float = LOOK_EVERY_S, collect: bool = True) -> None:
        """`collect`: whether garbage is collected before, which takes a tenth of a second."""
        self._every_s, self._collect = every_s, collect

    def __enter__(self) -> PeakMemory:
        # Garbage that is collected meanwhile would be taken off the peak.
        if self._collect:
            gc.collect()
        self._before = self._peak = anonymous_bytes()
        self._done = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._watcher.join()

    @property
    def bytes(self) -> int | None:
        """The peak so far."""
        return None if self._before is None or self._peak is None else self._peak - self._before

    def _watch(self) -> None:
        while not self._done.wait(self._every_s):
            now = anonymous_bytes()
            if now is None:
                return
            self._peak = max(self._peak or 0, now)


def anonymous_bytes() -> int | None:
    """What this process holds that no file stands behind; None where the system does not tell."""
    if not _STATUS.is_file():
        return None
    stated = (line.split() for line in _STATUS.read_text().splitlines())
    return next((1024 * int(words[1]) for words in stated if words and words[0] == "RssAnon:"), None)

"""What a run costs: time by the clock and of the processors, and the most memory, from the reading of its frames on."""

from __future__ import annotations

import ctypes
import sys
import time
from contextlib import suppress
from dataclasses import dataclass

from fluogan_app.core.benchmark.pace import PeakMemory, anonymous_bytes
from fluogan_app.core.project.model import RunCost

#: Memory is looked at so often, which costs less than one part of the time in 300.
LOOK_EVERY_S = 0.02


@dataclass(frozen=True)
class Spent:
    """What was used up so far. before_bytes, peak_bytes: what the program held before, and at most since; None where
    the system does not tell."""

    seconds: float
    processor_seconds: float
    before_bytes: int | None
    peak_bytes: int | None


class Meter:
    """Measures while it is open. `since`: what was spent on the same run before, with whose memory it goes on.

    All of the program counts, since memory and processors are shared: other work at the same time is in it.
    """

    def __init__(self, since: Spent | None = None) -> None:
        self._since, self._spent = since, None

    def __enter__(self) -> Meter:
        if self._since is None:
            _give_back_free_memory()
        self._began, self._worked = time.perf_counter(), time.process_time()
        self._memory = PeakMemory(LOOK_EVERY_S, collect=False)
        self._memory.__enter__()
        self._before = anonymous_bytes()
        return self

    def __exit__(self, *fault: object) -> None:
        now = anonymous_bytes()
        self._memory.__exit__(*fault)
        seconds, worked = time.perf_counter() - self._began, time.process_time() - self._worked
        earlier = self._since or Spent(0.0, 0.0, self._before, self._before)
        known = [size for size in (earlier.peak_bytes, now, self._highest()) if size is not None]
        self._spent = Spent(
            earlier.seconds + seconds, earlier.processor_seconds + worked, earlier.before_bytes,
            max(known) if known else None,
        )  # fmt: skip

    @property
    def spent(self) -> Spent:
        """What was used up, with what was before; known once it is closed."""
        if self._spent is None:
            raise RuntimeError("a meter that is still open tells nothing")
        return self._spent

    def _highest(self) -> int | None:
        grown = self._memory.bytes
        return None if grown is None or self._before is None else self._before + grown


def _give_back_free_memory() -> None:
    """What earlier runs left free in the program would be taken again without being seen; glibc gives it back."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # another C library than glibc
            ctypes.CDLL(None).malloc_trim(0)


def forget_card_peak(device: str) -> None:
    """From here on the most memory on a graphics card counts; on the processor nothing."""
    if device != "cpu":
        import torch

        torch.cuda.reset_peak_memory_stats(device)


def cost_of(preparing: Spent, whole: Spent, device: str, earlier: RunCost | None = None) -> RunCost:
    """The cost of a run that was prepared and ran; `earlier`: of its part before it was resumed."""
    held = None
    if whole.before_bytes is not None and whole.peak_bytes is not None:
        held = max(whole.peak_bytes - whole.before_bytes, 0)
    card = _card_peak(device)
    if earlier is not None:
        held, card = _larger(held, earlier.peak_memory_bytes), _larger(card, earlier.peak_card_bytes)
    return RunCost(
        prepare_seconds=round(preparing.seconds + (earlier.prepare_seconds if earlier else 0.0), 3),
        processor_seconds=round(whole.processor_seconds + (earlier.processor_seconds if earlier else 0.0), 3),
        peak_memory_bytes=held,
        peak_card_bytes=card,
    )


def _card_peak(device: str) -> int | None:
    if device == "cpu":
        return None
    import torch

    return int(torch.cuda.max_memory_allocated(device))


def _larger(one: int | None, other: int | None) -> int | None:
    return max((size for size in (one, other) if size is not None), default=None)

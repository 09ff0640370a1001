"""What a run holds in memory while it goes on."""

from __future__ import annotations

from dataclasses import dataclass

from fluogan_app.core.data.result import Curves
from fluogan_app.core.jobs.events import Sink
from fluogan_app.core.jobs.memory import card_memory_bytes, machine_memory_bytes, process_memory_bytes
from fluogan_app.core.methods.base import Solver, State


@dataclass(frozen=True)
class MemoryUse:
    """So much of so much is in use: of a graphics card by all programs, of the machine by this one."""

    device: str
    used_bytes: int
    total_bytes: int


class MemoryWatcher:
    """A watcher that reads how much memory is in use on the run's device, every two seconds."""

    every_s = 2.0

    def __init__(self, device: str, sink: Sink) -> None:
        self._device, self._sink = device, sink

    def look(self, solver: Solver, state: State, curves: Curves) -> None:
        """See Watcher."""
        use = memory_use(self._device)
        if use is not None:
            self._sink.insight(use)

    def close(self) -> None:
        """Nothing is held open."""


def memory_use(device: str) -> MemoryUse | None:
    """What is in use on a device, "cpu" or "cuda:0"; None where the system does not tell."""
    if device != "cpu":
        known = card_memory_bytes(device)
        return None if known is None else MemoryUse(device, known[1] - known[0], known[1])
    used, total = process_memory_bytes(), machine_memory_bytes()
    return None if used is None or total is None else MemoryUse(device, used, total)

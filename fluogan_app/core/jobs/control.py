"""Pause, resume and cancel, from any thread."""

from __future__ import annotations

import threading


class Control:
    """The switches of one job. The runner looks at them between two steps."""

    def __init__(self) -> None:
        self._cancelled = threading.Event()
        self._running = threading.Event()
        self._running.set()

    def cancel(self) -> None:
        """Ask the job to end with what it has. A paused job ends too."""
        self._cancelled.set()
        self._running.set()

    def pause(self) -> None:
        """Ask the job to wait after the current step."""
        if not self._cancelled.is_set():
            self._running.clear()

    def resume(self) -> None:
        """Let a paused job go on."""
        self._running.set()

    @property
    def cancelled(self) -> bool:
        """Whether the job was asked to end."""
        return self._cancelled.is_set()

    @property
    def paused(self) -> bool:
        """Whether the job was asked to wait."""
        return not self._running.is_set()

    def wait_while_paused(self) -> None:
        """Block until the job may go on or was cancelled."""
        self._running.wait()

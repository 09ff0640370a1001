"""Pause, resume and cancel, from any thread."""

from __future__ import annotations

import threading


class Control:
    """The switches of one job. The runner looks at them between two steps."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._cancelled = False
        self._paused = False

    def cancel(self) -> None:
        """Ask the job to end with what it has. A paused job ends too."""
        with self._changed:
            self._cancelled = True
            self._paused = False
            self._changed.notify_all()

    def pause(self) -> None:
        """Ask the job to wait after the current step. A cancelled job does not wait any more."""
        with self._changed:
            self._paused = not self._cancelled

    def resume(self) -> None:
        """Let a paused job go on."""
        with self._changed:
            self._paused = False
            self._changed.notify_all()

    @property
    def cancelled(self) -> bool:
        """Whether the job was asked to end."""
        return self._cancelled

    @property
    def paused(self) -> bool:
        """Whether the job was asked to wait."""
        return self._paused

    def wait_while_paused(self) -> None:
        """Block until the job may go on or was cancelled."""
        with self._changed:
            self._changed.wait_for(lambda: not self._paused)

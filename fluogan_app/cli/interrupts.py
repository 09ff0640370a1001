"""Ctrl-C and SIGTERM as a wish to stop: the first ends the run with what it has, the second quits at once."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from fluogan_app.cli.exits import Exit
from fluogan_app.core.jobs.control import Control


@contextmanager
def cancelled_by_signals(control: Control, say: Callable[[], None]) -> Iterator[None]:
    """Within this block the first signal cancels the job and calls `say`, a second one quits without a goodbye."""
    if threading.current_thread() is not threading.main_thread():
        yield  # Python hears signals on its main thread only.
        return

    def stop(number: int, frame: object) -> None:
        if control.cancelled:
            os._exit(Exit.CANCELLED)
        control.cancel()
        say()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

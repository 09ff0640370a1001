"""Where the window starts. Nothing of Qt is imported here, because on Windows torch has to be loaded before it."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

log = logging.getLogger(__name__)


def run(argv: Sequence[str]) -> int:
    """Show the window, on the stack or project that is named, until it is closed. Returns the exit code.

    Elsewhere than on Windows torch is not loaded here: the first run loads it, on its own thread.
    """
    if sys.platform == "win32":
        with _splash():
            _load_torch()
    from fluogan_app.gui import application

    return application.run(argv)


def _load_torch() -> None:
    try:
        import torch  # noqa: F401
    except (ImportError, OSError):
        log.exception("torch cannot be loaded")


@contextmanager
def _splash() -> Iterator[None]:
    """Show that the program is starting, from a process of its own, for as long as the block takes."""
    command = [sys.executable, "-m", "fluogan_app.gui.splash"]
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE)
    except OSError:
        yield
        return
    try:
        yield
    finally:
        process.stdin.close()  # type: ignore[union-attr] - the splash ends with its input

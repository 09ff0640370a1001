"""No argument: the window. Else the command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from fluogan_app.core.errors import UsageError


def main() -> int:
    """`fluogan …`"""
    if len(sys.argv) == 1:
        return main_gui()
    from fluogan_app.cli.main import run

    return run(sys.argv[1:], open_window=lambda path: open_window([path]))


def main_gui() -> int:
    """`fluogan-gui [PATH]`"""
    from fluogan_app.cli.exits import Exit
    from fluogan_app.cli.report import Report

    try:
        return open_window([Path(word) for word in sys.argv[1:2]])
    except UsageError as error:
        Report().error(error)
        return Exit.BAD_INPUT


def open_window(paths: Sequence[Path]) -> int:
    """Show the window, on a stack or a project if one is named. Raises UsageError where there can be no window."""
    from fluogan_app.gui.app import run

    if not _has_screen():
        raise _no_window("there is no screen here (neither DISPLAY nor WAYLAND_DISPLAY is set).")
    try:
        return run([str(path) for path in paths])
    except ImportError as error:
        # A bare system lacks libraries that Qt links to, and only loading it tells which.
        raise _no_window(f"{error}.") from error


def _has_screen() -> bool:
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def _no_window(reason: str) -> UsageError:
    instead = "On the command line “fluogan reconstruct FILE -o OUT.fluogan” does the same."
    return UsageError(f"The window cannot open: {reason}", instead)


if __name__ == "__main__":
    sys.exit(main())

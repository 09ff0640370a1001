"""No argument: the window. Else the command line."""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> int:
    """`fluogan …`"""
    if len(sys.argv) == 1:
        return main_gui()
    from fluogan_app.cli.main import run

    return run(sys.argv[1:], open_window=_open_window)


def main_gui() -> int:
    """`fluogan-gui [PATH]`"""
    from fluogan_app.gui.app import run

    return run(sys.argv[1:])


def _open_window(path: Path) -> int:
    from fluogan_app.gui.app import run

    return run([str(path)])


if __name__ == "__main__":
    sys.exit(main())

"""The story of a start: set up if needed, then the window, the tests, or the sample without a window."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from bootstrap import environment, sample, system
from bootstrap.console import words_for_time
from bootstrap.environment import QT, SCREEN, TEST, Places
from bootstrap.errors import SetupError

FIRST_WINDOW = ("open", "sample:mitochondria")
WINDOW_COMMANDS = {"open"}
PROBE_S = 30.0


def run(arguments: list[str]) -> int:
    """Do what the command line asks; the exit code. A failed step ends in one line, what to do, and code 2."""
    wish = _parse(arguments)
    places = Places(Path(__file__).resolve().parents[2])
    try:
        if wish.test is not None:
            return _test(places, wish.test)
        return _start(places, wish.app)
    except SetupError as error:
        print(f"\n{error.message}\n{error.hint}".rstrip(), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nInterrupted. Start again to go on from here.", file=sys.stderr)
        return 130


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="installer/start.py",
        description="Set FluoGAN up in .venv, once, and start it on a sample stack.",
        epilog="Examples: start.py -- open my_stack.tif · start.py -- reconstruct my_stack.tif -o my.fluogan",
    )
    parser.add_argument("--test", nargs=argparse.REMAINDER, metavar="…", help="run the tests; what follows is pytest's")
    parser.add_argument("app", nargs="*", metavar="-- …", help="start FluoGAN with these arguments instead")
    return parser.parse_args(arguments)


def _test(places: Places, arguments: list[str]) -> int:
    _stand(places, frozenset({TEST, QT}))
    return subprocess.call([places.python, "-m", "pytest", *arguments], cwd=places.checkout)


def _start(places: Places, arguments: list[str]) -> int:
    no_display = system.why_no_display()
    wants_window = not arguments or arguments[0] in WINDOW_COMMANDS
    shows = wants_window and no_display is None
    _stand(places, frozenset({QT, SCREEN} if shows else ()))
    if shows:
        no_display = _why_qt_fails(places)
    if no_display is None or not wants_window:
        return _become(places, arguments or list(FIRST_WINDOW))
    if arguments:
        raise SetupError(
            f"No window can be shown: {no_display}.", "Without one, use `-- reconstruct FILE -o OUT.fluogan`."
        )
    print(f"No window can be shown: {no_display}. Running the sample through the command line instead.", flush=True)
    return sample.reconstruct(places)


def _stand(places: Places, needs: frozenset[str]) -> None:
    if environment.stands(places, needs):
        return
    started = time.monotonic()
    environment.set_up(places, needs)
    took = words_for_time(time.monotonic() - started)
    print(f"Ready after {took}. The next start needs none of this.\n", flush=True)


def _why_qt_fails(places: Places) -> str | None:
    """None when Qt opens the display, else its reason. A display may be named and yet not be there."""
    if not sys.platform.startswith("linux"):
        return None
    code = "from PySide6.QtGui import QGuiApplication; QGuiApplication([])"
    try:
        command = [places.python, "-P", "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PROBE_S, check=False)
    except subprocess.TimeoutExpired:
        return "the display does not answer"
    if done.returncode == 0:
        return None
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    return (lines or ["Qt cannot start"])[0].rstrip(".")


def _become(places: Places, arguments: list[str]) -> int:
    """Let the app take this process's place, so that signals and the exit code are its own."""
    # -P: a file random.py in the person's folder must not take the place of Python's own.
    command = [str(places.python), "-P", "-m", "fluogan_app", *arguments]
    if os.name == "nt":
        return subprocess.call(command)
    os.execv(command[0], command)

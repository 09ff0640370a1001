"""A user's session that goes on until it is killed: edits, saves, runs, cancels. Told line by line what stands.

    python -m tests.system.window_session PROJECT SEED

prints "saved STEPS" when a save of that number of steps is over, "run NUMBER" when a run's folder stands, and
"step NUMBER STEP" as a run goes on.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.gui.main_window import MainWindow
from tests.benchmarks.window_child import idle, until
from fluogan_app.gui import application
from fluogan_app.gui.settings import Settings


def say(*words: object) -> None:
    """One line, at once."""
    print(*words, flush=True)


def session(window: MainWindow, chance: random.Random) -> None:
    """What a user does, again and again."""
    runs = window.runs
    runs.progressed.connect(lambda progress: say("step", window.session.running_number or 0, progress.step))
    runs.started.connect(lambda: say("run", window.session.running_number))
    while True:
        chance.choice((edit_and_save, edit_and_save, run_a_while))(window, chance)


def edit_and_save(window: MainWindow, chance: random.Random) -> None:
    """Another number of steps, saved."""
    steps = chance.randrange(10_000, 99_999)
    window.session.edit(FluoganParams, "steps", steps)
    window.actions_["save"].trigger()
    until(lambda: not window.session.unsaved and not window.workbench.busy)
    say("saved", steps)


def run_a_while(window: MainWindow, chance: random.Random) -> None:
    """Start a run, edit beside it, cancel it or let it go on for long."""
    if not window.session.busy:
        window.actions_["run"].trigger()
        until(lambda: window.session.running_number is not None or not window.session.busy)
    idle(chance.uniform(0.0, 2.0))
    if chance.random() < 0.5:
        window.actions_["cancel"].trigger()
        until(lambda: not window.session.busy)


def main() -> None:
    """Open the project and begin."""
    application.make_application()
    window = MainWindow(Settings())
    window.show()
    window.files.open_path(Path(sys.argv[1]))
    until(lambda: window.session.stack is not None and not window.workbench.busy)
    say("open")
    session(window, random.Random(int(sys.argv[2])))


if __name__ == "__main__":
    main()

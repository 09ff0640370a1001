"""The window killed at random moments: what was saved is there, and a run has lost half a minute at most."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO

import pytest

from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.project.store import Project
from fluogan_app.core.readers.open import open_stack
from fluogan_app.core.samples import samples

MOST_LOST_S = 30.0
#: Longest session; most kills come early, where most is written.
LONGEST_S = 12.0


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved project on the sample."""
    folder = tmp_path_factory.mktemp("kills")
    stack_path = folder / "cells.tif"
    shutil.copy(samples()[0].path, stack_path)
    project = Project.create(folder / "fresh.fluogan")
    stack = open_stack(stack_path)
    project.attach(stack, hashed=True)
    project.save(project.document.replace(acquisition=Acquisition(pixel_size_nm=80.0, fwhm_nm=250.0)))
    stack.close()
    return project.folder


class Session:
    """The child, killed after some time, and what it had said until then, with the time of each line."""

    def __init__(self, folder: Path, seed: int, seconds: float, checkout: Path, home: Path) -> None:
        environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "FLUOGAN_HOME": str(home), "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-m", "tests.system.window_session", str(folder), str(seed)]
        self.said: list[tuple[float, list[str]]] = []
        begun = threading.Event()
        with subprocess.Popen(command, cwd=checkout, env=environment, stdout=subprocess.PIPE, text=True) as child:
            listener = threading.Thread(target=self._listen, args=(child.stdout, begun))
            listener.start()
            assert begun.wait(60), "the session did not begin"
            ended_early = _ends_within(child, seconds)
            self.killed = time.monotonic()
            child.kill()
            listener.join()
        assert not ended_early, "the session ended by itself"

    def _listen(self, stream: IO[str], begun: threading.Event) -> None:
        for line in stream:
            if not line.endswith("\n"):  # cut off by the kill: it may say another number than it was to
                break
            words = line.split()
            self.said.append((time.monotonic(), words))
            if words == ["open"]:
                begun.set()

    def saved(self) -> int | None:
        """The last number of steps that a save had been told of."""
        return next((int(words[1]) for _, words in reversed(self.said) if words[0] == "saved"), None)

    def runs(self) -> set[int]:
        """Numbers of the runs that had begun."""
        return {int(words[1]) for _, words in self.said if words[0] == "run"}

    def steps_due(self, number: int) -> int:
        """How far a run had come, as it was told, at the last moment that may not be lost."""
        due = [int(words[2]) for when, words in self.said
               if words[0] == "step" and int(words[1]) == number and when < self.killed - MOST_LOST_S]  # fmt: skip
        return max(due, default=0)


def _ends_within(child: subprocess.Popen, seconds: float) -> bool:
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def check(folder: Path, session: Session) -> None:
    """What was told to stand stands; what was being written is there as before or as after."""
    project = Project.open(folder)
    kept = {run.number: run for run in project.runs()}
    assert session.runs() <= kept.keys()
    for number, run in kept.items():
        assert run.record.steps >= session.steps_due(number)
        if run.record.steps:
            run.result()
            run.curves()
    saved = session.saved()
    if saved is not None:
        steps = project.document.params["fluogan"]["steps"]
        after = [int(words[1]) for _, words in session.said if words[0] == "saved"]
        # The save under way when the plug was pulled may have come through: its number was not told yet.
        assert steps == saved or steps not in after


def killed_sessions(fresh: Path, count: int, longest_s: float, seed: int, checkout: Path, home: Path) -> list[Session]:
    """So many sessions one after another, each killed at a random moment and checked."""
    chance, sessions = random.Random(seed), []
    for number in range(count):
        folder = fresh.parent / f"killed-{seed}-{number}.fluogan"
        shutil.copytree(fresh, folder)
        session = Session(folder, seed + number, longest_s * chance.random() ** 2, checkout, home)
        check(folder, session)
        sessions.append(session)
        shutil.rmtree(folder)
    return sessions


def test_two_kills_lose_nothing(fresh: Path, checkout: Path, tmp_path: Path) -> None:
    sessions = killed_sessions(fresh, 2, 3.0, 7, checkout, tmp_path)
    assert len(sessions) == 2


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_fifty_kills_lose_nothing(fresh: Path, checkout: Path, tmp_path: Path) -> None:
    sessions = killed_sessions(fresh, 50, LONGEST_S, 1, checkout, tmp_path)
    # A test that kills where nothing happens proves nothing.
    assert sum(session.saved() is not None for session in sessions) > 20
    assert sum(bool(session.runs()) for session in sessions) > 20


@pytest.mark.slow
def test_a_long_run_loses_half_a_minute_at_most(fresh: Path, checkout: Path, tmp_path: Path) -> None:
    session_s = 55.0
    folder = fresh.parent / "long.fluogan"
    shutil.copytree(fresh, folder)
    session = Session(folder, 3, session_s, checkout, tmp_path)
    check(folder, session)
    assert any(session.steps_due(number) for number in session.runs())


def test_the_check_notices_what_is_lost(fresh: Path) -> None:
    told = Session.__new__(Session)
    told.killed, told.said = 100.0, [(1.0, ["run", "1"])]
    with pytest.raises(AssertionError):
        check(fresh, told)

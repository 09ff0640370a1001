"""A process killed in the middle of a run, with the real method: the project opens, and the run goes on."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import tifffile

from fluogan_app.core.errors import ProjectError
from fluogan_app.core.jobs.checkpoint import CheckpointFolder
from fluogan_app.core.jobs.events import Outcome
from fluogan_app.core.project.model import RunStatus
from fluogan_app.core.project.store import Project
from fluogan_app.core.project.workflow import resume_run

STEPS, ENDLESS = 300, 1_000_000

#: Runs until `stop` is reached, says so, and then waits to be killed.
CHILD = """
import sys
from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.events import Silent
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.project.store import Project
from fluogan_app.core.project.workflow import RunRequest, start_run
from fluogan_app.core.readers.open import open_stack

stack, folder, steps, stop = sys.argv[1:]
request = RunRequest("fluogan", FluoganParams(steps=int(steps), zoom=2, delta=0), RunSettings(device="cpu"),
                     Acquisition(pixel_size_nm=100.0, fwhm_nm=280.0))

control = Control()

def say(word):
    print(word, flush=True)

class Sink(Silent):
    seen = None
    def progress(self, progress):
        last = self.seen.folder / "checkpoint" / "last.safetensors"
        if stop == "pause" and not progress.paused:
            control.pause()
        elif last.exists():
            say("reached")
            sys.stdin.read()

def started(run):
    Sink.seen = run
    say("started")
    if stop == "start":
        sys.stdin.read()

start_run(Project.create(folder), open_stack(stack), request, control, Sink(), on_started=started)
say("ended")
"""


@pytest.fixture
def raw(tmp_path) -> Path:
    frames = np.random.default_rng(0).poisson(30, (20, 9, 13)).astype(np.uint16)
    tifffile.imwrite(tmp_path / "s.tif", frames, imagej=True, metadata={"axes": "TYX"})
    return tmp_path / "s.tif"


def killed_at(stop: str, raw: Path, folder: Path, steps: int = STEPS) -> float:
    """Start a run in a process of its own and kill it there. Returns the seconds from its start to that point."""
    command = [sys.executable, "-c", CHILD, str(raw), str(folder), str(steps), stop]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout.readline() == "started\n"
            began = time.monotonic()
            if stop != "start":
                assert child.stdout.readline() == "reached\n"
            took = time.monotonic() - began
            assert Project.open(folder).run().record.status is RunStatus.RUNNING
            with pytest.raises(ProjectError, match="still going on"):
                resume_run(Project.open(folder))
        finally:
            child.kill()
    return took


def test_the_first_checkpoint_is_on_disk_within_5_s_and_shows_after_a_kill(tmp_path, raw):
    assert killed_at("checkpoint", raw, tmp_path / "p.fluogan", ENDLESS) < 5.0
    run = Project.open(tmp_path / "p").run()
    assert run.record.status is RunStatus.INTERRUPTED
    shown = run.result()
    assert shown.notes[0] == f"Unfinished: step {shown.steps} of {ENDLESS}, from the last checkpoint."
    assert shown.steps == run.record.steps > 0
    assert len(run.curves().steps) == shown.steps


def test_a_killed_run_goes_on_to_the_same_end_as_one_that_was_not(tmp_path, raw):
    killed_at("pause", raw, tmp_path / "p.fluogan")
    project = Project.open(tmp_path / "p")
    assert 0 < project.run().result().steps < STEPS
    _, ended = resume_run(project)
    assert ended.outcome is Outcome.FINISHED and ended.steps == STEPS
    _, whole = resume_from_the_beginning(tmp_path, raw)
    assert np.array_equal(ended.result.estimate, whole.result.estimate)
    assert np.array_equal(Project.open(tmp_path / "p").run().result().estimate, whole.result.estimate)


def resume_from_the_beginning(tmp_path: Path, raw: Path):
    killed_at("start", raw, tmp_path / "whole.fluogan")
    return resume_run(Project.open(tmp_path / "whole"))


def test_a_run_killed_before_its_first_checkpoint_opens_and_starts_again(tmp_path, raw):
    killed_at("start", raw, tmp_path / "p.fluogan")
    project = Project.open(tmp_path / "p")
    assert project.document.link is not None and project.mean() is not None
    assert project.run().record.status is RunStatus.INTERRUPTED
    with pytest.raises(ProjectError, match="no result yet"):
        project.run().result()
    _, ended = resume_run(project)
    assert ended.outcome is Outcome.FINISHED and any("starts again" in warning for warning in ended.warnings)
    assert np.isfinite(ended.result.estimate).all()


SAVING_CHILD = """
import sys
from pathlib import Path
import numpy as np
import torch
from fluogan_app.core.data.result import Curves
from fluogan_app.core.jobs.checkpoint import Checkpoint, CheckpointFolder
from fluogan_app.core.methods.base import Preview, State

folder, image = CheckpointFolder(Path(sys.argv[1])), np.zeros((4, 4), np.float32)
for step in range(1, 10**9):
    tensors = {"x": torch.full((300_000,), float(step))}
    folder.save(Checkpoint(State(step, tensors), Curves(), Preview(step, image, image)))
    print(step, flush=True)
"""


@pytest.mark.parametrize("saved", [2, 8])
def test_a_kill_at_any_moment_of_saving_leaves_what_was_saved(tmp_path, saved):
    command = [sys.executable, "-c", SAVING_CHILD, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        try:
            for _ in range(saved):
                child.stdout.readline()
        finally:
            child.kill()
        told = [saved, *(int(line) for line in child.stdout.read().split())][-1]
    kept = CheckpointFolder(tmp_path).load()
    assert kept.state.step in (told, told + 1)
    assert np.all(kept.state.tensors["x"].numpy() == kept.state.step)

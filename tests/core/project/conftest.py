"""A real TIFF stack, a project on it, and a request for a short run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.result import Curves, Result
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.events import Ended, Outcome
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.registry import METHODS
from fluogan_app.core.project.run import Run
from fluogan_app.core.project.store import Project
from fluogan_app.core.project.workflow import RunRequest, start_run
from fluogan_app.core.readers.open import open_stack

ACQUISITION = Acquisition().with_values(Origin.USER, pixel_size_nm=103.5, fwhm_nm=280.0, gain=2.0, offset=10.0)


@pytest.fixture
def frames() -> np.ndarray:
    """12 frames of 9 × 11 pixels in counts."""
    return np.random.default_rng(3).poisson(40, (12, 9, 11)).astype(np.uint16)


@pytest.fixture
def raw(tmp_path, frames) -> Path:
    """The stack as a file, in a folder with a space and a letter beyond ASCII."""
    path = tmp_path / "raw däta" / "my stack.tif"
    path.parent.mkdir()
    tifffile.imwrite(path, frames, imagej=True, metadata={"axes": "TYX"})
    return path


@pytest.fixture
def stack(raw) -> Stack:
    opened = open_stack(raw)
    yield opened
    opened.close()


@pytest.fixture
def project(tmp_path) -> Project:
    return Project.create(tmp_path / "projects" / "cell 1")


@pytest.fixture
def request_for() -> Callable[..., RunRequest]:
    """Makes a request: a method's name and its parameters."""

    def make(
        method: str = "walk", acquisition: Acquisition = ACQUISITION, roi: Roi | None = Roi(1, 2, 6, 8),
        frames: FrameRange | None = FrameRange(2, 12), seed: int = 5, **params,
    ) -> RunRequest:  # fmt: skip
        settings = RunSettings(seed=seed, device="cpu")
        return RunRequest(method, METHODS[method].params_type(**params), settings, acquisition, roi, frames)

    return make


@pytest.fixture
def cancelled_at() -> Callable:
    """What a solver does in its steps so that a control is told to cancel in one of them."""
    return lambda control, at: lambda step: control.cancel() if step == at else None


@pytest.fixture
def start_cancelled(walk, cancelled_at) -> Callable:
    """Starts a run that is cancelled in a step."""

    def start(project: Project, stack: Stack, request: RunRequest, at: int) -> tuple[Run, Ended]:
        control = Control()
        walk.options["during"] = cancelled_at(control, at)
        run, ended = start_run(project, stack, request, control)
        walk.options.clear()
        assert ended.outcome is Outcome.CANCELLED and ended.steps == at
        return run, ended

    return start


@pytest.fixture
def make_killed() -> Callable[[Run], None]:
    """Makes a run on disk look as after SIGKILL: its record still says running, and nobody holds its lock."""

    def kill(run: Run) -> None:
        path = run.folder / "run.json"
        record = json.loads(path.read_text()) | {"status": "running", "ended": "", "steps": 0}
        path.write_text(json.dumps(record))

    return kill


@pytest.fixture
def same_result() -> Callable[[Result, Result], None]:
    """Asserts that two results hold the same numbers."""

    def check(one: Result, other: Result) -> None:
        assert np.array_equal(one.estimate, other.estimate) and np.array_equal(one.background, other.background)
        # Before a result is written the mean is the project's own: the same sum, taken in another order.
        assert np.allclose(one.mean, other.mean, rtol=1e-6)
        assert (one.zoom, one.pixel_size_nm, one.steps) == (other.zoom, other.pixel_size_nm, other.steps)

    return check


@pytest.fixture
def same_curves() -> Callable[[Curves, Curves], None]:
    """Asserts that two sets of curves hold the same numbers."""

    def check(one: Curves, other: Curves) -> None:
        assert one.metrics == other.metrics and np.array_equal(one.steps, other.steps)
        for name, column in one.columns.items():
            assert np.array_equal(column, other.columns[name], equal_nan=True), name

    return check

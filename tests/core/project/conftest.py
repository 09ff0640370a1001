"""A real TIFF stack, a project on it, and a request for a short run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.registry import METHODS
from fluogan_app.core.project.store import Project
from fluogan_app.core.project.workflow import RunRequest
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

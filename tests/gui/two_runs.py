"""A saved project with its raw data and two short runs of one region."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import tifffile

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.roi import Roi
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.registry import METHODS
from fluogan_app.core.project.store import Project
from fluogan_app.core.project.workflow import RunRequest, start_run
from fluogan_app.core.readers.open import open_stack

ACQUISITION = Acquisition().with_values(Origin.USER, pixel_size_nm=80.0, fwhm_nm=260.0, gain=1.0, offset=0.0)
REGION = Roi(6, 8, 30, 32)
STEPS = (5, 9)


def two_runs(folder: Path, seed: int = 8) -> Path:
    """Two crossing filaments that blink, 24 frames of 44 × 50 pixels. Returns the project's folder."""
    raw, draw = folder / "crossing.tif", np.random.default_rng(seed)
    rows, columns = np.mgrid[:44, :50]
    lines = np.exp(-0.5 * ((rows - columns) / 1.4) ** 2) + np.exp(-0.5 * ((rows + columns - 46) / 1.4) ** 2)
    light = draw.gamma(2.0, 0.5, (24, 44, 50))
    tifffile.imwrite(raw, draw.poisson(8 + 60 * lines * light).astype(np.uint16), imagej=True, metadata={"axes": "TYX"})
    project = Project.create(folder / "crossing.fluogan")
    with_steps = METHODS["fluogan"].params_type
    stack = open_stack(raw)
    for steps in STEPS:
        params = with_steps(steps=steps, zoom=4)
        start_run(project, stack, RunRequest("fluogan", params, RunSettings(device="cpu"), ACQUISITION, REGION, None))
    stack.close()
    return project.folder

"""A run that came to rest, on disk."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from fluogan_app.core.data.result import Metric
from fluogan_app.core.project.workflow import resume_run, start_run


def test_a_run_on_disk_that_came_to_rest_can_have_more_steps(project, stack, walk, request_for, make_walk, monkeypatch):
    def prepare(problem, params, device, seed):
        solver = make_walk(total_steps=params.steps, seed=seed)
        solver.mean = problem.photons.mean(axis=0)
        solver.metrics = tuple(Metric(name, "", "", "convergence") for name in ("relative_change", "discrepancy"))
        solver._metrics = lambda number, x: {
            "relative_change": torch.tensor(1e-2 * np.exp(-number / 60.0)),
            "discrepancy": torch.tensor(1.2 + 0.3 * np.exp(-number / 60.0)),
        }
        return solver

    monkeypatch.setattr(walk, "prepare", prepare)
    asked = request_for(steps=2000, roi=None)
    asked = replace(asked, settings=asked.settings.replace(stop_when_still=True))
    run, ended = start_run(project, stack, asked)
    assert ended.steps < 2000 and run.record.steps == ended.steps and "nothing changed" in run.record.notes[0]
    more, ended = resume_run(project, total_steps=2100)
    assert ended.steps == 2100 and more.record.parent == run.number

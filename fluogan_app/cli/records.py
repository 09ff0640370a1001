"""JSON objects of the command line: what scripts read."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fluogan_app.cli import words
from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.jobs.events import Ended
from fluogan_app.core.params import specs
from fluogan_app.core.project.run import Run, drift_in_short
from fluogan_app.core.project.store import Project


def run_object(folder: Path, run: Run, ended: Ended, warnings: Iterable[str]) -> dict[str, Any]:
    """One run as it ended: what it was asked, on which machine, and what came out."""
    record = run.record
    acquisition = record.acquisition
    measures = ended.result.measures if ended.result is not None else record.measures
    return {
        "project": str(folder.resolve()),
        "run": run.number,
        "outcome": ended.outcome.value,
        "steps": ended.steps,
        "total_steps": record.total_steps,
        "seconds": round(record.seconds or ended.seconds, 3),
        "device": record.device,
        "device_reason": record.device_reason,
        "seed": record.settings.seed,
        "method": record.method,
        "frames": [record.frames.start, record.frames.stop],
        "roi": [record.roi.y0, record.roi.x0, record.roi.height, record.roi.width],
        "drift": drift_in_short(record.drift),
        "parameters": {**record.params, **_values(acquisition)},
        "origins": {item.name: acquisition.origin(item.name).value for item in specs(Acquisition)},
        "assumed": words.assumed(acquisition),
        "measures": {name: _finite(value) for name, value in measures.items()},
        "notes": list(ended.result.notes if ended.result is not None else record.notes),
        "warnings": [*warnings, *ended.warnings],
        "error": ended.error.one_line if ended.error is not None else None,
    }


def project_object(project: Project, runs: Iterable[Run], warnings: Iterable[str]) -> dict[str, Any]:
    """A project with the state of its runs, and what to say of those that cannot be read."""
    document = project.document
    link, frames, roi = document.link, document.frames, document.roi
    return {
        "project": str(project.folder),
        "stack": None if link is None else {"path": link.path, "shape_tyx": list(link.shape_tyx), "dtype": link.dtype},
        "selection": None if link is None else asdict(link.selection),
        "frames": None if frames is None else [frames.start, frames.stop],
        "roi": None if roi is None else [roi.y0, roi.x0, roi.height, roi.width],
        "drift": drift_in_short(document.drift),
        "runs": [_summary(run) for run in runs],
        "warnings": list(warnings),
    }


def steps_kept(run: Run) -> int:
    """Steps whose state is on disk: of a run that has not ended, those of its last checkpoint."""
    return run.record.steps if run.has_ended else run.checkpoints.step() or 0


def _summary(run: Run) -> dict[str, Any]:
    record = run.record
    return {
        "run": record.number,
        "method": record.method,
        "status": record.status.value,
        "steps": steps_kept(run),
        "total_steps": record.total_steps,
        "seconds": record.seconds,
        "device": record.device,
        "parent": record.parent,
        "drift": drift_in_short(record.drift),
        "measures": dict(record.measures),
    }


def _values(acquisition: Acquisition) -> dict[str, Any]:
    return {item.name: getattr(acquisition, item.name) for item in specs(Acquisition)}


def _finite(value: float) -> float | None:
    # JSON knows neither NaN nor infinity.
    return value if math.isfinite(value) else None

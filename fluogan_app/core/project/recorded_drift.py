"""The drift that a file holds: a table of positions, or a run's record with the pixels that were mended too."""

from __future__ import annotations

from pathlib import Path

from fluogan_app.core.data.drift import Drift
from fluogan_app.core.data.drift_table import read_drift_table
from fluogan_app.core.errors import ReadError
from fluogan_app.core.project.migrations import read_record
from fluogan_app.core.project.model import RunRecord
from fluogan_app.core.project.run import read_json


def read_drift(path: Path) -> Drift:
    """The drift of a table (.csv), or of the run whose run.json this is. Raises ReadError, ProjectError."""
    if path.suffix.lower() != ".json":
        return read_drift_table(path)
    drift = read_record(RunRecord, read_json(path), str(path)).drift
    if drift is None:
        raise ReadError(f"The run of {path} was not corrected for drift.", "Choose a run that was, or a table.")
    return drift

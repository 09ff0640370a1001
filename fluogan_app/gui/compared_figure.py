"""What stands side by side as a figure for a paper, drawn on a thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from fluogan_app.core.project.comparisons import ComparisonRecord, KeptComparison
from fluogan_app.core.project.run import Run
from fluogan_app.core.project.store import Project


def write_figure(
    project: Project, record: ComparisonRecord, runs: Sequence[Run], maps: Mapping[int, np.ndarray],
    truth: Path | None, path: Path,
) -> Path:  # fmt: skip
    """Draw the runs of a comparison, or their error maps, with mean and truth. Raises UsageError, ProjectError."""
    # Drawing figures needs an image library that the window's start does not.
    from fluogan_app.core.project.comparing import truth_for
    from fluogan_app.core.project.comparison_figure import export_comparison, footer_of, pictures_of

    with TemporaryDirectory() as folder:
        # Also of a project that is only for reading: what is kept of the comparison itself is left alone.
        kept = KeptComparison(Path(folder), record)
        for run in runs:
            if run.number in maps:
                kept.keep_error(run.number, maps[run.number], run.record.acquisition.pixel_size_nm, {})
        pictures = pictures_of(project, kept, truth_for(runs[0], truth) if truth is not None else None)
        footer = footer_of(kept, project.folder.stem, record.same_scale, record.shown)
        export_comparison(path, pictures, record.same_scale, footer)
    return path

"""One run of a project on disk: what was asked, how far it came, and what it gave."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from fluogan_app import __version__
from fluogan_app.core.data.claims import LIGHT
from fluogan_app.core.data.drift import Drift
from fluogan_app.core.data.result import Curves, Metric, PhaseMark, Result
from fluogan_app.core.errors import ProjectError
from fluogan_app.core.files import gone, write_json_atomic
from fluogan_app.core.jobs.checkpoint import CheckpointFolder
from fluogan_app.core.jobs.curves_csv import read_curves_csv, write_curves_csv
from fluogan_app.core.methods.base import Preview
from fluogan_app.core.project.images import read_image, sampled, write_ome
from fluogan_app.core.project.lock import is_running
from fluogan_app.core.project.migrations import read_record
from fluogan_app.core.project.model import RunRecord, RunStatus

RECORD = "run.json"
ESTIMATE, BACKGROUND, MEAN = "x.ome.tif", "background.ome.tif", "mean.ome.tif"
DEVIATION, MEAN_DEVIATION = "x-deviation.ome.tif", "mean-deviation.ome.tif"
DRIFT = "drift.csv"
ESTIMATE_UNIT = LIGHT.unit_words
CAMERA_UNIT = "photons per frame per camera pixel"
_RESTORE = "Restore it from a backup."
_ENDED = (RunStatus.FINISHED, RunStatus.CANCELLED, RunStatus.FAILED)


class Run:
    """A run's folder with its record as it was read or last written."""

    def __init__(self, folder: Path, record: RunRecord) -> None:
        self.folder = folder
        self.record = record

    @classmethod
    def open(cls, folder: Path) -> Run:
        """Read a run; one whose process is gone reads as interrupted. Raises ProjectError."""
        path = folder / RECORD
        record = read_record(RunRecord, read_json(path), str(path))
        if record.status is RunStatus.RUNNING and not is_running(folder):
            record = record.replace(status=RunStatus.INTERRUPTED)
        run = cls(folder, record)
        if record.status is RunStatus.INTERRUPTED:
            run.record = record.replace(steps=run.checkpoints.step() or 0)
        return run

    @property
    def number(self) -> int:
        return self.record.number

    @property
    def name(self) -> str:
        return self.record.name

    @property
    def checkpoints(self) -> CheckpointFolder:
        return CheckpointFolder(self.folder / "checkpoint")

    @property
    def log_path(self) -> Path:
        return self.folder / "run.log"

    @property
    def has_ended(self) -> bool:
        """Whether the run came to an end that is on disk, good or bad."""
        return self.record.status in _ENDED

    @property
    def has_deviation(self) -> bool:
        """Whether it came so far that its estimate's standard deviation is on disk."""
        return (self.folder / DEVIATION).exists()

    def write_record(self, record: RunRecord) -> None:
        """Put the record on disk, then take it over. Raises ProjectError."""
        self._check_present()
        write_json_atomic(self.folder / RECORD, record.content())
        self.record = record

    def write_result(self, result: Result, steps: int) -> None:
        """Put images, measures and notes on disk. Raises ProjectError."""
        self._check_present()
        about = self.provenance() | {"steps": steps, "measures": finite(result.measures), "notes": list(result.notes)}
        size_nm, fine_nm, unit = result.pixel_size_nm, result.fine_pixel_size_nm, self.record.claims.unit_words
        write_ome(self.folder / MEAN, result.mean, size_nm, CAMERA_UNIT, about | {"quantity": "mean"})
        write_ome(self.folder / BACKGROUND, result.background, size_nm, CAMERA_UNIT, about | {"quantity": "background"})
        if result.mean_deviation is not None:
            noise = about | {"quantity": "standard deviation of the mean by noise"}
            write_ome(self.folder / MEAN_DEVIATION, result.mean_deviation, size_nm, CAMERA_UNIT, noise)
        if result.deviation is not None:
            deviation = about | {"quantity": "standard deviation of the estimate"}
            write_ome(self.folder / DEVIATION, result.deviation, fine_nm, unit, deviation)
        write_ome(self.folder / ESTIMATE, result.estimate, fine_nm, unit, about | {"quantity": "estimate"})

    def write_curves(self, curves: Curves, result: Result | None) -> None:
        """Write the curves as a table, and beside it the measures and what each column is. Raises ProjectError."""
        write_curves_csv(self.folder / "curves.csv", curves)
        about = {
            "measures": finite(result.measures) if result else {},
            "notes": list(result.notes) if result else [],
            "curves": [asdict(metric) for metric in curves.metrics],
            "marks": [asdict(mark) for mark in curves.marks],
        }
        write_json_atomic(self.folder / "metrics.json", about)

    def result(self) -> Result:
        """The images of a run that ended, or of its last checkpoint with a note that says so. Raises ProjectError."""
        if self.has_ended and (self.folder / ESTIMATE).exists():
            return self._final_result()
        looked = self.checkpoints.look()
        if looked is None:
            raise ProjectError(
                f"Run {self.number} has no result yet.",
                self.record.error or "Resume it, or choose another run.",
            )
        step, preview = looked[1].step, looked[1]
        note = f"Unfinished: step {step} of {self.record.total_steps}, from the last checkpoint."
        if step == self.record.total_steps:
            note = f"Cut off after the last step, {step} of {step}: the images are from its checkpoint."
        return self._unfinished(preview, note)

    def curves(self) -> Curves:
        """The curves of a run that ended, or up to its last checkpoint; empty before it. Raises ProjectError."""
        if self.has_ended and (self.folder / "curves.csv").exists():
            metrics, marks = self._metrics()
            return replace(read_curves_csv(self.folder / "curves.csv", metrics), marks=marks)
        looked = self.checkpoints.look()
        return looked[0] if looked is not None else Curves()

    def provenance(self) -> dict[str, Any]:
        """What a picture must carry so that it can be made again."""
        record = self.record.model_dump(mode="json")
        kept = ("method", "params", "settings", "acquisition", "roi", "frames", "parent", "started")
        source = record["link"] or {}
        return {
            "program": f"FluoGAN {__version__}",
            "run": self.name,
            **{name: record[name] for name in kept},
            "source": Path(source.get("path", "")).name,
            "source_sha256": source.get("sha256", ""),
            "drift": drift_in_short(self.record.drift),
            "environment": record["environment"],
        }

    def _check_present(self) -> None:
        if not self.folder.is_dir():
            raise gone("run", self.folder)

    def _metrics(self) -> tuple[list[Metric], tuple[PhaseMark, ...]]:
        path = self.folder / "metrics.json"
        about = read_json(path)
        try:
            metrics = [Metric(**entry) for entry in about["curves"]]
            return metrics, tuple(PhaseMark(**entry) for entry in about.get("marks", ()))
        except (TypeError, KeyError) as error:
            raise ProjectError(f"{path} is damaged: it does not name the curves.", _RESTORE) from error

    def _final_result(self) -> Result:
        estimate, background = (read_image(self.folder / name)[0] for name in (ESTIMATE, BACKGROUND))
        notes = self.record.notes
        if self.record.status is not RunStatus.FINISHED:
            words = f"{self.record.status.value.capitalize()} at step {self.record.steps} of {self.record.total_steps}."
            notes = (words, *notes)
        result = self._result(estimate, background, self.record.steps, self.record.measures, notes)
        if (self.folder / MEAN_DEVIATION).exists():
            result = replace(result, mean_deviation=read_image(self.folder / MEAN_DEVIATION)[0])
        if not self.has_deviation:
            return result
        return replace(result, deviation=read_image(self.folder / DEVIATION)[0])

    def _unfinished(self, preview: Preview, note: str) -> Result:
        mean = read_image(self.folder / MEAN)[0]
        if preview.background.shape == mean.shape:
            return self._result(preview.estimate, preview.background, preview.step, {}, (note,))
        # A large field's checkpoint shows it in small: everything is brought to the pixels of that estimate.
        rows, columns = preview.estimate.shape
        size_nm = self.record.acquisition.pixel_size_nm * mean.shape[0] / rows
        background, small_mean = (sampled(image, (rows, columns)) for image in (preview.background, mean))
        said = (note, "Shown in small: resume the run to have it in full.")
        claims = self.record.claims
        return Result(
            preview.estimate, background, small_mean, 1, size_nm, preview.step, {}, said, claims=claims
        )

    def _result(
        self, estimate: np.ndarray, background: np.ndarray, steps: int, measures: Mapping[str, float],
        notes: tuple[str, ...],
    ) -> Result:  # fmt: skip
        mean = read_image(self.folder / MEAN)[0]
        size_nm = self.record.acquisition.pixel_size_nm
        if size_nm is None or estimate.shape[0] % mean.shape[0]:
            raise ProjectError(f"The images of run {self.number} do not fit together.", "Start the run again.")
        zoom, claims = estimate.shape[0] // mean.shape[0], self.record.claims
        return Result(estimate, background, mean, zoom, size_nm, steps, measures, notes, claims=claims)


def drift_in_short(drift: Drift | None) -> dict[str, Any] | None:
    """What is corrected; the path itself is a table of its own."""
    if drift is None:
        return None
    uncertainty = drift.uncertainty_pixels
    return {"span_pixels": round(drift.span_pixels, 4), "uncertainty_pixels": uncertainty, "how": drift.how}


def read_json(path: Path) -> Any:
    """What a JSON file holds. Raises ProjectError when it is missing or damaged."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ProjectError(f"{path} cannot be read: {error.strerror}.", "Choose a FluoGAN project.") from error
    except ValueError as error:
        raise ProjectError(f"{path} is damaged: it is not JSON.", _RESTORE) from error


def finite(measures: Mapping[str, float]) -> dict[str, float]:
    """The measures that are numbers, as plain floats: JSON knows no NaN."""
    return {name: float(value) for name, value in measures.items() if math.isfinite(value)}


def run_name(number: int, method: str) -> str:
    """The folder of a run: "0001-fluogan"."""
    slug = re.sub(r"[^a-z0-9]+", "-", method.lower()).strip("-") or "run"
    return f"{number:04d}-{slug}"



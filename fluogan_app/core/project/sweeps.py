"""Sweeps in a project's folder: sweeps/0001/ with its plan, and each cell's numbers and picture when it is done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.data.drift import Drift
from fluogan_app.core.data.result import Result
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.errors import FluoganError, ProjectError
from fluogan_app.core.files import write_json_atomic
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.registry import method_named
from fluogan_app.core.params import validated
from fluogan_app.core.project.images import read_image, write_ome
from fluogan_app.core.project.model import now_text
from fluogan_app.core.project.numbered import new_numbered, number_of, numbered
from fluogan_app.core.project.prepare import RunRequest
from fluogan_app.core.project.run import CAMERA_UNIT, drift_in_short, read_json
from fluogan_app.core.project.sweep import SweepCell
from fluogan_app.core.project.sweep_plan import SweepAxis, SweepPlan

FOLDER, RECORD, MEAN = "sweeps", "sweep.json", "mean.ome.tif"


class KeptSweep:
    """One sweep's folder. Cells are written one by one, each in one step."""

    def __init__(self, folder: Path, plan: SweepPlan) -> None:
        self.folder, self.plan = folder, plan

    @classmethod
    def create(cls, project_folder: Path, plan: SweepPlan) -> KeptSweep:
        """Make the folder of a sweep that begins; `plan` has its place. Raises ProjectError."""
        folder = new_numbered(project_folder / FOLDER)
        write_json_atomic(folder / RECORD, _content(plan))
        return cls(folder, plan)

    @classmethod
    def open(cls, folder: Path, drift: Drift | None = None) -> KeptSweep:
        """Read one. `drift`: the document's, where the sweep was made with one. Raises ProjectError."""
        content = read_json(folder / RECORD)
        try:
            return cls(folder, _plan(content, drift))
        except (KeyError, TypeError, ValueError, FluoganError) as error:
            raise ProjectError(f"{folder / RECORD} is damaged: it is no sweep.", "Make the sweep again.") from error

    @property
    def number(self) -> int:
        """Of its folder."""
        return number_of(self.folder)

    def keep(self, cell: SweepCell, result: Result | None) -> None:
        """Write one cell: its picture, then its numbers. Raises ProjectError."""
        about = {"values": cell.values, "measures": cell.measures, "quantity": "estimate"}
        if result is not None:
            write_ome(self._image(cell), result.estimate, result.fine_pixel_size_nm, result.claims.unit_words, about)
            if not (self.folder / MEAN).exists():
                write_ome(self.folder / MEAN, result.mean, result.pixel_size_nm, CAMERA_UNIT, {"quantity": "mean"})
        write_json_atomic(self._record(cell.place), asdict(cell))

    def cells(self) -> list[SweepCell]:
        """The cells that are there, row by row; what cannot be read counts as not done."""
        return [cell for place in self.plan.places() if (cell := self._cell(place)) is not None]

    def image(self, cell: SweepCell) -> tuple[np.ndarray, float | None]:
        """A cell's estimate and the side of its pixels in nm. Raises ProjectError."""
        return read_image(self._image(cell))[:2]

    def _cell(self, place: tuple[int, int]) -> SweepCell | None:
        path = self._record(place)
        if not path.is_file():
            return None
        try:
            cell = SweepCell(**read_json(path))
        except (ProjectError, TypeError):
            return None
        return cell if cell.error or self._image(cell).is_file() else None

    def _record(self, place: tuple[int, int]) -> Path:
        return self.folder / f"cell-{place[0]:02d}-{place[1]:02d}.json"

    def _image(self, cell: SweepCell) -> Path:
        return self.folder / f"cell-{cell.row:02d}-{cell.column:02d}.ome.tif"


def kept_sweeps(project_folder: Path, drift: Drift | None = None) -> list[KeptSweep]:
    """All sweeps that can be read, by their numbers. Raises ProjectError where the folder cannot be."""
    return list(_readable(numbered(project_folder / FOLDER), drift))


def _readable(folders: Iterable[Path], drift: Drift | None) -> Iterable[KeptSweep]:
    for folder in folders:
        try:
            yield KeptSweep.open(folder, drift)
        except ProjectError:  # one that was cut short while it was made, or is damaged, hides no other
            continue


def _content(plan: SweepPlan) -> dict[str, Any]:
    request = plan.request
    return {
        "written": now_text(), "axes": [asdict(axis) for axis in plan.axes], "quick": plan.quick,
        "place": asdict(plan.place) if plan.place is not None else None,
        "method": request.method, "params": request.params.model_dump(mode="json"),
        "settings": request.settings.model_dump(mode="json"),
        "acquisition": request.acquisition.model_dump(mode="json"),
        "roi": asdict(request.roi) if request.roi is not None else None,
        "frames": asdict(request.frames) if request.frames is not None else None,
        "drift": drift_in_short(request.drift),
    }  # fmt: skip


def _plan(content: dict[str, Any], drift: Drift | None) -> SweepPlan:
    method = content["method"]
    request = RunRequest(
        method, validated(method_named(method).params_type, content["params"]),
        validated(RunSettings, content["settings"]), validated(Acquisition, content["acquisition"]),
        _or_none(Roi, content["roi"]), _or_none(FrameRange, content["frames"]),
        drift if content["drift"] is not None else None,
    )  # fmt: skip
    axes = tuple(SweepAxis(axis["section"], axis["name"], tuple(axis["values"])) for axis in content["axes"])
    return SweepPlan(request, axes, _or_none(Roi, content["place"]), bool(content["quick"]))


def _or_none(kind: type, values: dict[str, int] | None) -> Any:
    return kind(**values) if values is not None else None

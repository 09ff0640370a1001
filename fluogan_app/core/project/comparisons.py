"""Comparisons in a project's folder: comparisons/0001/ with its images' measures and their error maps."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import Field

from fluogan_app import __version__
from fluogan_app.core.data.claims import LIGHT, Claims
from fluogan_app.core.errors import ProjectError
from fluogan_app.core.files import gone, write_json_atomic
from fluogan_app.core.project.images import read_image, write_ome
from fluogan_app.core.project.migrations import read_record
from fluogan_app.core.project.model import SCHEMA_VERSION, Record, now_text
from fluogan_app.core.project.numbered import new_numbered, number_of, numbered
from fluogan_app.core.project.run import CAMERA_UNIT, read_json

FOLDER, RECORD = "comparisons", "comparison.json"

#: What stands in the place of each image: itself, or where it does not explain the recorded mean.
Shown = Literal["images", "errors"]


class ComparedRun(Record):
    """One image of a comparison with its measures.

    number: its run; None where the method could not begin. title: what it is called. measures: by name, each ending in
    its unit where it has one; None where there was nothing to find. changed: parameters that are not the defaults, in
    words. ended: when its run ended, and truth: what it was compared with; where either is another one now, it is to be
    measured again.
    """

    number: int | None
    method: str
    title: str
    status: str
    error: str = ""
    claims: Claims = LIGHT
    zoom: int = 0
    steps: int = 0
    measures: dict[str, float | None] = Field(default_factory=dict)
    changed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    ended: str = ""
    truth: str = ""


class ComparisonRecord(Record):
    """What comparison.json holds: the images in their order, the truth that they were compared with, and how shown.

    truth: the name of the file, "" where there is none; truth_path: where it was. remarks: what is to be known of all.
    """

    schema_version: int = SCHEMA_VERSION
    app_version: str = __version__
    written: str = Field(default_factory=now_text)
    title: str = ""
    runs: tuple[ComparedRun, ...] = ()
    truth: str = ""
    truth_path: str = ""
    same_scale: bool = False
    shown: Shown = "images"
    remarks: tuple[str, ...] = ()

    def of(self, number: int | None) -> ComparedRun | None:
        """What is known of a run."""
        return next((one for one in self.runs if one.number == number), None)

    def with_run(self, compared: ComparedRun) -> ComparisonRecord:
        """With a run's measures in the place of what was known of it; a new one stands last."""
        if compared.number is None or self.of(compared.number) is None:
            return self.replace(runs=(*self.runs, compared))
        return self.replace(runs=tuple(compared if one.number == compared.number else one for one in self.runs))


class KeptComparison:
    """One comparison's folder with its record as it was read or last written."""

    def __init__(self, folder: Path, record: ComparisonRecord) -> None:
        self.folder, self.record = folder, record

    @classmethod
    def create(cls, project_folder: Path, record: ComparisonRecord | None = None) -> KeptComparison:
        """Make the folder of a comparison. Raises ProjectError."""
        kept = cls(new_numbered(project_folder / FOLDER), record or ComparisonRecord())
        kept.write(kept.record)
        return kept

    @classmethod
    def open(cls, folder: Path) -> KeptComparison:
        """Read one. Raises ProjectError."""
        path = folder / RECORD
        return cls(folder, read_record(ComparisonRecord, read_json(path), str(path)))

    @property
    def number(self) -> int:
        """Of its folder."""
        return number_of(self.folder)

    def write(self, record: ComparisonRecord) -> None:
        """Put it on disk in one step, then take it over. Raises ProjectError."""
        if not self.folder.is_dir():
            raise gone("comparison", self.folder)
        record = record.replace(written=now_text(), app_version=__version__)
        write_json_atomic(self.folder / RECORD, record.content())
        self.record = record

    def keep_error(self, number: int, error: np.ndarray, pixel_size_nm: float, about: dict[str, Any]) -> None:
        """Keep where a run's image does not explain the mean, (Y, X) photons. Raises ProjectError."""
        if not self.folder.is_dir():
            raise gone("comparison", self.folder)
        quantity = {"quantity": "distance of the image, blurred again, from the recorded mean"}
        write_ome(self._error(number), error, pixel_size_nm, CAMERA_UNIT, {**about, **quantity})

    def error(self, number: int) -> np.ndarray | None:
        """The error map of a run, (Y, X) photons; None where it is not kept, or damaged."""
        try:
            return read_image(self._error(number))[0] if self._error(number).is_file() else None
        except ProjectError:
            return None

    def _error(self, number: int) -> Path:
        return self.folder / f"error-{number:04d}.ome.tif"


def kept_comparisons(project_folder: Path) -> list[KeptComparison]:
    """All comparisons that can be read, by their numbers. Raises ProjectError where the folder cannot be."""
    return list(_readable(numbered(project_folder / FOLDER)))


def _readable(folders: Iterable[Path]) -> Iterable[KeptComparison]:
    for folder in folders:
        try:
            yield KeptComparison.open(folder)
        except ProjectError:  # one that was cut short while it was made, or is damaged, hides no other
            continue

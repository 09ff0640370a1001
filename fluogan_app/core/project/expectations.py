"""Expectations in a project's folder: expectations/0001/ with its numbers and the images of the first repetition."""

from __future__ import annotations

import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fluogan_app.core.data.claims import LIGHT
from fluogan_app.core.errors import ProjectError
from fluogan_app.core.files import write_json_atomic
from fluogan_app.core.project.expect import Expectation, LineSplit, Try
from fluogan_app.core.project.expect_words import conditions, headline
from fluogan_app.core.project.images import read_image, write_ome
from fluogan_app.core.project.model import now_text
from fluogan_app.core.project.numbered import new_numbered, numbered
from fluogan_app.core.project.run import CAMERA_UNIT, read_json

FOLDER, RECORD = "expectations", "expectation.json"
_IMAGES = {"truth": LIGHT.unit_words, "estimate": "", "mean": CAMERA_UNIT}


def keep_expectation(project_folder: Path, found: Expectation) -> Path:
    """Write it as a folder of its own, its numbers last. Raises ProjectError."""
    folder = new_numbered(project_folder / FOLDER)
    about = {"simulated": found.simulated, "asked": found.asked, "seed": found.tries[0].seed}
    for name, unit in _IMAGES.items():
        size_nm = found.pixel_size_nm / (1 if unit == CAMERA_UNIT else found.zoom)
        unit = unit or found.claims.unit_words
        write_ome(folder / f"{name}.ome.tif", getattr(found, name), size_nm, unit, about | {"quantity": name})
    write_json_atomic(folder / RECORD, _content(found))
    return folder


def last_expectation(project_folder: Path) -> Expectation | None:
    """The newest that is whole; None without any. Raises ProjectError where its files cannot be read."""
    for folder in reversed(numbered(project_folder / FOLDER)):
        if (folder / RECORD).is_file():
            return read_expectation(folder)
    return None


def read_expectation(folder: Path) -> Expectation:
    """What `keep_expectation` wrote. Raises ProjectError."""
    content = read_json(folder / RECORD)
    images = {name: read_image(folder / f"{name}.ome.tif")[0] for name in _IMAGES}
    try:
        tries = tuple(_try(entry) for entry in content["tries"])
        kept = {name: content[name] for name in ("zoom", "pixel_size_nm", "simulated", "asked", "run_seconds")}
        return Expectation(tries=tries, notes=tuple(content["notes"]), **images, **kept)
    except (KeyError, TypeError) as error:
        raise ProjectError(
            f"{folder / RECORD} is damaged: it is no expectation.", "Simulate it again."
        ) from error


def _content(found: Expectation) -> dict[str, Any]:
    tries = [_finite(asdict(one)) for one in found.tries]
    return {
        "written": now_text(), "says": headline(found), "conditions": dict(conditions(found)), "tries": tries,
        "zoom": found.zoom, "pixel_size_nm": found.pixel_size_nm, "run_seconds": found.run_seconds,
        "simulated": found.simulated, "asked": found.asked, "notes": list(found.notes),
    }  # fmt: skip


def _finite(values: dict[str, Any]) -> dict[str, Any]:
    """JSON knows no NaN."""
    wrong = {name for name, value in values.items() if isinstance(value, float) and not math.isfinite(value)}
    return {name: None if name in wrong else value for name, value in values.items()}


def _try(entry: dict[str, Any]) -> Try:
    splits = tuple(LineSplit(**split) for split in entry["splits"])
    numbers = {name: math.nan if value is None and name != "finest_nm" else value for name, value in entry.items()}
    return Try(**{**numbers, "splits": splits})

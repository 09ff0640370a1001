"""The last view of a run's critic in the run's folder: images as TIFF, numbers as JSON."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from fluogan_app.core.data.critic_view import CriticView, FramePair, Scores, Spread
from fluogan_app.core.data.roi import Roi
from fluogan_app.core.errors import ProjectError
from fluogan_app.core.files import write_json_atomic
from fluogan_app.core.project.images import read_image, write_ome
from fluogan_app.core.project.run import CAMERA_UNIT, Run, read_json

FOLDER = "critic"
#: Frames one below the other, recorded at the left and simulated at the right; and the critic's pull.
PAIRS, MEAN, SHIFT, ABOUT = "pairs.ome.tif", "mean.ome.tif", "shift.ome.tif", "view.json"


def write_critic_view(run: Run, view: CriticView) -> None:
    """Keep a view in place of the one before; its numbers are written last. Raises ProjectError."""
    folder, about = run.folder / FOLDER, run.provenance() | {"step": view.step}
    pairs = np.vstack([np.hstack([pair.recorded, pair.simulated]) for pair in view.pairs])
    words = "frames, recorded at the left and simulated at the right"
    write_ome(folder / PAIRS, pairs, view.pixel_size_nm, CAMERA_UNIT, about | {"quantity": words})
    write_ome(folder / MEAN, view.mean, view.pixel_size_nm, CAMERA_UNIT, about | {"quantity": "mean"})
    if view.shift is not None:
        pull = about | {"quantity": "how far the critic alone would move the simulated mean"}
        write_ome(folder / SHIFT, view.shift, view.pixel_size_nm, CAMERA_UNIT, pull)
    write_json_atomic(folder / ABOUT, _numbers(view))


def read_critic_view(run: Run) -> CriticView | None:
    """The kept view, None where none was kept. Raises ProjectError where it is damaged."""
    folder = run.folder / FOLDER
    if not (folder / ABOUT).exists():
        return None
    about = read_json(folder / ABOUT)
    try:
        return _view(folder, about)
    except (KeyError, TypeError, ValueError) as error:
        raise ProjectError(
            f"The view of the critic in {folder} is damaged.", "The images of the run are not concerned."
        ) from error


def _numbers(view: CriticView) -> dict[str, Any]:
    scores = None
    if view.scores is not None:
        scores = {name: getattr(view.scores, name).astype(float).tolist() for name in ("recorded", "simulated")}
    residual = view.residual
    return {
        "step": view.step,
        "pixel_size_nm": view.pixel_size_nm,
        "place": _sides(view.place),
        "pairs": [{"frame": pair.frame, "place": _sides(pair.place)} for pair in view.pairs],
        "has_critic": view.has_critic,
        "has_shift": view.shift is not None,
        "patch_yx": view.patch_yx,
        "scores": scores,
        "residual": asdict(residual) | {"edges": residual.edges.tolist(), "shares": residual.shares.tolist()},
    }


def _view(folder: Path, about: dict[str, Any]) -> CriticView:
    scores, residual, patch = about["scores"], about["residual"], about["patch_yx"]
    if scores is not None:
        scores = Scores(*(np.array(scores[name], float) for name in ("recorded", "simulated")))
    return CriticView(
        step=int(about["step"]),
        pixel_size_nm=float(about["pixel_size_nm"]),
        place=Roi(*about["place"]),
        pairs=tuple(_pairs(read_image(folder / PAIRS)[0], about["pairs"])),
        mean=read_image(folder / MEAN)[0],
        residual=Spread(
            np.array(residual["edges"], float), np.array(residual["shares"], float),
            float(residual["deviation"]), float(residual["beyond_three"]),
        ),
        has_critic=bool(about["has_critic"]),
        scores=scores,
        shift=read_image(folder / SHIFT)[0] if about["has_shift"] else None,
        patch_yx=None if patch is None else (int(patch[0]), int(patch[1])),
    )  # fmt: skip


def _pairs(mosaic: np.ndarray, entries: list[dict[str, Any]]) -> list[FramePair]:
    """Cut the mosaic of frames. Raises ValueError where it is not that of these entries."""
    found, top = [], 0
    for entry in entries:
        place = Roi(*entry["place"])
        block = mosaic[top : top + place.height]
        if block.shape != (place.height, 2 * place.width):
            raise ValueError("the frames do not fit their places")
        found.append(FramePair(block[:, : place.width], block[:, place.width :], int(entry["frame"]), place))
        top += place.height
    return found


def _sides(roi: Roi) -> list[int]:
    return [roi.y0, roi.x0, roi.height, roi.width]

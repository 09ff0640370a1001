"""Results of other programs: an image file becomes a finished run, placed in the field by its pixel size."""

from __future__ import annotations

import hashlib
import shutil
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.data.drift import Drift
from fluogan_app.core.data.result import Curves, Result
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.stack import Selection
from fluogan_app.core.errors import DataError, ParameterError, ProjectError, ReadError
from fluogan_app.core.files import write_atomic, write_json_atomic
from fluogan_app.core.jobs.memory import check_fits
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.imported.params import LONGEST_TITLE, ImportedParams
from fluogan_app.core.methods.registry import IMPORTED
from fluogan_app.core.params import validated
from fluogan_app.core.project.images import read_image
from fluogan_app.core.project.lock import RunLock
from fluogan_app.core.project.model import InputLink, RunRecord, RunStatus, now_text
from fluogan_app.core.project.placing import Place, on_the_grid, placed_in
from fluogan_app.core.project.run import MEAN, Run
from fluogan_app.core.project.run_log import RunLog
from fluogan_app.core.project.store import Project

#: What the file that was imported is called in its run's folder, before its own ending.
ORIGINAL = "original"
#: What placing a fine pixel takes at most.
_BYTES_PER_PIXEL = 32


@dataclass(frozen=True)
class Found:
    """What an image file holds: (rows, columns) float32, and the side of its pixels in nm where the file states it.

    notes: what was found on reading it.
    """

    path: Path
    image: np.ndarray
    pixel_size_nm: float | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Region:
    """The field that an image is placed in. mean: (Y, X) photons per frame, of the frames' part `roi`."""

    acquisition: Acquisition
    roi: Roi
    frames: FrameRange
    mean: np.ndarray
    link: InputLink | None
    drift: Drift | None = None

    @property
    def whole(self) -> tuple[int, int]:
        """Camera pixels of a frame."""
        return self.link.shape_tyx[1:] if self.link is not None else (self.roi.height, self.roi.width)


@dataclass(frozen=True)
class ImportRequest:
    """An image file and what its user says of it. None: as the file states it, or as its size tells.

    corner_yx_nm: where its first pixel begins, from the upper left corner of the camera's frame.
    """

    path: Path
    title: str = ""
    unit: str = ""
    pixel_size_nm: float | None = None
    corner_yx_nm: tuple[float, float] | None = None


def look_at(path: Path) -> Found:
    """The one image of a file. Raises ReadError, and DataError for a stack or an image that shows nothing."""
    from fluogan_app.core.project.measure import mean_picture
    from fluogan_app.core.readers.open import open_stack

    if path.is_dir():
        raise ReadError(f"{path} is a folder.", "Name one image in it.")
    with closing(open_stack(path, Selection(alone=True))) as stack:
        if stack.shape[0] > 1:
            raise DataError(
                f"{path.name} holds {stack.shape[0]} images; a result is one.", "Save the one that is meant on its own."
            )
        picture = mean_picture(stack)
    image = np.asarray(picture.image, np.float32)
    bad = int(np.count_nonzero(~np.isfinite(image)))
    image = np.where(np.isfinite(image), image, np.float32(0.0))
    if np.ptp(image) == 0:
        raise DataError(f"{path.name} shows nothing: all of its pixels are alike.", "Choose another file.")
    notes = (f"{bad} pixels that were no numbers are shown as 0.",) if bad else ()
    return Found(path, image, picture.pixel_size_nm, notes)


def region_of(project: Project, run: Run | None = None) -> Region:
    """The field of a run, else of the newest run, else what the project has set to be reconstructed.

    Raises ProjectError for a project without a stack, ParameterError where its pixel size is not known.
    """
    run = run or next((one for one in reversed(project.runs()) if (one.folder / MEAN).is_file()), None)
    if run is not None:
        record, mean = run.record, read_image(run.folder / MEAN)[0]
        return Region(record.acquisition, record.roi, record.frames, mean, record.link, record.drift)
    document, mean = project.document, project.mean()
    if document.link is None or mean is None:
        raise ProjectError(
            f"{project.folder.name} has no stack yet: it is not known what the image shows.",
            "Reconstruct a stack into this project first, or open one in it.",
        )
    camera, shape = document.acquisition.complete(), document.link.shape_tyx
    roi = document.roi or Roi.whole(shape[1:])
    light = ((mean[0][roi.slices] - camera.offset) / camera.gain).astype(np.float32)
    return Region(camera, roi, document.frames or FrameRange.whole(shape[0]), light, document.link, document.drift)


def place_for(found: Found, region: Region, request: ImportRequest) -> Place:
    """Where an image lies. Raises ParameterError where nobody states its pixel size, DataError where it is outside."""
    size_nm = request.pixel_size_nm or found.pixel_size_nm
    if size_nm is None:
        raise ParameterError(
            {"pixel_size_nm": f"{found.path.name} does not state the size of its pixels, so it cannot be placed."},
            "Give the side of one of its pixels in the sample, in nm (--pixel-size-nm).",
        )
    stated = found.pixel_size_nm if request.pixel_size_nm is not None else None
    return placed_in(
        found.image.shape, size_nm, stated, region.roi, region.whole, region.acquisition.pixel_size_nm,
        request.corner_yx_nm,
    )  # fmt: skip


def import_result(project: Project, request: ImportRequest, run: Run | None = None) -> Run:
    """Read, place and keep an image as a finished run, with the file itself. Blocks; nothing is left where it fails.

    run: whose field it lies in (see region_of).
    Raises ReadError, DataError, ParameterError, OutOfMemoryError, ProjectError.
    """
    project.check_writable()
    region, found = region_of(project, run), look_at(request.path)
    place = place_for(found, region, request)
    check_fits(_BYTES_PER_PIXEL * place.zoom**2 * region.roi.height * region.roi.width)
    params = validated(ImportedParams, {
        "title": _title(request), "source": found.path.name, "unit": request.unit.strip(), "zoom": place.zoom,
        "source_pixel_nm": place.pixel_size_nm, "corner_y_nm": place.corner_yx_nm[0],
        "corner_x_nm": place.corner_yx_nm[1],
    })  # fmt: skip
    estimate = on_the_grid(found.image, place, region.roi, region.acquisition.pixel_size_nm)
    claims = replace(IMPORTED.claims(params), signed=bool(estimate.min() < 0))
    made = project.add_run(_record(params, region, claims, found.path))
    try:
        _fill(made, found, Result(
            estimate, np.zeros(region.mean.shape, np.float32), region.mean, place.zoom,
            region.acquisition.pixel_size_nm, 0, notes=(*found.notes, *place.notes), claims=claims,
        ))  # fmt: skip
    except BaseException:
        shutil.rmtree(made.folder, ignore_errors=True)
        raise
    return made


def original_of(run: Run) -> Path | None:
    """The file that a run was imported from, as it was kept."""
    return next(iter(sorted(run.folder.glob(f"{ORIGINAL}.*"))), None)


def _title(request: ImportRequest) -> str:
    return (" ".join(request.title.split()) or request.path.name.split(".")[0])[:LONGEST_TITLE]


def _record(params: ImportedParams, region: Region, claims, path: Path) -> RunRecord:
    return RunRecord(
        number=0, name="", link=region.link, method=IMPORTED.name, params=params.model_dump(mode="json"),
        settings=RunSettings(), acquisition=region.acquisition, roi=region.roi, frames=region.frames,
        selection=region.link.selection if region.link is not None else Selection(), drift=region.drift,
        total_steps=0, claims=claims, environment={"imported_from": path.name, "imported_sha256": _fingerprint(path)},
    )  # fmt: skip


def _fill(run: Run, found: Found, result: Result) -> None:
    record = run.record
    with RunLock(run.folder), RunLog(run.log_path):
        kept = run.folder / f"{ORIGINAL}{found.path.suffix.lower()}"
        write_atomic(kept, lambda temporary: shutil.copyfile(found.path, temporary))
        asked = {"method": record.method, "params": record.params}
        write_json_atomic(run.folder / "params.json", asked)
        write_json_atomic(run.folder / "env.json", record.environment)
        run.write_result(result, 0)
        run.write_curves(Curves(), result)
        run.write_record(record.replace(status=RunStatus.FINISHED, notes=result.notes, ended=now_text()))


def _fingerprint(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""The pictures that stand side by side: read in the background one after another, and kept while they may be wanted."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from fluogan_app.core.errors import FluoganError, ProjectError
from fluogan_app.core.project.images import read_image
from fluogan_app.core.project.model import RunStatus
from fluogan_app.core.project.run import MEAN as MEAN_FILE
from fluogan_app.core.project.run import Run
from fluogan_app.core.units import CAMERA_UNIT, FINE_UNIT
from fluogan_app.gui.background import Workbench
from fluogan_app.gui.compared import MEAN, TRUTH, Entry
from fluogan_app.gui.following_work import FollowingWork
from fluogan_app.gui.run_pictures import origin_nm, pictures_of
from fluogan_app.gui.views.display import area_means
from fluogan_app.gui.views.pane_image import PaneImage

log = logging.getLogger(__name__)

#: An image of more pixels is shown in small.
MOST_PIXELS = 4_000_000


class ComparedPictures(QObject):
    """`changed`: a picture has come, or the reason why there is none. `truth`: the file of a simulation's truth."""

    changed = Signal()

    def __init__(self, workbench: Workbench, parent: QObject) -> None:
        super().__init__(parent)
        self.truth: Path | None = None
        self._wanted: tuple[tuple[str, Run], ...] = ()
        self._known: dict[tuple[str, int], PaneImage] = {}
        self._missing: dict[tuple[str, int], str] = {}
        self._work = FollowingWork(workbench, self._next, self._loaded, self._failed, self)

    def want(self, entries: Sequence[Entry], place: Run | None) -> None:
        """These are to be seen. place: the run whose region mean and truth are shown of."""
        runs = [(one.key, one.run or place) for one in entries if not one.words]
        self._wanted = tuple((key, run) for key, run in runs if run is not None)
        kept = {_slot(key, run) for key, run in self._wanted}
        self._known = {slot: image for slot, image in self._known.items() if slot in kept}
        self._work.renew()

    def image(self, key: str, place: Run | None) -> PaneImage | None:
        """The picture, where it is there already."""
        return self._known.get(_slot(key, place)) if place is not None else None

    def words(self, key: str, place: Run | None) -> str:
        """Why there is none, or that it is being read."""
        if place is None:
            return "It comes with the first result."
        return self._missing.get(_slot(key, place)) or "Reading…"

    def forget(self, key: str = "") -> None:
        """Read it anew, or all of them: a run has come to its end, or another project is open."""
        self._known = {slot: one for slot, one in self._known.items() if key and slot[0] != key}
        self._missing = {slot: one for slot, one in self._missing.items() if key and slot[0] != key}

    def stop(self) -> None:
        """Begin nothing any more."""
        self._work.stop()

    def _next(self) -> Callable[[], _Loaded] | None:
        for key, run in self._wanted:
            slot = _slot(key, run)
            if slot not in self._known and slot not in self._missing:
                read = partial(truth_of, self.truth, run) if key == TRUTH else partial(_read, key, run)
                return partial(_loaded, slot, read)
        return None

    def _loaded(self, loaded: _Loaded) -> None:
        if isinstance(loaded.found, FluoganError):
            self._missing[loaded.slot] = loaded.found.one_line
        else:
            self._known[loaded.slot] = loaded.found
        self.changed.emit()
        self._work.renew()

    def _failed(self, error: FluoganError) -> None:
        log.error("%s", error.one_line)


@dataclass(frozen=True)
class _Loaded:
    """What came of a picture: by the time that it is taken, another one may be on its way."""

    slot: tuple[str, int]
    found: PaneImage | FluoganError


def _loaded(slot: tuple[str, int], read: Callable[[], PaneImage]) -> _Loaded:
    """On a thread."""
    try:
        return _Loaded(slot, read())
    except FluoganError as error:
        return _Loaded(slot, error)


def _slot(key: str, run: Run) -> tuple[str, int]:
    return key, run.number


def _read(key: str, run: Run) -> PaneImage:
    """On a thread. Raises FluoganError."""
    if key != MEAN:
        image = pictures_of(run.record, run.result())["estimate"]
        finished = run.record.status is RunStatus.FINISHED
        return in_small(replace(image, detail=f"run {run.number}") if finished else image)
    image, size_nm, _ = read_image(run.folder / MEAN_FILE)
    return PaneImage(image, size_nm, CAMERA_UNIT, origin_nm=origin_nm(run.record))



def in_small(image: PaneImage, most: int = MOST_PIXELS) -> PaneImage:
    """An image of more pixels than that as the means of blocks, which it says: nine of them have to be held at once."""
    rows, columns = image.array.shape
    least = math.ceil(math.sqrt(rows * columns / most))
    if least <= 1:
        return image
    common = math.gcd(rows, columns)
    # Blocks that fit leave no border that is made up.
    factor = next((count for count in range(least, 2 * least + 1) if common % count == 0), least)
    words = f"{image.detail}, means of {factor} × {factor} pixels"
    return replace(
        image, array=area_means(image.array, factor), pixel_size_nm=(image.pixel_size_nm or 1.0) * factor, detail=words
    )


def truth_of(path: Path, run: Run) -> PaneImage:
    """The simulated truth of a run's region. On a thread. Raises FluoganError."""
    from fluogan_app.core.project.reference import read_reference

    record = run.record
    if record.link is None:
        raise ProjectError(f"Run {run.number} does not say which stack it was made of.", "Leave the truth out.")
    camera_nm, whole = record.acquisition.pixel_size_nm or 1.0, record.link.shape_tyx[1:]
    picture = read_reference(path).within(record.roi, whole, camera_nm).picture
    image = PaneImage(picture.image, picture.pixel_size_nm, FINE_UNIT, origin_nm=origin_nm(record), reconstructed=False)
    return in_small(image)

"""A sweep on a thread: its cells, for the window to take, and what of it is kept."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fluogan_app.core.data.stack import Stack
from fluogan_app.core.errors import ProjectError
from fluogan_app.core.jobs.control import Control

if TYPE_CHECKING:
    from fluogan_app.core.data.claims import Claims
    from fluogan_app.core.data.drift import Drift
    from fluogan_app.core.project.sweep import SweepCell
    from fluogan_app.core.project.sweep_plan import SweepPlan
    from fluogan_app.core.project.sweeps import KeptSweep
    from fluogan_app.gui.views.sweep_grid import CellPicture


class SweepJob:
    """Computes the cells of a plan, or those that a kept sweep lacks. The window takes what is done."""

    def __init__(
        self, stack: Stack, plan: SweepPlan, folder: Path | None, kept: KeptSweep | None = None,
        done: tuple[SweepCell, ...] = (),
    ) -> None:  # fmt: skip
        """folder: the project's, None where nothing can be kept. kept: a sweep to go on with, some cells of it done."""
        self.plan, self.control = plan, Control()
        self.unkept: ProjectError | None = None
        self._stack, self._folder, self._kept, self._before = stack, folder, kept, done
        self._lock = threading.Lock()
        self._done: list[tuple[SweepCell, CellPicture | None]] = []

    def run(self) -> None:
        """On the thread. Raises FluoganError."""
        from fluogan_app.core.project.sweep import placed, run_sweep
        from fluogan_app.core.project.sweeps import KeptSweep

        plan = placed(self._stack, self.plan, self.control)
        if plan.place is None:
            return
        if self._kept is None and self._folder is not None:
            self._kept = KeptSweep.create(self._folder, plan)
        run_sweep(self._stack, plan, self._take_cell, self.control, self._before)

    def take(self) -> list[tuple[SweepCell, CellPicture | None]]:
        """What was done since the last time."""
        with self._lock:
            taken, self._done = self._done, []
        return taken

    def _take_cell(self, cell: SweepCell, result: Any) -> None:
        picture = None
        if result is not None:
            picture = _picture(result.estimate, result.mean.shape, result.claims, result.fine_pixel_size_nm)
        with self._lock:
            self._done.append((cell, picture))
        try:
            if self._kept is not None and self.unkept is None:
                self._kept.keep(cell, result)
        except ProjectError as error:  # told at the end: what is computed can still be looked at
            self.unkept = error


def all_kept(folder: Path, drift: Drift | None) -> list[KeptSweep]:
    """On a thread: the sweeps of a project. Raises ProjectError."""
    from fluogan_app.core.project.sweeps import kept_sweeps

    return kept_sweeps(folder, drift)


def loaded(sweep: KeptSweep) -> list[tuple[SweepCell, CellPicture | None]]:
    """On a thread: every cell that is there, with its picture. Raises ProjectError."""
    place, found = sweep.plan.place, []
    for cell in sweep.cells():
        picture = None
        if cell.done:
            image, size_nm = sweep.image(cell)
            claims = sweep.plan.claims_at(cell.place)
            picture = _picture(image, (place.height, place.width), claims, size_nm)
        found.append((cell, picture))
    return found


def _picture(
    image: Any, camera_shape: tuple[int, int], claims: Claims, pixel_size_nm: float | None
) -> CellPicture:
    from fluogan_app.core.project.sweep_figure import per_camera_pixel
    from fluogan_app.gui.views.sweep_grid import CellPicture

    return CellPicture(per_camera_pixel(image, camera_shape, claims), pixel_size_nm)

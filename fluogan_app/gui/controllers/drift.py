"""The sample's drift: found or imported on request, shown, and put into the project or taken out of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from fluogan_app.core.data.drift import Drift
from fluogan_app.core.data.drift_effect import DriftEffect, effect_of
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.errors import DataError, FluoganError
from fluogan_app.core.project.model import ProjectDocument
from fluogan_app.core.units import length_text
from fluogan_app.gui.controllers.context import Context
from fluogan_app.gui.dialogs.file_dialogs import choose_new_file, choose_table
from fluogan_app.gui.patience import Wait
from fluogan_app.gui.watched_frames import watched
from fluogan_app.gui.watched_work import Watch, WatchedWork

if TYPE_CHECKING:
    from fluogan_app.core.estimate.result import DriftEstimate, Evidence
    from fluogan_app.gui.dialogs.drift_dialog import DriftDialog, DriftState

_FINDING, _COMPARING, _READING = "Finding the drift…", "Comparing the images…", "Reading the table…"


class DriftController(QObject):
    """One dialog at a time, for the stack that is open. `known` gives what a data check has found already."""

    def __init__(self, context: Context, known: Callable[[], DriftEstimate | None]) -> None:
        super().__init__(context.window)
        self._context, self._known = context, known
        self._work = WatchedWork(context.workbench, self)
        self._dialog: DriftDialog | None = None
        self._stage = ""
        self._path: Drift | None = None
        self._curve: Evidence | None = None
        self._words, self._proposed, self._trouble = "", False, ""
        self._wait = Wait(self)
        self._work.progressed.connect(self._show_progress)
        self._work.read_began.connect(lambda: self._wait.begin(context.session.stack_name))
        self._work.read_ended.connect(self._wait.end)
        context.session.stack_left.connect(lambda _: self._close())
        context.session.document_changed.connect(self._take_change)

    # What the user asks for

    def ask(self) -> None:
        """Show the drift that is corrected, the one that a check found, or find it now."""
        session = self._context.session
        if session.stack is None:
            return
        if self._dialog is not None:
            self._dialog.raise_()
            self._dialog.activateWindow()
            return
        self._open()
        known = self._known()
        if session.document.drift is not None:
            self._take_path(session.document.drift, "")
        elif known is not None and known.evidence is not None:
            self._take_estimate(known)
        else:
            self._estimate()

    def stop(self) -> None:
        """Give up what goes on."""
        self._work.stop()

    def _open(self) -> None:
        # Brings the library that draws diagrams, which the window's start does not need.
        from fluogan_app.gui.dialogs.drift_dialog import DriftDialog

        dialog = self._dialog = DriftDialog(self._context.session.stack_name, self._context.window)
        self._path, self._curve, self._words, self._proposed, self._trouble = None, None, "", False, ""
        dialog.apply_requested.connect(self._apply)
        dialog.remove_requested.connect(self._remove)
        dialog.estimate_requested.connect(self._estimate)
        dialog.cancel_requested.connect(self._cancel)
        dialog.import_requested.connect(self._ask_table)
        dialog.export_requested.connect(self._ask_where)
        dialog.left.connect(lambda: self._forget(dialog))
        dialog.show()

    def _estimate(self) -> None:
        session = self._context.session
        self._begin(_FINDING, partial(drift_of, session.stack.raw, session.document.frames), self._take_estimate)

    def _cancel(self) -> None:
        self._work.stop()
        if self._dialog is not None:
            self._dialog.show_end()
            if self._stage == _FINDING and self._path is None:
                self._words = "The drift was not looked for to the end."
            self._show()

    # What came of it

    def _take_estimate(self, estimate: DriftEstimate | None) -> None:
        if estimate is None:
            return
        self._path, self._curve, self._words = estimate.drift, estimate.evidence, estimate.words
        self._proposed, self._trouble = estimate.found and estimate.drift is not None, ""
        self._show()
        self._compare()

    def _take_path(self, path: Drift, origin: str) -> None:
        """One that was found before, or that a table holds."""
        from fluogan_app.core.estimate.drift_curve import drift_curve

        self._path, self._curve = path, drift_curve(path)
        self._words = f"{origin}The sample moved by up to {self._span(path)}."
        self._proposed, self._trouble = True, ""
        self._show()
        self._compare()

    def _compare(self) -> None:
        session = self._context.session
        if not self._proposed or self._path is None:
            self._dialog.show_images({})
            return
        work = partial(comparison_of, session.stack, self._path, session.document.frames)
        self._begin(_COMPARING, work, self._show_effect)

    def _show_effect(self, effect: DriftEffect | None) -> None:
        if effect is not None and self._dialog is not None:
            from fluogan_app.gui.dialogs.drift_dialog import KINDS

            images = {kind: effect.images(kind) for kind in KINDS}
            size_nm = self._context.session.document.acquisition.pixel_size_nm
            self._dialog.show_images(images, effect.recorded.count, size_nm)

    # Into the project and out of it

    def _apply(self) -> None:
        session, path = self._context.session, self._path
        if path is None or session.stack is None:
            return
        try:
            seen = path.checked(session.stack.shape).seen(session.stack.shape[1:], session.document.frames)
            region = _cut(session.document.roi, seen)
        except FluoganError as error:
            self._fail(error)
            return
        if region != session.document.roi:
            self._context.say(f"The region is cut to what all frames saw: {region}.")
        with session.step("Drift correction"):
            session.change(drift=path, roi=region)
        self._context.say(f"The drift of up to {self._span(path)} is corrected.")

    def _remove(self) -> None:
        self._context.session.change(drift=None)
        self._context.say("The drift is not corrected any more: frames are used as they were recorded.")

    def _take_change(self, changed: frozenset[str]) -> None:
        if self._dialog is None:
            return
        if changed & {"drift", "acquisition"}:
            self._show()
        if "frames" in changed and self._proposed and self._stage != _FINDING:
            self._compare()

    # Tables

    def _ask_table(self) -> None:
        choose_table(self._dialog, "Import a drift table", self._context.settings.folder("open"), self._import)

    def _import(self, path: Path) -> None:
        session = self._context.session
        if session.stack is not None and self._dialog is not None:
            origin = f"From {path.name}. "
            work = partial(table_of, path, session.stack, session.document)
            self._begin(_READING, work, lambda drift: self._take_path(drift, origin))

    def _ask_where(self) -> None:
        name = f"{Path(self._context.session.stack_name).stem}-drift.csv"
        choose_new_file(
            self._dialog, "choose_drift_table", "Export the drift as a table", self._context.settings.folder("export"),
            name, "Table (*.csv)", self._export,
        )  # fmt: skip

    def _export(self, path: Path) -> None:
        if self._path is None:
            return
        self._context.settings.set_folder("export", path.parent)
        work = partial(write_table, path, self._path, self._context.session.document.acquisition.pixel_size_nm)
        failed = partial(self._context.fail, "The table could not be written")
        self._context.workbench.do(work, lambda _: self._context.say(f"Wrote {path}"), failed)

    # The dialog

    def _begin(self, stage: str, work: Callable[[Watch], object], done: Callable[[object], None]) -> None:
        self._stage = stage
        self._work.start(work, partial(self._done, done), self._fail)
        self._show_progress(0.0)

    def _done(self, take: Callable[[object], None], outcome: object) -> None:
        if self._dialog is not None:
            self._dialog.show_end()
            take(outcome)

    def _fail(self, error: FluoganError) -> None:
        self._context.say(error.one_line)
        if self._dialog is not None:
            self._dialog.show_end()
            self._trouble = error.one_line
            self._show()

    def _show_progress(self, fraction: float) -> None:
        if self._dialog is not None:
            self._dialog.show_progress(self._wait.words or self._stage, fraction)

    def _show(self) -> None:
        self._dialog.show_state(self._state())

    def _state(self) -> DriftState:
        from fluogan_app.gui.dialogs.drift_dialog import DriftState

        document, path = self._context.session.document, self._path
        in_use = document.drift is not None and path == document.drift
        words = f"The drift is corrected. {self._words}" if in_use else self._words
        # A path that was there before something failed is still there, and can be used.
        detail = words if self._trouble else _detail(path) if path is not None and self._proposed else ""
        return DriftState(
            words=self._trouble or words,
            detail=detail,
            curve=self._curve,
            nm_per_pixel=document.acquisition.pixel_size_nm,
            has_path=path is not None,
            can_apply=self._proposed and not in_use,
            applied=document.drift is not None,
            is_problem=bool(self._trouble),
        )

    def _span(self, path: Drift) -> str:
        size_nm = self._context.session.document.acquisition.pixel_size_nm
        nm = f", {length_text(round(path.span_pixels * size_nm))}" if size_nm else ""
        return f"{path.span_pixels:.2g} pixels{nm}"

    def _close(self) -> None:
        if self._dialog is not None:
            self._dialog.close()

    def _forget(self, dialog: DriftDialog) -> None:
        if dialog is self._dialog:
            self._dialog = None
            self._work.stop()


def drift_of(stack: Stack, frames: FrameRange | None, watch: Watch) -> DriftEstimate | None:
    """Find the path. On a thread. None where it was given up. Raises FluoganError."""
    # Brings the numerical libraries that the window's start does not need.
    from fluogan_app.core.estimate.drift import estimate_drift

    return estimate_drift(watched(stack, watch), frames, watch.note, watch.cancelled)


def comparison_of(stack: Stack, path: Drift, frames: FrameRange | None, watch: Watch) -> DriftEffect | None:
    """Projections before and after. On a thread. None where it was given up. Raises FluoganError."""
    return effect_of(watched(stack, watch), path, frames, watch.note, watch.cancelled)


def table_of(path: Path, stack: Stack, document: ProjectDocument, watch: Watch) -> Drift:
    """Read a table that fits a stack; the stack tells which pixels stand still. On a thread. Raises FluoganError."""
    from fluogan_app.core.data.drift_table import read_drift_table
    from fluogan_app.core.estimate.drift import find_defects

    drift = read_drift_table(path).checked(stack.shape)
    defects = find_defects(replace(watched(stack.raw, watch), acquisition=document.acquisition), document.frames)
    return replace(drift, defects_yx=defects)


def write_table(path: Path, drift: Drift, pixel_size_nm: float | None) -> None:
    """Write a path as a table. On a thread. Raises FluoganError."""
    from fluogan_app.core.data.drift_table import write_drift_table

    write_drift_table(path, drift, pixel_size_nm)


def _detail(path: Drift) -> str:
    """Where a path comes from, as a sentence."""
    return f"{path.how[:1].upper()}{path.how[1:].rstrip('.')}." if path.how else ""


def _cut(region: Roi | None, seen: Roi) -> Roi | None:
    """The part of a region that all frames saw; where that is nothing, all that they saw."""
    try:
        return None if region is None else region.common(seen)
    except DataError:
        return None

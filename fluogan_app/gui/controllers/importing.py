"""Results of other programs: a file is chosen, looked at, placed over the mean, and kept as a run."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from fluogan_app.core.errors import FluoganError
from fluogan_app.core.project.run import Run
from fluogan_app.gui.controllers.context import Context
from fluogan_app.gui.dialogs.file_dialogs import choose_result
from fluogan_app.gui.dialogs.import_result import ImportResultDialog
from fluogan_app.gui.run_state import only_for_reading
from fluogan_app.gui.wording import without_flags

if TYPE_CHECKING:
    from fluogan_app.core.project.importing import Found, ImportRequest, Region
    from fluogan_app.core.project.placing import Place
    from fluogan_app.core.project.store import Project


class ImportingController(QObject):
    """`imported` carries the run that an image became."""

    imported = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._context = context
        self._dialog: ImportResultDialog | None = None
        self._found: Found | None = None
        self._region: Region | None = None
        self._request: ImportRequest | None = None
        self._run: Run | None = None
        context.session.project_changed.connect(self._leave)

    def ask(self) -> None:
        """Ask for the file."""
        session = self._context.session
        if session.project is None or self._dialog is not None:
            return
        if reading := only_for_reading(session):
            self._context.say(reading)
            return
        choose_result(self._context.window, self._context.settings.folder("import"), self._look)

    def _look(self, path: Path) -> None:
        self._context.settings.set_folder("import", path.parent)
        session = self._context.session
        shown = session.shown_run
        self._run = shown if shown is not None and shown.has_ended else None
        work = partial(_looked_at, session.project, self._run, path)
        fail = partial(self._context.fail, "The image could not be read")
        self._context.workbench.do(work, partial(self._open, session.project), fail)

    def _open(self, project: Project, looked: tuple[Found, Region]) -> None:
        from fluogan_app.core.project.importing import ImportRequest

        if project is not self._context.session.project:
            return
        self._found, self._region = found, region = looked
        camera_nm = region.acquisition.pixel_size_nm
        self._request = ImportRequest(found.path, found.path.name.split(".")[0])
        dialog = self._dialog = ImportResultDialog(found.path.name, self._field_words(), self._context.window)
        dialog.view.set_mean(region.mean, camera_nm, (region.roi.y0 * camera_nm, region.roi.x0 * camera_nm))
        dialog.view.set_image(found.image)
        dialog.edited.connect(self._edit)
        dialog.place_chosen.connect(self._choose_place)
        dialog.import_requested.connect(self._import)
        dialog.destroyed.connect(lambda: self._forget(dialog))
        self._show(first=True)
        dialog.show()

    def _field_words(self) -> str:
        roi, rows_columns = self._region.roi, self._found.image.shape
        of = f"the field of run {self._run.number}" if self._run is not None else "the project's field"
        return f"{rows_columns[0]} rows × {rows_columns[1]} columns, placed in {of}: {roi}."

    # What the user says of it

    def _edit(self, name: str, value: Any) -> None:
        request, place = self._request, self._placed()
        if name in ("title", "unit"):
            request = replace(request, **{name: value})
        elif name == "source_pixel_nm":
            request = replace(request, pixel_size_nm=value)
        else:
            y_nm, x_nm = request.corner_yx_nm or (place.corner_yx_nm if place is not None else (0.0, 0.0))
            corner = (value, x_nm) if name == "corner_y_nm" else (y_nm, value)
            request = replace(request, corner_yx_nm=corner)
        self._request = request
        self._show()

    def _choose_place(self, place: str) -> None:
        now = self._placed()
        corner = now.corner_yx_nm if place == "corner" and now is not None else None
        self._request = replace(self._request, corner_yx_nm=corner)
        self._show()

    def _placed(self) -> Place | None:
        """Where it lies as things stand; None where that is not known."""
        from fluogan_app.core.project.importing import place_for

        try:
            return place_for(self._found, self._region, self._request)
        except FluoganError:
            return None

    def _show(self, first: bool = False) -> None:
        from fluogan_app.core.project.importing import place_for

        dialog, request = self._dialog, self._request
        values = {"title": request.title, "unit": request.unit}
        try:
            place = place_for(self._found, self._region, request)
        except FluoganError as error:
            dialog.view.set_place(None)
            dialog.set_message(without_flags(error.one_line), wrong=True)
        else:
            values["source_pixel_nm"] = place.pixel_size_nm
            values |= dict(zip(("corner_y_nm", "corner_x_nm"), place.corner_yx_nm, strict=True))
            dialog.view.set_place(place.pixel_size_nm, place.corner_yx_nm)
            dialog.set_message(" ".join((*self._found.notes, *place.notes)))
        if first:
            dialog.set_defaults(values)
        dialog.show_values(values, "size" if request.corner_yx_nm is None else "corner")

    def _import(self) -> None:
        self._dialog.set_busy(True)
        project = self._context.session.project
        work = partial(_imported, project, self._request, self._run)
        self._context.workbench.do(work, partial(self._done, project), self._failed)

    def _done(self, project: Project, made: tuple[Run, list[Run]]) -> None:
        run, runs = made
        if self._dialog is not None:
            self._dialog.close()
        if project is self._context.session.project:
            self._context.session.refresh_runs(runs)
            self._context.say(f"{self._request.path.name} is run {run.number} of this project.")
            self.imported.emit(run)

    def _failed(self, error: FluoganError) -> None:
        if self._dialog is not None:
            self._dialog.set_busy(False)
            self._dialog.set_message(without_flags(error.one_line), wrong=True)

    def _leave(self) -> None:
        if self._dialog is not None:
            self._dialog.close()

    def _forget(self, dialog: ImportResultDialog) -> None:
        if self._dialog is dialog:
            self._dialog = self._found = self._region = None


def _looked_at(project: Project, run: Run | None, path: Path) -> tuple[Found, Region]:
    """On a thread. Raises FluoganError."""
    from fluogan_app.core.project.importing import look_at, region_of

    return look_at(path), region_of(project, run)


def _imported(project: Project, request: ImportRequest, run: Run | None) -> tuple[Run, list[Run]]:
    """On a thread: the new run, and all runs with it. Raises FluoganError."""
    from fluogan_app.core.project.importing import import_result

    return import_result(project, request, run), project.runs()

"""Writing what a run gave for other programs: TIFF with pixel size, tables, figures, a movie."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices

from fluogan_app.core.errors import FluoganError
from fluogan_app.core.project.run import CAMERA_UNIT, Run
from fluogan_app.gui.controllers.context import Context
from fluogan_app.gui.controllers.results import status_text
from fluogan_app.gui.dialogs.export_dialog import ExportDialog, ExportRequest
from fluogan_app.gui.dialogs.questions import ask_overwrite
from fluogan_app.gui.notice_bar import Offer

#: Under which name the settings keep what was chosen the last time.
_KEPT = "export"


class ExportController(QObject):
    """Asks what to write of the shown run and where, and writes it in the background."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._context = context
        self._dialog: ExportDialog | None = None

    def ask(self) -> None:
        """Show the export dialog for the shown run. What there is of it is asked of its drive first."""
        run = self._context.session.shown_run
        if run is None:
            self._context.say("There is no run to export yet.")
            return
        failed = partial(self._context.fail, "The run could not be looked at")
        bench = self._context.workbench
        bench.leave_behind(bench.do(partial(_there, run), partial(self._show, run), failed))

    def _show(self, run: Run, there: tuple[bool, bool, bool]) -> None:
        session, settings = self._context.session, self._context.settings
        if self._dialog is not None:
            self._dialog.done(ExportDialog.DialogCode.Rejected)
        if session.project is None or run not in session.runs:
            return
        stem = session.project.folder.stem if not session.untitled else Path(session.stack_name).stem
        text = f"Run {run.number} of {session.title}: {status_text(run.record)}."
        repeated, filmed, curved = there
        dialog = ExportDialog(
            text, settings.folder("export"), f"{stem}-run{run.number}", self._agreed, repeated,
            run.record.drift is not None, self._context.window, filmed, _last_choices(settings.kept(_KEPT)),
            run.record.claims, curved,
        )  # fmt: skip
        self._run = run
        self._dialog = dialog
        dialog.finished.connect(lambda _: self._forget(dialog))
        dialog.show()

    def _forget(self, dialog: ExportDialog) -> None:
        if dialog is self._dialog:
            self._dialog = None

    def _agreed(self, request: ExportRequest) -> None:
        failed = partial(self._context.fail, "The export could not be written")
        bench = self._context.workbench
        bench.leave_behind(bench.do(partial(look_at, request), partial(self._looked, self._dialog, request), failed))

    def _looked(self, dialog: ExportDialog, request: ExportRequest, found: tuple[bool, list[str]]) -> None:
        """The drive has told whether the folder is there, and which of the files."""
        there, present = found
        if dialog is not self._dialog:
            return
        if not there:
            dialog.show_reason("This folder does not exist.")
        elif present:
            ask_overwrite(dialog, " and ".join(present), lambda answer: answer == "replace" and self._write(request))
        else:
            self._write(request)

    def _write(self, request: ExportRequest) -> None:
        folder = next(iter(request.paths.values())).parent
        self._context.settings.set_folder("export", folder)
        if self._dialog is not None:
            self._context.settings.keep(_KEPT, json.dumps(self._dialog.choices))
        done, failed = partial(self._written, self._dialog, folder), partial(self._not_written, self._dialog)
        self._context.workbench.do(partial(write_export, self._run, request), done, failed)
        if self._dialog is not None:
            self._dialog.hide()

    def _not_written(self, dialog: ExportDialog | None, error: FluoganError) -> None:
        """What was chosen stands there again, for another folder or name."""
        if dialog is not None and dialog is self._dialog:
            dialog.show_reason(error.one_line)
            dialog.show()
        self._context.fail("The export could not be written", error)

    def _written(self, dialog: ExportDialog | None, folder: Path, names: list[str]) -> None:
        if dialog is not None and dialog is self._dialog:
            dialog.done(ExportDialog.DialogCode.Accepted)
        text = f"Exported {', '.join(names)} to {folder}"
        self._context.say(text)
        show = Offer("Show in folder", lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))))
        self._context.notices.show_notice("export", text, [show])


def _there(run: Run) -> tuple[bool, bool, bool]:
    """Whether a run has a standard deviation, a history and curves. On a thread."""
    from fluogan_app.core.project.movie import has_movie

    return run.has_deviation, has_movie(run), bool(run.curves().metrics)


def _last_choices(text: str) -> dict[str, object]:
    try:
        kept = json.loads(text or "{}")
    except ValueError:
        return {}
    return kept if isinstance(kept, dict) else {}


def look_at(request: ExportRequest) -> tuple[bool, list[str]]:
    """Whether the folder is there, and the names of files that are there already. On a thread."""
    paths = list(request.paths.values())
    return paths[0].parent.is_dir(), [path.name for path in paths if path.exists()]


def write_export(run: Run, request: ExportRequest) -> list[str]:
    """Write the wanted files; their names. On a thread. Raises UsageError, ProjectError."""
    # Drawing figures needs an image library that the window's start does not.
    from fluogan_app.core.project.export import corner_nm, export_image, export_run

    wanted = (request.estimate, request.background, request.curves, request.figure, request.deviation, request.drift)
    export_run(run, *wanted, request.error_map, request.movie)
    if request.mean is not None:
        result, about = run.result(), run.provenance() | {"quantity": "mean"}
        corner = corner_nm(run)
        export_image(request.mean, result.mean, result.pixel_size_nm, None, about, CAMERA_UNIT, corner)
    return [path.name for path in request.paths.values()]

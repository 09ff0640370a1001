"""Writing what a run gave for other programs: TIFF with pixel size, CSV, PNG."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from fluogan_app.core.project.run import CAMERA_UNIT, Run
from fluogan_app.gui.controllers.context import Context
from fluogan_app.gui.controllers.results import status_text
from fluogan_app.gui.dialogs.export_dialog import ExportDialog, ExportRequest


class ExportController(QObject):
    """Asks what to write of the shown run and where, and writes it in the background."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._context = context

    def ask(self) -> None:
        """Show the export dialog for the shown run."""
        session = self._context.session
        run = session.shown_run
        if run is None:
            self._context.say("There is no run to export yet.")
            return
        stem = session.project.folder.stem if not session.untitled else Path(session.stack_name).stem
        text = f"Run {run.number} of {session.title}: {status_text(run.record)}."
        folder = self._context.settings.folder("export")
        stem, window = f"{stem}-run{run.number}", self._context.window
        drifted = run.record.drift is not None
        dialog = ExportDialog(text, folder, stem, self._agreed, run.has_deviation, drifted, window)
        self._run = run
        self._dialog = dialog
        dialog.show()

    def _agreed(self, request: ExportRequest) -> None:
        folder = next(iter(request.paths.values())).parent
        self._context.settings.set_folder("export", folder)
        done = partial(self._written, folder)
        failed = partial(self._context.fail, "The export could not be written")
        self._context.workbench.do(partial(write_export, self._run, request), done, failed)
        self._dialog.close()

    def _written(self, folder: Path, names: list[str]) -> None:
        text = f"Exported {', '.join(names)} to {folder}"
        self._context.say(text)
        self._context.notices.show_notice("export", text)


def write_export(run: Run, request: ExportRequest) -> list[str]:
    """Write the wanted files; their names. On a thread. Raises UsageError, ProjectError."""
    # Drawing figures needs an image library that the window's start does not.
    from fluogan_app.core.project.export import export_image, export_run

    wanted = (request.estimate, request.background, request.curves, request.figure, request.deviation, request.drift)
    export_run(run, *wanted)
    if request.mean is not None:
        result, about = run.result(), run.provenance() | {"quantity": "mean"}
        export_image(request.mean, result.mean, result.pixel_size_nm, provenance=about, unit=CAMERA_UNIT)
    return [path.name for path in request.paths.values()]

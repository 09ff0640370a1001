"""Tables and the figure of what was measured: to a file, or to the clipboard."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from fluogan_app.core.files import write_text_atomic
from fluogan_app.core.project.line_profiles import PlacedPicture
from fluogan_app.core.project.measurement_tables import (
    ProfiledLine, for_a_spreadsheet, peaks_table, profiles_table, regions_table, traces_table,
)  # fmt: skip
from fluogan_app.gui.controllers.context import Context
from fluogan_app.gui.controllers.profiles import ProfilesController, measured_regions, profiled
from fluogan_app.gui.controllers.traces import TracesController
from fluogan_app.gui.dialogs.file_dialogs import choose_new_file
from fluogan_app.gui.measurements import Measurements
from fluogan_app.gui.views.measure_panel import MeasurePanel

_CSV, _PICTURES = "Tables (*.csv)", "Pictures (*.png *.svg *.pdf)"
#: The table that is copied of each view.
_COPIED = {"profile": "profiles", "regions": "regions", "traces": "traces"}

_NOTHING = "There is nothing measured yet that could be written or copied."


class MeasurementFiles(QObject):
    """Writes what is measured at that moment, of all lines and regions, in the images in sight."""

    def __init__(
        self,
        context: Context,
        panel: MeasurePanel,
        measurements: Measurements,
        profiles: ProfilesController,
        traces: TracesController,
        pictures: Callable[[], tuple[PlacedPicture, ...]],
        unit: Callable[[], str],
    ) -> None:
        super().__init__(context.window)
        self._context, self._panel, self._measurements = context, panel, measurements
        self._profiles, self._traces, self._pictures, self._unit = profiles, traces, pictures, unit
        panel.copy_wanted.connect(self.copy)
        panel.save_wanted.connect(self.ask)

    def copy(self) -> None:
        """The table of the view in sight, to the clipboard."""
        make = self._table(_COPIED[self._panel.view])
        if make is not None:
            self._context.workbench.do(lambda: for_a_spreadsheet(make()), self._copied, self._failed)

    def save(self) -> None:
        """Ask where the table of the view in sight is to be written."""
        self.ask(_COPIED[self._panel.view])

    def ask(self, what: str) -> None:
        """Ask where to write profiles, peaks, regions or traces as a table, or the figure of the profiles."""
        write = self._figure() if what == "figure" else self._text(what)
        if write is None:
            return
        stem = Path(self._context.session.title).stem or "measurements"
        name, kind = (f"{stem}-profiles.png", _PICTURES) if what == "figure" else (f"{stem}-{what}.csv", _CSV)
        title = "Save the figure" if what == "figure" else f"Save the {what}"
        folder = self._context.settings.folder("export")
        choose_new_file(
            self._context.window, "save_measurements", title, folder, name, kind, partial(self._write, write)
        )

    # Inside

    def _text(self, what: str) -> Callable[[Path], None] | None:
        make = self._table(what)
        return None if make is None else lambda path: write_text_atomic(path, make())

    def _table(self, what: str) -> Callable[[], str] | None:
        """What makes the table on a thread; None where there is nothing to write, which is said."""
        unit, pictures, about = self._unit(), self._pictures(), self._about()
        if what in ("profiles", "peaks"):
            lines, fit = self._measurements.of("line"), self._panel.fit.isChecked()
            write = profiles_table if what == "profiles" else peaks_table
            if lines and pictures:
                return lambda: write([_profiled(line, pictures, fit) for line in lines], unit, about)
        elif what == "regions":
            regions = [item for item in self._measurements.items if item.shape.kind != "line"]
            if regions and pictures:
                return lambda: regions_table(measured_regions(regions, pictures), unit, about)
        elif self._traces.traces:
            return partial(traces_table, dict(self._traces.traces), self._traces.camera, about)
        self._context.say(_NOTHING)
        return None

    def _figure(self) -> Callable[[Path], None] | None:
        shown, unit, normalised = self._profiles.profiled, self._unit(), self._panel.normalise.isChecked()
        if shown is None or not shown.profiles:
            self._context.say("There are no profiles yet that could be drawn.")
            return None
        caption = f"{self._context.session.title}, {shown.name}, width {shown.line.width_nm:.4g} {unit}"

        def write(path: Path) -> None:
            from fluogan_app.core.project.profile_figure import export_profiles

            export_profiles(path, shown.profiles, unit, normalised, caption)

        return write

    def _about(self) -> dict[str, str]:
        session = self._context.session
        shown = session.shown_run
        about = {"Project": session.title, "Stack": session.stack_name}
        if shown is not None:
            about["Run"] = f"{shown.number}, step {shown.record.steps}"
        return {name: words for name, words in about.items() if words}

    def _write(self, write: Callable[[Path], None], path: Path) -> None:
        self._context.settings.set_folder("export", path.parent)
        self._context.workbench.do(lambda: write(path), partial(self._written, path), self._failed)

    def _written(self, path: Path, _: object) -> None:
        self._context.say(f"Written: {path}")

    def _copied(self, text: str) -> None:
        if text.count("\n") < 2:  # its heads alone
            self._context.say(_NOTHING)
            return
        QApplication.clipboard().setText(text)
        self._context.say("The table is on the clipboard.")

    def _failed(self, error) -> None:
        self._context.fail("The measurements could not be written", error)


def _profiled(line, pictures, with_fit: bool) -> ProfiledLine:
    found = profiled(line, pictures, with_fit)
    assert found is not None
    return found

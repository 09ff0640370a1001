"""Measuring: lines, regions and points drawn on any viewer; profiles, areas and traces of what lies under them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer

from fluogan_app.core.data.shape import Shape
from fluogan_app.core.errors import FluoganError
from fluogan_app.gui.command import Command
from fluogan_app.gui.controllers.measured_views import MeasuredViews
from fluogan_app.gui.controllers.measurement_files import MeasurementFiles
from fluogan_app.gui.controllers.profiles import ProfilesController
from fluogan_app.gui.controllers.traces import TracesController
from fluogan_app.gui.features.feature import Feature
from fluogan_app.gui.measurements import MOST_ITEMS, Measurement, Measurements
from fluogan_app.gui.views.measure_list import TOOLS
from fluogan_app.gui.views.measure_panel import VIEWS, MeasurePanel

if TYPE_CHECKING:
    from fluogan_app.gui.main_window import MainWindow

_MENU = "&Measure"
#: The width of a new line, until the user chooses another: in camera pixels.
_WIDTH_PIXELS = 3.0
_REST_MS = 300
#: What is looked at of each thing that is drawn.
_VIEW_OF = {"line": "profile", "rectangle": "regions", "ellipse": "regions", "polygon": "regions", "point": "traces"}


class MeasuringFeature(Feature):
    """Joins the list of what was drawn, the viewers that it is drawn on, and the page that measures it."""

    name = "measurements"
    commands = (
        Command("measure_line", _MENU, "&Line", ("F8",),
                "Draw a line in any viewer: profile, length and angle. Enter draws one in the middle", needs="project"),
        Command("measure_rectangle", _MENU, "&Rectangle", ("Shift+F8",), "Area, and the light inside", needs="project"),
        Command("measure_ellipse", _MENU, "&Ellipse", ("Ctrl+F8",), "Area, and the light inside", needs="project"),
        Command("measure_polygon", _MENU, "&Polygon", ("F9",),
                "Click its corners, double-click the last one or press Enter", needs="project"),
        Command("measure_point", _MENU, "P&oint", ("Shift+F9",),
                "A pixel: its value, and its light over the frames", needs="project"),
        Command("measure_show", _MENU, "&Show what is measured", ("Ctrl+F9",),
                "Profiles, regions and traces", needs="project", starts_section=True),
        Command("measure_copy", _MENU, "&Copy the table", ("Ctrl+Shift+F9",),
                "Of profiles, regions or traces, for a spreadsheet", needs="project"),
        Command("measure_save", _MENU, "Save the &table…", (),
                "Write profiles, regions or traces as CSV", needs="project"),
        Command("measure_undo", _MENU, "&Undo a measurement", ("Ctrl+Alt+Z",),
                "Take the last change of what was drawn back", needs="project", starts_section=True),
        Command("measure_redo", _MENU, "Re&do a measurement", ("Ctrl+Alt+Y",), needs="project"),
        Command("measure_clear", _MENU, "Remove &all measurements", (), needs="project"),
    )  # fmt: skip

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.measurements, self.panel = Measurements(self), MeasurePanel()
        self._pixel_nm: float | None = None
        # Once the hand rests: while a line is dragged it changes with every pixel.
        self._noted = QTimer(self, singleShot=True, interval=_REST_MS)
        self._noted.timeout.connect(self._note_drawn)
        window.workspace.add_page("bottom", "measure_page", "&Profile", self.panel)
        self.views = MeasuredViews(
            window, self.measurements, lambda: self.panel.list.width, lambda: self.panel.with_frame.isChecked()
        )
        context, pictures = window.context, self.views.pictures
        self.profiles = ProfilesController(context, self.panel, self.measurements, pictures, self._unit)
        self.traces = TracesController(context, self.panel, self.measurements)
        self.files = MeasurementFiles(
            context, self.panel, self.measurements, self.profiles, self.traces, pictures, self._unit
        )
        self._connect(window)

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """See Feature.handlers."""
        draw = {f"measure_{kind}": partial(self._toggle_tool, kind) for kind in TOOLS}
        shown = self.measurements
        return draw | {
            "measure_show": self._show_page, "measure_copy": self.files.copy, "measure_save": self.files.save,
            "measure_undo": shown.undo, "measure_redo": shown.redo, "measure_clear": shown.clear,
        }  # fmt: skip

    def gather(self) -> dict[str, Any]:
        """See Feature.gather."""
        self._note_drawn()
        if not self.measurements.items:
            return {"items": []}
        return {
            "items": list(self._drawn),
            "chosen": self.measurements.index,
            "view": self.panel.view,
            "normalised": self.panel.normalise.isChecked(),
            "fit": self.panel.fit.isChecked(),
            "with_frame": self.panel.with_frame.isChecked(),
            "pixel_nm": self._pixel_nm,
        }

    def restore(self, kept: Mapping[str, Any]) -> None:
        """See Feature.restore."""
        self._choose_tool("")
        self._pixel_nm = self.session.document.acquisition.pixel_size_nm
        self.panel.list.set_width(_WIDTH_PIXELS * (self._pixel_nm or 1.0))
        items = _items(kept.get("items", ()))
        for tick, name in ((self.panel.normalise, "normalised"), (self.panel.fit, "fit"),
                           (self.panel.with_frame, "with_frame")):  # fmt: skip
            tick.setChecked(bool(kept.get(name, False)))
        view = kept.get("view", "profile")
        self.panel.show_view(view if view in VIEWS else "profile")
        index = int(kept.get("chosen", -1))
        self.measurements.set_items(items, index if index < len(items) else -1)
        former = kept.get("pixel_nm", self._pixel_nm)
        if items and former != self._pixel_nm:
            self.measurements.scale((self._pixel_nm or 1.0) / (float(former) if former else 1.0))

    def stop(self, seconds: float) -> bool:
        """See Feature.stop."""
        self.profiles.stop()
        self.traces.stop()
        return True

    # The user's wishes

    def _toggle_tool(self, kind: str) -> None:
        """By a key: draw this, or draw no more."""
        self._choose_tool("" if self.views.kind == kind else kind)
        if self.views.kind:
            self.views.front().setFocus()

    def _choose_tool(self, kind: str) -> None:
        self.views.set_kind(kind)
        self.panel.list.show_tool(kind)
        if kind:
            if not (kind == "point" and self.panel.view == "regions"):
                self.panel.show_view(_VIEW_OF[kind])
            self._show_page()
            self.context.say(f"{TOOLS[kind][2]}. Enter draws one in the middle, Esc ends.")
            self.profiles.renew()
            self.traces.renew()

    def _show_page(self) -> None:
        self.window.workspace.show_page(self.panel)

    def _rename(self, index: int, name: str) -> None:
        others = {item.name for number, item in enumerate(self.measurements.items) if number != index}
        if name.strip() and name not in others:
            self._edit(index, name=name.strip())
        else:
            self.context.say("Each measurement needs a name of its own.")
            self._show_list()

    def _edit(self, index: int, **fields: Any) -> None:
        self.measurements.note()
        self.measurements.change(index, **fields)

    def _reshape(self, shape: Shape) -> None:
        if self.measurements.chosen is not None:
            self._edit(self.measurements.index, shape=shape)

    def _choose(self, index: int) -> None:
        self.measurements.choose(index)
        chosen = self.measurements.chosen
        # What is chosen is looked at; a region in its values or in its trace, as the user has it.
        if chosen is not None and (chosen.shape.kind == "line") != (self.panel.view == "profile"):
            self.panel.show_view("profile" if chosen.shape.kind == "line" else "regions")
            self.profiles.renew()

    # From elsewhere

    def _unit(self) -> str:
        return "px" if self.session.document.acquisition.pixel_size_nm is None else "nm"

    @property
    def _drawn(self) -> tuple[dict[str, Any], ...]:
        return tuple(item.plain for item in self.measurements.items)

    def _note_drawn(self) -> None:
        """What was drawn is the user's work: it counts as unsaved, and is kept aside for the case of a crash."""
        if self.session.project is not None:
            self.session.change(drawn=self._drawn)

    def _take_change(self, changed: frozenset[str]) -> None:
        """Taken back from a draft; and what was drawn stays on its pixels when their size is corrected."""
        drawn = self.session.document.drawn
        if "drawn" in changed and drawn != self._drawn:
            self.measurements.set_items(_items(drawn))
        size = self.session.document.acquisition.pixel_size_nm
        if "acquisition" not in changed or size == self._pixel_nm:
            return
        factor, self._pixel_nm = (size or 1.0) / (self._pixel_nm or 1.0), size
        self.panel.list.set_width(self.panel.list.width * factor)
        self.measurements.scale(factor)
        self._show_list()

    def _leave_project(self) -> None:
        if self.session.project is None:
            self._choose_tool("")
            self.measurements.set_items(())

    def _show_list(self) -> None:
        self.panel.list.show_items(self.measurements.items, self.measurements.index, self._unit())

    def _connect(self, window: MainWindow) -> None:
        shown, panel, drawn = self.measurements, self.panel, self.panel.list
        for signal in (shown.changed, shown.chosen_changed):
            signal.connect(self._show_list)
        shown.changed.connect(self._noted.start)
        drawn.tool_chosen.connect(self._choose_tool)
        drawn.chosen.connect(self._choose)
        drawn.renamed.connect(self._rename)
        drawn.recoloured.connect(lambda index, colour: self._edit(index, colour=colour))
        drawn.removed.connect(shown.remove)
        drawn.reshaped.connect(self._reshape)
        drawn.undo_wanted.connect(shown.undo)
        drawn.redo_wanted.connect(shown.redo)
        self.views.images_changed.connect(self.profiles.renew)
        self.views.left.connect(lambda: self._choose_tool(""))
        slider = window.workspace.browser.slider
        panel.frame_wanted.connect(slider.setValue)
        slider.valueChanged.connect(panel.show_frame)
        window.stacks.image_shown.connect(lambda: panel.show_frame(slider.value()))
        self.session.document_changed.connect(self._take_change)
        self.session.project_changed.connect(self._leave_project)


def _items(kept: Sequence[Mapping[str, Any]]) -> list[Measurement]:
    return [item for values in kept[:MOST_ITEMS] if (item := _item(values)) is not None]


def _item(values: Mapping[str, Any]) -> Measurement | None:
    """One of a project's; None where it is nothing that could be drawn."""
    try:
        return Measurement.from_plain(values)
    except (FluoganError, TypeError, ValueError, KeyError):
        return None

"""Measures what was drawn in the images in sight, in the background: profiles with their peaks, and regions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject

from fluogan_app.core.data.shape import AREAS
from fluogan_app.core.errors import DataError, FluoganError
from fluogan_app.core.metrics.inside import InsideValues, values_inside
from fluogan_app.core.project.line_profiles import PlacedPicture, caution, measured_profiles, peak_heads, peak_rows
from fluogan_app.core.project.measurement_tables import MeasuredRegion, ProfiledLine
from fluogan_app.core.units import unit_of_sum
from fluogan_app.gui.controllers.context import Context
from fluogan_app.gui.following_work import FollowingWork
from fluogan_app.gui.measurements import Measurement, Measurements
from fluogan_app.gui.views.controls import number_text
from fluogan_app.gui.views.measure_list import area_text
from fluogan_app.gui.views.measure_panel import MeasurePanel

NO_LINE = "Draw a line in any viewer (F8): the values along it appear here."
NO_REGION = "Draw a rectangle, an ellipse, a polygon or a point in any viewer (Shift+F8, Ctrl+F8, F9, Shift+F9)."


class ProfilesController(QObject):
    """Keeps the page's profiles and regions equal to what was drawn and to what is in sight.

    pictures: the images in sight. unit: of lengths, nm or px.
    """

    def __init__(
        self,
        context: Context,
        panel: MeasurePanel,
        measurements: Measurements,
        pictures: Callable[[], tuple[PlacedPicture, ...]],
        unit: Callable[[], str],
    ) -> None:
        super().__init__(context.window)
        self._context, self._panel, self._measurements = context, panel, measurements
        self._pictures, self._unit = pictures, unit
        self._work = FollowingWork(context.workbench, self._next, self._show, self._fail, self)
        self.profiled: ProfiledLine | None = None
        self.measured: tuple[MeasuredRegion, ...] = ()
        measurements.changed.connect(self.renew)
        measurements.chosen_changed.connect(self.renew)
        panel.options_changed.connect(self.renew)
        panel.view_chosen.connect(lambda _: self.renew())
        panel.seen.connect(self.renew)

    @property
    def settled(self) -> bool:
        """Whether what is shown is of what is drawn."""
        return not self._work.busy

    def renew(self) -> None:
        """Something has changed. While the page is out of sight nothing is done; it asks when it comes to the front."""
        if self._panel.isVisible():
            self._work.renew()

    def stop(self) -> None:
        """Measure no more."""
        self._work.stop()

    @property
    def line(self) -> Measurement | None:
        """The line whose profiles are shown: the chosen one, else the last one."""
        chosen, lines = self._measurements.chosen, self._measurements.of("line")
        if chosen is not None and chosen.shape.kind == "line":
            return chosen
        return lines[-1] if lines else None

    # Inside

    def _next(self) -> Callable[[], object] | None:
        pictures = self._pictures()
        if self._panel.view == "profile":
            return partial(profiled, self.line, pictures, self._panel.fit.isChecked())
        if self._panel.view == "regions":
            return partial(measured_regions, self._measurements.of(*AREAS, "point"), pictures)
        return None

    def _show(self, found: ProfiledLine | tuple[MeasuredRegion, ...] | None) -> None:
        if isinstance(found, tuple):
            self.measured = found
            words = "" if found else NO_REGION
            self._panel.show_regions([row for region in found for row in region_rows(region, self._unit())], words)
            return
        self.profiled = found
        profiles = found.profiles if found is not None else ()
        title = "" if self.line is not None else NO_LINE
        fit = self._panel.fit.isChecked()
        self._panel.set_peak_heads(peak_heads(self._unit(), fit))
        words = caution(profiles) if profiles else ""
        self._panel.show_profiles(profiles, self._unit(), peak_rows(profiles, fit), words, title)

    def _fail(self, error: FluoganError) -> None:
        self.profiled = None
        self._panel.show_profiles((), self._unit(), [], "", error.one_line)


def profiled(line: Measurement | None, pictures: Sequence[PlacedPicture], with_fit: bool) -> ProfiledLine | None:
    """The profiles along a line; None without one. On a thread. Raises DataError."""
    if line is None:
        return None
    return ProfiledLine(line.name, line.shape, measured_profiles(line.shape, pictures, with_fit))


def measured_regions(
    regions: Sequence[Measurement], pictures: Sequence[PlacedPicture]
) -> tuple[MeasuredRegion, ...]:
    """What lies inside each region in each image that it lies on. On a thread."""
    found = []
    for region in regions:
        values: list[tuple[str, str, InsideValues]] = []
        for picture in pictures:
            try:
                inside = values_inside(picture.image, picture.placement, region.shape)
            except DataError:
                continue  # it lies outside this image, which other images may hold
            values.append((picture.title, picture.unit, inside))
        found.append(MeasuredRegion(region.name, region.shape, tuple(values)))
    return tuple(found)


def region_rows(region: MeasuredRegion, unit: str) -> list[list[str]]:
    """One row of words for each image; one that says so where it lies on none."""
    shape = region.shape
    area = "sides cross" if shape.crosses_itself else area_text(shape.area_nm2, unit) if shape.has_area else "1 pixel"
    if not region.values:
        return [[region.name, area, "on none of the images in sight", *[""] * 6]]
    rows = []
    for title, value_unit, inside in region.values:
        mean, total, *others = (
            number_text(number)
            for number in (inside.mean, inside.total, inside.least, inside.largest, inside.deviation)
        )
        rows.append([region.name, area, title, mean, f"{total} {unit_of_sum(value_unit)}", *others, value_unit])
    return rows

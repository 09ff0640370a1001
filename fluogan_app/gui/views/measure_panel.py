"""The page for measuring: the list of what was drawn, and beside it profiles, regions or traces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup, QCheckBox, QMenu, QProgressBar, QSplitter, QStackedWidget, QVBoxLayout, QWidget,
)  # fmt: skip

from fluogan_app.gui.icons import IconButton
from fluogan_app.gui.style import small_font
from fluogan_app.gui.views.controls import WordButton, WrappedLabel, row_of, toggle_button
from fluogan_app.gui.views.measure_list import MeasureList
from fluogan_app.gui.views.number_table import NumberTable

if TYPE_CHECKING:
    from fluogan_app.core.project.line_profiles import MeasuredProfile
    from fluogan_app.gui.views.profile_plot import ProfilePlot
    from fluogan_app.gui.views.trace_plot import TracePlot

#: What is shown of what was drawn, with its words and their explanation.
VIEWS = {
    "profile": ("Profile", "Values along the chosen line in every image in sight, with widths and distances of peaks"),
    "regions": ("Regions", "Areas, and the light inside, of all regions and points in every image in sight"),
    "traces": ("Traces", "The light of all regions and points over the frames: does it blink, does it bleach?"),
}
#: What can be written of each view: key, words of the menu.
SAVES = {
    "profile": {"profiles": "&Profiles as CSV…", "peaks": "Pea&ks as CSV…", "figure": "&Figure…"},
    "regions": {"regions": "&Regions as CSV…"},
    "traces": {"traces": "&Traces as CSV…"},
}
_PEAK_TIPS = {
    "Image": "The image, by the title of its viewer",
    "Peak": "Distance from the line's first end: the centroid of the upper half of the peak",
    "FWHM": "Full width at half maximum above the line's base, which is the lowest tenth of its values, along the "
    "smooth curve through the pixels. ± holds the noise and what the pixels leave open: 1 % at 3 pixels, 8 % at 2",
    "Gaussian": "Full width at half maximum of a Gaussian, fitted together with those of the other peaks",
    "Apart": "Distance to the next peak",
    "Valley": "The lowest value before the next peak, in parts of the lower of the two: resolved below 80 %",
}
_REGIONS = ("Region", "Area", "Image", "Mean", "Sum", "Min", "Max", "Std dev", "Unit")
_REGION_TIPS = (
    "Its name in the list", "Of what was drawn, not of the pixels", "The image, by the title of its viewer",
    "Mean of the pixels inside, those on the border by their share",
    "Mean times number of pixels: all the light inside, in photons or counts",
    "The lowest value of a pixel that lies inside by half or more",
    "The highest value of a pixel that lies inside by half or more",
    "How the pixels inside differ from each other", "Of mean, min, max and standard deviation; the sum has its own",
)  # fmt: skip
_TRACES = ("Place", "Mean", "Variance / mean", "Stays alike for")
_TRACE_TIPS = (
    "Region or point", "Mean over the frames",
    "Of the sum over the place: 1 for steady light in photons, more where it blinks, flickers or bleaches",
    "Integrated autocorrelation time: 1 frame where each frame is by itself",
)  # fmt: skip
_SHARES, _PLOT_SHARES = (262, 610), (250, 380)
#: In pixels: what is measured counts more than the whole of a long title, which its tooltip says.
_LONGEST_NAME = 64


class MeasurePanel(QWidget):
    """Setters never emit. The diagrams are made when they are first seen: they take time that a start has not."""

    view_chosen = Signal(str)
    options_changed = Signal()
    copy_wanted = Signal()
    save_wanted = Signal(str)
    traces_wanted = Signal()
    traces_left = Signal()
    frame_wanted = Signal(int)
    seen = Signal()  # the page came to the front

    def __init__(self) -> None:
        super().__init__()
        self.list = MeasureList()
        self._plot: ProfilePlot | None = None
        self._trace_plot: TracePlot | None = None
        self._views = QButtonGroup(self)
        self.view_buttons = {
            name: toggle_button(words, f"measure_view_{name}", tip) for name, (words, tip) in VIEWS.items()
        }
        self.normalise = _tick("0 to &1", "measure_normalise", "Show each profile from its lowest to its highest")
        self.fit = _tick("&Gaussians", "measure_fit", "Fit Gaussians to the peaks, and tell their width")
        self.with_frame = _tick(
            "Fra&me too", "measure_frame", "Measure the stack's frame or projection beside the images of a run"
        )
        self.copy_button = IconButton("copy", "measure_copy", "Copy", "Copy the table for a spreadsheet")
        self.save_button = IconButton("export", "measure_save", "Save", "Write tables or the figure")
        self.save_menu = QMenu(self.save_button)
        self.save_menu.setObjectName("measure_save_menu")
        self.peaks = NumberTable("measure_peaks", "Peaks of the profiles", ("Image",), first=_LONGEST_NAME)
        self.caution = WrappedLabel()
        self.regions = NumberTable("measure_regions", "Regions and what lies inside", _REGIONS, _REGION_TIPS)
        self.regions_words, self.traces_words = WrappedLabel(), WrappedLabel()
        self.trace_facts = NumberTable("measure_trace_facts", "What the traces tell", _TRACES, _TRACE_TIPS)
        self.read_button = WordButton("Read the traces", "run", "measure_read", "Read the light over all chosen frames")
        self.cancel_button = IconButton("clear", "measure_cancel", "Read no further")
        self.progress = QProgressBar()
        self._lay_out()
        self._connect()
        self.show_view("profile")
        self.show_reading(None)

    # Setters

    def show_view(self, name: str) -> None:
        """Show profiles, regions or traces."""
        self.view_buttons[name].setChecked(True)
        self._pages.setCurrentIndex(list(VIEWS).index(name))
        self.with_frame.setVisible(name != "traces")
        if self.isVisible():
            self._make_diagram()

    def set_peak_heads(self, heads: Sequence[str]) -> None:
        """Name the columns of the table of peaks."""
        if self.peaks.heads != list(heads):
            self.peaks.set_heads(heads, [_PEAK_TIPS[head.split()[0].strip(",")] for head in heads])

    def show_profiles(self, profiles: Sequence[MeasuredProfile], unit: str, rows: Sequence[Sequence[str]],
                      caution: str, words: str) -> None:  # fmt: skip
        """Draw profiles, with the table of their peaks; `words` stand where there is none."""
        self.peaks.set_rows(rows)
        self.caution.setText(caution)
        if self._plot is None and (profiles or self.isVisible()):
            self._make_diagram()
        if self._plot is not None:
            self._plot.show_profiles(profiles, unit, self.normalise.isChecked(), words)

    def show_regions(self, rows: Sequence[Sequence[str]], words: str) -> None:
        """Show areas and values."""
        self.regions.set_rows(rows)
        self.regions_words.setText(words)
        self.regions_words.setVisible(bool(words))

    def show_traces(self, traces: Mapping[str, np.ndarray], first: int, unit: str, time_step_ms: float | None,
                    rows: Sequence[Sequence[str]], words: str) -> None:  # fmt: skip
        """Draw traces with what they tell; `words` say what they are of, or why there are none."""
        self.trace_facts.set_rows(rows)
        self.traces_words.setText(words)
        if self._trace_plot is None and (traces or self.isVisible()):
            self._make_diagram()
        if self._trace_plot is not None:
            self._trace_plot.show_traces(traces, first, unit, time_step_ms)

    def show_reading(self, fraction: float | None) -> None:
        """How far the frames are read; None while nothing is."""
        for part in (self.progress, self.cancel_button):
            part.setVisible(fraction is not None)
        self.progress.setValue(round(100 * (fraction or 0.0)))

    def show_frame(self, frame: int) -> None:
        """Mark the frame in sight in the traces."""
        if self._trace_plot is not None:
            self._trace_plot.show_frame(frame)

    # What the user has chosen

    @property
    def view(self) -> str:
        """What is shown, a key of VIEWS."""
        return next(name for name, button in self.view_buttons.items() if button.isChecked())

    @property
    def plot(self) -> ProfilePlot | None:
        """The diagram of the profiles, as soon as there is one."""
        return self._plot

    @property
    def trace_plot(self) -> TracePlot | None:
        """The diagram of the traces, as soon as there is one."""
        return self._trace_plot

    def showEvent(self, event) -> None:
        """Now the diagrams are worth their time."""
        super().showEvent(event)
        self._make_diagram()
        self.seen.emit()

    # Inside

    def _make_diagram(self) -> None:
        if self.view == "profile" and self._plot is None:
            from fluogan_app.gui.views.profile_plot import ProfilePlot

            self._plot = ProfilePlot()
            self._profile_page.insertWidget(0, self._plot)
            self._profile_page.setSizes(_PLOT_SHARES)
        elif self.view == "traces" and self._trace_plot is None:
            from fluogan_app.gui.views.trace_plot import TracePlot

            self._trace_plot = TracePlot()
            self._trace_plot.frame_wanted.connect(self.frame_wanted)
            self._trace_page.insertWidget(0, self._trace_plot)
            self._trace_page.setSizes(_PLOT_SHARES)

    def _view_clicked(self, name: str) -> None:
        self.show_view(name)
        self.view_chosen.emit(name)

    def _offer_saves(self) -> None:
        self.save_menu.clear()
        for name, words in SAVES[self.view].items():
            self.save_menu.addAction(words).triggered.connect(lambda _=False, name=name: self.save_wanted.emit(name))
        self.save_menu.popup(self.save_button.mapToGlobal(self.save_button.rect().bottomLeft()))

    def _lay_out(self) -> None:
        for label, name in ((self.caution, "caution"), (self.regions_words, "regions_words"),
                            (self.traces_words, "traces_words")):  # fmt: skip
            label.setObjectName(f"measure_{name}")
            label.setFont(small_font(label))
        self._profile_page, self._trace_page = QSplitter(), QSplitter()
        peaks = _column(self.peaks, self.caution)
        peaks.layout().insertLayout(0, row_of((self.normalise, self.fit, None), (0, 0, 0, 0)))
        self._profile_page.addWidget(peaks)
        reading = row_of((self.read_button, self.progress, self.cancel_button, None), (0, 0, 0, 0))
        traces = _column(self.trace_facts, self.traces_words)
        traces.layout().insertLayout(0, reading)
        self._trace_page.addWidget(traces)
        self._pages = QStackedWidget()
        for page in (self._profile_page, _column(self.regions, self.regions_words), self._trace_page):
            self._pages.addWidget(page)
        for splitter in (self._profile_page, self._trace_page):
            splitter.setChildrenCollapsible(False)
        self.progress.setAccessibleName("Reading the frames")
        self.progress.setMaximumWidth(120)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 2, 4, 2)
        column.setSpacing(2)
        ticks = (self.with_frame, self.copy_button, self.save_button)
        column.addLayout(row_of((*self.view_buttons.values(), None, *ticks), (0, 0, 0, 0)))
        column.addWidget(self._pages, 1)
        parts = QSplitter(Qt.Orientation.Horizontal)
        parts.setChildrenCollapsible(False)
        for part in (self.list, right):
            parts.addWidget(part)
        parts.setSizes(_SHARES)
        parts.setStretchFactor(1, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(parts)

    def _connect(self) -> None:
        for name, button in self.view_buttons.items():
            self._views.addButton(button)
            button.clicked.connect(lambda _=False, name=name: self._view_clicked(name))
        for tick in (self.normalise, self.fit, self.with_frame):
            tick.clicked.connect(lambda _: self.options_changed.emit())
        self.copy_button.clicked.connect(self.copy_wanted)
        self.save_button.clicked.connect(self._offer_saves)
        self.read_button.clicked.connect(self.traces_wanted)
        self.cancel_button.clicked.connect(self.traces_left)


def _tick(text: str, name: str, tip: str) -> QCheckBox:
    tick = QCheckBox(text)
    tick.setObjectName(name)
    tick.setToolTip(tip)
    return tick


def _column(*parts: QWidget) -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2)
    for number, part in enumerate(parts):
        column.addWidget(part, 0 if number else 1)
    return page

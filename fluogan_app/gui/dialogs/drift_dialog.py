"""The sample's drift: its path over the frames, what a correction changes in the images, and the wish to correct."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup, QDialog, QHBoxLayout, QLabel, QProgressBar, QPushButton, QSplitter, QVBoxLayout, QWidget,
)  # fmt: skip

from fluogan_app.core.estimate.result import Evidence
from fluogan_app.gui.style import problem_colour, small_font
from fluogan_app.gui.views.controls import QuietLabel, WordButton, WrappedLabel, row_of, toggle_button
from fluogan_app.gui.views.evidence_plot import EvidencePlot, with_nm
from fluogan_app.gui.views.linked_panes import LinkedPanes, PaneImage

#: What the two images show, with its words and their explanation.
KINDS = {
    "mean": ("Mean", "Compare the means over the frames: what moved is smeared"),
    "std": ("Std dev", "Compare the standard deviations over the frames: an edge that moved is bright"),
}
BEFORE, AFTER = "recorded", "corrected"
UNIT = "counts"


@dataclass(frozen=True)
class DriftState:
    """What the dialog shows. words: what was found. curve: the path; None while there is none.

    has_path: there is a path, as was found or read. can_apply: it is not in use. applied: the stack is corrected, for
    this path or another.
    """

    words: str
    detail: str = ""
    curve: Evidence | None = None
    nm_per_pixel: float | None = None
    has_path: bool = False
    can_apply: bool = False
    applied: bool = False
    is_problem: bool = False


class DriftDialog(QDialog):
    """Stays beside the window. Setters never emit; `left` says that nobody waits for an estimate any more."""

    apply_requested = Signal()
    remove_requested = Signal()
    estimate_requested = Signal()
    cancel_requested = Signal()
    import_requested = Signal()
    export_requested = Signal()
    left = Signal()

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("drift_dialog")
        self.setWindowTitle(f"Drift of {title}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(1080, 640)
        self.words, self.detail = WrappedLabel(), WrappedLabel()
        self.progress, self.stage = QProgressBar(), QuietLabel(object_name="drift_stage")
        self.plot = EvidencePlot()
        self._kinds = QButtonGroup(self)
        self.kind_buttons = {kind: toggle_button(text, f"drift_{kind}", tip) for kind, (text, tip) in KINDS.items()}
        self.panes = LinkedPanes(names=(BEFORE, AFTER), before=tuple(self.kind_buttons.values()))
        self._images: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        self._frame_count, self._pixel_size_nm = 0, None
        self._make_buttons()
        self._lay_out()
        self._connect()
        self.panes.set_same_scale(True)
        for name in (BEFORE, AFTER):
            self.panes.pane(name).set_placeholder("Shown when there is a path to correct")
        self.kind_buttons["mean"].setChecked(True)
        self.show_end()
        self.show_state(DriftState(""))

    # Setters

    def show_progress(self, stage: str, fraction: float) -> None:
        """Something goes on: the estimate, or the images before and after."""
        self.stage.setText(stage)
        self.progress.setRange(0, 100 if fraction < 1 else 0)
        self.progress.setValue(round(100 * fraction))
        for part in (self.stage, self.progress, self.cancel_button):
            part.show()
        self.estimate_button.setEnabled(False)

    def show_end(self) -> None:
        """Nothing goes on any more."""
        for part in (self.stage, self.progress, self.cancel_button):
            part.hide()
        self.estimate_button.setEnabled(True)

    def show_state(self, state: DriftState) -> None:
        """Show what is known of the drift, and what can be done."""
        self.words.setText(state.words)
        self.words.setForegroundRole(self.foregroundRole())
        palette = self.words.palette()
        palette.setColor(palette.ColorRole.WindowText, problem_colour(self.palette()) if state.is_problem
                         else self.palette().windowText().color())  # fmt: skip
        self.words.setPalette(palette)
        self.detail.setText(state.detail)
        self.plot.show_evidence(*with_nm(state.curve, state.nm_per_pixel) if state.curve is not None else (None,))
        self.apply_button.setEnabled(state.can_apply)
        self.remove_button.setEnabled(state.applied)
        self.export_button.setEnabled(state.has_path)

    def show_images(
        self, images: dict[str, tuple[np.ndarray, np.ndarray]], frame_count: int = 0, pixel_size_nm: float | None = None
    ) -> None:
        """Show projections [y, x] of so many frames before and after, by their kind; none empties the viewers."""
        self._images, self._frame_count, self._pixel_size_nm = images, frame_count, pixel_size_nm
        for button in self.kind_buttons.values():
            button.setEnabled(bool(images))
        self._show_kind()

    @property
    def kind(self) -> str:
        """What the images show, a key of KINDS."""
        return next(kind for kind, button in self.kind_buttons.items() if button.isChecked())

    # Inside

    def _show_kind(self) -> None:
        pair = self._images.get(self.kind)
        if pair is None:
            self.panes.clear()
            return
        words, size = f"{KINDS[self.kind][0].lower()} of {self._frame_count} frames", self._pixel_size_nm
        images = [PaneImage(image, size, UNIT, detail=words) for image in pair]
        self.panes.set_images(dict(zip((BEFORE, AFTER), images, strict=True)))

    def _make_buttons(self) -> None:
        self.apply_button = WordButton(
            "&Correct the drift", "done", "drift_apply",
            "Move each frame back, in the viewer and in every run from now on", primary=True,
        )  # fmt: skip
        self.remove_button = _button("&Undo the correction", "drift_remove", "Use the frames as they were recorded")
        self.estimate_button = _button("&Estimate again", "drift_estimate", "Find the path from the chosen frames")
        self.import_button = _button("&Import table…", "drift_import", "Take the path from a CSV table")
        self.export_button = _button("E&xport table…", "drift_export", "Write the path as a CSV table")
        self.cancel_button = _button("Cancel", "drift_cancel", "Give up what is being computed")
        self.close_button = _button("Close", "drift_close", "Close this window; a correction stays")

    def _lay_out(self) -> None:
        self.words.setFont(small_font(self.words, 1.0, bold=True))
        for label, name in ((self.words, "drift_words"), (self.detail, "drift_detail")):
            label.setObjectName(name)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.progress.setAccessibleName("Working")
        upper = QWidget()
        row = QHBoxLayout(upper)
        row.setContentsMargins(0, 0, 0, 0)
        row.addLayout(self._make_words(), 2)
        row.addWidget(self.plot, 3)
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.setChildrenCollapsible(False)
        for part in (upper, self.panes):
            parts.addWidget(part)
        parts.setSizes([260, 330])
        column = QVBoxLayout(self)
        column.addWidget(parts, 1)
        foot = (self.stage, self.progress, self.cancel_button, None, self.import_button, self.export_button)
        column.addLayout(row_of((*foot, self.close_button), (0, 0, 0, 0)))

    def _make_words(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.addWidget(self.words)
        column.addWidget(self.detail)
        column.addStretch(1)
        column.addWidget(self.apply_button)
        column.addLayout(row_of((self.remove_button, self.estimate_button), (0, 0, 0, 0)))
        return column

    def _connect(self) -> None:
        for kind, button in self.kind_buttons.items():
            self._kinds.addButton(button)
            button.clicked.connect(self._show_kind)
        told = {
            self.apply_button: self.apply_requested, self.remove_button: self.remove_requested,
            self.estimate_button: self.estimate_requested, self.cancel_button: self.cancel_requested,
            self.import_button: self.import_requested, self.export_button: self.export_requested,
        }  # fmt: skip
        for button, signal in told.items():
            button.clicked.connect(lambda _=False, signal=signal: signal.emit())
        self.close_button.clicked.connect(self.close)
        self.finished.connect(lambda _: self.left.emit())


def _button(text: str, name: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    button.setToolTip(tip)
    button.setAutoDefault(False)
    return button



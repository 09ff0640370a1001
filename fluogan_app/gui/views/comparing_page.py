"""Methods side by side: their images in one grid, and below them what was measured of each."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from fluogan_app.gui.icons import IconButton
from fluogan_app.gui.views.comparing_list import ComparingList
from fluogan_app.gui.views.controls import ElidedLabel, WordButton, row_of, toggle_button
from fluogan_app.gui.views.pane_grid import PaneGrid
from fluogan_app.gui.views.pane_message import PaneMessage

_SCALE_TIP = (
    "One colour scale for all images of one unit. Images of other units keep scales of their own: their values are of "
    "another kind and cannot be compared"
)
_ERRORS_TIP = "Where each estimate, blurred again as the microscope blurs, differs from the recorded mean"


class ComparingPage(QWidget):
    """Setters never emit; the user's hands do."""

    errors_toggled = Signal(bool)
    scale_toggled = Signal(bool)
    methods_requested = Signal()
    cancel_requested = Signal()
    figure_requested = Signal()
    table_requested = Signal()
    copy_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.grid, self.list, self.message = PaneGrid(), ComparingList(), PaneMessage()
        self.errors = toggle_button("Error maps", "comparing_errors", _ERRORS_TIP)
        self.scale = IconButton("scale", "comparing_same_scale", "Same colour scale", _SCALE_TIP, checkable=True)
        self.fit = IconButton("fit", "comparing_fit", "Show everything", "Show everything in all viewers (0)")
        self.words = ElidedLabel(object_name="comparing_words", quiet=True)
        self.cancel = IconButton("stop", "comparing_cancel", "Measure no more", "End it; what is found stays")
        self.methods = WordButton(
            "Compare methods…", "run", "comparing_methods", "Run other methods on the same region and frames"
        )
        self.figure = WordButton(
            "Figure…", "export", "comparing_figure", "Write these images as a figure: PNG, SVG or PDF"
        )
        self.table = WordButton("Table…", "export", "comparing_table", "Write the ticked lines as CSV")
        self.copy = WordButton("Copy", "copy", "comparing_copy", "Copy the ticked lines for a spreadsheet")
        self._lay_out()
        self._connect()
        self.set_words("")
        self.set_can_write(False)

    def set_errors(self, shown: bool) -> None:
        """Whether error maps stand in the place of the images."""
        _set_checked(self.errors, shown)

    def set_same_scale(self, same: bool) -> None:
        """Whether images of one unit share their levels."""
        _set_checked(self.scale, same)
        self.grid.set_same_scale(same)

    def set_message(self, sentences: str, noted: str = "") -> None:
        """What is to be known of this comparison: what is not alike between the runs; of each image, in one line."""
        self.message.show_words(sentences, noted)

    def set_words(self, words: str, can_cancel: bool = False) -> None:
        """What goes on now."""
        self.words.setText(words)
        self.cancel.setVisible(can_cancel)

    def set_can_write(self, can: bool) -> None:
        """Whether there is anything to write or copy."""
        for button in (self.figure, self.table, self.copy):
            button.setEnabled(can)

    def _lay_out(self) -> None:
        looks, files = (self.errors, self.scale, self.fit), (self.figure, self.table, self.copy)
        row = row_of((*looks, self.cancel, self.words, self.methods, *files))
        row.setStretchFactor(self.words, 1)
        above = QWidget()
        column = QVBoxLayout(above)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.message)
        column.addWidget(self.grid, 1)
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.setChildrenCollapsible(False)
        parts.addWidget(above)
        parts.addWidget(self.list)
        parts.setStretchFactor(0, 1)
        parts.setSizes((420, 130))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 2, 0, 0)
        whole.setSpacing(2)
        whole.addLayout(row)
        whole.addWidget(parts, 1)

    def _connect(self) -> None:
        self.errors.clicked.connect(self.errors_toggled)
        self.scale.clicked.connect(self._scale_clicked)
        self.fit.clicked.connect(self.grid.fit)
        for button, signal in (
            (self.cancel, self.cancel_requested), (self.methods, self.methods_requested),
            (self.figure, self.figure_requested), (self.table, self.table_requested), (self.copy, self.copy_requested),
        ):  # fmt: skip
            button.clicked.connect(signal)

    def _scale_clicked(self, same: bool) -> None:
        self.grid.set_same_scale(same)
        self.scale_toggled.emit(same)


def _set_checked(button, checked: bool) -> None:
    blocked = QSignalBlocker(button)
    button.setChecked(checked)
    del blocked

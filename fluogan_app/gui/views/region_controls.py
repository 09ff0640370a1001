"""The region in numbers: draw, clear, first row and column, height and width."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from fluogan_app.core.data.roi import Roi
from fluogan_app.core.units import length_text
from fluogan_app.gui.icons import IconButton
from fluogan_app.gui.views.controls import TOGGLE_SHEET, QuietLabel, WholeNumberField, row_of, set_silently

_FIELDS = {
    "y": "First row of the region",
    "x": "First column of the region",
    "height": "Rows of the region",
    "width": "Columns of the region",
}


class RegionControls(QWidget):
    """Setters never emit. No region (None) is the whole frame."""

    region_changed = Signal(object)  # Roi | None
    drawing_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shape, self._pixel_size_nm = (0, 0), None
        self._region: Roi | None = None
        self.draw_button = IconButton(
            "region", "stack_draw_region", "Draw region",
            "Draw the region to reconstruct; drag its edges to change it, Esc ends", checkable=True, sheet=TOGGLE_SHEET,
        )  # fmt: skip
        self.draw_button.setText("Draw region")
        self.draw_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.clear_button = IconButton("clear", "stack_clear_region", "Clear region", "Use the whole frame")
        self.fields = tuple(
            WholeNumberField(f"stack_region_{name}", words, f"{words}, in camera pixels")
            for name, words in _FIELDS.items()
        )
        self.words = QuietLabel(object_name="stack_region_words")
        y, x, height, width = self.fields
        parts = (self.draw_button, self.clear_button, "row", y, "column", x, "height", height, "width", width)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row_of((*parts, self.words, None)))
        self._connect()

    def set_frame(self, shape_yx: tuple[int, int], pixel_size_nm: float | None) -> None:
        """Take up frames of that shape; the region is dropped."""
        self._shape, self._pixel_size_nm = shape_yx, pixel_size_nm
        self.setEnabled(min(shape_yx) > 0)
        self.set_region(None)

    def set_pixel_size(self, pixel_size_nm: float | None) -> None:
        """Change the scale."""
        self._pixel_size_nm = pixel_size_nm
        self._write()

    def set_region(self, region: Roi | None) -> None:
        """Show a region."""
        self._region = region
        shown, (rows, columns) = region or Roi.whole(self._shape), self._shape
        limits = ((0, rows - 1), (0, columns - 1), (1, rows - shown.y0), (1, columns - shown.x0))
        values = (shown.y0, shown.x0, shown.height, shown.width)
        for field, value, limit in zip(self.fields, values, limits, strict=True):
            set_silently(field, value, limit)
        self.clear_button.setEnabled(region is not None)
        self._write()

    def set_drawing(self, drawing: bool) -> None:
        """Show whether the mouse draws."""
        self.draw_button.setChecked(drawing)

    @property
    def region(self) -> Roi | None:
        """The region in sight."""
        return self._region

    def take(self, region: Roi | None) -> None:
        """Take the user's region, wherever it was given, and tell."""
        self.set_region(None if region == Roi.whole(self._shape) else region)
        self.region_changed.emit(self._region)

    def _connect(self) -> None:
        self.draw_button.clicked.connect(self.drawing_changed)
        self.clear_button.clicked.connect(lambda: self.take(None))
        for field in self.fields:
            field.valueChanged.connect(self._typed)

    def _typed(self) -> None:
        y0, x0, height, width = (field.value() for field in self.fields)
        rows, columns = self._shape
        self.take(Roi(y0, x0, min(height, rows - y0), min(width, columns - x0)))

    def _write(self) -> None:
        region = self._region or Roi.whole(self._shape)
        words = "whole frame" if self._region is None else "region"
        if self._pixel_size_nm:
            width, height = region.width * self._pixel_size_nm, region.height * self._pixel_size_nm
            words += f", {length_text(width)} × {length_text(height)}"
        self.words.setText(words if min(self._shape) > 0 else "")

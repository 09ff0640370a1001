"""The region in numbers: draw, clear, first row and column, height and width."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from fluogan_app.core.data.roi import Roi
from fluogan_app.core.units import length_text
from fluogan_app.gui.icons import IconButton
from fluogan_app.gui.views.controls import TOGGLE_SHEET, ElidedLabel, WholeNumberField, row_of, set_silently

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
        self._limits: Roi | None = None
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
        self.words = ElidedLabel(object_name="stack_region_words", quiet=True)
        y, x, height, width = self.fields
        parts = (self.draw_button, self.clear_button, "row", y, "column", x, "height", height, "width", width)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        row = row_of((*parts, self.words))
        row.setStretchFactor(self.words, 1)
        column.addLayout(row)
        self._connect()

    def set_frame(self, shape_yx: tuple[int, int], pixel_size_nm: float | None) -> None:
        """Take up frames of that shape; the region is dropped."""
        self._shape, self._pixel_size_nm, self._limits = shape_yx, pixel_size_nm, None
        self.setEnabled(min(shape_yx) > 0)
        self.set_region(None)

    def set_pixel_size(self, pixel_size_nm: float | None) -> None:
        """Change the scale."""
        self._pixel_size_nm = pixel_size_nm
        self._write()

    def set_limits(self, limits: Roi | None) -> None:
        """Keep the region inside a part of the frame; None is the whole of it."""
        self._limits = None if limits == Roi.whole(self._shape) else limits
        self.set_region(self._region)

    @property
    def limits(self) -> Roi | None:
        """The part of the frame that a region may take; None is the whole of it."""
        return self._limits

    @property
    def _most(self) -> Roi:
        return self._limits or Roi.whole(self._shape)

    def set_region(self, region: Roi | None) -> None:
        """Show a region."""
        self._region = region
        shown, most = region or self._most, self._most
        bottom, right = most.y0 + most.height, most.x0 + most.width
        limits = ((most.y0, bottom - 1), (most.x0, right - 1), (1, bottom - shown.y0), (1, right - shown.x0))
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
        self.set_region(None if region is None or region == self._most else _within(region, self._most))
        self.region_changed.emit(self._region)

    def _connect(self) -> None:
        self.draw_button.clicked.connect(self.drawing_changed)
        self.clear_button.clicked.connect(lambda: self.take(None))
        for field in self.fields:
            field.valueChanged.connect(self._typed)

    def _typed(self) -> None:
        y0, x0, height, width = (field.value() for field in self.fields)
        self.take(Roi(y0, x0, height, width))

    def _write(self) -> None:
        region = self._region or self._most
        what = "region" if self._region is not None else "what all frames saw" if self._limits else "whole frame"
        words = long = what
        if self._pixel_size_nm:
            wide, high = (length_text(side * self._pixel_size_nm) for side in (region.width, region.height))
            # The size comes first: beside the fields there is little room, and they say themselves what it is of.
            words, long = f"{wide} × {high}, {what}", f"{what}, {wide} wide and {high} high"
        if min(self._shape) <= 0:
            words = long = ""
        self.words.setText(words)
        self.words.setToolTip(long)


def _within(region: Roi, most: Roi) -> Roi:
    """The part of a region that lies within the most that it may take, at least one pixel of that."""
    y0 = min(max(region.y0, most.y0), most.y0 + most.height - 1)
    x0 = min(max(region.x0, most.x0), most.x0 + most.width - 1)
    y1 = min(max(region.y0 + region.height, y0 + 1), most.y0 + most.height)
    x1 = min(max(region.x0 + region.width, x0 + 1), most.x0 + most.width)
    return Roi(y0, x0, y1 - y0, x1 - x0)

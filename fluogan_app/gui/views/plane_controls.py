"""Which plane of several is looked at: a slider, and its number counted from 1."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QSlider, QWidget

from fluogan_app.gui.views.controls import WholeNumberField, row_of, set_silently


class PlaneControls(QWidget):
    """Out of sight where there is one plane only. Setters never emit; planes are told as counted from 0."""

    plane_changed = Signal(int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.slider, self.field = QSlider(Qt.Orientation.Horizontal), WholeNumberField(f"{name}_plane", "Plane")
        self.slider.setObjectName(f"{name}_plane_slider")
        self.slider.setAccessibleName("Plane")
        label = QLabel("&Plane")
        label.setBuddy(self.field)
        self.setLayout(row_of((label, self.slider, self.field), (0, 0, 0, 0)))
        self.slider.valueChanged.connect(self.plane_changed)
        self.field.valueChanged.connect(lambda number: self.plane_changed.emit(number - 1))

    def set_plane(self, plane: int, count: int) -> None:
        """Show a plane of so many."""
        for field, first in ((self.slider, 0), (self.field, 1)):
            set_silently(field, plane + first, (first, count - 1 + first))
        self.field.setSuffix(f" of {count}")
        self.setVisible(count > 1)

"""What is said of an image that another program made, and where it comes to lie."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QDialog, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from fluogan_app.core.methods.imported.params import ImportedParams
from fluogan_app.core.params import specs
from fluogan_app.gui.style import problem_colour, set_colour
from fluogan_app.gui.views.controls import CalmComboBox, ElidedLabel, WordButton, WrappedLabel, row_of
from fluogan_app.gui.views.parameter_row import ParameterRow
from fluogan_app.gui.views.placing_view import PlacingView

_FIELDS = ("title", "unit", "source_pixel_nm", "corner_y_nm", "corner_x_nm")
_CORNERS = ("corner_y_nm", "corner_x_nm")
#: How its place is found.
PLACES = {"size": "As its size tells", "corner": "At the edges given below"}
_FORM_WIDTH = 340


class ImportResultDialog(QDialog):
    """Setters never emit. Nothing waits for it."""

    edited = Signal(str, object)  # name, value of ImportedParams
    place_chosen = Signal(str)
    import_requested = Signal()

    def __init__(self, file_name: str, field: str, parent: QWidget | None = None) -> None:
        """field: what it is placed in, in words."""
        super().__init__(parent)
        self.setObjectName("import_result_dialog")
        self.setWindowTitle("Import another program's result")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        shown = {spec.name: spec for spec in specs(ImportedParams)}
        self.rows = {name: ParameterRow(ImportedParams, shown[name], self) for name in _FIELDS}
        self.place, self.view, self.message = _place_choice(), PlacingView(), WrappedLabel()
        self.file, self.field = ElidedLabel(file_name, "import_file"), WrappedLabel(field)
        self.file.setToolTip(file_name)
        self.take = WordButton(
            "&Import", "drop", "import_take", "Keep it in the project as a run, with the file itself", primary=True
        )
        self.leave = WordButton("&Cancel", "clear", "import_leave", "Import nothing")
        self._lay_out()
        for name, row in self.rows.items():
            row.edited.connect(lambda value, name=name: self.edited.emit(name, value))
            row.problem_changed.connect(self._enable)
        self.place.activated.connect(lambda _: self.place_chosen.emit(self.place.currentData()))
        self.take.clicked.connect(self.import_requested)
        self.leave.clicked.connect(self.close)
        self._can = False
        self.resize(940, 560)

    def show_values(self, values: dict[str, Any], place: str) -> None:
        """Show what is said of it so far."""
        for name, value in values.items():
            self.rows[name].show_value(value)
        self.place.setCurrentIndex(self.place.findData(place))

    def set_defaults(self, values: dict[str, Any]) -> None:
        """What each field is reset to; one without such a value is empty until it is given."""
        for name, row in self.rows.items():
            if name in values:
                row.set_default(values[name])
            else:
                row.editor.clear()

    def set_message(self, sentences: str, wrong: bool = False) -> None:
        """What is to be known of its place, or why it has none: then it cannot be imported."""
        self.message.setText(f"⚠ {sentences}" if wrong else sentences)
        set_colour(self.message, problem_colour(self.palette()) if wrong else self.palette().windowText().color())
        self._can = not wrong
        self._enable()

    def set_busy(self, busy: bool) -> None:
        """Whether it is being imported."""
        self._can = not busy
        self.take.set_words("Importing…" if busy else "&Import", "drop")
        self._enable()

    def _enable(self) -> None:
        self.take.setEnabled(self._can and not any(row.problem for row in self.rows.values()))

    def _lay_out(self) -> None:
        left = QWidget()
        left.setFixedWidth(_FORM_WIDTH)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.file)
        column.addWidget(self.field)
        column.addLayout(self._form())
        self.message.setObjectName("import_message")
        column.addWidget(self.message)
        column.addStretch(1)
        column.addLayout(row_of((None, self.take, self.leave), (0, 0, 0, 0)))
        whole = QHBoxLayout(self)
        whole.addWidget(left)
        whole.addWidget(self.view, 1)

    def _form(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        above = [row for name, row in self.rows.items() if name not in _CORNERS]
        for number, row in enumerate(above):
            row.put(grid, 2 * number)
        label = QLabel("&Place")
        label.setBuddy(self.place)
        grid.addWidget(label, 2 * len(above), 0)
        grid.addWidget(self.place, 2 * len(above), 1)
        for number, name in enumerate(_CORNERS, len(above) + 1):
            self.rows[name].put(grid, 2 * number)
        return grid


def _place_choice() -> QComboBox:
    choice = CalmComboBox()
    choice.setObjectName("import_place")
    choice.setAccessibleName("How its place is found")
    choice.setToolTip(
        "An image as large as the region or as the whole frame lies there; any other begins at the region's corner, "
        "unless its edges are given"
    )
    for key, words in PLACES.items():
        choice.addItem(words, key)
    return choice

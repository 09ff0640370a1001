"""The list of what was drawn to measure, the tools that draw it, and its place and size in numbers."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QIcon, QKeyEvent, QKeySequence, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView, QDoubleSpinBox, QGridLayout, QListWidget, QListWidgetItem, QMenu, QVBoxLayout, QWidget,
)  # fmt: skip

from fluogan_app.core.data.shape import Shape
from fluogan_app.gui.icons import IconButton
from fluogan_app.gui.measurements import Measurement
from fluogan_app.gui.views.controls import ElidedLabel, row_of
from fluogan_app.gui.views.measure_layer import MARK_COLOURS

#: What can be drawn: icon, word, and what it is for.
TOOLS = {
    "line": ("line", "Line", "Draw a line in any viewer: profile, length and angle (F8)"),
    "rectangle": ("whole", "Rectangle", "Draw a rectangle in any viewer: area and the light inside (Shift+F8)"),
    "ellipse": ("ellipse", "Ellipse", "Draw an ellipse in any viewer: area and the light inside (Ctrl+F8)"),
    "polygon": ("polygon", "Polygon", "Click the corners in any viewer, double-click the last one (F9)"),
    "point": ("point", "Point", "Click a pixel: its value, and its light over the frames (Shift+F9)"),
}
_COLOUR_NAMES = ("Yellow", "Blue", "Orange", "Green", "Pink", "White")
_FARTHEST = 1e9
_ICON = 14


class MeasureList(QWidget):
    """Setters never emit. Shapes are known by their place in the list."""

    tool_chosen = Signal(str)  # "" lets the left button pan
    chosen = Signal(int)
    renamed = Signal(int, str)
    recoloured = Signal(int, int)
    removed = Signal(int)
    reshaped = Signal(object)  # Shape
    undo_wanted = Signal()
    redo_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._shape: Shape | None = None
        self._unit = "nm"
        self.tool_buttons = {
            kind: IconButton(icon, f"measure_{kind}", word, tip, checkable=True)
            for kind, (icon, word, tip) in TOOLS.items()
        }
        self.remove_button = IconButton("clear", "measure_remove", "Remove", "Remove what is chosen (Delete)")
        self.undo_button = IconButton("undo", "measure_undo", "Undo", "Take the last change of a measurement back")
        self.list = _List()
        self.fields = {name: _field(f"measure_{name}", words) for name, words in _FIELDS.items()}
        self.words = ElidedLabel(object_name="measure_words", quiet=True)
        self._lay_out()
        self._connect()
        self.show_items((), -1, "nm")

    # Setters

    def show_items(self, items: Sequence[Measurement], index: int, unit: str) -> None:
        """Show the list and which one is chosen; unit: of lengths, nm or px."""
        self._unit = unit
        blocked = QSignalBlocker(self.list)
        while self.list.count() > len(items):
            self.list.takeItem(self.list.count() - 1)
        while self.list.count() < len(items):
            self.list.addItem(QListWidgetItem())
        for row, item in enumerate(items):
            shown = self.list.item(row)
            shown.setText(item.name)
            shown.setIcon(_patch(MARK_COLOURS[item.colour % len(MARK_COLOURS)]))
            shown.setFlags(shown.flags() | Qt.ItemFlag.ItemIsEditable)
        self.list.setCurrentRow(index)
        del blocked
        self.remove_button.setEnabled(index >= 0)
        self._show_shape(items[index].shape if 0 <= index < len(items) else None)

    def show_tool(self, kind: str) -> None:
        """Say what the left button draws."""
        for name, button in self.tool_buttons.items():
            button.setChecked(name == kind)

    @property
    def width(self) -> float:
        """The width that a new line gets."""
        return self.fields["width"].value()

    def set_width(self, width: float) -> None:
        """Suggest a width for new lines."""
        blocked = QSignalBlocker(self.fields["width"])
        self.fields["width"].setValue(width)
        del blocked

    # Inside

    def _show_shape(self, shape: Shape | None) -> None:
        self._shape = shape
        points = shape.points_nm if shape is not None and shape.kind != "polygon" else ()
        for number, ends in enumerate((("x0", "y0"), ("x1", "y1"))):
            for axis, name in enumerate(ends):
                field = self.fields[name]
                blocked = QSignalBlocker(field)
                field.setEnabled(number < len(points))
                field.setSuffix(f" {self._unit}")
                field.setValue(points[number][axis] if number < len(points) else 0.0)
                del blocked
        self.fields["width"].setEnabled(shape is None or shape.kind == "line")
        self.fields["width"].setSuffix(f" {self._unit}")
        if shape is not None and shape.kind == "line":
            self.set_width(shape.width_nm)
        self.words.setText(size_text(shape, self._unit) if shape is not None else "")

    def _take_fields(self) -> None:
        """The user typed a number."""
        shape = self._shape
        if shape is None:
            return
        points = shape.points_nm
        if shape.kind != "polygon":
            values = {name: field.value() for name, field in self.fields.items()}
            points = ((values["x0"], values["y0"]), (values["x1"], values["y1"]))[: len(points)]
        width = self.width if shape.kind == "line" else 0.0
        self.reshaped.emit(Shape(shape.kind, points, width))

    def _ask(self, place) -> None:
        """The menu of one line of the list."""
        row = self.list.currentRow()
        if row < 0:
            return
        menu = QMenu(self)
        menu.addAction("&Rename", lambda: self.list.editItem(self.list.item(row)))
        colours = menu.addMenu("&Colour")
        for number, (name, colour) in enumerate(zip(_COLOUR_NAMES, MARK_COLOURS, strict=True)):
            action = QAction(_patch(colour), name, colours)
            action.triggered.connect(lambda _=False, number=number: self.recoloured.emit(row, number))
            colours.addAction(action)
        menu.addAction("Re&move", lambda: self.removed.emit(row))
        menu.popup(self.list.viewport().mapToGlobal(place))

    def _tool_clicked(self, kind: str, on: bool) -> None:
        self.show_tool(kind if on else "")
        self.tool_chosen.emit(kind if on else "")

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 2, 4, 2)
        column.setSpacing(2)
        tools = (*self.tool_buttons.values(), None, self.undo_button, self.remove_button)
        column.addLayout(row_of(tools, (0, 0, 0, 0)))
        column.addWidget(self.list, 1)
        grid = QGridLayout()
        grid.setSpacing(3)
        for row, (words, names) in enumerate((("From", ("x0", "y0")), ("To", ("x1", "y1")))):
            grid.addLayout(row_of((words,), (0, 0, 0, 0)), row, 0)
            for place, name in enumerate(names, 1):
                grid.addWidget(self.fields[name], row, place)
        grid.addLayout(row_of(("Width",), (0, 0, 0, 0)), 2, 0)
        grid.addWidget(self.fields["width"], 2, 1)
        grid.addWidget(self.words, 2, 2)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(2, 1)
        column.addLayout(grid)

    def _connect(self) -> None:
        for kind, button in self.tool_buttons.items():
            button.clicked.connect(lambda on, kind=kind: self._tool_clicked(kind, on))
        self.list.currentRowChanged.connect(self.chosen)
        self.list.itemChanged.connect(lambda item: self.renamed.emit(self.list.row(item), item.text()))
        self.list.customContextMenuRequested.connect(self._ask)
        self.list.removed.connect(lambda: self.list.currentRow() >= 0 and self.removed.emit(self.list.currentRow()))
        self.list.undo_wanted.connect(self.undo_wanted)
        self.list.redo_wanted.connect(self.redo_wanted)
        self.remove_button.clicked.connect(lambda: self.removed.emit(self.list.currentRow()))
        self.undo_button.clicked.connect(self.undo_wanted)
        for field in self.fields.values():
            field.valueChanged.connect(self._take_fields)


class _List(QListWidget):
    """Keys of its own for removing and for taking back, before the window's."""

    removed = Signal()
    undo_wanted = Signal()
    redo_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("measure_list")
        self.setAccessibleName("Measurements")
        self.setToolTip("What was drawn to measure. F2 renames, Delete removes, Ctrl+Z takes back")
        self.setMinimumHeight(44)
        self.setIconSize(QSize(_ICON, _ICON))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed
        )

    def event(self, event: QEvent) -> bool:
        """The keys of taking back are this list's while it has the focus."""
        if event.type() == QEvent.Type.ShortcutOverride and self._of(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete, undo, redo."""
        signal = self._of(event)
        if signal is not None:
            signal.emit()
        else:
            super().keyPressEvent(event)

    def _of(self, event: QKeyEvent):
        keys = {
            QKeySequence.StandardKey.Undo: self.undo_wanted, QKeySequence.StandardKey.Redo: self.redo_wanted,
            QKeySequence.StandardKey.Delete: self.removed,
        }  # fmt: skip
        return next((signal for key, signal in keys.items() if event.matches(key)), None)


_FIELDS = {
    "x0": "x of the first point, from the left of the frame",
    "y0": "y of the first point, from the top of the frame",
    "x1": "x of the second point, from the left of the frame",
    "y1": "y of the second point, from the top of the frame",
    "width": "Width over which a profile is averaged across its line",
}


def size_text(shape: Shape, unit: str) -> str:
    """How large something is: length and angle of a line, area of a region."""
    if shape.kind == "line":
        return f"{_length(shape.length_nm, unit)}, {shape.angle_degrees:.1f}°".replace("-", "−")
    if shape.crosses_itself:
        return "its sides cross"
    if shape.has_area:
        return area_text(shape.area_nm2, unit)
    return ""


def area_text(area: float, unit: str) -> str:
    """An area with its unit."""
    return f"{area / 1e6:.4g} µm²" if unit == "nm" else f"{area:.4g} px²"


def _length(length: float, unit: str) -> str:
    if unit != "nm":
        return f"{length:.4g} px"
    return f"{length / 1000:.4g} µm" if length >= 1000 else f"{length:.4g} nm"


def _field(name: str, words: str) -> QDoubleSpinBox:
    field = QDoubleSpinBox()
    field.setObjectName(name)
    field.setAccessibleName(words)
    field.setToolTip(words)
    field.setDecimals(1)
    field.setRange(0.0 if name.endswith("width") else -_FARTHEST, _FARTHEST)
    field.setSingleStep(10.0)
    field.setKeyboardTracking(False)
    field.setAlignment(Qt.AlignmentFlag.AlignRight)
    field.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
    field.setMinimumWidth(64)
    return field


def _patch(colour: QColor) -> QIcon:
    picture = QPixmap(_ICON, _ICON)
    picture.fill(colour)
    patch = QIcon(picture)
    # On a selected line too it has its own colour.
    patch.addPixmap(picture, QIcon.Mode.Selected)
    return patch

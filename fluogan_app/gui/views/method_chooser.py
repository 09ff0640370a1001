"""The method of the next run: a choice at the head of the form, with what each method is and claims to show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QKeyCombination, QObject, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QEnterEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from fluogan_app.gui.views.controls import CalmComboBox

#: Methods in sight while the list is open; more are scrolled to.
_MOST_IN_SIGHT = 20
_HELP_KEY = QKeyCombination(Qt.Key.Key_F1)


@dataclass(frozen=True)
class MethodChoice:
    """One method to choose: its name in code, its title, and what it is in rich text."""

    name: str
    title: str
    words: str


class MethodChooser(QWidget):
    """Setters never emit; `chosen` carries the name of the method that the user took."""

    chosen = Signal(str)
    help_wanted = Signal(str)
    help_toggled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._choices: tuple[MethodChoice, ...] = ()
        self.list = CalmComboBox()
        self.list.setObjectName("method")
        self.list.setMaxVisibleItems(_MOST_IN_SIGHT)
        self.list.installEventFilter(self)
        self.list.activated.connect(self._take)
        self.list.highlighted.connect(lambda row: self.help_wanted.emit(self._choices[row].words))
        label = QLabel("Metho&d")
        label.setBuddy(self.list)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 3, 8, 0)
        row.setSpacing(6)
        row.addWidget(label)
        row.addWidget(self.list, 1)

    def set_choices(self, choices: Sequence[MethodChoice]) -> None:
        """Show which methods there are."""
        self._choices = tuple(choices)
        with QSignalBlocker(self.list):
            self.list.clear()
            for index, choice in enumerate(self._choices):
                self.list.addItem(choice.title, choice.name)
                self.list.setItemData(index, choice.words, Qt.ItemDataRole.ToolTipRole)

    def show_method(self, name: str) -> None:
        """Show which one stands."""
        index = self.list.findData(name)
        with QSignalBlocker(self.list):
            self.list.setCurrentIndex(index)
        self.list.setToolTip(self.words)
        self.list.setAccessibleName(f"Method: {self.list.currentText()}")

    @property
    def words(self) -> str:
        """What the method that stands is; "" where none does."""
        index = self.list.currentIndex()
        return self._choices[index].words if 0 <= index < len(self._choices) else ""

    def open(self) -> None:
        """Open the list, to choose with arrows and Return."""
        self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.list.showPopup()

    def enterEvent(self, event: QEnterEvent) -> None:
        """The pointer asks what the method is."""
        super().enterEvent(event)
        self.help_wanted.emit(self.words)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """So does the cursor; F1 shows the help or not, as in every field."""
        if event.type() == QEvent.Type.FocusIn:
            self.help_wanted.emit(self.words)
        if isinstance(event, QKeyEvent) and event.keyCombination() == _HELP_KEY:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()  # else the key would be the window's
                return True
            if event.type() == QEvent.Type.KeyPress:
                self.help_toggled.emit()
                return True
        return False

    def _take(self, index: int) -> None:
        self.help_wanted.emit(self._choices[index].words)
        self.chosen.emit(self._choices[index].name)

"""The row above linked viewers: which of them are in sight, how they are compared, and how they move."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QToolButton, QWidget

from fluogan_app.gui.icons import IconButton
from fluogan_app.gui.views.compare_button import CompareButton
from fluogan_app.gui.views.controls import SHOW_SHEET, row_of, toggle_button

_BUTTON_WIDTH = 130
_LINK_TIP = (
    "Move all viewers together. Hold Shift while you drag to move one against the others; "
    "hold it while you click here to link them as they stand."
)


class PaneTools(QWidget):
    """`toggled` carries the name of the viewer to show or hide. `before`: controls of the owner's, at the head."""

    toggled = Signal(str)

    def __init__(self, titles: Mapping[str, str], shown: tuple[str, ...], before: tuple[QWidget, ...]) -> None:
        super().__init__()
        self.link = IconButton("link", "panes_link", "Link", _LINK_TIP, checkable=True)
        self.scale = IconButton(
            "scale", "panes_same_scale", "Same colour scale", "One colour scale for images of one unit", checkable=True
        )
        self.fit = IconButton("fit", "panes_fit", "Show everything", "Show everything in all viewers (0)")
        self.compare = CompareButton()
        self.buttons = {name: self._show_button(name, title, name in shown) for name, title in titles.items()}
        tools = (self.compare, self.link, self.scale, self.fit)
        self.setLayout(row_of((*before, *self.buttons.values(), None, *tools)))

    @property
    def shown(self) -> tuple[str, ...]:
        """The viewers whose button is down."""
        return tuple(name for name, button in self.buttons.items() if button.isChecked())

    @property
    def in_sight(self) -> tuple[str, ...]:
        """Those of them that have something to show; all where none has."""
        return tuple(name for name in self.shown if self.buttons[name].isEnabled()) or self.shown

    def set_absent(self, words: Mapping[str, str]) -> None:
        """Viewers that have nothing to show, by name, with the reason."""
        for name, button in self.buttons.items():
            button.setEnabled(name not in words)
            if name in words:
                button.setToolTip(f"{words[name]}.")

    def set_words(self, name: str, words: str) -> None:
        """What a viewer shows, on its button as far as there is room."""
        button = self.buttons[name]
        button.setText(button.fontMetrics().elidedText(words, Qt.TextElideMode.ElideMiddle, _BUTTON_WIDTH))
        tip = f"Show or hide the viewer “{words}”"
        button.setToolTip(tip)
        button.setAccessibleName(tip)

    def _show_button(self, name: str, title: str, shown: bool) -> QToolButton:
        button = toggle_button(title, f"panes_show_{name}", f"Show or hide the viewer “{title}”", SHOW_SHEET)
        button.setChecked(shown)
        button.clicked.connect(lambda: self.toggled.emit(name))
        return button

"""The button from which viewers are compared two in one, or shown side by side again."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton

from fluogan_app.gui.icons import IconButton
from fluogan_app.gui.views.comparison import MODES

SIDE_BY_SIDE = "Side by side"


class CompareButton(IconButton):
    """Down while two are compared. `chosen` carries the mode, "" for side by side."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__(
            "compare",
            "panes_compare",
            "Compare two in one",
            "Compare two images in one viewer: swipe, flicker, overlay",
            checkable=True,
        )
        menu, group = QMenu(self), QActionGroup(self)
        menu.setToolTipsVisible(True)
        self.choices: dict[str, QAction] = {}
        for mode, (words, tip) in {"": (SIDE_BY_SIDE, "Each image in a viewer of its own"), **MODES}.items():
            action = QAction(words, self, checkable=True)
            action.setToolTip(tip)
            action.setObjectName(f"compare_as_{mode or 'side'}")
            action.triggered.connect(lambda _=False, mode=mode: self.chosen.emit(mode))
            group.addAction(action)
            menu.addAction(action)
            self.choices[mode] = action
        self.setMenu(menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.set_mode("")

    def set_mode(self, mode: str) -> None:
        """Show which mode is in use."""
        self.choices[mode].setChecked(True)
        self.setChecked(bool(mode))

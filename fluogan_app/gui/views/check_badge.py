"""The outcome of the data check in a few words beside the stack; pressed, it leads to the findings."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QPaintEvent
from PySide6.QtWidgets import (
    QApplication, QSizePolicy, QStyle, QStyleOptionToolButton, QStylePainter, QToolButton, QWidget,
)  # fmt: skip

from fluogan_app.core.check.result import DataCheck
from fluogan_app.gui.icons import FLAT_SHEET
from fluogan_app.gui.style import PaletteWatcher, set_sheet, small_font
from fluogan_app.gui.views.check_words import severity_icon, summary

_TITLE = "Data check: "
#: What the sign, the gaps and the frame take beside the words.
_BESIDE = 34


class CheckBadge(QToolButton):
    """Setters never emit; `clicked` is the user's wish to read more.

    Where there is too little room, the title gives way first: "1 warning, 2 notes".
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._check: DataCheck | None = None
        self.setObjectName("check_badge")
        self.setToolTip("What was found in the frames, and what it means for a reconstruction (Ctrl+5)")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(16, 16))
        self.setFont(small_font(self))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        set_sheet(self, FLAT_SHEET)
        PaletteWatcher(self).changed.connect(self._draw_sign)
        self.show_words("")

    def show_check(self, check: DataCheck) -> None:
        """Say what came of a check."""
        self._check = check
        self._say(f"{_TITLE}{summary(check)}")

    def show_words(self, words: str) -> None:
        """Say how the check goes on, or why there is none; "" for nothing at all."""
        self._check = None
        self._say(words)

    def minimumSizeHint(self) -> QSize:
        """Room for the sign and a word."""
        wide = self.fontMetrics().horizontalAdvance("1 warning…") + _BESIDE
        return QSize(min(wide, self.sizeHint().width()), super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw it with as much of the words as there is room for."""
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        option.text = self.shown
        QStylePainter(self).drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)

    @property
    def shown(self) -> str:
        """The words that there is room for."""
        if self.width() >= self.sizeHint().width():
            return self.text()
        room, words = self.width() - _BESIDE, self.text().removeprefix(_TITLE)
        return self.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, max(room, 0))

    def _say(self, words: str) -> None:
        self.setText(words)
        self.setAccessibleName(words)
        self.setVisible(bool(words))
        self._draw_sign()

    def _draw_sign(self) -> None:
        check = self._check
        self.setIcon(severity_icon(check.severity, QApplication.palette()) if check is not None else QIcon())

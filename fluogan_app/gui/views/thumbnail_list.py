"""A list of small pictures with words, to choose one of: the images of a file, or its channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import QListView, QListWidget, QListWidgetItem, QWidget

from fluogan_app.gui.views.display import DEFAULT_COLOUR_MAP, colour_table, percentile_levels, to_image

_GROUND, _QUIET = QColor("#20242a"), QColor("#aab2bb")
_BAND = 5
#: So much of the words beside a picture must not wrap.
_ROOM_FOR = "500 frames, 2 channels, 11 planes"


@dataclass(frozen=True)
class Entry:
    """One thing to choose: its name, a quieter line on it, and its colour where it has one."""

    title: str
    detail: str
    colour: QColor | None = None


class ThumbnailList(QListWidget):
    """Setters never emit; `chosen` tells what the user goes to, `scrolled` that other entries came into sight."""

    chosen = Signal(int)
    scrolled = Signal()

    def __init__(self, name: str, words: str, side: int, across: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(words)
        self._side, self._entries = side, ()
        self._filled: set[int] = set()
        self.setIconSize(QSize(side, side))
        self.setSpacing(2)
        self.setWordWrap(True)
        self.setUniformItemSizes(True)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        if across:
            self._lay_across()
        else:
            self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.setMinimumWidth(side + self.fontMetrics().horizontalAdvance(_ROOM_FOR))
        self.currentRowChanged.connect(lambda row: row >= 0 and self.chosen.emit(row))
        for bar in (self.verticalScrollBar(), self.horizontalScrollBar()):
            bar.valueChanged.connect(lambda _: self.scrolled.emit())

    def set_entries(self, entries: Sequence[Entry], current: int) -> None:
        """Show what there is, without pictures yet. The same entries keep theirs."""
        blocked = QSignalBlocker(self)
        if tuple(entries) != self._entries:
            self.clear()
            self._entries = tuple(entries)
            self._filled.clear()
            for entry in entries:
                self._add(entry)
        self.setCurrentRow(current)
        del blocked

    def set_picture(self, row: int, array: np.ndarray) -> None:
        """Show the picture [y, x] of an entry, with the contrast that its values ask for."""
        self._put(row, _picture(array, self._side, self.devicePixelRatioF(), self._entries[row].colour))

    def set_word(self, row: int, word: str, sentence: str) -> None:
        """Show a word where there can be no picture; the whole sentence is its tooltip."""
        entry = self._entries[row]
        self._put(row, _blank(self._side, self.devicePixelRatioF(), entry.colour, word))
        self.item(row).setToolTip(sentence)

    def forget_pictures(self) -> None:
        """The pictures are of something else now."""
        self._filled.clear()

    def rows_without_picture(self) -> list[int]:
        """Entries in sight that have none yet."""
        area = self.viewport().rect()
        rows = (row for row in range(self.count()) if row not in self._filled)
        return [row for row in rows if self.visualItemRect(self.item(row)).intersects(area)]

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What is chosen stays in sight."""
        super().resizeEvent(event)
        if self.currentItem() is not None:
            self.scrollToItem(self.currentItem())

    def _add(self, entry: Entry) -> None:
        item = QListWidgetItem(_icon(_blank(self._side, self.devicePixelRatioF(), entry.colour, "…")), "")
        item.setText(f"{entry.title}\n{entry.detail}".rstrip())
        item.setToolTip(f"{entry.title}\n{entry.detail}".rstrip())
        if self.viewMode() is QListView.ViewMode.IconMode:
            # Left to itself, the list remembers the height of other entries than these.
            item.setSizeHint(self.gridSize())
        self.addItem(item)

    def _put(self, row: int, picture: QPixmap) -> None:
        self.item(row).setIcon(_icon(picture))
        self._filled.add(row)

    def _lay_across(self) -> None:
        lines = 2 * self.fontMetrics().lineSpacing()
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setMovement(QListView.Movement.Static)
        self.setGridSize(QSize(self._side + 34, self._side + lines + 8))
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(self._side + lines + 22)


def _picture(array: np.ndarray, side: int, ratio: float, colour: QColor | None) -> QPixmap:
    image = to_image(array, percentile_levels(array), colour_table(DEFAULT_COLOUR_MAP))
    return _framed(image, side, ratio, colour)


def _framed(image: QImage, side: int, ratio: float, colour: QColor | None, word: str = "") -> QPixmap:
    """The image in a square, with a band of the channel's colour below it."""
    pixels = round(side * ratio)
    pixmap = QPixmap(pixels, pixels)
    pixmap.fill(_GROUND)
    painter = QPainter(pixmap)
    if not image.isNull():
        scaled = image.scaled(
            pixels, pixels, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        painter.drawImage((pixels - scaled.width()) // 2, (pixels - scaled.height()) // 2, scaled)
    if word:
        font = painter.font()
        font.setPixelSize(round(11 * ratio))
        painter.setFont(font)
        painter.setPen(_QUIET)
        painter.drawText(QRectF(0, 0, pixels, pixels), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, word)
    if colour is not None:
        painter.fillRect(QRectF(0, pixels - _BAND * ratio, pixels, _BAND * ratio), colour)
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def _blank(side: int, ratio: float, colour: QColor | None, word: str) -> QPixmap:
    return _framed(QImage(), side, ratio, colour, word)


def _icon(pixmap: QPixmap) -> QIcon:
    """The same when it is selected: a picture is no icon to be tinted."""
    made = QIcon(pixmap)
    made.addPixmap(pixmap, QIcon.Mode.Selected)
    return made

"""What can be put on an image canvas: tools that take the left button and the keys, and layers that are painted."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter

from fluogan_app.gui.views.view_range import Screen


class CanvasTool(Protocol):
    """Takes the left button in place of panning; the middle one pans still. Positions are in nm of the sample."""

    def press(self, x_nm: float, y_nm: float) -> None:
        """The left button went down."""

    def move(self, x_nm: float, y_nm: float, held: bool) -> None:
        """The pointer moved, with the left button `held` since `press`, or not."""

    def release(self, x_nm: float, y_nm: float) -> None:
        """The left button came up."""

    def double_click(self, x_nm: float, y_nm: float) -> None:
        """The left button went down again at once, in place of a second `press`."""

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> bool:
        """A key was pressed; whether the tool took it."""

    def cursor(self) -> Qt.CursorShape:
        """How the pointer looks where it is."""


class CanvasLayer(Protocol):
    """Painted over the image, below the scale bar."""

    def paint(self, painter: QPainter, screen: Screen) -> None:
        """Draw; `screen` turns nm of the sample into the painter's coordinates."""

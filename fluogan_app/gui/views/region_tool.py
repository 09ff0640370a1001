"""Draws, moves and resizes the region on a canvas with the left button."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt

from fluogan_app.core.data.roi import Roi
from fluogan_app.gui.views.region_edit import RegionDrag, grip_at

_CURSORS = {
    "new": Qt.CursorShape.CrossCursor, "inside": Qt.CursorShape.SizeAllCursor,
    "top": Qt.CursorShape.SizeVerCursor, "bottom": Qt.CursorShape.SizeVerCursor,
    "left": Qt.CursorShape.SizeHorCursor, "right": Qt.CursorShape.SizeHorCursor,
    "top left": Qt.CursorShape.SizeFDiagCursor, "bottom right": Qt.CursorShape.SizeFDiagCursor,
    "top right": Qt.CursorShape.SizeBDiagCursor, "bottom left": Qt.CursorShape.SizeBDiagCursor,
}  # fmt: skip


class RegionTool:
    """A CanvasTool. Holds the region while it is drawn; `drawn` and `left` are called for what the user did.

    place: (y, x) in pixels of the image of a point in nm. reach: how near to a border its grip is, in such pixels.
    shape: (Y, X) of the image.
    """

    def __init__(
        self,
        place: Callable[[float, float], tuple[float, float]],
        reach: Callable[[], float],
        shape: Callable[[], tuple[int, int]],
        drawn: Callable[[Roi], None],
        left: Callable[[], None],
    ) -> None:
        self.region: Roi | None = None
        self._place, self._reach, self._shape, self._drawn, self._left = place, reach, shape, drawn, left
        self._drag: RegionDrag | None = None
        self._grip = "new"

    def set_region(self, region: Roi | None) -> None:
        """Another region; a drag is given up."""
        self.region, self._drag = region, None

    def press(self, x_nm: float, y_nm: float) -> None:
        """Begin to draw, move or resize."""
        position = self._place(x_nm, y_nm)
        self._grip = grip_at(self.region, *position, self._reach())
        self._drag = RegionDrag(self._grip, position, self.region, self._shape())

    def move(self, x_nm: float, y_nm: float, held: bool) -> None:
        """Follow the pointer."""
        position = self._place(x_nm, y_nm)
        if self._drag is not None:
            self.region = self._drag.region_at(*position)
        elif not held:
            self._grip = grip_at(self.region, *position, self._reach())

    def release(self, x_nm: float, y_nm: float) -> None:
        """The region stands, unless it has no area."""
        drag, self._drag = self._drag, None
        if drag is None:
            return
        if self.region is None:
            self.region = drag.before
        elif self.region != drag.before:
            self._drawn(self.region)

    def double_click(self, x_nm: float, y_nm: float) -> None:
        """As two presses."""
        self.press(x_nm, y_nm)

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> bool:
        """Esc takes a drag back, or ends the drawing."""
        if key != Qt.Key.Key_Escape:
            return False
        if self._drag is not None:
            self.region, self._drag = self._drag.before, None
        else:
            self._left()
        return True

    def cursor(self) -> Qt.CursorShape:
        """What a press here would take hold of."""
        return _CURSORS[self._grip]

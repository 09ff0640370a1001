"""What keys do to the view of an image."""

from __future__ import annotations

from PySide6.QtCore import Qt

from fluogan_app.gui.views.view_range import ViewRange

#: One notch of the wheel, or one key, enlarges so much.
NOTCH = 1.25
ZOOM_KEYS = {Qt.Key.Key_Plus: NOTCH, Qt.Key.Key_Equal: NOTCH, Qt.Key.Key_Minus: 1 / NOTCH}
_ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
_SCREEN_PIXELS = 40


def panned(view: ViewRange, key: Qt.Key) -> ViewRange | None:
    """The view after an arrow key; None for other keys."""
    if key not in _ARROWS:
        return None
    return view.moved(*(part * _SCREEN_PIXELS * view.nm_per_pixel for part in _ARROWS[key]))

"""What keys do to the view of an image, and to its cursor."""

from __future__ import annotations

from PySide6.QtCore import Qt

from fluogan_app.gui.views.view_range import ViewRange

#: One notch of the wheel, or one key, enlarges so much.
NOTCH = 1.25
ZOOM_KEYS = {Qt.Key.Key_Plus: NOTCH, Qt.Key.Key_Equal: NOTCH, Qt.Key.Key_Minus: 1 / NOTCH}
#: What keys do in a viewer, in words, for the list of all keys.
VIEWER_KEYS = (
    ("Move the image", "arrows"),
    ("Zoom", "+ or −, or the wheel"),
    ("Show everything", "0 or Home, or a double click"),
    ("Move the cursor by a pixel, and read its value", "Shift + arrows"),
    ("Move the cursor by ten pixels", "Ctrl + Shift + arrows"),
    ("Leave the cursor, the drawing or the measuring", "Esc"),
    ("Move one viewer against the others", "Shift + drag"),
    ("Move the divider of a swipe", "left or right, with Shift further"),
)
_ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
_SCREEN_PIXELS = 40
_FAR = 10


def panned(view: ViewRange, key: Qt.Key) -> ViewRange | None:
    """The view after an arrow key; None for other keys."""
    if key not in _ARROWS:
        return None
    return view.moved(*(part * _SCREEN_PIXELS * view.nm_per_pixel for part in _ARROWS[key]))


def cursor_steps(key: Qt.Key, modifiers: Qt.KeyboardModifier) -> tuple[int, int] | None:
    """Pixels right and down by which Shift and an arrow move the cursor, ten with Ctrl; None for other keys."""
    shift, ctrl = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
    # The arrows of a number pad say that they are its.
    held = modifiers & ~Qt.KeyboardModifier.KeypadModifier
    if key not in _ARROWS or held not in (shift, shift | ctrl):
        return None
    right, down = _ARROWS[key]
    far = _FAR if held & ctrl else 1
    return right * far, down * far

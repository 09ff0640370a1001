"""The icons, drawn as lines in the colour of the text, so that they suit light and dark and every resolution."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QApplication, QToolButton

from fluogan_app.gui.style import PaletteWatcher, set_sheet

#: Shapes in a square of 24, stroked unless they say fill.
_SHAPES = {
    "play": '<path d="M7 4.5v15l12-7.5z" fill="COLOUR"/>',
    "pause": '<path d="M8 5v14M16 5v14" stroke-width="3.4"/>',
    "stop": '<rect x="6" y="6" width="12" height="12" rx="1.5" fill="COLOUR"/>',
    "open": '<path d="M3 18.5v-13h6l2 2.5h8v3M3 18.5l3-7.5h16l-3 7.5z"/>',
    "save": '<path d="M4 4h13l3 3v13H4zM8 4v6h8V4M7 20v-6h10v6"/>',
    "region": '<rect x="4.5" y="5.5" width="15" height="13" stroke-dasharray="3.2 2.2"/>'
    '<path d="M3 4h3v3H3zM18 17h3v3h-3z" fill="COLOUR"/>',
    "clear": '<path d="M6 6l12 12M18 6L6 18"/>',
    "reset": '<path d="M5 12a7.3 7.3 0 1 0 2.4-5.4M4.5 3.5v4.8h4.8"/>',
    "contrast": '<circle cx="12" cy="12" r="8.2"/><path d="M12 3.8a8.2 8.2 0 0 1 0 16.4z" fill="COLOUR"/>',
    "fit": '<path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5"/>',
    "alone": '<rect x="3.5" y="5" width="17" height="14" rx="1"/><path d="M13.5 8.5h3.5v3.5M10.5 15.5H7V12"/>',
    "link": '<path d="M9.5 14.5l5-5M8 11l-3 3a3.6 3.6 0 0 0 5 5l3-3M16 13l3-3a3.6 3.6 0 0 0-5-5l-3 3"/>',
    "scale": '<path d="M4 17.5h16M4 14v7M20 14v7"/><path d="M7 9.5h10M12 3v6.5" stroke-width="1.5"/>',
    "compare": '<rect x="3.5" y="5" width="17" height="14" rx="1"/><path d="M12 3v18"/>'
    '<path d="M12.9 6h6.7v12h-6.7z" fill="COLOUR" stroke="none"/>',
    "flick": '<path d="M4 9h14M14.5 5.5L18 9l-3.5 3.5M20 15H6M9.5 11.5L6 15l3.5 3.5"/>',
    "loupe": '<circle cx="10.5" cy="10.5" r="6.3"/><path d="M15.2 15.2l5.3 5.3" stroke-width="2.6"/>',
    "add": '<path d="M12 5v14M5 12h14"/>',
    "help": '<circle cx="12" cy="12" r="8.6"/><path d="M9.3 9.3a2.8 2.8 0 1 1 3.9 2.9c-.8.4-1.2.9-1.2 1.8"/>'
    '<circle cx="12" cy="16.9" r=".6" fill="COLOUR"/>',
    "info": '<circle cx="12" cy="12" r="8.6"/><path d="M12 11v5.6"/><circle cx="12" cy="7.6" r=".7" fill="COLOUR"/>',
    "problem": '<path d="M12 3.5l9.3 16.5H2.7z"/><path d="M12 10v4.6"/>'
    '<circle cx="12" cy="17.2" r=".5" fill="COLOUR"/>',
    "note": '<circle cx="12" cy="12" r="8.6"/><path d="M12 11v5.6"/><circle cx="12" cy="7.6" r=".6" fill="COLOUR"/>',
    "serious": '<path d="M8.2 3h7.6L21 8.2v7.6L15.8 21H8.2L3 15.8V8.2z"/><path d="M12 7.2v6.2"/>'
    '<circle cx="12" cy="16.6" r=".6" fill="COLOUR"/>',
    "done": '<path d="M4.5 12.5l5 5L19.5 7"/>',
    "copy": '<rect x="8.5" y="8.5" width="11" height="12" rx="1.5"/><path d="M15.5 8.5v-5h-11v12h4"/>',
    "stack": '<path d="M12 3.5l9 4.5-9 4.5L3 8zM3.5 12.2l8.5 4.3 8.5-4.3M3.5 16.4l8.5 4.3 8.5-4.3"/>',
    "run": '<path d="M3.5 19.5h17M4.5 15.5c4-11 6 4 9-2.5 1.8-4 3.5-6.5 6-7.5"/>',
    "sample": '<path d="M9.5 3.5h5"/>'
    '<path d="M10.5 3.5v6.2L5 19a1.2 1.2 0 0 0 1 1.7h12a1.2 1.2 0 0 0 1-1.7L13.5 9.7V3.5M7.5 15.5h9"/>',
    "recent": '<circle cx="12" cy="12" r="8.4"/><path d="M12 7v5.3l3.6 2.2"/>',
    "drop": '<path d="M12 3.5v11M7.5 10.5L12 15l4.5-4.5M4 16.5v4h16v-4"/>',
    "whole": '<rect x="4" y="5" width="16" height="14"/>',
    "estimate": '<path d="M4 3.5v17h16.5M6.5 17.5L20 5"/>'
    '<circle cx="8.5" cy="12" r="1.2" fill="COLOUR"/><circle cx="13.5" cy="14.5" r="1.2" fill="COLOUR"/>'
    '<circle cx="15" cy="6" r="1.2" fill="COLOUR"/>',
    "more": '<path d="M8.5 5.5l6.5 6.5-6.5 6.5"/>',
    "less": '<path d="M5.5 8.5l6.5 6.5 6.5-6.5"/>',
    "queue": '<path d="M4 6h16M4 12h8M4 18h8M17.5 10.5v8M13.5 14.5h8"/>',
    "device": '<rect x="6.5" y="6.5" width="11" height="11" rx="1"/><path d="M10 3v3M14 3v3M10 18v3M14 18v3M3 10h3'
    'M3 14h3M18 10h3M18 14h3"/>',
    "line": '<path d="M5 19L19 5"/><path d="M3 17h4v4H3zM17 3h4v4h-4z" fill="COLOUR"/>',
    "ellipse": '<ellipse cx="12" cy="12" rx="9" ry="6.5"/>',
    "polygon": '<path d="M4 9.5L13 3.5l7.5 8-5 8.5-8.5-2z"/>',
    "point": '<path d="M12 3v6M12 15v6M3 12h6M15 12h6"/><circle cx="12" cy="12" r="1.6" fill="COLOUR"/>',
    "undo": '<path d="M8.5 5L4 9.5 8.5 14M4.5 9.5h9a6 6 0 0 1 0 12H9"/>',
    "export": '<path d="M12 15V3.5M7.5 8L12 3.5 16.5 8M4 13.5v7h16v-7"/>',
}  # fmt: skip
_FRAME = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="COLOUR" stroke-width="1.9" '
    'stroke-linecap="round" stroke-linejoin="round">BODY</svg>'
)
#: Flat until the pointer or the keys come to it; palette words only, so that light and dark both follow.
FLAT_SHEET = """
QToolButton { border: 1px solid transparent; border-radius: 4px; padding: 3px; background: transparent; }
QToolButton:hover { background: palette(midlight); }
QToolButton:focus { border-color: palette(highlight); }
QToolButton:checked { background: palette(highlight); color: palette(highlighted-text); }
QToolButton::menu-indicator { image: none; }
"""
_SIZES = (16, 24, 32, 48)


def icon_names() -> tuple[str, ...]:
    """Every icon there is."""
    return tuple(_SHAPES)


def icon(
    name: str, palette: QPalette, role: QPalette.ColorRole = QPalette.ColorRole.ButtonText, checkable: bool = False
) -> QIcon:
    """An icon in the colours of text: plain, disabled, on a selected ground. Raises KeyError for an unknown name.

    `checkable`: its button stands on the highlight colour while it is down. (An open branch of a tree is "on" too.)
    """
    plain, selected = palette.color(role), palette.color(QPalette.ColorRole.HighlightedText)
    disabled = palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.ButtonText)
    made = QIcon()
    for size in _SIZES:
        made.addPixmap(_pixmap(name, plain, size), QIcon.Mode.Normal)
        made.addPixmap(_pixmap(name, disabled, size), QIcon.Mode.Disabled)
        made.addPixmap(_pixmap(name, selected, size), QIcon.Mode.Selected)
        if checkable:
            made.addPixmap(_pixmap(name, selected, size), QIcon.Mode.Normal, QIcon.State.On)
            made.addPixmap(_pixmap(name, disabled, size), QIcon.Mode.Disabled, QIcon.State.On)
    return made


def coloured_icon(name: str, colour: QColor) -> QIcon:
    """An icon in a colour that carries a meaning; white on a selected ground. Raises KeyError for an unknown name."""
    made, selected = QIcon(), QApplication.palette().color(QPalette.ColorRole.HighlightedText)
    for size in _SIZES:
        made.addPixmap(_pixmap(name, colour, size), QIcon.Mode.Normal)
        made.addPixmap(_pixmap(name, selected, size), QIcon.Mode.Selected)
    return made


def set_button_icon(button: QAbstractButton, name: str, primary: bool = False) -> None:
    """Give a button an icon in the colour of its text; `primary` buttons stand on the highlight colour."""
    role = QPalette.ColorRole.HighlightedText if primary else QPalette.ColorRole.ButtonText
    button.setIcon(icon(name, QApplication.palette(), role, button.isCheckable()))


class IconButton(QToolButton):
    """A small tool button whose icon follows the palette. `words` is its tooltip and its name for screen readers."""

    def __init__(
        self,
        name: str,
        object_name: str,
        words: str,
        tooltip: str = "",
        checkable: bool = False,
        sheet: str = FLAT_SHEET,
    ) -> None:
        super().__init__()
        self._icon_name = name
        self.setObjectName(object_name)
        self.setAccessibleName(words)
        self.setToolTip(tooltip or words)
        self.setCheckable(checkable)
        self.setIconSize(QSize(16, 16))
        set_sheet(self, sheet)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        PaletteWatcher(self).changed.connect(self._recolour)
        self._recolour()

    def set_icon_name(self, name: str) -> None:
        """Show another icon."""
        if name != self._icon_name:
            self._icon_name = name
            set_button_icon(self, name)

    def _recolour(self) -> None:
        set_button_icon(self, self._icon_name)


def _pixmap(name: str, colour: QColor, size: int) -> QPixmap:
    return QPixmap.fromImage(_image(name, colour.name(), size))


@lru_cache(maxsize=1024)
def _image(name: str, colour: str, size: int) -> QImage:
    # Images are kept and not pixmaps, which must not outlive the application.
    text = _FRAME.replace("BODY", _SHAPES[name]).replace("COLOUR", colour)
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(text.encode())).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return image

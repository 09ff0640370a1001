"""Light and dark, the colours that carry a meaning, and how pyqtgraph follows the palette."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from fluogan_app.core.data.acquisition import Origin

Scheme = Literal["system", "light", "dark"]

_LIGHT = {
    QPalette.ColorRole.Window: "#f2f3f5", QPalette.ColorRole.WindowText: "#1b1f24",
    QPalette.ColorRole.Base: "#ffffff", QPalette.ColorRole.AlternateBase: "#f6f7f9",
    QPalette.ColorRole.Text: "#1b1f24", QPalette.ColorRole.PlaceholderText: "#636b74",
    QPalette.ColorRole.Button: "#f2f3f5", QPalette.ColorRole.ButtonText: "#1b1f24",
    QPalette.ColorRole.BrightText: "#ffffff", QPalette.ColorRole.Link: "#0b5cad",
    QPalette.ColorRole.Highlight: "#0b6bcb", QPalette.ColorRole.HighlightedText: "#ffffff",
    QPalette.ColorRole.ToolTipBase: "#ffffff", QPalette.ColorRole.ToolTipText: "#1b1f24",
    QPalette.ColorRole.Light: "#ffffff", QPalette.ColorRole.Midlight: "#e6e8eb",
    QPalette.ColorRole.Mid: "#b9bfc7", QPalette.ColorRole.Dark: "#8b939c", QPalette.ColorRole.Shadow: "#5b636b",
    QPalette.ColorRole.Accent: "#0b6bcb",
}  # fmt: skip
_DARK = {
    QPalette.ColorRole.Window: "#22262b", QPalette.ColorRole.WindowText: "#e7eaee",
    QPalette.ColorRole.Base: "#191c20", QPalette.ColorRole.AlternateBase: "#1f2328",
    QPalette.ColorRole.Text: "#e7eaee", QPalette.ColorRole.PlaceholderText: "#98a1ab",
    QPalette.ColorRole.Button: "#343a42", QPalette.ColorRole.ButtonText: "#e7eaee",
    QPalette.ColorRole.BrightText: "#ffffff", QPalette.ColorRole.Link: "#6cb0f5",
    QPalette.ColorRole.Highlight: "#2f7fd6", QPalette.ColorRole.HighlightedText: "#ffffff",
    QPalette.ColorRole.ToolTipBase: "#2d3238", QPalette.ColorRole.ToolTipText: "#e7eaee",
    QPalette.ColorRole.Light: "#4a525b", QPalette.ColorRole.Midlight: "#3a4149",
    QPalette.ColorRole.Mid: "#4a525b", QPalette.ColorRole.Dark: "#15181b", QPalette.ColorRole.Shadow: "#0c0e10",
    QPalette.ColorRole.Accent: "#2f7fd6",
}  # fmt: skip
#: How much lighter than the ground the face of a box is in the dark.
_BOX_PERCENT = 290
_GREYED = {"light": "#8a929b", "dark": "#6f7882"}

#: Colours for curves, Okabe and Ito's set made to stand out on a light and on a dark ground.
_CURVES_LIGHT = ("#0072b2", "#d55e00", "#00805c", "#a3478a", "#8a6500", "#3a3a3a")
_CURVES_DARK = ("#56b4e9", "#f5915a", "#2ec79c", "#e596c8", "#f0d442", "#d0d4d9")

_ORIGIN_LIGHT = {
    Origin.FILE: "#12703a", Origin.USER: "#0b5cad", Origin.ESTIMATED: "#75439e",
    Origin.ASSUMED: "#945200", Origin.MISSING: "#b3261e",
}  # fmt: skip
_ORIGIN_DARK = {
    Origin.FILE: "#5fce8d", Origin.USER: "#7ab8f7", Origin.ESTIMATED: "#cda4f0",
    Origin.ASSUMED: "#f0b254", Origin.MISSING: "#ff8f85",
}  # fmt: skip

#: Colours of how much a finding matters, by its word; always beside the word and a sign of its own.
_SEVERITY_LIGHT = {"fine": "#12703a", "note": "#0b5cad", "warning": "#945200", "serious": "#b3261e"}
_SEVERITY_DARK = {"fine": "#5fce8d", "note": "#7ab8f7", "warning": "#f0b254", "serious": "#ff8f85"}

#: What each origin means, for tooltips.
ORIGIN_WORDS = {
    Origin.FILE: "Stated by the file, or by the description that came with it.",
    Origin.USER: "Set by you.",
    Origin.ESTIMATED: "Estimated from the recording.",
    Origin.ASSUMED: "Assumed: neither the file nor you have said it. Check it.",
    Origin.MISSING: "Missing: it has to be given before a run.",
}


def apply_scheme(app: QApplication, scheme: Scheme) -> None:
    """Show the application light, dark, or as the system wishes."""
    wish = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}.get(scheme, Qt.ColorScheme.Unknown)
    hints = app.styleHints()
    hints.setColorScheme(wish)
    # Some desktops, and every screen-less one, ignore the wish: then the palette is set here.
    obeyed = wish != Qt.ColorScheme.Unknown and hints.colorScheme() == wish
    if obeyed or (scheme == "system" and hints.colorScheme() != Qt.ColorScheme.Unknown):
        app.setPalette(QPalette())
    else:
        app.setPalette(_own_palette("dark" if scheme == "dark" else "light"))
    _raise_boxes(app)


def _raise_boxes(app: QApplication) -> None:
    """Let boxes that are not ticked stand out of a dark ground: their frame is darker still, so their face is not."""
    palette = app.palette()
    if is_dark(palette):
        for role in (QPalette.ColorRole.Base, QPalette.ColorRole.Window):
            palette.setColor(role, palette.color(QPalette.ColorRole.Window).lighter(_BOX_PERCENT))
    for name in ("QCheckBox", "QRadioButton"):
        app.setPalette(palette, name)


def is_dark(palette: QPalette) -> bool:
    """Whether text is lighter than its ground."""
    text, ground = palette.color(QPalette.ColorRole.WindowText), palette.color(QPalette.ColorRole.Window)
    return text.lightness() > ground.lightness()


def origin_colour(origin: Origin, palette: QPalette) -> QColor:
    """The colour of the word that says where a value comes from."""
    return QColor((_ORIGIN_DARK if is_dark(palette) else _ORIGIN_LIGHT)[origin])


def problem_colour(palette: QPalette) -> QColor:
    """The colour of a sentence about something that is wrong; it always comes with a sign and words."""
    return origin_colour(Origin.MISSING, palette)


def severity_colour(severity: str, palette: QPalette) -> QColor:
    """The colour of a finding: fine, note, warning or serious."""
    return QColor((_SEVERITY_DARK if is_dark(palette) else _SEVERITY_LIGHT)[severity])


def quiet_colour(palette: QPalette) -> QColor:
    """Text that stands back: units, captions, read-outs."""
    return palette.color(QPalette.ColorRole.PlaceholderText)


def curve_colours(palette: QPalette) -> tuple[QColor, ...]:
    """Colours for the curves of one diagram, told apart by colour-blind eyes too."""
    return tuple(QColor(name) for name in (_CURVES_DARK if is_dark(palette) else _CURVES_LIGHT))


def contrast_ratio(first: QColor, second: QColor) -> float:
    """Contrast between two colours, 1 to 21 (WCAG 2: (L1 + 0.05) / (L2 + 0.05) of relative luminances)."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def set_colour(widget: QWidget, colour: QColor) -> None:
    """Let a label or button write in that colour."""
    # Only these roles: a copy of the whole palette would hold the others fast.
    palette = QPalette()
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText, QPalette.ColorRole.Text):
        palette.setColor(role, colour)
    widget.setPalette(palette)


def small_font(widget: QWidget, factor: float = 0.92, bold: bool = False) -> QFont:
    """The widget's font, a little smaller, for captions and read-outs."""
    font = QFont(widget.font())
    font.setPointSizeF(max(6.5, font.pointSizeF() * factor))
    font.setBold(bold)
    return font


class PaletteWatcher(QObject):
    """Tells when the application's colours have changed, for what the palette does not reach by itself.

    Events will not do: a widget with a style sheet of its own gets none.
    """

    changed = Signal()

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        # Queued: by then every widget has the new colours.
        app = QApplication.instance()
        app.paletteChanged.connect(self._tell, Qt.ConnectionType.QueuedConnection)  # type: ignore[union-attr]

    def _tell(self, _palette: QPalette) -> None:
        self.changed.emit()


def set_sheet(widget: QWidget, sheet: str) -> None:
    """Give a widget a style sheet that is written in words of the palette, and keep it to the palette.

    Qt looks such words up once; they would stay light when the application turns dark.
    """

    def renew() -> None:
        widget.setStyleSheet("")
        widget.setStyleSheet(sheet)

    widget.setStyleSheet(sheet)
    PaletteWatcher(widget).changed.connect(renew)


def _own_palette(name: Literal["light", "dark"]) -> QPalette:
    palette = QPalette()
    for role, colour in (_DARK if name == "dark" else _LIGHT).items():
        palette.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(_GREYED[name]))
    return palette


def _luminance(colour: QColor) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF())

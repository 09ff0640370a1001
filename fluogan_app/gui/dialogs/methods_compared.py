"""All methods beside each other, to be read: tables and pictures of what was measured, and what each is for."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QImage, QTextDocument
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from fluogan_app.core.benchmark.comparison_page import HEADS, HONEST, MISSING, ComparisonPage, LightPart, MethodPart
from fluogan_app.gui.style import PaletteWatcher, quiet_colour

_WIDTH, _HEIGHT, _PICTURE_WIDTH = 900, 640, 820


class MethodsComparedDialog(QDialog):
    """Scrolls by keys and wheel; its words can be marked and copied. Nothing waits for it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("methods_compared_dialog")
        self.setWindowTitle("Methods compared")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._page: ComparisonPage | None = None
        self.text = QTextBrowser()
        self.text.setObjectName("methods_compared_text")
        self.text.setAccessibleName("Methods compared")
        self.text.setPlaceholderText("Reading…")
        self.text.setOpenLinks(False)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        column = QVBoxLayout(self)
        column.addWidget(self.text, 1)
        column.addWidget(buttons)
        self.resize(_WIDTH, _HEIGHT)
        PaletteWatcher(self).changed.connect(self._write)

    def show_page(self, page: ComparisonPage, figures: Mapping[str, QImage]) -> None:
        """Show the page; figures: pictures by the title of their light."""
        self._page = page
        ratio = self.devicePixelRatioF()
        for title, image in figures.items():
            drawn = image.scaledToWidth(round(_PICTURE_WIDTH * ratio), Qt.TransformationMode.SmoothTransformation)
            drawn.setDevicePixelRatio(ratio)
            self.text.document().addResource(QTextDocument.ResourceType.ImageResource, _address(title), drawn)
        self._pictured = set(figures)
        self._write()
        self.text.setFocus()

    def _write(self) -> None:
        if self._page is None:
            return
        colours = self.palette()
        quiet, ground = quiet_colour(colours).name(), colours.window().color().name()
        page = self._page
        parts = [f"<h2>Methods compared</h2><p>{escape(HONEST if page.lights else MISSING)}</p>"]
        parts += [f'<p style="color:{quiet}">{escape(page.about)}</p>'] if page.about else []
        parts += [_light(part, quiet, ground, part.title in self._pictured) for part in page.lights]
        parts.append("<h3>What each is for</h3>")
        parts += [_method(part, quiet) for part in page.methods]
        self.text.setHtml("".join(parts))


def _light(part: LightPart, quiet: str, ground: str, pictured: bool) -> str:
    heads = "".join(f'<th align="{_side(column)}">{escape(head)}</th>' for column, (head, _) in enumerate(HEADS))
    rows = "".join(
        "<tr>" + "".join(
            f'<td align="{_side(column)}">{_marked(escape(text), (number, column) in part.best)}</td>'
            for column, text in enumerate(row)
        ) + "</tr>"
        for number, row in enumerate(part.rows)
    )  # fmt: skip
    told = "".join(f"<p>{escape(words)}</p>" for words in part.failed)
    picture = f'<p><img src="{_address(part.title).toString()}" alt="Strips of all methods" /></p>' if pictured else ""
    meanings = " ".join(f"<i>{escape(head)}</i>: {escape(tip)}" for head, tip in HEADS if tip)
    return (
        f"<h3>{escape(part.title)}</h3><p>{escape(part.words)}</p>"
        f'<table border="0" cellspacing="0" cellpadding="4"><tr bgcolor="{ground}">{heads}</tr>{rows}</table>'
        f"{told}{picture}"
        f'<p style="color:{quiet}">Bold: the best of its column alone. {meanings}</p>'
    )


def _method(part: MethodPart, quiet: str) -> str:
    words = [f"<b>{escape(part.title)}.</b> {escape(part.summary)}"]
    if part.advice is not None:
        words += [f"<i>Good for:</i> {escape(part.advice.use)}", f"<i>Beware:</i> {escape(part.advice.beware)}"]
    return f'<p>{"<br/>".join(words)}<br/><span style="color:{quiet}">{escape(part.citation)}</span></p>'


def _side(column: int) -> str:
    return "right" if column else "left"


def _marked(text: str, best: bool) -> str:
    return f"<b>{text}</b>" if best else text


def _address(title: str) -> QUrl:
    return QUrl(f"figure:{title.lower()}")

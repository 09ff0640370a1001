"""The empty window: open a file, a sample, or something from before."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractButton, QCommandLinkButton, QFrame, QLabel, QSizePolicy, QVBoxLayout, QWidget,
)  # fmt: skip

from fluogan_app.gui.style import PaletteWatcher, small_font
from fluogan_app.gui.icons import set_button_icon
from fluogan_app.gui.views.controls import QuietLabel, WordButton

_WIDTH = 460
_ELIDE = Qt.TextElideMode.ElideMiddle


class Welcome(QWidget):
    """What to do first. Names of samples and paths come back with the signals."""

    open_requested = Signal()
    sample_requested = Signal(str)
    recent_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("welcome")
        self.open_button = WordButton(
            "Open a stack or project…", "open", "welcome_open", "A time stack or a folder NAME.fluogan", primary=True
        )
        self.open_button.setIconSize(QSize(20, 20))
        self.open_button.setMinimumHeight(38)
        self._samples, self._recent = QVBoxLayout(), QVBoxLayout()
        self._samples_heading, self._recent_heading = _heading("Try a sample"), _heading("Recent")
        self._icons: list[tuple[QAbstractButton, str]] = []
        self._recent_rows: list[tuple[str, str, str]] | None = None
        self._lay_out()
        self.open_button.clicked.connect(self.open_requested)
        PaletteWatcher(self).changed.connect(self._recolour)
        self.set_samples(())
        self.set_recent(())

    def showEvent(self, event: QShowEvent) -> None:
        """In sight it claims its room."""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Out of sight it claims none: with a notice above, the window would not fit a small screen."""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        super().hideEvent(event)

    def set_samples(self, samples: Sequence[tuple[str, str, str]]) -> None:
        """Offer samples: name, title, and a sentence on it."""
        self._fill(self._samples, samples, "sample", self.sample_requested)
        self._samples_heading.setVisible(bool(samples))

    def set_recent(self, recent: Sequence[tuple[str, str]]) -> None:
        """Offer what was open before: path and title."""
        rows = [(path, title, path) for path, title in recent[:6]]
        if rows == self._recent_rows:
            return
        self._recent_rows = rows
        self._fill(self._recent, rows, "recent", self.recent_requested)
        self._recent_heading.setVisible(bool(recent))

    def _fill(self, layout: QVBoxLayout, rows: Sequence[tuple[str, str, str]], kind: str, signal) -> None:
        while layout.count():
            layout.takeAt(0).widget().deleteLater()
        self._icons = [entry for entry in self._icons if entry[1] != kind]
        for index, (key, title, words) in enumerate(rows):
            button = QCommandLinkButton(title, self._wrapped(words) if kind == "sample" else self._elided(words))
            button.setObjectName(f"welcome_{kind}_{index}")
            button.setAccessibleName(title)
            button.setToolTip(words)
            button.setIconSize(QSize(20, 20))
            lines = 1.2 + button.description().count("\n") + 1
            button.setMinimumHeight(int(lines * button.fontMetrics().lineSpacing()) + 18)
            set_button_icon(button, kind)
            button.clicked.connect(lambda _, key=key: signal.emit(key))
            layout.addWidget(button)
            self._icons.append((button, kind))

    def _elided(self, words: str) -> str:
        """A path on one line."""
        return QFontMetrics(self.font()).elidedText(words, _ELIDE, _WIDTH - 60)

    def _wrapped(self, words: str) -> str:
        """A sentence in lines that fit, because the button does not ask for the height of lines it makes itself."""
        metrics, lines = QFontMetrics(self.font()), [""]
        for word in words.split():
            longer = f"{lines[-1]} {word}".strip()
            if metrics.horizontalAdvance(longer) > _WIDTH - 60:
                lines.append(word)
            else:
                lines[-1] = longer
        return "\n".join(lines)

    def _lay_out(self) -> None:
        page = QFrame()
        page.setFixedWidth(_WIDTH)
        column = QVBoxLayout(page)
        column.setSpacing(6)
        title = QLabel("FluoGAN")
        title.setFont(small_font(title, 2.2, bold=True))
        column.addWidget(title)
        words = QLabel(
            "From a few hundred short exposures to one super-resolved image, by a simulator of your microscope."
        )
        words.setWordWrap(True)
        column.addWidget(words)
        column.addSpacing(10)
        column.addWidget(self.open_button)
        column.addWidget(QuietLabel("or drop a file anywhere on this window"), 0, Qt.AlignmentFlag.AlignHCenter)
        for heading, layout in ((self._samples_heading, self._samples), (self._recent_heading, self._recent)):
            column.addSpacing(8)
            column.addWidget(heading)
            layout.setSpacing(1)
            column.addLayout(layout)
        outer = QVBoxLayout(self)
        outer.addStretch(1)
        outer.addWidget(page, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(2)

    def _recolour(self) -> None:
        for button, name in self._icons:
            set_button_icon(button, name)


def _heading(text: str) -> QLabel:
    heading = QLabel(text)
    heading.setFont(small_font(heading, 1.0, bold=True))
    return heading

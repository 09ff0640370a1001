"""Says what went wrong and what to do, beside the window and never over it. Its text can be copied."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QStyle
from PySide6.QtWidgets import QVBoxLayout, QWidget

from fluogan_app.core.errors import FluoganError
from fluogan_app.gui.wording import without_flags

log = logging.getLogger(__name__)


class ErrorDialog(QDialog):
    """One error: the sentence, the advice, and the details folded away. Not modal: a run goes on beside it."""

    def __init__(
        self, title: str, error: FluoganError, log_path: Path | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("error_dialog")
        self.setWindowTitle(title)
        self.setModal(False)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._report = report_text(title, error, log_path)
        self._times = 1
        self._details = self._make_details()
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        layout.addLayout(self._sentences(error))
        layout.addWidget(self._details)
        layout.addWidget(self._buttons())
        self.setMinimumWidth(480)

    @property
    def report(self) -> str:
        """The text that “Copy” puts on the clipboard."""
        return self._report

    def happened_again(self) -> None:
        """The same error came once more: say how often, in place of a second dialog."""
        self._times += 1
        self._again.setText(f"This happened {self._times} times.")
        self._again.show()

    def _sentences(self, error: FluoganError) -> QHBoxLayout:
        row = QHBoxLayout()
        icon = QLabel()
        icon.setPixmap(self.style().standardIcon(QStyle.StandardPixmap.SP_MessageBoxWarning).pixmap(40, 40))
        icon.setAlignment(Qt.AlignmentFlag.AlignTop)
        row.addWidget(icon)
        words = QVBoxLayout()
        words.setSpacing(6)
        words.addWidget(_sentence("error_message", without_flags(error.message), bold=True))
        if error.hint:
            words.addWidget(_sentence("error_hint", without_flags(error.hint)))
        self._again = _sentence("error_again", "")
        self._again.hide()
        words.addWidget(self._again)
        words.addStretch(1)
        row.addLayout(words, 1)
        return row

    def _make_details(self) -> QPlainTextEdit:
        details = QPlainTextEdit(self._report)
        details.setObjectName("error_details")
        details.setAccessibleName("Details of the error")
        details.setReadOnly(True)
        details.setMinimumHeight(180)
        details.hide()
        return details

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        fold = QPushButton("Show &details")
        fold.setObjectName("error_fold")
        fold.setCheckable(True)
        fold.toggled.connect(lambda shown: fold.setText("Hide &details" if shown else "Show &details"))
        fold.toggled.connect(self._show_details)
        copy = QPushButton("&Copy")
        copy.setObjectName("error_copy")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._report))
        for button in (fold, copy):
            button.setAutoDefault(False)
            buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        close = buttons.button(QDialogButtonBox.StandardButton.Close)
        close.setDefault(True)
        buttons.rejected.connect(self.close)
        return buttons

    def _show_details(self, shown: bool) -> None:
        self._details.setVisible(shown)
        self.adjustSize()


def show_error(
    parent: QWidget | None, title: str, error: FluoganError, log_path: Path | None = None
) -> ErrorDialog | None:
    """Show an error beside the window; the same one again is counted where it is shown.

    Never raises: an error about an error would hide the first one.
    """
    log.warning("%s: %s", title, error)
    try:
        dialog = _open_already(parent, report_text(title, error, log_path))
        if dialog is not None:
            dialog.happened_again()
            return dialog
        dialog = ErrorDialog(title, error, log_path, parent)
        dialog.show()
        dialog.raise_()
        return dialog
    except Exception:  # noqa: BLE001 - see above
        log.exception("the error dialog could not be shown")
        return None


def _open_already(parent: QWidget | None, report: str) -> ErrorDialog | None:
    """The dialog that says the same: a fault that comes with every tick of a clock must not bury the window."""
    dialogs = parent.findChildren(ErrorDialog) if parent is not None else []
    return next((dialog for dialog in dialogs if dialog.isVisible() and dialog.report == report), None)


def report_text(title: str, error: FluoganError, log_path: Path | None) -> str:
    """What a user can send to somebody who helps: the sentences, the cause, and where the log is."""
    parts = [title, error.message, error.hint]
    cause = error.__cause__
    if cause is not None:
        parts.append("".join(traceback.format_exception(cause)).strip())
    if log_path is not None:
        parts.append(f"Log: {log_path}")
    return "\n\n".join(part for part in parts if part)


def _sentence(name: str, text: str, bold: bool = False) -> QLabel:
    label = QLabel(text)
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    font = label.font()
    font.setBold(bold)
    label.setFont(font)
    return label

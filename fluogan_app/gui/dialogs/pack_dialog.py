"""Whether the raw stack goes into a packed project."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from fluogan_app.core.units import bytes_text
from fluogan_app.gui.views.controls import WrappedLabel


class PackDialog(QDialog):
    """Asks what is packed; `chosen(with_raw)` is called when the user agrees.

    raw_bytes: size of the raw stack, 0 where nobody knows it. raw_there: whether it is at hand.
    """

    def __init__(
        self, title: str, raw_name: str, raw_bytes: int, raw_there: bool, chosen: Callable[[bool], None],
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setObjectName("pack_dialog")
        self.setWindowTitle("Pack the project")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(460)
        words = WrappedLabel()
        words.setText(
            f"“{title}” with all of its runs becomes one archive, to be sent or put away; deleted runs stay "
            "behind. It is opened again with File › Open packed project."
        )
        size = f" ({bytes_text(raw_bytes)})" if raw_bytes else ""
        self.raw = QCheckBox(f"With the &raw stack {raw_name}{size}")
        self.raw.setObjectName("pack_raw")
        self.raw.setEnabled(raw_there)
        tip = "Then runs can be repeated and gone on with wherever it is unpacked"
        self.raw.setToolTip(tip if raw_there else "The raw stack is not at hand: locate it first")
        column = QVBoxLayout(self)
        column.addWidget(words)
        column.addWidget(self.raw)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        go = buttons.addButton("&Choose the place…", QDialogButtonBox.ButtonRole.AcceptRole)
        go.setObjectName("pack_go")
        go.setDefault(True)
        go.setFocus()
        buttons.accepted.connect(lambda: (self.accept(), chosen(self.raw.isChecked())))
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)

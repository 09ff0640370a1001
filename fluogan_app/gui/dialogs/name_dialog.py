"""Another name for something."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLineEdit, QWidget

#: Longer names fit nowhere.
_LONGEST = 80


class NameDialog(QDialog):
    """Asks for a name; `chosen(name)` is called when the user agrees to one that is not empty."""

    def __init__(
        self, title: str, label: str, name: str, chosen: Callable[[str], None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("name_dialog")
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._name = QLineEdit(name)
        self._name.setObjectName("name")
        self._name.setAccessibleName(label.replace("&", ""))
        self._name.setMaxLength(_LONGEST)
        self._name.selectAll()
        layout = QFormLayout(self)
        layout.addRow(label, self._name)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        agree = buttons.button(QDialogButtonBox.StandardButton.Ok)
        buttons.accepted.connect(lambda: (self.accept(), chosen(self._name.text().strip())))
        buttons.rejected.connect(self.reject)
        self._name.textChanged.connect(lambda text: agree.setEnabled(bool(text.strip())))
        layout.addRow(buttons)

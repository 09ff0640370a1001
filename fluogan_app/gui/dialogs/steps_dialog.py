"""How many steps more a finished run is to get."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLabel, QSpinBox, QWidget


class StepsDialog(QDialog):
    """Asks for the total of steps; `chosen(total)` is called when the user agrees."""

    def __init__(self, run_name: str, steps: int, chosen: Callable[[int], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("steps_dialog")
        self.setWindowTitle("Go on with more steps")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._total = QSpinBox()
        self._total.setObjectName("total_steps")
        self._total.setRange(steps + 1, 1_000_000)
        self._total.setValue(steps * 2)
        layout = QFormLayout(self)
        words = QLabel(f"{run_name} ended after {steps} steps. A new run goes on from there; this one stays as it is.")
        words.setWordWrap(True)
        layout.addRow(words)
        layout.addRow("&Steps in all", self._total)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.button(QDialogButtonBox.StandardButton.Ok).setText("&Run")
        buttons.accepted.connect(lambda: (self.accept(), chosen(self._total.value())))
        buttons.rejected.connect(self.reject)
        layout.addRow(buttons)

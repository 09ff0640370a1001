"""What the program is, whose method it runs, and how to cite it."""

from __future__ import annotations

import platform

import PySide6
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from fluogan_app import __version__
from fluogan_app.core.methods.registry import METHODS


class AboutDialog(QDialog):
    """Version, licence and citations, to be copied into a paper's methods section."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("about_dialog")
        self.setWindowTitle("About FluoGAN")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(520)
        layout = QVBoxLayout(self)
        label = QLabel(_about_text())
        label.setObjectName("about_text")
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        label.setAlignment(Qt.AlignmentFlag.AlignTop)
        area = QScrollArea()
        area.setAccessibleName("About FluoGAN")
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setWidget(label)
        layout.addWidget(area)
        self.resize(620, 560)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton("&Copy", QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(label.text()))
        buttons.rejected.connect(self.close)
        layout.addWidget(buttons)


def _about_text() -> str:
    methods = "\n\n".join(f"{method.title}. {method.summary}\n{method.citation}" for method in METHODS.values())
    return (
        f"FluoGAN {__version__}\n"
        "One super-resolved image and its background from a stack of short exposures.\n\n"
        f"Please cite the method that you use:\n\n{methods}\n\n"
        f"BSD-3-Clause licence. Python {platform.python_version()}, PySide6 {PySide6.__version__}, "
        f"{platform.platform()}."
    )

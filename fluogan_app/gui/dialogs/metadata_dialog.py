"""What a file states: the values that are used, each with where it comes from, and all its own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QDialog, QDialogButtonBox, QLabel, QTabWidget, QVBoxLayout, QWidget

from fluogan_app.core.data.facts import Fact
from fluogan_app.core.data.metadata_text import metadata_lines
from fluogan_app.gui.style import small_font
from fluogan_app.gui.views.controls import QuietLabel, WordButton
from fluogan_app.gui.views.fact_table import FactTable
from fluogan_app.gui.views.metadata_tree import MetadataTree
from fluogan_app.gui.views.warning_words import WarningWords


class MetadataDialog(QDialog):
    """Stays beside the window and follows it. `save_wanted` says that the user wants all of it in a file."""

    save_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("metadata_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(720, 560)
        self._metadata: Mapping[str, Any] = {}
        self.title, self.place, self.warnings = QLabel(), QuietLabel(), WarningWords("metadata_warnings")
        self.facts, self.tree = FactTable(), MetadataTree()
        self.copy_button = WordButton("Copy all", "copy", "metadata_copy", "Copy both lists as text")
        self.save_button = WordButton("Save…", "save", "metadata_save", "Write all metadata as text or JSON")
        self._lay_out()
        self.copy_button.clicked.connect(lambda: QApplication.clipboard().setText(self.text()))
        self.save_button.clicked.connect(self.save_wanted)

    def show_file(self, name: str, about: str, metadata: Mapping[str, Any], warnings: Sequence[str]) -> None:
        """Say whose metadata these are, and show the file's own words."""
        self.setWindowTitle(f"What {name} states")
        self.title.setText(name)
        self.place.setText(about)
        self.warnings.set_warnings(warnings)
        self._metadata = metadata
        self.tree.set_metadata(metadata)

    def show_facts(self, facts: Sequence[Fact]) -> None:
        """Show the values that are used."""
        self.facts.set_facts(facts)

    @property
    def metadata(self) -> Mapping[str, Any]:
        """The file's own words."""
        return self._metadata

    def text(self) -> str:
        """Everything as text."""
        heads = [self.title.text(), self.place.text(), *self.warnings.text().splitlines()]
        return "\n".join((*heads, "", self.facts.text(), "", *metadata_lines(self._metadata)))

    def _lay_out(self) -> None:
        self.title.setFont(small_font(self.title, 1.1, bold=True))
        for label in (self.title, self.place, self.warnings):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.tabs = QTabWidget(accessibleName="Metadata")
        self.tabs.setObjectName("metadata_tabs")
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.facts, "What is &used")
        self.tabs.addTab(self.tree, "&All metadata")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        for button in (self.copy_button, self.save_button):
            button.setAutoDefault(False)
            buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.close)
        column = QVBoxLayout(self)
        for part in (self.title, self.place, self.warnings):
            column.addWidget(part)
        column.addWidget(self.tabs, 1)
        column.addWidget(buttons)

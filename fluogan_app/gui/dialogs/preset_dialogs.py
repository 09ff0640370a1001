"""Keeping values as a preset, and managing the presets that one has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QFormLayout, QHBoxLayout, QLabel, QLineEdit
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from fluogan_app.core.project.presets import GROUPS, LONGEST_NAME, Preset, values_text
from fluogan_app.gui.style import problem_colour, set_colour
from fluogan_app.gui.views.controls import QuietLabel


class SavePresetDialog(QDialog):
    """Asks for name and groups; `wanted(name, groups, note)` says that the user agrees."""

    wanted = Signal(str, object, str)

    def __init__(self, contents: Mapping[str, str], taken: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._taken = {name.casefold(): name for name in taken}
        self.setObjectName("save_preset_dialog")
        self.setWindowTitle("Save as preset")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(440)
        self.name_field, self.note_field = _line("preset_name", "Name of the preset"), _line("preset_note", "Note")
        self.name_field.setPlaceholderText("for example: Andor iXon, EM gain 300")
        self.name_field.setMaxLength(LONGEST_NAME)
        self.boxes = {group: QCheckBox(title) for group, title in GROUPS.items()}
        self.words = QLabel()
        self.words.setObjectName("preset_words")
        self.words.setWordWrap(True)
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Save | kinds.Cancel)
        self._lay_out(contents)
        self.name_field.textChanged.connect(lambda _: self._check())
        self.buttons.accepted.connect(self._agree)
        self.buttons.rejected.connect(self.reject)
        self._check()

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups that are ticked."""
        return tuple(group for group, box in self.boxes.items() if box.isChecked())

    def _agree(self) -> None:
        self.wanted.emit(self.name_field.text().strip(), self.groups, self.note_field.text().strip())
        self.accept()

    def _check(self) -> None:
        name, groups = self.name_field.text().strip(), self.groups
        save = self.buttons.button(QDialogButtonBox.StandardButton.Save)
        known = self._taken.get(name.casefold())
        save.setText("&Replace" if known else "&Save")
        save.setEnabled(bool(name and groups))
        if not name:
            self.words.setText("Give it a name.")
        elif not groups:
            self.words.setText("Tick what it is to hold.")
        else:
            self.words.setText(f"“{known}” exists and is replaced." if known else "")

    def _lay_out(self, contents: Mapping[str, str]) -> None:
        form = QFormLayout(self)
        form.addRow("&Name", self.name_field)
        form.addRow("N&ote", self.note_field)
        form.addRow(QLabel("What it holds, as it stands in the form now:"))
        for group, box in self.boxes.items():
            box.setObjectName(f"preset_group_{group}")
            box.setChecked(group == "method")
            box.toggled.connect(lambda _: self._check())
            held = QuietLabel(contents.get(group, ""))
            held.setWordWrap(True)
            form.addRow(box, held)
        form.addRow(self.words)
        form.addRow(self.buttons)
        self.buttons.button(QDialogButtonBox.StandardButton.Save).setObjectName("preset_save_button")


class ManagePresetsDialog(QDialog):
    """One's own presets. Setters never emit; each signal carries the preset that is chosen in the list."""

    rename_wanted = Signal(object, str)
    delete_wanted = Signal(object)
    export_wanted = Signal(object)
    take_wanted = Signal(object)
    import_wanted = Signal()
    folder_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("manage_presets_dialog")
        self.setWindowTitle("Presets")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(560, 380)
        self._presets: tuple[Preset, ...] = ()
        self.list = QListWidget()
        self.list.setObjectName("preset_list")
        self.list.setAccessibleName("Your own presets")
        self.detail, self.words = QLabel(), QLabel()
        for label, name in ((self.detail, "preset_detail"), (self.words, "preset_trouble")):
            label.setObjectName(name)
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.buttons: dict[str, QPushButton] = {}
        self._lay_out()
        self.list.currentRowChanged.connect(lambda _: self._show_detail())
        self.list.itemChanged.connect(self._renamed)

    def show_presets(self, presets: Sequence[Preset], troubles: Sequence[str], chosen: str = "") -> None:
        """Show presets, and what is wrong with files that are none."""
        blocked = self.list.blockSignals(True)
        kept = chosen or (self.current.name if self.current else "")
        self._presets = tuple(presets)
        self.list.clear()
        for preset in self._presets:
            item = QListWidgetItem(preset.name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            item.setToolTip(f"Sets: {preset.groups_text}. F2 renames it.")
            self.list.addItem(item)
        names = [preset.name for preset in self._presets]
        self.list.setCurrentRow(names.index(kept) if kept in names else min(0, len(names) - 1))
        self.list.blockSignals(blocked)
        self.show_trouble(" ".join(troubles))
        self._show_detail()

    def show_trouble(self, sentence: str) -> None:
        """Say what went wrong; "" takes it away."""
        self.words.setText(f"⚠ {sentence}" if sentence else "")
        set_colour(self.words, problem_colour(self.palette()))

    @property
    def current(self) -> Preset | None:
        """The preset that is chosen in the list."""
        row = self.list.currentRow()
        return self._presets[row] if 0 <= row < len(self._presets) else None

    def _renamed(self, item: QListWidgetItem) -> None:
        preset = self.current
        if preset is not None and item.text().strip() != preset.name:
            self.rename_wanted.emit(preset, item.text().strip())

    def _show_detail(self) -> None:
        preset = self.current
        for name in ("take", "rename", "delete", "export"):
            self.buttons[name].setEnabled(preset is not None)
        if preset is None:
            self.detail.setText("You have no preset of your own yet: “Save as preset” keeps the values of the form.")
            return
        lines = [f"<b>{GROUPS[group]}</b>: {values_text(preset, group)}" for group in GROUPS if group in preset.values]
        self.detail.setText("<br>".join([preset.note] * bool(preset.note) + lines))

    def _edit_name(self) -> None:
        if self.list.currentItem() is not None:
            self.list.editItem(self.list.currentItem())

    def _lay_out(self) -> None:
        column = QVBoxLayout()
        for name, words, act in (
            ("take", "&Take it", lambda: self.take_wanted.emit(self.current)),
            ("rename", "&Rename", self._edit_name),
            ("delete", "&Delete", lambda: self.delete_wanted.emit(self.current)),
            ("export", "&Export…", lambda: self.export_wanted.emit(self.current)),
            ("import", "&Import…", self.import_wanted.emit),
            ("folder", "Show &folder", self.folder_wanted.emit),
        ):
            button = self.buttons[name] = QPushButton(words)
            button.setObjectName(f"presets_{name}")
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, act=act: act())
            column.addWidget(button)
        column.addStretch(1)
        upper = QHBoxLayout()
        upper.addWidget(self.list, 1)
        upper.addLayout(column)
        close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close.rejected.connect(self.close)
        whole = QVBoxLayout(self)
        whole.addLayout(upper, 1)
        for part in (self.detail, self.words, close):
            whole.addWidget(part)


def _line(name: str, words: str) -> QLineEdit:
    line = QLineEdit()
    line.setObjectName(name)
    line.setAccessibleName(words)
    return line

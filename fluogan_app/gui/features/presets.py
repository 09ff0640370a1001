"""Presets at the head of the form: taken, saved, managed, exchanged as files. Their folder is read on threads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from fluogan_app.core.errors import FluoganError
from fluogan_app.core.project.differences import parameters_of
from fluogan_app.core.project.preset_folder import SUFFIX, PresetFolder, export_preset
from fluogan_app.core.project.presets import GROUPS, Preset, applied, built_in, deviations, preset_from
from fluogan_app.core.project.presets import standing, values_text
from fluogan_app.gui.command import Command
from fluogan_app.gui.dialogs.file_dialogs import choose_new_file, choose_preset
from fluogan_app.gui.dialogs.preset_dialogs import ManagePresetsDialog, SavePresetDialog
from fluogan_app.gui.dialogs.questions import ask_delete_preset
from fluogan_app.gui.features.feature import Feature
from fluogan_app.gui.pace import Pace
from fluogan_app.gui.views.preset_menu import PresetButton

if TYPE_CHECKING:
    from fluogan_app.gui.main_window import MainWindow

#: Presets that could be read, and sentences on those that could not.
_Found = tuple[tuple[Preset, ...], tuple[str, ...]]


class Presets(Feature):
    """Keeps the button equal to the session. `last` is the name of the preset that was taken last."""

    name: ClassVar[str] = "presets"
    commands: ClassVar[tuple[Command, ...]] = (
        Command("presets", "&Edit", "Take a &preset…", ("Ctrl+Alt+V",),
                "All values of a preset at once", needs="project", starts_section=True),
        Command("save_preset", "&Edit", "&Save as preset…", ("Ctrl+Shift+K",),
                "Keep the values of the form under a name", needs="project"),
        Command("manage_presets", "&Edit", "&Manage presets…", (), "Rename, delete, import and export presets"),
    )  # fmt: skip

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.last = ""
        self._folder, self._own = PresetFolder(), ()
        self._troubles: tuple[str, ...] = ()
        self._dialog: ManagePresetsDialog | None = None
        self.button = PresetButton()
        window.workspace.form.head_row.insertWidget(0, self.button, 1)
        self.button.chosen.connect(self.take)
        self.button.save_wanted.connect(self.ask_name)
        self.button.manage_wanted.connect(self.manage)
        self.button.import_wanted.connect(self._ask_import)
        self.button.menu_.aboutToShow.connect(self._show_times)
        for signal in (self.session.document_changed, self.session.project_changed):
            signal.connect(self._refresh)
        self._read()

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """Open the menu, save and manage."""
        return {"presets": self.button.open, "save_preset": self.ask_name, "manage_presets": self.manage}

    def gather(self) -> dict[str, Any]:
        """Which preset was taken last."""
        return {"last": self.last} if self.last else {}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """The preset that was taken last is what the values are compared with."""
        self.last = str(kept.get("last", ""))
        self._refresh()

    @property
    def presets(self) -> tuple[Preset, ...]:
        """All that can be taken: the method's, then one's own."""
        return (*built_in(self.session.method), *self._own)

    def take(self, preset: Preset) -> None:
        """Set all that the preset holds; one step for undo."""
        self.last = preset.name
        self.window.parameters.take(preset)
        self._refresh()

    # Own presets

    def ask_name(self) -> None:
        """Ask under which name to keep which values."""
        document = self.session.document
        whole = preset_from(document, "", GROUPS)
        contents = {group: values_text(whole, group) for group in GROUPS}
        dialog = SavePresetDialog(contents, [preset.name for preset in self._own], self.window)
        dialog.wanted.connect(self._save)
        dialog.show()

    def manage(self) -> None:
        """Show one's own presets with what can be done with them."""
        if self._dialog is None:
            dialog = self._dialog = ManagePresetsDialog(self.window)
            dialog.finished.connect(self._forget)
            dialog.take_wanted.connect(self.take)
            dialog.rename_wanted.connect(lambda preset, name: self._do(partial(self._folder.rename, preset, name)))
            dialog.delete_wanted.connect(self._ask_delete)
            dialog.export_wanted.connect(self._ask_export)
            dialog.import_wanted.connect(self._ask_import)
            dialog.folder_wanted.connect(self._show_folder)
        self._dialog.show_presets(self._own, self._troubles)
        self._dialog.show()
        self._dialog.raise_()
        self._read()

    def _save(self, name: str, groups: tuple[str, ...], note: str) -> None:
        self.last = name
        preset = preset_from(self.session.document, name, groups, note)
        self._do(partial(self._folder.save, preset, overwrite=True), f"The preset “{name}” is kept.")

    def _ask_delete(self, preset: Preset) -> None:
        def answered(answer: str) -> None:
            if answer == "delete":
                self._do(partial(self._folder.delete, preset), f"The preset “{preset.name}” is deleted.")

        ask_delete_preset(self._dialog or self.window, preset.name, answered)

    def _ask_export(self, preset: Preset) -> None:
        settings = self.context.settings

        def chosen(path: Path) -> None:
            settings.set_folder("export", path.parent)
            self._do(partial(export_preset, preset, path), f"Written: {path}")

        choose_new_file(
            self._dialog or self.window, "export_preset", "Export a preset", settings.folder("export"),
            f"{preset.name}{SUFFIX}", f"FluoGAN presets (*{SUFFIX})", chosen,
        )  # fmt: skip

    def _ask_import(self) -> None:
        settings = self.context.settings

        def chosen(path: Path) -> None:
            settings.set_folder("open", path.parent)
            self.context.workbench.do(partial(self._folder.take_in, path), self._taken_in, self._fail)

        choose_preset(self._dialog or self.window, settings.folder("open"), chosen)

    def _taken_in(self, outcome: tuple[Preset, tuple[str, ...]]) -> None:
        preset, notes = outcome
        self.context.say(" ".join((f"The preset “{preset.name}” was imported.", *notes)))
        self._read(preset.name, notes)

    def _show_folder(self) -> None:
        self.context.workbench.do(self._folder.made, self._open_folder, self._fail)

    def _open_folder(self, folder: Path) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    # Inside

    def _do(self, work: Callable[[], Any], said: str = "") -> None:
        """Change the folder on a thread, then read it again."""

        def done(outcome: Any) -> None:
            if said:
                self.context.say(said)
            self._read(outcome.name if isinstance(outcome, Preset) else "")

        self.context.workbench.do(work, done, self._fail)

    def _fail(self, error: FluoganError) -> None:
        self.context.say(error.one_line)
        if self._dialog is not None:
            self._dialog.show_presets(self._own, (error.one_line,))
        else:
            self.context.fail("The preset cannot be used", error)

    def _read(self, chosen: str = "", notes: tuple[str, ...] = ()) -> None:
        self.context.workbench.do(self._folder.presets, partial(self._take_list, chosen, notes), self._fail)

    def _take_list(self, chosen: str, notes: tuple[str, ...], found: _Found) -> None:
        self._own, self._troubles = found
        if self._dialog is not None:
            self._dialog.show_presets(self._own, (*self._troubles, *notes), chosen)
        self._refresh()

    def _forget(self) -> None:
        self._dialog = None

    def _refresh(self, _changed: object = None) -> None:
        document, presets = self.session.document, self.presets
        base = standing(presets, document, self.last)
        base = base or next((preset for preset in presets if preset.name == self.last), presets[0])
        self.button.show_presets(presets, base, deviations(base, document))

    def _show_times(self) -> None:
        session, pace = self.session, Pace(self.context.settings)
        shape = session.stack.shape[1:] if session.stack else None
        if shape is None:
            return
        times = {}
        for preset in self.presets:
            document = session.document.replace(**applied(preset, session.document))
            times[preset.name] = pace.estimate_text(document, parameters_of(document), shape)
        self.button.set_times({name: text.removesuffix(" on this computer") for name, text in times.items()})

"""Choosing files and folders without stopping the event loop. Each calls `chosen(path)` once, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

_STACKS = "*.tif *.tiff *.btf *.tf8 *.czi *.nd2 *.lif *.lof *.oib *.oif *.dv *.spe *.stk *.lsm"
#: A project is opened by its project.json too: this dialog chooses files, and a project is a folder.
_FILTERS = [f"Stacks and projects ({_STACKS} project.json)", "All files (*)"]
PROJECT_SUFFIX = ".fluogan"

Chosen = Callable[[Path], None]


def choose_stack(
    parent: QWidget, folder: str, chosen: Chosen, title: str = "Open a stack, or the project.json of a project"
) -> QFileDialog:
    """An existing image file."""
    dialog = _dialog(parent, "choose_stack", title, folder, chosen)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilters(_FILTERS)
    return _shown(dialog)


def choose_stacks(parent: QWidget, folder: str, chosen: Callable[[list[Path]], None]) -> QFileDialog:
    """Several image files."""
    dialog = _dialog(parent, "choose_stacks", "Choose stacks", folder, lambda _: None)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.setNameFilters([f"Stacks ({_STACKS})", "All files (*)"])
    dialog.filesSelected.connect(lambda paths: chosen([Path(path) for path in paths]))
    return _shown(dialog)


def choose_project(parent: QWidget, folder: str, chosen: Chosen) -> QFileDialog:
    """An existing project's folder."""
    dialog = _dialog(parent, "choose_project", "Open a project (a folder whose name ends in .fluogan)", folder, chosen)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    return _shown(dialog)


def choose_folder(parent: QWidget, title: str, folder: str, chosen: Chosen) -> QFileDialog:
    """An existing folder."""
    dialog = _dialog(parent, "choose_folder", title, folder, chosen)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    return _shown(dialog)


def choose_new_project(parent: QWidget, folder: str, name: str, chosen: Chosen) -> QFileDialog:
    """Where a project is to be saved: a folder that need not exist, its name ending in .fluogan."""

    def with_suffix(path: Path) -> None:
        chosen(path if path.suffix == PROJECT_SUFFIX else path.with_name(path.name + PROJECT_SUFFIX))

    dialog = _dialog(parent, "choose_new_project", "Save the project as", folder, with_suffix)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    dialog.setNameFilter("FluoGAN projects (*.fluogan)")
    # What exists is asked about by the program itself: a project is a folder, which this dialog cannot replace.
    dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
    dialog.selectFile(name + PROJECT_SUFFIX)
    return _shown(dialog)


def choose_new_file(
    parent: QWidget, name: str, title: str, folder: str, file_name: str, kind: str, chosen: Chosen
) -> QFileDialog:
    """Where a file is to be written; `kind` is its words and pattern, and gives a missing ending."""
    dialog = _dialog(parent, name, title, folder, chosen)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilter(kind)
    dialog.setDefaultSuffix(Path(file_name).suffix)
    dialog.selectFile(file_name)
    return _shown(dialog)


def choose_psf(parent: QWidget, folder: str, chosen: Chosen) -> QFileDialog:
    """An existing image of a bead."""
    dialog = _dialog(parent, "choose_psf", "The image of a bead: a measured PSF", folder, chosen)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilters(["Images (*.tif *.tiff *.npy)", "All files (*)"])
    return _shown(dialog)


def choose_network(parent: QWidget, folder: str, chosen: Chosen) -> QFileDialog:
    """Ask for a network that was trained with this program's commands."""
    dialog = _dialog(parent, "choose_network", "A network of your own", folder, chosen)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilters(["Networks (*.safetensors)", "All files (*)"])
    return _shown(dialog)


def choose_preset(parent: QWidget, folder: str, chosen: Chosen) -> QFileDialog:
    """An existing preset's file."""
    dialog = _dialog(parent, "import_preset", "Import a preset", folder, chosen)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilters(["FluoGAN presets (*.json)", "All files (*)"])
    return _shown(dialog)


def choose_result(parent: QWidget, folder: str, chosen: Chosen) -> QFileDialog:
    """An existing image that another program made."""
    dialog = _dialog(parent, "choose_result", "Another program's result", folder, chosen)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilters([f"Images ({_STACKS} *.png)", "All files (*)"])
    return _shown(dialog)


def choose_table(parent: QWidget, title: str, folder: str, chosen: Chosen) -> QFileDialog:
    """An existing table of numbers."""
    dialog = _dialog(parent, "choose_table", title, folder, chosen)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilters(["Tables (*.csv *.txt *.tsv)", "All files (*)"])
    return _shown(dialog)


def choose_archive(parent: QWidget, title: str, folder: str, chosen: Chosen) -> QFileDialog:
    """An existing archive."""
    dialog = _dialog(parent, "choose_archive", title, folder, chosen)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilters(["Packed projects (*.zip)", "All files (*)"])
    return _shown(dialog)


def _dialog(parent: QWidget, name: str, title: str, folder: str, chosen: Chosen) -> QFileDialog:
    dialog = QFileDialog(parent, title, folder)
    dialog.setObjectName(name)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(lambda path: chosen(Path(path)))
    return dialog


def _shown(dialog: QFileDialog) -> QFileDialog:
    dialog.setModal(False)
    dialog.show()
    return dialog

"""What of a run is written where: images with their pixel size, curves, the drift, a figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup, QCheckBox, QComboBox, QDialog, QDialogButtonBox, QFormLayout, QHBoxLayout, QLabel, QLineEdit,
    QPushButton, QRadioButton, QVBoxLayout, QWidget,
)  # fmt: skip

from fluogan_app.core.data.claims import LIGHT, Claims
from fluogan_app.gui.dialogs.file_dialogs import choose_folder


@dataclass(frozen=True)
class ExportRequest:
    """The files to write; None where one is not wanted. An image whose name ends in .ome.tif is written as OME-TIFF."""

    estimate: Path | None = None
    background: Path | None = None
    mean: Path | None = None
    deviation: Path | None = None
    drift: Path | None = None
    curves: Path | None = None
    figure: Path | None = None
    error_map: Path | None = None
    movie: Path | None = None

    @property
    def paths(self) -> dict[str, Path]:
        """What is wanted, by its name."""
        return {name: path for name, path in vars(self).items() if path is not None}


@dataclass(frozen=True)
class _Part:
    name: str
    label: str
    ending: str
    checked: bool


_PARTS = (
    _Part("estimate", "Super-resolved image x, 32-bit TIFF with its pixel size", "x{tif}", True),
    _Part("background", "Smooth background b, 32-bit TIFF with its pixel size", "background{tif}", True),
    _Part("mean", "Mean image in photons, 32-bit TIFF with its pixel size", "mean{tif}", False),
    _Part("deviation", "Standard deviation of x, 32-bit TIFF with its pixel size", "deviation{tif}", True),
    _Part("error_map", "Error map: where x, blurred again, differs from the mean, TIFF", "error-map{tif}", False),
    _Part("drift", "Drift that was corrected, CSV", "drift.csv", True),
    _Part("curves", "Curves of the run, CSV", "curves.csv", True),
    _Part("figure", "Figure with scale bars and colour bars", "figure{figure}", True),
    _Part("movie", "Movie of how x came about", "movie{movie}", False),
)
#: What an image that is called otherwise is offered as.
_NAMED = {
    "estimate": "Image “{}”, 32-bit TIFF with its pixel size",
    "deviation": "Standard deviation of “{}”, 32-bit TIFF with its pixel size",
    "error_map": "Error map: where “{}”, blurred again, differs from the mean, TIFF",
    "movie": "Movie of how “{}” came about",
}
#: The endings that a figure and a movie may have, with their words.
_FIGURES = {".png": "PNG, 300 dpi", ".svg": "SVG, to be edited", ".pdf": "PDF"}
_MOVIES = {".gif": "GIF", ".png": "animated PNG", ".tif": "stack for ImageJ"}


def _titled(part: _Part, claims: Claims) -> _Part:
    """A part as an image is called that is no estimate of light."""
    return part if claims == LIGHT else replace(part, label=_NAMED.get(part.name, part.label).format(claims.title))


class ExportDialog(QDialog):
    """Chooses what to write; `export(request)` is called when the user agrees.

    repeated, drifted, filmed, curved: whether the run has a standard deviation, a drift that was corrected, a history,
    and curves. claims: what its image is.
    chosen: what was chosen the last time, as `choices` gave it.
    """

    def __init__(
        self,
        run_text: str,
        folder: str,
        stem: str,
        export: Callable[[ExportRequest], None],
        repeated: bool,
        drifted: bool = False,
        parent: QWidget | None = None,
        filmed: bool = False,
        chosen: Mapping[str, object] = MappingProxyType({}),
        claims: Claims = LIGHT,
        curved: bool = True,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("export_dialog")
        self.setWindowTitle("Export")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(560)
        self._export = export
        layout = QVBoxLayout(self)
        layout.addWidget(_plain(run_text, "export_run"))
        asked = (
            ("deviation", repeated), ("drift", drifted), ("movie", filmed), ("background", claims.background),
            ("curves", curved),
        )  # fmt: skip
        absent = {name for name, there in asked if not there}
        parts = [_titled(part, claims) for part in _PARTS if part.name not in absent]
        self._boxes = {part.name: self._box(part) for part in parts}
        self._formats = {"figure": self._format("figure", _FIGURES), "movie": self._format("movie", _MOVIES)}
        for name, box in self._boxes.items():
            layout.addLayout(_row(box, self._formats[name])) if name in self._formats else layout.addWidget(box)
        layout.addLayout(self._place(folder, stem))
        self._files = _plain("", "export_files")
        layout.addWidget(self._files)
        layout.addWidget(self._make_buttons())
        self._restore(chosen)
        self._refresh()

    @property
    def request(self) -> ExportRequest:
        """What is chosen now."""
        tif = ".ome.tif" if self._ome.isChecked() else ".tif"
        folder, stem = Path(self._folder.text()), self._stem.text().strip()
        chosen = [part for part in _PARTS if part.name in self._boxes and self._boxes[part.name].isChecked()]
        endings = {"tif": tif} | {name: box.currentData() for name, box in self._formats.items()}
        return ExportRequest(**{part.name: folder / f"{stem}-{part.ending.format(**endings)}" for part in chosen})

    @property
    def choices(self) -> dict[str, object]:
        """What is chosen now, for the next time."""
        chosen: dict[str, object] = {name: box.isChecked() for name, box in self._boxes.items()}
        formats = {f"{name}_format": box.currentData() for name, box in self._formats.items()}
        return chosen | formats | {"ome": self._ome.isChecked()}

    def _restore(self, chosen: Mapping[str, object]) -> None:
        for name, box in self._boxes.items():
            box.setChecked(bool(chosen.get(name, box.isChecked())))
        for name, box in self._formats.items():
            box.setCurrentIndex(max(0, box.findData(chosen.get(f"{name}_format"))))
        self._ome.setChecked(bool(chosen.get("ome", False)))

    def _format(self, name: str, words: Mapping[str, str]) -> QComboBox:
        box = QComboBox()
        box.setObjectName(f"export_{name}_format")
        box.setAccessibleName(f"Format of the {name}")
        for ending, text in words.items():
            box.addItem(text, ending)
        box.currentIndexChanged.connect(lambda _: self._refresh())
        return box

    def _box(self, part: _Part) -> QCheckBox:
        box = QCheckBox(part.label)
        box.setObjectName(f"export_{part.name}")
        box.setChecked(part.checked)
        box.toggled.connect(self._refresh)
        return box

    def _place(self, folder: str, stem: str) -> QFormLayout:
        self._folder, self._stem = QLineEdit(folder), QLineEdit(stem)
        self._folder.setObjectName("export_folder")
        self._stem.setObjectName("export_name")
        for field in (self._folder, self._stem):
            field.textChanged.connect(self._refresh)
        browse = QPushButton("&Browse…")
        browse.setAutoDefault(False)
        browse.clicked.connect(self._browse)
        row = QHBoxLayout()
        row.addWidget(self._folder, 1)
        row.addWidget(browse)
        form = QFormLayout()
        form.addRow("TIFF for", self._kinds())
        label = QLabel("&Folder")
        label.setBuddy(self._folder)
        form.addRow(label, row)
        form.addRow("&Name", self._stem)
        return form

    def _kinds(self) -> QHBoxLayout:
        self._imagej, self._ome = QRadioButton("&ImageJ and Fiji"), QRadioButton("&OME (OMERO, QuPath, napari)")
        self._imagej.setObjectName("export_imagej")
        self._ome.setObjectName("export_ome")
        self._imagej.setChecked(True)
        group = QButtonGroup(self)
        row = QHBoxLayout()
        for button in (self._imagej, self._ome):
            group.addButton(button)
            row.addWidget(button)
        row.addStretch(1)
        self._ome.toggled.connect(self._refresh)
        return row

    def _make_buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self._go = buttons.addButton("&Export", QDialogButtonBox.ButtonRole.AcceptRole)
        self._go.setObjectName("export_go")
        buttons.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)
        self._go.setDefault(True)
        self._go.setFocus()
        buttons.accepted.connect(lambda: self._export(self.request))
        buttons.rejected.connect(self.close)
        return buttons

    def _browse(self) -> None:
        choose_folder(self, "Export into", self._folder.text(), lambda path: self._folder.setText(str(path)))

    def _refresh(self) -> None:
        if not hasattr(self, "_go"):
            return
        reason = self._why_not()
        names = ", ".join(path.name for path in self.request.paths.values())
        self._files.setText(reason or f"Writes {names}")
        self._go.setEnabled(not reason)

    def show_reason(self, words: str) -> None:
        """Say why nothing was written; changing anything takes it back."""
        self._files.setText(words)

    def _why_not(self) -> str:
        # Whether the folder is there is asked of its drive when the user agrees, and not here.
        if not self._stem.text().strip() or set(self._stem.text()) & set('/\\:*?"<>|'):
            return "Give a name without / \\ : * ? \" < > |"
        return "" if self.request.paths else "Choose at least one thing to write."


def _row(box: QCheckBox, beside: QComboBox) -> QHBoxLayout:
    row = QHBoxLayout()
    row.addWidget(box, 1)
    row.addWidget(beside)
    box.toggled.connect(beside.setEnabled)
    beside.setEnabled(box.isChecked())
    return row


def _plain(text: str, name: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label

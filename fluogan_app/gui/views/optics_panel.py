"""The width of the PSF below the fields of the optics: σ beside FWHM, which width is in use, and what follows."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QButtonGroup, QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout
from PySide6.QtWidgets import QWidget

from fluogan_app.core.optics.sampling import GaussianWidth, PsfImage, Sampling
from fluogan_app.core.params import spec
from fluogan_app.core.units import length_text
from fluogan_app.gui.style import PaletteWatcher, severity_colour, set_colour, small_font
from fluogan_app.gui.views.controls import QuietLabel, WrappedLabel, row_of, toggle_button
from fluogan_app.gui.views.display import colour_table, to_image
from fluogan_app.gui.views.parameter_row import LABEL_WIDTH, ParameterRow
from fluogan_app.gui.views.scale_bar import paint_scale_bar

_SIDE = 112


class OpticsPanel(QWidget):
    """Setters never emit. `sigma_edited` carries σ in nm or None, `source_chosen` "stated" or "aperture"."""

    sigma_edited = Signal(object)
    source_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("optics_panel")
        self.sigma = ParameterRow(GaussianWidth, spec(GaussianWidth, "sigma_nm"), self)
        self.sigma.edited.connect(self.sigma_edited)
        words = {
            "stated": ("stated FWHM", "Use the FWHM as it is stated"),
            "aperture": ("NA and λ", "Use the width that follows from numerical aperture and wavelength"),
        }
        self.sources = {key: toggle_button(text, f"width_from_{key}", tip) for key, (text, tip) in words.items()}
        group = QButtonGroup(self)
        for key, button in self.sources.items():
            group.addButton(button)
            button.clicked.connect(lambda _=False, key=key: self.source_chosen.emit(key))
        self.lines, self.warning = QGridLayout(), WrappedLabel()
        self.warning.setObjectName("optics_warning")
        self.warning.setFont(small_font(self.warning))
        self._labels: list[tuple[QLabel, QLabel]] = []
        self._lay_out()
        PaletteWatcher(self).changed.connect(self._recolour)
        self._recolour()
        self.show_sampling(None, None)

    def show_sampling(self, sampling: Sampling | None, sigma_nm: float | None) -> None:
        """Show what follows, and σ of the stated width; `sigma_nm` None is an empty field."""
        self.sigma.show_value(sigma_nm)
        self.sigma.set_default(sigma_nm)
        self._show_lines(sampling.lines if sampling is not None else ())
        self.warning.setText("\n".join(f"⚠ {sentence}" for sentence in sampling.warnings) if sampling else "")
        self.warning.setVisible(bool(self.warning.text()))

    def show_sources(self, chosen: str, stated: bool, aperture: bool) -> None:
        """Show which width is in use, and which could be."""
        for key, possible in (("stated", stated), ("aperture", aperture)):
            self.sources[key].setChecked(key == chosen)
            self.sources[key].setEnabled(possible)
        self._source_row.setVisible(stated and aperture)

    def _show_lines(self, lines: Sequence[tuple[str, str]]) -> None:
        while len(self._labels) < len(lines):
            self._add_line()
        for index, (label, text) in enumerate(self._labels):
            shown = index < len(lines)
            label.setVisible(shown)
            text.setVisible(shown)
            if shown:
                label.setText(lines[index][0])
                text.setText(lines[index][1])

    def _add_line(self) -> None:
        row, parts = len(self._labels), (QuietLabel(), QuietLabel())
        for column, part in enumerate(parts):
            part.setWordWrap(True)
            part.setAlignment(Qt.AlignmentFlag.AlignTop)
            self.lines.addWidget(part, row, column)
        parts[1].setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._labels.append(parts)

    def _lay_out(self) -> None:
        fields = QGridLayout()
        fields.setHorizontalSpacing(5)
        fields.setVerticalSpacing(2)
        fields.setColumnStretch(1, 1)
        self.sigma.put(fields, 0)
        label = QLabel("Width in use")
        label.setFixedWidth(LABEL_WIDTH)
        self._source_row = QWidget()
        self._source_row.setLayout(row_of((label, *self.sources.values(), None), (0, 0, 0, 0)))
        self.lines.setColumnMinimumWidth(0, LABEL_WIDTH)
        self.lines.setColumnStretch(1, 1)
        self.lines.setVerticalSpacing(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 2)
        column.setSpacing(3)
        column.addLayout(fields)
        column.addWidget(self._source_row)
        column.addLayout(self.lines)
        column.addWidget(self.warning)

    def _recolour(self) -> None:
        set_colour(self.warning, severity_colour("warning", QApplication.palette()))
        self.sigma.refresh_colours()


class PsfPicture(QWidget):
    """The image of a measured PSF with its scale, and its width beside it, or why there is none."""

    def __init__(self) -> None:
        super().__init__()
        self.image, self.words = _Image(), WrappedLabel()
        self.words.setObjectName("psf_words")
        self.image.setObjectName("psf_image")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 2)
        row.addWidget(self.image, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 1, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def show_psf(self, psf: PsfImage | None, trouble: str = "") -> None:
        """Show a PSF, or the reason why there is none; nothing where there is neither."""
        self.setVisible(psf is not None or bool(trouble))
        self.image.setVisible(psf is not None)
        colour = severity_colour("warning", self.palette()) if trouble else self.palette().windowText().color()
        set_colour(self.words, colour)
        if psf is None:
            self.words.setText(f"⚠ {trouble}" if trouble else "")
            return
        height, width = psf.image.shape
        self.words.setText(
            f"Measured PSF\nFWHM {psf.fwhm_nm:.4g} nm\n{height} × {width} pixels of {length_text(psf.pixel_nm)}"
        )
        self.image.setAccessibleName(f"Image of the measured PSF, FWHM {psf.fwhm_nm:.4g} nm")
        self.image.show_psf(psf)


class _Image(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._psf: PsfImage | None = None
        self.setFixedSize(QSize(_SIDE, _SIDE))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_psf(self, psf: PsfImage) -> None:
        self._psf = psf
        self._drawn = to_image(psf.image, (0.0, float(psf.image.max())), colour_table("gray"))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._psf is None:
            return
        height, width = self._psf.image.shape
        each = _SIDE / max(height, width)
        area = QRectF((_SIDE - width * each) / 2, (_SIDE - height * each) / 2, width * each, height * each)
        painter = QPainter(self)
        painter.setFont(small_font(self, 0.85))
        painter.drawImage(area, self._drawn)
        paint_scale_bar(painter, area, self._psf.pixel_nm / each, calibrated=True)
        painter.end()

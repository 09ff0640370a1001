"""The judgement of a run on one page: sentences, photons, numbers, and the map or curve behind them."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QSplitter, QVBoxLayout, QWidget

from fluogan_app.gui.style import small_font
from fluogan_app.gui.views.controls import QuietLabel, WordButton, WrappedLabel, number_text, row_of
from fluogan_app.gui.views.measure_table import MeasureRow, MeasureTable
from fluogan_app.gui.views.quality_costs import QualityCosts
from fluogan_app.gui.views.quality_picture import QualityPicture

if TYPE_CHECKING:  # the measures bring SciPy, which the window's start does not wait for
    from fluogan_app.core.metrics.findings import Measure
    from fluogan_app.core.metrics.photon_balance import PhotonBalance
    from fluogan_app.core.project.quality import Judgement

#: How the page's width is shared between words and picture.
_SHARES = (370, 500)
_ENDINGS = {"percent": "%", "nm": "nm", "sd": "sd", "photons": "photons"}


class QualityPage(QWidget):
    """Setters never emit."""

    save_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("quality_page")
        self.title, self.state = QLabel(), QuietLabel(object_name="quality_state")
        self.summary, self.reasons = WrappedLabel(), WrappedLabel()
        self.photons = MeasureTable("quality_photons", "Photon balance", ("Photons", "per frame", "in all", "%"))
        self.numbers = MeasureTable("quality_numbers", "Measures of the run", ("Measure", "Value"))
        self.costs, self.picture = QualityCosts(), QualityPicture()
        self.save_button = WordButton("Save maps", "save", "quality_save",
                                      "Write all numbers and maps into the run's folder, for other programs")
        self._parts = QSplitter(Qt.Orientation.Horizontal)
        self._lay_out()
        self.save_button.clicked.connect(self.save_requested)
        self.show_words("")

    def show_words(self, words: str) -> None:
        """There is no judgement; say why."""
        self.state.setText(words)
        self._parts.setVisible(False)

    def show_title(self, title: str) -> None:
        """Which run it is about."""
        self.title.setText(title)

    def show_judgement(self, found: Judgement, origin_nm: tuple[float, float]) -> None:
        """Show all of it. origin_nm: (y, x) of the run's region in the whole frame."""
        self.state.setText("")
        self._parts.setVisible(True)
        paragraphs = (f"<p style='margin:0 0 5px 0'>{escape(sentence)}</p>" for sentence in found.summary)
        self.summary.setText("".join(paragraphs))
        self.photons.setVisible(found.balance is not None)
        if found.balance is not None:
            self.photons.set_rows(_photon_rows(found.balance))
        self.numbers.set_rows([_number_row(one) for one in found.findings.measures])
        reasons = [f"Not told: {what}. {reason}" for what, reason in found.reasons.items()]
        self.reasons.setText("\n".join((*reasons, *found.findings.notes)))
        self.picture.set_pictures((*found.maps, *found.diagrams), origin_nm, found.variation)

    def _make_words(self) -> QScrollArea:
        page, area = QWidget(), QScrollArea()
        column = QVBoxLayout(page)
        column.setContentsMargins(8, 4, 8, 4)
        column.setSpacing(6)
        for part in (self.summary, _head("To know more"), self.costs, self.photons, self.numbers, self.reasons):
            column.addWidget(part)
        column.addStretch(1)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName("Judgement of the run in words and numbers")
        area.setWidget(page)
        return area

    def _lay_out(self) -> None:
        self.title.setObjectName("quality_title")
        self.title.setFont(small_font(self.title, 1.0, bold=True))
        self.summary.setObjectName("quality_summary")
        self.summary.setTextFormat(Qt.TextFormat.RichText)
        for label in (self.summary, self.reasons):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.reasons.setObjectName("quality_reasons")
        self.reasons.setFont(small_font(self.reasons))
        self._parts.setChildrenCollapsible(False)
        self._parts.addWidget(self._make_words())
        self._parts.addWidget(self.picture)
        self._parts.setSizes(_SHARES)
        self._parts.setStretchFactor(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 0)
        column.setSpacing(2)
        column.addLayout(row_of((self.title, self.state, None, self.costs.work, self.save_button)))
        column.addWidget(self._parts, 1)
        column.addStretch(0)


def value_text(one: Measure) -> str:
    """A measure's value with its spread and unit; "none" where there is none to tell."""
    if one.value is None:
        return "none"
    if one.is_below_all_doubt:
        return "below 1e−6"
    unit = _ENDINGS.get(one.name.rpartition("_")[2], "")
    number = number_text(one.rounded)
    spread = f" ± {one.spread:.2g}" if one.spread is not None else ""
    return f"{number}{spread} {unit}".strip()


def _photon_rows(balance: PhotonBalance) -> list[MeasureRow]:
    return [
        MeasureRow((name, number_text(each), number_text(total), f"{percent:.2f}".replace("-", "−")))
        for name, each, total, percent in balance.rows()
    ]


def _number_row(one: Measure) -> MeasureRow:
    return MeasureRow((one.label, value_text(one)), one.meaning)


def _head(words: str) -> QLabel:
    label = QLabel(words)
    label.setFont(small_font(label, 1.0, bold=True))
    return label

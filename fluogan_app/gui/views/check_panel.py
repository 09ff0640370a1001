"""What the data check found: every matter with its sign, what it means, what to do, and the picture behind it."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QApplication, QFrame, QHeaderView, QLabel, QProgressBar, QPushButton, QScrollArea, QSplitter, QTreeWidget,
    QTreeWidgetItem, QVBoxLayout, QWidget,
)  # fmt: skip

from fluogan_app.core.check.result import CheckFinding, DataCheck, PixelMap
from fluogan_app.core.estimate.result import Evidence
from fluogan_app.gui.style import PaletteWatcher, severity_colour, small_font
from fluogan_app.gui.views.check_words import severity_icon
from fluogan_app.gui.views.controls import QuietLabel, WordButton, WrappedLabel, row_of
from fluogan_app.gui.views.finding_picture import COUNTS, FindingPicture
from fluogan_app.gui.wording import without_flags

#: How the panel's width is shared between the list, the words and the picture.
_SHARES = (275, 255, 370)
#: The finding on how much light there is.
_BRIGHTNESS = "photons"
_NAME = Qt.ItemDataRole.UserRole


class CheckPanel(QWidget):
    """Setters never emit. Findings are known by their name."""

    repeat_requested = Signal()
    save_requested = Signal()
    action_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("check_panel")
        self._check: DataCheck | None = None
        self._actions: Mapping[str, str] = {}
        self._pixel_size_nm: float | None = None
        self._drawn = ""
        self.list = self._make_list()
        self.state, self.progress = QuietLabel(object_name="check_state"), QProgressBar()
        self.found, self.advice, self.used = WrappedLabel(), WrappedLabel(), QuietLabel()
        self.action = QPushButton()
        self.picture = FindingPicture()
        self.repeat_button = WordButton("Check again", "reset", "check_repeat", "Look at the frames again")
        self.save_button = WordButton("Save figure…", "export", "check_save", "Write all findings with their pictures")
        self._lay_out()
        self._connect()
        self.show_words("")

    # Setters

    def show_words(self, words: str) -> None:
        """There are no findings; say why."""
        self._check = None
        self.list.clear()
        self._enable(words)

    def show_progress(self, fraction: float) -> None:
        """A check goes on; what an earlier one found stays in sight. When all frames are read, there is still work."""
        self._enable("Looking at the frames…")
        self.progress.setRange(0, 100 if fraction < 1 else 0)
        self.progress.setValue(round(100 * fraction))
        self.progress.show()

    def show_check(self, check: DataCheck, actions: Mapping[str, str], pixel_size_nm: float | None) -> None:
        """Show the findings, worst first. actions: the label of what can be done at once, by the finding's name."""
        chosen = self.selected
        self._check, self._actions, self._pixel_size_nm = check, actions, pixel_size_nm
        self._fill()
        self._enable("")
        self.used.setText(f"From {check.used}.")
        self.select(chosen if chosen in self._items else next(iter(self._items), ""))

    def select(self, name: str) -> None:
        """Show one finding. An unknown name shows none."""
        blocked = QSignalBlocker(self.list)
        self.list.setCurrentItem(self._items.get(name))
        del blocked
        self._explain()

    @property
    def selected(self) -> str:
        """Name of the finding in sight, "" without one."""
        item = self.list.currentItem()
        return item.data(0, _NAME) if item is not None else ""

    # Inside

    @property
    def _items(self) -> dict[str, QTreeWidgetItem]:
        items = [self.list.topLevelItem(row) for row in range(self.list.topLevelItemCount())]
        return {item.data(0, _NAME): item for item in items}

    def _fill(self) -> None:
        palette = QApplication.palette()
        blocked = QSignalBlocker(self.list)
        self.list.clear()
        for finding in self._check.by_severity if self._check is not None else ():
            item = QTreeWidgetItem([finding.label, finding.severity.value])
            item.setData(0, _NAME, finding.name)
            item.setIcon(0, severity_icon(finding.severity, palette))
            item.setForeground(1, severity_colour(finding.severity, palette))
            item.setToolTip(0, finding.found)
            self.list.addTopLevelItem(item)
        del blocked

    def _explain(self) -> None:
        finding = self._chosen()
        self.found.setText(finding.found if finding is not None else "")
        self.advice.setText(without_flags(finding.advice) if finding is not None else "")
        label = self._actions.get(finding.name, "") if finding is not None else ""
        self.action.setText(label)
        self.action.setVisible(bool(label))
        self._drawn = ""
        self._draw()

    def _draw(self) -> None:
        """Pictures take time to draw: only where they are in sight."""
        finding = self._chosen()
        if finding is not None and self.isVisible() and self._drawn != finding.name:
            self._drawn = finding.name
            self.picture.set_pictures(self._pictures_of(finding), self._pixel_size_nm, self._check.mean)

    def _pictures_of(self, finding: CheckFinding) -> tuple[Evidence | PixelMap, ...]:
        """Those of the finding; how bright the frames are is seen in their mean."""
        mean = (PixelMap("Mean of the frames", self._check.mean, COUNTS),)
        return finding.pictures or (mean if finding.name == _BRIGHTNESS else ())

    def _chosen(self) -> CheckFinding | None:
        return self._check.finding(self.selected) if self._check is not None and self.selected else None

    def _enable(self, words: str) -> None:
        self.state.setText(words)
        self.state.setVisible(bool(words))
        self.progress.hide()
        there = self._check is not None
        self.save_button.setEnabled(there)
        for part in (self.list, self._words, self.picture):
            part.setVisible(there)
        if not there:
            self.used.setText("")

    def showEvent(self, event: QShowEvent) -> None:
        """Now the picture is wanted."""
        super().showEvent(event)
        self._draw()

    def _recolour(self) -> None:
        chosen = self.selected
        self._fill()
        self.select(chosen)

    def _make_list(self) -> QTreeWidget:
        made = QTreeWidget()
        made.setObjectName("check_findings")
        made.setAccessibleName("Findings of the data check")
        made.setHeaderHidden(True)
        made.setColumnCount(2)
        made.setRootIsDecorated(False)
        made.setUniformRowHeights(True)
        made.header().setStretchLastSection(False)
        made.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        made.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        return made

    def _make_words(self) -> QScrollArea:
        page, area = QWidget(), QScrollArea(accessibleName="What was found")
        column = QVBoxLayout(page)
        column.setContentsMargins(8, 4, 8, 4)
        column.addWidget(self.found)
        column.addWidget(self.advice)
        column.addLayout(row_of((self.action, None), (0, 2, 0, 2)))
        column.addStretch(1)
        column.addWidget(self.used)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(page)
        return area

    def _lay_out(self) -> None:
        self.found.setObjectName("check_found")
        self.found.setFont(small_font(self.found, 1.0, bold=True))
        self.advice.setObjectName("check_advice")
        self.action.setObjectName("check_action")
        self.action.setAccessibleName("Do what is advised")
        self.used.setWordWrap(True)
        self.progress.setAccessibleName("Data check")
        self.state.setWordWrap(True)
        self.progress.setMaximumWidth(110)
        for label in (self.found, self.advice):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._words = self._make_words()
        parts = QSplitter(Qt.Orientation.Horizontal)
        parts.setChildrenCollapsible(False)
        for part in (self._make_left(), self._words, self.picture):
            parts.addWidget(part)
        parts.setSizes(_SHARES)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 2)
        column.addWidget(parts, 1)

    def _make_left(self) -> QWidget:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.list, 1)
        column.addLayout(row_of((self.state, self.progress), (6, 0, 6, 0)))
        column.addLayout(row_of((self.repeat_button, self.save_button, None), (4, 0, 4, 0)))
        return left

    def _connect(self) -> None:
        self.list.currentItemChanged.connect(lambda *_: self._explain())
        self.action.clicked.connect(lambda: self.action_requested.emit(self.selected))
        self.repeat_button.clicked.connect(self.repeat_requested)
        self.save_button.clicked.connect(self.save_requested)
        PaletteWatcher(self).changed.connect(self._recolour)

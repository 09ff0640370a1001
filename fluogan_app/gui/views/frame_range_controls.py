"""Which frames are used, first to last."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from fluogan_app.core.data.roi import FrameRange
from fluogan_app.gui.views.controls import QuietLabel, WholeNumberField, row_of, set_silently


class FrameRangeControls(QWidget):
    """Setters never emit. The fields name the first and the last frame that is used, counted from 0.

    `name` begins the names of its parts.
    """

    frame_range_changed = Signal(object)  # FrameRange

    def __init__(self, parent: QWidget | None = None, name: str = "stack") -> None:
        super().__init__(parent)
        self._count = 1
        self.first = WholeNumberField(f"{name}_range_first", "First frame used", "First frame that is used, from 0")
        self.last = WholeNumberField(f"{name}_range_last", "Last frame used", "Last frame that is used, from 0")
        self.all_button = QToolButton()
        self.all_button.setText("All")
        self.all_button.setObjectName(f"{name}_range_all")
        self.all_button.setAccessibleName("Use all frames")
        self.all_button.setToolTip("Use all frames")
        self.all_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.words = QuietLabel(object_name=f"{name}_range_words")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row_of(("Use frames", self.first, "to", self.last, self.all_button, self.words)))
        self.first.valueChanged.connect(lambda _: self._take(self.frame_range))
        self.last.valueChanged.connect(lambda _: self._take(self.frame_range))
        self.all_button.clicked.connect(lambda: self._take(FrameRange.whole(self._count)))

    def set_count(self, count: int) -> None:
        """Take up a stack of that many frames, all of them used."""
        self._count = max(count, 1)
        self.setEnabled(count > 0)
        self.set_frame_range(FrameRange.whole(self._count))

    def set_frame_range(self, frames: FrameRange) -> None:
        """Show the frames that are used."""
        set_silently(self.first, frames.start, (0, frames.stop - 1))
        set_silently(self.last, frames.stop - 1, (frames.start, self._count - 1))
        self.words.setText(f"{len(frames)} of {self._count}" if self.isEnabled() else "")
        self.all_button.setEnabled(frames != FrameRange.whole(self._count))

    @property
    def frame_range(self) -> FrameRange:
        """The range in sight."""
        return FrameRange(self.first.value(), self.last.value() + 1)

    def _take(self, frames: FrameRange) -> None:
        self.set_frame_range(frames)
        self.frame_range_changed.emit(frames)

"""Going through the frames of a stack: slider, number, play."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QSlider, QVBoxLayout, QWidget

from fluogan_app.core.data.roi import FrameRange
from fluogan_app.gui.icons import IconButton
from fluogan_app.gui.views.controls import WholeNumberField, row_of, set_silently


class FramePlayer(QWidget):
    """Frames are numbered from 0. `frame_wanted` is emitted by the user's hand and by playing, never by a setter."""

    frame_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frames, self._awaiting = FrameRange(0, 1), False
        self._timer = QTimer(self)
        self.play_button = IconButton("play", "stack_play", "Play", "Play the frames (space)", checkable=True)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setObjectName("stack_slider")
        self.slider.setAccessibleName("Frame")
        self.slider.setToolTip("Frame, counted from 0 (arrow keys)")
        self.number = WholeNumberField("stack_frame", "Frame number", "Frame, counted from 0")
        self.rate = WholeNumberField("stack_rate", "Frames per second", "Frames per second while playing", " fps")
        self.rate.setRange(1, 60)
        self.rate.setValue(15)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row_of((self.play_button, self.slider, self.number, self.rate)))
        self._connect()

    def set_count(self, count: int) -> None:
        """Take up a stack of that many frames, at the first one."""
        self.stop()
        self._awaiting = False
        for field in (self.slider, self.number):
            set_silently(field, 0, (0, count - 1))
        self.setEnabled(count > 0)

    def set_index(self, index: int) -> None:
        """The frame that is in sight; the next one may be asked for."""
        self._awaiting = False
        self._show(index)

    def set_loop(self, frames: FrameRange) -> None:
        """The frames that are played, over and over."""
        self._frames = frames

    def stop(self) -> None:
        """Stand still at the frame in sight."""
        self._timer.stop()
        self.play_button.setChecked(False)
        self.play_button.set_icon_name("play")

    def toggle(self) -> None:
        """Play, or stand still."""
        if self.isEnabled():
            self.play_button.click()

    @property
    def index(self) -> int:
        """The frame that was last in sight or asked for."""
        return self.slider.value()

    @property
    def playing(self) -> bool:
        """Whether frames are running."""
        return self._timer.isActive()

    def _connect(self) -> None:
        self.slider.valueChanged.connect(self._ask)
        self.number.valueChanged.connect(self._ask)
        self.play_button.clicked.connect(self._play)
        self.rate.valueChanged.connect(lambda rate: self._timer.setInterval(1000 // rate))
        self._timer.timeout.connect(self._next)

    def _show(self, index: int) -> None:
        for field in (self.slider, self.number):
            set_silently(field, index)

    def _ask(self, index: int) -> None:
        self._show(index)
        self._awaiting = True
        self.frame_wanted.emit(index)

    def _play(self, play: bool) -> None:
        if not play:
            return self.stop()
        self._awaiting = False
        self.play_button.set_icon_name("pause")
        self._timer.start(1000 // self.rate.value())

    def _next(self) -> None:
        # The next frame is asked for when the last one has come: a slow disk slows the film and piles up nothing.
        if not self._awaiting:
            following = self.index + 1
            self._ask(following if self._frames.start <= following < self._frames.stop else self._frames.start)

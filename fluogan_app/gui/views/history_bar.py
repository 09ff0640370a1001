"""Going back through the steps of a run: slider, play, and back to the newest."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QSlider, QVBoxLayout, QWidget

from fluogan_app.gui.icons import IconButton
from fluogan_app.gui.views.controls import QuietLabel, WordButton, number_text, row_of, set_silently

#: A film of a hundred moments lasts eight seconds.
_PLAY_MS = 80
_NEWEST_TIP = "Back to the newest image, which follows the run while it goes on"


class HistoryBar(QWidget):
    """Moments are named by their step. Setters never emit; `None` is the newest image, whatever its step."""

    moment_wanted = Signal(object)  # step, or None for the newest

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("history_bar")
        self._steps: tuple[int, ...] = ()
        self._chosen: int | None = None
        self._awaiting = False
        self._timer = QTimer(self, interval=_PLAY_MS)
        self._timer.timeout.connect(self._next)
        self.play_button = IconButton("play", "history_play", "Play the history", checkable=True)
        self.play_button.setToolTip("Play how the image came about")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setObjectName("history_slider")
        self.slider.setAccessibleName("Step of the run")
        self.slider.setToolTip("Drag to see the image after an earlier step (arrow keys)")
        self.words = QuietLabel(object_name="history_step")
        self.newest_button = WordButton("&Newest", "more", "history_newest", _NEWEST_TIP)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row_of(("History", self.play_button, self.slider, self.words, self.newest_button)))
        self.slider.valueChanged.connect(self._moved)
        self.play_button.clicked.connect(self._play_clicked)
        self.newest_button.clicked.connect(lambda: self._want(None))
        self.set_steps(())

    # What is shown

    def set_steps(self, steps: Sequence[int]) -> None:
        """Take up the steps that there are images of; the chosen one stays chosen where it is still there."""
        self._steps = tuple(steps)
        if self._chosen not in self._steps:
            self._chosen = None
        self.setVisible(len(self._steps) > 1)
        if len(self._steps) < 2:
            self.stop()
        self._show()

    def set_shown(self, step: int | None) -> None:
        """The image that is in sight; the next one may be asked for."""
        self._awaiting = False
        self._chosen = step if step in self._steps else None
        self._show()

    @property
    def steps(self) -> tuple[int, ...]:
        """All steps that can be chosen."""
        return self._steps

    @property
    def chosen(self) -> int | None:
        """The step that was last in sight or asked for; None for the newest."""
        return self._chosen

    @property
    def playing(self) -> bool:
        """Whether the film is running."""
        return self._timer.isActive()

    def stop(self) -> None:
        """Stand still at the image in sight."""
        self._timer.stop()
        self.play_button.setChecked(False)
        self.play_button.set_icon_name("play")

    # What the user asks for

    def move_by(self, count: int) -> None:
        """Go so many moments on, or back."""
        if self._steps:
            self.slider.setValue(self.slider.value() + count)

    def go_to(self, step: int) -> int | None:
        """Go to the moment that is nearest to a step; which that is, None where there is no choice."""
        if len(self._steps) < 2:
            return None
        index = min(range(len(self._steps)), key=lambda at: abs(self._steps[at] - step))
        self.slider.setValue(index)
        return self._steps[index]

    def go_to_newest(self) -> None:
        """Back to the newest image."""
        self.newest_button.click()

    def toggle(self) -> None:
        """Play, or stand still."""
        if self._steps:
            self.play_button.click()

    # Inside

    def _show(self) -> None:
        last = max(len(self._steps) - 1, 0)
        at = last if self._chosen is None else self._steps.index(self._chosen)
        set_silently(self.slider, at, (0, last))
        self.newest_button.setEnabled(self._chosen is not None)
        step = self._chosen if self._chosen is not None else (self._steps[-1] if self._steps else 0)
        self.words.setText("newest" if self._chosen is None else f"step {number_text(step)}")

    def _moved(self, index: int) -> None:
        self.stop()
        self._want(self._steps[index] if index < len(self._steps) - 1 else None)

    def _want(self, step: int | None) -> None:
        self._chosen, self._awaiting = step, step is not None
        self._show()
        self.moment_wanted.emit(step)

    def _play_clicked(self, play: bool) -> None:
        if not play:
            return self.stop()
        self._awaiting = False
        self.play_button.set_icon_name("pause")
        self._timer.start()
        if self._chosen is None:
            self._want(self._steps[0])

    def _next(self) -> None:
        # The next image is asked for when the last one has come: a slow drive slows the film.
        if self._awaiting or not self._steps:
            return
        following = self.slider.value() + 1
        if following >= len(self._steps) - 1:
            self.stop()
            self._want(None)
        else:
            self._want(self._steps[following])

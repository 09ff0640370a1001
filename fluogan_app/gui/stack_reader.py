"""Reads frames and projections on threads. The newest request wins; frames go before projections."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QDeadlineTimer, QObject, QThread, Signal

from fluogan_app.core.data.projections import Projections
from fluogan_app.core.data.roi import FrameRange
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.errors import FluoganError
from fluogan_app.gui.background import unexpected

log = logging.getLogger(__name__)

#: So many frames of a projection are read before the thread looks whether a single frame was asked for.
_FRAMES_PER_LOOK = 8


@dataclass(frozen=True)
class FrameRead:
    """One frame (Y, X), in counts."""

    stack: Stack
    index: int
    image: np.ndarray


@dataclass(frozen=True)
class ProjectionsRead:
    """The projections over a range of frames."""

    stack: Stack
    frames: FrameRange
    projections: Projections


@dataclass(frozen=True)
class ProjectionsUnderWay:
    """How much of the range was read."""

    stack: Stack
    fraction: float


@dataclass(frozen=True)
class ReadFailed:
    """A frame could not be read."""

    stack: Stack
    index: int
    error: FluoganError


Answer = FrameRead | ProjectionsRead | ProjectionsUnderWay | ReadFailed


class StackReader(QObject):
    """Serves the newest frame request and the newest projection request; `arrived` says that `take` has something.

    Answers lie in a mailbox and not in the signal, so that a slow window never has a queue of images to work off. Each
    stack has a thread of its own: a drive that does not answer keeps nobody waiting who has left it.
    """

    arrived = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread: _ReadingThread | None = None
        self._leaving: set[_ReadingThread] = set()

    def ask_frame(self, stack: Stack, index: int) -> None:
        """Ask for one frame; an older request that was not served yet is dropped."""
        self._at_work().ask(frame=(stack, index))

    def ask_projections(self, stack: Stack, frames: FrameRange) -> None:
        """Ask for the projections over a range; the ones being made are given up."""
        self._at_work().ask(projection=(stack, frames))

    def cancel_projections(self) -> None:
        """Make the projections no longer."""
        if self._thread is not None:
            self._thread.cancel_projections()

    def let_go(self, stack: Stack) -> None:
        """Drop what was asked of a stack and close it, as soon as no read goes on."""
        self._leave(self._at_work(), stack)

    def give_up(self) -> None:
        """Wait no longer for the read that goes on; what is asked next is read on another thread."""
        if self._thread is not None:
            self._leave(self._thread, None)

    def take(self) -> tuple[Answer, ...]:
        """The answers that came since the last time."""
        return self._thread.take() if self._thread is not None else ()

    def stop(self, seconds: float = 5.0) -> bool:
        """End the threads; whether they ended in time."""
        if self._thread is not None:
            self._leave(self._thread, None)
        deadline = QDeadlineTimer(int(seconds * 1000))
        return all([thread.wait(deadline) for thread in list(self._leaving)])

    def _at_work(self) -> _ReadingThread:
        if self._thread is None:
            thread = self._thread = _ReadingThread(self)
            thread.arrived.connect(self.arrived)
            thread.finished.connect(self._forget_ended)
            thread.start()
        return self._thread

    def _leave(self, thread: _ReadingThread, stack: Stack | None) -> None:
        self._thread = None
        self._leaving.add(thread)
        thread.retire(stack)

    def _forget_ended(self) -> None:
        ended = {thread for thread in self._leaving if thread.isFinished()}
        self._leaving -= ended
        for thread in ended:
            thread.deleteLater()


class _ReadingThread(QThread):
    """Reads of one stack, one at a time, frames before projections, until it is retired."""

    arrived = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._changed = threading.Condition()
        self._frame: tuple[Stack, int] | None = None
        self._projection: tuple[Stack, FrameRange] | None = None
        self._streaming: Iterator[Answer] | None = None
        self._answers: dict[type, Answer] = {}
        self._retired = False
        self._to_close: Stack | None = None

    def ask(
        self, frame: tuple[Stack, int] | None = None, projection: tuple[Stack, FrameRange] | None = None
    ) -> None:
        """Put a request in the place of an older one of its kind."""
        with self._changed:
            self._frame = frame or self._frame
            self._projection = projection or self._projection
            self._changed.notify()

    def cancel_projections(self) -> None:
        """Read no further for them."""
        with self._changed:
            self._projection = self._streaming = None
            self._answers.pop(ProjectionsUnderWay, None)

    def retire(self, stack: Stack | None) -> None:
        """Serve nothing any more; close the stack after the read that goes on, and end."""
        with self._changed:
            self._frame = self._projection = self._streaming = None
            self._answers.clear()
            self._retired, self._to_close = True, stack
            self._changed.notify()

    def take(self) -> tuple[Answer, ...]:
        """The answers that came since the last time."""
        with self._changed:
            answers, self._answers = tuple(self._answers.values()), {}
        return answers

    def run(self) -> None:
        """On the thread."""
        while self._wait_for_work():
            with self._changed:
                frame, self._frame = self._frame, None
                projection, self._projection = self._projection, None
                if projection is not None:
                    self._streaming = _stream(*projection)
                streaming = self._streaming
            if frame is not None:
                self._put(_read_frame(*frame))
            elif streaming is not None:
                self._go_on(streaming)
        if self._to_close is not None:
            _close(self._to_close)

    def _wait_for_work(self) -> bool:
        with self._changed:
            while not (self._retired or self._frame or self._projection or self._streaming):
                self._changed.wait()
            return not self._retired

    def _go_on(self, streaming: Iterator[Answer]) -> None:
        answer = next(streaming, None)
        with self._changed:
            if streaming is not self._streaming:
                return
            if answer is None:
                self._streaming = None
        if answer is not None:
            self._put(answer)

    def _put(self, answer: Answer) -> None:
        with self._changed:
            if self._retired:
                return
            told = bool(self._answers)
            self._answers[type(answer)] = answer
        if not told:
            self.arrived.emit()


def _read_frame(stack: Stack, index: int) -> Answer:
    try:
        return FrameRead(stack, index, np.array(stack.frame(index)))
    except FluoganError as error:
        return ReadFailed(stack, index, error)
    except Exception as error:  # noqa: BLE001 - the thread must live on, whatever a damaged file does
        log.exception("frame %d could not be read", index)
        return ReadFailed(stack, index, unexpected(error))


def _stream(stack: Stack, frames: FrameRange) -> Iterator[Answer]:
    projections = Projections(stack.shape[1:])
    for index in range(frames.start, frames.stop):
        frame = _read_frame(stack, index)
        if isinstance(frame, ReadFailed):
            yield frame
            return
        projections.add(frame.image)
        done = index + 1 - frames.start
        if done == len(frames):
            yield ProjectionsRead(stack, frames, projections)
        elif done % _FRAMES_PER_LOOK == 0:
            yield ProjectionsUnderWay(stack, done / len(frames))


def _close(stack: Stack) -> None:
    try:
        stack.close()
    except Exception:  # noqa: BLE001 - libraries have errors of their own, and the thread has to end
        log.exception("%s could not be closed", stack.path)

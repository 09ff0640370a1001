"""Reads frames and projections on a thread of its own. The newest request wins; frames go before projections."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, QThread, Signal

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
    error: FluoganError


Answer = FrameRead | ProjectionsRead | ProjectionsUnderWay | ReadFailed


class StackReader(QThread):
    """Serves the newest frame request and the newest projection request; `arrived` says that `take` has something.

    Answers lie in a mailbox and not in the signal, so that a slow window never has a queue of images to work off.
    """

    arrived = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._changed = threading.Condition()
        self._frame: tuple[Stack, int] | None = None
        self._projection: tuple[Stack, FrameRange] | None = None
        self._retired: list[Stack] = []
        self._answers: dict[type, Answer] = {}
        self._stopping = False
        self._streaming: Iterator[Answer] | None = None

    def ask_frame(self, stack: Stack, index: int) -> None:
        """Ask for one frame; an older request that was not served yet is dropped."""
        with self._changed:
            self._frame = (stack, index)
            self._changed.notify()

    def ask_projections(self, stack: Stack, frames: FrameRange) -> None:
        """Ask for the projections over a range; the ones being made are given up."""
        with self._changed:
            self._projection = (stack, frames)
            self._changed.notify()

    def let_go(self, stack: Stack) -> None:
        """Drop what was asked of a stack and close it, between two reads."""
        with self._changed:
            self._frame = self._projection = None
            self._answers.clear()
            self._retired.append(stack)
            self._changed.notify()

    def take(self) -> tuple[Answer, ...]:
        """The answers that came since the last time."""
        with self._changed:
            answers, self._answers = tuple(self._answers.values()), {}
        return answers

    def stop(self, seconds: float = 5.0) -> bool:
        """End the thread; whether it ended in time."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        return self.wait(int(seconds * 1000))

    def run(self) -> None:
        """On the thread."""
        while self._wait_for_work():
            with self._changed:
                frame, self._frame = self._frame, None
                projection, self._projection = self._projection, None
                retired, self._retired = self._retired, []
            if retired:
                self._streaming = None
                _close(retired)
            if projection is not None:
                self._streaming = _stream(*projection)
            if frame is not None:
                self._put(_read_frame(*frame))
            elif self._streaming is not None:
                self._go_on_streaming()
        _close(self._retired)

    def _wait_for_work(self) -> bool:
        with self._changed:
            while not (self._stopping or self._frame or self._projection or self._retired or self._streaming):
                self._changed.wait()
            return not self._stopping

    def _go_on_streaming(self) -> None:
        answer = next(self._streaming, None)
        if answer is None:
            self._streaming = None
        else:
            self._put(answer)

    def _put(self, answer: Answer) -> None:
        with self._changed:
            if any(stack is answer.stack for stack in self._retired):
                return
            told = bool(self._answers)
            self._answers[type(answer)] = answer
        if not told:
            self.arrived.emit()


def _read_frame(stack: Stack, index: int) -> Answer:
    try:
        return FrameRead(stack, index, np.array(stack.frame(index)))
    except FluoganError as error:
        return ReadFailed(stack, error)
    except Exception as error:  # noqa: BLE001 - the thread must live on, whatever a damaged file does
        log.exception("frame %d could not be read", index)
        return ReadFailed(stack, unexpected(error))


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


def _close(stacks: list[Stack]) -> None:
    for stack in stacks:
        try:
            stack.close()
        except OSError:
            log.exception("%s could not be closed", stack.path)

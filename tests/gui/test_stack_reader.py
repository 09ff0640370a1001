"""Frames and projections from a thread: right, newest first, and never in the window's way."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from fluogan_app.core.data.roi import FrameRange
from fluogan_app.core.data.stack import ArraySource, Stack
from fluogan_app.core.errors import ReadError
from fluogan_app.core.readers.guard import guarded_source
from fluogan_app.gui.stack_reader import FrameRead, ProjectionsRead, ReadFailed, StackReader

FRAMES = np.random.default_rng(3).poisson(50, (40, 7, 5)).astype(np.uint16)


class GatedSource(ArraySource):
    """Frames that come only when the gate is open; notes which were read, and whether it was closed."""

    def __init__(self, frames: np.ndarray, damaged: int | None = None) -> None:
        super().__init__(frames)
        self.gate = threading.Event()
        self.gate.set()
        self.reached = threading.Event()
        self.read: list[int] = []
        self.closed = threading.Event()
        self._damaged = damaged

    def frame(self, index: int) -> np.ndarray:
        self.reached.set()
        self.gate.wait(30)
        self.read.append(index)
        if index == self._damaged:
            raise ReadError(f"Page {index} is damaged.", "Copy the file again.")
        return super().frame(index)

    def close(self) -> None:
        self.closed.set()


@pytest.fixture
def reader(qapp) -> Iterator[StackReader]:
    reader = StackReader()
    yield reader
    assert reader.stop(), "the thread did not end"


def _stack(source: GatedSource) -> Stack:
    return Stack(Path("cells.tif"), "test", source)


def _answer(qtbot, reader: StackReader, kind: type, before: list | None = None):
    """Wait for an answer of a kind; the others that came with it are added to `before`."""
    came: list = before if before is not None else []

    def found() -> list:
        came.extend(reader.take())
        return [answer for answer in came if isinstance(answer, kind)]

    qtbot.waitUntil(lambda: bool(found()), timeout=20_000)
    return found()[-1]


def test_a_frame_is_the_files(qtbot, reader: StackReader) -> None:
    stack = _stack(GatedSource(FRAMES))
    reader.ask_frame(stack, 7)
    answer = _answer(qtbot, reader, FrameRead)
    assert answer.index == 7
    np.testing.assert_array_equal(answer.image, FRAMES[7])


def test_projections_are_those_of_the_range(qtbot, reader: StackReader) -> None:
    stack = _stack(GatedSource(FRAMES))
    reader.ask_projections(stack, FrameRange(5, 33))
    projections = _answer(qtbot, reader, ProjectionsRead).projections
    exact = FRAMES[5:33].astype(float)
    np.testing.assert_allclose(projections.image("mean"), exact.mean(0), rtol=1e-6)
    np.testing.assert_allclose(projections.image("max"), exact.max(0))
    np.testing.assert_allclose(projections.image("std"), exact.std(0), rtol=1e-5)


def test_the_newest_frame_wins(qtbot, reader: StackReader) -> None:
    source = GatedSource(FRAMES)
    source.gate.clear()
    stack = _stack(source)
    reader.ask_frame(stack, 0)
    assert source.reached.wait(20)
    for index in range(1, 30):
        reader.ask_frame(stack, index)
    source.gate.set()
    qtbot.waitUntil(lambda: len(source.read) >= 2, timeout=20_000)
    assert source.read == [0, 29]


def test_a_frame_goes_before_a_projection_that_is_being_made(qtbot, reader: StackReader) -> None:
    source = GatedSource(np.repeat(FRAMES, 10, axis=0))
    source.gate.clear()
    stack = _stack(source)
    reader.ask_projections(stack, FrameRange(0, 400))
    assert source.reached.wait(20)
    reader.ask_frame(stack, 399)
    source.gate.set()
    came: list = []
    assert _answer(qtbot, reader, FrameRead, came).index == 399
    assert source.read.index(399) < 50
    _answer(qtbot, reader, ProjectionsRead, came)


def test_a_damaged_frame_is_an_answer_and_the_thread_lives_on(qtbot, reader: StackReader) -> None:
    stack = _stack(GatedSource(FRAMES, damaged=3))
    reader.ask_projections(stack, FrameRange(0, 10))
    assert "damaged" in _answer(qtbot, reader, ReadFailed).error.message
    reader.ask_frame(stack, 4)
    assert _answer(qtbot, reader, FrameRead).index == 4


def test_a_stack_that_is_let_go_is_closed_and_answers_no_more(qtbot, reader: StackReader) -> None:
    source = GatedSource(FRAMES)
    source.gate.clear()
    stack = _stack(source)
    reader.ask_frame(stack, 0)
    assert source.reached.wait(20)
    reader.let_go(stack)
    assert not source.closed.is_set(), "it is being read"
    source.gate.set()
    assert source.closed.wait(20)
    assert reader.take() == ()


def test_projections_that_are_cancelled_are_read_no_further(qtbot, reader: StackReader) -> None:
    source = GatedSource(np.repeat(FRAMES, 10, axis=0))
    source.gate.clear()
    stack = _stack(source)
    reader.ask_projections(stack, FrameRange(0, 400))
    assert source.reached.wait(20)
    reader.cancel_projections()
    source.gate.set()
    reader.ask_frame(stack, 3)
    came: list = []
    assert _answer(qtbot, reader, FrameRead, came).index == 3
    reader.ask_frame(stack, 4)
    qtbot.waitUntil(lambda: any(isinstance(each, FrameRead) and each.index == 4 for each in [*came, *reader.take()]))
    assert len(source.read) < 50 and not any(isinstance(each, ProjectionsRead) for each in came)


def test_a_read_that_hangs_keeps_no_other_stack_waiting(qtbot, reader: StackReader) -> None:
    hanging = GatedSource(FRAMES)
    hanging.gate.clear()
    stuck, healthy = _stack(hanging), _stack(GatedSource(FRAMES))
    reader.ask_frame(stuck, 0)
    assert hanging.reached.wait(20)
    reader.let_go(stuck)
    reader.ask_frame(healthy, 5)
    answer = _answer(qtbot, reader, FrameRead)
    assert answer.stack is healthy and answer.index == 5
    assert not hanging.closed.is_set(), "it is still being read"
    hanging.gate.set()
    assert hanging.closed.wait(20)


def test_a_read_that_is_given_up_is_told_to_nobody(qtbot, reader: StackReader) -> None:
    source = GatedSource(FRAMES)
    source.gate.clear()
    stack = _stack(source)
    reader.ask_frame(stack, 0)
    assert source.reached.wait(20)
    reader.give_up()
    started = time.monotonic()
    ended = reader.stop(seconds=0.1)
    waited = time.monotonic() - started
    source.gate.set()
    assert not ended and waited < 10, "the thread is in the drive's hands, and is waited for as long as was said"
    qtbot.waitUntil(lambda: source.read == [0], timeout=20_000)
    assert reader.take() == () and not source.closed.is_set(), "the stack stays open: it may be asked again"


@pytest.mark.parametrize("reason", [errno.ESTALE, errno.ENETDOWN, errno.EIO])
def test_a_drive_that_went_away_is_an_answer(qtbot, reader: StackReader, reason: int) -> None:
    """As every reader's frames are guarded, the fault of the drive comes in words."""

    class Gone(GatedSource):
        def frame(self, index: int) -> np.ndarray:
            raise OSError(reason, os.strerror(reason))

    source = guarded_source(Path("cells.tif"), Gone(FRAMES))
    reader.ask_frame(Stack(Path("cells.tif"), "test", source), 3)
    error = _answer(qtbot, reader, ReadFailed).error
    assert isinstance(error, ReadError) and "cells.tif" in error.message and "drive" in error.hint

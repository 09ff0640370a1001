"""Joins the stack browser, the session and the thread that reads frames."""

from __future__ import annotations

import logging

import numpy as np
from PySide6.QtCore import QObject, Signal

from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.stack import Stack
from fluogan_app.core.errors import DataError
from fluogan_app.gui.controllers.context import Context
from fluogan_app.gui.patience import Patience
from fluogan_app.gui.stack_reader import FrameRead, ProjectionsRead, ProjectionsUnderWay, ReadFailed, StackReader
from fluogan_app.gui.views.stack_browser import StackBrowser

log = logging.getLogger(__name__)


class StackController(QObject):
    """Shows frames and projections as they are asked for, and keeps region and frame range equal in both directions."""

    image_shown = Signal()

    def __init__(self, context: Context, browser: StackBrowser, reader: StackReader) -> None:
        super().__init__(context.window)
        self._context, self._browser, self._reader = context, browser, reader
        self._projections: ProjectionsRead | None = None
        self._patience = Patience(context.notices, "reading", self)
        self._kind, self._streaming = "frame", False
        self._failed: Stack | None = None
        self._unread = False
        session = context.session
        session.stack_changed.connect(self._show_stack)
        session.stack_left.connect(reader.let_go)
        session.document_changed.connect(self._show_document)
        browser.frame_requested.connect(self._ask_frame)
        browser.projection_requested.connect(self._ask_projection)
        browser.region_changed.connect(self._take_region)
        browser.frame_range_changed.connect(self._take_frames)
        browser.cancel_requested.connect(self._cancel_projection)
        reader.arrived.connect(self._take_answers)

    def look_at(self, kind: str, frame: int = 0) -> None:
        """Show a frame, or a projection by its name."""
        self._ask_frame(frame) if kind == "frame" else self._ask_projection(kind)

    # From the session

    def _show_stack(self) -> None:
        self._projections, self._failed, self._kind, self._streaming = None, None, "frame", False
        self._unread = False
        self._patience.end()
        session, stack = self._context.session, self._context.session.stack
        if stack is not None:
            shape, dtype, title = stack.shape, str(stack.dtype), stack.path.name
        elif session.document.link is not None:
            link = session.document.link
            shape, dtype, title = link.shape_tyx, link.dtype, f"{session.stack_name} (mean image only)"
        else:
            self._browser.set_stack(0, (0, 0), None)
            return
        self._browser.set_stack(shape[0], shape[1:], session.document.acquisition.pixel_size_nm, dtype, title)
        self._show_document(frozenset(("drift", "roi", "frames")))
        if stack is None:
            self._show_kept_mean()
        else:
            self._ask_frame(0)

    def _show_correction(self) -> None:
        """Say that frames are moved back, and keep the region to what all of them saw."""
        session = self._context.session
        stack, drift = session.stack, session.document.drift
        if stack is None or drift is None:
            self._browser.set_correction("", None)
            return
        words = f"drift corrected (max {drift.span_pixels:.2g} pixels)"
        try:
            self._browser.set_correction(words, drift.seen(stack.shape[1:], session.document.frames))
        except DataError as error:
            self._browser.set_correction(words, None)
            self._context.say(error.one_line)

    def _show_again(self) -> None:
        """The frame or projection in sight, as it now is."""
        stack = self._context.session.stack
        if stack is not None and self._browser.pane.image is not None:
            self.look_at(self._kind, self._browser.slider.value())

    def _show_kept_mean(self) -> None:
        """Without the raw file there is still its mean."""
        session = self._context.session
        project = session.project

        def show(kept: tuple[np.ndarray, float | None] | None) -> None:
            if kept is not None and session.project is project and session.stack is None:
                self._browser.show_projection("mean", kept[0])
                self.image_shown.emit()

        self._context.workbench.do(project.mean, show, lambda error: self._context.say(error.one_line))

    def _show_document(self, changed: frozenset[str]) -> None:
        document = self._context.session.document
        if changed & {"drift", "frames"}:
            self._show_correction()
        if "drift" in changed:
            self._show_again()
        if "roi" in changed:
            self._browser.set_region(document.roi)
        if "frames" in changed:
            frames = document.frames or self._all_frames()
            if frames is not None:
                self._browser.set_frame_range(frames)
            if self._kind != "frame":
                self._ask_projection(self._kind)
        if "acquisition" in changed:
            self._browser.set_pixel_size(document.acquisition.pixel_size_nm)

    def _all_frames(self) -> FrameRange | None:
        session = self._context.session
        if session.stack is not None:
            return FrameRange.whole(session.stack.shape[0])
        return FrameRange.whole(session.document.link.shape_tyx[0]) if session.document.link else None

    # From the browser

    def _take_region(self, region: Roi | None) -> None:
        stack = self._context.session.stack
        whole = stack is not None and region == Roi.whole(stack.shape[1:])
        self._context.session.change(roi=None if whole else region)

    def _take_frames(self, frames: FrameRange) -> None:
        self._context.session.change(frames=None if frames == self._all_frames() else frames)

    def _ask_frame(self, index: int) -> None:
        self._kind = "frame"
        stack = self._context.session.stack
        if stack is None:
            self._show_kept_mean()
        elif 0 <= index < stack.shape[0]:
            self._wait_for(stack)
            self._reader.ask_frame(self._context.session.shown_stack, index)

    def _ask_projection(self, kind: str) -> None:
        self._kind = kind
        session = self._context.session
        if session.stack is None:
            self._show_kept_mean()
            return
        frames = session.document.frames or self._all_frames()
        known = self._projections
        if known is not None and known.stack is session.shown_stack and known.frames == frames:
            self._take_projections(known)
            return
        self._streaming = True
        self._browser.set_busy("Reading the frames…")
        self._wait_for(session.stack)
        self._reader.ask_projections(session.shown_stack, frames)

    def _cancel_projection(self) -> None:
        """Leave the projection, and go back to the frames."""
        self._reader.cancel_projections()
        self._end_streaming()
        self._ask_frame(self._browser.slider.value())

    def _wait_for(self, stack: Stack) -> None:
        self._patience.begin(stack.path.name, self._give_up)

    def _give_up(self) -> None:
        """The drive may never answer. What is asked next is asked anew."""
        self._reader.give_up()
        self._patience.end()
        self._end_streaming()
        self._context.say("The frames were not read: their drive did not answer.")

    def _end_streaming(self) -> None:
        self._streaming = False
        self._browser.set_busy("")

    # From the reader

    def _take_answers(self) -> None:
        for answer in self._reader.take():
            if answer.stack is not self._context.session.shown_stack:
                continue
            self._patience.end()
            if isinstance(answer, FrameRead) and self._kind == "frame":
                self._take_frame(answer)
            elif isinstance(answer, ProjectionsUnderWay):
                self._browser.set_busy(f"Reading the frames… {answer.fraction:.0%}")
            elif isinstance(answer, ProjectionsRead):
                self._take_projections(answer)
            elif isinstance(answer, ReadFailed):
                self._take_failure(answer)
        if self._streaming and self._context.session.stack is not None:
            self._wait_for(self._context.session.stack)

    def _take_frame(self, answer: FrameRead) -> None:
        self._say_readable(f"Frame {answer.index} is read.")
        self._browser.show_frame(answer.index, answer.image)
        self.image_shown.emit()

    def _say_readable(self, words: str) -> None:
        """The status bar must not go on saying that a frame could not be read."""
        if self._unread:
            self._unread = False
            self._context.say(words)

    def _take_projections(self, answer: ProjectionsRead) -> None:
        self._projections = answer
        self._say_readable("The frames are read.")
        self._end_streaming()
        if self._kind != "frame":
            self._browser.show_projection(self._kind, answer.projections.image(self._kind))
            self.image_shown.emit()

    def _take_failure(self, answer: ReadFailed) -> None:
        """Say it once for each stack: playing over a damaged file must not pile up dialogs."""
        self._end_streaming()
        self._unread = True
        self._browser.show_unread(self._kind, answer.index)
        if self._failed is answer.stack:
            self._context.say(answer.error.one_line)
            return
        self._failed = answer.stack
        self._context.fail("A frame could not be read", answer.error)

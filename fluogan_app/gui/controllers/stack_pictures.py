"""Pictures of the raw stack for the viewers of results: the frame that is looked at, its mean, its deviation."""

from __future__ import annotations

from PySide6.QtCore import QObject

from fluogan_app.core.data.roi import FrameRange
from fluogan_app.gui.controllers.context import Context
from fluogan_app.gui.controllers.pictures import Pictures
from fluogan_app.gui.controllers.stack import StackController
from fluogan_app.gui.stack_reader import ProjectionsRead, ReadFailed, StackReader
from fluogan_app.gui.views.pane_image import PaneImage
from fluogan_app.gui.views.stack_browser import UNIT, StackBrowser

FRAME = "stack_frame"
#: Projections, with the words for them.
_PROJECTIONS = {"stack_mean": ("mean", "Mean of the frames"), "stack_std": ("std", "Deviation over the frames")}


class StackPictures(QObject):
    """Offers them. Projections are read when a viewer wants them, by a reader of their own: the browser has its."""

    def __init__(self, context: Context, browser: StackBrowser, stacks: StackController, pictures: Pictures) -> None:
        super().__init__(context.window)
        self._context, self._browser, self._pictures = context, browser, pictures
        self._reader = StackReader(self)
        self._offer_nothing()
        stacks.image_shown.connect(self._offer_shown)
        context.session.stack_changed.connect(self._offer_nothing)
        context.session.stack_left.connect(lambda _: self._reader.give_up())
        context.session.document_changed.connect(self._forget_outdated)
        self._reader.arrived.connect(self._take)
        pictures.wanted.connect(self._make)

    def stop(self, seconds: float) -> bool:
        """End the reading; whether it ended."""
        return self._reader.stop(seconds)

    def _offer_nothing(self) -> None:
        self._pictures.offer(FRAME, "Raw frame", None)
        self._offer_no_projections()

    def _offer_no_projections(self) -> None:
        for name, (_, title) in _PROJECTIONS.items():
            self._pictures.offer(name, title, None)

    def _forget_outdated(self, changed: frozenset[str]) -> None:
        if changed & {"frames", "drift", "acquisition"}:
            self._offer_no_projections()
            for name in _PROJECTIONS:
                if any(choice.kind == name for choice in self._pictures.choices.values()):
                    self._make(name)

    def _offer_shown(self) -> None:
        """What the browser shows need not be read again."""
        image, view = self._browser.pane.image, self._browser.view
        if image is None:
            return
        if view == "frame":
            detail = f"frame {self._browser.slider.value()}, as recorded"
            self._pictures.offer(FRAME, "Raw frame", self._placed(image, detail))
        for name, (kind, title) in _PROJECTIONS.items():
            if view == kind:
                self._pictures.offer(name, title, self._placed(image, "all chosen frames"))

    def _make(self, name: str) -> None:
        session = self._context.session
        stack = session.shown_stack
        if name in _PROJECTIONS and stack is not None:
            frames = session.document.frames or FrameRange.whole(stack.shape[0])
            self._reader.ask_projections(stack, frames)

    def _take(self) -> None:
        for answer in self._reader.take():
            if answer.stack is not self._context.session.shown_stack:
                continue
            if isinstance(answer, ProjectionsRead):
                for name, (kind, title) in _PROJECTIONS.items():
                    image = answer.projections.image(kind)
                    self._pictures.offer(name, title, self._placed(image, f"{len(answer.frames)} frames"))
            elif isinstance(answer, ReadFailed):
                self._context.say(answer.error.one_line)

    def _placed(self, image, detail: str) -> PaneImage:
        size_nm = self._context.session.document.acquisition.pixel_size_nm
        return PaneImage(image, size_nm, UNIT, detail=detail)

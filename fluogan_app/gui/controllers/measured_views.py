"""Puts what is measured on all viewers: the layer that shows it, the tool that draws it, and the images under it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QKeySequence

from fluogan_app.core.data.placement import Placement
from fluogan_app.core.project.line_profiles import PlacedPicture
from fluogan_app.gui.measurements import Measurements
from fluogan_app.gui.views.image_canvas import ImageCanvas
from fluogan_app.gui.views.measure_layer import MeasureLayer
from fluogan_app.gui.views.measure_tool import MeasureTool
from fluogan_app.gui.views.stack_browser import UNIT
from fluogan_app.gui.views.view_range import ViewRange
from fluogan_app.gui.workspace import STACK, Viewers

if TYPE_CHECKING:
    from fluogan_app.gui.main_window import MainWindow


@dataclass(frozen=True)
class _Fitted:
    """What one canvas has of this."""

    layer: MeasureLayer
    tool: MeasureTool


class MeasuredViews(QObject):
    """`images_changed`: other images are in sight than those asked for last. `left`: the drawing was ended there."""

    images_changed = Signal()
    left = Signal()

    def __init__(
        self,
        window: MainWindow,
        measurements: Measurements,
        width: Callable[[], float],
        with_frame: Callable[[], bool],
    ) -> None:
        """width: of a new line. with_frame: whether the stack's frame is measured where results are in sight."""
        super().__init__(window)
        self._window, self._measurements, self._width, self._with_frame = window, measurements, width, with_frame
        self._fitted: dict[ImageCanvas, _Fitted] = {}
        self._kind = ""
        self._asked: tuple[np.ndarray, ...] = ()
        self._told = False
        place = window.workspace
        self._viewers: list[Viewers] = []
        self._add(place.panes)
        place.viewers_added.connect(self._add)
        place.centre.currentChanged.connect(lambda _: self._look())
        place.browser.region_controls.drawing_changed.connect(lambda on: on and self.left.emit())
        measurements.changed.connect(self._repaint)
        measurements.chosen_changed.connect(self._repaint)
        self._fit_all()

    @property
    def kind(self) -> str:
        """What the left button draws; "" where it pans."""
        return self._kind

    def set_kind(self, kind: str) -> None:
        """Let the left button draw something, or pan with ""."""
        self._kind = kind
        if kind:
            self._window.workspace.browser.set_drawing(False)
        self._fit_all()

    def pictures(self) -> tuple[PlacedPicture, ...]:
        """The images in sight, with their places."""
        place = self._window.workspace
        found: list[PlacedPicture] = []
        if place.centre.currentIndex() != STACK:
            viewers = place.viewers
            images = viewers.images()
            titles = [viewers.pane(name).title.text() for name in images]
            for title, image in zip(titles, images.values(), strict=True):
                # The same picture of two runs is told apart by what stands beside its title.
                title = f"{title}, {image.detail}" if titles.count(title) > 1 and image.detail else title
                spot = Placement(image.pixel_size_nm or 1.0, image.origin_nm)
                # Fine pixels are nothing that was recorded.
                made = "fine" in image.unit if image.reconstructed is None else image.reconstructed
                found.append(PlacedPicture(title, image.unit, image.array, spot, reconstructed=made))
        frame = place.browser.pane.image
        if frame is not None and (self._with_frame() or place.centre.currentIndex() == STACK):
            found.append(self._of_stack(frame))
        self._asked = tuple(picture.image for picture in found)
        return tuple(found)

    def front(self) -> ImageCanvas:
        """The viewer that the keys go to when something is to be drawn."""
        place = self._window.workspace
        if place.centre.currentIndex() == STACK:
            return place.browser.pane.canvas
        return next(iter(place.viewers.canvases()), place.panes.canvases()[0])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """On a viewer that is drawn on, the keys of taking back are the list's and not the window's."""
        if self._kind and event.type() in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
            keys = {QKeySequence.StandardKey.Undo: self._measurements.undo,
                    QKeySequence.StandardKey.Redo: self._measurements.redo}  # fmt: skip
            act = next((act for key, act in keys.items() if event.matches(key)), None)
            if act is not None:
                event.accept()
                if event.type() == QEvent.Type.KeyPress:
                    act()
                return True
        return super().eventFilter(watched, event)

    # Inside

    def _of_stack(self, frame: np.ndarray) -> PlacedPicture:
        browser, acquisition = self._window.workspace.browser, self._window.session.document.acquisition
        words = browser.pane.detail.text() or "frame"
        spot = Placement(acquisition.pixel_size_nm or 1.0)
        # The camera's offset stands in a frame once, in a sum once for each, and in a spread not at all.
        times = {"std": 0, "sum": len(browser.frame_range)}.get(browser.view, 1)
        return PlacedPicture(words[:1].upper() + words[1:], UNIT, frame, spot, times * acquisition.offset)

    def _canvases(self) -> tuple[ImageCanvas, ...]:
        drawn = (canvas for viewers in self._viewers for canvas in viewers.canvases())
        return (self._window.workspace.browser.pane.canvas, *drawn)

    def _add(self, viewers: Viewers) -> None:
        """Let there be measured on these viewers too."""
        self._viewers.append(viewers)
        viewers.links.sight_changed.connect(self._fit_all)

    def _fit_all(self) -> None:
        for canvas in self._canvases():
            if canvas not in self._fitted:
                self._fitted[canvas] = self._fit(canvas)
        for canvas, fitted in self._fitted.items():
            fitted.tool.give_up()
            if self._kind:
                canvas.set_tool(fitted.tool)
            elif canvas.tool is fitted.tool:
                canvas.set_tool(None)
        self._look()

    def _fit(self, canvas: ImageCanvas) -> _Fitted:
        tool = MeasureTool(
            self._measurements, partial(_view_of, canvas), lambda: self._kind, self._width, self.left.emit
        )
        layer = MeasureLayer(
            self._measurements, lambda: canvas.tool is tool, lambda: tool.pending if canvas.tool is tool else (),
            self._look,
        )  # fmt: skip
        canvas.add_layer(layer)
        canvas.installEventFilter(self)
        return _Fitted(layer, tool)

    def _repaint(self) -> None:
        for canvas in self._fitted:
            canvas.update()

    def _look(self) -> None:
        """A viewer was painted: it may show another image than before. Told when the painting is over."""
        if not self._told:
            self._told = True
            QTimer.singleShot(0, self, self._tell)

    def _tell(self) -> None:
        self._told = False
        before = self._asked
        now = tuple(picture.image for picture in self.pictures())
        if len(now) != len(before) or any(one is not other for one, other in zip(now, before)):
            self.images_changed.emit()


def _view_of(canvas: ImageCanvas) -> ViewRange:
    return canvas.view

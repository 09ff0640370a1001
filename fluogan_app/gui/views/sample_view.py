"""A widget that shows a part of the sample in nanometres, y downward: pan, zoom and fit by mouse and keys."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from fluogan_app.gui.views.canvas_keys import NOTCH, ZOOM_KEYS, panned
from fluogan_app.gui.views.view_range import Extent, Screen, ViewRange


@dataclass(frozen=True)
class _Pan:
    """Where a drag began, with which view, and whether it moves this viewer alone."""

    start: QPointF
    view: ViewRange
    alone: bool


class SampleView(QWidget):
    """Base of what is painted in the sample's coordinates. Signals tell what the user did, never what a setter did."""

    view_moved = Signal(object)  # ViewRange
    moved_alone = Signal(object)  # ViewRange, by a drag with Shift held
    fit_wanted = Signal()
    pointed = Signal(float, float)  # x, y in nm
    pointer_left = Signal()
    resized = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view, self._fitted = ViewRange(0.5, 0.5, 1.0), True
        self._pan: _Pan | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(96, 96)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    # What there is to see, which the heirs know

    @property
    def extent(self) -> Extent | None:
        """Where what is shown lies in the sample; None while there is nothing."""
        return None

    def scale_limits(self) -> tuple[float, float]:
        """Least and most nm per screen pixel."""
        return 0.0, float("inf")

    # Which part is shown

    @property
    def view(self) -> ViewRange:
        """Which part of the sample is shown."""
        return self._view

    @property
    def screen(self) -> Screen:
        """From nm to screen pixels and back."""
        return Screen(self._view, self.width(), self.height())

    @property
    def fitted(self) -> bool:
        """Whether everything is shown, and stays so when the size changes."""
        return self._fitted

    def set_view(self, view: ViewRange) -> None:
        """Show a part of the sample."""
        self._fitted = False
        if view != self._view:
            self._view = view
            self.update()

    def fit(self) -> None:
        """Show everything, and go on doing so when the size changes."""
        self._fitted = True
        extent = self.extent
        if extent is not None:
            self._view = extent.fitted(self.width(), self.height())
        self.update()

    # The user's hands

    def begin_pan(self, event: QMouseEvent) -> None:
        """Move with the pointer from now on."""
        alone = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._pan = _Pan(event.position(), self._view, alone)
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def go_on_panning(self, position: QPointF) -> None:
        """Follow the pointer."""
        pan = self._pan
        if pan is None:
            return
        view = pan.view.moved(*((pan.start - position) * pan.view.nm_per_pixel).toTuple())
        self._move_to(view, pan.alone)

    def end_pan(self) -> None:
        """Stay where it is."""
        self._pan = None

    @property
    def panning(self) -> bool:
        """Whether it moves with the pointer."""
        return self._pan is not None

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer."""
        self.zoom(NOTCH ** (event.angleDelta().y() / 120), *self.screen.sample(event.position()))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows pan, + and − zoom, 0 or Home shows everything."""
        key = Qt.Key(event.key())
        if (moved := panned(self._view, key)) is not None:
            self._move_to(moved)
        elif key in ZOOM_KEYS:
            self.zoom(ZOOM_KEYS[key], self._view.x_nm, self._view.y_nm)
        elif key in (Qt.Key.Key_0, Qt.Key.Key_Home):
            self.ask_to_fit()
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, _event: QEvent) -> None:
        """The pointer is elsewhere."""
        self.pointer_left.emit()

    def resizeEvent(self, _: QResizeEvent) -> None:
        """Keep showing everything if that was so."""
        if self._fitted:
            self.fit()
        self.resized.emit()

    def zoom(self, factor: float, x_nm: float, y_nm: float) -> None:
        """Enlarge around a point, as the user does."""
        if self.extent is None:
            return
        closest, widest = self.scale_limits()
        scale = min(max(self._view.nm_per_pixel / factor, closest), widest)
        self._move_to(self._view.zoomed(self._view.nm_per_pixel / scale, x_nm, y_nm))

    def ask_to_fit(self) -> None:
        """Show everything, as the user does."""
        self.fit()
        self.fit_wanted.emit()

    def _move_to(self, view: ViewRange, alone: bool = False) -> None:
        if self.extent is None or view == self._view:
            return
        self.set_view(view)
        (self.moved_alone if alone else self.view_moved).emit(view)

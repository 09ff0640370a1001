"""Which part of the sample each of several viewers shows: the same, moved by what the user chose, or each its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from PySide6.QtCore import QObject, Signal

from fluogan_app.gui.views.image_canvas import ImageCanvas
from fluogan_app.gui.views.view_range import Extent, ViewRange

#: By how much a viewer is moved against the others, (right, down) in nm.
Shift = tuple[float, float]


class PaneLinks(QObject):
    """Moves viewers together in nanometres. A view that is passed on is not rounded, so nothing adds up.

    sight: the names of the viewers that are in sight, in order. Setters never emit; the user's hands do.
    """

    moved = Signal(object)  # ViewRange
    fitted_by_hand = Signal()
    shifted = Signal(str)
    #: Other viewers stand on the page now.
    sight_changed = Signal()

    def __init__(self, canvases: Mapping[str, ImageCanvas], sight: Callable[[], tuple[str, ...]]) -> None:
        super().__init__()
        self._canvases: dict[str, ImageCanvas] = {}
        self._sight = sight
        self._shifts: dict[str, Shift] = {}
        self._linked = self._fitted = True
        self._moving = False
        for name, canvas in canvases.items():
            self.add(name, canvas)

    def add(self, name: str, canvas: ImageCanvas) -> None:
        """Let another viewer move with the others."""
        self._canvases[name] = canvas
        canvas.view_moved.connect(lambda view: self._view_moved(name, view))
        canvas.moved_alone.connect(lambda view: self._moved_alone(name, view))
        canvas.resized.connect(self._resized)

    @property
    def linked(self) -> bool:
        """Whether the viewers move together."""
        return self._linked

    def set_linked(self, linked: bool, keep_shifts: bool = False) -> None:
        """Let the viewers move together; they take the first one's view, or stay apart as they are now."""
        self._linked = linked
        if not linked:
            return
        first = self._first()
        if keep_shifts:
            self.set_shifts({name: _between(first.view, canvas.view) for name, canvas in self._canvases.items()})
        else:
            self._shifts = {}
        if not self._fitted or keep_shifts:
            self._move_all(first.view)

    @property
    def shifts(self) -> Mapping[str, Shift]:
        """The viewers that are moved against the others."""
        return self._shifts

    def set_shifts(self, shifts: Mapping[str, Shift]) -> None:
        """Move viewers against the others."""
        self._shifts = {name: shift for name, shift in shifts.items() if shift != (0.0, 0.0)}

    def elsewhere(self, name: str, other: str, x_nm: float, y_nm: float) -> tuple[float, float]:
        """The point of the sample that another viewer shows where this one shows (x, y)."""
        (right, down), (other_right, other_down) = (self._shifts.get(one, (0.0, 0.0)) for one in (name, other))
        return x_nm - right + other_right, y_nm - down + other_down

    # The view

    @property
    def view(self) -> ViewRange | None:
        """The part of the sample in sight; None while everything is shown."""
        return None if self._fitted else self.now

    @property
    def now(self) -> ViewRange:
        """The part of the sample that the first viewer shows."""
        return self._common(*self._first_named())

    def set_view(self, view: ViewRange | None) -> None:
        """Show a part of the sample in all viewers; None shows everything."""
        self._fitted = view is None
        if view is None:
            self.restore()
        else:
            self._move_all(view)

    def restore(self) -> None:
        """After a change of size or of images: everything again where everything was shown, else the same part."""
        if self._fitted:
            self._fit_all()
        elif self._linked:
            self._move_all(self.now)

    def fit_one(self, canvas: ImageCanvas) -> None:
        """The user asked one viewer to show its whole image: all of them do if they are linked."""
        if self._linked:
            self.set_view(None)
            self.fitted_by_hand.emit()
        else:
            self._fitted = False
            self.moved.emit(canvas.view)

    def united_extent(self) -> Extent | None:
        """What the images in sight cover together."""
        united: Extent | None = None
        for name in self._sight():
            extent = self._canvases[name].extent
            if extent is not None:
                united = extent if united is None else united.united(extent)
        return united

    # Inside

    def _first_named(self) -> tuple[str, ViewRange]:
        with_image = (name for name in self._sight() if self._canvases[name].extent is not None)
        name = next(with_image, next(iter(self._canvases)))
        return name, self._canvases[name].view

    def _first(self) -> ImageCanvas:
        return self._canvases[self._first_named()[0]]

    def _fit_all(self) -> None:
        extent = self.united_extent()
        if extent is None:
            return
        canvases = [self._canvases[name] for name in self._sight()]
        views = [extent.fitted(canvas.width(), canvas.height()) for canvas in canvases]
        # One scale for all: the one at which the smallest viewer still shows everything.
        self._move_all(max(views, key=lambda view: view.nm_per_pixel))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """What the viewers answer to being moved is no new wish."""
        self._moving = True
        try:
            yield
        finally:
            self._moving = False

    def _move_all(self, view: ViewRange) -> None:
        with self._alone():
            for name, canvas in self._canvases.items():
                shift = self._shifts.get(name)
                canvas.set_view(view if shift is None else view.moved(*shift))

    def _common(self, name: str, view: ViewRange) -> ViewRange:
        right, down = self._shifts.get(name, (0.0, 0.0))
        return view.moved(-right, -down) if right or down else view

    def _view_moved(self, name: str, view: ViewRange) -> None:
        if self._moving:
            return
        self._fitted = False
        if self._linked:
            self._move_all(self._common(name, view))
        self.moved.emit(view)

    def _moved_alone(self, name: str, view: ViewRange) -> None:
        """The others keep their place, and from now on their distance."""
        others = [other for other in self._sight() if other != name and self._canvases[other].extent is not None]
        if self._linked and others:
            common = self._common(others[0], self._canvases[others[0]].view)
            self.set_shifts({**self._shifts, name: _between(common, view)})
            self.shifted.emit(name)
        self._fitted = False
        self.moved.emit(view)

    def _resized(self) -> None:
        if not self._moving:
            self.restore()


def _between(view: ViewRange, other: ViewRange) -> Shift:
    return other.x_nm - view.x_nm, other.y_nm - view.y_nm

"""Up to nine viewers in a grid that show the same part of the sample: one for each picture that is compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from fluogan_app.gui.views.arrangement import FittingGrid
from fluogan_app.gui.views.display import DisplaySettings
from fluogan_app.gui.views.image_canvas import ImageCanvas
from fluogan_app.gui.views.image_pane import ImagePane
from fluogan_app.gui.views.pane_image import PaneImage
from fluogan_app.gui.views.pane_links import PaneLinks
from fluogan_app.gui.views.shared_levels import share_levels
from fluogan_app.gui.views.view_range import ViewRange

#: More pictures than this are too small to be compared.
MOST = 9
#: Colour bar beside, title and read-out above and below each image.
_FRAME = (76, 56)
#: Least size of an image: nine of them fit on a laptop's screen.
_LEAST = (72, 44)


@dataclass(frozen=True)
class GridPicture:
    """What one place of the grid shows. key: whose picture it is. words: what stands there while there is no image."""

    key: str
    title: str
    image: PaneImage | None = None
    words: str = ""


class PaneGrid(QWidget):
    """Setters never emit; the user's hands do. Contrast and colours stay with a picture's key wherever it stands."""

    view_changed = Signal(object)  # ViewRange
    fit_requested = Signal()
    display_changed = Signal(str, object)  # key, DisplaySettings
    alone_changed = Signal(str)  # key, "" for all

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pane_grid")
        self._panes: list[ImagePane] = []
        self._pictures: tuple[GridPicture, ...] = ()
        self._displays: dict[str, DisplaySettings] = {}
        self._usual = DisplaySettings()
        self._alone, self._same = "", False
        self._seen: tuple[ImagePane, ...] = ()
        self.links = PaneLinks({}, self._sight)
        self.links.moved.connect(self.view_changed)
        self.links.fitted_by_hand.connect(self.fit_requested)
        self.links.shifted.connect(lambda _: self._show_shifts())
        self._grid = FittingGrid(MOST)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._grid, 1)

    # What is shown

    def set_pictures(self, pictures: Sequence[GridPicture], usual: DisplaySettings = DisplaySettings()) -> None:
        """Show these in their order, at most MOST of them; `usual`: colours of those whose own nobody has chosen."""
        before, self._pictures = self._pictures, tuple(pictures[:MOST])
        self._usual = usual
        while len(self._panes) < len(self._pictures):
            self._add_pane()
        if self._alone not in {one.key for one in self._pictures}:
            self._alone = ""
        for place, picture in enumerate(self._pictures):
            former = before[place] if place < len(before) else None
            self._fill(self._panes[place], picture, former)
        for pane in self._panes[len(self._pictures) :]:
            pane.set_image(None)
        self._share()
        self._arrange()
        self.links.restore()

    @property
    def pictures(self) -> tuple[GridPicture, ...]:
        """All that there are, in their order."""
        return self._pictures

    @property
    def in_sight(self) -> tuple[GridPicture, ...]:
        """Those that stand on the page now: all of them, or the one that has all the room."""
        return tuple(one for one in self._pictures if self._alone in ("", one.key))

    def pane(self, key: str) -> ImagePane:
        """The viewer of a picture. Raises KeyError."""
        for place, picture in enumerate(self._pictures):
            if picture.key == key:
                return self._panes[place]
        raise KeyError(key)

    def images(self) -> dict[str, PaneImage]:
        """The images in sight, by key."""
        return {one.key: one.image for one in self.in_sight if one.image is not None}

    def canvases(self) -> tuple[ImageCanvas, ...]:
        """Where images are drawn now; `links.sight_changed` says that these are others."""
        return tuple(self.pane(one.key).canvas for one in self.in_sight)

    # How it is shown

    @property
    def displays(self) -> Mapping[str, DisplaySettings]:
        """Contrast and colours that were chosen, by key."""
        return dict(self._displays)

    def set_displays(self, displays: Mapping[str, DisplaySettings]) -> None:
        """Choose contrast and colours by key; the others have the usual ones."""
        self._displays = dict(displays)
        for picture in self._pictures:
            self.pane(picture.key).set_display(self._display(picture))
        self._share()

    @property
    def same_scale(self) -> bool:
        """Whether images of the same unit share their levels."""
        return self._same

    def set_same_scale(self, same: bool) -> None:
        """Let images of the same unit share their levels."""
        self._same = same
        self._share()

    def set_alone(self, key: str) -> None:
        """Give one picture all the room; "" shows all."""
        self._alone = key if key in {one.key for one in self._pictures} else ""
        self._arrange()
        self.links.restore()

    @property
    def alone(self) -> str:
        """The picture that has all the room; "" where all are in sight."""
        return self._alone

    @property
    def view(self) -> ViewRange | None:
        """The part of the sample in sight; None while everything is shown."""
        return self.links.view

    def set_view(self, view: ViewRange | None) -> None:
        """Show a part of the sample in all viewers; None shows everything."""
        self.links.set_view(view)

    def fit(self) -> None:
        """Show everything, at the same place in all viewers."""
        self.links.set_shifts({})
        self._show_shifts()
        self.links.set_view(None)

    # Inside

    def _sight(self) -> tuple[str, ...]:
        return tuple(str(place) for place, one in enumerate(self._pictures) if self._alone in ("", one.key))

    def _display(self, picture: GridPicture) -> DisplaySettings:
        return self._displays.get(picture.key, self._usual)

    def _fill(self, pane: ImagePane, picture: GridPicture, former: GridPicture | None) -> None:
        pane.set_title(picture.title, picture.image.detail if picture.image is not None else "")
        pane.title.setToolTip(picture.title)
        pane.set_placeholder(picture.words)
        image = picture.image
        if image is None:
            pane.set_image(None)
        elif former is None or former.image is not image:
            pane.set_image(image.array, image.pixel_size_nm, image.unit, image.origin_nm)
        if pane.display != self._display(picture):
            pane.set_display(self._display(picture))

    def _share(self) -> None:
        share_levels(self._panes[: len(self._pictures)], self._same)

    def _add_pane(self) -> None:
        place = len(self._panes)
        pane = ImagePane(self, name=f"compared_{place + 1}")
        pane.canvas.setMinimumSize(*_LEAST)
        pane.let_title_give_way()
        pane.drop_fit_button()
        pane.alone_button.setVisible(True)
        pane.fit_requested.connect(lambda: self.links.fit_one(pane.canvas))
        pane.pointer_moved.connect(lambda x, y, _: self._point(place, (x, y)))
        pane.pointer_left.connect(lambda: self._point(place, None))
        pane.display_changed.connect(lambda settings: self._display_chosen(place, settings))
        pane.alone_button.clicked.connect(lambda: self._alone_clicked(place))
        self._panes.append(pane)
        self.links.add(str(place), pane.canvas)

    def _point(self, place: int, at_xy_nm: tuple[float, float] | None) -> None:
        """The same place of the sample in all others, with the value that stands there."""
        for other, pane in enumerate(self._panes[: len(self._pictures)]):
            if other != place:
                pane.set_marker(at_xy_nm and self.links.elsewhere(str(place), str(other), *at_xy_nm))

    def _show_shifts(self) -> None:
        for place, pane in enumerate(self._panes):
            pane.set_shift(self.links.shifts.get(str(place)))

    def _display_chosen(self, place: int, settings: DisplaySettings) -> None:
        key = self._pictures[place].key
        self._displays[key] = settings
        self._share()
        self.display_changed.emit(key, settings)

    def _alone_clicked(self, place: int) -> None:
        key = self._pictures[place].key
        self.set_alone("" if self._alone == key else key)
        self.alone_changed.emit(self._alone)

    def _arrange(self) -> None:
        sight = tuple(self.pane(one.key) for one in self.in_sight)
        for pane in self._panes:
            pane.setVisible(pane in sight)
            pane.alone_button.setChecked(bool(self._alone) and pane in sight)
        extent = self.links.united_extent()
        shape = (extent.width_nm, extent.height_nm) if extent is not None else (1.0, 1.0)
        self._grid.place(sight, (max(self.width(), 1), max(self.height(), 1)), shape, _FRAME)
        if sight != self._seen:
            self._seen = sight
            self.links.sight_changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the viewers so that they come out largest."""
        super().resizeEvent(event)
        self._arrange()

"""Pictures side by side: one place of the sample in all, colours that stay with a picture, room for nine."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from fluogan_app.gui.views.arrangement import best_columns
from fluogan_app.gui.views.display import DisplaySettings
from fluogan_app.gui.views.pane_grid import MOST, GridPicture, PaneGrid
from fluogan_app.gui.views.pane_image import PaneImage

LEFT = Qt.MouseButton.LeftButton
DRAW = np.random.default_rng(5)


def picture(key: str, zoom: int = 1, unit: str = "photons", times: float = 1.0) -> GridPicture:
    image = times * DRAW.gamma(1.0, 1.0, (10 * zoom, 16 * zoom)).astype(np.float32)
    return GridPicture(key, key.title(), PaneImage(image, 100.0 / zoom, unit, origin_nm=(300.0, 200.0)))


@pytest.fixture
def grid(shown) -> PaneGrid:
    """A mean of camera pixels, two estimates of finer ones, and one that is not there yet."""
    view = shown(PaneGrid(), 900, 420)
    view.set_pictures([
        picture("mean"), picture("sofi", 4, "photons²", 50.0), picture("srrf", 6, "photons", 9.0),
        GridPicture("late", "Late", None, "It waits in the queue."),
    ])  # fmt: skip
    QApplication.processEvents()
    return view


def test_a_drag_and_a_fit_in_one_move_all_and_setters_tell_nothing(grid, listen) -> None:
    ear = listen(grid)
    start = grid.pane("sofi").view
    QTest.mousePress(grid.pane("sofi").canvas, LEFT, pos=QPoint(60, 50))
    QTest.mouseMove(grid.pane("sofi").canvas, QPoint(90, 70))
    QTest.mouseRelease(grid.pane("sofi").canvas, LEFT, pos=QPoint(90, 70))
    views = {grid.pane(one.key).view for one in grid.pictures}
    assert len(views) == 1 and views != {start} and len(ear.values("view_changed")) == 1
    ear.clear()
    grid.fit()
    grid.set_same_scale(True)
    grid.set_displays({"mean": DisplaySettings("viridis")})
    grid.set_alone("mean")
    assert ear.heard == [] and grid.view is None


def test_the_same_place_is_marked_in_all_others_with_the_value_there(grid) -> None:
    canvas = grid.pane("srrf").canvas
    at = QPoint(canvas.width() // 3, canvas.height() // 3)
    QTest.mouseMove(canvas, at)
    x_nm, y_nm = canvas.screen.sample(QPointF(at))
    mean = grid.pane("mean")
    row, column = int((y_nm - 300.0) // 100.0), int((x_nm - 200.0) // 100.0)
    shown = float(mean.read_out.text().split(": ")[1].split()[0])
    assert shown == pytest.approx(mean.image[row, column], rel=1e-3)


def test_only_images_of_one_unit_share_a_scale(grid) -> None:
    # On pixels of another size, the same number is another share of the light.
    alone = grid.pane("mean").levels
    grid.set_same_scale(True)
    assert grid.pane("mean").levels == alone
    grid.set_same_scale(False)
    grid.set_pictures([picture("mean", 6), *grid.pictures[1:]])
    own = grid.pane("sofi").levels
    assert grid.pane("mean").levels != grid.pane("srrf").levels
    grid.set_same_scale(True)
    assert grid.pane("mean").levels == grid.pane("srrf").levels and grid.pane("sofi").levels == own
    grid.set_same_scale(False)
    assert grid.pane("mean").levels != grid.pane("srrf").levels


def test_colours_stay_with_a_picture_wherever_it_stands(grid, listen) -> None:
    ear = listen(grid)
    grid.pane("srrf").choose_display(DisplaySettings("magma"))
    assert ear.values("display_changed") == [("srrf", DisplaySettings("magma"))]
    grid.set_pictures(tuple(reversed(grid.pictures)))
    assert [grid.pane(one.key).display.colormap for one in grid.pictures] == ["gray", "magma", "gray", "gray"]
    assert [one.key for one in grid.in_sight] == ["late", "srrf", "sofi", "mean"]
    assert "mean" in grid.images() and "late" not in grid.images()


def test_one_takes_all_the_room_and_gives_it_back(grid, listen) -> None:
    ear = listen(grid)
    before = grid.pane("mean").width()
    QTest.mouseClick(grid.pane("mean").alone_button, LEFT)
    QApplication.processEvents()
    assert [one.key for one in grid.in_sight] == ["mean"] and grid.pane("mean").width() > before
    assert grid.canvases() == (grid.pane("mean").canvas,)
    QTest.mouseClick(grid.pane("mean").alone_button, LEFT)
    assert len(grid.in_sight) == 4 and ear.values("alone_changed") == [("mean",), ("",)]


def test_nine_fit_and_no_more_are_shown(grid) -> None:
    grid.set_pictures([picture(f"run:{number}") for number in range(12)])
    QApplication.processEvents()
    canvases = grid.canvases()
    assert len(canvases) == MOST == len({canvas.mapTo(grid, QPoint(0, 0)).toTuple() for canvas in canvases})
    assert best_columns(9, (900, 420), (160, 100), (76, 56)) in (3, 4, 5)
    grid.set_pictures([])
    assert grid.canvases() == () and grid.images() == {}

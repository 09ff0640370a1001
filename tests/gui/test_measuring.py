"""Measuring as a user does it: lines, regions, points, by mouse and by keys; both ways; kept, undone, written."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from fluogan_app.core.data.shape import Shape
from fluogan_app.core.folders import recovery_folder
from fluogan_app.core.project.store import Project
from fluogan_app.gui.features.measuring import MeasuringFeature

LEFT = Qt.MouseButton.LeftButton
PIXEL_NM = 100.0


@pytest.fixture(scope="module")
def lines_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """24 frames of 40 × 60 pixels of 100 nm: two upright lines 1 µm apart, blinking one after the other."""
    x = (np.arange(60) + 0.5) * PIXEL_NM
    first, second = (np.exp(-4 * np.log(2) * ((x - place) / 300) ** 2) for place in (2500, 3500))
    generator, on = np.random.default_rng(0), np.arange(24)[:, None] // 6 % 2
    light = 20 + 400 * (on * first + (1 - on) * second)
    frames = generator.poisson(np.repeat(light[:, None, :], 40, axis=1)).astype(np.uint16)
    path = tmp_path_factory.mktemp("lines") / "lines.tif"
    about = {"axes": "TYX", "unit": "um", "finterval": 0.05}
    tifffile.imwrite(path, frames, imagej=True, metadata=about, resolution=(1000 / PIXEL_NM,) * 2)
    return path


@pytest.fixture
def user(open_window: Callable, lines_file: Path):
    """A user who looks at the mean of the stack."""
    one = open_window(lines_file)
    one.sees_stack()
    one.click("stack_view_mean")
    one.sees(lambda: one.window.workspace.browser.view == "mean")
    return one


def feature(user) -> MeasuringFeature:
    return next(one for one in user.window.features if isinstance(one, MeasuringFeature))


def canvas_of(user):
    return user.window.workspace.browser.pane.canvas


def at(canvas, x_nm: float, y_nm: float) -> QPoint:
    return canvas.screen.point(x_nm, y_nm).toPoint()


def draw(user, command: str, begin: tuple[float, float], end: tuple[float, float]) -> None:
    """Choose a tool by its key and drag it over the stack."""
    if feature(user).views.kind != command:
        user.presses(f"measure_{command}")
    user.draws(canvas_of(user), at(canvas_of(user), *begin), at(canvas_of(user), *end))


def seen_profile(user):
    """The profile that is shown, when it has come."""
    profiles = feature(user).profiles
    user.sees(lambda: profiles.settled and profiles.profiled is not None and bool(profiles.profiled.profiles))
    return profiles.profiled.profiles[0]


def test_a_line_across_two_structures_tells_their_distance(user, tmp_path: Path) -> None:
    draw(user, "line", (1500, 2000), (4500, 2000))
    item = feature(user).measurements.chosen
    assert item.name == "Line 1" and item.shape.kind == "line"
    assert np.abs(np.array(item.shape.points_nm) - ((1500, 2000), (4500, 2000))).max() < 20
    found = seen_profile(user)
    (pair,) = found.found.pairs
    assert pair.distance_nm == pytest.approx(1000, abs=15) and pair.resolved
    user.sees(lambda: len(feature(user).panel.peaks.rows) == 2)
    rows = feature(user).panel.peaks.rows
    assert feature(user).panel.peaks.heads[2] == "FWHM, nm"
    assert float(rows[0][3].split()[0]) == pytest.approx(1000, abs=15) and rows[0][4].endswith("%, resolved")
    assert feature(user).panel.plot.units == ("counts",)
    assert "noise" in user.find("measure_caution").text()
    user.presses("measure_copy")
    clipboard = QApplication.clipboard()
    user.sees(lambda: clipboard.text().startswith("distance_nm\t"))
    user.click("measure_save")
    QTest.keyClick(user.window.findChild(QMenu, "measure_save_menu"), Qt.Key.Key_K)
    user.names_file("save_measurements", tmp_path / "peaks.csv")
    user.sees(lambda: (tmp_path / "peaks.csv").is_file())
    lines = (tmp_path / "peaks.csv").read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    assert len(rows) == 2 and rows[0]["resolved"] == "yes" and "# Stack: lines.tif" in lines


def test_ends_and_the_whole_are_dragged_and_esc_takes_back(user) -> None:
    draw(user, "line", (1500, 2000), (4500, 2000))
    canvas, shown = canvas_of(user), feature(user).measurements
    user.draws(canvas, at(canvas, 4500, 2000), at(canvas, 4000, 3000))
    assert np.abs(np.array(shown.chosen.shape.points_nm[1]) - (4000, 3000)).max() < 20
    before = shown.chosen.shape
    user.draws(canvas, at(canvas, 2750, 2500), at(canvas, 2750, 1500))
    moved = np.array(shown.chosen.shape.points_nm) - before.points_nm
    assert len(shown.items) == 1 and np.abs(moved - (0, -1000)).max() < 40
    user.qtbot.mousePress(canvas, LEFT, pos=at(canvas, *shown.chosen.shape.points_nm[0]))
    user.qtbot.mouseMove(canvas, at(canvas, 500, 500))
    during = shown.chosen.shape
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert during != shown.chosen.shape
    assert np.abs(np.array(shown.chosen.shape.points_nm) - before.points_nm).max() > 900
    user.qtbot.mouseRelease(canvas, LEFT, pos=at(canvas, 500, 500))
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert feature(user).views.kind == "" and canvas.tool is None


def test_everything_by_keys(user) -> None:
    user.presses("measure_line")
    canvas, shown = canvas_of(user), feature(user).measurements
    assert QApplication.focusWidget() is canvas
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    before = shown.chosen.shape
    QTest.keyClick(canvas, Qt.Key.Key_Down)
    assert shown.chosen.shape.points_nm[0][1] > before.points_nm[0][1]
    for name, text in (("x0", "1500"), ("y0", "2000"), ("x1", "4500"), ("y1", "2000"), ("width", "500")):
        user.types(f"measure_{name}", text)
    assert shown.chosen.shape == Shape("line", ((1500.0, 2000.0), (4500.0, 2000.0)), 500.0)
    assert "3 µm, 0.0°" in user.find("measure_words").text()
    user.find("measure_list").setFocus()
    QTest.keyClick(user.find("measure_list"), Qt.Key.Key_Delete)
    assert not shown.items
    QTest.keyClick(user.find("measure_list"), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(shown.items) == 1 and shown.items[0].shape.width_nm == 500.0
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert shown.items[0].shape.width_nm != 500.0
    user.presses("measure_redo")
    assert shown.items[0].shape.width_nm == 500.0


def test_regions_have_areas_and_values(user) -> None:
    draw(user, "rectangle", (2000, 1000), (4000, 3000))
    regions = feature(user).panel.regions
    user.sees(lambda: len(regions.rows) == 1 and regions.rows[0][2] == "Mean")
    name, area, _, mean, total, least, largest, deviation, unit = regions.rows[0]
    shape = feature(user).measurements.chosen.shape
    assert total.endswith(" counts") and (name, unit) == ("Rectangle 1", "counts") and area.endswith("µm²")
    assert float(area.split()[0]) == pytest.approx(shape.area_nm2 / 1e6, rel=1e-3)
    assert float(least) < float(mean) < float(largest)
    image = canvas_of(user).array[10:30, 20:40]
    assert float(mean) == pytest.approx(image.mean(), rel=0.02)
    # And the other way: the list, the fields and the painting follow what is set.
    shown, canvas = feature(user).measurements, canvas_of(user)
    shown.remove(0)
    before = canvas.grab().toImage()
    shown.add(Shape("ellipse", ((1000.0, 1000.0), (3000.0, 2500.0))))
    assert user.find("measure_list").item(0).text() == "Ellipse 1"
    assert user.find("measure_x1").value() == 3000.0 and "2.356 µm²" in user.find("measure_words").text()
    assert canvas.grab().toImage() != before
    shown.remove(0)
    assert canvas.grab().toImage() == before and user.find("measure_list").count() == 0


def test_a_polygon_is_clicked_and_closed(user) -> None:
    user.presses("measure_polygon")
    canvas, shown = canvas_of(user), feature(user).measurements
    for x, y in ((1000, 1000), (3000, 1000), (3000, 3000)):
        user.qtbot.mouseClick(canvas, LEFT, pos=at(canvas, x, y))
        user.qtbot.mouseMove(canvas, at(canvas, x + 200, y + 200))
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert shown.chosen.shape.kind == "polygon" and len(shown.chosen.shape.points_nm) == 3
    assert shown.chosen.shape.area_nm2 == pytest.approx(2e6, rel=0.05)
    user.qtbot.mouseClick(canvas, LEFT, pos=at(canvas, 4500, 500))
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert len(shown.items) == 1 and feature(user).views.kind == "polygon"


def test_a_point_has_a_trace_and_a_click_in_it_goes_to_the_frame(user) -> None:
    user.presses("measure_point")
    canvas, page = canvas_of(user), feature(user).panel
    user.qtbot.mouseClick(canvas, LEFT, pos=at(canvas, 2550, 2050))
    user.sees(lambda: page.trace_plot is not None and "Point 1" in page.trace_plot.traces)
    stack = user.session.stack
    expected = [float(stack.frame(index)[20, 25]) for index in range(24)]
    assert list(page.trace_plot.traces["Point 1"]) == expected
    (row,) = page.trace_facts.rows
    assert row[0] == "Point 1" and "counts/px" in row[1] and "frame" in row[3] and "s)" in row[3]
    user.click("stack_view_frame")
    page.trace_plot.setFocus()
    QTest.keyClick(page.trace_plot, Qt.Key.Key_Right)
    user.sees(lambda: "frame 1 of" in user.window.workspace.browser.pane.detail.text())
    assert page.trace_plot.marker.value() == pytest.approx(0.05)


def test_measurements_are_kept_with_the_project(user, tmp_path: Path) -> None:
    draw(user, "line", (1500, 2000), (4500, 2000))
    draw(user, "ellipse", (1000, 1000), (2000, 3000))
    kept = feature(user).measurements.items
    user.presses("save")
    user.names_file("choose_new_project", tmp_path / "kept.fluogan")
    user.sees(lambda: not user.session.untitled)
    user.presses("close_project")
    user.sees(lambda: user.session.project is None)
    assert not feature(user).measurements.items
    user.window.files.open_path(tmp_path / "kept.fluogan")
    user.sees(lambda: feature(user).measurements.items == kept)
    assert feature(user).panel.view == "regions" and user.find("measure_list").count() == 2
    for damaged in ({"items": [{"name": "x"}, 7, {"name": "L", "shape": {"kind": "star"}}]}, {"chosen": 9}):
        feature(user).restore(damaged)
        assert feature(user).measurements.items == () and feature(user).measurements.index == -1


def test_another_pixel_size_leaves_things_on_their_pixels(user) -> None:
    draw(user, "line", (1500, 2000), (4500, 2000))
    before = feature(user).measurements.chosen.shape
    user.types("param_pixel_size_nm", "50")
    half = np.array(before.scaled(0.5).points_nm)
    # A number that is typed key by key is another size at each of them.
    user.sees(lambda: np.allclose(feature(user).measurements.chosen.shape.points_nm, half))
    user.types("param_pixel_size_nm", "")
    user.sees(lambda: user.find("measure_x0").suffix() == " px")
    assert "px" in user.find("measure_words").text()


@pytest.fixture
def with_run(user):
    """The user has made a short run of the stack."""
    for name, text in (("steps", "20"), ("zoom", "2")):
        user.types(f"param_{name}", text)
    user.click("run")
    user.sees_end()
    user.sees(lambda: user.window.workspace.panes.pane("estimate").image is not None)
    return user


def test_one_line_measures_every_viewer_in_nm_and_a_comparison(with_run) -> None:
    user, page = with_run, feature(with_run).panel
    panes = user.window.workspace.panes
    user.presses("measure_line")
    canvas = panes.pane("background").canvas
    user.draws(canvas, at(canvas, 1500, 2000), at(canvas, 4500, 2000))
    profiles = feature(user).profiles
    user.sees(lambda: profiles.settled and profiles.profiled is not None and len(profiles.profiled.profiles) == 3)
    shown = {one.title: one for one in profiles.profiled.profiles}
    assert set(shown) == {"Mean", "Estimate", "Background"}
    assert {len(one.profile.values) for one in shown.values()} == {len(shown["Mean"].profile.values)}
    # Of two grids, one line: the two structures are at the same places, to a small part of a camera pixel.
    assert shown["Estimate"].reconstructed and not shown["Mean"].reconstructed
    places = {title: [peak.place_nm for peak in shown[title].found.peaks] for title in ("Mean", "Estimate")}
    assert places["Mean"] == pytest.approx(places["Estimate"], abs=0.3 * PIXEL_NM)
    assert page.plot.units == ("photons/frame/px", "photons/frame/fine px")
    user.click("measure_frame")
    user.sees(lambda: profiles.settled and len(profiles.profiled.profiles) == 4)
    assert page.plot.units == ()  # three units have no two axes: from 0 to 1
    user.click("measure_frame")
    panes.compare("swipe")
    canvas = panes.compare_pane.canvas
    assert canvas.tool is not None
    user.draws(canvas, at(canvas, 1500, 3000), at(canvas, 4500, 3000))
    assert feature(user).measurements.chosen.name == "Line 2"
    user.sees(lambda: profiles.settled and len(profiles.profiled.profiles) == 2 and profiles.profiled.name == "Line 2")
    panes.compare("")
    user.sees(lambda: profiles.settled and len(profiles.profiled.profiles) == 3)


def test_what_was_drawn_is_work_and_is_offered_again_after_a_crash(
    user, open_window: Callable, tmp_path: Path
) -> None:
    user.presses("save")
    user.names_file("choose_new_project", tmp_path / "drawn.fluogan")
    user.sees(lambda: not user.session.untitled and not user.session.unsaved)
    draw(user, "line", (1500, 2000), (4500, 2000))
    plain = feature(user).measurements.items[0].plain
    user.sees(lambda: user.session.unsaved)
    drafts = recovery_folder() / "drafts"
    user.sees(lambda: any(drafts.glob("*.json")))
    user.session.project.let_go()  # as the system does when a process ends
    later = open_window(tmp_path / "drawn.fluogan")
    later.sees(lambda: "lines and regions" in later.window.notices.text("draft"))
    assert feature(later).measurements.items == ()
    later.click("notice_draft_restore")
    assert [item.plain for item in feature(later).measurements.items] == [plain]
    later.presses("save")
    later.sees(lambda: not later.session.unsaved)
    assert Project.open(tmp_path / "drawn.fluogan").document.drawn == (plain,)

"""The findings of a data check: in their order, with words, picture and what can be done."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton

from fluogan_app.core.check.result import CheckFinding, Severity
from fluogan_app.gui.style import contrast_ratio, severity_colour
from fluogan_app.gui.views.check_badge import CheckBadge
from fluogan_app.gui.views.check_panel import CheckPanel
from fluogan_app.gui.views.check_words import severity_icon, summary
from fluogan_app.gui.wording import without_flags
from tests.gui.views.made_checks import made_check

ACTIONS = {"drift": "Correct drift…", "dark_frames": "Use frames 20 to 499"}


@pytest.fixture
def panel(shown) -> CheckPanel:
    """A panel as low as it is in a small window."""
    view = shown(CheckPanel(), 876, 220)
    view.show_check(made_check(), ACTIONS, 100.0)
    return view


def choose(panel: CheckPanel, name: str) -> None:
    """Press a finding with the mouse."""
    rows = (panel.list.topLevelItem(row) for row in range(panel.list.topLevelItemCount()))
    (item,) = [item for item in rows if item.text(0) == made_check().finding(name).label]
    place = panel.list.visualItemRect(item).center()
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place.x(), place.y()))


def test_setters_tell_nothing(panel, listen):
    ear = listen(panel)
    panel.show_words("No stack is open.")
    panel.show_progress(0.3)
    panel.show_check(made_check(drifts=False), {}, None)
    panel.select("bleaching")
    assert ear.heard == []


def test_the_worst_comes_first_and_is_shown(panel):
    labels = [panel.list.topLevelItem(row).text(0) for row in range(5)]
    assert labels == ["Drift", "Saturated pixels", "Dark frames", "Bleaching", "Repeated frames"]
    assert panel.selected == "drift" and "2.3 pixels" in panel.found.text() and "first" in panel.advice.text()
    assert panel.picture.plot.plot.accessibleName() == "Drift" and panel.picture.plot.isVisible()


def test_each_finding_shows_its_pictures_and_what_can_be_done(panel, listen, qtbot):
    ear = listen(panel)
    choose(panel, "saturation")
    assert panel.picture.pane.isVisible() and panel.picture.pane.unit == "frames"
    assert panel.picture.pane.canvas.circled == ((5, 70), (30, 12), (31, 12))
    qtbot.mouseClick(panel.findChild(QToolButton, "finding_picture_1"), Qt.MouseButton.LeftButton)
    assert panel.picture.plot.isVisible() and panel.picture.shown.title == "Brightness"
    qtbot.mouseClick(panel.findChild(QToolButton, "finding_picture_2"), Qt.MouseButton.LeftButton)
    assert panel.picture.pane.unit == "counts" and len(panel.picture.pane.canvas.circled) == 3
    assert not panel.action.isVisible()
    choose(panel, "dark_frames")
    qtbot.mouseClick(panel.action, Qt.MouseButton.LeftButton)
    QTest.keyClick(panel.list, Qt.Key.Key_Up)
    QTest.keyClick(panel.list, Qt.Key.Key_Up)
    assert panel.selected == "drift"
    qtbot.mouseClick(panel.action, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(panel.repeat_button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(panel.save_button, Qt.MouseButton.LeftButton)
    assert ear.heard == [
        ("action_requested", "dark_frames"), ("action_requested", "drift"), ("repeat_requested",), ("save_requested",),
    ]  # fmt: skip


def test_a_newer_check_keeps_the_finding_in_sight(panel):
    panel.select("bleaching")
    panel.show_progress(0.5)
    assert panel.progress.isVisible() and panel.found.isVisible()
    panel.show_check(made_check(drifts=False), {}, 100.0)
    assert panel.selected == "bleaching" and not panel.progress.isVisible()
    panel.show_words("The frames could not be read.")
    assert not panel.list.isVisible() and panel.state.text() == "The frames could not be read."


def test_many_pixels_are_not_circled_and_an_even_image_has_a_scale(panel):
    many = replace(made_check().finding("saturation").pictures[0], image=np.eye(400, dtype=np.float32))
    even = replace(many, image=np.full((9, 7), 3.0, np.float32))
    panel.picture.set_pictures((many,), None)
    assert panel.picture.pane.canvas.circled == ()
    panel.picture.set_pictures((even,), None)
    low, high = panel.picture.pane.levels
    assert low < high and panel.picture.pane.canvas.circled == ()


def test_a_path_has_a_scale_in_nm_where_the_pixel_is_known(panel):
    axis = panel.picture.plot.plot.getAxis("right")
    assert axis.isVisible() and axis.scale == 100.0
    panel.show_check(made_check(), ACTIONS, None)
    assert not axis.isVisible()
    choose(panel, "bleaching")
    assert not axis.isVisible()


def test_badge_says_how_many_and_how_bad(shown):
    badge = shown(CheckBadge(), 200, 30)
    badge.show_words("")
    assert not badge.isVisible()
    badge.show_check(made_check())
    assert badge.text() == "Data check: 1 serious problem, 2 warnings" and not badge.icon().isNull()
    badge.show_check(made_check(drifts=False))
    assert badge.text() == "Data check: 2 warnings, 1 note" and badge.accessibleName() == badge.text()
    badge.show_words("Data check… 40 %")
    assert badge.icon().isNull()


def test_flags_of_the_command_line_stay_out_of_the_window(panel):
    assert panel.advice.text() == "Lines come out doubled or blurred by as much: correct the drift first."
    assert without_flags("Leave them out, or they dim it: --frames 20:500.") == "Leave them out, or they dim it."
    assert without_flags("Choose one stretch; the longest is --frames 1:50.") == "Choose one stretch."
    assert without_flags("Locate it (File › Locate, or --stack FILE).") == "Locate it (File › Locate)."
    assert without_flags("Pixel size (pixel_size_nm) is missing.") == "Pixel size is missing."
    assert without_flags("State it (--pixel-size-nm): all rests on it.") == "State it: all rests on it."
    assert without_flags("From 3 – 4 frames on: a well-known value.") == "From 3 – 4 frames on: a well-known value."


def test_nothing_to_say_is_fine():
    fine = CheckFinding("drift", "Drift", Severity.FINE, "No drift found.")
    assert summary(replace(made_check(), findings=(fine,))) == "fine"


def test_severities_differ_in_shape_and_can_be_read(qapp):
    palette = QApplication.palette()
    images = [severity_icon(one, palette).pixmap(32, 32).toImage() for one in Severity]
    opaque = [
        frozenset((x, y) for x in range(32) for y in range(32) if image.pixelColor(x, y).alpha() > 128)
        for image in images
    ]
    assert len(set(opaque)) == len(opaque)
    ground = QColor(palette.base().color())
    assert all(contrast_ratio(severity_colour(one, palette), ground) >= 4.5 for one in Severity)

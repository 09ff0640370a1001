"""The form that is made from declarations: what is typed, what is told, what is wrong."""

from __future__ import annotations

from typing import Literal

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.params import Params, param, spec, specs
from fluogan_app.gui.views.parameter_editors import Unreadable, parsed
from fluogan_app.gui.views.parameter_form import ParameterForm

LEFT = Qt.MouseButton.LeftButton


class Sample(Params):
    """One of each kind."""

    width: float = param(2.5, label="Width", unit="nm", gt=0, le=1000, help="How wide.", equation="w = 2 r")
    count: int = param(3, label="Count", ge=1, le=12, help="How many.")
    depth: float | None = param(None, label="Depth", unit="nm", ge=0, none_text="from the file", help="How deep.")
    bright: bool = param(True, label="Bright", help="Whether.")
    mode: Literal[0, 1] = param(1, label="Mode", help="Which.")
    note: str = param("", label="Note", help="What else.")
    rare: float = param(1.0, label="Rare", ge=0, help="Seldom.", advanced=True)


@pytest.fixture
def form(shown) -> ParameterForm:
    """A form of one set, 340 pixels wide as in the window."""
    return shown(ParameterForm([("Sample", Sample)]), 360, 600)


def type_into(qtbot, form: ParameterForm, name: str, text: str) -> None:
    """Replace the text of a field, key by key."""
    editor = form.row(name).editor
    editor.setFocus()
    editor.selectAll()
    QTest.keyClick(editor, Qt.Key.Key_Delete)
    qtbot.keyClicks(editor, text)


def words_of(form: ParameterForm, name: str) -> str:
    """The sentence that is shown under a field."""
    label = form.findChild(QLabel, f"problem_{name}")
    return label.text() if label.isVisible() else ""


# Made from the declarations


@pytest.mark.parametrize("params_type", [Acquisition, FluoganParams, RunSettings, Sample])
def test_every_declared_parameter_has_a_field_with_unit_limits_and_help(shown, params_type):
    form = shown(ParameterForm([("Title", params_type)]))
    for declared in specs(params_type):
        editor = form.row(declared.name).editor
        assert declared.unit in editor.accessibleName()
        for words in (declared.label, declared.help, declared.limits_text, declared.equation):
            assert words in editor.toolTip() and words in editor.whatsThis()
        assert form.row(declared.name).value == declared.default


def test_advanced_parameters_are_folded_until_wanted(form):
    editor = form.row("rare").editor
    assert not editor.isVisible()
    QTest.mouseClick(form._folds["Sample"], LEFT)
    assert editor.isVisible()


def test_a_problem_in_the_fold_opens_it(form):
    form.set_problem("rare", "Rare is too rare.")
    assert form.row("rare").editor.isVisible() and "too rare" in words_of(form, "rare")


# From the user to the signal


@pytest.mark.parametrize(
    "name, text, value",
    [("width", "12.5", 12.5), ("width", "2.5e2", 250.0), ("width", "0,75", 0.75), ("width", " 1 000 ", 1000.0),
     ("count", "7", 7), ("count", "1e1", 10), ("depth", "0", 0.0), ("note", "two words", "two words")],
)  # fmt: skip
def test_typed_values_are_told_as_what_they_mean(form, listen, qtbot, name, text, value):
    ear = listen(form)
    type_into(qtbot, form, name, text)
    assert ear.values("edited")[-1] == (Sample, name, value)
    assert form.problems == {}


def test_a_beginning_of_a_wrong_text_is_not_left_behind(form, listen, qtbot):
    form.set_values(Sample, {"count": 5})
    ear = listen(form)
    type_into(qtbot, form, "count", "1.000")
    assert ear.values("edited")[-1][-1] == 5 and "two ways" in form.problems["count"]
    assert form.row("count").editor.text() == "1.000"
    type_into(qtbot, form, "count", "7")
    assert ear.values("edited")[-1][-1] == 7 and not form.problems


@pytest.mark.parametrize(
    "name, text, words",
    [("width", "0", "above 0"), ("width", "abc", "“abc”"), ("width", "", "is empty"), ("width", "nan", "nan"),
     ("width", "inf", "inf"), ("width", "1,000", "two ways"),
     ("count", "1.000", "two ways"), ("count", "2.5", "whole number"), ("count", "99", "12"),
     ("count", "-1", "from 1"), ("depth", "-3", "from 0"), ("width", "1001", "1 000 nm")],
)  # fmt: skip
def test_wrong_values_are_marked_with_the_reason_and_not_told(form, listen, qtbot, name, text, words):
    ear = listen(form)
    type_into(qtbot, form, name, text)
    assert words in form.problems[name] and words in words_of(form, name)
    assert words_of(form, name).startswith("⚠"), "colour alone must not carry the message"
    assert form.row(name).editor.text() == text, "what was typed stays"
    wrong = None if not text else text
    assert (Sample, name, wrong) not in ear.values("edited")
    assert ear.values("problems_changed")[-1] == (form.problems,)


def test_mending_a_value_takes_the_mark_away(form, listen, qtbot):
    type_into(qtbot, form, "count", "99")
    ear = listen(form)
    type_into(qtbot, form, "count", "9")
    assert form.problems == {} and words_of(form, "count") == ""
    assert ear.values("problems_changed")[-1] == ({},)
    assert ear.values("edited")[-1] == (Sample, "count", 9)


def test_an_empty_optional_field_means_none(form, listen, qtbot):
    form.set_values(Sample, {"depth": 5.0})
    ear = listen(form)
    type_into(qtbot, form, "depth", "")
    assert ear.values("edited")[-1] == (Sample, "depth", None)
    assert form.row("depth").editor.placeholderText() == "from the file"


def test_ticks_and_choices_are_told(form, listen):
    ear = listen(form)
    QTest.keyClick(form.row("bright").editor, Qt.Key.Key_Space)
    QTest.keyClick(form.row("mode").editor, Qt.Key.Key_Up)
    assert ear.values("edited") == [(Sample, "bright", False), (Sample, "mode", 0)]


def test_arrow_keys_count_within_the_limits(form, listen):
    ear = listen(form)
    editor = form.row("count").editor
    for _ in range(12):
        QTest.keyClick(editor, Qt.Key.Key_Up)
    assert editor.value() == 12
    assert [value for _, _, value in ear.values("edited")] == list(range(4, 13))


def test_wheel_over_a_choice_changes_nothing(form, listen, qtbot):
    from PySide6.QtCore import QPoint, QPointF
    from PySide6.QtGui import QWheelEvent

    ear = listen(form)
    editor = form.row("mode").editor
    event = QWheelEvent(
        QPointF(5, 5), editor.mapToGlobal(QPointF(5, 5)), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(editor, event)
    assert ear.heard == [] and editor.value() == 1


# From the setter to the display


def test_setters_show_and_tell_nothing(form, listen):
    ear = listen(form)
    form.set_values(Sample, Sample(width=7.25, count=5, depth=1.5, bright=False, mode=0, note="x", rare=2.0))
    form.set_defaults(Sample, {"width": 7.25})
    form.set_derived([("σ", "3.1 px")])
    form.set_problem("width", "Too wide.")
    form.set_problem("width", None)
    form.set_editable(False)
    assert ear.heard == []
    assert form.row("width").editor.text() == "7.25"
    shown = {name: form.row(name).value for name in Sample.model_fields}
    assert shown == {"width": 7.25, "count": 5, "depth": 1.5, "bright": False, "mode": 0, "note": "x", "rare": 2.0}


def test_what_follows_has_the_height_of_its_lines_however_many_they_were_before(form) -> None:
    form.resize(330, 420)
    form.show()
    few = [("Recorded", "16 × 17 camera pixels, 300 frames of 20 ms each"), ("Memory", "169 MB of the 15 GB here")]
    for sections, lines in (([("Sample", Sample)], few), ([("Sample", Sample)], [*few, ("More", "word " * 60)]),
                            ([("Run", RunSettings)], few), ([("Run", RunSettings)], few[1:])):  # fmt: skip
        form.set_sections(sections)
        form.set_derived(lines)
        for _ in range(4):
            QApplication.processEvents()
        labels = [label for label in form.derived.findChildren(QLabel) if label.wordWrap()]
        assert len(labels) == 2 * len(lines)
        assert all(label.height() >= label.heightForWidth(label.width()) for label in labels)
        assert form.derived.height() == form.derived.sizeHint().height()


def test_an_echo_does_not_disturb_typing(form, qtbot):
    """The session answers each key with the value it took: "1e2" must not turn into "100" under the fingers."""
    form.edited.connect(lambda kind, name, value: form.set_values(kind, {name: value}))
    type_into(qtbot, form, "width", "1e2")
    assert form.row("width").editor.text() == "1e2"
    type_into(qtbot, form, "width", "2.50")
    assert form.row("width").editor.text() == "2.50"


def test_a_wrong_text_survives_an_echo_of_other_values(form, qtbot):
    type_into(qtbot, form, "count", "99")
    form.set_values(Sample, Sample())
    assert form.row("count").editor.text() == "99" and "count" in form.problems


def test_origins_are_words_with_colours(form):
    form.set_values(Sample, {"width": 3.0, "depth": None}, {"width": Origin.FILE, "depth": Origin.MISSING})
    width, depth = (form.row(name).chip for name in ("width", "depth"))
    assert (width.text(), depth.text()) == ("file", "missing")
    assert width.palette().windowText().color() != depth.palette().windowText().color()
    assert not form.row("count").chip.isVisible()


# Reset


def test_reset_button_is_there_when_it_does_something(form, listen, qtbot):
    row = form.row("count")
    assert not row.reset_button.isVisible()
    type_into(qtbot, form, "count", "9")
    assert row.reset_button.isVisible()
    ear = listen(form)
    QTest.mouseClick(row.reset_button, LEFT)
    assert ear.heard == [("edited", Sample, "count", 3), ("was_reset", Sample, ("count",))]
    assert row.value == 3 and not row.reset_button.isVisible()


def test_reset_mends_a_wrong_value(form, listen, qtbot):
    type_into(qtbot, form, "count", "99")
    ear = listen(form)
    QTest.mouseClick(form.row("count").reset_button, LEFT)
    assert form.problems == {} and form.row("count").value == 3
    assert ear.values("edited") == [(Sample, "count", 3)]


def test_reset_goes_back_to_what_the_file_states(form, qtbot):
    form.set_values(Sample, {"width": 80.0})
    form.set_defaults(Sample, {"width": 80.0})
    type_into(qtbot, form, "width", "5")
    QTest.mouseClick(form.row("width").reset_button, LEFT)
    assert form.row("width").value == 80.0


def test_reset_all(form, listen, qtbot):
    type_into(qtbot, form, "count", "9")
    type_into(qtbot, form, "width", "x")
    ear = listen(form)
    QTest.mouseClick(form.reset_all_button, LEFT)
    assert set(ear.values("edited")) == {(Sample, "width", 2.5), (Sample, "count", 3)}
    assert ear.values("was_reset") == [(Sample, ("width", "count"))]
    assert form.problems == {}


# The rest


def test_help_follows_the_field(form):
    form.row("width").editor.setFocus()
    assert "How wide." in form.help.text() and "w = 2 r" in form.help.text()


def test_a_long_help_can_be_read_to_its_end(shown):
    """By scrolling; on its way to the help the mouse may pass over other fields."""
    form = shown(ParameterForm([("FluoGAN", FluoganParams)]), 400, 600)
    form.focus("moments")
    area, bar = form.help, form.help.verticalScrollBar()
    QApplication.processEvents()
    assert bar.maximum() + area.viewport().height() >= area.label.heightForWidth(area.viewport().width())
    assert bar.maximum() > 0, "no longer text is here to be scrolled"
    bar.setValue(bar.maximum())
    form.row("zoom").help_wanted.emit("On the way.")
    assert area.text() == "On the way." and bar.value() == 0
    QApplication.sendEvent(area, QEnterEvent(QPointF(5, 5), QPointF(5, 5), QPointF(5, 5)))
    assert "Second moments" in area.text()


def test_the_words_of_an_empty_field_are_whole_at_every_width(shown):
    """The unit gives way to them, and comes back with a value."""
    for width in (300, 400, 700):
        form = shown(ParameterForm([("FluoGAN", FluoganParams), ("Run", RunSettings)]), width, 600)
        for name in ("kappa", "tile"):
            form.focus(name)
            editor = form.row(name).editor
            room = editor.width() - editor.textMargins().right() - 8
            assert room >= editor.fontMetrics().horizontalAdvance(editor.placeholderText()) or width == 300
            editor.setText("64")
            assert editor.shows_unit and editor.textMargins().right() > 0


def test_advanced_fields_stand_under_the_headings_of_their_groups(shown):
    form = shown(ParameterForm([("FluoGAN", FluoganParams)]), 400, 600)
    form.focus("critic")
    heads = {label.text(): label.mapTo(form._scroll.widget(), QPoint()).y() for label in form.findChildren(QLabel)}
    assert heads["Critic"] < form.row("critic").editor.mapTo(form._scroll.widget(), QPoint()).y()


def test_focus_brings_a_field_into_sight(form):
    form.focus("rare")
    assert form.row("rare").editor.hasFocus()
    with pytest.raises(KeyError):
        form.focus("nothing")


def test_focus_brings_a_folded_field_into_sight(shown, qtbot):
    form = shown(ParameterForm([("Recording", Acquisition), ("FluoGAN", FluoganParams)]), 400, 500)
    form.focus("data_term")
    editor = form.row("data_term").editor
    qtbot.waitUntil(lambda: editor.visibleRegion().boundingRect() == editor.rect(), timeout=5000)


def test_fits_into_a_narrow_column(shown):
    """On a screen 1280 wide the form must leave three quarters to the images."""
    sections = [("Recording", Acquisition), ("FluoGAN", FluoganParams), ("Run", RunSettings)]
    form = shown(ParameterForm(sections), 300, 600)
    assert form.minimumSizeHint().width() <= 380
    page = form._scroll.widget()
    assert page.width() <= form._scroll.viewport().width()


def test_all_fields_can_be_reached_with_the_tabulator(form):
    form.row("width").editor.setFocus()
    reached = set()
    for _ in range(30):
        reached.add(QApplication.focusWidget().objectName())
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert {f"param_{name}" for name in ("width", "count", "depth", "bright", "mode", "note")} <= reached


@pytest.mark.parametrize("text", ["1_000", "0x10", "1..2", "--1", "1e", "infinity", "1,2,3"])
def test_what_only_a_programmer_would_call_a_number(text):
    """Python reads some of these; a microscopist who typed them meant something else."""
    with pytest.raises(Unreadable):
        parsed(spec(Sample, "width"), text)

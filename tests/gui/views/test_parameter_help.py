"""The help beside a field: its words, its equation set in type, by pointer and by key; and the reset of groups."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QEnterEvent, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from fluogan_app.core.data.acquisition import Acquisition
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.optics.sampling import GaussianWidth
from fluogan_app.core.params import spec, specs
from fluogan_app.gui.views.equation_text import typeset
from fluogan_app.gui.views.parameter_form import ParameterForm
from fluogan_app.gui.views.parameter_help import group_text, help_text

DECLARED = (Acquisition, FluoganParams, RunSettings, GaussianWidth)
SECTIONS = [("Recording", Acquisition), ("FluoGAN", FluoganParams), ("Run", RunSettings)]


@pytest.fixture
def form(shown) -> ParameterForm:
    return shown(ParameterForm(SECTIONS), 400, 640)


def plain(html: str) -> str:
    """What is read of rich text, by Qt itself."""
    document = QTextDocument()
    document.setHtml(html)
    return document.toPlainText()


@pytest.mark.parametrize(
    "equation, html",
    [
        ("y_sim,t", "y<sub>sim,t</sub>"),
        ("λ2/2 ‖∇b‖²", "λ<sub>2</sub>/2 ‖∇b‖<sup>2</sup>"),
        ("λ1 ‖x‖₁", "λ<sub>1</sub> ‖x‖<sub>1</sub>"),
        ("var(ȳ) < 1", "</i>var<i>(ȳ) &lt; 1"),
        ("Σ_t D(y_real,t)", "Σ<sub>t</sub> D(y<sub>real,t</sub>)"),
    ],
)
def test_an_equation_is_set_in_type(equation: str, html: str) -> None:
    assert html in typeset(equation)


def test_nothing_of_an_equation_is_lost_in_type(qapp) -> None:
    """Letters and numbers, in their order, for every declared equation; tags are closed as they are opened."""
    found = [each for declared in DECLARED for each in specs(declared) if each.equation]
    assert len(found) >= 20
    lowered = str.maketrans("²ᵀ₁₂", "2T12")
    for each in found:
        html = typeset(each.equation)
        assert plain(html).split() == each.equation.translate(lowered).replace("_", "").split()
        for tag in ("i", "sub", "sup", "span"):
            assert html.count(f"<{tag}>") + html.count(f"<{tag} ") == html.count(f"</{tag}>")


def test_the_help_names_equation_limits_default_and_paper(qapp) -> None:
    words = plain(help_text(spec(FluoganParams, "lambda1")))
    for part in ("Sparsity λ1", "λ1 ‖x‖1", "[Cachia et al. 2023, eq. (14)]", "from 0 to 1 000 000", "Default: 1"):
        assert part in words


def test_what_has_a_formula_in_the_papers_declares_it() -> None:
    """Sizes, seeds and switches have none; all that enters what is minimised or simulated has."""
    without = {each.name for declared in DECLARED for each in specs(declared) if not each.equation}
    assert not without & {
        "gamma", "lambda1", "lambda2", "delta", "penalty", "kappa", "generator", "data_term", "moments", "weighting",
        "adversarial_weight", "critic_steps", "zoom", "fwhm_nm", "numerical_aperture", "emission_nm", "gain", "offset",
        "read_noise", "psf", "pixel_size_nm", "sigma_nm",
    }  # fmt: skip


def test_every_group_says_what_it_is_about(form) -> None:
    for declared in (Acquisition, FluoganParams, RunSettings):
        for group in {each.group for each in specs(declared)}:
            assert group_text(declared, group), f"{declared.__name__} says nothing of {group}"
    heading = form._headings[Acquisition, "Camera", False]
    QApplication.sendEvent(heading, QEnterEvent(QPointF(3, 3), QPointF(3, 3), QPointF(3, 3)))
    assert "turns light into counts" in form.help.text()


def test_f1_in_a_field_shows_and_hides_the_help(form) -> None:
    """In choices too; other keys with F1 are the window's."""
    for name in ("zoom", "delta"):
        editor = form.row(name).editor
        editor.setFocus()
        assert form.help.isVisible()
        QTest.keyClick(editor, Qt.Key.Key_F1)
        assert not form.help.isVisible()
        QTest.keyClick(editor, Qt.Key.Key_F1)
        assert form.help.isVisible() and spec(FluoganParams, name).label in form.help.text()
    QTest.keyClick(form.row("zoom").editor, Qt.Key.Key_F1, Qt.KeyboardModifier.ShiftModifier)
    assert form.help.isVisible()


def test_the_help_can_be_put_away_with_the_mouse(form) -> None:
    QTest.mouseClick(form.help_button, Qt.MouseButton.LeftButton)
    assert not form.help.isVisible()
    QTest.mouseClick(form.help_button, Qt.MouseButton.LeftButton)
    assert form.help.isVisible()


def test_a_group_is_reset_with_what_is_folded_away_of_it(form, listen) -> None:
    camera, optics = (form._headings[Acquisition, group, False] for group in ("Camera", "Optics"))
    assert not camera.reset_button.isVisible()
    form.set_values(Acquisition, {"gain": 3.0, "offset": 90.0, "pixel_size_nm": 80.0, "psf": "airy"})
    assert camera.reset_button.isVisible() and optics.reset_button.isVisible()
    ear = listen(form)
    QTest.mouseClick(optics.reset_button, Qt.MouseButton.LeftButton)
    assert {name for _, name, _ in ear.values("edited")} == {"pixel_size_nm", "psf"}
    assert ear.values("several_began") == [("Reset Optics",)] and ear.values("several_ended") == [()]
    assert form.row("psf").value == "gaussian" and form.row("gain").value == 3.0
    assert not optics.reset_button.isVisible() and camera.reset_button.isVisible()


def test_marks_and_idle_words_are_seen_and_heard(form) -> None:
    row = form.row("zoom")
    row.set_mark("Run 2: 6 fine pixels per pixel")
    row.set_idle("Of no effect.")
    assert "●" in row.label.text() and "Run 2" in row.label.toolTip() and "Of no effect" in row.label.toolTip()
    assert "Run 2" in row.editor.accessibleDescription() and "Of no effect" in row.editor.accessibleDescription()
    row.set_mark("")
    row.set_idle("")
    assert row.label.text() == "Zoom L" and "Run 2" not in row.label.toolTip()

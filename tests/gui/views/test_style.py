"""Light and dark: everything can be read, and colours that carry a meaning differ."""

from __future__ import annotations

from itertools import combinations

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from fluogan_app.core.data.acquisition import Origin
from fluogan_app.gui.icons import icon, icon_names
from fluogan_app.gui.style import apply_scheme, contrast_ratio, curve_colours, is_dark, origin_colour, quiet_colour

ROLE = QPalette.ColorRole
PAIRS = [(ROLE.WindowText, ROLE.Window), (ROLE.Text, ROLE.Base), (ROLE.ButtonText, ROLE.Button),
         (ROLE.HighlightedText, ROLE.Highlight), (ROLE.ToolTipText, ROLE.ToolTipBase),
         (ROLE.PlaceholderText, ROLE.Base), (ROLE.PlaceholderText, ROLE.Window)]  # fmt: skip


@pytest.fixture(params=["light", "dark"])
def palette(request, qapp) -> QPalette:
    """The application's palette in both schemes."""
    apply_scheme(qapp, request.param)
    yield QApplication.palette()
    apply_scheme(qapp, "light")


def test_scheme_is_obeyed_even_where_the_desktop_does_not(qapp):
    for scheme, dark in (("dark", True), ("light", False), ("dark", True), ("system", False)):
        apply_scheme(qapp, scheme)
        assert is_dark(QApplication.palette()) == dark
    apply_scheme(qapp, "light")


@pytest.mark.parametrize("text, ground", PAIRS)
def test_text_can_be_read(palette, text, ground):
    """WCAG AA asks 4.5 to 1 for text; white on the highlight colour, always bold or large, needs 3 to 1."""
    needed = 3.0 if text == ROLE.HighlightedText else 4.5
    assert contrast_ratio(palette.color(text), palette.color(ground)) >= needed


def test_origin_words_can_be_read_and_told_apart(palette):
    colours = [origin_colour(origin, palette) for origin in Origin]
    assert all(contrast_ratio(colour, palette.color(ROLE.Window)) >= 4.5 for colour in colours)
    assert all(first != second for first, second in combinations([colour.name() for colour in colours], 2))


def test_curves_stand_out_from_their_ground(palette):
    """3 to 1 for graphics."""
    assert all(contrast_ratio(colour, palette.color(ROLE.Base)) >= 3.0 for colour in curve_colours(palette))
    assert contrast_ratio(quiet_colour(palette), palette.color(ROLE.Base)) >= 4.5


@pytest.mark.parametrize(
    "first, second, ratio",
    [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.48), ("#ff0000", "#ff0000", 1.0)],
)
def test_contrast_is_the_published_one(first, second, ratio):
    assert contrast_ratio(QColor(first), QColor(second)) == pytest.approx(ratio, abs=0.01)


@pytest.mark.parametrize("name", icon_names())
def test_each_icon_draws_something_in_the_colour_of_text(palette, name):
    picture = icon(name, palette).pixmap(24, 24).toImage()
    inked = [picture.pixelColor(x, y) for x in range(24) for y in range(24) if picture.pixelColor(x, y).alpha() > 250]
    assert len(inked) >= 3
    assert all(abs(colour.lightness() - palette.color(ROLE.ButtonText).lightness()) < 12 for colour in inked)


def test_a_box_that_is_not_ticked_stands_out_of_a_dark_ground(qapp: QApplication) -> None:
    """Its face against the window behind it: in the light its frame does that."""
    apply_scheme(qapp, "dark")
    ground = QWidget().palette().color(ROLE.Window)
    for box in ("QCheckBox", "QRadioButton"):
        face = QApplication.palette(box).color(ROLE.Base)
        assert contrast_ratio(face, ground) >= 2.8
    apply_scheme(qapp, "light")
    assert QApplication.palette("QCheckBox").color(ROLE.Base) == QColor("#ffffff")

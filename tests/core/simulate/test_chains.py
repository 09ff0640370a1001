"""Strokes, filaments and letters: as wide, as long and as crooked as they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluogan_app.core.errors import ParameterError
from fluogan_app.core.simulate.params import FilamentsParams, TextParams
from fluogan_app.core.simulate.phantoms.chains import chain_coverage
from fluogan_app.core.simulate.phantoms.filaments import filaments_phantom, worm_like_chain
from fluogan_app.core.simulate.phantoms.glyphs import GLYPH_HEIGHT, GLYPH_WIDTH, GLYPHS, glyph_strokes
from fluogan_app.core.simulate.phantoms.writing import text_phantom

SIGMAS = 6.0


def area_error(length: float, width: float, angle: float, fine: float, painted: float) -> float:
    """How far the painted area of one stroke with round ends is off, in units of its tolerance.

    Each fine pixel on the outline is wrong by less than 1/8: the difference between a square cut straight and askew.
    """
    start = np.array([400.0, 400.0])
    step = length * np.array([np.sin(angle), np.cos(angle)])
    coverage = chain_coverage([np.array([start, start + step])], painted, (int(800 / fine), int(800 / fine)), fine)
    area = length * width + np.pi * width**2 / 4
    outline = 2 * length + np.pi * width
    return abs(coverage.sum() * fine**2 - area) / (outline * fine / 8)


@given(
    length=st.floats(50.0, 300.0), width=st.floats(20.0, 120.0), angle=st.floats(-3.2, 3.2), fine=st.floats(5.0, 20.0)
)
def test_a_stroke_has_the_area_of_its_length_and_width(length, width, angle, fine):
    assert area_error(length, width, angle, fine, painted=width) <= 1.0


def test_the_area_check_sees_a_stroke_that_is_too_wide():
    assert area_error(300.0, 60.0, 0.4, 10.0, painted=70.0) > 1.0


@pytest.mark.parametrize("width", [4.0, 10.0, 33.0])
def test_upright_and_level_strokes_are_exact(width):
    fine = 10.0
    upright = chain_coverage([np.array([[-100.0, 52.0], [400.0, 52.0]])], width, (20, 12), fine)
    edges = np.clip(np.arange(13) * fine, 52.0 - width / 2, 52.0 + width / 2)
    np.testing.assert_allclose(upright, np.tile(np.diff(edges) / fine, (20, 1)), atol=1e-12)
    level = chain_coverage([np.array([[52.0, -100.0], [52.0, 400.0]])], width, (12, 20), fine)
    np.testing.assert_allclose(level, upright.T, atol=1e-12)


def test_crossing_strokes_count_once_and_a_vertex_more_changes_nothing():
    one, other = np.array([[0.0, 0.0], [200.0, 300.0]]), np.array([[200.0, 10.0], [0.0, 250.0]])
    shape = (21, 33)
    together = chain_coverage([one, other], 30.0, shape, 10.0)
    apart = [chain_coverage([chain], 30.0, shape, 10.0) for chain in (one, other)]
    np.testing.assert_allclose(together, np.maximum(*apart), atol=1e-12)
    with_vertex = np.array([one[0], one.mean(axis=0), one[1]])
    np.testing.assert_allclose(chain_coverage([with_vertex], 30.0, shape, 10.0), apart[0], atol=1e-9)


def test_strokes_beyond_the_field_are_cut_at_its_border():
    chain = np.array([[-500.0, -800.0], [700.0, 900.0]])
    whole = chain_coverage([chain + 1000.0], 40.0, (200, 200), 10.0)
    np.testing.assert_allclose(chain_coverage([chain], 40.0, (20, 20), 10.0), whole[100:120, 100:120], atol=1e-9)


def squared_ends(length: float, persistence: float, chains: int) -> np.ndarray:
    rng = np.random.default_rng(1)
    drawn = (worm_like_chain(length, persistence, 0.02 * persistence, rng) for _ in range(chains))
    return np.array([np.sum((chain[-1] - chain[0]) ** 2) for chain in drawn])


@pytest.mark.parametrize("length", [500.0, 3000.0, 12_000.0])
def test_chains_are_as_stiff_as_their_persistence_length(length):
    persistence = 1500.0
    squared = squared_ends(length, persistence, 1500)
    ratio = 2 * persistence / length
    expected = 4 * persistence * length * (1 - ratio * (1 - np.exp(-1 / ratio)))
    spread = squared.std() / np.sqrt(len(squared))
    # Steps of 2 % of the persistence length: a sum for an integral, 1 % at most.
    assert abs(squared.mean() - expected) <= SIGMAS * spread + 0.01 * expected
    in_space = 2 * persistence * length * (1 - ratio / 2 * (1 - np.exp(-2 / ratio)))
    if length > persistence:
        assert abs(squared.mean() - in_space) > SIGMAS * spread + 0.01 * expected


def test_directions_forget_each_other_over_twice_the_persistence_length():
    persistence, step = 1000.0, 20.0
    rng = np.random.default_rng(2)
    chains = np.array([worm_like_chain(2000.0, persistence, step, rng) for _ in range(1500)])
    steps = np.diff(chains, axis=1) / step
    for apart in (10, 50, 90):
        cosines = np.sum(steps[:, 0] * steps[:, apart], axis=1)
        expected = np.exp(-apart * step / (2 * persistence))
        assert cosines.mean() == pytest.approx(expected, abs=SIGMAS * cosines.std() / np.sqrt(len(cosines)))


def test_a_chain_has_the_length_asked_for_and_even_steps():
    chain = worm_like_chain(1234.0, 300.0, 7.0, np.random.default_rng(3))
    steps = np.hypot(*np.diff(chain, axis=0).T)
    assert steps.sum() == pytest.approx(1234.0, rel=1e-12)
    np.testing.assert_allclose(steps, steps[0], rtol=1e-9)


def test_filaments_add_up_where_they_cross_and_their_vertices_are_told():
    params = FilamentsParams(rows=20, columns=24, count=30, filament_width_nm=80.0)
    phantom = filaments_phantom(params, np.random.default_rng(4))
    light = phantom.paint()
    assert light.shape == (120, 144) and light.max() > 1.5
    vertices, of = phantom.positions["filaments_yx_nm"], phantom.positions["filament_of_vertex"]
    assert np.array_equal(np.unique(of), np.arange(30))
    fine = params.pixel_size_nm / params.zoom
    inside = np.all((vertices > 0) & (vertices < np.array([20, 24]) * 100.0), axis=1)
    cells = (vertices[inside] / fine).astype(int)
    assert np.all(light[cells[:, 0], cells[:, 1]] > 0.9)


def test_letters_all_differ_and_stay_in_their_cells():
    drawn = {}
    for letter in GLYPHS:
        for stroke in glyph_strokes(letter):
            x, y = np.array(stroke).T
            assert x.min() >= 0 and x.max() <= GLYPH_WIDTH and y.min() >= 0 and y.max() <= GLYPH_HEIGHT
        chains = [np.array([(y, x) for x, y in stroke], float) + 1.0 for stroke in glyph_strokes(letter)]
        drawn[letter] = chain_coverage(chains, 0.5, (80, 60), 0.1)
    letters = list(drawn)
    for index, letter in enumerate(letters):
        for other in letters[:index]:
            assert np.abs(drawn[letter] - drawn[other]).sum() * 0.01 > 0.15, (letter, other)


def test_writing_fits_its_field_with_the_margin_and_shrinks_from_line_to_line():
    params = TextParams(text="HE", letter_height_nm=1200.0, text_lines=3, shrinkage=0.5, margin_nm=300.0)
    phantom = text_phantom(params)
    light = phantom.paint()
    fine = params.pixel_size_nm / params.zoom
    rows, columns = (np.flatnonzero(light.any(axis=axis)) for axis in (1, 0))
    for lit, side in ((rows, light.shape[0]), (columns, light.shape[1])):
        # The margin, less what a fine pixel and the centring in whole camera pixels make of it.
        assert 300.0 - 2 * fine <= lit[0] * fine <= 300.0 + params.pixel_size_nm
        # The last line's strokes are thinner than those that the margin is measured from.
        assert 300.0 - 2 * fine <= (side - 1 - lit[-1]) * fine <= 300.0 + params.pixel_size_nm + 60.0
    np.testing.assert_allclose(phantom.positions["letter_heights_nm"], [1200.0, 600.0, 300.0])
    strokes = phantom.positions["strokes_yx_nm"]
    assert np.ptp(strokes[:, 0]) == pytest.approx(1200 + 600 + 300 + 0.6 * (1200 + 600))


@pytest.mark.parametrize("text", ["", "   ", "é", "A" * 201])
def test_letters_without_a_shape_are_refused(text):
    with pytest.raises(ParameterError, match="Text"):
        TextParams(text=text).complete()


def test_filaments_wider_than_long_are_refused():
    with pytest.raises(ParameterError, match="Filament width"):
        FilamentsParams(length_nm=30.0).complete()

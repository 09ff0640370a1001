"""A bar counts as split only where two real peaks stand apart."""

from __future__ import annotations

import numpy as np
import pytest

from fluogan_app.core.metrics.bars import is_split, read_bar

FINE_NM = 100.0 / 6


def bar(width_nm: float, shift_nm: float = 0.0, rows: int = 24, columns: int = 120) -> np.ndarray:
    """An even bar in the middle of the field, exact to the fine pixel."""
    edges = np.arange(columns + 1) * FINE_NM
    middle = columns * FINE_NM / 2 + shift_nm
    covered = np.diff(np.clip(edges, middle - width_nm / 2, middle + width_nm / 2)) / FINE_NM
    return np.tile(covered, (rows, 1))


def read(estimate: np.ndarray):
    return read_bar(estimate, 1000.0, 300.0, 100.0, 6)


@pytest.mark.parametrize("width", [100.0, 220.0])
def test_an_even_bar_is_whole_and_as_wide_as_it_is(width):
    reading = read(bar(width, shift_nm=20.0))
    assert (reading.split_share, reading.dark_share, reading.blocks) == (0.0, 0.0, 4)
    # A pixel that an edge covers to a share a lowers Σp² by a (1 − a) ≤ 1/4 of a fine pixel, and there are two.
    assert width - 1e-9 <= reading.width_nm <= width**2 / (width - FINE_NM / 2)
    # Its centroid is off by a (1 − a) / 2 of a fine pixel over the whole width.
    assert reading.shift_nm == pytest.approx(20.0, abs=2 * FINE_NM**2 / 8 / width)


def test_two_edges_with_a_hollow_between_are_a_split():
    hollow = bar(220.0) - 0.5 * bar(100.0)
    assert read(hollow).split_share == 1.0
    shallow = bar(220.0) - 0.15 * bar(100.0)  # down to 0.85 of the edges
    assert read(shallow).split_share == 0.0


def test_only_the_rows_that_are_split_count():
    estimate = bar(220.0)
    estimate[:6] -= 0.6 * bar(100.0)[:6]
    assert read(estimate).split_share == 0.25


def test_a_faint_spot_beside_a_bar_is_no_half_of_it_and_a_strong_one_is():
    estimate = bar(100.0)
    estimate[:, 72] = 0.2
    assert read(estimate).split_share == 0.0
    estimate[:, 72] = 0.4
    assert read(estimate).split_share == 1.0
    far = bar(100.0)
    far[:, 100] = 0.9  # 670 nm away: another structure
    assert read(far).split_share == 0.0


def test_a_lost_bar_is_told_as_dark():
    reading = read(np.zeros((24, 120)))
    assert (reading.split_share, reading.dark_share) == (0.0, 1.0)
    assert np.isnan(reading.width_nm) and np.isnan(reading.shift_nm)


@pytest.mark.parametrize(
    ("profile", "split"),
    [([0, 1, 0], False), ([1, 0, 1], True), ([1, 0.81, 1], False), ([1, 0.79, 1], True), ([1, 0.5, 0.6], False),
     ([1, 0.1, 0.24], False), ([1, 0.1, 0.26], True), ([0.0], False), ([], False), ([3, 2, 1, 0], False)],
)  # fmt: skip
def test_the_rule_is_the_line_patterns_own(profile, split):
    assert is_split(np.array(profile, float)) is split


def test_an_estimate_that_is_not_finite_or_too_low_is_refused():
    for estimate in (np.full((24, 120), np.nan), np.ones((3, 120))):
        with pytest.raises(ValueError, match="finite"):
            read(estimate)

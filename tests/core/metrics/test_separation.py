"""Telling two samples apart: the area against brute force, its chance, and the words; the blind game's odds."""

from __future__ import annotations

import numpy as np
import pytest

from fluogan_app.core.metrics.blind_game import BlindGame
from fluogan_app.core.metrics.separation import area_between, paired_histogram, separation, separation_words
from fluogan_app.core.metrics.standardised import normal_shares, residual_words, spread_of


def test_the_area_is_the_share_of_pairs_in_order():
    source = np.random.default_rng(0)
    one, other = source.integers(0, 9, 37), source.integers(2, 11, 23)
    pairs = [1.0 if a > b else 0.5 if a == b else 0.0 for a in one for b in other]
    assert area_between(one, other) == pytest.approx(np.mean(pairs))
    assert area_between(one, other) == pytest.approx(1.0 - area_between(other, one))


def test_the_spread_is_that_of_samples_that_are_alike():
    source = np.random.default_rng(1)
    drawn = [separation(source.normal(size=40), source.normal(size=60)) for _ in range(600)]
    areas = [found.area for found in drawn]
    assert np.std(areas) == pytest.approx(drawn[0].spread, rel=0.12)
    assert np.mean(areas) == pytest.approx(0.5, abs=0.01)


def test_recorded_above_simulated_is_said_so_and_the_reverse_is_not():
    """The published program wrote “real” on the simulated scores: who is first matters."""
    source = np.random.default_rng(2)
    high, low = source.normal(3, 1, 80), source.normal(0, 1, 80)
    assert separation(high, low).gap > 2 and separation(high, low).area > 0.95
    assert "clearly apart" in separation_words(separation(high, low))
    assert "for recorded ones" in separation_words(separation(low, high))
    assert "cannot tell" in separation_words(separation(low, source.normal(0, 1, 80)))


def test_histograms_count_everything_in_one_set_of_bins():
    edges, one, other = paired_histogram(np.array([0.0, 1.0, 2.0]), np.array([2.0, 4.0]), bins=4)
    assert edges[0] == 0 and edges[-1] == 4
    assert one.sum() == pytest.approx(100) and other.sum() == pytest.approx(100)
    assert separation(np.ones(5), np.ones(7)).overlap_percent == pytest.approx(100)
    assert separation(np.zeros(5), np.ones(7)).overlap_percent == 0


def test_the_game_says_how_likely_guessing_is():
    game = BlindGame()
    assert "?" in game.words and game.chance == 1
    for _ in range(9):
        game = game.answered(True)
    game = game.answered(False)
    assert game.chance == pytest.approx(11 / 1024)
    assert game.words.startswith("9 of 10 right: you can tell")
    even = BlindGame(10, 5)
    assert "no better than guessing" in even.words and even.chance == pytest.approx(0.623, abs=1e-3)
    assert "go on" in BlindGame(2, 1).words


def test_standardised_noise_is_normal_and_what_is_not_is_said():
    noise = np.random.default_rng(3).normal(size=200_000)
    found = spread_of(noise)
    np.testing.assert_allclose(found.shares, normal_shares(found.edges), atol=0.1)
    assert found.deviation == pytest.approx(1, abs=0.01) and found.beyond_three == pytest.approx(0.27, abs=0.05)
    assert "within its noise" in residual_words(found)
    assert "by more than their noise" in residual_words(spread_of(3 * noise))
    assert "fits noise" in residual_words(spread_of(0.5 * noise))


def test_pixels_that_do_not_count_are_left_out():
    assert spread_of(np.array([np.nan, 1.0, np.inf])).deviation == 1.0
    assert spread_of(np.array([np.nan])).shares.sum() == 0

"""A pixel is doubtful by its own rule and no other; mean and deviation are those of all images at once."""

from __future__ import annotations

import numpy as np
import pytest

from fluogan_app.core.errors import DataError
from fluogan_app.core.metrics.repeatability import DARKEST_SHARE, Spread, repeatability


def test_the_rule_is_the_deviation_beside_the_value():
    estimate = np.full((4, 5), 100.0)
    deviation = np.full((4, 5), 10.0)
    deviation[1, 2], deviation[3, 4] = 49.0, 51.0
    found = repeatability(estimate, deviation, 8)
    assert np.argwhere(found.doubtful()).tolist() == [[3, 4]]
    assert found.doubtful(0.4).sum() == 2 and found.doubtful(0.05).all() and not found.doubtful(1.0).any()
    assert found.doubtful_percent() == pytest.approx(5.0)
    assert found.scatter_percent == pytest.approx(100 * deviation.sum() / estimate.sum())
    trusted = found.trusted()
    assert np.isnan(trusted[3, 4]) and np.count_nonzero(np.isnan(trusted)) == 1
    np.testing.assert_array_equal(trusted[~np.isnan(trusted)], 100.0)


def test_in_the_dark_only_what_flickers_brightly_is_doubtful():
    estimate = np.zeros((10, 10))
    estimate[:5] = 100.0
    deviation = np.zeros((10, 10))
    deviation[7, 7], deviation[8, 8] = 0.3 * DARKEST_SHARE * 100, 3.0
    found = repeatability(estimate, deviation, 8)
    assert np.argwhere(found.doubtful()).tolist() == [[8, 8]] and np.isfinite(found.variation).all()
    assert not repeatability(np.zeros((3, 3)), np.zeros((3, 3))).doubtful().any()


def test_a_scale_changes_nothing():
    random = np.random.default_rng(0)
    estimate, deviation = random.gamma(1.0, 5.0, (20, 30)), random.gamma(1.0, 2.0, (20, 30))
    one, other = repeatability(estimate, deviation), repeatability(7 * estimate, 7 * deviation)
    np.testing.assert_array_equal(one.doubtful(), other.doubtful())
    assert one.doubtful_percent() == pytest.approx(other.doubtful_percent())


def test_mean_and_deviation_come_image_by_image_and_go_on_where_they_stopped():
    images = np.random.default_rng(1).normal(1e4, 1.0, (9, 6, 7))
    whole = Spread()
    for image in images:
        whole.add(image)
    np.testing.assert_allclose(whole.mean, images.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(whole.deviation, images.std(axis=0, ddof=1), rtol=1e-5)
    begun = Spread()
    for image in images[:4]:
        begun.add(image)
    on = Spread(4, begun.mean, begun.deviation)
    for image in images[4:]:
        on.add(image)
    assert on.count == 9
    # The mean goes to disk as float32: of values near 10,000 its last digit is a thousandth.
    np.testing.assert_allclose(on.deviation, whole.deviation, rtol=1e-3)


def test_what_is_no_deviation_is_refused():
    good = np.ones((4, 4))
    with pytest.raises(DataError, match="pixels"):
        repeatability(good, good[:3])
    for wrong in (np.full((4, 4), np.nan), -good):
        with pytest.raises(DataError, match="no deviations"):
            repeatability(good, wrong)
    with pytest.raises(DataError, match="repeats"):
        repeatability(good, good, 2)
    spread = Spread()
    spread.add(good)
    for wrong in (np.full((4, 4), np.inf), np.ones((3, 4))):
        with pytest.raises(DataError, match="fit"):
            spread.add(wrong)

"""The Jaccard index against a count by hand, pixel by pixel."""

from __future__ import annotations

import numpy as np
import pytest

from fluogan_app.core.metrics.support import lit, otsu_threshold, support_overlap


def by_hand(ours: np.ndarray, theirs: np.ndarray, radius: float) -> tuple[float, float, float]:
    """Precision, recall and their Jaccard index by looking at every pair of pixels."""

    def near(one: np.ndarray, other: np.ndarray) -> float:
        places, targets = np.argwhere(one), np.argwhere(other)
        distance = np.hypot(*(places[:, None] - targets[None]).transpose(2, 0, 1)).min(axis=1)
        return float(np.mean(distance <= radius))

    precision, recall = near(ours, theirs), near(theirs, ours)
    return precision, recall, precision * recall / (precision + recall - precision * recall)


@pytest.mark.parametrize("radius", [0.0, 1.0, 1.5, 2.9])
def test_overlap_is_what_counting_gives(radius):
    generator = np.random.default_rng(2)
    ours, theirs = (generator.random((2, 15, 22)) > 0.8).astype(float)
    found = support_overlap(ours, theirs, radius)
    assert (found.precision, found.recall, found.jaccard) == pytest.approx(by_hand(ours > 0, theirs > 0, radius))


def test_without_tolerance_it_is_intersection_over_union():
    ours, theirs = np.zeros((2, 6, 6))
    ours[1:4, 1:4], theirs[2:5, 2:5] = 1.0, 5.0
    assert support_overlap(ours, theirs).jaccard == pytest.approx(4 / 14)


def test_equal_supports_overlap_wholly_at_any_brightness_and_others_not_at_all():
    image = np.zeros((9, 9))
    image[3, 2:7] = 4.0
    assert support_overlap(0.01 * image, image).jaccard == 1.0
    far = np.roll(image, 4, axis=0)
    assert support_overlap(far, image).jaccard == 0.0
    assert support_overlap(far, image, tolerance_pixels=4.0).jaccard == 1.0


def test_otsu_parts_two_heaps_and_a_share_is_a_share_of_the_brightest():
    generator = np.random.default_rng(0)
    image = np.concatenate([generator.normal(10, 1, 5000), generator.normal(30, 1, 500)]).reshape(50, 110)
    assert 14 < otsu_threshold(image) < 27
    assert lit(image).sum() == 500
    assert lit(image, share=0.5).sum() == np.count_nonzero(image > 0.5 * image.max())


def test_what_cannot_be_compared_is_refused():
    image = np.eye(5)
    with pytest.raises(ValueError, match="shape"):
        support_overlap(image, image[:4])
    with pytest.raises(ValueError, match="contrast"):
        support_overlap(np.zeros((5, 5)), image)

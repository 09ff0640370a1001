"""Distances from the truth, from their definitions."""

from __future__ import annotations

import numpy as np
import pytest

from fluogan_app.core.metrics.fidelity import nrmse, photon_balance_percent, psnr_db, ssim

TRUTH = np.random.default_rng(0).exponential(size=(7, 11))


def test_the_truth_is_perfect_at_any_brightness():
    assert nrmse(3.7 * TRUTH, TRUTH) == pytest.approx(0.0, abs=1e-12)
    assert psnr_db(TRUTH, TRUTH) == float("inf")


def test_a_black_image_is_all_wrong():
    assert nrmse(np.zeros_like(TRUTH), TRUTH) == 1.0


def test_an_even_image_is_off_by_the_truths_own_spread():
    assert nrmse(np.ones_like(TRUTH), TRUTH) == pytest.approx(TRUTH.std() / np.sqrt(np.mean(TRUTH**2)))


def test_all_light_in_the_wrong_place_by_hand():
    truth, wrong = np.array([[4.0, 0.0]]), np.array([[0.0, 1.0]])
    assert nrmse(wrong, truth) == pytest.approx(np.sqrt(2.0))
    assert psnr_db(wrong, truth) == pytest.approx(0.0, abs=1e-9)


def test_psnr_by_hand():
    truth, estimate = np.array([[10.0, 0.0]]), np.array([[9.0, 1.0]])
    assert psnr_db(estimate, truth) == pytest.approx(20.0)


@pytest.mark.parametrize(("factor", "percent"), [(1.0, 0.0), (1.02, 2.0), (0.5, -50.0)])
def test_photon_balance_counts_light_too_much(factor, percent):
    assert photon_balance_percent(factor * TRUTH, TRUTH) == pytest.approx(percent, abs=1e-9)


def test_structural_similarity_is_that_of_an_independent_program():
    from skimage.metrics import structural_similarity

    truth = np.random.default_rng(1).exponential(size=(40, 53))
    wrong = truth + 0.3 * np.random.default_rng(2).standard_normal(truth.shape)
    matched = wrong * truth.sum() / wrong.sum()
    settings = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    theirs = structural_similarity(matched, truth, data_range=np.ptp(truth), **settings)
    assert ssim(wrong, truth) == pytest.approx(theirs, abs=1e-9)
    assert ssim(4 * truth, truth) == pytest.approx(1.0)
    assert ssim(truth[::-1], truth) < 0.2


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(ValueError, match="shape"):
        nrmse(TRUTH[:-1], TRUTH)
    with pytest.raises(ValueError, match="black"):
        psnr_db(TRUTH, np.zeros_like(TRUTH))
    with pytest.raises(ValueError, match="larger than"):
        ssim(TRUTH, TRUTH)
    with pytest.raises(ValueError, match="no light"):
        photon_balance_percent(TRUTH, np.zeros_like(TRUTH))

"""Each sentence follows from its number and its threshold, and nothing is said of what was not measured."""

from __future__ import annotations

import pytest

from fluogan_app.core.metrics.verdict import (
    BALANCED_PERCENT, LEAST_RMS_SD, LITTLE_DOUBT_PERCENT, MOST_RMS_SD, MUCH_DOUBT_PERCENT, Evidenced, verdict,
)  # fmt: skip

GOOD = Evidenced(
    balance_percent=0.3, residual_rms_sd=1.02, residual_p_value=0.4, frc_nm=150.0, has_halves=True,
    decorrelation_nm=90.0, psf_fwhm_nm=300.0, repeats=8, repeats_kind="halves", doubtful_percent=4.0,
)  # fmt: skip


def said(**changes) -> str:
    return " ".join(verdict(Evidenced(**{**vars(GOOD), **changes})))


def test_a_good_run_has_five_good_sentences():
    sentences = verdict(GOOD)
    assert len(sentences) == 5 and all(sentence.endswith(".") for sentence in sentences)
    text = " ".join(sentences)
    for words in ("can be compared", "within its noise", "150 nm", "1/2 of the PSF", "4 %", "need not be true"):
        assert words in text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"balance_percent": -BALANCED_PERCENT - 0.1}, "less light"),
        ({"balance_percent": BALANCED_PERCENT + 0.1}, "more light"),
        ({"residual_rms_sd": MOST_RMS_SD + 0.01}, "more than noise"),
        ({"residual_rms_sd": MOST_RMS_SD + 0.01}, "do not compare intensities of parts"),
        ({"spots": 3}, "can be compared, but not where spots stand out"),
        ({"residual_rms_sd": LEAST_RMS_SD - 0.01}, "closer than its noise"),
        ({"has_pattern": True}, "1.02 standard deviations of its noise and the camera's fixed pattern"),
        ({"residual_p_value": 1e-4}, "hang together"),
        ({"spots": 1, "strongest": "+7 sd"}, "one spot stands out that noise does not make (+7 sd)"),
        ({"spots": 3}, "3 spots stand"),
        ({"frc_nm": 310.0}, "about as fine as the PSF (300 nm)"),
        ({"frc_nm": 400.0}, "coarser than the PSF"),
        ({"frc_nm": 40.0}, "without other evidence"),
        ({"frc_nm": None, "frc_reason": "They do not agree."}, "no resolution. They do not agree."),
        ({"frc_nm": None, "frc_reason": "They rise. It is no resolution."}, "no resolution. They rise. Over 8"),
        ({"has_halves": False}, "not measured yet"),
        ({"has_halves": False}, "90 nm of the decorrelation"),
        ({"doubtful_percent": LITTLE_DOUBT_PERCENT + 1}, "with care"),
        ({"frc_chance_nm": 190.0}, "by more than chance, 3σ, down to 190 nm only"),
        ({"psf_is_assumed": True}, "The width of the PSF is assumed"),
        ({"frc_rises_nm": 61.2}, "agree again at periods below 61.2 nm is not of the sample"),
        ({"doubtful_percent": 0.4192}, "0.42 % of the light"),
        ({"doubtful_percent": MUCH_DOUBT_PERCENT + 1}, "cannot be trusted"),
        ({"repeats_kind": "seeds"}, "8 runs with other random numbers"),
    ],
)
def test_each_threshold_changes_its_sentence(changes, words):
    assert words in said(**changes) and words not in said()


def test_what_was_not_measured_is_not_judged():
    assert verdict(Evidenced()) == ("Whether its detail repeats is not measured yet: compare odd and even frames.",)

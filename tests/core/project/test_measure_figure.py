"""The figure of what was measured: a diagram for every curve, an error map for every comparison."""

from __future__ import annotations

import numpy as np
import pytest

from fluogan_app.core.metrics.findings import agreement, detail, faithfulness
from fluogan_app.core.metrics.resolution_scaled import binned
from fluogan_app.core.project.marks import Rule
from fluogan_app.core.project.measure_figure import decorrelation_plot, draw_measures, ring_plot


@pytest.fixture(scope="module")
def halves() -> tuple[np.ndarray, np.ndarray]:
    """A smooth structure with two independent noises."""
    generator = np.random.default_rng(0)
    spectrum = np.exp(-((np.fft.fftfreq(64)[:, None] / 0.1) ** 2) - (np.fft.fftfreq(80)[None, :] / 0.1) ** 2)
    structure = np.fft.ifft2(np.fft.fft2(generator.standard_normal((64, 80))) * 20 * spectrum).real
    return structure + generator.standard_normal((64, 80)), structure + generator.standard_normal((64, 80))


def test_the_rule_stands_at_the_resolution(halves):
    found = agreement(*halves, 50.0, reconstructed=False)
    (rule,) = [mark for mark in ring_plot(found.evidence[0]).marks if isinstance(mark, Rule)]
    assert rule.at == pytest.approx(1e3 / found.values()["frc_nm"])
    found = detail(halves[0], 50.0)
    (rule,) = [mark for mark in decorrelation_plot(found.evidence[0]).marks if isinstance(mark, Rule)]
    assert rule.at == pytest.approx(1e3 / found.values()["decorrelation_nm"])


def test_noise_has_curves_but_no_rule():
    one, two = np.random.default_rng(1).standard_normal((2, 40, 40))
    found = agreement(one, two, 50.0, reconstructed=False) + detail(one, 50.0)
    assert found.values()["frc_nm"] is None and found.values()["decorrelation_nm"] is None
    for plot in (ring_plot(found.evidence[0]), decorrelation_plot(found.evidence[1])):
        assert not any(isinstance(mark, Rule) for mark in plot.marks)


def test_every_evidence_takes_its_room(halves):
    image = halves[0]
    alone = detail(image, 50.0)
    compared = alone + faithfulness(image, binned(image, 2), 50.0)
    both = compared + agreement(*halves, 50.0, reconstructed=True)
    sizes = [draw_measures(image, 50.0, found, "Image", "photons").size for found in (alone, compared, both)]
    assert sizes[0][1] < sizes[1][1] == sizes[2][1] and sizes[1][0] <= sizes[2][0]
    assert any("which detail repeats" in note for note in both.notes)

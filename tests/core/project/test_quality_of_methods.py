"""The judgement of runs whose image is no light: what is told all the same, in which unit, and what is left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import tifffile
from scipy.ndimage import gaussian_filter

from fluogan_app.core.data.claims import LIGHT, Claims
from fluogan_app.core.errors import ParameterError
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.metrics.repeatability import Spread, repeatability
from fluogan_app.core.metrics.verdict import Evidenced, verdict
from fluogan_app.core.project.expected import NO_LIGHT, why_not
from fluogan_app.core.project.kept_quality import quality_folder, write_halves, write_repeats
from fluogan_app.core.project.quality import judge, keep_judgement
from fluogan_app.core.project.repeats import keep_repeats, keep_variance
from fluogan_app.core.project.store import Project
from fluogan_app.core.project.workflow import start_run

CUMULANT = Claims("Cumulant", "photons²", "photons squared", signed=True)


@pytest.fixture
def frames() -> np.ndarray:
    """40 frames of 36 × 41 pixels in counts: structure over a background, gain 2, offset 10."""
    random = np.random.default_rng(3)
    light = gaussian_filter((random.uniform(size=(36, 41)) > 0.97) * 2000.0, 1.15) + 20.0
    return (2 * random.poisson(light, (40, 36, 41)) + 10).astype(np.uint16)


@pytest.fixture
def mean_run(project, stack, request_for):
    start_run(project, stack, request_for(method="mean", roi=None, frames=None))
    return Project.open(project.folder).run()


def with_claims(run, claims: Claims):
    """The run, its record and result, as if its image claimed this."""
    run.record = run.record.replace(claims=claims)
    return run, replace(run.result(), claims=claims)


def test_an_image_that_is_no_light_has_no_photons_but_all_else(mean_run, stack) -> None:
    keep_variance(mean_run, stack)
    run, result = with_claims(mean_run, CUMULANT)
    half = result.estimate
    write_halves(run, half * 0.9, half * 1.1)
    write_repeats(run, "halves", _spread(half))
    found = judge(run, result)
    assert found.balance is None and found.residual is None and found.variance is None
    assert found.reasons["photon balance"] == NO_LIGHT == found.reasons["residual"]
    measured = found.findings.values()
    assert {"decorrelation_nm", "rsp", "rse_photons", "frc_nm", "scatter_halves_percent"} <= measured.keys()
    assert not any(name.startswith("residual") for name in measured)
    maps = {one.name: one for one in found.maps}
    assert maps["error_map"].unit == "photons per frame per camera pixel"
    assert maps["deviation_halves"].unit == maps["trusted_halves"].unit == "photons squared"
    assert "light" not in maps["deviation_halves"].meaning and "photons²" in maps["variation_halves"].meaning
    assert "(“Cumulant”, photons squared) are no amounts of light" in found.summary[0]
    assert "RSP" in found.summary[1]
    keep_judgement(run, found)
    with tifffile.TiffFile(quality_folder(run) / "half-odd.ome.tif") as file:
        said = file.ome_metadata
    assert "photons squared" in said and "critic" not in said


def test_an_image_as_the_microscope_shows_it_has_a_balance_and_no_model(mean_run) -> None:
    found = judge(mean_run)
    assert abs(found.balance.difference_percent) < 0.1 and found.balance.background == 0
    assert found.residual is None and "as the microscope does" in found.reasons["residual"]
    assert found.summary[0].startswith("The image accounts for the recorded light")
    assert "microscope" in why_not(mean_run.record, "variance")
    assert not why_not(mean_run.record.replace(claims=LIGHT), "variance")


def test_a_method_that_draws_nothing_has_no_other_seeds(mean_run, stack) -> None:
    with pytest.raises(ParameterError, match="Mean draws nothing at random"):
        keep_repeats(mean_run, stack, "seeds", 4, Control())
    assert keep_repeats(mean_run, stack, "halves", 3, Control()) == 3


def test_an_imported_image_cannot_be_made_again(mean_run) -> None:
    record = mean_run.record.replace(method="imported", params={})
    assert "made elsewhere" in why_not(record, "halves") == why_not(record, "odd-even")


def test_values_below_zero_count_by_their_size() -> None:
    estimate, deviation = np.array([[4.0, -4.0, 0.1, -0.1]]), np.array([[1.0, 1.0, 1.0, 1.0]])
    signed, plain = repeatability(estimate, deviation), repeatability(np.abs(estimate), deviation)
    np.testing.assert_allclose(signed.variation, plain.variation)
    assert signed.doubtful_percent() == plain.doubtful_percent() and signed.scatter_percent == plain.scatter_percent
    assert not signed.doubtful()[0, 1] and signed.trusted()[0, 1] == -4.0


def test_how_alike_an_image_is_to_the_mean_is_said_with_its_limit() -> None:
    good, bad = (verdict(Evidenced(claims=CUMULANT, rsp=rsp))[1] for rsp in (0.98, 0.7))
    assert "shows the same structure" in good and "missing or added" in bad and "0.700" in bad
    assert not any("RSP" in said for said in verdict(Evidenced(claims=replace(LIGHT, blurred=True), rsp=1.0)))


def _spread(image: np.ndarray) -> Spread:
    spread = Spread()
    for factor in (0.9, 1.0, 1.1):
        spread.add(image * factor)
    return spread

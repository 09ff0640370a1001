"""The judgement of a run: what it tells of known images, what it keeps, and what it says where it can tell nothing."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import tifffile
from scipy.ndimage import gaussian_filter

from fluogan_app.core.data.result import Result
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.errors import DataError, ParameterError, ProjectError
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.events import Silent
from fluogan_app.core.metrics.repeatability import Spread
from fluogan_app.core.project.expected import why_not
from fluogan_app.core.project.images import read_image
from fluogan_app.core.project.kept_quality import quality_folder, read_halves, read_repeats, write_repeats
from fluogan_app.core.project.measure import simulated_mean
from fluogan_app.core.project.model import RunStatus
from fluogan_app.core.project.quality import judge, keep_judgement
from fluogan_app.core.project.repeats import keep_halves, keep_repeats, keep_variance
from fluogan_app.core.project.store import Project
from fluogan_app.core.project.workflow import start_run
from fluogan_app.core.readers.open import open_stack


@pytest.fixture
def frames() -> np.ndarray:
    """40 frames of 36 × 41 pixels in counts: structure over a background, gain 2, offset 10."""
    random = np.random.default_rng(3)
    light = gaussian_filter((random.uniform(size=(36, 41)) > 0.97) * 2000.0, 1.15) + 20.0
    return (2 * random.poisson(light, (40, 36, 41)) + 10).astype(np.uint16)


@pytest.fixture
def run(project, stack, walk, request_for):
    start_run(project, stack, request_for(steps=30, roi=None, frames=None))
    return Project.open(project.folder).run()


def explained(run, lacking: float = 0.0) -> Result:
    """The run's images with a background that explains the mean frame but for some photons at row 20, column 30."""
    result = run.result()
    blurred = simulated_mean(run, result) - result.background
    mean = result.mean.copy()
    mean[20, 30] += lacking
    return replace(result, background=(result.mean - blurred).astype(np.float32), mean=mean, measures={})


def test_a_run_is_judged_from_its_folder_alone(run, raw):
    raw.unlink()
    found = judge(run)
    assert found.balance.difference_percent == pytest.approx(run.record.measures["photon_balance_percent"])
    assert found.balance.recorded == pytest.approx(float(run.result().mean.sum(dtype=float)), rel=1e-6)
    assert {one.name for one in found.maps} == {"error_map", "residual"}
    assert {one.name for one in found.diagrams} == {"decorrelation", "histogram", "spectrum"}
    assert len(found.summary) >= 2 and all(one.meaning.endswith(".") for one in (*found.maps, *found.diagrams))
    json.dumps(found.to_json(), allow_nan=False)


def test_halves_bring_the_ring_correlation_and_are_there_again(run, stack):
    told = []

    def sink_of(*words) -> Silent:
        told.append(words)
        return Silent()

    assert keep_halves(run, stack, Control(), sink_of)
    assert told == [(1, 2, "odd frames"), (2, 2, "even frames")]
    found = judge(Project.open(run.folder.parent.parent).run())
    assert found.has_halves and "frc_nm" in found.findings.values()
    assert "frc" in {one.name for one in found.diagrams}
    odd, even = read_halves(run, run.result().estimate.shape)
    assert odd.shape == even.shape and not np.array_equal(odd, even)
    assert read_halves(run, (3, 3)) is None


def test_repeats_go_on_where_they_stopped_and_end_with_the_same_numbers(run, stack):
    control = Control()

    class Stop(Silent):
        def progress(self, progress) -> None:
            control.cancel()

    sinks = lambda number, count, name: Stop() if number == 4 else Silent()  # noqa: E731
    assert keep_repeats(run, stack, "halves", 5, control, sinks) == 3
    assert keep_repeats(run, stack, "halves", 5, Control()) == 5
    shape = run.result().estimate.shape
    parts = read_repeats(run, "halves", shape)
    other = Project.open(run.folder.parent.parent).run()
    for path in quality_folder(run).glob("repeats-*"):
        path.unlink()
    keep_repeats(other, stack, "halves", 5, Control())
    whole = read_repeats(other, "halves", shape)
    np.testing.assert_allclose(parts.mean, whole.mean, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(parts.deviation, whole.deviation, rtol=1e-3, atol=1e-4)
    found = judge(other)
    assert found.kept_repeats == {"halves": 5}
    assert {"deviation_halves", "variation_halves", "trusted_halves"} <= {one.name for one in found.maps}
    assert found.repeats["halves"].count == 5
    assert judge(other, variation=0.001).repeats["halves"].doubtful(0.001).mean() > 0.5


def test_other_seeds_give_the_walk_s_own_noise(run, stack):
    """Each step adds 0.01 and takes off a tenth: after 30 steps the deviation is 0.01 √(Σ 0.81^k)."""
    keep_repeats(run, stack, "seeds", 40, Control())
    deviation = read_repeats(run, "seeds", run.result().estimate.shape).deviation
    expected = 0.01 * np.sqrt(sum(0.81**step for step in range(30)))
    assert np.sqrt(np.mean(deviation**2)) == pytest.approx(expected, rel=0.02)


def test_seeds_of_a_run_without_a_critic_are_refused(run, stack):
    run.record = run.record.replace(params={**run.record.params, "delta": 0})
    with pytest.raises(ParameterError, match="every seed gives the same image"):
        keep_repeats(run, stack, "seeds", 4, Control())


def test_the_variance_of_the_frames_is_read_and_matched(run, stack):
    told, control = [], Control()
    variance = keep_variance(run, stack, control, lambda *words: told.append(words))
    assert told == [(number, 40) for number in range(1, 41)]
    control.cancel()
    assert keep_variance(run, stack, control) is None
    shots = ((np.stack([stack.frame(index) for index in range(40)]) - 10.0) / 2.0).mean(axis=0)
    assert variance.mean() == pytest.approx(shots.mean(), rel=0.03)
    found = judge(run, explained(run))
    assert "variance" in {one.name for one in found.maps}
    assert found.findings.values()["variance_rms_sd"] == pytest.approx(1.0, abs=0.3)


def test_what_is_kept_is_read_back_with_unit_and_pixel_size(run, stack):
    keep_halves(run, stack, Control())
    found = judge(run)
    keep_judgement(run, found)
    kept = json.loads((quality_folder(run) / "quality.json").read_text(encoding="utf-8"))
    assert kept["summary"] == list(found.summary) and kept["measures"] == found.findings.values()
    for one in found.maps:
        image, size_nm, about = read_image(quality_folder(run) / f"{one.name.replace('_', '-')}.ome.tif")
        np.testing.assert_array_equal(image, np.float32(one.image))
        assert size_nm == pytest.approx(one.pixel_size_nm) and about["Value unit"] == one.unit
    # Nothing of the finished run itself was touched.
    assert Project.open(run.folder.parent.parent).run().record == run.record


def test_a_region_leaves_its_border_untold(project, stack, walk, request_for):
    run, _ = start_run(project, stack, request_for(steps=30, roi=Roi(1, 2, 34, 36), frames=FrameRange(0, 30)))
    residual = judge(run).residual.residual
    border = int(np.ceil(2 * 280.0 / 103.5))
    assert np.isnan(residual[:border]).all() and np.isnan(residual[:, -border:]).all()
    assert np.isfinite(residual[border:-border, border:-border]).all()


def test_in_a_region_narrower_than_its_borders_light_from_beyond_is_no_spot(project, stack, walk, request_for):
    run, _ = start_run(project, stack, request_for(steps=30, roi=Roi(1, 2, 10, 36), frames=FrameRange(0, 30)))
    found = judge(run)
    assert found.residual is None and "within 6 camera pixels of its border" in found.reasons["residual"]
    assert "residual" not in {one.name for one in found.maps} and found.balance is not None


def test_an_unexplained_spot_is_told_with_its_place(run):
    assert not judge(run, explained(run)).residual.spots
    found = judge(run, explained(run, lacking=40.0))
    assert [(spot.y, spot.x) for spot in found.residual.spots] == [(20, 30)] and "lacks light" in found.maps[1].meaning
    assert f"x {30.5 * 103.5 / 1e3:.2f} µm, y {20.5 * 103.5 / 1e3:.2f} µm" in " ".join(found.summary)


def test_damaged_or_foreign_files_are_as_good_as_none(run):
    shape = run.result().estimate.shape
    spread = Spread()
    for seed in range(3):
        spread.add(np.random.default_rng(seed).uniform(size=shape))
    write_repeats(run, "halves", spread)
    assert read_repeats(run, "halves", shape) is not None
    (quality_folder(run) / "repeats-halves-mean.ome.tif").write_bytes(b"II*\0 broken")
    assert read_repeats(run, "halves", shape) is None and not judge(run).repeats
    tifffile.imwrite(quality_folder(run) / "half-odd.ome.tif", np.zeros(shape, np.float32))
    assert not judge(run).has_halves


def test_a_run_that_goes_on_and_one_on_too_few_frames_are_refused(run, project, stack, request_for):
    run.record = run.record.replace(status=RunStatus.RUNNING)
    with pytest.raises(ProjectError, match="still going on"):
        judge(run)
    short, _ = start_run(project, stack, request_for(steps=2, roi=None, frames=FrameRange(0, 6)))
    with pytest.raises(DataError, match="at least 8"):
        keep_repeats(short, stack, "halves", 3, Control())
    # So it is said before.
    assert "at least 8" in why_not(short.record, "halves") and "at least 20" in why_not(short.record, "variance")
    assert why_not(short.record, "odd-even") == "" and why_not(short.record, "seeds") == ""


def test_a_field_too_small_for_spectra_still_has_its_balance(project, tmp_path, walk, request_for):
    path = tmp_path / "small.tif"
    tifffile.imwrite(path, np.random.default_rng(0).poisson(40, (12, 7, 6)).astype(np.uint16), imagej=True,
                     metadata={"axes": "TYX"})
    small = open_stack(path)
    run, _ = start_run(project, small, request_for(steps=5, roi=None, frames=None))
    found = judge(run)
    small.close()
    assert found.balance is not None and found.residual is not None and found.reasons


def test_the_repeats_that_a_run_made_itself_are_judged(project, stack, walk, request_for):
    request = request_for(steps=20, roi=None, frames=None)
    run, _ = start_run(project, stack, replace(request, settings=request.settings.replace(repeats=4)))
    found = judge(Project.open(project.folder).run())
    assert found.repeats["halves"].count == 4 and found.kept_repeats == {"halves": 0}
    assert "trusted_halves" in {one.name for one in found.maps}
    assert "Over 4 runs with random halves" in " ".join(found.summary)
    # They have no mean to go on from: more repeats begin anew and take their place.
    assert keep_repeats(run, stack, "halves", 3, Control()) == 3
    assert judge(run).repeats["halves"].count == 3

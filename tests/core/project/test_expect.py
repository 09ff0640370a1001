"""What can be expected of a recording: light as it is, lines as they would come out, and all of it kept."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import tifffile

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.problem import make_field
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.stack import ArraySource, Stack
from fluogan_app.core.errors import DataError, ParameterError, ProjectError
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.methods.mean.params import MeanParams
from fluogan_app.core.project.expect import Expectation, expect
from fluogan_app.core.project.expect_asked import asked_of, changed_since, parameters_text, requests_differ_in
from fluogan_app.core.project.expect_figure import export_expectation
from fluogan_app.core.project.expect_params import ExpectParams, Light, lines_for, rounded
from fluogan_app.core.project.expect_words import (
    LIMITS, conditions, facts, headline, share_curve, shares, spread_words,
)  # fmt: skip
from fluogan_app.core.project.expectations import keep_expectation, last_expectation, read_expectation
from fluogan_app.core.project.light import light_of
from fluogan_app.core.project.prepare import RunRequest
from fluogan_app.core.simulate.params import LinesParams
from fluogan_app.core.simulate.scenarios import simulate

CAMERA = Acquisition().with_values(
    Origin.USER, pixel_size_nm=100.0, fwhm_nm=324.0, gain=2.0, offset=20.0, read_noise=1.0
)
GIVEN = {"signal_photons": 300.0, "background_photons": 20.0, "photons_per_event": 0.0}
LIGHT = Light(300.0, 20.0, 0.0, 2.0, 1.0)


@pytest.fixture(scope="module")
def lines() -> Stack:
    """A recording whose light is known: 120 photons over 30."""
    made = simulate(LinesParams(
        rows=24, frames=80, signal_photons=120.0, background_photons=30.0, gain=2.0, offset=20.0, read_noise=1.0,
        bleaching_frames=0.0, spacing_to_nm=330.0, background_variation=0.0,
    ), 1)  # fmt: skip
    return Stack("lines", "memory", ArraySource(made.frames))


def request_for(**values) -> RunRequest:
    params = FluoganParams(**{"zoom": 3, "steps": 60, **values})
    return RunRequest("fluogan", params, RunSettings(device="cpu"), CAMERA)


@pytest.fixture(scope="module")
def found(lines) -> Expectation:
    """Two repetitions of a small pattern, with the light given."""
    asked = ExpectParams(rows=6, tries=2, frame_count=40, **GIVEN)
    return expect(lines, request_for(), asked)


def test_the_light_is_that_of_the_recording(lines) -> None:
    light = light_of(make_field(lines, CAMERA))
    assert light.signal_photons == pytest.approx(120, rel=0.15)
    assert light.background_photons == pytest.approx(30, rel=0.2)
    assert light.photons_per_event == 0 and "steady" in " ".join(light.notes)
    # With the gain taken for twice as much, half the light is seen.
    half = light_of(make_field(lines, CAMERA.with_values(Origin.USER, gain=4.0)))
    assert half.signal_photons == pytest.approx(light.signal_photons / 2, rel=1e-6)


def test_a_gain_that_nobody_stated_is_taken_from_the_frames(lines) -> None:
    unknown = Acquisition().with_values(Origin.USER, pixel_size_nm=100.0, fwhm_nm=324.0)
    light = light_of(make_field(lines, unknown))
    assert light.gain == pytest.approx(2.0, rel=0.1) and "estimated" in light.notes[0]


def test_an_even_field_has_no_light_to_take_over(lines) -> None:
    even = Stack("even", "memory", ArraySource(np.tile(np.arange(12, dtype=np.uint16)[:, None, None], (1, 14, 14))))
    with pytest.raises(DataError) as refused:
        light_of(make_field(even, CAMERA))
    assert "signal and background" in refused.value.hint
    asked = ExpectParams(rows=4, frame_count=10, **GIVEN)
    assert expect(even, request_for(steps=5), asked).tries


def test_the_pattern_has_the_recordings_measures() -> None:
    made = lines_for(ExpectParams(rows=6), CAMERA, LIGHT, 77, 4)
    assert (made.pixel_size_nm, made.fwhm_nm, made.frames, made.zoom) == (100.0, 324.0, 77, 4)
    assert (made.signal_photons, made.background_photons, made.gain, made.read_noise) == (300.0, 20.0, 2.0, 1.0)
    assert (made.line_width_nm, made.spacing_from_nm, made.spacing_step_nm, made.spacing_to_nm) == (100, 390, 30, 120)
    assert made.emission == "steady" and made.bleaching_frames == 0.0
    blinking = lines_for(ExpectParams(), CAMERA, replace(LIGHT, photons_per_event=20.0), 77, 4)
    assert (blinking.emission, blinking.photons_per_event) == ("poisson", 20.0)


@pytest.mark.parametrize("fwhm_nm", [120.0, 221.0, 324.0, 1234.0, 9000.0])
@pytest.mark.parametrize("line_nm", [None, 7.0, 500.0])
def test_any_width_makes_a_pattern_that_can_be_simulated(fwhm_nm, line_nm) -> None:
    camera = CAMERA.with_values(Origin.USER, fwhm_nm=fwhm_nm, pixel_size_nm=fwhm_nm / 2.7)
    made = lines_for(ExpectParams(line_width_nm=line_nm, rows=4), camera, LIGHT, 3, 1).complete()
    assert made.spacing_to_nm > made.line_width_nm and 1 <= made.set_count < 200


def test_light_beyond_sixteen_bits_is_recorded_with_a_smaller_gain() -> None:
    made = lines_for(ExpectParams(), CAMERA, replace(LIGHT, signal_photons=500_000.0), 5, 2)
    assert made.gain * 1.2 * made.signal_photons < 65_535


def test_round_lengths() -> None:
    assert [rounded(length) for length in (28.3, 163.0, 0.97, 9.9)] == [30.0, 150.0, 1.0, 10.0]


def test_each_try_is_held_against_the_truth(found) -> None:
    assert len(found.tries) == 2 and [one.seed for one in found.tries] == [1, 2]
    for one in found.tries:
        assert one.nrmse < one.mean_nrmse < 1.0
        assert [split.spacing_nm for split in one.splits] == sorted((s.spacing_nm for s in one.splits), reverse=True)
        assert one.splits[0].apart and abs(one.splits[0].error_nm) < 20
        assert abs(one.balance_percent) < 3
    assert found.tries[0].nrmse != found.tries[1].nrmse
    assert found.truth.shape == found.estimate.shape == (18, found.mean.shape[1] * 3)
    assert found.run_seconds > 0
    # Lines at the finest distance are told apart less surely than those at the widest.
    told = shares(found)
    assert told[-1][1] <= told[0][1] and told[0][0] == 390.0


def test_less_light_is_not_resolved_finer(lines) -> None:
    def finest(signal: float) -> float:
        asked = ExpectParams(rows=8, frame_count=30, **{**GIVEN, "signal_photons": signal, "background_photons": 2.0})
        return expect(lines, request_for(steps=320), asked).tries[0].finest_nm or np.inf

    assert finest(5000.0) < finest(3.0)


def test_it_says_what_it_is_and_what_it_is_not(found) -> None:
    assert "nm apart" in headline(found) and "both repetitions" in headline(found)
    assert "2 recordings" in spread_words(found)
    named = dict(conditions(found))
    assert named["Frames"] == "40" and "300 photons" in named["Signal"] and named["Pixel size"] == "100 nm"
    assert any("NRMSE" in name for name, _ in facts(found))
    assert any("model is taken to be right" in sentence for sentence in LIMITS)
    none = replace(found, tries=tuple(replace(one, finest_nm=None) for one in found.tries))
    assert headline(none).startswith("Not even lines 390 nm")
    once = replace(found, tries=(found.tries[0], replace(found.tries[1], finest_nm=None)))
    assert "in 1 of 2" in headline(once)


def test_what_was_left_out_is_noted(lines) -> None:
    asked = ExpectParams(rows=4, frame_count=5, **GIVEN)
    made = expect(lines, request_for(delta=1, steps=3), asked)
    assert made.asked["params"]["delta"] == 0 and any("critic" in note for note in made.notes)


def test_a_width_that_nobody_stated_is_said_to_be_assumed(found, lines) -> None:
    assert dict(conditions(found))["PSF width FWHM"] == "324 nm" and not any("assumed" in note for note in found.notes)
    unstated = replace(request_for(steps=3), acquisition=CAMERA.replace(
        fwhm_nm=None, origins={"pixel_size_nm": Origin.FILE}))  # fmt: skip
    made = expect(lines, unstated, ExpectParams(rows=4, frame_count=5, **GIVEN))
    assert dict(conditions(made))["PSF width FWHM"] == "220 nm (assumed)"
    known = asked_of(replace(unstated, acquisition=unstated.acquisition.replace(
        numerical_aperture=1.4, emission_nm=600.0)), ExpectParams())  # fmt: skip
    assert known["psf_origin"] == "aperture"
    assert any("220 nm is assumed" in note and "in proportion" in note for note in made.notes)


def test_it_says_with_what_it_was_reconstructed(found) -> None:
    assert dict(facts(found))["Reconstructed with"] == "Zoom L 3, Steps 60, Sparsity λ1 1, Smooth background λ2 1"
    # Without the critic nothing is said of it.
    without, with_it = (asked_of(request_for(delta=1), ExpectParams(with_critic=asked)) for asked in (False, True))
    assert parameters_text(without) == dict(facts(found))["Reconstructed with"]
    assert parameters_text(with_it) != parameters_text(without)


def test_it_knows_which_values_are_others_now(found) -> None:
    asked, lines = json.loads(json.dumps(found.asked)), ExpectParams(rows=6, tries=2, frame_count=40, **GIVEN)
    assert changed_since(asked, request_for(), lines) == ()
    # The critic was left out, and is again.
    assert changed_since(asked, request_for(delta=1), lines) == ()
    assert changed_since(asked, request_for(zoom=4, lambda1=2.0), lines) == ("Zoom L", "Sparsity λ1")
    wider = replace(request_for(), acquisition=CAMERA.with_values(Origin.USER, fwhm_nm=400.0), roi=Roi(0, 0, 9, 9))
    assert changed_since(asked, wider, lines.replace(rows=8)) == ("Region", "PSF width FWHM", "Rows")
    assert changed_since({"method": "fluogan", "params": {}}, wider, lines) == ()  # of an earlier version


def test_two_requests_are_told_apart_but_for_region_and_critic() -> None:
    other = replace(request_for(lambda2=2.0, delta=1), roi=Roi(0, 0, 9, 9))
    assert requests_differ_in(request_for(), other) == ("Smooth background λ2",)


def test_shares_are_drawn_from_none_to_all(found) -> None:
    assert share_curve(found).y_range == (0.0, 100.0)


def test_it_is_kept_and_read_again(found, tmp_path) -> None:
    assert last_expectation(tmp_path) is None
    folder = keep_expectation(tmp_path, found)
    again = read_expectation(folder)
    for name in ("truth", "mean", "estimate"):
        assert np.array_equal(getattr(again, name), getattr(found, name))
    blank = {name: None for name in ("truth", "mean", "estimate")}
    assert replace(again, **blank) == replace(found, **blank)
    later = replace(found, run_seconds=5.0)
    assert keep_expectation(tmp_path, later).name == "0002"
    assert last_expectation(tmp_path).run_seconds == 5.0
    # One that was cut short while it was written is passed over, a damaged one is told.
    (tmp_path / "expectations" / "0003").mkdir()
    assert last_expectation(tmp_path).run_seconds == 5.0
    (folder / "expectation.json").write_text(json.dumps({"tries": 3}))
    with pytest.raises(ProjectError):
        read_expectation(folder)


def test_it_is_drawn(found, tmp_path) -> None:
    export_expectation(tmp_path / "lines.png", found)
    assert (tmp_path / "lines.png").stat().st_size > 10_000


def test_it_is_cancelled_while_simulating_and_while_reconstructing(lines) -> None:
    for at in (0.1, 0.27):
        control, seen = Control(), []

        def tell(stage, at=at, control=control, seen=seen) -> None:
            seen.append(stage.fraction)
            if stage.fraction >= at:
                control.cancel()

        asked = ExpectParams(rows=4, frame_count=60, **GIVEN)
        assert expect(lines, request_for(steps=2000), asked, tell, control) is None
        assert seen == sorted(seen) and seen[-1] >= at


def test_bad_input_is_refused(lines) -> None:
    with pytest.raises(ParameterError):
        expect(lines, replace(request_for(), acquisition=Acquisition()), ExpectParams())
    with pytest.raises(DataError):
        expect(lines, replace(request_for(), frames=FrameRange(0, 999)), ExpectParams())
    with pytest.raises(DataError):
        expect(lines, replace(request_for(), roi=Roi(0, 0, 999, 999)), ExpectParams())


def test_an_image_in_another_unit_is_held_against_the_truth_by_its_form(lines, tmp_path) -> None:
    params = MeanParams(zoom=3, statistic="deviation")
    asked = ExpectParams(rows=6, frame_count=40, **GIVEN)
    found = expect(lines, replace(request_for(), method="mean", params=params), asked)
    assert not found.claims.photons and 0 < found.tries[0].nrmse <= 1
    told = dict(facts(found))
    assert "fitted in scale and level" in told["Error against the truth (NRMSE)"]
    assert told["Photons of the result"].startswith("none: its values are no light")
    assert told["Reconstructed with"].startswith("Mean, ")
    again = read_expectation(keep_expectation(tmp_path, found))
    assert again.claims == found.claims and np.isnan(again.tries[0].balance_percent)
    export_expectation(tmp_path / "lines.png", found)
    (image,) = (tmp_path / "expectations").rglob("estimate.ome.tif")
    assert found.claims.unit_words in tifffile.TiffFile(image).ome_metadata

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fluogan_app.core.check.check import check_data
from fluogan_app.core.check.frame_facts import FrameFacts
from fluogan_app.core.check.result import CheckFinding, DataCheck, PixelMap, Severity
from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.shifted import corrected
from fluogan_app.core.data.stack import ArraySource, Stack
from fluogan_app.core.errors import DataError
from fluogan_app.core.estimate import gathering
from fluogan_app.core.estimate.result import Evidence
from fluogan_app.core.estimate.saturation import end_of_scale
from fluogan_app.core.project.check_figure import draw_check, export_check
from tests.core.check.conftest import FRAMES, SIDE
from tests.core.drifting import filaments, smooth_path

KNOWN = Acquisition().with_values(Origin.USER, pixel_size_nm=100.0, fwhm_nm=324.0)
#: What no clean stack may be blamed for.
FAULTS = {"drift", "numbers", "saturation", "hot_pixels", "negative", "constant_frames", "repeated_frames",
          "blank_frames", "jumps", "alternation", "sampling", "frames"}  # fmt: skip


def check(counts: np.ndarray, known: Acquisition = KNOWN, **part) -> DataCheck:
    return check_data(Stack("stack.tif", "memory", ArraySource(counts)), known, **part)


@pytest.mark.parametrize("values", [
    {"light": "bright"}, {"light": "dim"}, {"light": "blinking"}, {"light": "slow-blinking"},
    {"light": "dim", "bleaching_frames": 10.0}, {"light": "blinking", "bleaching_frames": 25.0},
    {"light": "slow-blinking", "bleaching": "molecules", "bleaching_frames": 50.0},
], ids=str)  # fmt: skip
def test_a_clean_stack_is_blamed_for_nothing(at_rest, values: dict) -> None:
    found = check(at_rest(**values))
    blamed = [finding.found for finding in found.findings if finding.name in FAULTS and finding.severity.rank > 0]
    # Where nearly all frames are dark, that drift cannot be told is no blame.
    assert [words for words in blamed if not words.startswith("Drift cannot be told")] == []


def spoilt(finding: str, severity: Severity, words: str, **values) -> tuple:
    return finding, severity, words, values


def hot(frames: np.ndarray) -> None:
    frames[:, 10, 11] += 900
    frames[:, 30, 31] = 0


def twelve_bits(frames: np.ndarray) -> None:
    np.clip((frames - 90) * 60, 0, 4095, out=frames)


def a_ceiling(frames: np.ndarray) -> None:
    np.minimum(frames, np.percentile(frames, 99.0).astype(frames.dtype), out=frames)


def stuck(frames: np.ndarray) -> None:
    frames[:, 20, 21] = frames[0, 20, 21]


def dim_counts(frames: np.ndarray) -> None:
    frames[:] = np.random.default_rng(0).poisson(0.02, frames.shape)


def copied(frames: np.ndarray) -> None:
    frames[50], frames[70] = frames[49], frames[3]


def empty(frames: np.ndarray) -> None:
    frames[17] = 0


def dark_ends(frames: np.ndarray) -> None:
    rng = np.random.default_rng(0)
    frames[:6], frames[-9:] = (rng.poisson(4, (count, SIDE, SIDE)) + 96 for count in (6, 9))


def lamp(frames: np.ndarray) -> None:
    frames[60:] = 100 + (frames[60:].astype(float) - 100).clip(0) * 0.7


def two_paths(frames: np.ndarray) -> None:
    frames[::2] = 100 + (frames[::2].astype(float) - 100).clip(0) * 0.9


def two_halves(frames: np.ndarray) -> None:
    frames[:, ::2] += 4


SPOILT = {
    hot: spoilt("hot_pixels", Severity.NOTE, "1 hot, 1 dead", hot_pixels=1, dead_pixels=1, stuck_pixels=0),
    stuck: spoilt("hot_pixels", Severity.NOTE, "1 stuck pixel was found", stuck_pixels=1),
    twelve_bits: spoilt("saturation", Severity.SERIOUS, "end of the camera's scale, 4095 counts"),
    a_ceiling: spoilt("saturation", Severity.SERIOUS, "end of the camera's scale"),
    copied: spoilt("repeated_frames", Severity.WARNING, "(frame 50 of frame 49, first of all)", repeated_frames=2),
    empty: spoilt("constant_frames", Severity.WARNING, "frame 17", constant_frames=1),
    dark_ends: spoilt("blank_frames", Severity.WARNING, "first 6 and the last 9 of 100", first_frame=6, last_frame=90),
    lamp: spoilt("jumps", Severity.WARNING, "jumps once, after frame 59, by −", jumps=1, first_frame=0, last_frame=59),
    two_paths: spoilt("alternation", Severity.WARNING, "Odd and even frames differ"),
    two_halves: spoilt("alternation", Severity.WARNING, "Odd and even rows differ"),
}


@pytest.mark.parametrize("spoil", SPOILT, ids=lambda spoil: spoil.__name__)
def test_a_known_fault_is_found(at_rest, spoil: Callable[[np.ndarray], None]) -> None:
    name, severity, words, values = SPOILT[spoil]
    frames = at_rest(light="dim")
    spoil(frames)
    finding = check(frames).finding(name)
    assert finding.severity is severity and words in finding.found and finding.advice
    assert {key: finding.values[key] for key in values} == values


def test_pixels_that_saw_no_photon_are_not_stuck(at_rest) -> None:
    frames = at_rest(light="dim")
    dim_counts(frames)
    assert (np.ptp(frames, axis=0) == 0).sum() > 100
    assert check(frames).finding("hot_pixels").values["stuck_pixels"] == 0


def test_drift_is_serious_until_it_is_corrected() -> None:
    moving = filaments(smooth_path(FRAMES, 2.3), SIDE, 3, light="dim", zoom=2)
    found = check_data(moving.stack, KNOWN)
    drift = found.finding("drift")
    assert drift.severity is Severity.SERIOUS and found.severity is Severity.SERIOUS
    assert drift.values["drift_pixels"] == pytest.approx(2.3, abs=0.2) and "nm" in drift.found
    left = check_data(corrected(moving.stack, found.drift.drift), KNOWN).finding("drift")
    assert left.severity is Severity.FINE and left.label == "Drift left after correction"


def test_pixels_are_those_that_were_recorded(at_rest) -> None:
    """A correction would smear a saturated pixel over its neighbours."""
    moving = filaments(smooth_path(FRAMES, 2.3), SIDE, 3, light="dim", zoom=2)
    frames = moving.frames.copy()
    frames[40:60, 12, 13] = 65535
    stack = Stack("stack.tif", "memory", ArraySource(frames))
    drift = check_data(stack, KNOWN).drift.drift
    assert check_data(corrected(stack, drift), KNOWN).finding("saturation").values["saturated_pixels"] == 1


def test_bleaching_is_measured_against_the_dark(at_rest) -> None:
    """The light falls to exp(−99/60): by 81 %, and by less where the offset is left in."""
    known = KNOWN.with_values(Origin.USER, offset=100.0)
    finding = check(at_rest(light="dim", bleaching_frames=60.0), known).finding("bleaching")
    first, last = np.exp(-np.arange(5) / 60).mean(), np.exp(-np.arange(95, 100) / 60).mean()
    assert finding.values["fall_percent"] == pytest.approx(100 * (1 - last / first), abs=2.0)
    assert finding.severity is Severity.WARNING and "at least" not in finding.found
    assert check(at_rest(light="bright")).finding("bleaching").severity is Severity.FINE


def test_photons_say_what_they_rest_on(at_rest) -> None:
    frames = at_rest(light="bright")
    given = check(frames, KNOWN.with_values(Origin.USER, gain=7.0, offset=100.0)).finding("photons")
    truth = (np.percentile(frames.mean(axis=0), 99) - 100) / 7
    assert given.values["bright_photons"] == pytest.approx(truth) and "7 counts per photon, as given" in given.advice
    estimated = check(frames).finding("photons")
    assert estimated.values["gain"] == pytest.approx(7.0, rel=0.1) and "estimated from the frames" in estimated.advice
    few = check(frames[:6], KNOWN).finding("photons")
    assert "which is only assumed" in few.advice


def test_fluctuation_is_told_from_chance(at_rest) -> None:
    known = KNOWN.with_values(Origin.USER, gain=1.0, offset=100.0)
    steady, blinking = (check(at_rest(light=light), known).finding("fluctuation") for light in ("dim", "blinking"))
    assert steady.severity is Severity.NOTE and "does not fluctuate" in steady.found
    assert blinking.severity is Severity.FINE
    assert blinking.values["kappa_photons"] == pytest.approx(20.0, rel=0.25)


def test_sampling_and_number_of_frames(at_rest) -> None:
    frames = at_rest(light="dim")
    coarse = KNOWN.with_values(Origin.USER, pixel_size_nm=200.0)
    assert check(frames, coarse).finding("sampling").severity is Severity.WARNING
    assert check(frames, Acquisition()).finding("sampling").found == "The pixel size is not known."
    fine = KNOWN.with_values(Origin.USER, pixel_size_nm=20.0)
    assert check(frames, fine).finding("sampling").severity is Severity.NOTE
    assert check(frames[:1]).finding("frames").severity is Severity.SERIOUS
    assert check(frames[:9]).finding("frames").severity is Severity.WARNING


def test_negative_values_and_what_is_no_number(at_rest) -> None:
    frames = at_rest(light="dim").astype(np.float32) - 130
    frames[3, 4, 5], frames[7, 8:10, 5] = np.nan, np.inf
    found = check(frames)
    assert found.finding("negative").severity is not Severity.FINE
    share = np.count_nonzero(frames < 0) / frames.size
    assert found.finding("negative").values["negative_percent"] == pytest.approx(100 * share, rel=0.01)
    wrong = found.finding("numbers")
    assert wrong.severity is Severity.SERIOUS and wrong.values == {"wrong_pixels": 3, "wrong_values": 3}
    assert isinstance(wrong.pictures[0], PixelMap) and wrong.pictures[0].image.sum() == 3


@pytest.mark.parametrize("frames", [
    np.zeros((20, 30, 30), np.uint8), np.full((1, 5, 7), 3), np.zeros((3, 1, 1), np.float32),
    np.full((12, 30, 30), np.nan, np.float32), np.random.default_rng(0).normal(size=(15, 2, 40)),
    np.random.default_rng(0).poisson(2, (400, 24, 25)).astype(np.int8), np.full((9, 30, 30), 1e30),
    np.random.default_rng(0).poisson(2, (40, 30, 30)) * 1e30,
], ids=lambda frames: f"{frames.shape} {frames.dtype}")  # fmt: skip
def test_strange_stacks_get_an_answer(frames: np.ndarray, tmp_path: Path) -> None:
    found = check(frames)
    json.dumps(found.to_json(), allow_nan=False)
    export_check(tmp_path / "check.png", found)
    if np.ptp(np.nan_to_num(frames)) == 0:
        assert found.severity is Severity.SERIOUS


def test_a_region_and_some_frames(at_rest) -> None:
    frames = at_rest(light="dim")
    frames[:, 2, 3] = 60000
    found = check(frames, roi=Roi(10, 12, 30, 31), frames=FrameRange(5, 65))
    assert found.used == "frames 5 to 64, 30 × 31 pixels at row 10, column 12" and found.frames_used == 60
    assert found.mean.shape == (30, 31) and found.finding("hot_pixels").severity is Severity.FINE
    assert np.allclose(found.mean, frames[5:65, 10:40, 12:43].mean(axis=0), rtol=1e-5)
    with pytest.raises(DataError):
        check(frames, roi=Roi(40, 0, 30, 30))


def test_of_a_long_stack_some_frames_are_looked_at(at_rest, monkeypatch) -> None:
    frames = at_rest(light="dim")
    monkeypatch.setattr(gathering.frames_to_read, "__defaults__", (25 * frames[0].nbytes,))
    found = check(frames)
    assert found.frames_used == 25 and "25 evenly spread frames of frames 0 to 99" in found.used


def test_it_can_be_watched_and_cancelled(at_rest) -> None:
    told: list[tuple[int, int]] = []
    part = {"on_frame": lambda *count: told.append(count), "cancelled": lambda: len(told) == 4}
    assert check(at_rest(light="dim"), **part) is None and told == [(done, FRAMES) for done in range(1, 5)]


def test_findings_are_sorted_and_drawn(at_rest, tmp_path: Path) -> None:
    frames = at_rest(light="dim")
    hot(frames)
    found = check(frames)
    ranks = [finding.severity.rank for finding in found.by_severity]
    assert ranks == sorted(ranks, reverse=True) and len(found.findings) == len({one.name for one in found.findings})
    pictures = [picture for finding in found.findings for picture in finding.pictures]
    assert {Evidence, PixelMap} == {type(picture) for picture in pictures}
    colours = np.asarray(draw_check(found, "stack.tif"))[::9, ::9].reshape(-1, 3)
    assert len(np.unique(colours, axis=0)) > 100
    assert [one.name for one in found.findings if isinstance(one, CheckFinding)][0] == "frames"


@pytest.mark.parametrize("seed", range(6))
def test_the_end_of_the_scale_is_counted_on_the_way_as_from_all_frames(seed: int) -> None:
    rng = np.random.default_rng(seed)
    frames = np.minimum(rng.poisson(6, (30, 8, 9)), rng.integers(6, 14)).astype(np.float32)
    facts = FrameFacts((8, 9), 30)
    for frame in frames:
        facts.add(frame)
    largest = frames.max()
    second = np.max(frames[frames < largest])
    assert facts.largest == largest and np.array_equal(facts.times_at_largest, (frames == largest).sum(axis=0))
    assert (facts.second, facts.second_count) == (second, np.count_nonzero(frames == second))
    from fluogan_app.core.estimate.saturation import is_end_of_scale

    told = is_end_of_scale(facts.largest, facts.times_at_largest, facts.second_count, facts.count)
    assert told == (end_of_scale(frames) is not None)

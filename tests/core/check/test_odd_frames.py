"""Frames that no exposure made, and blank ones, are named, shown and left out of the numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from fluogan_app.core.check.check import check_data
from fluogan_app.core.check.result import DataCheck, Severity
from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.stack import ArraySource, Stack
from tests.core.drifting import filaments

FRAMES, SIDE = 60, 48
GIVEN = {"pixel_size_nm": 100.0, "fwhm_nm": 324.0, "gain": 1.0, "offset": 100.0}
KNOWN = Acquisition().with_values(Origin.USER, **GIVEN)


def check(frames: np.ndarray) -> DataCheck:
    return check_data(Stack("stack.tif", "memory", ArraySource(frames)), KNOWN)


@pytest.fixture
def frames() -> np.ndarray:
    return filaments(np.zeros((FRAMES, 2)), SIDE, 3, zoom=2, light="blinking", gain=1.0).frames.copy()


def test_all_copies_are_named_and_shown(frames) -> None:
    for copy, of in ((7, 6), (40, 39), (41, 39), (50, 49)):
        frames[copy] = frames[of]
    finding = check(frames).finding("repeated_frames")
    assert "frames 7, 40 to 41, 50." in finding.found
    assert (finding.values["first_frame"], finding.values["last_frame"]) == (8, 39)
    assert "frames 8 to 39" in finding.advice and "--frames 8:40" in finding.advice
    every, copies = finding.pictures[0].series
    assert copies.x.tolist() == [7, 40, 41, 50] and len(every.x) == FRAMES - 4


def test_very_many_are_counted(frames) -> None:
    frames[1::2] = 90
    finding = check(frames).finding("constant_frames")
    assert finding.severity is Severity.SERIOUS and "frames 1, 3, 5" in finding.found
    assert finding.found.endswith("39 and 10 more.") and "first_frame" not in finding.values
    assert "record it again" in finding.advice and len(finding.pictures[0].series[1].x) == FRAMES // 2


def test_one_empty_frame_in_the_middle_costs_a_part_of_the_stack(frames) -> None:
    """A run takes one stretch of frames, so that nobody is told to leave a single one out."""
    frames[17] = 0
    finding = check(frames).finding("constant_frames")
    assert "frames 18 to 59" in finding.advice and "export the stack without them" in finding.advice
    frames[17], frames[0] = frames[18], 0
    assert "export" not in check(frames).finding("constant_frames").advice


def zeros(count: int) -> np.ndarray:
    return np.zeros((count, SIDE, SIDE))


def noise(count: int) -> np.ndarray:
    return np.random.default_rng(0).normal(100.0, 1.6, (count, SIDE, SIDE)).round()


def test_an_empty_frame_is_no_light_that_went_out(frames) -> None:
    """Lost in a recording whose first frames are dark, it is far darker than they are."""
    frames[:15], frames[40] = noise(15), 0
    found = check(frames)
    assert found.finding("blank_frames").values["blank_frames"] == 15
    told = {name: found.finding(name).severity for name in ("bleaching", "jumps", "alternation", "fluctuation")}
    assert set(told.values()) == {Severity.FINE}, told
    lit = check(frames[15:]).finding("photons").values["bright_photons"]
    assert found.finding("photons").values["bright_photons"] == pytest.approx(lit, rel=0.02)


@pytest.mark.parametrize("dark", [zeros, noise], ids=lambda dark: dark.__name__)
@pytest.mark.parametrize("count", [3, 15, 25])
def test_blank_frames_change_no_number(frames, dark: Callable[[int], np.ndarray], count: int) -> None:
    whole = frames.copy()
    whole[:count] = dark(count)
    found, lit = check(whole), check(frames[count:])
    for name, value in lit.finding("photons").values.items():
        assert found.finding("photons").values[name] == pytest.approx(value, rel=0.02), name
    for name, value in lit.finding("fluctuation").values.items():
        assert found.finding("fluctuation").values[name] == pytest.approx(value, rel=0.02), name
    assert found.finding("fluctuation").severity is Severity.FINE


def test_an_uncertain_fluctuation_is_not_denied(frames) -> None:
    """Few molecules in ten times as much even light: their fluctuation drowns."""
    rng = np.random.default_rng(1)
    bright = frames[:30] + rng.poisson(60_000.0, (30, SIDE, SIDE))
    found = check(bright).finding("fluctuation").found
    assert "cannot be told" in found and "does not fluctuate" not in found

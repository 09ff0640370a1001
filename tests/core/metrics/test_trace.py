"""Traces of a stack: sums, photons, Poisson light, correlation, and reads that stay small."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fluogan_app.core.data.placement import Placement
from fluogan_app.core.data.roi import FrameRange
from fluogan_app.core.data.shape import Shape
from fluogan_app.core.data.stack import ArraySource, Stack
from fluogan_app.core.errors import DataError
from fluogan_app.core.metrics.trace import correlation_frames, trace_facts, traces_of

FRAMES = np.random.default_rng(0).poisson(40, (300, 12, 15)).astype(np.uint16)
STACK = Stack(Path("made.tif"), "made", ArraySource(FRAMES))
PIXEL, BOX = Shape("point", ((730.0, 420.0),)), Shape("rectangle", ((200.0, 100.0), (600.0, 500.0)))


def test_traces_are_the_sums_of_their_pixels():
    point, box = traces_of(STACK, (PIXEL, BOX), Placement(100.0))
    np.testing.assert_array_equal(point.counts, FRAMES[:, 4, 7])
    np.testing.assert_array_equal(box.counts, FRAMES[:, 1:5, 2:6].sum(axis=(1, 2)))
    assert (point.pixels, box.pixels, box.first) == (1.0, 16.0, 0)
    part = traces_of(STACK, (BOX,), Placement(100.0), FrameRange(7, 20))[0]
    np.testing.assert_array_equal(part.counts, box.counts[7:20])
    assert part.first == 7


def test_photons_lack_gain_and_offset():
    (box,) = traces_of(STACK, (BOX,), Placement(100.0))
    np.testing.assert_allclose(box.photons(2.0, 10.0), (box.counts - 160.0) / 2.0)


def test_steady_light_is_poissonian_and_blinking_is_not():
    generator = np.random.default_rng(1)
    steady = trace_facts(generator.poisson(100, 4000).astype(float))
    assert steady.variance_over_mean == pytest.approx(1.0, abs=0.1)
    assert steady.correlation_frames == pytest.approx(1, abs=0.3)
    on = np.repeat(generator.integers(0, 2, 400), 10)
    blinking = trace_facts(generator.poisson(100.0 * on).astype(float))
    assert blinking.variance_over_mean > 20 and 5 < blinking.correlation_frames < 20


@pytest.mark.parametrize("kept", [0.5, 0.8])
def test_the_correlation_time_is_that_of_the_process(kept):
    generator, light = np.random.default_rng(2), np.zeros(20_000)
    for index in range(1, len(light)):
        light[index] = kept * light[index - 1] + generator.normal()
    assert correlation_frames(light + 100) == pytest.approx((1 + kept) / (1 - kept), rel=0.15)


def test_few_or_steady_frames_have_no_correlation_time():
    assert np.isnan(correlation_frames(np.arange(5.0))) and np.isnan(correlation_frames(np.full(50, 3.0)))
    assert np.isnan(trace_facts(np.zeros(50)).variance_over_mean)


def test_progress_is_told_and_cancelling_is_heard():
    told: list[int] = []
    assert traces_of(STACK, (PIXEL,), Placement(100.0), progress=lambda done, _: told.append(done)) is not None
    assert told == list(range(1, 301))
    assert traces_of(STACK, (PIXEL,), Placement(100.0), cancelled=lambda: True) is None


def test_each_frame_is_read_once_however_many_places_there_are():
    class Counting(ArraySource):
        reads = 0

        def frame(self, index: int) -> np.ndarray:
            self.reads += 1
            return super().frame(index)

    source = Counting(FRAMES)
    traces_of(Stack(Path("made.tif"), "made", source), (PIXEL, BOX, PIXEL), Placement(100.0))
    assert source.reads == len(FRAMES)


def test_a_place_off_the_frame_is_refused():
    with pytest.raises(DataError, match="outside"):
        traces_of(STACK, (Shape("point", ((5000.0, 50.0),)),), Placement(100.0))

"""A square in small: the same numbers as a run of it, from frames that are read once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fluogan_app.core.data.acquisition import Acquisition, Origin
from fluogan_app.core.data.roi import FrameRange, Roi
from fluogan_app.core.data.stack import ArraySource, Stack
from fluogan_app.core.errors import DataError, ParameterError
from fluogan_app.core.jobs.control import Control
from fluogan_app.core.jobs.runner import Job
from fluogan_app.core.jobs.settings import RunSettings
from fluogan_app.core.methods.col0rme.params import Col0rmeParams
from fluogan_app.core.methods.fluogan.params import FluoganParams
from fluogan_app.core.project.prepare import RunRequest, prepare_run
from fluogan_app.core.project.preview import MOST_STEPS, Previewer, PreviewPicture, PreviewWish, preview_params
from fluogan_app.core.simulate.params import LinesParams
from fluogan_app.core.simulate.scenarios import simulate

CAMERA = Acquisition().with_values(Origin.USER, pixel_size_nm=100.0, fwhm_nm=324.0, gain=1.0, offset=0.0)
PLACE = Roi(8, 30, 24, 28)


class Counted(ArraySource):
    """Counts how often a frame is asked for."""

    asked = 0

    def frame(self, index: int) -> np.ndarray:
        self.asked += 1
        return super().frame(index)


@pytest.fixture(scope="module")
def lines() -> Stack:
    made = simulate(LinesParams(rows=44, frames=60, spacing_to_nm=180.0, spacing_step_nm=105.0), 3)
    return Stack("lines", "memory", Counted(made.frames))


def request_for(**values) -> RunRequest:
    small = {"zoom": 3, "steps": 120}
    return RunRequest("fluogan", FluoganParams(**{**small, **values}), RunSettings(device="cpu"), CAMERA)


def shown(previewer: Previewer, wish: PreviewWish) -> list[PreviewPicture]:
    pictures: list[PreviewPicture] = []
    previewer.show(wish, pictures.append, lambda: False)
    return pictures


def run_of(stack: Stack, request: RunRequest):
    return Job(prepare_run(stack, request).solver, Control()).run().result


def test_the_last_picture_is_what_a_run_of_that_square_gives_to_the_bit(lines) -> None:
    request = request_for()
    first, *_, last = shown(Previewer(), PreviewWish(lines, request, PLACE))
    result = run_of(lines, replace(request, roi=PLACE))
    assert np.array_equal(last.result.estimate, result.estimate)
    assert np.array_equal(last.result.background, result.background)
    assert np.array_equal(last.result.mean, result.mean)
    assert last.result.measures == result.measures and last.result.notes == result.notes
    assert last.as_run and last.place == PLACE and last.result.estimate.shape == (72, 84)
    # The checker, shown once a wrong case: an earlier picture is another one, and does not claim to be the run's.
    assert not np.array_equal(first.result.estimate, result.estimate) and not first.finished and not first.as_run


def test_inside_a_larger_field_it_agrees_with_the_run(lines) -> None:
    """A width of the PSF from its borders on; what stands on a border is cut off from what would hold it in place."""
    request, border = request_for(steps=640), 4
    last = shown(Previewer(), PreviewWish(lines, request, PLACE))[-1]
    rows, columns = (slice(3 * side.start, 3 * side.stop) for side in PLACE.slices)
    whole = run_of(lines, request).estimate[rows, columns]
    inner = (slice(3 * border, -3 * border),) * 2
    assert np.corrcoef(last.result.estimate[inner].ravel(), whole[inner].ravel())[0, 1] > 0.99
    # The checker, shown once a wrong case: moved by one camera pixel it agrees no more.
    elsewhere = np.roll(whole, 3, axis=1)
    assert np.corrcoef(last.result.estimate[inner].ravel(), elsewhere[inner].ravel())[0, 1] < 0.9


def test_another_weight_reads_no_frame_again_and_measures_no_noise_again(lines, monkeypatch) -> None:
    previewer = Previewer()
    shown(previewer, PreviewWish(lines, request_for(), PLACE))
    before = lines.source.asked
    calls = []
    monkeypatch.setattr(
        "fluogan_app.core.methods.measured_frames.measure_noise", lambda *_: calls.append(1) or 1 / 0
    )
    again = shown(previewer, PreviewWish(lines, request_for(lambda1=4.0), PLACE))[-1]
    assert lines.source.asked == before and not calls
    monkeypatch.undo()
    afresh = shown(Previewer(), PreviewWish(lines, request_for(lambda1=4.0), PLACE))[-1]
    assert np.array_equal(again.result.estimate, afresh.result.estimate)
    # Another camera offset is another noise, but the same frames.
    before = lines.source.asked
    other = replace(request_for(), acquisition=CAMERA.with_values(Origin.USER, offset=2.0))
    moved = shown(previewer, PreviewWish(lines, other, PLACE))[-1]
    assert lines.source.asked == before
    assert not np.array_equal(moved.result.mean, afresh.result.mean)


@pytest.mark.parametrize("changed", [{"frames": FrameRange(0, 30)}, {"roi": None}])
def test_other_frames_or_another_place_are_read(lines, changed) -> None:
    previewer = Previewer()
    shown(previewer, PreviewWish(lines, request_for(steps=2), PLACE))
    before = lines.source.asked
    place = PLACE if "frames" in changed else Roi(4, 4, 24, 28)
    shown(previewer, PreviewWish(lines, replace(request_for(steps=2), **changed), place))
    assert lines.source.asked > before


def test_it_stops_at_a_step(lines) -> None:
    asked, pictures = [], []

    def stopped() -> bool:
        asked.append(1)
        return len(asked) > 60

    assert Previewer().show(PreviewWish(lines, request_for(steps=500), PLACE), pictures.append, stopped) is None
    assert len(asked) == 61 and len(pictures) == 1


def test_the_critic_and_too_many_steps_are_left_out_and_said_so(lines) -> None:
    params = FluoganParams(delta=1, steps=50_000)
    assert (preview_params(params).delta, preview_params(params).steps) == (0, MOST_STEPS)
    last = shown(Previewer(), PreviewWish(lines, request_for(delta=1), PLACE))[-1]
    assert last.finished and last.critic_left_out and not last.as_run


def test_without_a_place_it_finds_one_within_the_region(lines) -> None:
    region = Roi(2, 10, 40, 50)
    wish = PreviewWish(lines, replace(request_for(steps=1), roi=region), side=32)
    place = shown(Previewer(), wish)[-1].place
    assert place.common(region) == place and (place.height, place.width) == (32, 32)


def test_bad_values_are_told_and_the_next_wish_is_served(lines) -> None:
    previewer = Previewer()
    with pytest.raises(ParameterError):
        shown(previewer, PreviewWish(lines, replace(request_for(), acquisition=Acquisition()), PLACE))
    with pytest.raises(DataError):
        shown(previewer, PreviewWish(lines, request_for(), Roi(0, 0, 2, 2)))
    with pytest.raises(DataError):
        shown(previewer, PreviewWish(lines, request_for(), Roi(500, 500, 24, 24)))
    assert shown(previewer, PreviewWish(lines, request_for(steps=3), PLACE))[-1].finished


def test_a_picture_that_does_not_explain_the_frames_says_so(lines) -> None:
    (*_, last) = shown(Previewer(), PreviewWish(lines, request_for(), PLACE))
    assert last.doubts == ()

    def with_measures(**values) -> PreviewPicture:
        return replace(last, result=replace(last.result, measures={**last.result.measures, **values}))

    assert with_measures(discrepancy=3.1).doubts[0].endswith("or try a smaller value of “Sparsity λ1”.")
    rival = replace(request_for(), method="col0rme", params=Col0rmeParams(zoom=2, support_steps=2, light_steps=2))
    (*_, other) = shown(Previewer(), PreviewWish(lines, rival, PLACE))
    assert other.weight == "Sparsity γ", "each method's own name, none that it does not have"
    assert "not to be trusted" in with_measures(photon_balance_percent=-2.1).doubts[0]

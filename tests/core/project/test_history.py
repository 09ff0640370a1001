"""The history of an image: what comes back, what is let go, how it goes on, and that it never harms a run."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from fluogan_app.core.errors import ProjectError
from fluogan_app.core.jobs.events import Outcome, Silent
from fluogan_app.core.methods.base import Preview, State
from fluogan_app.core.project import history
from fluogan_app.core.project.history import HistoryGrew, HistoryWriter, load_moment, moments_of, shrunk, superfluous
from fluogan_app.core.project.watching import kept_on_disk
from fluogan_app.core.project.workflow import resume_run, start_run


class Ear(Silent):
    def __init__(self) -> None:
        self.heard: list[object] = []

    def insight(self, insight: object) -> None:
        self.heard.append(insight)


class Painter:
    """A solver of which only the images are asked."""

    total_steps = 5000

    def __init__(self, side: int = 24) -> None:
        self.side = side

    def image(self, state: State) -> Preview:
        random = np.random.default_rng(state.step)
        estimate = random.exponential(1.0, (self.side, self.side + 2)).astype(np.float32) ** 3
        return Preview(state.step, estimate, random.random((7, 5), np.float32) * 1e-3)


@pytest.fixture
def run(project, stack, walk, request_for):
    """A run of ten steps that nobody watched."""
    return start_run(project, stack, request_for(steps=10))[0]


def _written(run, steps, painter=None) -> list[int]:
    writer, painter = HistoryWriter(run, Silent()), painter or Painter()
    for step in steps:
        writer.look(painter, State(step), None)
    return [moment.step for moment in moments_of(run)]


def test_images_come_back_to_eleven_digits_faint_ones_too(run):
    _written(run, [0, 7])
    back, sent = load_moment(moments_of(run)[1]), Painter().image(State(7))
    assert back.step == 7 and back.estimate.dtype == np.float32
    for name in ("estimate", "background"):
        one, other = getattr(back, name), getattr(sent, name)
        np.testing.assert_allclose(one, other, rtol=2.0**-11, atol=2.0**-24 * float(other.max()))


def test_snapshots_lie_evenly_over_the_logarithm_of_the_step_and_the_last_is_there(run):
    steps = _written(run, range(5001))
    assert steps[0] == 0 and steps[-1] == 5000
    assert 60 < len(steps) <= history.MOST_MOMENTS
    gaps = np.diff(np.log1p([step for step in steps if step >= 100]))
    assert gaps[:-1].max() < 2.0 * np.median(gaps)


def test_what_is_let_go_is_what_lies_closest(monkeypatch):
    monkeypatch.setattr(history, "MOST_MOMENTS", 20)
    kept = dict.fromkeys(range(0, 1001), 100)
    left = sorted(set(kept) - set(superfluous(kept)))
    assert len(left) == 20 and left[0] == 0 and left[-1] == 1000
    even = math.log1p(1000) / 19
    late = np.diff(np.log1p([step for step in left if step > 5]))
    assert late.min() > 0.4 * even and late.max() < 2.5 * even


def test_the_bytes_of_all_are_bounded(run, monkeypatch):
    monkeypatch.setattr(history, "MOST_BYTES", 60_000)
    steps = _written(run, range(0, 400))
    assert sum(moment.path.stat().st_size for moment in moments_of(run)) <= 60_000
    assert steps[0] == 0 and steps[-1] >= 370 and len(steps) > 10


def test_a_large_image_is_kept_as_means_that_cover_it_evenly():
    image = np.random.default_rng(2).random((103, 61)).astype(np.float32)
    small = shrunk(image, 1500)
    assert small.size <= 1500 and min(small.shape) > 20
    assert abs(small.mean() / image.mean() - 1) < 0.01
    assert shrunk(image, 103 * 61) is image
    ramp = shrunk(np.broadcast_to(np.arange(100.0), (100, 100)), 100)
    np.testing.assert_allclose(ramp[0], np.arange(10) * 10 + 4.5)


def test_a_run_that_goes_on_goes_on_with_its_history(project, stack, walk, request_for, cancelled_at):
    from fluogan_app.core.jobs.control import Control

    control, ear = Control(), Ear()
    walk.options["during"] = cancelled_at(control, 6)
    run, ended = start_run(project, stack, request_for(steps=12), control, ear, watched=kept_on_disk)
    walk.options.clear()
    assert ended.outcome is Outcome.CANCELLED
    _written(run, [3, 6, 9])  # 9: written after the last checkpoint, before the plug was pulled
    resume_run(project, watched=kept_on_disk)
    steps = [moment.step for moment in moments_of(run)]
    assert steps[0] == 0 and 9 not in steps and steps[-1] == 12
    assert isinstance(ear.heard[-1], HistoryGrew) and ear.heard[-1].number == run.number


def test_a_run_with_more_steps_shows_those_of_its_parent_first(project, stack, walk, request_for):
    start_run(project, stack, request_for(steps=10), watched=kept_on_disk)
    run, _ = resume_run(project, total_steps=20, watched=kept_on_disk)
    moments = moments_of(run)
    steps = [moment.step for moment in moments]
    assert run.number == 2 and steps == sorted(set(steps)) and steps[0] == 0 and steps[-1] == 20
    assert not moments[0].path.is_relative_to(run.folder)


@pytest.mark.parametrize("damage", [b"", b"PK no archive", None])
def test_a_damaged_snapshot_is_one_sentence_and_the_others_stand(run, damage):
    _written(run, [0, 5])
    first, second = moments_of(run)
    whole = first.path.read_bytes()
    first.path.write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    with pytest.raises(ProjectError, match="after step 0") as caught:
        load_moment(first)
    assert "not concerned" in caught.value.hint
    assert load_moment(second).step == 5


def test_a_flipped_bit_is_found(run):
    _written(run, [4])
    (moment,) = moments_of(run)
    bytes_ = bytearray(moment.path.read_bytes())
    bytes_[len(bytes_) // 2] ^= 8
    moment.path.write_bytes(bytes_)
    with pytest.raises(ProjectError):
        load_moment(moment)


def test_a_disk_that_refuses_ends_no_run(project, stack, walk, request_for, monkeypatch):
    def full(*_: object) -> None:
        raise ProjectError("No space left.", "")

    monkeypatch.setattr(history, "write_atomic", full)
    run, ended = start_run(project, stack, request_for(steps=10), watched=kept_on_disk)
    assert ended.outcome is Outcome.FINISHED and moments_of(run) == ()


def test_names_of_other_files_are_left_alone(run):
    _written(run, [2])
    (run.folder / "history" / "notes.txt").write_text("mine")
    assert [moment.step for moment in moments_of(run)] == [2]


def test_a_run_in_repeats_has_the_history_of_its_image_only(project, stack, request_for):
    asked = request_for("fluogan", steps=8, zoom=2, delta=0)
    asked = replace(asked, settings=asked.settings.replace(repeats=2))
    run, ended = start_run(project, stack, asked, watched=kept_on_disk)
    assert ended.outcome is Outcome.FINISHED and ended.steps == 24
    assert max(moment.step for moment in moments_of(run)) <= 8
    assert not run.record.takes_more_steps and run.curves().steps.tolist() == list(range(1, 9))

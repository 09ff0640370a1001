"""What is seen of a run as it goes on stands in its folder afterwards, number by number."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fluogan_app.core.data.critic_view import CriticView
from fluogan_app.core.data.roi import Roi
from fluogan_app.core.errors import ProjectError
from fluogan_app.core.jobs.events import Silent
from fluogan_app.core.metrics.live_quality import QUALITY_METRICS, best_step
from fluogan_app.core.project.critic_file import read_critic_view, write_critic_view
from fluogan_app.core.project.run import Run
from fluogan_app.core.project.watching import watched_in_window
from fluogan_app.core.project.workflow import start_run


class Ear(Silent):
    def __init__(self) -> None:
        self.views: list[CriticView] = []

    def insight(self, insight: object) -> None:
        if isinstance(insight, CriticView):
            self.views.append(insight)


@pytest.fixture
def adversarial(request_for):
    """A short run against a small critic."""
    small = {"zoom": 2, "steps": 14, "batch_size": 4, "patch_size": 8, "critic_channels": 2}
    return request_for("fluogan", roi=None, frames=None, delta=1, **small)


def test_the_last_view_is_kept(project, stack, adversarial) -> None:
    ear = Ear()
    run, ended = start_run(project, stack, adversarial, sink=ear, watched=watched_in_window)
    last, kept = ear.views[-1], read_critic_view(Run.open(run.folder))
    assert ended.error is None and kept.step == last.step == 14 and kept.has_critic
    assert [pair.frame for pair in kept.pairs] == [pair.frame for pair in last.pairs]
    for one, other in zip(kept.pairs, last.pairs, strict=True):
        assert np.array_equal(one.recorded, other.recorded) and np.array_equal(one.simulated, other.simulated)
        assert one.place == other.place == Roi(0, 0, 9, 11)
    assert np.array_equal(kept.scores.recorded, last.scores.recorded)
    assert np.array_equal(kept.scores.simulated, last.scores.simulated)
    assert np.array_equal(kept.shift, last.shift) and np.array_equal(kept.residual.shares, last.residual.shares)
    # Another view in its place, without a critic: nothing of the one before is left.
    write_critic_view(run, replace(last, scores=None, shift=None, has_critic=False, pairs=last.pairs[:1]))
    again = read_critic_view(run)
    assert (again.scores, again.shift, again.has_critic, len(again.pairs)) == (None, None, False, 1)


def test_a_watched_run_has_the_bits_of_an_unwatched_one(project, stack, adversarial) -> None:
    (_, watched), (_, plain) = (
        start_run(project, stack, adversarial, watched=watched) for watched in (watched_in_window, None)
    )
    assert np.array_equal(watched.result.estimate, plain.result.estimate)
    assert np.array_equal(watched.result.background, plain.result.background)
    for metric in plain.curves.metrics:
        assert np.array_equal(watched.curves.columns[metric.name], plain.curves.columns[metric.name], equal_nan=True)


def test_quality_and_phases_stand_in_the_curves_of_the_run(project, stack, adversarial) -> None:
    run, ended = start_run(project, stack, adversarial, watched=watched_in_window)
    kept = Run.open(run.folder).curves()
    assert kept.marks == ended.curves.marks and kept.marks[-1].name == "Against the critic"
    assert set(QUALITY_METRICS) <= set(kept.metrics)
    assert np.isfinite(kept.columns["shown_discrepancy"][-1])
    assert best_step(kept) == best_step(ended.curves)


def test_a_damaged_view_is_said_to_be_one(project, stack, adversarial) -> None:
    run, _ = start_run(project, stack, adversarial, watched=watched_in_window)
    about = run.folder / "critic" / "view.json"
    about.write_text(about.read_text().replace('"step"', '"stop"'))
    with pytest.raises(ProjectError, match="damaged"):
        read_critic_view(run)
    about.unlink()
    assert read_critic_view(run) is None
